"""Part of nightkick. The outside: settings, the pipeline to stored nights, its Prefect flow, and the command line."""

from typing import TYPE_CHECKING

from flows.terminal.starting import hear_at_once

if TYPE_CHECKING:
    __version__: str
else:

    def __getattr__(name):
        """The version, as `pyproject.toml` has it; read when it is asked for, because to load the reader takes time."""
        if name != "__version__":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib.metadata import version

        globals()[name] = found = version("nightkick")
        return found


hear_at_once()
