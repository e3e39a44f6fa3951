"""A long table of both legs: a column says of each row which leg it is of, and each leg is a recording of its own.

Such a table is taken apart as an archive is: the rows of either side become a table with the same columns, whose
reader finds the side in that column. What other sensors are called cannot be told apart and is refused by its reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np

from ingest.tables.dialect import Dialect, detect, split
from ingest.tables.lines import Lines, columns, rectangle
from ingest.tables.sensors import only_side, sides_among
from ingest.tables.sheet import open_sheet, text_of
from ingest.tables.textfile import cut, lines_of

_HEAD_BYTES = 4096
_STRETCH_BYTES = 16 << 20
_SIDE_COLUMN = "side"
SIDES = ("left", "right")


def has_sides(path: Path) -> bool:
    """Whether a file is a text table with a column that says left or right, and both are there.

    Raises
    ------
    IngestError, OSError
        It cannot be read.
    """
    with path.open("rb") as file:
        text = text_of(file.read(_HEAD_BYTES), path)
    dialect = detect(text) if text else None
    if dialect is None or not dialect.names:
        return False
    # A look at the head spares nearly every table its being opened, and a packed one its being unpacked. Its first
    # lines may be of neither side.
    lines = text[dialect.data_start :].decode("utf-8", errors="replace").splitlines()
    if not any(map(only_side, {cell for line in lines for cell in split(line, dialect.separator)})):
        return False
    sheet = open_sheet(path)
    return sides_among(sheet.dialect.names, sheet.samples) is not None


def split_by_side(path: Path, folder: Path) -> Iterator[tuple[str, Path, str]]:
    """Write the rows of each side as a table of its own.

    Yields
    ------
    side, file, problem
        What was left out because it is of neither side; empty where nothing was.
    """
    sheet = open_sheet(path)
    position = sides_among(sheet.dialect.names, sheet.samples)
    if position is None:
        return
    files = {side: folder / f"{side}.csv" for side in SIDES}
    # Its reader finds the side by the name of the column, whatever that was called.
    names = [_SIDE_COLUMN if i == position else name for i, name in enumerate(sheet.dialect.names)]
    head = (sheet.dialect.separator.join(names) + "\n").encode()
    n_lost = 0
    with files["left"].open("wb") as left, files["right"].open("wb") as right:
        left.write(head)
        right.write(head)
        for stretch in cut(sheet.source, sheet.dialect.data_start, _STRETCH_BYTES):
            data, n_overlong = lines_of(sheet.source, stretch, _STRETCH_BYTES)
            lines = rectangle(data, sheet.dialect)
            n_lost += _write(lines, sheet.dialect, position, (left, right)) + len(lines.wrong) + n_overlong
    problem = f"{n_lost} lines are of neither side and were left out" if n_lost else ""
    for side, file in files.items():
        yield side, file, problem


def _write(lines: Lines, dialect: Dialect, position: int, files: tuple[IO[bytes], IO[bytes]]) -> int:
    """Write the lines of each side into its file, and count those of neither."""
    if not lines.text:
        return 0
    text = np.frombuffer(lines.text, np.uint8)
    lengths = np.diff(np.flatnonzero(text == ord("\n")), prepend=-1)
    values = columns(lines, dialect, as_text=(position,), as_numbers=()).to_series()
    side_of = {value: only_side(value) for value in values.unique().drop_nulls().to_list()}
    sides = values.replace_strict(side_of, default=None, return_dtype=values.dtype)
    for side, file in zip(SIDES, files, strict=True):
        of_it = (sides == side).fill_null(value=False).to_numpy()
        file.write(text[np.repeat(of_it, lengths)].tobytes())
    return int(sides.is_null().sum())
