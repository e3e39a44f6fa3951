"""The packages that nightkick requires, as its own installation names them, and which version of each is there."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, requires, version


def required_packages() -> dict[str, str | None]:
    """Version by name, in the order of names; None where a package is not installed. Extras are not required."""
    lines = requires("nightkick") or ()
    return {name: _version(name) for name in sorted({_name(line) for line in lines if "extra ==" not in line})}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _name(requirement: str) -> str:
    return next(requirement[:at] for at, sign in enumerate(f"{requirement};") if sign in "<>=!~;[ (")
