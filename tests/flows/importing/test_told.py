"""What an import was told is one object with a text form for every field, and every way to an import carries it."""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from analytics.store import Store, find_recording, query
from flows.commands.import_files import import_
from flows.commands.schedule import schedule
from flows.importing.declared import Wishes, assignments_of, completed, corrects
from flows.importing.text_forms import form_of
from flows.settings.settings import Settings, load
from flows.unattended.schedule_plan import plan_for
from ingest.errors import UsageError
from ingest.recording import Side, Site
from tests.flows.conftest import Run
from tests.flows.making import tiny
from tests.paths import ROOT

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
#: Values by a field's type, and by its name where the type says too little.
VALUES: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(min_size=1),
    Site: st.sampled_from(get_args(Site)),
    Side: st.sampled_from(get_args(Side)),
    float: st.floats(-3e8, 3e8),
    datetime: st.datetimes() | st.datetimes(timezones=OFFSETS),
}


def told(**given_: Any) -> st.SearchStrategy[Wishes]:
    """Any wishes; a field of a type that is new here fails."""
    types = {name: VALUES[get_args(hint)[0]] for name, hint in get_type_hints(Wishes).items()}
    assert types.keys() == {part.name for part in fields(Wishes)}
    return st.builds(Wishes, **{**{name: st.none() | values for name, values in types.items()}, **given_})


@given(told())
def test_what_an_import_was_told_comes_back_from_plain_text(wishes: Wishes) -> None:
    texts = wishes.as_text()
    assert {type(text) for text in texts.values()} <= {str, type(None)}
    assert Wishes.parsed(**texts) == wishes
    for part in fields(Wishes):  # none of them gets lost among the others
        alone = Wishes(**{part.name: getattr(wishes, part.name)})
        assert Wishes.parsed(**alone.as_text()) == alone


@given(told(start=st.none()))
def test_what_a_folder_was_told_comes_back_too(wishes: Wishes) -> None:
    assert Wishes.parsed(**wishes.as_text(of_a_folder=True)) == wishes


def test_a_field_without_a_text_form_is_a_defect() -> None:
    @dataclass(frozen=True)
    class More(Wishes):
        height_m: float | None = field(default=None)

    with pytest.raises(TypeError, match="height_m"):
        form_of(fields(More)[-1])
    with pytest.raises(TypeError, match="height_m"):
        More().as_text()


NAMES = {form.name for form in Wishes.text_forms().values()}
OF_A_FOLDER = {form.name for form in Wishes.text_forms(of_a_folder=True).values()}


def test_every_way_to_an_import_takes_every_field() -> None:
    assert {"start"} == NAMES - OF_A_FOLDER
    tree = ast.parse((ROOT / "flows/unattended/nightly_flow.py").read_text("utf-8"))
    taken = {part.name: {a.arg for a in part.args.args} for part in tree.body if isinstance(part, ast.FunctionDef)}
    assert taken["nightly"] == NAMES | {"paths", "database"}
    assert taken["inbox_run"] == OF_A_FOLDER | {"inbox", "database", "since", "until"}
    assert inspect.signature(import_).parameters.keys() > NAMES
    assert inspect.signature(schedule).parameters.keys() > OF_A_FOLDER
    (deployment,) = yaml.safe_load((ROOT / "prefect.yaml").read_text("utf-8"))["deployments"]
    assert deployment["parameters"].keys() == OF_A_FOLDER | {"inbox", "database"}


@pytest.mark.parametrize(("name", "value"), [("time_shift", 60), ("start", datetime(2026, 3, 1)), ("subject", 7)])  # noqa: DTZ001
def test_a_number_where_yaml_was_given_text_is_refused(name: str, value: object) -> None:
    """YAML reads ``1:00`` as 60: an hour would become a minute."""
    assert yaml.safe_load("time_shift: 1:00") == {"time_shift": 60}
    with pytest.raises(UsageError, match=f"{name} = .* no text"):
        Wishes.parsed(**{name: value})


def test_a_plan_carries_what_its_runs_are_told() -> None:
    wishes = Wishes(subject="anna", site="ankle", side="left", time_shift_s=-0.5)
    plan = plan_for(
        load(), inbox=Path("in"), at=None, cron=None, tz="Europe/Berlin", wishes=wishes, database=Path("n.duckdb")
    )
    parameters = plan.parameters()
    paths = {name: parameters.pop(name) for name in ("inbox", "database")}
    assert paths == {"inbox": str(plan.inbox), "database": str(plan.database)}
    assert Wishes.parsed(**parameters) == replace(wishes, tz="Europe/Berlin")


#: Another value for each field than the recording of `test_each_field_corrects_and_stays` has.
OTHER: dict[str, Any] = {
    "subject": "ann",
    "site": "foot",
    "side": "right",
    "tz": "Asia/Tokyo",
    "time_shift_s": 60.0,
    "sensor": "watch",
}


def test_each_field_corrects_and_stays(run: Run) -> None:
    run("import", tiny(Path("a.cwa")), "--tz", "UTC", "--db", "n.duckdb")
    store = Store(Path("n.duckdb").absolute())
    known = find_recording(store, query(store, "SELECT sha256 FROM recording").item())
    assert known is not None
    nothing = assignments_of(Settings())
    for part in fields(Wishes):
        if part.name == "start":  # of a file without a clock: tests/flows/importing/test_declared.py
            continue
        wishes = Wishes(**{part.name: OTHER[part.name]})
        assert corrects(wishes, known), part.name
        assert getattr(completed(wishes, known, nothing), part.name) == OTHER[part.name]
    assert not corrects(Wishes(), known)
    assert completed(Wishes(), known, nothing) == Wishes(tz="UTC")


def test_a_shift_of_less_than_a_microsecond_more_is_no_correction(run: Run) -> None:
    arguments = ("import", tiny(Path("a.cwa")), "--tz", "UTC", "--time-shift", "0.1234567", "--db", "n.duckdb")
    assert "1 imported" in run(*arguments).err
    assert "1 known" in run(*arguments).err
