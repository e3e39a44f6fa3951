"""What the digits of a GENEActiv page mean: 12 of them a sample.

x, y and z are 12 bits each, two's complement; 10 bits of light, the button and an unused bit follow ("GENEActiv
Instructions for Use"). Each axis has a gain and an offset of its own, so that no single step serves all three:
values are handed out in g. The 4096 possible values of an axis are worked out once, in double precision, and
rounded to float32 once.
"""

from __future__ import annotations

import binascii

import numpy as np
from numpy.typing import NDArray

from ingest.formats.geneactiv.header import FactoryCalibration

_STEPS = 1 << 12
_BYTES = 6
#: The two bytes of a sample in which each axis lies, by the first of them, and how many bits lie below it.
_AXES = ((0, 4), (1, 0), (3, 4))


def g_of_values(calibration: FactoryCalibration) -> NDArray[np.float32]:
    """Acceleration by the 12 bits of a value, in g, shape (3, 4096)."""
    bits = np.arange(_STEPS)
    value = np.where(bits < _STEPS // 2, bits, bits - _STEPS)
    gain, offset = (np.array(three)[:, np.newaxis] for three in (calibration.gain, calibration.offset))
    return np.asarray((value * 100 - offset) / gain, dtype=np.float32)


def end_stop_g(table: NDArray[np.float32]) -> float:
    """The smallest acceleration that 12 bits cannot tell from a larger one."""
    return float(np.abs(table[:, [_STEPS // 2 - 1, _STEPS // 2]]).min())


def decoded(digits: NDArray[np.uint8], table: NDArray[np.float32]) -> NDArray[np.float32]:
    """Acceleration in g, shape (n, 3), of ``12 n`` digits.

    Raises
    ------
    binascii.Error
        A character that is no digit.
    """
    octets = binascii.unhexlify(digits.data)
    xyz_g = np.empty((len(octets) // _BYTES, 3), np.float32)
    if not len(xyz_g):
        return xyz_g
    for axis, (byte, down) in enumerate(_AXES):
        words = np.ndarray((len(xyz_g),), ">u2", octets, offset=byte, strides=(_BYTES,))
        xyz_g[:, axis] = table[axis].take(words >> down & _STEPS - 1)
    return xyz_g
