from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

from analytics import phrases, words
from analytics.flag import CriterionState, FlagName, FlagState
from analytics.model import BlankKind, Label, SleepSource, SleepState
from analytics.over_nights.signs import SignState
from analytics.pictures.likely_sleep import Step
from analytics.report.timeline import LANES
from analytics.review.words import for_page
from analytics.said import Said
from tests.paths import ROOT

OWNER = ROOT / "analytics" / "words.py"
TABLES: list[tuple[str, Any]] = [
    ("LABELS", Label),
    ("FLAGS", FlagName),
    ("SHORT_FLAGS", FlagName),
    ("FLAG_STATES", FlagState),
    ("VERDICTS", Said),
    ("VERDICTS_BETWEEN", Said),
    ("VERDICTS_TO_GIVE", Said),
    ("CRITERION_STATES", CriterionState),
    ("SIGN_STATES", SignState),
    ("SLEEP_STATES", SleepState),
    ("SLEEP_SOURCES", SleepSource),
    ("BLANKS", BlankKind),
    ("LIKELY_SLEEP", Step),
]
#: Names that are written as words are; code compares with them.
NAMES = {name for _, kind in TABLES for name in get_args(kind)}
#: Everyday English, which sentences elsewhere may use.
EVERYDAY = {
    *("while awake", "cannot tell", "perhaps not worn", "the sleep journal", "assessable night{s}"),
    *("not recorded", "noted on", "taken back"),
}


def table(name: str) -> Mapping[str, str]:
    found: Mapping[str, str] = getattr(words, name)
    return found


@pytest.mark.parametrize(("name", "kind"), TABLES)
def test_everything_that_is_stored_by_name_has_words(name: str, kind: Any) -> None:
    assert set(table(name)) == set(get_args(kind))
    assert all(table(name).values())


def test_every_label_is_in_one_group() -> None:
    grouped = [label for group in words.GROUPS for label in group.labels]
    assert sorted(grouped) == sorted(get_args(Label))


def test_the_reports_lanes_are_the_pages_groups_with_their_looks() -> None:
    looks = {label: group.name for group in words.GROUPS for label in group.labels}
    for lane in LANES:
        assert {looks[label] for label in lane.labels} == {lane.css.removesuffix("-awake")}
    assert {label for lane in LANES for label in lane.labels} == set(looks)


def test_a_flag_that_is_unknown_is_shown_by_its_name() -> None:
    assert [phrases.flag_words(name) for name in ("possible_rls", "no_data")] == ["possible RLS", "no data"]


def test_the_doubt_of_the_onset_is_a_span_of_95_percent() -> None:
    assert phrases.onset_doubt(10.0) == ", give or take 20 min (95 %)"
    assert phrases.onset_doubt(None) == ""
    assert phrases.onset_doubt(10.0, "22:40", "23:30") == ", between 22:40 and 23:30 (95 %)"
    assert phrases.onset_doubt(10.0, None, "23:30") == phrases.onset_doubt(10.0)
    assert (phrases.onset_doubt_min(10.0), phrases.onset_doubt_min(None)) == (19.6, 0.0)


def test_an_interval_that_is_not_known_is_not_shown() -> None:
    assert phrases.interval_words(6.94, 7.9) == " (6.9 to 7.9)"
    assert phrases.interval_words(5, 40, 0) == " (5 to 40)"
    assert phrases.interval_words(None, 7.9) == phrases.interval_words(6.9, None) == ""


def test_only_a_sleep_longer_than_people_sleep_is_doubted() -> None:
    assert [phrases.long_sleep(hours) for hours in (None, 0.0, 8.0, 14.0)] == [""] * 4
    assert phrases.long_sleep(23.8).startswith("23.8 h of sleep are more than people sleep")


def test_of_damaged_files_one_function_tells() -> None:
    assert phrases.damage_words("half of it", "2026-03-02") == "2026-03-02 damaged file: half of it"
    assert phrases.damage_words("half of it") == "Damaged file: half of it"
    files = [path for room in ("analytics", "flows") for path in (ROOT / room).rglob("*.py")]
    users = {path.stem for path in files if "DAMAGED_FILE" in path.read_text(encoding="utf-8")}
    assert users == {"words", "phrases"}


def test_the_page_gets_plain_json() -> None:
    assert json.loads(json.dumps(for_page()))["labels"] == words.LABELS


def test_words_load_nothing_heavy() -> None:
    code = "import sys, analytics.words; print(*({'numpy', 'polars', 'duckdb', 'analytics.model'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "\n"


def long_texts() -> set[str]:
    """Texts of the owner of two words or more, which stand in no other file by chance."""
    texts = {text for name, _ in TABLES for text in table(name).values()} | {group.says for group in words.GROUPS}
    texts |= {value for name, value in vars(words).items() if name.isupper() and isinstance(value, str)}
    return {text for text in texts if " " in text} - NAMES - EVERYDAY


@cache
def sources() -> tuple[tuple[Path, str], ...]:
    """Every other file that may show something, with the texts in it."""
    files = [path for room in ("analytics", "flows") for path in sorted((ROOT / room).rglob("*.*"))]
    kinds: dict[str, Callable[[str], str]] = {".py": python_texts, ".js": script_texts, ".html": str}
    return tuple(
        (path, kinds[path.suffix](path.read_text(encoding="utf-8")))
        for path in files
        if path.suffix in kinds and path != OWNER
    )


def python_texts(source: str) -> str:
    """String literals without docstrings, one a line; what is put into them is a gap."""
    tree = ast.parse(source)
    return "\n".join(_literals(tree))


def _literals(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for child in ast.iter_child_nodes(node):
        yield from _literals(child)


def script_texts(source: str) -> str:
    """A script without its comments."""
    return re.sub(r"/\*.*?\*/|^\s*//[^\n]*", "", source, flags=re.DOTALL | re.MULTILINE)


def holders(text: str) -> list[str]:
    """Files with a phrase, however it is wrapped or capitalised."""
    spaced = r"\s+".join(map(re.escape, text.split()))
    wanted = re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE)
    return [path.relative_to(ROOT).as_posix() for path, texts in sources() if wanted.search(texts)]


@pytest.mark.parametrize("text", sorted(long_texts()))
def test_no_other_file_holds_a_phrase(text: str) -> None:
    assert holders(text) == []


@pytest.mark.parametrize("name", [name for name, _ in TABLES])
def test_no_other_file_pairs_a_name_with_its_words(name: str) -> None:
    pairs = "|".join(
        rf"\b{re.escape(key)}[\"']?\s*:\s*[\"']{re.escape(text)}[\"']" for key, text in table(name).items()
    )
    raw = [(path, path.read_text(encoding="utf-8")) for path, _ in sources()]
    assert [path.relative_to(ROOT).as_posix() for path, text in raw if re.search(pairs, text)] == []


#: Keys of answers, which hold more than the measure that they read.
KEYS = {
    *("night_id", "ahead_s", "offsets", "detected", "long_sleep", "doubts"),
    *("tst_low_h", "tst_high_h", "waso_low_min", "waso_high_min"),
    *("nights", "index", "hypnic_jerks", "movement_no"),
}
MEASURE_TABLES = ("MEASURES", "SHORT_MEASURES", "MEASURE_COLUMNS", "NIGHT_FACTS")


def measure_names() -> set[str]:
    return {name for table_name in MEASURE_TABLES for name in table(table_name)}


def own_names(source: str) -> list[str]:
    """Texts of a module's own that stand beside a measure: pairs, and values of a dict under another key."""
    names, found = measure_names(), []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Tuple) and len(node.elts) == 2:
            found += [ast.unparse(node.elts[0])] if _is_text(node.elts[0]) and _reads(node.elts[1], names) else []
        if isinstance(node, ast.Dict):
            found += [
                ast.unparse(key)
                for key, value in zip(node.keys, node.values, strict=True)
                if key is not None and _is_text(key) and _reads(value, names)
            ]
    return found


def _is_text(node: ast.AST) -> bool:
    """A text that is no name of a column or field."""
    if isinstance(node, ast.JoinedStr):
        return not any(isinstance(part, ast.FormattedValue) for part in node.values)
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in measure_names() | KEYS


def _reads(node: ast.AST, names: set[str]) -> bool:
    """Whether a value is read from a measure, by subscript, attribute or name in an argument."""
    read = {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
    read |= {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return bool(read & names)


SCRIPT_PAIR = re.compile(r"\[\s*([\"'`])((?:(?!\1).)+)\1\s*,([^\]]*)\]", re.DOTALL)


def own_names_of_script(source: str) -> list[str]:
    names = measure_names()
    return [
        text
        for _, text, value in SCRIPT_PAIR.findall(source)
        if text not in names | KEYS and names & set(re.findall(r"\w+", value))
    ]


def test_no_other_file_has_its_own_names_of_measures() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): texts
        for room in ("analytics", "flows")
        for path in sorted((ROOT / room).rglob("*.*"))
        if path != OWNER and path.suffix in (".py", ".js")
        if (texts := _own_names_of(path))
    }
    assert found == {}


def _own_names_of(path: Path) -> list[str]:
    source = path.read_text(encoding="utf-8")
    return own_names(source) if path.suffix == ".py" else own_names_of_script(source)


def test_a_second_table_of_measures_would_be_seen() -> None:
    assert own_names('def f(night):\n    yield "PLMS index", shown(night["plms_index"])') == ["'PLMS index'"]
    assert own_names('A = {"PLMS/h": fixed(row["plms_index"], 1)}') == ["'PLMS/h'"]
    assert own_names('A = {"plms_index": measures.plms_index}') == []
    assert own_names('yield_ = SHORT_MEASURES["plms_index"], row["plms_index"]') == []
    assert own_names_of_script('["blind below", night.blind_below_mg]') == ["blind below"]


def test_a_second_owner_would_be_seen() -> None:
    assert script_texts('// hypnic jerk\nconst A = "hypnic jerk";').strip() == 'const A = "hypnic jerk";'
    assert python_texts('"""hypnic jerk"""\nA = f"{B}: hypnic jerk"').splitlines()[0] == "{}: hypnic jerk"
    assert holders("import nothing") == []
    assert "analytics/report/page.py" in holders("leg movements at night")
    assert "analytics/review/static/home.js" in holders("No nights yet")


def test_what_stands_alone_has_one_name_in_label_and_legend() -> None:
    (group,) = [group for group in words.GROUPS if "isolated" in group.labels]
    assert group.says == words.LABELS["isolated"]


def test_headings_are_explained_by_the_glossary_where_it_knows_them() -> None:
    known = {"plms_index": "PLMS/h", "n_plms": "regular kicks", "flags": "flagged"}
    assert {name: phrases.EXPLAINED[name] for name in known} == {
        name: words.GLOSSARY[term] for name, term in known.items()
    }
    assert set(phrases.EXPLAINED) <= set(words.MEASURES) | set(words.NIGHT_FACTS) | {"plms_rate", "flags", "review"}
