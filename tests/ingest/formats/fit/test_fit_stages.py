"""How sleep levels and the sleep window become spans."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.recording import SleepWindow
from tests.ingest.formats.fit.fit_files import REST, T0, burst, decode, level, sleep_event, unix


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "night.fit"


def stages(path: Path, *parts: bytes) -> list[tuple[int, int, str]]:
    spans = decode(path, burst(REST), *parts).stages
    second, zero = 1_000_000, unix(T0)
    return [((s.start_us - zero) // second, (s.end_us - zero) // second, s.stage) for s in spans]


def test_a_level_holds_until_the_next_one(path: Path) -> None:
    found = stages(path, level(T0, 1), level(T0 + 60, 2), level(T0 + 120, 2), level(T0 + 600, 4), level(T0 + 900, 0))
    assert found == [(0, 60, "wake"), (60, 600, "light"), (600, 900, "rem")]


@pytest.mark.parametrize(("gap_s", "stage"), [(2699, "deep"), (2700, "unmeasurable")])
def test_a_level_is_not_believed_for_45_minutes(path: Path, gap_s: int, stage: str) -> None:
    assert stages(path, level(T0, 3), level(T0 + gap_s, 1)) == [(0, gap_s, stage)]


def test_an_unknown_level_is_unmeasurable(path: Path) -> None:
    found = stages(path, level(T0, 5), level(T0 + 60, 0xFF), level(T0 + 120, 3), level(T0 + 180, 3))
    assert found == [(0, 120, "unmeasurable"), (120, 180, "deep")]


def test_the_sleep_window_limits_the_stages_and_ends_the_last_one(path: Path) -> None:
    marks = sleep_event(T0 + 30, 0), sleep_event(T0 + 150, 1)
    assert stages(path, *marks, level(T0, 1), level(T0 + 60, 2)) == [(30, 60, "wake"), (60, 150, "light")]


def test_two_windows_keep_what_lies_in_either(path: Path) -> None:
    marks = [sleep_event(T0 + at, kind) for at, kind in ((0, 0), (100, 1), (100, 0), (200, 1), (300, 0), (400, 1))]
    found = stages(path, *marks, level(T0, 2), level(T0 + 350, 3))
    assert found == [(0, 100, "light"), (100, 200, "light"), (300, 350, "light"), (350, 400, "deep")]


def test_a_window_needs_no_stages(path: Path) -> None:
    decoded = decode(path, burst(REST), sleep_event(T0, 0), sleep_event(T0 + 60, 1))
    assert decoded.stages == ()
    assert decoded.sleep_windows == (SleepWindow(unix(T0), unix(T0 + 60)),)
    assert decoded.problems == ()


def test_several_windows_come_in_order(path: Path) -> None:
    marks = [sleep_event(T0 + at, kind) for at, kind in ((300, 0), (400, 1), (0, 0), (100, 1))]
    windows = decode(path, burst(REST), *marks).sleep_windows
    assert windows == (SleepWindow(unix(T0), unix(T0 + 100)), SleepWindow(unix(T0 + 300), unix(T0 + 400)))


@pytest.mark.parametrize("marks", [[(0, 0)], [(0, 1)], [(60, 0), (0, 1)], [(0, 0), (0, 1)], [(0, 2), (60, 3)]])
def test_a_beginning_without_an_end_is_no_window_and_said(path: Path, marks: list[tuple[int, int]]) -> None:
    decoded = decode(path, burst(REST), *(sleep_event(T0 + at, kind) for at, kind in marks))
    assert decoded.sleep_windows == ()
    assert decoded.problems == ("The device marked a beginning or an end of sleep, but not the other one.",)


def test_stages_out_of_order_are_put_in_order(path: Path) -> None:
    assert stages(path, level(T0 + 60, 0), level(T0, 4)) == [(0, 60, "rem")]
