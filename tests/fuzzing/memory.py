"""The most memory that this process had since a moment, of Python and of everything below it."""

from __future__ import annotations

import resource
from pathlib import Path


def reset_peak() -> int:
    """Forget earlier peaks; the bytes in use, from which the next one is counted."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
        return _status_bytes("VmRSS")
    except OSError:
        return peak_bytes()


def peak_bytes() -> int:
    """The peak in bytes. Where there is no ``/proc`` it is that of the whole life, in bytes as macOS counts."""
    try:
        return _status_bytes("VmHWM")
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _status_bytes(key: str) -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{key}:")[2].split(maxsplit=1)[0]) << 10
