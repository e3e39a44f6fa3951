"""``python -m flows``: the command line without the installed script."""

import sys

from flows.cli import main

sys.exit(main())
