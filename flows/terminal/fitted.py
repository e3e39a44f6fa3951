"""A table that fits a width: columns left out by priority and named, text folded, dates and numbers never."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from flows.terminal.values import Row, holds_numbers, text_cell
from flows.terminal.width import cells, cut, folded, folded_cell
from ingest.errors import visible

#: Between two columns.
_GAP = 2
#: Text is not folded to less.
_NARROW = 14
#: A name or a checksum of more characters is folded like text.
_LONG = 32
#: A cell has no more lines on a screen; what is longer ends in an ellipsis.
_MOST_LINES = 6
#: Where lines have no limit, a cell of text is still cut to this, in tables of several columns.
_LONGEST_CELL = 120
_CUT = "long cells are cut (…)"


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    body: list[str]
    is_right: bool
    is_prose: bool
    stays: bool

    @property
    def natural(self) -> int:
        return max(map(cells, (self.name, *self.body)))

    @property
    def least(self) -> int:
        """As wide as its longest word at least: a name is not cut in two while another column can go."""
        words = [size for cell in self.body for word in cell.split(" ") if (size := cells(word)) <= _LONG]
        return min(self.natural, max(self.floor, *words, 0)) if self.is_prose else self.natural

    @property
    def floor(self) -> int:
        """The least where no other column can go; a column that stays is then as narrow as its name."""
        if self.stays:
            return min(self.natural, cells(self.name))
        return min(self.natural, max(_NARROW, cells(self.name))) if self.is_prose else self.natural


def fitted_table(
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    limit: int | None,
    to_right: Collection[str] = (),
    first_to_go: Sequence[str] = (),
    to_stay: Collection[str] = (),
    has_csv: bool = True,
) -> str:
    """Columns aligned by display width, with a line of dashes under their names.

    Parameters
    ----------
    columns : sequence of str
        Their order; a row may hold more.
    rows : iterable of mapping
        From column name to value.
    limit : int or None
        Columns of the screen; None: nothing is folded or left out, but cells of more than 120 characters are cut.
    to_right : collection of str
        Columns to align right though they hold text; columns of numbers always are.
    first_to_go : sequence of str
        Which columns are left out first where not all fit; after these the last ones, and never the first one.
    to_stay : collection of str
        Columns that are never left out: they and those that are not named to go are rather folded within words.
    has_csv : bool
        Whether the command has ``--csv``, where all is.
    """
    every = _columns(columns, rows, to_right, to_stay)
    kept = every if limit is None else _fitting(every, limit, first_to_go)
    widths, most_lines = _widths(kept, limit), _MOST_LINES
    if limit is None:
        if len(kept) > 1:
            widths = [min(size, _LONGEST_CELL) if c.is_prose else size for c, size in zip(kept, widths, strict=True)]
        most_lines = 1
    lines, was_cut = _lines(kept, widths, most_lines)
    left_out = [column.name for column in every if column not in kept]
    said = [f"left out for width: {', '.join(left_out)}"] if left_out else []
    said += [_CUT] if was_cut else []
    if said:
        lines += folded("; ".join([*said, *(["all: --csv"] if has_csv else [])]), limit)
    return "\n".join(lines) + "\n"


def fits(columns: Sequence[str], rows: Iterable[Row], limit: int | None) -> bool:
    """Whether `fitted_table` leaves out no column and cuts no cell; always where nothing limits it."""
    if limit is None:
        return True
    every = _columns(columns, rows)
    return _least(every) <= limit and not _lines(every, _widths(every, limit), _MOST_LINES)[1]


def _columns(
    columns: Sequence[str], rows: Iterable[Row], to_right: Collection[str] = (), to_stay: Collection[str] = ()
) -> list[_Column]:
    table = list(rows)
    return [_column(name, [row[name] for row in table], name in to_right, name in to_stay) for name in columns]


def _least(kept: Sequence[_Column]) -> int:
    """The narrowest that they may be beside each other."""
    return sum(one.least for one in kept) + _GAP * (len(kept) - 1)


def _floor(kept: Sequence[_Column]) -> int:
    """The narrowest that they may be where no other can go."""
    return sum(one.floor for one in kept) + _GAP * (len(kept) - 1)


def _column(name: str, values: list[object], to_right: bool, stays: bool) -> _Column:  # noqa: FBT001 - named by the caller
    body = [text_cell(value) for value in values]
    is_right = to_right or holds_numbers(values)
    is_prose = not is_right and all(isinstance(value, str | list | tuple | dict | None) for value in values)
    return _Column(
        visible(name),
        body,
        is_right,
        is_prose and any(" " in cell or "," in cell or cells(cell) > _LONG for cell in body),
        stays,
    )


def _fitting(every: list[_Column], limit: int, first_to_go: Sequence[str]) -> list[_Column]:
    """The columns that are shown: of those to go, empty ones go before all others."""
    by_name = {column.name: column for column in every}
    named = [by_name[visible(name)] for name in first_to_go if visible(name) in by_name]
    order = [column for column in named if not any(column.body)] + [column for column in named if any(column.body)]
    others = [column for column in reversed(every[1:]) if column not in order]
    kept = list(every)
    for columns, narrowest in ((order, _least), (others, _floor if any(one.stays for one in every) else _least)):
        for column in columns:
            if _least(kept) <= limit or narrowest(kept) <= limit:
                return kept
            if not column.stays:
                kept.remove(column)
    return kept


def _widths(kept: list[_Column], limit: int | None) -> list[int]:
    """Natural widths, taken from the widest text until the line fits."""
    widths = [column.natural for column in kept]
    if limit is None:
        return widths
    for ends in ([column.least for column in kept], [column.floor for column in kept]):
        while sum(widths) + _GAP * (len(kept) - 1) > limit:
            can = [i for i, end in enumerate(ends) if widths[i] > end]
            if not can:
                break
            widths[max(can, key=lambda i: widths[i])] -= 1
    return widths


def _lines(kept: list[_Column], widths: list[int], most_lines: int) -> tuple[list[str], bool]:
    lines = [
        _line([column.name for column in kept], kept, widths),
        "  ".join("-" * size for size in widths),
    ]
    was_cut = False
    rows = zip(*(column.body for column in kept), strict=True) if kept and kept[0].body else ()
    if most_lines == 1 and all(column.natural <= size for column, size in zip(kept, widths, strict=True)):
        return [*lines, *(_line(list(row), kept, widths) for row in rows)], was_cut
    for row in rows:
        parts = []
        for cell, size in zip(row, widths, strict=True):
            whole = [cut(cell, size)] if most_lines == 1 else folded_cell(cell, size)
            was_cut |= len(whole) > most_lines or (most_lines == 1 and whole[0] != cell)
            if len(whole) > most_lines:
                whole = [*whole[: most_lines - 1], cut(f"{whole[most_lines - 1]}…", size)]
            parts.append(whole)
        lines += [_line(list(one), kept, widths) for one in zip_longest(*parts, fillvalue="")]
    return lines, was_cut


def _line(row: list[str], kept: list[_Column], widths: list[int]) -> str:
    padded = (
        " " * (size - cells(cell)) + cell if column.is_right else cell + " " * (size - cells(cell))
        for cell, column, size in zip(row, kept, widths, strict=True)
    )
    return "  ".join(padded).rstrip()
