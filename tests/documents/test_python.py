"""Python that stands in a document runs, where the libraries that it imports are here; otherwise it compiles."""

from __future__ import annotations

import re
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from flows.commands.demo import sample_data
from tests.documents.reading import DOCUMENTS, Block, blocks

#: What nightkick does not install: such a block is run by who has it.
NOT_OURS = {"pandas"}
BLOCKS = [
    (document, number, block.text)
    for document in DOCUMENTS
    for number, block in enumerate(blocks(document.read_text(encoding="utf-8")))
    if isinstance(block, Block) and block.language == "python"
]


def test_these_documents_show_python() -> None:
    assert {document.name for document, _, _ in BLOCKS} == {"python.md", "questions.md", "scoring.md"}


@pytest.mark.parametrize(
    ("document", "code"),
    [(document, code) for document, _, code in BLOCKS],
    ids=[f"{document.name}-{number}" for document, number, _ in BLOCKS],
)
def test_it_runs(document: Path, code: str, copied: Path) -> None:
    compiled = compile(code, str(document), "exec")
    missing = {name for name in re.findall(r"^(?:import|from) (\w+)", code, flags=re.MULTILINE) if not find_spec(name)}
    assert missing <= NOT_OURS, "a library that the documents do not know"
    if missing:
        return
    shutil.copyfile(sample_data() / "periodic_night.cwa", copied / "night.cwa")
    names: dict[str, Any] = {"__name__": "document"}
    exec(compiled, names)
    if "nights" in names:
        assert names["nights"].height > 0
    if "scored" in names:
        assert names["scored"].nights["n_plms"].to_list() == [4]
