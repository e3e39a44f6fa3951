"""Medication that is known to matter for leg movements in sleep: each kind, what it does, and where that was published.

The one list: settings and commands take these names, and the sentence beside a flag is built from it. A kind says what
groups of people showed. Of one person it says only that a clinician should know it beside the index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Medicine:
    """One kind of medication.

    Attributes
    ----------
    called : str
        As people read it.
    effect : str
        What it does to leg movements in sleep, in the words of `beside`.
    source : str
        Where that was published, short; in full beside it.
    """

    called: str
    effect: str
    source: str


_RAISES, _LOWERS = "raises the index", "lowers it"
MEDICINES: Mapping[str, Medicine] = {
    # Yang C et al., Biol Psychiatry 2005;58:510-514: an index above 20 was 5.15 times as likely with SSRI, 5.24 times
    # with venlafaxine (274 patients, 69 controls).
    "ssri": Medicine("an SSRI", _RAISES, "Yang 2005"),
    "snri": Medicine("an SNRI", _RAISES, "Yang 2005"),
    # Kolla BP et al., Sleep Med Rev 2018;38:131-140: a review of 18 prospective studies; amitriptyline, mirtazapine.
    "tricyclic": Medicine("a tricyclic antidepressant", _RAISES, "Kolla 2018"),
    "mirtazapine": Medicine("mirtazapine", _RAISES, "Kolla 2018"),
    # Park, Chronobiol Med 2020;2(1), a review of cases under quetiapine and olanzapine: of restless legs, not of PLMS.
    "antipsychotic": Medicine("an antipsychotic", "may bring restless legs", "Park 2020, cases"),
    # Cases only; a cohort found no link with PLMS (Pharmacopsychiatry 2019, doi 10.1055/a-0991-0498).
    "antihistamine": Medicine("an antihistamine", "may bring restless legs", "cases only, Park 2020"),
    # Scholz H et al., Cochrane Database Syst Rev 2011;CD006009: 22.4/h lower than under placebo (16.9-27.8).
    "dopamine_agonist": Medicine("a dopamine agonist", _LOWERS, "Scholz 2011"),
    # Garcia-Borreguero D et al., Neurology 2002;59:1573-1579: gabapentin against placebo, 24 patients with RLS.
    "gabapentinoid": Medicine("a gabapentinoid", _LOWERS, "Garcia-Borreguero 2002"),
    # Simakajornboon N et al., Sleep 2003;26:735-738: 25 children with ferritin below 50 ug/l, 3 months of iron.
    "iron": Medicine("iron", f"{_LOWERS} where ferritin is low", "Simakajornboon 2003, children"),
}

#: Names of substances by kind, as a package has them: so that who writes one learns which kind it is.
_SUBSTANCES: Mapping[str, str] = {
    "ssri": "citalopram escitalopram fluoxetine fluvoxamine paroxetine sertraline",
    "snri": "desvenlafaxine duloxetine milnacipran venlafaxine",
    "tricyclic": "amitriptyline clomipramine doxepin imipramine nortriptyline trimipramine",
    "antipsychotic": "aripiprazole clozapine haloperidol olanzapine quetiapine risperidone",
    "antihistamine": "cetirizine diphenhydramine doxylamine hydroxyzine loratadine promethazine",
    "dopamine_agonist": "pramipexole ropinirole rotigotine",
    "gabapentinoid": "gabapentin pregabalin",
}


def kind_of(substance: str) -> str | None:
    """The kind in `MEDICINES` that a substance belongs to, such as ssri for sertraline; None where it is not known."""
    word = substance.strip().casefold()
    return next((kind for kind, names in _SUBSTANCES.items() if word in names.split()), None)


def medication_words(kinds: Iterable[str]) -> str | None:
    """What stands beside a flag of a person who takes some of these; None for none."""
    known = [MEDICINES[kind] for kind in kinds if kind in MEDICINES]
    said = ", ".join(f"{each.called} ({each.effect}: {each.source})" for each in known)
    return f"Taken, and known to matter: {said}." if said else None
