"""Where things are, for tests in any folder."""

from pathlib import Path

#: The checkout.
ROOT = Path(__file__).resolve().parents[1]
#: The reference data beside it, which a clone need not have.
SHARED = ROOT.parent / "shared" / "data"
