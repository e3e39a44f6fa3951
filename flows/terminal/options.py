"""Options that many commands take, each under one name.

As in `flows.cli`, nothing is imported but the parser.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

Database = Annotated[Path | None, Parameter(name="--db")]
Json = Annotated[bool, Parameter(name="--json")]
Csv = Annotated[bool, Parameter(name="--csv")]
#: A folder, or with ``report`` a file.
Out = Annotated[Path, Parameter(name=["-o", "--out"])]
