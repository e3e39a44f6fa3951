"""``nightkick completion``: the script with which a shell completes a command line."""

from __future__ import annotations

from typing import Literal

from flows.terminal.talk import emit, say

#: Where each shell looks, for what is said beside the script.
_WHERE = {
    "bash": "~/.local/share/bash-completion/completions/nightkick",
    "zsh": "a folder of your fpath, as _nightkick",
    "fish": "~/.config/fish/completions/nightkick.fish",
}


def completion(shell: Literal["bash", "zsh", "fish"], /) -> None:
    """Print the script that lets a shell complete commands, options and choices.

    Parameters
    ----------
    shell
        Which shell reads it.
    """
    from flows.cli import app

    emit(app.generate_completion(prog_name="nightkick", shell=shell))
    say(f"{shell} reads it from {_WHERE[shell]}: nightkick completion {shell} > FILE, then open a new shell")
