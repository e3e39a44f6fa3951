"""The zip around a GT3X recording: every way to write one, and how one breaks off."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.archives.zips import content, directory
from ingest.errors import (
    DamagedRecordingError,
    EmptyFileError,
    NoClockError,
)
from ingest.formats.actigraph import reader as actigraph
from tests.drawing import examples
from tests.ingest.formats.actigraph.actigraph_files import (
    EVENING_US,
    INFO,
    N_SECONDS,
    RATE,
    Record,
    assert_keeps_all_but,
    gt3x,
    numbers_of,
    read,
    zipped,
)
from tests.ingest.formats.actigraph.actigraph_writer import write_gt3x_v1

NO_DIRECTORY = "the zip has no directory at its end: the copy was probably not finished"
NO_INFO = "info.txt is missing or says nothing: device, serial number and site are unknown"


class Unseekable(io.RawIOBase):
    """What a zip is written to on a pipe: sizes then follow behind the content."""

    def __init__(self) -> None:
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # any buffer in the base class
        self.written += data
        return len(data)


def taken(path: Path, name: str) -> tuple[bytes, str]:
    member = directory.find(path, (name,)).members[name]
    with content.opened(path, member) as cursor:
        data = cursor.take_summed(1 << 30)
        return data, cursor.check()


# Every way to write one


@given(
    contents=st.lists(st.tuples(st.sampled_from("abcdeä"), st.binary(max_size=300)), min_size=1, max_size=5),
    method=st.sampled_from((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)),
    ahead=st.binary(max_size=40),
    comment=st.binary(max_size=40).filter(lambda text: b"PK" not in text),
    wide=st.sampled_from(("no", "members", "all")),
    streamed=st.booleans(),
)
@settings(max_examples=examples(40))
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_are_found_and_read_as_the_standard_library_does(
    tmp_path_factory: pytest.TempPathFactory,
    contents: list[tuple[str, bytes]],
    method: int,
    ahead: bytes,
    comment: bytes,
    wide: str,
    *,
    streamed: bool,
) -> None:
    target = Unseekable() if streamed else io.BytesIO()
    with pytest.MonkeyPatch.context() as patch, zipfile.ZipFile(target, "w", method) as written:
        written.comment = comment
        if wide == "all":  # every number above 2 counts as too large for 32 bits
            patch.setattr(zipfile, "ZIP64_LIMIT", 2)
        for name, data in contents:
            with written.open(name, "w", force_zip64=wide != "no") as member:
                member.write(data)
        written.close()
    path = tmp_path_factory.getbasetemp() / "any.zip"
    path.write_bytes(ahead + bytes(target.written if isinstance(target, Unseekable) else target.getvalue()))
    found = directory.find(path, [name for name, _ in contents])
    assert found.problem == ""
    with zipfile.ZipFile(path) as standard:
        assert {name: taken(path, name) for name in found.members} == {
            name: (standard.read(name), "") for name in standard.namelist()
        }


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("step", [1, 7, 100, 100_000])
def test_skipping_and_taking_give_what_taking_all_gives(path: Path, method: int, step: int) -> None:
    data = bytes(np.random.default_rng(5).integers(0, 4, 5000, dtype=np.uint8))
    path.write_bytes(zipped({"log.bin": data}, method))
    with content.opened(path, directory.find(path, ("log.bin",)).members["log.bin"]) as cursor:
        at = 0
        while at < len(data):
            cursor.skip(step // 2)
            at += step // 2
            assert cursor.take(step) == data[at : at + step]
            at += step


# Broken off


def test_a_zip_cut_anywhere_keeps_the_seconds_that_are_there(path: Path, log: bytes) -> None:
    whole = gt3x(log)
    begin = whole.index(log)
    ends = np.cumsum([len(record.encoded()) for record in numbered_records(log)])
    for length in range(begin + 1000, len(whole), 37):
        path.write_bytes(whole[:length])
        assert actigraph.claims(path.read_bytes()[:4096], path)
        result = read(path)
        n = int(np.count_nonzero(ends <= length - begin))
        assert_keeps_all_but(result, range(min(n, N_SECONDS), N_SECONDS))
        assert result.problems[0].startswith(("the zip has no directory", "the directory of the zip is damaged"))
        assert result.decoded.rate_hz_nominal == RATE
    path.write_bytes(whole[: begin + 1000])
    assert read(path).problems[1:] == (
        NO_INFO,
        f"the zip breaks off inside log.bin: 1,000 of {len(log):,} bytes",
        f"the log ends inside a record; its last {1000 - max(end for end in ends if end <= 1000)} bytes were left out",
    )


def numbered_records(log: bytes) -> list[Record]:
    """Ends of the seconds only; what is before the first belongs to it."""
    from tests.ingest.formats.actigraph.actigraph_files import records_of, with_samples

    records = records_of(log)
    places = with_samples(records)
    ahead = sum(len(record.encoded()) for record in records[: places[0]])
    first = Record(0, 0, bytes(ahead + len(records[places[0]].encoded()) - 9))
    return [first, *(records[place] for place in places[1:])]


@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_broken_compression_keeps_what_came_before_and_says_so(path: Path, log: bytes, damage: str) -> None:
    noise = np.random.default_rng(3).integers(0, 256, 100_000, dtype=np.uint8).tobytes()
    whole = bytearray(gt3x(log + Record(25, 1, noise[:8000]).encoded() * 20, method=zipfile.ZIP_DEFLATED))
    half = len(whole) // 2
    if damage == "flipped":
        whole[half : half + 16] = b"\xff" * 16
    path.write_bytes(whole[:half] if damage == "cut" else whole)
    result = read(path)
    kept = numbers_of(result.values)
    np.testing.assert_array_equal(kept, np.arange(len(kept)))
    told = "the compressed data of log.bin break off" if damage == "cut" else "log.bin"
    assert any(told in said for said in result.problems)


def test_a_streamed_zip_without_its_directory_is_read_to_the_end_of_its_first_member(path: Path, log: bytes) -> None:
    target = Unseekable()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("log.bin", log)
        written.writestr("info.txt", INFO)
    path.write_bytes(bytes(target.written)[:-60])
    result = read(path)
    assert_keeps_all_but(result, ())
    assert result.problems == (NO_DIRECTORY, NO_INFO) or result.problems[0] != NO_DIRECTORY


# The older kind: no checksum but the zip's


def v1_g(n: int) -> NDArray[np.float64]:
    return np.random.default_rng(n).normal((0, 0, 1), 0.3, (n, 3))


@pytest.mark.parametrize("deflated", [False, True])
def test_a_stream_that_breaks_off_keeps_what_came_before_and_says_so(path: Path, *, deflated: bool) -> None:
    write_gt3x_v1(path, EVENING_US, v1_g(30_000), rate_hz=30, deflated=deflated)
    whole = path.read_bytes()
    with zipfile.ZipFile(path) as archived:
        stream, info = archived.read("activity.bin"), archived.read("info.txt")
    # info.txt first, so that it survives the cut.
    method = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
    path.write_bytes(zipped({"info.txt": info, "activity.bin": stream}, method)[: len(whole) // 2])
    result = read(path)
    assert 5_000 < len(result.time_us) < 20_000
    np.testing.assert_array_equal(
        result.time_us, EVENING_US + np.rint(np.arange(len(result.time_us)) * 1e6 / 30).astype(np.int64)
    )
    assert result.problems[0] == NO_DIRECTORY
    assert "break" in result.problems[1]
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(NoClockError, match="no rate") as caught:
        actigraph.read(path)
    assert "again" in caught.value.hint


def test_a_changed_byte_of_a_stream_is_told(path: Path) -> None:
    write_gt3x_v1(path, EVENING_US, v1_g(3000), rate_hz=30, deflated=False)
    whole = bytearray(path.read_bytes())
    whole[5000] ^= 1
    path.write_bytes(whole)
    assert read(path).problems[0] == ("the zip's checksum of activity.bin does not fit: some of its bytes were changed")


@pytest.mark.parametrize(("line", "what"), [(b"Sample Rate: 30", "no rate"), (b"Start Date: 0", "no start")])
def test_a_stream_without_rate_or_start_has_no_clock(path: Path, line: bytes, what: str) -> None:
    info = {b"Sample Rate: 30": b"Start Date: 634236966000000000", b"Start Date: 0": b"Sample Rate: 30"}[line]
    path.write_bytes(zipped({"activity.bin": bytes(range(90)), "info.txt": info}))
    with pytest.raises(NoClockError, match=what) as caught:
        actigraph.read(path)
    assert "ActiLife" in caught.value.hint


def test_a_stream_without_a_sample_is_empty_or_damaged(path: Path) -> None:
    info = b"Sample Rate: 30\r\nStart Date: 634236966000000000"
    path.write_bytes(zipped({"activity.bin": b"", "info.txt": info}))
    with pytest.raises(EmptyFileError, match="not a single sample"):
        actigraph.read(path)
    whole = zipped({"info.txt": info, "activity.bin": b"\x11" * 90})
    path.write_bytes(whole[: whole.index(b"\x11" * 90) + 3])
    with pytest.raises(DamagedRecordingError, match="breaks off"):
        actigraph.read(path)


def test_a_zip_that_has_lost_its_recording_is_damaged(path: Path) -> None:
    path.write_bytes(zipped({"info.txt": INFO}))
    with pytest.raises(DamagedRecordingError, match=r"without log\.bin"):
        actigraph.read(path)
