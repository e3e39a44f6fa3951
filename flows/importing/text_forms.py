"""How a value that an import was told is written as plain text, and read again.

A command line, the parameters of a flow and ``prefect.yaml`` carry text alone. Each field of
`flows.importing.declared.Wishes` has its form in its metadata.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass
from decimal import Decimal
from typing import Any

from ingest.errors import UsageError

_KEY = "text"


@dataclass(frozen=True, slots=True)
class TextForm:
    """The text form of a field.

    Attributes
    ----------
    name : str
        What options and parameters call it.
    parse : callable
        Text to value; raises `UsageError`.
    write : callable
        Value to text, which ``parse`` reads as the same value.
    of_one_file : bool
        True where it makes sense for a single file only, not for whatever comes into a folder.
    """

    name: str
    parse: Callable[[str], Any]
    write: Callable[[Any], str]
    of_one_file: bool = False

    def read(self, text: object) -> Any:
        """The value of a text; None stays None.

        Raises
        ------
        UsageError
            It is no text (YAML reads ``1:00`` as the number 60), or a wrong one.
        """
        if text is None:
            return None
        if not isinstance(text, str):
            raise UsageError(
                f"{self.name} = {text!r} is a {type(text).__name__} and no text",
                hint="write it in quotes, where it is written in YAML",
            )
        return self.parse(text)

    def text_of(self, value: Any) -> str | None:
        """The text of a value; None stays None."""
        return None if value is None else self.write(value)


def spelt(
    name: str, parse: Callable[[str], Any], write: Callable[[Any], str] = str, *, of_one_file: bool = False
) -> Mapping[str, TextForm]:
    """Wrap a field's text form as metadata, where `form_of` finds it.

    Parameters
    ----------
    name, parse, write, of_one_file
        As the fields of `TextForm`.
    """
    return {_KEY: TextForm(name, parse, write, of_one_file)}


def form_of(part: Field[Any]) -> TextForm:
    """The text form of a field.

    Raises
    ------
    TypeError
        It has none.
    """
    form = part.metadata.get(_KEY)
    if not isinstance(form, TextForm):
        raise TypeError(f"the field {part.name} has no text form: a flow could not carry it")
    return form


def one_of(what: str, names: tuple[str, ...]) -> Callable[[str], str]:
    """A parser that takes these names only; the error for any other says ``what`` they are."""

    def chosen(text: str) -> str:
        if text not in names:
            raise UsageError(f"no {what} is called {text!r}", hint=f"one of {', '.join(names)}")
        return text

    return chosen


def seconds_text(seconds: float) -> str:
    """Seconds with all their digits and without an exponent, as `flows.settings.times.shift_s` reads them."""
    return format(Decimal(repr(seconds)), "f")
