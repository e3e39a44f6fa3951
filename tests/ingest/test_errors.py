from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest

from ingest import errors
from ingest.errors import IngestError, NightkickError, StoreError, UnreadableFileError, UsageError, concerning


def _subclasses(kind: type[NightkickError]) -> list[type[NightkickError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in _subclasses(child))]


def test_the_tree_printed_in_the_module_is_the_tree_in_the_code() -> None:
    printed = re.findall(r"^.*?(\w+Error)\b", errors.__doc__ or "", re.MULTILINE)
    # Layers above may say more exactly what failed; a test that ran before may have loaded them.
    here = [kind for kind in _subclasses(NightkickError) if kind.__module__ == errors.__name__]
    assert sorted(printed) == sorted(kind.__name__ for kind in here)


@pytest.mark.parametrize("kind", _subclasses(NightkickError))
def test_an_error_survives_the_way_to_another_process(kind: type[NightkickError]) -> None:
    error = kind("no such file", path="night.cwa", hint="check the spelling")
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), back.what, back.path, back.hint) == (kind, error.what, Path("night.cwa"), error.hint)


def test_an_error_is_one_line_that_names_the_file_first_and_the_remedy_last() -> None:
    error = UnreadableFileError("no such file", path="night.cwa", hint="check the spelling")
    assert str(error) == error.line() == "night.cwa: no such file (check the spelling)"


def test_an_error_without_file_and_remedy_is_only_what_happened() -> None:
    assert str(UsageError("no nights to show")) == "no nights to show"


@pytest.mark.parametrize("name", ["a\nb", "a\rb", "a\x1b[2Jb", "a\u2028b", "a\udcffb"])
def test_control_characters_in_a_file_name_reach_no_terminal(name: str) -> None:
    line = UnreadableFileError("no such file", path=name).line()
    assert line.isprintable()
    assert len(line.splitlines()) == 1


def test_one_bad_input_can_be_told_from_a_broken_store_and_from_wrong_usage() -> None:
    assert not issubclass(IngestError, StoreError | UsageError)
    assert not issubclass(StoreError, IngestError | UsageError)


def test_an_error_that_names_no_file_is_about_the_one_being_read_and_any_other_keeps_its_own() -> None:
    for said, path in ((None, "night.cwa"), ("beside.bin", "beside.bin")):
        with pytest.raises(UnreadableFileError) as caught, concerning(Path("night.cwa")):
            raise UnreadableFileError("no such file", path=said, hint="check the spelling")
        assert str(caught.value) == f"{path}: no such file (check the spelling)"
