"""From a seed file and a number to a damaged copy: the same bytes for everybody."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from random import Random

from tests.fuzzing.containers import Way, at, changed, is_zip, members_of, ways_into, zipped
from tests.fuzzing.mutations import Step, byte_step, graft
from tests.fuzzing.nights import Files
from tests.fuzzing.seals import sealed
from tests.fuzzing.seeds import family_of, files_of, made
from tests.fuzzing.text_mutations import is_text, text_step

_N_STEPS = (1, 1, 1, 1, 2, 2, 3, 5)
_TEXT_SHARE = 0.75
_INSIDE_SHARE = 0.75
_MEMBERS_SHARE = 0.08
_MAIN_SHARE = 0.6
_GRAFT_SHARE = 0.1
#: What an archive may call its members to get out of its place, or into that of others.
_NAMES = (
    *("{upper}_", "../../{name}", "/{name}", "C:\\{name}", "a/./../{name}", "{name}/", ".{name}", "{name}.zip"),
    *("acc.csv", "unisens.xml", "meta/time.csv", "\x1b[2J\n{name}", "{long}/{name}", "\N{SNOWMAN}.fit", "{{}}%s.csv"),
)


@dataclass(frozen=True, slots=True)
class Name:
    """What makes a mutant; ``kept`` are the numbers of the steps to be taken, all of them without it."""

    of: str
    seed: int
    index: int
    kept: tuple[int, ...] | None = None

    def __str__(self) -> str:
        return f"{self.of}:{self.seed}:{self.index}"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A damaged file with those beside it, and what was done to them."""

    files: Files
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Change:
    what: str
    apply: Callable[[Files], Files]


def mutant_of(name: Name) -> Mutant:
    """Damage a seed file."""
    files = files_of(name.of)
    changes = _changes(Random(f"{name.of}:{name.seed}:{name.index}"), name.of, files)
    taken = [change for number, change in enumerate(changes) if name.kept is None or number in name.kept]
    for change in taken:
        files = change.apply(files)
    return Mutant(files, tuple(change.what for change in taken))


def _changes(rng: Random, of: str, files: Files) -> list[_Change]:
    main, *others = files
    target = rng.choice(others) if others and rng.random() > _MAIN_SHARE else main
    if others and rng.random() < _MEMBERS_SHARE:
        return [_beside(rng, others)]
    ways = ways_into(files[target])
    way = rng.choice(ways[1:]) if len(ways) > 1 and rng.random() < _INSIDE_SHARE else ()
    steps = _steps(rng, at(files[target], way), rng.choice(_N_STEPS))
    if rng.random() < _GRAFT_SHARE:
        steps.insert(0, graft(rng, at(files[target], way), _relative(rng, family_of(of))))
    if rng.random() < 0.5:
        steps.append(Step("checksums put right", sealed))
    changes = [_within(target, way, step) for step in steps]
    if len(ways) > 2 and is_zip(files[target]) and rng.random() < _MEMBERS_SHARE:
        changes.insert(0, _members(rng, target, list(members_of(files[target]))))
    if way and rng.random() < 0.1:
        changes.append(_within(target, (), byte_step(rng, files[target])))
    return changes


def _steps(rng: Random, data: bytes, n: int) -> list[Step]:
    text = is_text(data)
    return [text_step(rng, data) if text and rng.random() < _TEXT_SHARE else byte_step(rng, data) for _ in range(n)]


def _relative(rng: Random, family: str) -> bytes:
    """What lies deepest in some seed of the same family."""
    content = next(iter(files_of(rng.choice([name for name in made() if family_of(name) == family])).values()))
    return at(content, rng.choice(ways_into(content)[1:] or [()]))


def _within(target: str, way: Way, step: Step) -> _Change:
    inside = f" in {'/'.join(way)}" if way else ""
    return _Change(
        f"{target}{inside}: {step.what}", lambda files: {**files, target: changed(files[target], way, step.apply)}
    )


def _members(rng: Random, target: str, names: Collection[str]) -> _Change:
    """A member of a zip gone, called otherwise, or empty."""
    name, how = rng.choice(list(names)), rng.choice(("gone", "renamed", "renamed", "empty"))
    called = rng.choice(_NAMES).format(name=name, upper=name.upper(), long="x" * 300)

    def apply(files: Files) -> Files:
        members = members_of(files[target])
        content = members.pop(name)
        members |= {} if how == "gone" else {called: content} if how == "renamed" else {name: b""}
        return {**files, target: zipped(members)}

    return _Change(f"{target}: member {name} {how}" + f" to {called!r}" * (how == "renamed"), apply)


def _beside(rng: Random, others: Collection[str]) -> _Change:
    """A file beside the one that is read gone or empty."""
    name, how = rng.choice(list(others)), rng.choice(("gone", "empty"))
    return _Change(
        f"{name} {how}",
        lambda files: {n: b"" if n == name else content for n, content in files.items() if how != "gone" or n != name},
    )
