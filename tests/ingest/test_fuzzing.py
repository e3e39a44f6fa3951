"""A short fuzzing of every format, and that the fuzzing itself sees what a reader must not do."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from ingest.errors import IngestError, NoClockError
from ingest.recognising import sniff
from ingest.recording import Decoded, Samples
from tests.fuzzing import seeds, worker
from tests.fuzzing.__main__ import names_of, smallest
from tests.fuzzing.mutants import Name, mutant_of
from tests.fuzzing.outcomes import Outcome
from tests.fuzzing.outcomes import decoded as decoded_outcome
from tests.fuzzing.pool import Pool, Worker, pool
from tests.fuzzing.worker import outcome_of
from tests.ingest.making import FakeReader, decoded, every, samples
from tests.paths import ROOT

N_MUTANTS = 25


@pytest.fixture(scope="module")
def workers() -> Iterator[Pool]:
    with pool(2) as ready:
        yield ready


@pytest.mark.parametrize("family", seeds.families())
def test_damaged_files_give_a_sound_recording_or_an_error_of_ours(family: str, workers: Pool) -> None:
    outcomes = list(workers.outcomes(names_of(family, N_MUTANTS, seed=7, real=False)))
    assert [f"{outcome.name}: {outcome.detail}" for outcome in outcomes if outcome.is_finding] == []
    # Neither does every reader let everything pass nor does the damage hit nothing but the door.
    assert 0.1 < sum(outcome.verdict == "result" for outcome in outcomes) / N_MUTANTS < 1


@pytest.mark.parametrize("name", seeds.made())
def test_a_seed_that_nobody_damaged_is_read(name: str, tmp_path: Path) -> None:
    assert outcome_of(Name(name, 1, 1, kept=()), tmp_path).verdict == "result"


@pytest.mark.parametrize("family", seeds.families())
def test_a_name_makes_the_same_mutant_for_everybody_and_another_name_another_one(family: str) -> None:
    mutants = [mutant_of(name) for name in names_of(family, 10, seed=3, real=False)]
    assert mutants == [mutant_of(name) for name in names_of(family, 10, seed=3, real=False)]
    assert len({str(mutant.files) for mutant in mutants}) > 7


# What a reader must not do is found


def read_by(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, read: Callable[[Path], Decoded]) -> Outcome:
    monkeypatch.setattr(sniff, "reader_of", lambda path: FakeReader(read))
    return outcome_of(Name("delimited/utc", 1, 1), tmp_path)


def raising(error: BaseException) -> Callable[[Path], Decoded]:
    def read(path: Path) -> Decoded:
        raise error

    return read


def test_an_exception_that_is_not_ours_is_a_finding_with_its_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    outcome = read_by(monkeypatch, tmp_path, raising(KeyError("rate")))
    assert outcome.is_finding
    assert outcome.signature == "KeyError at reading.py:read_recording"
    assert "KeyError: 'rate'" in outcome.detail


def test_an_error_of_ours_is_none_as_long_as_it_names_its_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    outcome = read_by(monkeypatch, tmp_path, raising(NoClockError("no clock", path="there")))
    assert (outcome.verdict, outcome.is_finding) == ("NoClockError", False)
    assert read_by(monkeypatch, tmp_path, raising(IngestError("no file"))).verdict == "UnsoundError"


def test_a_warning_is_a_finding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def overflowing(path: Path) -> Decoded:
        return replace(decoded(), rate_hz_nominal=float(np.float32(3e38) * np.float32(10)))

    assert read_by(monkeypatch, tmp_path, overflowing).verdict == "RuntimeWarning"


def test_a_file_that_is_left_open_is_a_finding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def careless(path: Path) -> Decoded:
        path.open("rb").read(1)
        return decoded()

    assert read_by(monkeypatch, tmp_path, careless).verdict == "ResourceWarning"


def test_a_hang_is_a_finding_and_ends(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def hanging(path: Path) -> Decoded:
        while True:
            try:
                time.sleep(0.01)
            except Exception:
                continue

    monkeypatch.setattr(worker, "LIMIT_S", 0.1)
    assert read_by(monkeypatch, tmp_path, hanging).verdict == "hang"


def test_a_flood_of_memory_is_a_finding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(worker, "reset_peak", lambda: 1 << 20)
    for needed, verdict in ((worker.MEMORY_FLOOR_BYTES, "result"), (worker.MEMORY_FLOOR_BYTES + 1, "memory")):
        monkeypatch.setattr(worker, "peak_bytes", partial(int, (1 << 20) + needed))
        assert read_by(monkeypatch, tmp_path, lambda path: decoded()).verdict == verdict


FLOOD = """
from tests.fuzzing.memory import peak_bytes, reset_peak
bytearray(512 << 20)
before = reset_peak()
bytearray(64 << 20)
print((peak_bytes() - before) >> 20)
"""


def test_the_peak_of_memory_is_that_since_it_was_reset() -> None:
    # In a process of its own: another test's leftovers, let go of meanwhile, would hide it.
    done = subprocess.run([sys.executable, "-c", FLOOD], cwd=ROOT, capture_output=True, text=True, check=True)
    assert 60 <= int(done.stdout) <= 80


UNSOUND: dict[str, Callable[[], Decoded]] = {
    "other samples when walked again": lambda: decoded(blocks=_ever_other()),
    "a block without a sample": lambda: decoded(blocks=lambda: iter([samples([1, 2]), samples([])])),
    "times of int32": lambda: decoded(blocks=lambda: iter([Samples(_times(np.int32), _rest(), 1.0)])),
    "values of float64": lambda: decoded(blocks=lambda: iter([Samples(_times(), _rest(np.float64), 1.0)])),
    "values of shape": lambda: decoded(blocks=lambda: iter([Samples(_times(), _rest()[:3], 1.0)])),
    "-1.0 g per value": lambda: decoded(blocks=lambda: iter([Samples(_times(), _rest(), -1.0)])),
    "a nominal rate of 0": lambda: replace(decoded(), rate_hz_nominal=0.0),
    "a full scale of nan": lambda: replace(decoded(), full_scale_g=float("nan")),
    "a count below zero": lambda: replace(decoded(), restarts=-1),
    "a warning that is no sentence": lambda: replace(decoded(), problems=("two\nlines",)),
}


def _times(dtype: type[np.signedinteger] = np.int64) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return every(20_000, 4).astype(dtype)


def _rest(dtype: type[np.floating] = np.float32) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.tile(np.array([0, 0, 1]), (4, 1)).astype(dtype)


def _ever_other() -> Callable[[], Iterator[Samples]]:
    walks = iter(range(10))
    return lambda: iter([samples(every(20_000 + next(walks), 500))])


@pytest.mark.parametrize("what", UNSOUND)
def test_a_recording_that_contradicts_itself_is_a_finding(
    what: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    outcome = read_by(monkeypatch, tmp_path, lambda path: UNSOUND[what]())
    assert outcome.is_finding
    assert what in outcome.detail.splitlines()[-1] or "Error" in outcome.verdict


def test_the_smallest_finding_keeps_only_the_steps_that_it_needs(workers: Pool) -> None:
    name = next(name for name in names_of("delimited/utc", 100, seed=1) if len(mutant_of(name).steps) >= 3)

    class Fussy(Pool):
        def outcome(self, name: Name) -> Outcome:
            return Outcome(name, "crash", 0.0, 0, 0, detail="boom" if name.kept is None or 1 in name.kept else "")

    assert smallest(Fussy([]).outcome(name), Fussy([])).name.kept == (1,)


def test_a_worker_that_died_is_a_crash_and_the_next_one_takes_its_place(workers: Pool) -> None:
    name = Name("delimited/utc", 1, 1)
    before = workers.outcome(name)
    alone = Worker()
    try:
        assert alone.outcome(name).verdict == before.verdict
        assert alone.process is not None
        alone.process.kill()
        crashed = alone.outcome(name)
        assert (crashed.verdict, crashed.is_finding) == ("crash", True)
        assert alone.outcome(name).verdict == before.verdict
    finally:
        alone.end()


def test_an_outcome_survives_the_way_from_its_worker() -> None:
    outcome = Outcome(Name("fit/raw", 1, 2, (0, 3)), "KeyError", 0.5, 1 << 20, 100, "reading.py:read", "Traceback")
    assert decoded_outcome(outcome.encoded()) == outcome
