"""The program's way in: is this a system that it runs on, and are the packages that it would load its own?

The program consists of `flows`, `analytics` and `ingest`. Others may have packages of these names, in the working
directory or beside it in one environment. Loading one of those would end in a traceback about something else, so this
package looks before anything is loaded, and is small enough that nothing can go wrong before it has looked.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from pathlib import Path

PACKAGES = ("flows", "analytics", "ingest")
#: What the docstring of each of them holds, so that one which another package has overwritten is noticed.
MARK = b"Part of nightkick."
#: The number of `flows.terminal.exit_codes.ExitCode.USAGE`, which cannot be loaded yet.
NOT_STARTED = 2

_NOT_ON_WINDOWS = (
    "nightkick does not run on Windows itself; it runs on Linux, also in the Windows Subsystem for Linux: "
    "`wsl --install`, then install nightkick there"
)


def main() -> int:
    """Run the command line and return the exit code; 2, with one line on stderr, where it cannot start here."""
    if line := obstacle(sys.platform):
        print(line, file=sys.stderr)
        return NOT_STARTED
    _keep_script_from_workers()
    from flows.cli import main as run

    return run()


def _keep_script_from_workers() -> None:
    """A new process of ``executor = "processes"`` first runs its parent's script again, unless that is no file.

    Ours need nothing from it, and not every installer writes the guard that would keep it from importing once more.
    """
    script = sys.modules["__main__"]
    if getattr(script, "__spec__", None) is None and Path(getattr(script, "__file__", None) or "").name == "nightkick":
        del script.__file__


def obstacle(system: str) -> str:
    """Why the program cannot start, in one line; empty where it can.

    Parameters
    ----------
    system : str
        As `sys.platform` names it.
    """
    if system == "win32":
        return _NOT_ON_WINDOWS
    home = Path(__file__).resolve().parents[1]
    for name in PACKAGES:
        # Of a module that is loaded already, the same question was answered when it was loaded.
        spec = PathFinder.find_spec(name)
        origin = Path(spec.origin).resolve() if spec and spec.origin else None
        if origin is None:
            return f"nightkick: its package {name} is missing (install nightkick again)"
        if origin != home / name / "__init__.py":
            hint = f"start nightkick from another folder, or take {_shown(_entry(origin))} off PYTHONPATH"
            return f"nightkick: {_shown(origin)} is not nightkick's own package {name} ({hint})"
        if MARK not in origin.read_bytes():
            hint = "install nightkick into an environment of its own: pipx install nightkick"
            return f"nightkick: another program has overwritten nightkick's package {name} at {_shown(origin)} ({hint})"
    return ""


def _entry(origin: Path) -> Path:
    """The folder on the path in which a module or package was found."""
    return origin.parents[1] if origin.name == "__init__.py" else origin.parent


def _shown(path: Path) -> str:
    """A path in one line, whatever it holds."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in str(path))
