"""What an import tells people about each file."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.importing.outcomes import Outcome
from flows.importing.telling import Teller, tell

FILE = Path("in/a.csv")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            ("side left -> right",),
            "corrected, for it was imported before: in/a.csv: no night with movement beside it yet\n"
            "  a.csv: changed: side left -> right\n"
            "  a.csv: one file is one sensor on one leg, and what was said last counts; a sensor on the other leg has "
            "a file of its own\n",
        ),
        (
            ("side unknown -> right",),
            "corrected, for it was imported before: in/a.csv: no night with movement beside it yet\n"
            "  a.csv: changed: side unknown -> right\n",
        ),
        ((), "imported in/a.csv: no night with movement beside it yet\n"),
    ],
)
def test_a_file_that_is_imported_again_with_other_words_is_called_corrected(
    changes: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tell([Outcome(FILE, "imported", 0, changes=changes)])
    assert capsys.readouterr().err == says


def test_a_file_is_told_of_when_it_is_done_and_once(capsys: pytest.CaptureFixture[str]) -> None:
    teller, first, other = Teller(), Outcome(FILE, "imported", 0), Outcome(Path("in/b.csv"), "known", 0)
    teller.hear(first)
    assert capsys.readouterr().err.startswith("imported in/a.csv")
    teller.tell_rest([first, other])
    assert capsys.readouterr().err == ""


def test_verbose_names_also_what_was_imported_before(capsys: pytest.CaptureFixture[str]) -> None:
    teller, known, over = Teller(is_verbose=True), Outcome(FILE, "known", 0), Outcome(Path("x"), "passed over", 0)
    teller.hear(known)
    teller.tell_rest([known, over])
    first, rest = capsys.readouterr().err.splitlines()
    assert first.startswith("  in/a.csv: known, 0.")
    assert rest == "  x: passed over"
