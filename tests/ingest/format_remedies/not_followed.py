"""Advice that no test follows, and why: by the module and the whole text of the hint, as the program has it.

Exact on purpose: a new refusal is excused by nothing that is here. What a test follows is taken out.
"""

from __future__ import annotations

NOT_FOLLOWED: dict[str, tuple[tuple[str, str], ...]] = {
    "passed on from another error, whose own hint is followed": (
        ("errors.py", "hint"),
        ("errors.py", "self.hint"),
        ("input_file.py", "hint"),
        ("recognising/sniff.py", "kind.hint + aside"),
    ),
    "about a path, a full disk or a file that is still being written": (
        ("byte_source.py", "f'free some space in {tempfile.gettempdir()}, or unpack it by hand"),
        ("byte_source.py", "import it again"),
        ("input_file.py", "check the spelling"),
        ("input_file.py", "copy it again"),
        ("input_file.py", "copy the file again"),
        ("input_file.py", "try again once the copy has finished"),
        ("reading.py", "check that it was started"),
        ("reading.py", "copy the file again"),
        ("tables/table.py", "copy it from the device again"),
        ("tables/table.py", "copy the file again"),
        ("tables/textfile.py", "copy the file again"),
    ),
    "unpacking or packing, which the tests of archives do": (
        ("archives/reading.py", "_COPY_AGAIN"),
        ("archives/reading.py", "unpack it and import what is in it"),
        ("archives/unpacking.py", "_TRUST"),
        ("archives/zips/content.py", "import it again"),
        ("archives/zips/content.py", "unpack it and zip it again as usual"),
        ("archives/zips/content.py", "unpack it by hand if it is genuine"),
        ("archives/zips/content.py", "zip what is in it again without a password"),
        ("byte_source.py", "unpack it by hand if it is genuine"),
        ("recognising/sniff.py", "f'name its {_DOCUMENT} instead"),
        ("tables/textfile.py", "unpack it yourself if you trust it"),
    ),
    "needs another recording, or another file of the same one": (
        ("recognising/refused.py", "a database is named with --db"),
        ("recognising/refused.py", "export its raw data as CSV from CentrePoint or ActiLife"),
        ("recognising/refused.py", "import the recording itself"),
        ("recognising/summaries.py", "_EMPATICA"),
        ("recognising/summaries.py", "_FROM_ACTILIFE"),
        ("recognising/summaries.py", "_GARMIN"),
        ("recognising/summaries.py", "_NO_RAW"),
        ("recognising/summaries.py", "hint"),
        ("tables/sheet.py", "export the recording as CSV with time, x, y, z"),
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
