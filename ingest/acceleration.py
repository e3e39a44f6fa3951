"""What acceleration is to those who measure on it: an array, or what stands for one without holding it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Acceleration(Protocol):
    """Acceleration in g, rows of x y z: a float32 array, or what makes one of the rows that are asked for."""

    def __len__(self) -> int: ...

    def __getitem__(self, rows: Any, /) -> NDArray[np.float32]:
        """As an array has it, by whatever an array can be asked."""
