"""``python -m nightkick``: the command line without the installed script."""

import sys

from nightkick import main

if __name__ == "__main__":
    # As the installed script is called: by this name the program knows that the process is its own
    # (`flows.terminal.starting`).
    sys.argv[0] = "nightkick"
    sys.exit(main())
