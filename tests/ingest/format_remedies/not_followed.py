"""Advice that no test follows, and why: by the module and the whole text of the hint, as the program has it.

Exact on purpose: a new refusal is excused by nothing that is here. What a test follows is taken out.
"""

from __future__ import annotations

NOT_FOLLOWED: dict[str, tuple[tuple[str, str], ...]] = {
    "passed on from another error, whose own hint is followed": (("errors.py", "hint"), ("errors.py", "self.hint")),
    "about a database, which is no input": (
        ("archives/own_files.py", "bring it back with nightkick restore"),
        ("recognising/refused.py", "a database is named with --db"),
    ),
}

#: Refusals that name no way out: what they say is all that there is to know. By the module, and what they say.
WITHOUT_ADVICE = (
    ("archives/reading.py", "nothing is in this archive"),
    ("formats/fit/reader.py", "error.strerror or 'cannot be read"),
    ("formats/fit/reader.py", "not a file"),
    ("input_file.py", "a file that the system makes up, not one on a disk"),
    ("input_file.py", "not a plain file"),
)
