"""The words that people read for what is stored by name: labels, flags, verdicts, states and caveats.

The command line, the report, the review page and what an unattended run shows take them from here
(`tests/analytics/test_words.py` holds that no other file has them); the page gets them as JSON
(`analytics.review.words`). Sentences built from numbers stay with what builds them. JSON, CSV and SQL keep the names.
It imports nothing, so that help and questions stay fast; the keys are the literals of `analytics.model`, which the
test compares.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

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
    Group("single", LABELS["isolated"], ("isolated", "short_interval")),
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
FLAG_MARKS = "(in brackets): dismissed or no longer met as reviewed; ?: cannot tell"
#: What stands before a flag for which something that decides could not be measured.
CANNOT_TELL = "cannot tell"
#: Why, where nights that could have been differ about a threshold.
DOUBTFUL_SLEEP = "which half minutes were sleep decides, and that is not sure"
#: Why a night of a child is in doubt: on a night without PLMS the index is up to 4 per hour too high (accuracy.md).
NOT_THAT_EXACT = (
    "{threshold:g} lies inside the 95 % interval of this night, or that is not known, and a sensor alone shows up to "
    "4: one night does not resolve it"
)
#: Why, where two rule sets differ about it; and what the criterion on the second says.
RULES_DIFFER = "by AASM rules, which ICSD-3-TR means, it is {by_aasm:.1f}, {side} than {threshold:g}"
AASM_IS_MEANT = "what ICSD-3-TR means; where it lies on the other side of the threshold, it cannot be told"
#: Beside a raised flag of an adult: how many of the general population exceed it, and so how little it says on its own.
#: HypnoLaus, n = 2162, mean age 58, > 15 (Haba-Rubio J et al., Ann Neurol 2016;79:464-474; figure read in Sleep Med
#: 2018;41:45-50); Wisconsin Sleep Cohort, n = 1084, >= 15 (Leary EB et al., Clin Neurophysiol 2018;129:2306-2314).
BASE_RATE = (
    "Of middle-aged adults in the population 25.3 % (Wisconsin, Leary 2018) to 28.6 % (HypnoLaus, Haba-Rubio 2018) "
    "exceed 15, many without a complaint."
)
#: The same in an answer for laypeople.
BASE_RATE_IN_SHORT = "About one in four middle-aged adults has more than 15 an hour, many without a complaint."
#: The same where most periodic movements may be another's.
PERHAPS_NOT_OWN = "without the series that may come from a bed partner or a pet it would be {left:.1f}"
#: Why a negative cannot be told.
TOO_MUCH_HIDDEN = "{hidden_h:.1f} of {asleep_h:.1f} h asleep were hidden under vibration or large movement"
#: Beside the reason of a night without a sleep period.
MUCH_SHAKEN = ": {shaken_h:.1f} h of it are vibration or large movement"
WEAR_IN_DOUBT = "the sensor may not have been worn for {share:.0%} of the time in bed"
NEAR_THE_LIMIT = "its kicks ({size_mg:.0f} mg) are hardly larger than what the sensor can show ({blind_mg:.0f} mg)"
TOO_RESTLESS = "the leg turned {turns:.0f} times an hour, too often to tell restless sleep from waking"
#: What tells restless legs (ICSD-3-TR), and how to say whether it was there.
URGE_TELLS = "Restless legs are an urge to move that only the person can tell."
NOTE_THE_URGE = (
    "Was there one at rest that evening, relieved by moving? Note urge_to_move in the journal, 0 (none) to 10."
)
#: Beside possible_rls where the journal has no answer, and what a night of few movements says all the same.
URGE_NOT_ASKED = "the urge to move was not asked"
STILL_BUT_NOT_ASKED = "The urge to move was not asked. The movements alone speak against possible RLS: {found}."
#: The state of a flag for which nothing but that answer is missing, where states stand.
UNASKED_STATE = f"{CANNOT_TELL}, {URGE_NOT_ASKED}"
#: Instead of a flag for which nothing but that answer is missing.
NOT_ASKED_SHORT = "restless legs: not asked"
NOT_ASKED = f"{NOT_ASKED_SHORT} (note the urge to move in the journal)"
URGE_ALL_THE_SAME = "An urge to move was noted all the same: it alone is worth telling a clinician."
#: By `analytics.model.FlagState`: what stands behind the words of a flag.
FLAG_STATES: Mapping[str, str] = {"raised": FLAGGED, "not_raised": "not flagged", "cannot_tell": CANNOT_TELL}

#: Beside a finding over fewer nights than it takes (`analytics.nights.how_many`).
FEW_NIGHTS_DIFFER = "fewer than {n} nights: nights differ, record more"
#: What a flag's nights are counted from: all assessable ones, or those among them on which it could be told.
ASSESSABLE_NIGHTS, TOLD_NIGHTS = "assessable night{s}", "judged night{s}"
#: Nights on which jerks could be told, and kicks too: fewer than those of one of them.
JUDGED_ON_BOTH = "judged on both jerks and kicks"
#: Instead, where it could be told on none of them: of several, of one, and of none.
TOLD_ON_NONE, TOLD_NOT_ON_ONE = "told on none of {n} assessable nights", "not told on the one assessable night"
TOLD_ON_NO_NIGHT = "told on no night"

#: By `analytics.nights.patterns.PatternState`.
PATTERN_STATES: Mapping[str, str] = {
    "pattern": "a pattern over nights",
    "no_pattern": "no pattern over nights",
    "cannot_tell_yet": "cannot tell yet",
}

#: By `analytics.said.Said`: how a thing stands after it.
VERDICTS: Mapping[str, str] = {
    "confirm": "confirmed",
    "dismiss": "dismissed",
    "unsure": "unsure",
    "exclude": "excluded",
    "undo": "taken back",
    "note": "note",
    "edit": "edited",
    "take_back": "act taken back",
    "redo": "act done again",
}
#: The same between who judged and what was judged.
VERDICTS_BETWEEN: Mapping[str, str] = {
    "confirm": "confirmed",
    "dismiss": "dismissed",
    "unsure": "is unsure about",
    "exclude": "excluded",
    "undo": "took back the word on",
    "note": "noted on",
    "edit": "edited",
    "take_back": "took back an act on",
    "redo": "did again an act on",
}
#: The same on a button.
VERDICTS_TO_GIVE: Mapping[str, str] = {
    "confirm": "Confirm",
    "dismiss": "Dismiss",
    "unsure": "Unsure",
    "exclude": "Exclude",
    "undo": "Take back",
    "note": "Note",
    "edit": "Edit",
    "take_back": "Undo",
    "redo": "Redo",
}
NOT_REVIEWED = "not reviewed"
#: Of a night of which each flag has a verdict, and which has none as a whole.
FLAGS_JUDGED = "flags reviewed"
AS_DETECTED, AS_REVIEWED = "as detected", "as reviewed"
#: Of a flag that reviews of movements, spans or the sleep lowered.
NO_LONGER_MET = f"no longer met {AS_REVIEWED}"
#: Instead of numbers as reviewed.
SAME_AS_REVIEWED = "the same; no movement was dismissed and no span excluded"
OTHER_RULES = "thresholds or rules have changed since the analysis: run nightkick reanalyse"
#: Behind a number.
NOT_FOUND_AGAIN = "judged movements are not found by the present analysis"

#: By `analytics.model.CriterionState`.
CRITERION_STATES: Mapping[str, str] = {"met": "met", "not met": "not met", "not measurable": "not measurable"}
#: The same before them, told apart without colour.
CRITERION_MARKS: Mapping[str, str] = {"met": "■", "not met": "□", "not measurable": "?"}
#: By `analytics.over_nights.signs.SignState`.
SIGN_STATES: Mapping[str, str] = {"seen": "yes", "not seen": "no", "not known": "not known"}
#: The same before them, told apart without colour.
SIGN_MARKS: Mapping[str, str] = {"seen": "■", "not seen": "□", "not known": "?"}
#: By `analytics.over_nights.answer.AnswerName`: the question of everyone, answered.
ANSWERS: Mapping[str, str] = {
    "nothing_against_harmless": "nothing here speaks against harmless jerks",
    "see_a_clinician": "worth showing to a clinician",
    "cannot_tell_yet": "cannot tell yet",
}
#: Over an answer.
IS_IT_HARMLESS = "Harmless or not?"
#: The same, over its three columns of sentences.
ANSWER_COLUMNS: Mapping[str, tuple[str, str, str]] = {
    "nothing_against_harmless": ("Why", "What would change it", "What it cannot see"),
    "see_a_clinician": ("Why", "What would change it", "What it does not mean"),
    "cannot_tell_yet": ("What is missing", "What to do", "So far"),
}
#: The same, beneath.
ANSWER_CAVEATS: Mapping[str, str] = {
    "nothing_against_harmless": "This is not medical advice, and it does not say that you are healthy.",
    "see_a_clinician": "This is a reason to ask, not a finding about your health.",
    "cannot_tell_yet": 'This is not medical advice. Nothing that was not asked or measured counts as a "no".',
}
#: By `analytics.over_nights.signs.SignEvidence.what`.
EVIDENCE: Mapping[str, str] = {
    "kicks": "regular kicks",
    "jerks": FLAGS["frequent_hypnic_jerks"],
    "several_jerks": "2 or more jerks a night",
    "rls": "regular kicks while awake, beside an urge to move",
    "urge_to_move": "an urge to move the legs",
    "leg_pain": "pain in the legs",
    "daytime_sleepiness": "sleepy by day",
    "tingling": "tingling, numbness or weakness",
    "other_limbs": "jerks beyond one limb",
    "daytime_jerks": "jerks by day",
    "partner_saw_kicks": "kicks that a partner saw",
}
#: The questions of the journal that the answer needs, where more than one is asked for a sign.
QUESTIONS: Mapping[str, str] = {**EVIDENCE, "tingling": "tingling", "numbness": "numbness", "weakness": "weakness"}
GLOSSARY_TITLE = "What these words mean"
ANSWER_IN_JOURNAL = "Answer in the journal"
#: Terms of the answer, each explained where it stands.
GLOSSARY: Mapping[str, str] = {
    "harmless jerks": "Hypnic jerks: single brief twitches while falling asleep. Most people know them, children too.",
    "regular kicks": "Leg movements asleep in a row, 10 to 90 seconds apart (PLMS), counted per hour of sleep.",
    "frequent hypnic jerks": "So many that the night is flagged: 3 or more, if the settings name no other number.",
    "judged": "Of a night: recorded well enough to tell both, whether there were many jerks and whether regular kicks.",
    "95 %": "The range in which the true value lies in 95 of 100 such cases. More nights make it narrower.",
    "in doubt": "Of a night: lying awake and sleeping look so alike that one side or the other may be right.",
    "dismissed": "A reviewer looked at what was found and said that it is not so. It then counts nowhere.",
    "flagged": "Of a night: something was found in it that deserves a look.",
    "possible PLMD": "More regular kicks that night than the threshold. Whether they harm, a sensor cannot tell.",
    "possible RLS": "Regular kicks awake. Restless legs are an urge to move at rest that moving relieves: you tell it.",
    "PLMS/h": "Periodic limb movements in sleep, per hour of sleep: the regular kicks.",
    "clinician": "A doctor, or another person trained for sleep and movement. The report can be taken along.",
}
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
    "moves_apart": "does not turn over when another sensor of the night does: were they worn by two people?",
    "other_times": "is of the device of another recording of the night, at other times: is --tz or --time-shift right?",
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
#: By `analytics.pictures.likely_sleep.Step`: what a shade of the strip of p_sleep says.
LIKELY_SLEEP: Mapping[str, str] = {
    "asleep": "90 % and more",
    "rather_asleep": "50 to 90 %, in doubt",
    "rather_awake": "10 to 50 %, in doubt",
    "awake": "10 % and less",
    "unknown": "not known",
}
#: By `analytics.pictures.night_rows.RowName`: beside a row of a night's picture, a line each.
NIGHT_ROWS: Mapping[str, tuple[str, ...]] = {
    "stages": (),
    "sleep": ("sleep",),
    "p_sleep": ("probability", "of sleep"),
    "movements": (),
    "envelope": ("envelope",),
    "heart": ("heart",),
    "temperature": ("sensor",),
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
#: Before what `analytics.nights.unusual` finds.
UNUSUAL = "What is unusual"
#: Before what is missing of a night whose file was cut off or damaged.
DAMAGED_FILE = "damaged file"
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
#: Terrill PI et al., Conf Proc IEEE Eng Med Biol Soc 2013:6862-6865: 9 people, accelerometer on the great toe.
EMG_CAVEAT = f"{_OTHER_SCALE} 39 % of EMG leg movements do not move the great toe (Terrill 2013, 9 people)."
#: Of the signs that send people to a clinician.
SIGNS_CAVEAT = "None of this is a diagnosis. What was seen is a reason to ask a clinician, and so is what worries you."
