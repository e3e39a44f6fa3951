"""Which device wrote a FIT file, and where it was worn: as far as the file says, which is seldom far.

A watch does not know where it is worn, so "Garmin" never means wrist here; only a sensor that states its
place on the body is believed. The numbers are those of the FIT profile 21 (types manufacturer and
body_location).
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.formats.fit.messages import DEVICE_INFO, FILE_ID, Message, integer
from ingest.recording import Device, Placement, Side, Site

#: For hardware and software that has no number of its own; what our own writer uses.
DEVELOPMENT = 255

_MAKERS = {1: "Garmin", 23: "Suunto", 32: "Wahoo", 123: "Polar", DEVELOPMENT: "development", 294: "COROS"}
#: ``device_info.device_index`` of the device that wrote the file.
_CREATOR = 0

_LEFT_LEG, _RIGHT_LEG = range(6), range(6, 12)
_LEFT_ARM, _RIGHT_ARM = range(22, 28), range(28, 34)
#: Calf and shin are the lower leg, where leg movements are scored; both forearm muscles move with the wrist.
_SITES: dict[int, Site] = {
    **dict.fromkeys((1, 2, 7, 8), "ankle"),
    **dict.fromkeys((3, 4, 9, 10), "thigh"),
    **dict.fromkeys((26, 27, 32, 33), "wrist"),
    **dict.fromkeys((36, 37, 38, 39), "hip"),
}  # fmt: skip


def device_in(notes: Sequence[Message]) -> Device:
    """Maker, model and serial number of the device that wrote the file."""
    head = next((note for note in notes if note.number == FILE_ID), Message(FILE_ID, {}))
    maker, product, serial = (integer(head, field) for field in (1, 2, 3))
    name = head.fields.get(8)
    return Device(
        maker="" if maker is None else _MAKERS.get(maker, f"maker {maker}"),
        model=name if isinstance(name, str) else "" if product is None else f"product {product}",
        serial="" if serial is None else str(serial),
    )


def placement_in(notes: Sequence[Message]) -> Placement:
    """Where the device that wrote the file says it was worn."""
    for note in notes:
        if note.number == DEVICE_INFO and integer(note, 0) == _CREATOR and (place := integer(note, 18)) is not None:
            return Placement(_SITES.get(place, "unknown"), _side(place))
    return Placement()


def _side(place: int) -> Side:
    if place in _LEFT_LEG or place in _LEFT_ARM:
        return "left"
    return "right" if place in _RIGHT_LEG or place in _RIGHT_ARM else "unknown"
