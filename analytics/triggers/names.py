"""The outcomes by name and in words. It loads nothing: the command line offers them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

OutcomeName = Literal["hypnic_jerks", "plms_index", "waso", "awakenings_with_movements", "jerks_felt"]
OUTCOME_NAMES: tuple[OutcomeName, ...] = get_args(OutcomeName)
#: In the middle of a sentence: "1.9 times the ...".
OUTCOME_WORDS: Mapping[OutcomeName, str] = {
    "hypnic_jerks": "jerks",
    "plms_index": "periodic kicks per hour of sleep",
    "waso": "minutes awake after falling asleep",
    "awakenings_with_movements": "awakenings with movements",
    "jerks_felt": "jerks felt",
}
