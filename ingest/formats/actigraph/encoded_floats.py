"""Numbers with a fraction as an ActiGraph writes them into 32 bits, in parameters and schemas alike."""

from __future__ import annotations

import math


def parameter_float(code: int) -> float:
    """Decode such a number: a signed fraction of 24 bits below a signed exponent of 8."""
    fraction = (code & 0xFF_FFFF) - (code << 1 & 0x100_0000)
    exponent = (code >> 24) - (code >> 23 & 0x100)
    return math.ldexp(fraction / (1 << 23), exponent)
