"""Links of README and docs lead somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.documents.reading import DOCUMENTS, anchors, links
from tests.paths import ROOT

LINKING = (*DOCUMENTS, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "sample_data" / "README.md")


@pytest.mark.parametrize("document", LINKING, ids=[str(path.relative_to(ROOT)) for path in LINKING])
def test_every_relative_link_leads_to_a_file_and_to_a_heading_of_it(document: Path) -> None:
    lost = []
    for path, anchor in links(document.read_text(encoding="utf-8")):
        target = (document.parent / path) if path else document
        if not target.exists() or (anchor and anchor not in anchors(target.read_text(encoding="utf-8"))):
            lost.append(f"{path}#{anchor}")
    assert lost == []


def test_links_are_found() -> None:
    text = "[a](docs/a.md#one), ![b](b.png), [c](#two) but [d](https://example.org/x.md)"
    assert links(text) == [("docs/a.md", "one"), ("b.png", ""), ("", "two")]
    assert anchors("# Who it is\n## From R, Python\n") == {"who-it-is", "from-r-python"}
    assert all(links(document.read_text(encoding="utf-8")) for document in DOCUMENTS if document.name == "README.md")
