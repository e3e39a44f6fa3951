"""The outside: settings, the pipeline from files to stored nights, its Prefect flow, and the command line."""

__version__ = "0.1.0"

from flows.terminal.starting import hear_at_once

hear_at_once()
