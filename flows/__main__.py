"""``python -m flows``: the command line without the installed script."""

import sys

from flows.cli import main

if __name__ == "__main__":  # a process that a worker starts may import this again, and must not run it again
    sys.exit(main())
