from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.errors import DamagedRecordingError, EmptyFileError, NoClockError, UnsupportedRecordingError
from ingest.formats.matrix import claims
from ingest.reading import Declared, read_recording
from ingest.recognising import sniff
from ingest.recording import BLOCK_SAMPLES, DeviceClock, Placement
from tests.drawing import examples
from tests.ingest.formats.matrix_files import EVENING_S, Packet, Recorded, night, numbered, numbers_of, read

SECOND_US = 1_000_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("matrix")


def seconds(time_us: NDArray[np.int64]) -> NDArray[np.float64]:
    """Seconds since the evening began."""
    return np.asarray((time_us - EVENING_S * SECOND_US) / SECOND_US)


def packet(start_s: int, end_s: int, count: int, first: int = 0) -> Packet:
    return Packet(EVENING_S + start_s, EVENING_S + end_s, numbered(first, count))


def test_a_recording_is_read_with_what_the_file_says(tmp_path: Path) -> None:
    result = read(night().write(tmp_path / "a.bin"))
    np.testing.assert_array_equal(numbers_of(result.steps), np.arange(12_500))
    np.testing.assert_allclose(seconds(result.time_us), np.arange(12_500) / 25, atol=1e-6)
    decoded = result.decoded
    assert decoded.format == "matrix-bin"
    assert (decoded.device.maker, decoded.device.model, decoded.device.serial) == ("Parmay", "Matrix", "")
    assert decoded.placement == Placement("ankle", "left")
    assert (decoded.unit, decoded.full_scale_g) == ("g", 8.0)
    assert decoded.problems == ()
    assert decoded.bad_blocks == 0


def test_unix_seconds_are_utc_and_no_rate_is_claimed(tmp_path: Path) -> None:
    decoded = read(night().write(tmp_path / "a.bin")).decoded
    assert decoded.clock == DeviceClock("utc")
    assert decoded.rate_hz_nominal is None


@pytest.mark.parametrize("range_g", [2, 4, 8, 16, 32])
def test_the_range_gives_the_size_of_a_step(tmp_path: Path, range_g: int) -> None:
    recorded = Recorded([packet(0, 100, 2500)], range_g=range_g)
    (block,) = read(recorded.write(tmp_path / "a.bin")).decoded.blocks()
    assert block.g_per_value == range_g / 32_768
    assert block.values.dtype == np.int16


@pytest.mark.parametrize("range_g", [0, 1, 3, 7, 9, 64, 65_535])
def test_a_range_that_no_accelerometer_has_is_refused(tmp_path: Path, range_g: int) -> None:
    path = Recorded([packet(0, 100, 2500)], range_g=range_g).write(tmp_path / "a.bin")
    with pytest.raises(DamagedRecordingError, match="how large the steps"):
        read(path)


@st.composite
def recordings(draw: st.DrawFn) -> tuple[Recorded, NDArray[np.int16], NDArray[np.float64]]:
    """Packets at a varying rate, joined, a second apart or with gaps; their samples and the times due to these."""
    rate_hz = draw(st.sampled_from((12.5, 25.0, 50.0, 100.0)))
    at_s, end_s = EVENING_S, EVENING_S
    packets: list[Packet] = []
    times: list[NDArray[np.float64]] = []
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    for pause_s in draw(st.lists(st.sampled_from((0, 0, 1, 2, 90, 4000)), min_size=1, max_size=6)):
        pause_s = pause_s if packets else 0
        lasts_s = draw(st.integers(10, 30))
        count = round(lasts_s * rate_hz * draw(st.floats(0.86, 1.0)))
        at_s, joined = end_s + pause_s, pause_s == 1
        end_s = at_s + lasts_s
        steps = random.integers(-32_768, 32_768, (count, 3)).astype(np.int16)
        extra = draw(st.tuples(*(st.sampled_from((0, 0, 1, 40)) for _ in range(3))))
        packets.append(Packet(at_s, end_s, steps, *extra))
        times.append((at_s - joined) + np.arange(count) * (lasts_s + joined) / count)
    recorded = Recorded(packets, padding=draw(st.sampled_from((0, 4))), remarks=draw(st.sampled_from((b"", b"left"))))
    return recorded, np.concatenate([p.steps for p in packets]), np.concatenate(times)


@given(made=recordings(), zipped=st.booleans())
@settings(max_examples=examples(60))
def test_what_was_written_is_read_back_value_by_value(
    folder: Path, made: tuple[Recorded, NDArray[np.int16], NDArray[np.float64]], *, zipped: bool
) -> None:
    recorded, steps, times_s = made
    path = folder / "round.bin"
    path.write_bytes(gzip.compress(recorded.bytes(), 1) if zipped else recorded.bytes())
    result = read(path)
    np.testing.assert_array_equal(result.steps, steps)
    assert np.abs(result.time_us - times_s * 1e6).max() <= 1
    assert result.decoded.bad_blocks == 0
    assert all("seconds missing" in problem for problem in result.decoded.problems)


# Times


def test_the_end_of_a_packet_belongs_to_the_next_one(tmp_path: Path) -> None:
    result = read(Recorded([packet(0, 100, 2500), packet(100, 200, 1250)]).write(tmp_path / "a.bin"))
    at_s = seconds(result.time_us)
    assert at_s[2499] == 99.96
    assert at_s[2500] == 100
    assert at_s[-1] == 199.92


def test_a_second_that_turned_between_two_packets_is_no_gap(tmp_path: Path) -> None:
    result = read(Recorded([packet(0, 100, 2500), packet(101, 201, 2525)]).write(tmp_path / "a.bin"))
    np.testing.assert_allclose(np.diff(seconds(result.time_us)), 0.04, atol=2e-6)
    assert result.decoded.problems == ()


def test_two_seconds_between_two_packets_are_a_gap(tmp_path: Path) -> None:
    result = read(Recorded([packet(0, 100, 2500), packet(102, 202, 2500)]).write(tmp_path / "a.bin"))
    assert seconds(result.time_us)[2500] == 102
    assert result.decoded.problems == ("seconds missing between packets that follow each other: 2, in 1 stretches",)


def test_packets_that_overlap_or_go_back_keep_their_order_and_are_counted(tmp_path: Path) -> None:
    recorded = Recorded([packet(0, 100, 2500), packet(90, 190, 2500), packet(-3600, -3500, 2500)])
    result = read(recorded.write(tmp_path / "a.bin"))
    assert seconds(result.time_us)[[0, 2500, 5000]].tolist() == [0, 90, -3600]
    assert result.decoded.problems == ("packets that start before the one before them ends: 2 of 3 packets",)


@pytest.mark.parametrize(
    ("end_s", "fits"),
    [(124, True), (176, True), (123, False), (177, False), (100, False), (3700, False), (-3500, False)],
)
def test_samples_whose_stamps_cannot_be_theirs_are_spread_at_the_usual_rate(
    tmp_path: Path, end_s: int, *, fits: bool
) -> None:
    recorded = Recorded(
        [packet(0, 50, 1250), packet(50, 100, 1250), packet(100, end_s, 1250), packet(3700, 3800, 2500)]
    )
    result = read(recorded.write(tmp_path / "a.bin"))
    told = any("do not fit their number of samples: 1 of 4" in problem for problem in result.decoded.problems)
    assert told is not fits
    lasts_s = end_s - 100 if fits else 50  # of which half, and the second that stamps are cut to, may be missing
    np.testing.assert_allclose(seconds(result.time_us)[2500:3750], 100 + np.arange(1250) * lasts_s / 1250, atol=2e-6)


def test_a_last_packet_within_one_second_is_spread_at_the_usual_rate(tmp_path: Path) -> None:
    result = read(Recorded([packet(0, 100, 2500), packet(100, 100, 20)]).write(tmp_path / "a.bin"))
    np.testing.assert_allclose(seconds(result.time_us)[2500:], 100 + np.arange(20) / 25, atol=1e-6)


@pytest.mark.parametrize(
    ("lasts_s", "count", "usable"),
    [(100, 499, False), (100, 500, True), (100, 100_000, True), (100, 100_001, False), (0, 20, False), (-9, 20, False)],
)
def test_packets_that_fit_no_rate_have_no_clock(tmp_path: Path, lasts_s: int, count: int, *, usable: bool) -> None:
    path = Recorded([Packet(EVENING_S, EVENING_S + lasts_s, np.zeros((count, 3), np.int16))]).write(tmp_path / "a.bin")
    if usable:
        assert len(read(path).steps) == count
    else:
        with pytest.raises(NoClockError, match="fit no number of samples"):
            read(path)


def test_the_rate_of_short_packets_is_asked_only_where_there_are_no_long_ones(tmp_path: Path) -> None:
    short = [packet(0, 1, 49), packet(1, 3, 50), packet(3, 4, 1)]
    assert len(read(Recorded(short).write(tmp_path / "a.bin")).steps) == 100


# Blocks


def test_a_long_packet_is_cut_into_blocks_and_short_ones_are_put_together(tmp_path: Path) -> None:
    long = Packet(EVENING_S, EVENING_S + 1300, numbered(0, 2 * BLOCK_SAMPLES + 10_000))
    short = [
        Packet(
            EVENING_S + 1300 + 10 * i, EVENING_S + 1310 + 10 * i, numbered(130_000 + 1000 * i, 1000), n_rotation=1000
        )
        for i in range(100)
    ]
    result = read(Recorded([long, *short]).write(tmp_path / "a.bin"))
    blocks = list(result.decoded.blocks())
    assert max(len(block) for block in blocks) <= 2 * BLOCK_SAMPLES
    assert len(blocks) <= 8
    np.testing.assert_array_equal(numbers_of(result.steps), np.arange(230_000))
    np.testing.assert_allclose(seconds(result.time_us), np.arange(230_000) / 100, atol=2e-6)
    np.testing.assert_array_equal(np.concatenate([block.values for block in result.decoded.blocks()]), result.steps)


# Whose file it is


@pytest.mark.parametrize(
    "remarks", [b"", b'{"side": "left"}', b"%PDF-1.7", b"<?xml version='1.0'?>", b"<html>", b"GENEA/1."]
)
def test_remarks_that_look_like_another_file_do_not_matter(tmp_path: Path, remarks: bytes) -> None:
    path = Recorded([packet(0, 100, 2500)], remarks=remarks).write(tmp_path / "a.csv")
    assert getattr(sniff.reader_of(path), "__name__", "") == "ingest.formats.matrix"
    assert len(read(path).steps) == 2500


def test_a_file_is_known_by_its_header_or_its_first_packet(tmp_path: Path) -> None:
    content = night().bytes()
    anything = Path("anything")
    assert claims(content[:4096], anything)
    assert claims(gzip.compress(content)[:4096], anything)
    assert claims(content[:512] + b"\xff" * 12 + content[524:4096], anything)
    assert not claims(bytes(4096), anything)
    assert not claims(b"MDTC" + bytes(600), anything)
    assert not claims(b"a packet begins with MDTCPACK\n" * 17, anything)
    assert not claims(b"", anything)


def test_packets_without_acceleration_are_no_recording_of_movement(tmp_path: Path) -> None:
    path = Recorded([Packet(EVENING_S, EVENING_S + 100, numbered(0, 0), n_heart=100)]).write(tmp_path / "a.bin")
    with pytest.raises(UnsupportedRecordingError, match="no acceleration"):
        read(path)


def test_a_header_alone_is_an_empty_recording(tmp_path: Path) -> None:
    with pytest.raises(EmptyFileError, match="not a single packet"):
        read(Recorded([], declared=0).write(tmp_path / "a.bin"))


def test_packets_that_hold_only_other_samples_are_passed_over(tmp_path: Path) -> None:
    other = Packet(EVENING_S + 100, EVENING_S + 200, numbered(0, 0), n_rotation=7, n_temperature=3, n_heart=5)
    recorded = Recorded([packet(0, 100, 2500), other, packet(200, 300, 2500, first=2500)])
    result = read(recorded.write(tmp_path / "a.bin"))
    np.testing.assert_array_equal(numbers_of(result.steps), np.arange(5000))
    assert result.decoded.problems == ()


def test_a_recording_comes_out_in_utc_with_its_true_rate(tmp_path: Path) -> None:
    path = night(n_packets=3, count=2167).write(tmp_path / "a.bin")
    recording = read_recording(path, lambda _: Declared(zone="Europe/Berlin"))
    assert recording.quality.first_us == EVENING_S * SECOND_US
    assert recording.quality.rate_hz_true == pytest.approx(21.67, abs=0.001)
    assert recording.clock.instants_known
