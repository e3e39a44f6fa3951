"""Whether two databases hold the same results: the rows of each table that only one of them has.

    python -m benchmarks.same_results BEFORE.duckdb AFTER.duckdb [--digits 6]

For two imports of the same files by two versions of the program. Fractions are rounded to some digits first, so the
last digit may differ for two that are close. What tells when and where a file was imported is left out. Ends with 1
where anything differs.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import Any

import duckdb

#: Columns that tell of the import and not of the night.
_OF_THE_IMPORT = re.compile(r"(^|_)(at|path|version|started|finished|stored|imported)(_at)?$")
#: Tables of the program itself.
_LEFT_OUT = {"setting", "attempt", "change", "schema_version"}


def rows_of(file: Path, table: str, significant: int) -> list[str]:
    """Every row of a table as text, sorted; fractions rounded.

    Parameters
    ----------
    file : Path
    table : str
    significant : int
        Digits of a fraction that count.
    """
    with duckdb.connect(str(file), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        found = con.execute(f'SELECT * FROM "{table}"')
        names = [column[0] for column in found.description]
        kept = [i for i, name in enumerate(names) if not _OF_THE_IMPORT.search(name)]
        return sorted("  ".join(f"{names[i]}={_text(row[i], significant)}" for i in kept) for row in found.fetchall())


def _text(value: Any, significant: int) -> str:
    if isinstance(value, float):
        return f"{value:.{significant}g}"
    if isinstance(value, list):
        return "[" + ", ".join(_text(each, significant) for each in value) + "]"
    return str(value)


def tables_of(file: Path) -> set[str]:
    """Names of the tables that hold results."""
    with duckdb.connect(str(file), read_only=True) as con:
        return {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()} - _LEFT_OUT


def main() -> int:
    """Compare table by table; print what differs, three rows of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--digits", type=int, default=6, help="digits of a fraction that count [default 6]")
    given = parser.parse_args()
    differs = False
    for table in sorted(tables_of(given.before) | tables_of(given.after)):
        one, other = (rows_of(file, table, given.digits) for file in (given.before, given.after))
        gone, new = sorted(set(one) - set(other)), sorted(set(other) - set(one))
        differs = differs or one != other
        print(
            f"{table:24} {len(one):8} rows before, {len(other):8} after; only before {len(gone)}, only after {len(new)}"
        )
        for mark, rows in (("-", gone[:3]), ("+", new[:3])):
            for row in rows:
                print(f"  {mark} {row[:600]}")
    return 1 if differs else 0


if __name__ == "__main__":
    sys.exit(main())
