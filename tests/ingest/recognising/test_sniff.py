from __future__ import annotations

import gzip
import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import IngestError, UnknownFormatError, UnsupportedRecordingError
from ingest.recognising import sniff
from ingest.recognising.sniff import Reader, reader_of
from tests.ingest.making import MAGIC, FakeReader, decoded

ACTILIFE = (
    "------------ Data File Created By ActiGraph GT3X+ ActiLife v6.13.3 Firmware v2.5.0 date format M/d/yyyy"
    "{rate} Filter Normal -----------\r\nSerial Number: NEO1\r\nEpoch Period (hh:mm:ss) {epoch}\r\n"
)


@pytest.fixture
def only_fake(monkeypatch: pytest.MonkeyPatch) -> Reader:
    reader = FakeReader(lambda _path: decoded())
    monkeypatch.setattr(sniff, "readers", lambda: iter([reader]))
    return reader


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sniff")


def _zip(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, "x" * 5000)
    return packed.getvalue()


def _zip_of(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def _refused(path: Path, content: bytes) -> IngestError:
    path.write_bytes(content)
    with pytest.raises(IngestError) as caught:
        reader_of(path)
    assert caught.value.path == path
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("name", ["night.fake", "night.csv", "night.PDF", "night"])
def test_the_suffix_never_decides(only_fake: Reader, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(MAGIC + b"rest")
    assert reader_of(path) is only_fake


def test_readers_are_asked_in_order_and_the_first_claim_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []
    strict, loose = (FakeReader(lambda _path: decoded()) for _ in range(2))

    def readers() -> Iterator[Reader]:
        for name, reader in (("strict", strict), ("loose", loose)):
            asked.append(name)
            yield reader

    monkeypatch.setattr(sniff, "readers", readers)
    path = tmp_path / "night"
    path.write_bytes(MAGIC)
    assert reader_of(path) is strict
    assert asked == ["strict"]


@pytest.mark.parametrize(
    ("content", "what", "advice"),
    [
        (b"SQLite format 3\x00" + bytes(100), "SQLite", "CSV"),
        (_zip("manifest.json", "calibration.json", "log.bin"), "AGDC", "CentrePoint or ActiLife"),
        (_zip("manifest.json", "night.csv"), "zip archive", "unpack it"),
        (b"GENEA/1.00\r\n", "recording of a GENEA", "CSV"),
        (b"Obj\x01\x04\x16avro.schema", "Empatica EmbracePlus", "CSV"),
        (_zip("night1.cwa", "night2.cwa"), "zip archive", "unpack it"),
        (_zip_of("night.gt3x", _zip("log.bin", "info.txt")), "zip archive", "unpack it"),
        (b"PK\x05\x06" + bytes(18), "zip archive", "unpack it"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(50), "packed archive", "unpack it"),
        (bytes(10).ljust(257, b"n") + b"ustar\x0000", "packed archive", "unpack it"),
    ],
)
def test_a_recording_that_cannot_be_used_is_refused_with_what_to_bring(
    only_fake: Reader, tmp_path: Path, content: bytes, what: str, advice: str
) -> None:
    error = _refused(tmp_path / "night.bin", content)
    assert isinstance(error, UnsupportedRecordingError)
    assert what in error.what
    assert advice in error.hint


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"%PDF-1.7\n", "a PDF document"),
        (b"<!DOCTYPE html><html>404</html>", "a web page"),
        (b"  <html>", "a web page"),
        (b'<?xml version="1.0"?>\n<gpx version="1.1">', "a GPX track"),
        (b'<?xml version="1.0"?>\n<TrainingCenterDatabase xmlns="x">', "a TCX activity"),
        (b'<?xml version="1.0"?><measurement>', "an XML document"),
        (b'{"error": "not found"}', "a JSON document"),
        (b"\x89PNG\r\n\x1a\n", "an image"),
        (b"\xff\xd8\xff\xe0", "an image"),
        (b"\x00\x00\x00\x18ftypheic", "an image or a video"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old office document"),
        (b"{\\rtf1", "a rich text document"),
        (_zip("[Content_Types].xml", "xl/workbook.xml"), "an office document"),
        (bytes(8) + b"DUCK" + bytes(100), "a DuckDB database"),
        (bytes(2000), "nothing but zeros"),
        (bytes(512) + b"MDT" + bytes(100), "nothing but zeros"),
    ],
)
def test_what_is_no_recording_is_called_by_its_name(
    only_fake: Reader, tmp_path: Path, content: bytes, what: str
) -> None:
    error = _refused(tmp_path / "night", content)
    assert isinstance(error, UnknownFormatError)
    assert error.what == f"this is {what}"


def test_the_same_is_seen_through_gzip(only_fake: Reader, tmp_path: Path) -> None:
    counts = gzip.compress(ACTILIFE.format(rate="", epoch="00:00:05").encode())
    assert "counts" in _refused(tmp_path / "night.csv.gz", counts).what


@pytest.mark.parametrize("inside", [b"\x0e\x10\x00\x00\x00\x00\x00\x00.FIT\x00\x00", b"PAR1" + bytes(50)])
def test_a_binary_recording_that_is_not_read_packed_has_to_be_unpacked(
    only_fake: Reader, tmp_path: Path, inside: bytes
) -> None:
    error = _refused(tmp_path / "night.fit.gz", gzip.compress(inside))
    assert isinstance(error, UnsupportedRecordingError)
    assert "unpack it first" in error.hint


def test_a_gzip_in_a_gzip_is_to_be_unpacked_first(only_fake: Reader, tmp_path: Path) -> None:
    twice = gzip.compress(gzip.compress(b"time,x,y,z\n"))
    assert "unpack it first" in _refused(tmp_path / "night.csv.gz", twice).hint


def test_a_damaged_gzip_is_said_to_be_one(only_fake: Reader, tmp_path: Path) -> None:
    assert "damaged gzip" in _refused(tmp_path / "night.cwa.gz", b"\x1f\x8b\x08\x00 broken").what


def test_a_suffix_that_does_not_fit_is_said_in_the_hint(only_fake: Reader, tmp_path: Path) -> None:
    assert "ends in .cwa" in _refused(tmp_path / "night.CWA", b"%PDF-1.7").hint
    assert "ends in" not in _refused(tmp_path / "night.pdf", b"%PDF-1.7").hint


def test_unclaimed_content_is_measured_by_what_its_name_promises(only_fake: Reader, tmp_path: Path) -> None:
    error = _refused(tmp_path / "night.cwa", b"neither this nor that")
    assert error.what == "not an Axivity recording, although its name says so"
    assert "Axivity, ActiGraph, GENEActiv" in error.hint
    assert "no kind of recording" in _refused(tmp_path / "night", b"neither this nor that").what


def test_a_zip_that_lies_about_its_size_is_read_only_at_its_end(only_fake: Reader, tmp_path: Path) -> None:
    lying = _zip("manifest.json", "calibration.json")[:-12] + b"\xff" * 12
    assert "AGDC" in _refused(tmp_path / "night.gt3x", lying).what


@pytest.mark.parametrize("length", [200, 6_000, None])
@pytest.mark.parametrize("name", ["log.bin", "activity.bin"])
def test_a_gt3x_recording_goes_to_its_reader_also_when_its_copy_was_broken_off(
    tmp_path: Path, name: str, length: int | None
) -> None:
    path = tmp_path / "night.zip"
    path.write_bytes(_zip(name, "info.txt", "calibration.json")[:length])
    assert getattr(reader_of(path), "__name__", "") == "ingest.formats.actigraph"


@given(content=st.binary(min_size=1, max_size=600) | st.binary(max_size=300).map(lambda tail: b"PK\x03\x04" + tail))
def test_any_content_is_refused_with_an_error_of_our_own(folder: Path, content: bytes) -> None:
    path = folder / "any"
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sniff, "readers", lambda: iter(()))
        with pytest.raises(IngestError):
            reader_of(path)


@pytest.mark.parametrize(
    ("name", "error", "what"),
    [
        ("ggirread_ActiGraph61.csv", UnsupportedRecordingError, "counts"),
        ("ggirread_ActiGraph13_timestamps_headers.csv", UnsupportedRecordingError, "counts"),
    ],
)
def test_real_files_of_other_devices_are_refused(
    recordings_dir: Path, name: str, error: type[IngestError], what: str
) -> None:
    with pytest.raises(error, match=what):
        reader_of(recordings_dir / name)


@pytest.mark.parametrize("name", ["not_fit_html.fit", "zip.fit", "gzip.fit"])
def test_files_that_are_only_called_fit_are_refused(fit_dir: Path, name: str) -> None:
    with pytest.raises(IngestError):
        reader_of(fit_dir / "edge" / name)


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("ggirread_ax3_testfile.cwa", "axivity"),
        ("ggirread_ax6_testfile.cwa", "axivity"),
        ("actfast_geneactiv.bin", "geneactiv"),
        ("ggir_actigraph_testfile.gt3x", "actigraph"),
        ("actfast_actigraph.gt3x", "actigraph"),
        ("nhanes_v1_sample.gt3x", "actigraph"),
        ("flirt_empatica_ACC.csv", "apps.empatica"),
        ("ggir_ax6_testfile_formatted_timestamps.csv", "delimited"),
        ("ggir_ax3_testfile_unix_timestamps.csv", "delimited"),
        ("flirt_garmin_acc.csv", "delimited"),
    ],
)
def test_real_recordings_go_to_their_reader(recordings_dir: Path, name: str, module: str) -> None:
    assert getattr(reader_of(recordings_dir / name), "__name__", "") == f"ingest.formats.{module}"


def test_a_real_fit_recording_goes_to_its_reader_under_any_name(fit_dir: Path, tmp_path: Path) -> None:
    path = tmp_path / "night.csv"
    path.write_bytes((fit_dir / "night_sleep.fit").read_bytes())
    assert getattr(reader_of(path), "__name__", "") == "ingest.formats.fit"


def test_importing_ingest_loads_none_of_the_heavy_libraries() -> None:
    code = (
        "import sys, ingest;"
        "print(sorted({'polars', 'scipy', 'fitparse', 'duckdb', 'prefect', 'tzlocal', 'pydantic'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
