"""The words that people read for what is stored by name: labels, flags, verdicts, states and caveats.

The command line, the report, the review page and what an unattended run shows take them from here
(`tests/analytics/test_words.py` holds that no other file has them); the page gets `for_page` as JSON. Sentences built
from numbers stay with what builds them. JSON, CSV and SQL keep the names. It imports nothing, so that help and
questions stay fast; the keys are the literals of `analytics.model`, which the test compares.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

#: By `analytics.model.Label`.
LABELS: Mapping[str, str] = {
    "periodic": "periodic",
    "hypnic_jerk": "hypnic jerk",
    "isolated": "isolated",
    "short_interval": "short interval",
    "wake": "while awake",
    "rhythmic": "rhythmic",
    "posture_change": "turned over",
    "large_movement": "large movement",
}


class Group(NamedTuple):
    """Labels that are drawn alike; ``name`` is the look, ``says`` stands in the legend."""

    name: str
    says: str
    labels: tuple[str, ...]


#: Every label is in one of them.
GROUPS = (
    Group("periodic", LABELS["periodic"], ("periodic",)),
    Group("jerk", LABELS["hypnic_jerk"], ("hypnic_jerk",)),
    Group("single", "single", ("isolated", "short_interval")),
    Group(
        "other",
        f"{LABELS['wake']}, {LABELS['posture_change']}, other",
        ("wake", "posture_change", "large_movement", "rhythmic"),
    ),
)

#: By `analytics.model.FlagName`.
FLAGS: Mapping[str, str] = {
    "possible_plmd": "possible PLMD",
    "frequent_hypnic_jerks": "frequent hypnic jerks",
    "possible_rls": "possible RLS",
}
#: The same where a row of a picture leaves little room.
SHORT_FLAGS: Mapping[str, str] = {"possible_plmd": "PLMD", "frequent_hypnic_jerks": "jerks", "possible_rls": "RLS"}
FLAGGED = "flagged"
#: Of `flag_marks`.
FLAG_MARKS = "(in brackets): dismissed by a reviewer; ?: cannot tell"
#: What stands before a flag for which something that decides could not be measured.
CANNOT_TELL = "cannot tell"
#: Why, where nights that could have been differ about a threshold.
DOUBTFUL_SLEEP = "which half minutes were sleep decides, and that is not sure"
#: Why a night of a child is in doubt: one night's index is not that exact (accuracy.md).
NOT_THAT_EXACT = "{threshold:g} lies inside the 95 % interval of this night, or that is not known"
#: Beside a raised flag of an adult: how many exceed it in health (HypnoLaus, mean age 58: Haba-Rubio 2016; Wisconsin
#: Sleep Cohort), and so how little it says on its own.
BASE_RATE = "Of middle-aged adults 25.3 % (Wisconsin) to 28.6 % (HypnoLaus, mean age 58) exceed 15 in health."
#: The same where most periodic movements may be another's.
PERHAPS_NOT_OWN = "without the series that may come from a bed partner or a pet it would be below the threshold"
#: Why a negative cannot be told.
TOO_MUCH_HIDDEN = "{hidden_h:.1f} of {asleep_h:.1f} h asleep were hidden under vibration or large movement"
WEAR_IN_DOUBT = "the sensor may not have been worn for {share:.0%} of the time in bed"
TOO_RESTLESS = "the leg turned {turns:.0f} times an hour, too often to tell restless sleep from waking"
#: By `analytics.model.FlagState`: what stands behind the words of a flag.
FLAG_STATES: Mapping[str, str] = {"raised": FLAGGED, "not_raised": "not flagged", "cannot_tell": CANNOT_TELL}

#: Beside a finding over fewer nights than it takes (`analytics.nights.how_many`).
FEW_NIGHTS_DIFFER = "fewer than {n} nights: nights differ, record more"
#: What a flag's nights are counted from: all assessable ones, or those among them on which it could be told.
ASSESSABLE_NIGHTS, TOLD_NIGHTS = "assessable nights", "nights on which it could be told"

#: By `analytics.nights.patterns.PatternState`.
PATTERN_STATES: Mapping[str, str] = {
    "pattern": "a pattern over nights",
    "no_pattern": "no pattern over nights",
    "cannot_tell_yet": "cannot tell yet",
}

#: By `analytics.model.Verdict`: how a thing stands after it.
VERDICTS: Mapping[str, str] = {
    "confirm": "confirmed",
    "dismiss": "dismissed",
    "unsure": "unsure",
    "exclude": "excluded",
    "undo": "taken back",
    "note": "note",
}
#: The same between who judged and what was judged.
VERDICTS_BETWEEN: Mapping[str, str] = {
    "confirm": "confirmed",
    "dismiss": "dismissed",
    "unsure": "is unsure about",
    "exclude": "excluded",
    "undo": "took back the word on",
    "note": "noted on",
}
#: The same on a button.
VERDICTS_TO_GIVE: Mapping[str, str] = {
    "confirm": "Confirm",
    "dismiss": "Dismiss",
    "unsure": "Unsure",
    "exclude": "Exclude",
    "undo": "Take back",
    "note": "Note",
}
NOT_REVIEWED = "not reviewed"
#: Of a night of which each flag has a verdict, and which has none as a whole.
FLAGS_JUDGED = "flags reviewed"
AS_DETECTED, AS_REVIEWED = "as detected", "as reviewed"
#: Instead of numbers as reviewed.
SAME_AS_REVIEWED = "the same; no movement was dismissed and no span excluded"
OTHER_RULES = "thresholds or rules have changed since the analysis: run nightkick reanalyse"
#: Behind a number.
NOT_FOUND_AGAIN = "judged movements are not found by the present analysis"

#: By `analytics.model.CriterionState`.
CRITERION_STATES: Mapping[str, str] = {"met": "met", "not met": "not met", "not measurable": "not measurable"}
#: By `analytics.nights.patterns.SignState`.
SIGN_STATES: Mapping[str, str] = {"seen": "yes", "not seen": "no", "not known": "not known"}
#: Over the signs.
WHEN_TO_GO = "when to see a clinician"
#: By `analytics.model.SleepState`.
SLEEP_STATES: Mapping[str, str] = {"sleep": "asleep", "wake": "awake", "unknown": "not known"}
#: By `analytics.model.SleepSource`.
SLEEP_SOURCES: Mapping[str, str] = {
    "diary": "the sleep journal",
    "fit": "the device's sleep stages",
    "accelerometer": "stillness of the leg",
    "none": "not known",
}
#: By `analytics.model.BlankKind`.
BLANKS: Mapping[str, str] = {
    "gap": "not recorded",
    "unscorable": "could not be searched",
    "unworn": "probably not worn",
    "perhaps_unworn": "perhaps not worn",
}

#: By `analytics.model.SpeakerNote`: of a recording beside others of its night.
SPEAKER_NOTES: Mapping[str, str] = {
    "on_table": "lay still while another sensor turned over: probably on a table, not used",
    "same_samples": "holds the same samples as a recording of another leg: say which leg it was",
    "moves_alike": "moves just like the sensor of the other leg: were both worn on one leg?",
}

#: Measures of a night where they head a row or column of a page.
MEASURES: Mapping[str, str] = {
    "plms_index": "PLMS index, per hour asleep",
    "n_plms": "PLMS: periodic, asleep",
    "plmw_index": "PLMW index, per hour awake",
    "n_series_in_sleep": "periodic series with PLMS",
    "n_series": "periodic series, asleep or awake",
    "n_clm": "candidate leg movements",
    "n_hypnic_jerks": f"{LABELS['hypnic_jerk']}s",
    "periodicity_index_share": "periodic share asleep",
    "median_imi_s": "median interval in series",
    "share_imi_20_40": "intervals of 20-40 s",
    "tst_h": "hours asleep",
    "plms_rate": "rate behind the night, per hour asleep (95 %)",
    "plms_index_sure": "PLMS index where sleep is sure",
    "median_peak_mg": "median size of PLMS",
    "sleep_doubt_h": "hours in which sleep is in doubt",
    "hidden_h": "hidden: asleep under vibration or large movement",
    "wear_doubt_h": "hours in which wear is in doubt",
    "perhaps_not_own": "series that may come from a bed partner or a pet",
    "p_sleep": "probability of sleep",
}
#: The same hours inside a sentence.
DOUBTS: Mapping[str, str] = {
    "sleep_doubt_h": "sleep in doubt",
    "hidden_h": "hidden under vibration or large movement",
    "wear_doubt_h": "wear in doubt",
}
#: Beside an index or a negative.
ONE_LEG = "one leg sees fewer than both: a lower bound"
#: The same before a value, as `nightkick show` prints them; the value bears the unit.
SHORT_MEASURES: Mapping[str, str] = {
    "plms_index": "PLMS index",
    "plms_rate": "PLMS rate behind it",
    "plms_index_sure": "PLMS index, sure",
    "n_plms": "PLMS",
    "perhaps_not_own": "perhaps not own",
    "plmw_index": "PLMW index",
    "periodicity_index_share": "periodic share asleep",
    "median_imi_s": "median interval",
    "median_peak_mg": "PLMS size",
    "share_imi_20_40": "intervals 20-40 s",
    "n_hypnic_jerks": f"{LABELS['hypnic_jerk']}s",
    "tst_h": "asleep",
}
#: The same over a column of a table in the terminal. PLMS and series are those in sleep.
MEASURE_COLUMNS: Mapping[str, str] = {
    "plms_index": "PLMS/h",
    "n_lm": "LM",
    "n_clm": "CLM",
    "n_plms": "PLMS",
    "n_series_in_sleep": "series",
    "periodicity_index_share": "periodic",
    "share_imi_20_40": "20-40 s",
    "n_hypnic_jerks": "jerks",
    "tst_h": "asleep",
}
#: What was recorded of a night and when the person slept, before a value.
NIGHT_FACTS: Mapping[str, str] = {
    "ruleset": "rule set",
    "recorded_h": "recorded",
    "longest_gap_s": "longest gap",
    "sleep_source": "sleep told by",
    "in_bed_at": "in bed",
    "sleep_onset_at": "fell asleep",
    "wake_at": "woke up",
    "waso_min": "awake after onset",
    "sleep_efficiency": "sleep efficiency",
    "recorded_share": "sleep period recorded",
    "blind_below_mg": "blind below",
    "tier": "confidence in index",
    "tz": "zone",
}
#: Rests outside the sleep period of a night.
NAPS = "shorter rests"
#: Of the sensor on whose clock all times of a night are.
CLOCK_STAYS = "the clock of the night"
#: Of one that was compared with it, and too few movements were shared to tell.
CLOCK_NOT_TOLD = "not brought together: too few movements that both sensors saw"
STAGES_NOT_ON_CLOCK = (
    "The clock of the watch could not be brought together with that of the leg's sensor: its sleep stages may lie "
    "beside the movements."
)

#: Over the mark of the sleep onset and its `onset_doubt_min`.
ONSET_SPAN = "falls asleep (95 % span)"

#: Above it found sleep is doubted. own: long sleepers and the night after a lost one stay below.
IMPLAUSIBLE_SLEEP_H = 14.0
NOT_KNOWN = "not known"
NOT_ASSESSABLE = "not assessable"
#: Behind the reason why a night is not assessable, over its counts.
COUNTS_ONLY = "Counts below are of what was recorded, no more."
#: Behind a letter of `analytics.model.Tier`.
TIERS = "A best, D none"

_SCREENING = "A screening aid, not a diagnosis."
_OTHER_SCALE = "Counts from an accelerometer are another scale than EMG counts:"
#: Of a night or several.
CAVEAT = (
    f"{_SCREENING} {_OTHER_SCALE} what does not move the limb is not seen. Disorders need an interview, PLMD a sleep "
    "study as well."
)
#: Where there is room for a line.
SHORT_CAVEAT = f"{_SCREENING} A high index on its own is not PLMD."
#: Of an index or a count.
EMG_CAVEAT = f"{_OTHER_SCALE} 39 % of EMG leg movements move nothing (Terrill 2013)."
#: Of the signs that send people to a clinician.
SIGNS_CAVEAT = "None of this is a diagnosis. What was seen is a reason to ask a clinician, and so is what worries you."


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
) -> tuple[str, ...]:
    """The flags of a night in a row of a table, as `FLAG_MARKS` explains; empty where every flag is not raised.

    Parameters
    ----------
    names : mapping of str to str
        What a flag is called there.
    flags, as_reviewed, untold : collection of str
        Those raised as detected, those of them that nobody dismissed, and those that could not be told.
    """
    raised = [names[flag] if flag in as_reviewed else f"({names[flag]})" for flag in flags]
    if not raised and (instead := unraised_words(assessable=assessable, untold=untold)):
        return (instead,)
    return (*raised, *(f"{names[flag]}?" for flag in FLAGS if assessable and flag in untold))


def pattern_words(state: str, more_nights: int | None, *, able: bool = True) -> str:
    """Words for what is said of a flag over nights.

    Parameters
    ----------
    state : str
        Of `PATTERN_STATES`.
    more_nights : int or None
        How many more decide, about; None where it is decided, or they are too many to say.
    able : bool
        Whether there was a night on which the flag could be told.
    """
    words = PATTERN_STATES[state]
    if state != "cannot_tell_yet" or not able:
        return words
    if more_nights is None:
        return f"{words}: so near the threshold that more nights may not decide"
    return f"{words}: about {more_nights} more night{'' if more_nights == 1 else 's'} may decide"


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
    drift = "" if drift_ppm is None else f", {drift_ppm:+.0f} ppm"
    return f"{behind_s:+.2f} s{drift}: taken out"


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


def for_page() -> dict[str, Any]:
    """All words that the review page loads, so that its scripts hold none of them."""
    return {
        "labels": LABELS,
        "groups": [group._asdict() for group in GROUPS],
        "flags": FLAGS,
        "cannot_tell": CANNOT_TELL,
        "flags_judged": FLAGS_JUDGED,
        "verdicts": VERDICTS,
        "verdicts_between": VERDICTS_BETWEEN,
        "verdicts_to_give": VERDICTS_TO_GIVE,
        "criterion_states": CRITERION_STATES,
        "sleep_states": SLEEP_STATES,
        "sleep_sources": SLEEP_SOURCES,
        "blanks": BLANKS,
        "measures": MEASURES,
        "night_facts": NIGHT_FACTS,
        "naps": NAPS,
        "sign_states": SIGN_STATES,
        "flag_states": FLAG_STATES,
        "flagged": FLAGGED,
        "when_to_go": WHEN_TO_GO,
        "onset_span": ONSET_SPAN,
        "same_as_reviewed": SAME_AS_REVIEWED,
        "not_found_again": NOT_FOUND_AGAIN,
        "not_known": NOT_KNOWN,
        "not_assessable": NOT_ASSESSABLE,
        "counts_only": COUNTS_ONLY,
        "not_reviewed": NOT_REVIEWED,
        "as_detected": AS_DETECTED,
        "as_reviewed": AS_REVIEWED,
        "tiers": TIERS,
    }
