"""Tables between marks in a document, brought up to date: the mark bears the title of its table."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PLACE = re.compile(r"(<!-- (?P<title>(?!end )[^>]+) -->\n).*?(?=<!-- end -->)", re.DOTALL)


def brought_up_to_date(document: str, tables: Mapping[str, str]) -> str:
    """The document with each table in its place; places of other tables stay as they are.

    Raises
    ------
    SystemExit
        If a table has no place.
    """
    left = set(tables)

    def put(place: re.Match[str]) -> str:
        if place["title"] not in tables:
            return place[0]
        left.discard(place["title"])
        return f"{place[1]}\n{tables[place['title']]}\n\n"

    written = _PLACE.sub(put, document)
    if left:
        raise SystemExit(f"the document has no place for: {', '.join(sorted(left))}")
    return written
