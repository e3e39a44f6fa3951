"""What a ``unisens.xml`` says: its attributes and signals as text, read without trusting it.

Parses XML. Expat of the standard library reads it; a document with a DTD is refused before
anything in it is believed, because entities are declared there and nowhere else: they could be expanded without end
or name other files. Documents are small, so the size is bounded as well. Namespaces and their prefixes are not
looked at. Where a document breaks off, what stands before is kept.

Elements and attributes after the Unisens 2.0 schema (unisens.org).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from ingest.errors import DamagedRecordingError

#: A signal has a few hundred bytes, and a measurement some twenty of them.
MOST_BYTES = 1 << 20
#: Elements of the schema lie at most three deep.
_DEEPEST = 32

#: Possessive throughout, so that no sequence of comments makes it try again.
_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s++|<\?(?>[\s\S]*?\?>)|<!--(?>[\s\S]*?-->))*+<(?:!DOCTYPE\s++|(?:[\w.-]++:)?)unisens[\s/>\[]"
)
_FORMATS = ("binFileFormat", "csvFileFormat", "xmlFileFormat", "customFileFormat")


@dataclass(frozen=True, slots=True)
class Signal:
    """One ``signalEntry``.

    Attributes
    ----------
    attributes : mapping of str to str
        Its own ones, of which ``id`` is the file's name.
    format : str
        The name of the element that says how the file is written; empty without one.
    byte_order : str
        ``endianess``, as spelt there.
    channels : tuple of str
        Their names, in the order in which the file holds them.
    """

    attributes: Mapping[str, str]
    format: str
    byte_order: str
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The whole measurement: attributes of the root, its ``customAttributes``, and signals in file order.

    ``problem`` says where the document breaks off; empty where it does not.
    """

    attributes: Mapping[str, str]
    notes: Mapping[str, str]
    signals: tuple[Signal, ...]
    problem: str = ""


def is_unisens(head: bytes) -> bool:
    """Whether the first element of a document is that of Unisens, or a DTD says it will be: `parsed` refuses that."""
    return _ROOT.match(head) is not None


def parsed(content: bytes) -> Document:
    """Read a document.

    Raises
    ------
    DamagedRecordingError
        It has a DTD, or breaks off within its first element; without a path.
    """
    found = _Found()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_dtd
    parser.EntityDeclHandler = _refuse_dtd
    parser.StartElementHandler = found.start
    parser.EndElementHandler = found.end
    problem = ""
    try:
        parser.Parse(content, True)  # noqa: FBT003  # expat takes it by place only
    except (expat.ExpatError, LookupError, ValueError):  # the latter two for encodings that do not exist
        line = parser.CurrentLineNumber
        problem = f"the document breaks off or is damaged in line {line}; what stands before was used"
    if not found.inside and not found.closed:
        raise DamagedRecordingError("its XML cannot be read", hint="copy the whole folder again")
    return Document(found.root, found.notes, tuple(found.signals), problem)


def _refuse_dtd(*_declared: object) -> None:
    raise DamagedRecordingError("it declares a document type, which no measurement does", hint="export it again")


@dataclass(slots=True)
class _Found:
    """What was met so far; ``inside`` names the open elements."""

    inside: list[str] = field(default_factory=list)
    closed: bool = False
    root: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    signals: list[Signal] = field(default_factory=list)
    _open: dict[str, str] = field(default_factory=dict)
    _format: tuple[str, str] = ("", "")
    _channels: list[str] = field(default_factory=list)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name, within = tag.rpartition(":")[2], self.inside[1:]
        self.inside.append(name)
        if len(self.inside) > _DEEPEST:
            raise DamagedRecordingError("its elements lie too deep in each other", hint="export it again")
        if len(self.inside) == 1:
            self.root = attributes
        elif name == "signalEntry":
            self._open, self._format, self._channels = attributes, ("", ""), []
        elif within == ["customAttributes"] and name == "customAttribute":
            self.notes[attributes.get("key", "")] = attributes.get("value", "")
        elif within == ["signalEntry"] and name in _FORMATS:
            self._format = name, attributes.get("endianess", "")
        elif within == ["signalEntry"] and name == "channel":
            self._channels.append(attributes.get("name", ""))

    def end(self, _tag: str) -> None:
        if self.inside.pop() == "signalEntry":
            self.signals.append(Signal(self._open, *self._format, tuple(self._channels)))
        self.closed = not self.inside
