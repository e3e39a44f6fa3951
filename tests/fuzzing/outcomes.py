"""What became of a mutant, as it travels from a worker to whoever asked."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from tests.fuzzing.mutants import Name


@dataclass(frozen=True, slots=True)
class Outcome:
    """One mutant, read.

    Attributes
    ----------
    verdict : str
        ``result``, the class of an error of ours, or what was found: ``hang``, ``crash``, ``memory`` or the class of
        any other exception.
    where : str
        Of a finding: the last place in our own code; findings with the same verdict and place are one.
    detail : str
        Of a finding: the traceback, never empty; empty of anything else.
    peak_bytes : int
        Memory on top of what the worker had before.
    """

    name: Name
    verdict: str
    seconds: float
    peak_bytes: int
    size: int
    where: str = ""
    detail: str = ""

    @property
    def is_finding(self) -> bool:
        """Whether it is neither a sound recording nor an error of ours."""
        return bool(self.detail)

    @property
    def signature(self) -> str:
        """What makes two findings the same."""
        return f"{self.verdict} at {self.where}" if self.where else self.verdict

    def encoded(self) -> str:
        """As one line."""
        return json.dumps(asdict(self))


def decoded(line: str) -> Outcome:
    """The outcome that a worker wrote."""
    fields = json.loads(line)
    return Outcome(**{**fields, "name": decoded_name(json.dumps(fields["name"]))})


def encoded_name(name: Name) -> str:
    """A request, as one line."""
    return json.dumps(asdict(name))


def decoded_name(line: str) -> Name:
    """The request that was sent to a worker."""
    fields = json.loads(line)
    kept = fields.pop("kept")
    return Name(**fields, kept=None if kept is None else tuple(kept))
