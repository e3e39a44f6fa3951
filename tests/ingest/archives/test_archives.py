"""Archives become recordings: whole, nested, and damaged."""

from __future__ import annotations

import gzip
import io
import random
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import read_recording
from ingest.archives.reading import MOST_DEEP, Unpacked, is_archive, unpacked
from ingest.errors import DamagedRecordingError, EmptyFileError, IngestError, UnsupportedRecordingError
from tests.drawing import examples
from tests.ingest import exports
from tests.ingest.archives.archive_files import NIGHT, saved, taken, zipped
from tests.ingest.archives.zip_files import directory_entry, patched


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


names = st.text(st.characters(codec="utf-8", exclude_characters="/\\:\0"), min_size=1, max_size=12).filter(
    lambda name: not name.startswith((".", "~"))
)


@given(
    contents=st.dictionaries(
        st.lists(names, min_size=1, max_size=3).map(lambda parts: "/".join([*parts, "x.csv"])),
        # Another archive would be taken apart in its turn.
        st.binary(max_size=200).filter(lambda content: not content.startswith((b"PK", b"\x1f\x8b"))),
        max_size=6,
    ),
    method=st.sampled_from((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)),
)
@settings(max_examples=examples(24))
def test_every_file_comes_out_as_it_went_in(
    tmp_path_factory: pytest.TempPathFactory, contents: dict[str, bytes], method: int
) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "scratch").mkdir()
    path = saved(folder, zipped(("night.csv", NIGHT), *contents.items(), method=method))
    found, errors = taken(path, folder / "scratch")
    assert errors == []
    assert found == {"night.csv": NIGHT, **contents}


def test_the_type_is_told_by_content_and_a_recording_that_is_a_zip_is_none(
    tmp_path: Path, recordings_dir: Path
) -> None:
    assert is_archive(saved(tmp_path, zipped(("night.csv", NIGHT)), "night.cwa"))
    assert is_archive(saved(tmp_path, zipped(("a.gt3x", (recordings_dir / "nhanes_v1_sample.gt3x").read_bytes()))))
    assert not is_archive(recordings_dir / "nhanes_v1_sample.gt3x")
    assert not is_archive(saved(tmp_path, zipped(("[Content_Types].xml", b""), ("xl/workbook.xml", b"")), "t.zip"))
    assert not is_archive(saved(tmp_path, NIGHT, "night.zip"))
    assert not is_archive(saved(tmp_path, b"", "empty.zip"))
    assert not is_archive(tmp_path)
    assert not is_archive(tmp_path / "missing.zip")


def test_a_gzip_that_a_reader_takes_is_read_as_it_is_and_any_other_is_unpacked(
    tmp_path: Path, scratch: Path, recordings_dir: Path, fit_dir: Path
) -> None:
    for name, is_one in (
        ("ggirread_ax3_testfile.cwa", False),
        ("flirt_garmin_acc.csv", False),
        ("actfast_geneactiv.bin", False),
        ("nhanes_v1_sample.gt3x", True),
    ):
        whole = (recordings_dir / name).read_bytes()
        path = saved(tmp_path, gzip.compress(whole, 1), f"{name}.gz")
        assert is_archive(path) == is_one
        if is_one:
            assert taken(path, scratch) == ({".": whole}, [])
    night = (fit_dir / "night_sleep.fit").read_bytes()
    assert taken(saved(tmp_path, zipped(("n.fit.gz", gzip.compress(night)))), scratch) == ({"n.fit.gz": night}, [])


def test_archives_in_archives_are_opened_as_deep_as_exports_go_and_no_deeper(tmp_path: Path, scratch: Path) -> None:
    content = NIGHT
    for depth in range(1, MOST_DEEP + 2):
        content = zipped(("n.csv" if depth == 1 else "z.zip", content), method=depth % 2 * zipfile.ZIP_DEFLATED)
        found, errors = taken(saved(tmp_path, content), scratch)
        if depth <= MOST_DEEP:
            assert (found, errors) == ({"z.zip/" * (depth - 1) + "n.csv": NIGHT}, [])
        else:
            assert found == {}
            assert isinstance(errors[0], UnsupportedRecordingError)


def test_documents_and_what_belongs_to_a_recording_are_not_even_unpacked(tmp_path: Path, scratch: Path) -> None:
    exports.empatica(tmp_path / "e4")
    exports.phyphox(tmp_path / "px", exports.ns(50, 100, 0) / 1e9, exports.noise(50))
    path = exports.zip_of(tmp_path / "a.zip", tmp_path / "e4", tmp_path / "px")
    with zipfile.ZipFile(path, "a") as archive:
        for name in (
            "x.json",
            "d/y.PDF",
            ".z.csv",
            "__MACOSX/._n.csv",
            ".hidden/n.csv",
            "folder/",
            "~$n.csv",
            "half.part",
        ):
            archive.writestr(name, b"1")
    found, errors = taken(path, scratch)
    assert (set(found), errors) == ({"e4/ACC.csv", "px/Raw Data.csv"}, [])


def test_a_recording_of_several_files_is_the_same_in_a_folder_and_in_a_zip(tmp_path: Path, scratch: Path) -> None:
    mains = [
        exports.empatica(tmp_path / "e4"),
        exports.logger_android(tmp_path / "android"),
        exports.logger_ios(tmp_path / "ios"),
        exports.phyphox(tmp_path / "px", exports.ns(300, 100, 0) / 1e9, exports.noise(300)),
    ]
    on_disk = {main.relative_to(tmp_path): read_recording(main) for main in mains}
    path = exports.zip_of(tmp_path / "a.zip", *(main.parent for main in mains))
    for item in unpacked(path, scratch):
        assert isinstance(item, Unpacked)
        found, same = read_recording(item.file), on_disk.pop(item.shown.relative_to(path))
        assert (found.sha256, found.quality, found.warnings) == (same.sha256, same.quality, same.warnings)
    assert on_disk == {}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.csv", "etc/passwd.csv"),
        ("/etc/n.csv", "etc/n.csv"),
        ("C:\\Users\\me\\n.csv", "Users/me/n.csv"),
        ("a/./b//n.csv", "a/b/n.csv"),
        ("nächte/é.csv", "nächte/é.csv"),
        ("x" * 60_000 + ".csv", "x" * 120),
        ("e/" * 30_000 + "a.csv", "e/" * 395 + "a.csv"),
        ("/".join(["f" * 200] * 50) + "/a.csv", "/".join(["f" * 120] * 3) + "/a.csv"),
        ("new\nline\x1b[31m.csv", "new\nline\x1b[31m.csv"),
    ],
)
def test_no_name_becomes_a_path(tmp_path: Path, scratch: Path, name: str, shown: str) -> None:
    path = saved(tmp_path, zipped((name, NIGHT)))
    before = set(tmp_path.rglob("*"))
    assert taken(path, scratch) == ({shown: NIGHT}, [])
    assert set(tmp_path.rglob("*")) == before


def test_a_name_of_an_old_zip_is_read_in_its_code_page(tmp_path: Path, scratch: Path) -> None:
    whole = zipped(("n\x7fchte.csv", NIGHT)).replace(b"n\x7fchte", "nächte".encode("cp437"))
    assert set(taken(saved(tmp_path, whole), scratch)[0]) == {"nächte.csv"}


def test_a_link_is_a_small_file_and_leads_nowhere(tmp_path: Path, scratch: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        link = zipfile.ZipInfo("night.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert taken(saved(tmp_path, packed.getvalue()), scratch) == ({"night.csv": b"/etc/passwd"}, [])


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_both_come(tmp_path: Path, scratch: Path) -> None:
    path = saved(tmp_path, zipped(("n.csv", NIGHT), ("n.csv", b"other")))
    contents = [item.file.read_bytes() for item in unpacked(path, scratch) if isinstance(item, Unpacked)]
    assert contents == [NIGHT, b"other"]


@pytest.mark.parametrize(
    ("offset", "form", "value", "kind", "what"),
    [
        (8, "<H", 1, UnsupportedRecordingError, "encrypted"),
        (10, "<H", 9, UnsupportedRecordingError, "method 9"),
        (42, "<I", 0x7FFF_FFFF, DamagedRecordingError, "bytes are not there"),
    ],
)
def test_a_file_that_cannot_be_had_is_told_by_name_and_the_others_come(
    tmp_path: Path, scratch: Path, offset: int, form: str, value: int, kind: type[IngestError], what: str
) -> None:
    whole = zipped(("a.csv", NIGHT), ("b.csv", NIGHT + b"\n"), ("c.csv", NIGHT))
    path = saved(tmp_path, patched(whole, directory_entry(whole, b"b.csv") + offset, form, value))
    found, (error,) = taken(path, scratch)
    assert set(found) == {"a.csv", "c.csv"}
    assert isinstance(error, kind)
    assert what in error.what
    assert error.path == path / "b.csv"
    assert error.hint


def test_a_damaged_file_keeps_what_came_before_and_says_so(tmp_path: Path, scratch: Path) -> None:
    noise = random.Random(3).randbytes(200_000)
    whole = bytearray(zipped(("a.bin", noise), ("b.csv", NIGHT)))
    whole[100_000:100_016] = bytes(16)
    items = [item for item in unpacked(saved(tmp_path, bytes(whole)), scratch) if isinstance(item, Unpacked)]
    assert [item.shown.name for item in items] == ["a.bin", "b.csv"]
    assert (len(items[0].problems), items[1].problems) == (1, ())


def test_a_file_of_which_nothing_is_left_is_told_with_the_reason(tmp_path: Path, scratch: Path) -> None:
    whole = zipped(("a.csv", NIGHT), ("b.csv", NIGHT))
    at = whole.index(b"a.csv") + 5
    path = saved(tmp_path, whole[:at] + b"\xff" * 20 + whole[at + 20 :])
    found, (error,) = taken(path, scratch)
    assert set(found) == {"b.csv"}
    assert isinstance(error, DamagedRecordingError)
    assert "break off" in error.what


def test_a_wrong_checksum_is_told(tmp_path: Path, scratch: Path) -> None:
    whole = zipped(("a.csv", NIGHT))
    path = saved(tmp_path, patched(whole, directory_entry(whole, b"a.csv") + 16, "<I", 7))
    (item,) = unpacked(path, scratch)
    assert isinstance(item, Unpacked)
    assert "checksum" in item.problems[0]


@pytest.mark.parametrize(
    "name", ["left\x17night.csv", "\x1b[2J\nnight.csv", "x" * 60_000 + ".csv", "\u202e" * 900 + ".csv"]
)
@pytest.mark.parametrize(("offset", "value"), [(16, 7), (24, 2)])
def test_what_was_damaged_is_a_short_line_whatever_the_file_is_called(
    tmp_path: Path, scratch: Path, name: str, offset: int, value: int
) -> None:
    whole = zipped((name, NIGHT))
    path = saved(tmp_path, patched(whole, directory_entry(whole, name.encode()) + offset, "<I", value))
    (item,) = unpacked(path, scratch)
    assert isinstance(item, Unpacked)
    (problem,) = item.problems
    assert problem.isprintable()
    assert "night.csv" in problem or "..." in problem
    assert len(problem) < 1000


def test_a_zip_cut_anywhere_gives_what_is_there_and_never_fails_otherwise(tmp_path: Path, scratch: Path) -> None:
    whole = zipped(("a.csv", NIGHT), ("b.csv", NIGHT), ("c.csv", NIGHT), method=zipfile.ZIP_STORED)
    for length in range(30, len(whole), 97):
        path = saved(tmp_path, whole[:length])
        found, errors = taken(path, scratch)
        n_whole = sum(content == NIGHT for content in found.values())
        assert n_whole >= (length - 200) // (len(NIGHT) + 60)
        assert any(isinstance(error, DamagedRecordingError) and error.path == path for error in errors)


@given(data=st.data())
@settings(max_examples=examples(60))
def test_flipped_bytes_give_files_or_our_own_errors(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.getbasetemp() / "flipped"
    (folder / "scratch").mkdir(parents=True, exist_ok=True)
    inner = zipped(("n.csv", NIGHT))
    whole = bytearray(zipped(("a.csv", NIGHT), ("z.zip", inner), ("g.fit.gz", gzip.compress(b"\x0e\x10" + NIGHT))))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(4, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = saved(folder, bytes(whole))
    if is_archive(path):
        taken(path, folder / "scratch")


def test_an_empty_archive_is_said(tmp_path: Path, scratch: Path) -> None:
    found, (error,) = taken(saved(tmp_path, zipped()), scratch)
    assert (found, type(error)) == ({}, EmptyFileError)


def test_zip64_is_read(tmp_path: Path, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 2)
    whole = zipped(("a.csv", NIGHT), ("b.csv", NIGHT))
    assert b"PK\x06\x06" in whole
    assert taken(saved(tmp_path, b"" + whole), scratch)[0] == {"a.csv": NIGHT, "b.csv": NIGHT}
