"""Sentences and half sentences built from the words of `analytics.words`: what stands behind or beside a number."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from analytics.words import (
    ASSESSABLE_NIGHTS,
    BLANKS,
    CANNOT_TELL,
    CLOCK_NOT_TOLD,
    DAMAGED_FILE,
    DOUBTS,
    FLAGS,
    GLOSSARY,
    IMPLAUSIBLE_SLEEP_H,
    JUDGED_ON_BOTH,
    LABELS,
    NOT_ASSESSABLE,
    PATTERN_STATES,
    TOLD_NIGHTS,
    TOLD_NOT_ON_ONE,
    TOLD_ON_NO_NIGHT,
    TOLD_ON_NONE,
)

#: What a heading means, by the name of the measure or of the column; where the glossary has it, it is that.
EXPLAINED: Mapping[str, str] = {
    "plms_index": GLOSSARY["PLMS/h"],
    "n_plms": GLOSSARY["regular kicks"],
    "n_clm": "Leg movements of the length that counts, 0.5 to 10 seconds, periodic or not, asleep or awake.",
    "n_series_in_sleep": "Runs of 4 or more regular kicks of which at least one is in sleep.",
    "periodicity_index_share": "How many of the candidate movements asleep belong to such series.",
    "median_imi_s": "From the beginning of one kick to that of the next: half of the intervals are shorter.",
    "median_peak_mg": "Half of the regular kicks are weaker. 1 mg is a thousandth of the pull of the earth.",
    "tst_h": "All sleep of the night together, without lying awake.",
    "plms_rate": "What other nights of the same person would show: the range in which it lies with 95 % confidence.",
    "plms_index_sure": "The index where lying awake is as good as excluded. The doubtful rest is left out.",
    "tier": "How much was seen of both legs and how well; it says nothing about health.",
    "blind_below_mg": "Movements weaker than this do not stand out from the noise of the sensor.",
    "flags": GLOSSARY["flagged"],
    "review": "What a reviewer said of the night: confirmed, dismissed, unsure.",
}

#: More nights than this are not asked of a person by their number: it is a forecast that no one should go by. Own.
MOST_ASKED = 30


def unraised_words(*, assessable: bool, untold: Collection[str]) -> str:
    """Words for a night without a raised flag; empty where at least one flag could be told.

    Parameters
    ----------
    untold : collection of str
        The flags that could not be told.
    """
    if not assessable:
        return NOT_ASSESSABLE
    return CANNOT_TELL if FLAGS.keys() <= set(untold) else ""


def flag_marks(
    names: Mapping[str, str],
    *,
    flags: Sequence[str],
    as_reviewed: Collection[str],
    untold: Collection[str],
    assessable: bool,
    unasked: Collection[str] = (),
) -> tuple[str, ...]:
    """The flags of a night in a row of a table, as `FLAG_MARKS` explains; empty where every flag is not raised.

    Parameters
    ----------
    names : mapping of str to str
        What a flag is called there.
    flags, as_reviewed, untold : collection of str
        Those raised as detected, those of them that were not dismissed, and those that could not be told.
    unasked : collection of str
        Those of the last that lack no more than an answer (`analytics.flag.Flag.lacks_answer`): no mark.
    """
    raised = [names[flag] if flag in as_reviewed else f"({names[flag]})" for flag in flags]
    if not raised and (instead := unraised_words(assessable=assessable, untold=untold)):
        return (instead,)
    return (*raised, *(f"{names[flag]}?" for flag in FLAGS if assessable and flag in untold and flag not in unasked))


def counted(n: int, one: str) -> str:
    """A number before what it counts: 1 night, 2 nights.

    Parameters
    ----------
    one : str
        One of them; what its plural ends with goes by ``{s}``, or comes last.
    """
    s = "" if n == 1 else "s"
    return f"{n} {one.format(s=s) if '{s}' in one else one + s}"


def more_nights_words(n: int) -> str:
    """How many nights are missing; beyond `MOST_ASKED` no number."""
    return f"more than {MOST_ASKED} more nights" if n > MOST_ASKED else f"{n} more night{'' if n == 1 else 's'}"


def judged_words(n_judged: int, n_nights: int) -> str:
    """How many nights tell of jerks and of kicks; each by itself may be told on more of them."""
    return f"{n_judged} of {counted(n_nights, 'night')} {JUDGED_ON_BOTH}"


def on_nights_words(n_raised: int, n_able: int, n_assessable: int) -> str:
    """On how many nights of how many a flag was raised; the view ``patterns`` says the same.

    Parameters
    ----------
    n_able, n_assessable : int
        Nights on which it could be told, of those that could be assessed.
    """
    if not n_assessable:
        return TOLD_ON_NO_NIGHT
    if not n_able:
        return TOLD_NOT_ON_ONE if n_assessable == 1 else TOLD_ON_NONE.format(n=n_assessable)
    return f"on {n_raised} of {counted(n_able, ASSESSABLE_NIGHTS if n_able == n_assessable else TOLD_NIGHTS)}"


def told_nights_words(n_told: int, n_nights: int, *, newest: int | None = None) -> str:
    """The nights on which one thing could be told; where they are not all nights, the words say so.

    Parameters
    ----------
    newest : int or None
        So many of them are spoken of, the newest; None: all.
    """
    spoken_of = n_told if newest is None else newest
    of = counted(spoken_of, "night" if n_told == n_nights else TOLD_NIGHTS)
    return f"the newest {of}" if spoken_of < n_told else of


def pattern_words(
    state: str, more_nights: int | None, *, able: bool = True, few: bool = False, early: bool = False
) -> str:
    """Words for what is said of a flag over nights.

    Parameters
    ----------
    state : str
        Of `PATTERN_STATES`.
    more_nights : int or None
        How many more decide, about; None where it is decided, or they are too many to say.
    able : bool
        Whether there was a night on which the flag could be told.
    early : bool
        Whether those nights differ too much to say how near the threshold they are.
    few : bool
        Whether those nights are fewer than a statement takes: they foretell nothing, and more may be needed.
    """
    words = PATTERN_STATES[state]
    if state != "cannot_tell_yet" or not able:
        return words
    if more_nights is None and early:
        return f"{words}: too few nights to say how many more it takes"
    if more_nights is None:
        return f"{words}: so near the threshold that more nights may not decide"
    more = more_nights_words(more_nights)
    if few or more_nights > MOST_ASKED:
        return f"{words}: it takes {'at least ' if few else ''}{more}"
    return f"{words}: about {more} may decide"


def signed(value: float, digits: int = 1) -> str:
    """A number with its sign; what rounds to zero has none."""
    text = f"{value:+.{digits}f}"
    return text if text.strip("+-0.") else text[1:]


def flag_words(name: str) -> str:
    """Words for a flag; any other name, such as that of a notice, with spaces for its underscores."""
    return FLAGS.get(name, name.replace("_", " "))


def ruleset_words(shown: str, default: str) -> str | None:
    """Which rule set the numbers are of; None where it is the default.

    Parameters
    ----------
    shown, default : str
        Names.
    """
    return None if shown == default else f"{shown} (the default is {default})"


def clock_words(behind_s: float | None, drift_ppm: float | None, confidence: float | None) -> str | None:
    """How the clock of a leg's sensor compares with the one that stays; None where the two were not compared.

    Parameters
    ----------
    behind_s : float or None
        What is added to its times; None where the confidence was too low, so that nothing is.
    drift_ppm : float or None
        How fast that grows; None where it could not be told.
    confidence : float or None
        0-1; None where the two were not compared.
    """
    if confidence is None:
        return None
    if behind_s is None:
        return CLOCK_NOT_TOLD
    drift = "" if drift_ppm is None else f", {signed(drift_ppm, 0)} ppm"
    return f"{signed(behind_s, 2)} s{drift}: taken out"


def overlap_words(shared_h: float, speaks_h: Sequence[tuple[str, float]]) -> str:
    """Which recordings of one leg overlap, and for how long each speaks.

    Parameters
    ----------
    shared_h : float
        What the first one shares with the others.
    speaks_h : sequence
        Names of the files, the first one first, and hours.
    """
    first, *others = [name for name, _ in speaks_h]
    speakers = ", ".join(f"{name} {_length(hours)}" for name, hours in speaks_h if hours > 0)
    return f"{first} overlaps {', '.join(others)} by {_length(shared_h)} on one leg; used are: {speakers or 'none'}"


def _length(hours: float) -> str:
    if hours < 1 / 60:
        return f"{hours * 3600:.0f} s"
    return f"{hours * 60:.0f} min" if hours < 1.5 else f"{hours:.1f} h"


def onset_doubt_min(onset_sd_min: float | None) -> float:
    """How far the sleep onset may lie to either side with 95 % confidence, minutes."""
    return 1.96 * (onset_sd_min or 0.0)


def onset_doubt(onset_sd_min: float | None, low: str | None = None, high: str | None = None) -> str:
    """Words to print behind the time of the sleep onset; empty where no doubt was measured.

    Parameters
    ----------
    low, high : str or None
        Clock times of its 95 % interval; where they are known, they speak and not the standard deviation.
    """
    if low is not None and high is not None:
        return f", between {low} and {high} (95 %)"
    return "" if onset_sd_min is None else f", give or take {onset_doubt_min(onset_sd_min):.0f} min (95 %)"


def span_words(low: float | None, high: float | None, digits: int = 1) -> str:
    """A 95 % interval that has no number before it; empty where it is not known."""
    return "" if low is None or high is None else f"{low:.{digits}f} to {high:.{digits}f}"


def interval_words(low: float | None, high: float | None, digits: int = 1) -> str:
    """A 95 % interval to print behind a number; empty where it is not known."""
    span = span_words(low, high, digits)
    return f" ({span})" if span else ""


def long_sleep(tst_h: float | None) -> str:
    """A doubt about a night whose found sleep is longer than people sleep; empty for any other."""
    if tst_h is None or tst_h <= IMPLAUSIBLE_SLEEP_H:
        return ""
    return (
        f"{_length(tst_h)} of sleep are more than people sleep: a sensor that lay still, worn or not, counts as asleep,"
        " so say when the wearer was in bed (nightkick journal)"
    )


def damage_words(missing: str, of: str = "") -> str:
    """What is missing of a damaged file, wherever a night is told of.

    Parameters
    ----------
    missing : str
        A sentence of `ingest.losses.damage_among`.
    of : str
        The night, or nights, that it is of; empty where they stand above.
    """
    return f"{of} {DAMAGED_FILE}: {missing}" if of else f"{DAMAGED_FILE.capitalize()}: {missing}"


def clause_of(reason: str) -> str:
    """The first part of a reason, to stand behind a word: why; what to do about it is for who keeps the database."""
    clause = reason.partition(";")[0].rstrip(".")
    return f"{clause[:1].lower()}{clause[1:]}"


#: So much of it stands in a line.
_MOST_UNUSUAL = 3


def unusual_line(found: Sequence[str], most: int = _MOST_UNUSUAL) -> str:
    """What is unusual of a night in one line, and how much more there is; empty where nothing is.

    Parameters
    ----------
    found : sequence of str
        `analytics.nights.unusual.unusual`, the weightiest first.
    """
    more = len(found) - most
    return "; ".join((*found[:most], *((f"and {more} more",) if more > 0 else ())))


def unworn_words(hours: float) -> str:
    """Of a sensor that was off in bed."""
    return f"{_length(hours)} {BLANKS['unworn']}"


def wear_doubt_words(hours: float) -> str:
    """Of a sensor that was perhaps off."""
    return f"{DOUBTS['wear_doubt_h']} for {_length(hours)}"


def hidden_words(hours: float) -> str:
    """Of sleep in which no kick could be seen."""
    return f"{_length(hours)} of sleep {DOUBTS['hidden_h']}"


def unsearched_words(hours: float) -> str:
    """Of time in bed that was too noisy."""
    return f"{_length(hours)} {BLANKS['unscorable']}"


def rhythmic_words(n: int, first: str, last: str) -> str:
    """Of trains of movements, told apart by nothing that one leg shows.

    Parameters
    ----------
    first, last : str
        Clock times.
    """
    many = counted(n, f"{LABELS['rhythmic']} movement")
    return f"{many} (tremor, rocking or legs in turn), {first} to {last}"


def not_own_series_words(n: int, of: int) -> str:
    """Of series that the mattress may have passed on."""
    return f"{n} of {of} series may come from a bed partner or a pet"


def breathing_words(n: int, hours: float, imi_s: float) -> str:
    """Of series whose spacing breathing may explain; no finding."""
    series = "series" if n != 1 else "one series"
    many = "" if n == 1 else f"{n} "
    return (
        f"{many}{series} spaced {imi_s:.0f} s or more, {_length(hours)} in all: may go with breathing; worth showing "
        "where snoring is known"
    )


def sleep_doubt_words(hours: float) -> str:
    """Of sleep that may have been lying awake."""
    return f"{DOUBTS['sleep_doubt_h']} for {_length(hours)}"


def clock_change_words(hours: float) -> str:
    """Of summer time that began or ended."""
    return f"clocks went {'forward' if hours > 0 else 'back'} by {_length(abs(hours))}"


def part_words(hours: float) -> str:
    """Of a recording that began late, ended early or paused."""
    return f"part of the night only: {_length(hours)} recorded"
