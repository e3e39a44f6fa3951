"""The GENEActiv writer: what it wrote is what the reader reads, and what the manual of the device describes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.errors import UsageError
from ingest.formats.geneactiv import reader as geneactiv
from tests.drawing import examples
from tests.ingest.formats.geneactiv.geneactiv_files import (
    EVENING_US,
    PER_PAGE,
    ROUNDING_US,
    clock_us,
    numbered_g,
    pages_of,
    read,
)
from tests.ingest.formats.geneactiv.geneactiv_writer import Setup, quantised, write_bin, write_export

RATES_HZ = (10.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0, 66.7, 75.0, 85.7, 100.0)
#: More, where a few pages cannot show what is usual, would be taken for pauses.
RATE_ERROR = 0.008


@dataclass(frozen=True)
class Recorded:
    """What a made-up device recorded, and how it is set up."""

    time_us: NDArray[np.int64]
    xyz_g: NDArray[np.float64]
    setup: Setup
    restarts_at: tuple[int, ...]

    def expected_g(self) -> NDArray[np.float32]:
        values = quantised(self.xyz_g, self.setup) * 100.0
        return ((values - self.setup.offset) / self.setup.gain).astype(np.float32)


@st.composite
def recordings(draw: st.DrawFn) -> Recorded:
    """Stretches of whole pages at a rate off the named one, pauses between them, restarts, a short last page."""
    rate_hz = draw(st.sampled_from(RATES_HZ))
    step_us = 1e6 / rate_hz / (1 + draw(st.floats(-RATE_ERROR, RATE_ERROR)))
    pages = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    lengths = [n * PER_PAGE for n in pages]
    lengths[-1] -= draw(st.integers(0, PER_PAGE - 1))
    start_us = EVENING_US + draw(st.integers(0, 86_400_000_000))
    parts: list[NDArray[np.int64]] = []
    restarts_at: list[int] = []
    for length in lengths:
        # Only a device that began anew can be earlier than it was; see `contradicted` for the others.
        pause_s = draw(st.floats(1, 4000))
        if draw(st.booleans()):
            restarts_at.append(sum(len(part) for part in parts))
            pause_s *= draw(st.sampled_from((1, -1)))
        start_us += int(pause_s * 1e6) if parts else 0
        parts.append(start_us + np.rint(np.arange(length) * step_us).astype(np.int64))
        start_us = int(parts[-1][-1])
    time_us = np.concatenate(parts)
    noise = np.random.default_rng(draw(st.integers(0, 2**32)))
    gains, offsets = st.integers(20_000, 32_000), st.integers(-6_000, 6_000)
    return Recorded(
        time_us=time_us,
        xyz_g=noise.normal(size=(len(time_us), 3)) * draw(st.sampled_from((0.05, 1.0, 9.0))),
        setup=Setup(
            rate_hz,
            gain=(draw(gains), draw(gains), draw(gains)),
            offset=(draw(offsets), draw(offsets), draw(offsets)),
            gained_s=draw(st.none() | st.floats(-2, 2)),
            newline=draw(st.sampled_from(("\n", "\r\n"))),
            decimal=draw(st.sampled_from((".", ","))),
        ),
        restarts_at=tuple(restarts_at),
    )


@given(recorded=recordings())
@settings(max_examples=examples(60))
def test_what_was_written_is_read_back_value_by_value(
    tmp_path_factory: pytest.TempPathFactory, recorded: Recorded
) -> None:
    path = tmp_path_factory.getbasetemp() / "round.bin"
    write_bin(path, recorded.time_us, recorded.xyz_g, recorded.setup, restarts_at=recorded.restarts_at)
    decoded = geneactiv.read(path)
    blocks = list(decoded.blocks())
    np.testing.assert_array_equal(np.concatenate([block.values for block in blocks]), recorded.expected_g())
    time_us = np.concatenate([block.time_us for block in blocks])
    assert np.abs(time_us - recorded.time_us).max() <= allowed_us(decoded.problems, recorded)
    assert decoded.rate_hz_nominal == recorded.setup.rate_hz
    assert decoded.bad_blocks == 0
    assert decoded.restarts == sum(at > 0 for at in recorded.restarts_at)


def allowed_us(problems: tuple[str, ...], recorded: Recorded) -> float:
    """A stamp is rounded, and the rate of a run's last page follows from such stamps, or from none."""
    if any("no two pages belong together" in problem for problem in problems):
        return RATE_ERROR * PER_PAGE / recorded.setup.rate_hz * 1e6 + ROUNDING_US
    return 3 * ROUNDING_US


@given(recorded=recordings())
@settings(max_examples=examples(20))
def test_values_in_g_are_within_half_a_step_of_what_was_measured(
    tmp_path_factory: pytest.TempPathFactory, recorded: Recorded
) -> None:
    path = tmp_path_factory.getbasetemp() / "half.bin"
    write_bin(path, recorded.time_us, recorded.xyz_g, recorded.setup, restarts_at=recorded.restarts_at)
    off_g = np.abs(read(path).xyz_g - recorded.xyz_g)
    inside = (np.abs(recorded.xyz_g * recorded.setup.gain + recorded.setup.offset) < 204_700).all(axis=1)
    assert (off_g[inside] <= 50 / np.array(recorded.setup.gain) + 1e-6).all()


def test_each_page_is_what_the_manual_describes(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_bin(path, clock_us(750), numbered_g(750), Setup(100.0, serial="047110"), restarts_at=(300,))
    header, *pages = pages_of(path.read_bytes())
    assert header.count(b"\n") == 59
    assert [len(page.split(b"\n")[9]) for page in pages] == [3600, 3600, 1800]
    assert [page.split(b"\n")[:9] for page in pages][1] == [
        b"Recorded Data",
        b"Device Unique Serial Code:047110",
        b"Sequence Number:0",
        b"Page Time:2026-03-07 22:30:03:043",
        b"Unassigned:",
        b"Temperature:31.5",
        b"Battery voltage:4.125",
        b"Device Status:Recording",
        b"Measurement Frequency:100.0",
    ]
    digits = pages[0].split(b"\n")[9]
    sample = digits[65 * 12 : 66 * 12]
    assert sample == b"%03X%03X%03X000" % (1, 1, 108)


@pytest.mark.parametrize(("g", "steps"), [(7.99609375, 2047), (8.0, 2047), (40.0, 2047), (-8.0, -2048), (-40.0, -2048)])
def test_values_are_cut_at_the_end_stop(g: float, steps: int) -> None:
    assert quantised(np.full((1, 3), g), Setup(100.0)).tolist() == [[steps] * 3]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"setup": Setup(0.1)}, "0.1 Hz"),
        ({"setup": Setup(50.0)}, "too far from 50 Hz"),
        ({"setup": Setup(100.0, location="left\nankle")}, "one line each"),
        ({"restarts_at": (700,)}, "outside the 700 samples"),
        ({"restarts_at": (100,)}, "ends inside a page"),
        ({"time_us": clock_us(699)}, "699 times"),
        ({"time_us": np.empty(0, dtype=np.int64)}, "0 times"),
        ({"xyz_g": np.full((700, 3), np.nan)}, "finite"),
        ({"time_us": clock_us(700) - EVENING_US}, "2000 to 2099"),
        ({"path": Path("no such folder") / "a.bin"}, "cannot be written"),
    ],
)
def test_what_no_device_could_record_is_refused(tmp_path: Path, change: dict[str, object], says: str) -> None:
    whole: dict[str, object] = {
        "path": tmp_path / "a.bin",
        "time_us": clock_us(700),
        "xyz_g": numbered_g(700),
        "setup": Setup(100.0),
    }
    with pytest.raises(UsageError, match=says):
        write_bin(**(whole | change))  # type: ignore[arg-type]  # one wrong argument is the point


def test_an_export_that_cannot_be_written_says_so() -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        write_export(Path("no such folder") / "a.csv", clock_us(10), numbered_g(10), Setup(100.0))
    with pytest.raises(UsageError, match="10 times"):
        write_export(Path("a.csv"), clock_us(10), numbered_g(11), Setup(100.0))


def test_the_same_samples_give_the_same_bytes(tmp_path: Path) -> None:
    for write in (write_bin, write_export):
        for name in ("a", "b"):
            write(tmp_path / name, clock_us(700), numbered_g(700), Setup(100.0))
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_8_hours_at_50_hz_are_written_in_less_than_a_second_and_read_in_less_than_another(tmp_path: Path) -> None:
    n = 8 * 3600 * 50
    time_us, xyz_g = clock_us(n, 49.9), np.tile([0.0, 0.0, 1.0], (n, 1))
    before_s = time.process_time()
    write_bin(tmp_path / "a.bin", time_us, xyz_g, Setup(50.0))
    written_s = time.process_time()
    assert sum(len(block) for block in geneactiv.read(tmp_path / "a.bin").blocks()) == n
    assert written_s - before_s < 1.0
    # Seven million samples a second.
    assert time.process_time() - written_s < n / 7e6
