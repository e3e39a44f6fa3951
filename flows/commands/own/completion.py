"""``nightkick completion``: the script with which a shell completes a command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from flows.terminal.talk import emit, say

if TYPE_CHECKING:
    from cyclopts import App

#: Where each shell looks, for what is said beside the script.
_WHERE = {
    "bash": "~/.local/share/bash-completion/completions/nightkick",
    "zsh": "a folder of your fpath, as _nightkick",
    "fish": "~/.config/fish/completions/nightkick.fish",
}
#: The generated script defines a function and stops there. zsh calls the file itself, where it lies in the fpath.
_ZSH_END = """
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _cyclopts_nightkick "$@"
elif (( $+functions[compdef] )); then
  compdef _cyclopts_nightkick nightkick
fi
"""


def completion(shell: Literal["bash", "zsh", "fish"], /) -> None:
    """Print the script that lets a shell complete commands, options and choices.

    Parameters
    ----------
    shell
        Which shell reads it.
    """
    from flows.cli import app

    script = app.generate_completion(prog_name="nightkick", shell=shell)
    emit({"bash": _as_it_is, "zsh": _called, "fish": _without_files}[shell](script, app))
    say(f"{shell} reads it from {_WHERE[shell]}: nightkick completion {shell} > FILE, then open a new shell")


def _as_it_is(script: str, _: App) -> str:
    return script


def _called(script: str, _: App) -> str:
    return script + _ZSH_END


def _without_files(script: str, app: App) -> str:
    """Keep fish from offering files where a command, a date or a name is wanted."""
    groups = (name for name in app if not name.startswith("-") and any(not sub.startswith("-") for sub in app[name]))
    wanted = ["__fish_use_subcommand", *(f"'__fish_nightkick_using_command {name}'" for name in groups)]
    lines = [f"complete -c nightkick -n {condition} -f\n" for condition in wanted]
    # -r: the option has a value, by default a file (-F, where it is one); -x: a value that is none.
    return script.replace(" -r -d ", " -x -d ") + "".join(lines)
