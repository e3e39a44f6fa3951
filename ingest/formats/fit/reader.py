"""FIT: nights of Garmin and other watches: raw acceleration where an app logged it, and what the watch says of sleep.

Ordinary exports hold no acceleration, only heart rate, steps and sleep stages. Acceleration comes from Connect IQ apps
that log it, from Garmin's Health SDK, and from VIRB cameras. The way through:

`envelope` finds the parts of the file; `walk` finds every message of a part; `tables` reads the many messages that are
plain numbers with numpy, `delegate` hands the few others to fitparse (`decoding`); `stamps` and `clock` give them
time. Of that, `samples` and `acceleration` make movement in g, `stages`, `vitals` and `beats` what lies beside it,
`wearer` the device, and `content` decides whether it is a night at all.

All samples of a file stay in memory (20 bytes each, so 14 MB a night at 25 Hz): that is two or three times the file,
whose size is bounded, and walking them again costs nothing.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path

from ingest.errors import EmptyFileError, UnknownFormatError, UnreadableFileError
from ingest.formats.fit.acceleration import UNITS, calibration_in, in_g
from ingest.formats.fit.budget import MessageBudget, budget_for
from ingest.formats.fit.clock import COUNTER_ALONE, Correlations, correlations_in, utc_offset_s
from ingest.formats.fit.content import COPY_AGAIN, refusal, tells_of_a_night
from ingest.formats.fit.device import device_in, placement_in
from ingest.formats.fit.envelope import Part, has_header, open_envelope
from ingest.formats.fit.fitparse_messages import notes_in
from ingest.formats.fit.heart_beats import Series, beats_in
from ingest.formats.fit.lone_samples import without_lone
from ingest.formats.fit.messages import ACCELERATION, BULK, Message
from ingest.formats.fit.samples import PartSamples, samples_in
from ingest.formats.fit.stages import marks_sleep, sleep_windows, stage_spans
from ingest.formats.fit.tables import tables
from ingest.formats.fit.timestamps import Stamps
from ingest.formats.fit.vitals import heart_rates_in, hrv_last_night_ms, in_utc, temperatures_in
from ingest.formats.fit.walk import walk
from ingest.losses import REST_IS_LOST, share_lost
from ingest.quality.thermometer import by_minute
from ingest.recording import Decoded, DeviceClock, Samples, Temperature, Vitals

NAME = "fit"
#: Four weeks of raw 25 Hz. A file is read whole, so something must bound it.
MAX_BYTES = 256 * 1024 * 1024
MAX_PROBLEMS = 20
_UNDATED = "they count time from switching on and nothing dates it"


@dataclass(frozen=True, slots=True)
class PartRead:
    """What one chained part held.

    Attributes
    ----------
    tally : Counter
        Every data message by number, wanted or not.
    notes : tuple of Message
        What fitparse decoded.
    n_lost_notes : int
        What it could not.
    correlations : Correlations
        What dates the part's own counter.
    stopped : str
        Where and why reading ended early; empty where it did not.
    """

    tally: Counter[int]
    notes: tuple[Message, ...]
    n_lost_notes: int
    correlations: Correlations
    samples: PartSamples
    heart: Series
    beats: Series
    temperature: Series
    stopped: str


def claims(head: bytes, path: Path) -> bool:
    """Whether the file begins with a FIT header; the name does not matter."""
    return has_header(head)


def read(path: Path) -> Decoded:
    """The acceleration of a FIT file, and the sleep and the heart beside it; ``blocks()`` is empty without the former.

    Raises
    ------
    UnreadableFileError
        No bytes to be had, or more than `MAX_BYTES`.
    EmptyFileError, UnknownFormatError, DamagedRecordingError
        Nothing in it, not FIT, or nothing readable.
    NoMovementError
        A FIT file without acceleration that tells of no night either.
    UnknownUnitError, NoClockError
        Samples that cannot be made g, or have no absolute time.
    """
    data = _file_bytes(path)
    envelope = open_envelope(data)
    budget = budget_for(len(data))
    parts = [read_part(data, part, budget) for part in envelope.parts]
    if is_undated := _counts_from_one_start(parts):
        budget = budget_for(len(data))
        parts = [read_part(data, part, budget, from_switching_on=True) for part in envelope.parts]
    notes = tuple(chain.from_iterable(part.notes for part in parts))
    stages = tuple(chain.from_iterable(stage_spans(part.notes, part.correlations) for part in parts))
    windows = tuple(chain.from_iterable(sleep_windows(part.notes, part.correlations) for part in parts))
    vitals, n_undated = _vitals(parts, notes)
    temperature, said_of_it = _temperature(parts)
    _check_worth(path, parts, notes, has_sleep=bool(stages or windows), vitals=vitals)
    blocks = tuple(chain.from_iterable(part.samples.blocks for part in parts))
    samples = in_g(blocks, calibration_in(notes), path) if blocks else ()
    samples, said_of_them = _without_damage(samples) if envelope.is_altered else (samples, ())
    if is_undated:
        samples = _from_first(samples)
    return Decoded(
        format=NAME,
        device=device_in(notes),
        placement=placement_in(notes),
        clock=DeviceClock("relative") if is_undated else DeviceClock("utc", utc_offset_s=utc_offset_s(notes)),
        rate_hz_nominal=None,
        unit=_unit(parts),
        blocks=partial(iter, samples),
        bad_blocks=sum(part.samples.n_senseless + bool(part.stopped) for part in parts),
        lost_share=share_lost(sum(part.samples.n_undated for part in parts), sum(map(len, samples))),
        restarts=max(sum(bool(part.samples.blocks) for part in parts) - 1, 0),
        problems=_first(
            [
                *envelope.problems,
                *said_of_them,
                *_problems(parts, n_undated),
                *_sleep_problems(notes, marked=bool(windows)),
                *said_of_it,
            ]
        ),
        # Beside samples that count from switching on, whatever has a date has it of another clock.
        stages=() if is_undated else stages,
        sleep_windows=() if is_undated else windows,
        vitals=Vitals() if is_undated else vitals,
        temperature=Temperature() if is_undated else temperature,
    )


def read_part(data: bytes, part: Part, budget: MessageBudget, *, from_switching_on: bool = False) -> PartRead:
    """Everything in one part up to its end or to the first thing that has no known size.

    Parameters
    ----------
    data : bytes
        The file.
    budget : MessageBudget
        What is found counts against it.
    from_switching_on : bool
        Samples keep the times of the device's counter, though nothing says when it began.
    """
    walked = walk(data, part, budget)
    stamps = Stamps(data, walked)
    notes, n_lost = notes_in(data, walked, stamps, budget)
    correlations = correlations_in(notes)
    bulk = list(tables(data, walked, BULK))
    moving = [table for table in bulk if table.definition.number in ACCELERATION]
    return PartRead(
        tally=walked.tally(),
        notes=notes,
        n_lost_notes=n_lost,
        correlations=correlations,
        samples=samples_in(moving, stamps, COUNTER_ALONE if from_switching_on else correlations),
        heart=heart_rates_in(bulk, stamps),
        beats=beats_in(bulk, stamps),
        temperature=temperatures_in(bulk, stamps),
        stopped=walked.stopped,
    )


def _counts_from_one_start(parts: Sequence[PartRead]) -> bool:
    """Whether all samples count from one switching on, so that its moment is all that is missing."""
    return not any(part.samples.blocks for part in parts) and sum(bool(p.samples.n_undated) for p in parts) == 1


def _without_damage(samples: tuple[Samples, ...]) -> tuple[tuple[Samples, ...], tuple[str, ...]]:
    """Without what changed bytes made of samples, as far as that shows, and what is said of it."""
    found = [without_lone(block) for block in samples]
    n_lone = sum(n for _, n in found)
    says = f"Samples left out because each stands alone in stillness, which no movement does: {n_lone:,}."
    return tuple(block for block, _ in found), (says,) if n_lone else ()


def _from_first(samples: tuple[Samples, ...]) -> tuple[Samples, ...]:
    first_us = min((int(block.time_us.min()) for block in samples), default=0)
    return tuple(replace(block, time_us=block.time_us - first_us) for block in samples)


def _file_bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise UnreadableFileError("not a file", path=path)
        with path.open("rb") as file:
            is_too_large = os.fstat(file.fileno()).st_size > MAX_BYTES
            data = b"" if is_too_large else file.read()
    except OSError as error:
        raise UnreadableFileError(error.strerror or "cannot be read", path=path) from error
    if is_too_large:
        limit = f"{MAX_BYTES // 1024**2} MiB"
        raise UnreadableFileError(
            f"larger than {limit}, the most that is read of one FIT file",
            path=path,
            hint="let the logging app start a new file every night",
        )
    if not data:
        raise EmptyFileError("the file is empty", path=path, hint=COPY_AGAIN)
    if not has_header(data):
        raise UnknownFormatError("not a FIT file", path=path, hint="unpack it first if it is an archive")
    return data


def _vitals(parts: Sequence[PartRead], notes: Sequence[Message]) -> tuple[Vitals, int]:
    """Heart rates and beats of all parts, and how many of them have no date."""
    heart_us, bpm, n_heart = in_utc([(part.heart, part.correlations) for part in parts])
    beat_us, interval_ms, n_beats = in_utc([(part.beats, part.correlations) for part in parts])
    return Vitals(heart_us, bpm, beat_us, interval_ms, hrv_last_night_ms(notes)), n_heart + n_beats


def _temperature(parts: Sequence[PartRead]) -> tuple[Temperature, tuple[str, ...]]:
    """Its minutes of all parts, and what has to be said about it."""
    time_us, celsius, n_undated = in_utc([(part.temperature, part.correlations) for part in parts])
    found, said = by_minute(time_us, celsius)
    return found, (*said, *([f"Temperatures left out because {_UNDATED}: {n_undated:,}."] if n_undated else []))


def _check_worth(
    path: Path, parts: Sequence[PartRead], notes: Sequence[Message], *, has_sleep: bool, vitals: Vitals
) -> None:
    """Raises unless the file holds movement, or tells of a night."""
    tally = sum((part.tally for part in parts), Counter[int]())
    n_acceleration = sum(tally[number] for number in ACCELERATION)
    has_heart = bool(len(vitals.heart_us) or len(vitals.beat_us))
    if any(part.samples.blocks for part in parts):
        return
    if not n_acceleration and (has_sleep or (has_heart and tells_of_a_night(notes, tally))):
        return
    has_undated = any(part.samples.n_undated for part in parts)
    stopped = next((part.stopped for part in parts if part.stopped), "")
    raise refusal(path, tally, has_undated=has_undated, stopped=stopped)


def _unit(parts: Sequence[PartRead]) -> str:
    """The unit most samples of the file are in; "g" where there is none."""
    n_samples: Counter[str] = Counter()
    for piece in chain.from_iterable(chain.from_iterable(part.samples.blocks for part in parts)):
        n_samples[UNITS[piece.layout]] += len(piece.time_ms)
    return n_samples.most_common(1)[0][0] if n_samples else "g"


def _problems(parts: Sequence[PartRead], n_undated_vitals: int) -> list[str]:
    counts = {
        "Acceleration messages left out because they hold no usable sample": sum(p.samples.n_senseless for p in parts),
        f"Samples left out because {_UNDATED}": sum(part.samples.n_undated for part in parts),
        f"Heart rates and beats left out because {_UNDATED}": n_undated_vitals,
        "Messages left out because they are too many or cannot be decoded": sum(part.n_lost_notes for part in parts),
    }
    return [
        *(f"Reading stopped {part.stopped}. {REST_IS_LOST}" for part in parts if part.stopped),
        *(f"{what}: {n:,}." for what, n in counts.items() if n),
    ]


def _first(problems: list[str]) -> tuple[str, ...]:
    """As many as are read; a file of thousands of damaged parts has one for each."""
    n_more = len(problems) - MAX_PROBLEMS
    return tuple(problems) if n_more <= 0 else (*problems[:MAX_PROBLEMS], f"And {n_more:,} more problems.")


def _sleep_problems(notes: Sequence[Message], *, marked: bool) -> list[str]:
    if marked or not marks_sleep(notes):
        return []
    return ["The device marked a beginning or an end of sleep, but not the other one."]
