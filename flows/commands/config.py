"""``nightkick config``: the settings in force, whether the files are valid, and where they are."""

from __future__ import annotations

from cyclopts import App

from flows.terminal.talk import emit, say

config = App(name="config", help_format="markdown", help="Show, check or locate the settings.")


@config.command
def show() -> None:
    """Print the settings in force, as a valid nightkick.toml."""
    from flows.settings.settings import as_toml, load

    emit(as_toml(load()))


@config.command
def validate() -> None:
    """Check the settings files and the NIGHTKICK_ variables."""
    from flows.settings.settings import candidates, load

    load()
    files = [str(path) for path in candidates() if path.exists()]
    say(f"settings are valid: {', '.join(files) or 'no file, defaults'}")


@config.command
def path() -> None:
    """Print the settings files in the order in which they count, whether they exist or not."""
    from flows.settings.settings import candidates

    emit("".join(f"{path}\n" for path in candidates()))
