"""Which rules a night is scored by: immutable rule sets, every number with its citation.

Scoring thresholds are written down here. `analytics.scoring.leg_movements`,
`analytics.scoring.series`, `analytics.scoring.respiration_arousal` and `analytics.scoring.measures` take a `Ruleset`
and contain no number of their own. Where a standard is silent and published tools disagree, the choice is a named
switch here, not code there.

Cited below, short:

WASM 2016
    Ferri R et al., World Association of Sleep Medicine 2016 standards for recording and scoring leg
    movements, Sleep Med 2016;26:86-95; thresholds as in PMC9619152 (table 3); several legs: PMID 28366320.
AASM
    AASM Manual for the Scoring of Sleep and Associated Events, as quoted in PMC9619152 (table 3) and in the
    documentation of the National Sleep Research Resource.
Ferri 2006
    Ferri R et al., New approaches to the study of periodic leg movements during sleep, Sleep 2006;29:759-769.
product
    "repetitive leg kicks every 20-40 seconds": the wording nightkick was asked for. No standard; it is meant
    to be reported beside one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from ingest.errors import UsageError

#: No threshold may exceed it; `analytics.scoring.event_tables` keeps nights further apart than this.
LONGEST_THRESHOLD_S = 3600.0
HASH_DIGITS = 12


def milliseconds(seconds: float) -> int:
    """Seconds as whole milliseconds, the unit in which every comparison is made."""
    return round(seconds * 1000)


def _whole_milliseconds(seconds: float) -> float:
    if abs(seconds * 1000 - round(seconds * 1000)) > 1e-6:
        raise ValueError("must be a whole number of milliseconds")
    return seconds


Seconds = Annotated[float, Field(gt=0, le=LONGEST_THRESHOLD_S), AfterValidator(_whole_milliseconds)]


class Ruleset(BaseModel):
    """One way to score leg movements. Immutable; intervals are closed unless a field says otherwise.

    Raises
    ------
    pydantic.ValidationError
        On direct construction from impossible values; `derive` turns it into `UsageError`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", description="What users call it.")

    lm_min_s: Seconds = Field(
        default=0.5, description="Shortest leg movement, s. 0.5: WASM 2016 and AASM (PMC9619152 table 3)."
    )
    lm_max_s: Seconds | None = Field(
        default=None,
        description="Longest leg movement, s; what is longer is no LM at all and ends nothing. None (no "
        "maximum): WASM 2016. 10: AASM (PMC9619152 table 3).",
    )
    clm_max_s: Seconds = Field(
        default=10.0,
        description="Longest candidate on one leg, s. 10: WASM 2016 and AASM (PMC9619152 table 3).",
    )
    bilateral_max_s: Seconds | None = Field(
        default=15.0,
        description="Longest candidate made of several parts, s. 15: WASM 2016 (PMID 28366320). None: AASM.",
    )
    bilateral_max_parts: int | None = Field(
        default=4,
        ge=1,
        le=1000,
        description="Most parts of a candidate. 4: WASM 2016 (PMID 28366320). None: AASM.",
    )
    same_leg_merge_gap_s: Seconds | None = Field(
        default=0.5,
        description="Marks of one leg less than this apart (offset to onset, s) are one, before any "
        "minimum. 0.5: WASM 2016, a movement ends only after 0.5 s of rest (PMC9619152 table 3). None: AASM "
        "is silent.",
    )
    leg_join: Literal["offset_gap", "onset_distance"] = Field(
        default="offset_gap",
        description="What makes movements of different legs one: the gap from offset to onset (WASM 2016), "
        "or the distance of the onsets (AASM).",
    )
    leg_join_s: Seconds = Field(
        default=0.5,
        description="Legs are joined below this, s; equal is apart. 0.5: WASM 2016 (PMID 28366320). 5: AASM.",
    )

    imi_min_s: Seconds = Field(
        default=10.0,
        description="Shortest periodic interval, onset to onset, s. 10: WASM 2016. 5: AASM (PMC9619152 "
        "table 3). 20: product.",
    )
    imi_max_s: Seconds = Field(
        default=90.0,
        description="Longest periodic interval, s. 90: WASM 2016 and AASM (PMC9619152 table 3). 40: product.",
    )
    series_min_clm: int = Field(
        default=4, ge=2, le=1000, description="Fewest movements of a series. 4: WASM 2016 and AASM."
    )
    short_imi: Literal["ends_run", "skipped"] = Field(
        default="ends_run",
        description="A candidate less than `imi_min_s` after the one before ends the run (WASM 2016), or is "
        "passed over as if it were not there (switch; the AASM text is silent).",
    )
    short_imi_may_start: bool = Field(
        default=True,
        description="Whether that candidate may itself be the first of a new run (switch; WASM 2016 does "
        "not say: PLMScoRe yes, SOMAS no). Without meaning where `short_imi` is `skipped`.",
    )
    non_clm_ends_run: bool = Field(
        default=True,
        description="Whether a movement that is not a candidate ends a run. True: WASM 2016 (PMC9619152 table 3).",
    )
    wake_lm_scored: bool = Field(
        default=True,
        description="Whether a movement with its onset in wake may be a candidate. True: WASM 2016 (PLMW). "
        "False: AASM. Wake of less than 90 s then does not end a run, and longer wake always exceeds "
        "`imi_max_s`.",
    )

    respiration: Literal["option_1", "option_2", "whole_event"] = Field(
        default="option_1",
        description="Where a movement counts as respiratory. option_1, option_2: round the END of the event "
        "(both in WASM 2016). whole_event: from before its start to after its end (AASM).",
    )
    respiration_before_s: Seconds = Field(
        default=2.0,
        description="option_1: from this long before the end, s. 2.0: WASM 2016 (PMC9619152 table 3).",
    )
    respiration_after_s: Seconds = Field(
        default=10.25,
        description="option_1: to this long after the end, s. 10.25: WASM 2016 (PMC9619152 table 3).",
    )
    respiration_pad_s: Seconds = Field(
        default=0.5,
        description="option_2 and whole_event: this far on both sides, s. 0.5: WASM 2016 and AASM.",
    )
    respiratory_lm_scored: bool = Field(
        default=True,
        description="Whether a respiratory movement may be a candidate. True: WASM 2016, which reports "
        "indices with and without. False: AASM, 'should not be scored' (PMC9619152 table 3).",
    )
    arousal_gap_s: Seconds = Field(
        default=0.5,
        description="Farthest arousal that goes with a movement, either order, s. 0.5: WASM 2016, AASM.",
    )
    arousal_gap_inclusive: bool = Field(
        default=True,
        description="Whether exactly that gap still counts. True: PLMScoRe for WASM 2016. False: AASM ('< 0.5 s').",
    )

    periodicity_imi_over_s: Seconds = Field(
        default=10.0,
        description="`periodicity_index_runs` counts intervals longer than this, s. 10: Ferri 2006.",
    )
    periodicity_imi_max_s: Seconds = Field(default=90.0, description="and up to this one, s. 90: Ferri 2006.")
    periodicity_min_imis: int = Field(
        default=3, ge=1, le=1000, description="in unbroken sequences of at least this many. 3: Ferri 2006."
    )
    unstable_below_lm_per_h: float = Field(
        default=10.0,
        ge=0,
        le=1000,
        description="Periodicity is not to be trusted below this rate. 10: Ferri 2006.",
    )

    @model_validator(mode="after")
    def _limits_are_in_order(self) -> Self:
        _in_order("lm_min_s", self.lm_min_s, "clm_max_s", self.clm_max_s)
        _in_order("clm_max_s", self.clm_max_s, "lm_max_s", self.lm_max_s)
        _in_order("clm_max_s", self.clm_max_s, "bilateral_max_s", self.bilateral_max_s)
        _in_order("imi_min_s", self.imi_min_s, "imi_max_s", self.imi_max_s)
        over_s, most_s = self.periodicity_imi_over_s, self.periodicity_imi_max_s
        _in_order("periodicity_imi_over_s", over_s, "periodicity_imi_max_s", most_s)
        if self.leg_join == "offset_gap" and (self.same_leg_merge_gap_s or 0.0) < self.leg_join_s:
            # Otherwise two marks of one leg could be joined as if they were of two.
            raise ValueError("same_leg_merge_gap_s must be at least leg_join_s where leg_join is offset_gap")
        return self


def _in_order(low: str, low_s: float, high: str, high_s: float | None) -> None:
    if high_s is not None and low_s > high_s:
        raise ValueError(f"{low} ({low_s:g}) must not exceed {high} ({high_s:g})")


WASM_2016 = Ruleset(name="wasm2016")
AASM = Ruleset(
    name="aasm",
    lm_max_s=10.0,
    bilateral_max_s=None,
    bilateral_max_parts=None,
    same_leg_merge_gap_s=None,
    leg_join="onset_distance",
    leg_join_s=5.0,
    imi_min_s=5.0,
    short_imi="skipped",
    non_clm_ends_run=False,
    wake_lm_scored=False,
    respiration="whole_event",
    respiratory_lm_scored=False,
    arousal_gap_inclusive=False,
)
SOURCE_20_40 = Ruleset(name="source-20-40", imi_min_s=20.0, imi_max_s=40.0)

#: The built-in rule sets; the first is the default.
RULESETS: Mapping[str, Ruleset] = MappingProxyType({r.name: r for r in (WASM_2016, AASM, SOURCE_20_40)})
DEFAULT_RULESET = WASM_2016


def derive(base: Ruleset, name: str, changes: Mapping[str, object]) -> Ruleset:
    """A rule set like ``base`` under another name with some values changed.

    Parameters
    ----------
    changes : mapping of str to object
        New values by name of the field.

    Raises
    ------
    UsageError
        If a value has no such name, is out of its limits or contradicts another, or if ``name`` is that of a
        built-in rule set or is malformed.
    """
    if name in RULESETS:
        raise UsageError(f"rule set {name} is built in", hint="give yours another name")
    for key in changes:
        _require_field(name, key)
    try:
        return Ruleset.model_validate({**base.model_dump(), **changes, "name": name})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"][:1])
        what = f"{where}: {first['msg']}" if where else str(first["msg"])
        raise UsageError(f"rule set {name}: {what}") from error


def _require_field(name: str, key: str) -> None:
    valid = [field for field in Ruleset.model_fields if field != "name"]
    if key in valid:
        return
    near = get_close_matches(key, valid, n=1)
    raise UsageError(f"rule set {name} has no value {key}", hint=f"did you mean {near[0]}?" if near else "")


def ruleset_hash(ruleset: Ruleset) -> str:
    """First 12 hex digits of SHA-256 over the canonical JSON of every value except the name.

    Two rule sets with the same hash give the same results, whatever they are called.
    """
    values = ruleset.model_dump(mode="json", exclude={"name"})
    canonical = json.dumps(values, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:HASH_DIGITS]
