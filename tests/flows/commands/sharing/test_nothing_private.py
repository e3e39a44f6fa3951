"""What is handed on holds no name, serial, file, note or true date of the database, in whatever form it is written."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from analytics.sharing.pseudonyms import FIRST_DAYS
from analytics.store import Store, frames, query
from tests.analytics.store.making import execute
from tests.flows.conftest import Run
from tests.flows.stored import SUBJECT, build

DB = "nights.duckdb"
SERIAL, REVIEWER, DOCTOR = "CWA17_99887", "Damaged", "Dr. Möller"  # one is a word of this program
NOTE = "Legs again after Aunt Rosa's coffee"
ERROR = (
    "column 'kicks_of_rosa' of /data/zoe/nächte/bell.cwa: the file is damaged at byte 4711 on 2026-03-02, Night 3 of "
    f"{SUBJECT} with {SERIAL}"
)


@pytest.fixture
def store() -> Store:
    made = build(Path(DB))
    execute(made, "UPDATE recording SET device_serial = ?, user_said = ['Rosa wore it']", [SERIAL])
    execute(
        made,
        "INSERT INTO review_entry (subject, night_date, verdict, note, reviewer, reviewed_at) "
        "SELECT subject, night_date, 'note', ?, ?, TIMESTAMPTZ '2026-03-09 08:00:00+00' FROM night",
        [NOTE, REVIEWER],
    )
    execute(made, "INSERT INTO journal_entry VALUES (?, DATE '2026-03-03', 'note', NULL, ?)", [SUBJECT, NOTE])
    execute(
        made,
        "INSERT INTO import_attempt (path, status, error, started_at, finished_at, version) VALUES "
        "('/data/zoe/nächte/bell.cwa', 'failed', ?, now(), now(), '0.1.0')",
        [ERROR],
    )
    execute(
        made,
        "INSERT INTO person (subject, born, medication, said_by) VALUES (?, '1980', ['iron'], ?)",
        [SUBJECT, DOCTOR],
    )
    return made


def private(store: Store) -> set[bytes]:
    """Every name, serial, path, note and instant of the database, in the forms in which a file may hold them."""
    texts = {
        SUBJECT,
        "Zoë",
        "日本",
        SERIAL,
        REVIEWER,
        DOCTOR,
        "Möller",
        NOTE,
        "Rosa",
        "bell.cwa",
        "kicks_of_rosa",
        "zoe",
    }
    columns = query(
        store,
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal AND table_name IN "
        "(SELECT table_name FROM duckdb_tables()) AND (data_type = 'DATE' OR data_type LIKE 'TIMESTAMP%')",
    )
    found: set[bytes] = {form for text in texts for form in (text.encode(), text.casefold().encode())}
    statements = [
        (f'SELECT DISTINCT "{column}" AS value FROM "{table}" WHERE "{column}" IS NOT NULL', ())
        for table, column, _ in columns.rows()
    ]
    for values in frames(store, *statements):
        found.update(form for value in values["value"] for form in written(value))
    return found


def written(value: date | datetime) -> Iterator[bytes]:
    """A date, and of an instant the microsecond, as text and as bytes of a table."""
    for form in ("%Y-%m-%d", "%Y%m%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d"):
        yield value.strftime(form).encode()
    if isinstance(value, datetime):
        seconds = int(value.timestamp())
        us = round(value.timestamp() * 1e6)
        yield from (str(number).encode() for number in (seconds, us // 1000, us))
        yield from (number.to_bytes(8, "little") for number in (us // 1000, us, us * 1000))
    else:
        yield (value - date(1970, 1, 1)).days.to_bytes(4, "little")


def bytes_of(path: Path) -> Iterator[bytes]:
    """A file as it lies there, and all that it holds without compression."""
    yield path.name.encode()
    yield path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for inside in archive.infolist():
                yield from (inside.filename.encode(), archive.read(inside))
    elif path.suffix == ".parquet":
        frame, plain = pl.read_parquet(path), io.BytesIO()
        frame.write_parquet(plain, compression="uncompressed", use_pyarrow=False)
        yield from (plain.getvalue(), frame.write_json().encode())


def found_in(path: Path, secrets: set[bytes]) -> set[bytes]:
    return {secret for text in bytes_of(path) for secret in secrets if secret in text}


def test_the_search_finds_what_is_private_in_tables_that_hold_it(store: Store, tmp_path: Path) -> None:
    secrets = private(store)
    assert len(secrets) > 50
    nights = query(store, "SELECT subject, night_date, recorded_from FROM nights")
    nights.write_csv(tmp_path / "plain.csv")
    nights.write_parquet(tmp_path / "plain.parquet")
    with zipfile.ZipFile(tmp_path / "plain.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", NOTE)
    assert {SUBJECT.split(" ")[0].encode(), b"2026-03-02"} & found_in(tmp_path / "plain.csv", secrets)
    instants = {form for value in nights["recorded_from"] for form in written(value)}
    assert instants & found_in(tmp_path / "plain.parquet", secrets)
    assert NOTE.encode() in found_in(tmp_path / "plain.zip", secrets)


@pytest.mark.first_case
@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_an_export_holds_nothing_private_and_belongs_to_its_owner(store: Store, run: Run, file_format: str) -> None:
    done = run("export", "--pseudonymous", "-o", "out", "--format", file_format, "--db", DB)
    assert done.code == 0
    files = sorted(Path("out").iterdir())
    assert [path.name for path in files] == ["CONTENTS.txt", f"events.{file_format}", f"nights.{file_format}"]
    secrets = private(store)
    assert {path: found_in(path, secrets) for path in files} == {path: set() for path in files}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(Path("out").stat().st_mode) == 0o700
    assert f"nights.{file_format}: 2 rows" in Path("out/CONTENTS.txt").read_text()
    again = run("export", "--pseudonymous", "-o", "out", "--format", file_format, "--db", DB)
    assert again.code == 0, "an earlier export is replaced"


def test_an_export_keeps_measures_intervals_and_times_of_day(store: Store, run: Run) -> None:
    run("export", "--pseudonymous", "-o", "out", "--format", "parquet", "--db", DB)
    nights, events = (pl.read_parquet(f"out/{name}.parquet") for name in ("nights", "events"))
    true = query(store, "SELECT * FROM nights ORDER BY night_date")
    earliest, latest = FIRST_DAYS
    assert nights["person"].to_list() == ["P1", "P1"]
    assert earliest <= nights["evening"][0] <= latest
    assert nights["evening"][1] - nights["evening"][0] == timedelta(days=1)
    assert nights["plms_index"].to_list() == true["plms_index"].to_list()
    clock = [value.time() for value in true["recorded_from_local"]]
    assert [value.time() for value in nights["recorded_from_local"]] == clock
    assert events["imi_s"].to_list() == [None, 27.0, 27.0, 27.0, None]
    assert events["onset_local"].diff()[1:4].dt.total_seconds().to_list() == [27, 27, 27]


def test_two_exports_of_the_same_nights_have_other_dates(store: Store, run: Run) -> None:
    dates = set()
    for number in range(4):
        run("export", "--pseudonymous", "-o", f"out{number}", "--format", "parquet", "--db", DB)
        dates.add(pl.read_parquet(f"out{number}/nights.parquet")["evening"][0])
    assert len(dates) > 1, "four times the same of 7305 days"


def test_nothing_is_exported_under_true_names(store: Store, run: Run) -> None:
    code, out, err = run("export", "-o", "out", "--db", DB)
    assert (code, out, Path("out").exists()) == (2, "", False)
    assert "add --pseudonymous" in err


def test_no_nights_are_no_export(store: Store, run: Run) -> None:
    code, _, err = run("export", "--pseudonymous", "-o", "out", "--since", "2030-01-01", "--db", DB)
    assert (code, Path("out").exists()) == (2, False)
    assert "no nights are meant" in err


def test_another_file_is_not_replaced_by_an_export(store: Store, run: Run) -> None:
    Path("out").mkdir()
    Path("out/nights.csv").write_text("mine\n")
    code, _, err = run("export", "--pseudonymous", "-o", "out", "--db", DB)
    assert (code, Path("out/nights.csv").read_text()) == (2, "mine\n")
    assert "no export of nightkick" in err


def members(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {inside.filename: archive.read(inside).decode() for inside in archive.infolist()}


def test_a_bundle_holds_nothing_private_and_belongs_to_its_owner(store: Store, run: Run) -> None:
    Path("nightkick.toml").write_text(
        f'subject = "{DOCTOR}"\nreviewer = "{REVIEWER}"\n[device."{SERIAL}"]\nside = "left"\n'
        "[criteria.flags]\nplms_index_adult = 21.5\n"
    )
    run("doctor", "--bundle", "bug.zip", "--db", DB)
    bundle = Path("bug.zip")
    assert found_in(bundle, {*private(store), str(Path.cwd()).encode(), str(Path.home()).encode()}) == set()
    assert stat.S_IMODE(bundle.stat().st_mode) == 0o600
    files = members(bundle)
    assert next(iter(files)) == "CONTENTS.txt"
    assert all(name in files["CONTENTS.txt"] for name in list(files)[1:])
    settings = json.loads(files["settings.json"])
    assert settings["criteria"] == {"flags.plms_index_adult": 21.5}
    assert settings["set"] == ["device", "reviewer", "subject"]


def test_a_bundle_keeps_what_a_report_needs(store: Store, run: Run) -> None:
    run("doctor", "--bundle", "bug.zip", "--db", DB)
    files = members(Path("bug.zip"))
    assert json.loads(files["counts.json"])["night"] == 2
    assert json.loads(files["schema.json"])["steps_of_another_program"] == 0
    assert "duckdb" in json.loads(files["versions.json"])["packages"]
    (error,) = files["errors.txt"].splitlines()
    assert error.startswith("failed (by 0.1.0): column '_' of ")
    assert ": the file is _" in error
    assert "byte # on #-#-#" in error


def test_a_bundle_is_written_without_a_database_and_with_one_that_cannot_be_read(run: Run) -> None:
    run("doctor", "--bundle", "none.zip", "--db", "missing.duckdb")
    assert list(members(Path("none.zip"))) == ["CONTENTS.txt", "versions.json", "settings.json", "doctor.txt"]
    Path("Zoes.duckdb").write_bytes(b"Zoe's diary" * 1000)
    run("doctor", "--bundle", "bad.zip", "--db", "Zoes.duckdb")
    assert "database.txt" in members(Path("bad.zip"))
    assert found_in(Path("bad.zip"), {b"Zoe", b"zoe", b"diary"}) == set()


def test_a_bundle_replaces_nothing_but_a_bundle(run: Run) -> None:
    with zipfile.ZipFile("mine.zip", "w") as archive:
        archive.writestr("a.txt", "mine")
    assert run("doctor", "--bundle", "mine.zip").code == 2
    assert members(Path("mine.zip")) == {"a.txt": "mine"}
    run("doctor", "--bundle", "bug.zip")
    run("doctor", "--bundle", "bug.zip")
    assert "CONTENTS.txt" in members(Path("bug.zip"))
