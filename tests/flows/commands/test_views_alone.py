"""With views alone: the report's numbers, the raw samples, a copy that is made anew only after a change."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from analytics.review.export import Filter, csv_of
from analytics.store import Store, load_night, load_samples, query
from tests.flows.conftest import Run

DB = Path("nights.duckdb")

#: The report's numbers of a night, from views that hold no sum; each has the name that it has in `nights`.
REDONE = """
WITH e AS (FROM events WHERE subject = $who AND night_date = $night),
b AS (FROM sleep_bouts WHERE subject = $who AND night_date = $night),
c AS (SELECT *, row_number() OVER (ORDER BY onset_at) AS k FROM e WHERE is_clm),
linked AS (SELECT c.imi_s FROM c JOIN c AS before ON before.k = c.k - 1 AND before.series_no = c.series_no),
slept AS (
    SELECT sum(duration_h) FILTER (state = 'sleep') AS tst_h, sum(duration_h) FILTER (state = 'wake') AS wake_h FROM b
),
awake AS (
    SELECT count(*) AS n_plmw FROM e JOIN b ON b.state = 'wake' AND e.onset_at >= b.start_at AND e.onset_at < b.end_at
    WHERE e.is_plm
),
counted AS (
    SELECT count(*) FILTER (is_lm) AS n_lm, count(*) FILTER (is_clm) AS n_clm, count(*) FILTER (is_plm) AS n_plm,
        count(*) FILTER (is_plm AND sleep_state = 'sleep') AS n_plms,
        count(*) FILTER (is_clm AND sleep_state = 'sleep') AS n_clms,
        count(*) FILTER (label = 'hypnic_jerk') AS n_hypnic_jerks,
        count(*) FILTER (imi_s BETWEEN 20 AND 40) / count(imi_s) AS share_imi_20_40
    FROM e
)
SELECT n_lm, n_clm, n_plm, n_plms, n_plmw, n_hypnic_jerks, share_imi_20_40, tst_h, wake_h,
    n_plms / tst_h AS plms_index, CASE WHEN wake_h >= 0.25 THEN n_plmw / wake_h END AS plmw_index,
    n_plms / nullif(n_clms, 0) AS periodicity_index_share, tst_h / (tst_h + wake_h) AS sleep_efficiency,
    (SELECT median(imi_s) FROM linked) AS median_imi_s,
    (SELECT count(*) FROM series WHERE subject = $who AND night_date = $night) AS n_series
FROM counted, slept, awake
"""


def one(store: Store, sql: str, parameters: Any = ()) -> dict[str, Any]:
    (row,) = query(store, sql, parameters).to_dicts()
    return row


def test_a_run_with_nothing_new_leaves_the_copy_and_a_changing_one_renews_it(run: Run, imported: Store) -> None:
    def copy() -> tuple[int, int]:
        found = imported.published.stat()
        return found.st_ino, found.st_mtime_ns

    first = copy()
    assert run("import", "night.cwa", "--db", DB).code == 0
    assert query(imported, "SELECT status FROM imports ORDER BY started_at")["status"].to_list() == [
        "imported",
        "known",
    ]
    assert copy() == first
    Path("broken.cwa").write_bytes(b"MD" + bytes(2000))
    assert run("import", "broken.cwa", "--db", DB).code == 1
    assert copy() == first
    assert "published copy was made" in run("doctor", "--db", DB).out
    imported.published.unlink()
    assert run("import", "night.cwa", "--db", DB).code == 0
    second = copy()
    Path("journal.csv").write_text("date,caffeine_mg\n2026-03-02,80\n")
    assert run("journal", "import", "journal.csv", "--db", DB).code == 0
    third = copy()
    assert run("reanalyse", "--ruleset", "aasm", "--db", DB).code == 0
    assert len({second, third, copy()}) == 3


def test_every_number_of_the_report_can_be_redone_from_views(imported: Store) -> None:
    night = one(imported, "FROM nights")
    redone = one(imported, REDONE, {"who": night["subject"], "night": night["night_date"]})
    assert night["n_plms"] > 30
    assert redone == {name: pytest.approx(night[name], abs=1e-6) for name in redone}
    stored = load_night(imported, (night["subject"], night["night_date"]))
    assert stored is not None
    by_rules = query(imported, "SELECT ruleset, n_plms, wake_h, n_isolated FROM scores ORDER BY 1").rows()
    assert by_rules == sorted(
        (s.ruleset, s.measures.n_plms, s.measures.wake_h, s.measures.n_isolated) for s in stored.scores
    )
    used = query(imported, "SELECT value::DOUBLE FROM thresholds WHERE part = 'flags' AND name = 'plms_index_adult'")
    held = query(imported, "SELECT DISTINCT threshold FROM flag_criteria WHERE flag = 'possible_plmd'")
    assert used.item() in held["threshold"].to_list()
    assert one(imported, "SELECT value FROM rules WHERE ruleset = 'aasm' AND name = 'imi_min_s'") == {"value": "5.0"}


def test_an_event_names_its_recording_in_one_join(imported: Store) -> None:
    found = query(
        imported,
        "SELECT DISTINCT r.path, p.recording = e.recording AS is_same FROM events e"
        " JOIN event_parts p USING (subject, night_date, movement_no) JOIN recordings r ON r.sha256 = p.recording",
    )
    assert [(Path(path).name, same) for path, same in found.rows()] == [("night.cwa", True)]


def test_raw_samples_are_read_with_the_view_alone(imported: Store) -> None:
    for database in (imported.path, imported.published):
        with duckdb.connect(str(database), read_only=True) as con:
            ((sha256, path, scale, n, first),) = con.execute(
                "SELECT sha256, path, g_per_value, n_samples, epoch_us(first_at) FROM samples"
            ).fetchall()
            seen = con.execute(
                f"SELECT count(*), epoch_us(min(time)), sum(x * {scale}) FROM read_parquet(?)", [path]
            ).fetchall()[0]
        known = load_samples(imported, sha256, first, 2**60)
        assert seen == (n, first, pytest.approx(float((known.values[:, 0] * known.g_per_value).sum()), rel=1e-4))


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        ("select onset from events", "there is no column onset in events (did you mean "),
        ("select e.imi from events e", "there is no column imi in events (did you mean imi_s"),
        ("select n.plms from nights n join events e using (subject)", "there is no column plms in events or nights ("),
        ("select onset_at", "no FROM that has a column onset_at ("),
        ("selec 1", "syntax error at or near"),
    ],
)
def test_an_unknown_column_is_one_plain_line_with_what_helps(
    run: Run, imported: Store, statement: str, line: str
) -> None:
    code, out, err = run("sql", statement, "--db", DB)
    assert (code, out) == (2, "")
    assert err.startswith(f"nightkick: {line}")
    assert err.count("\n") == 1
    assert " Error:" not in err
    if "there is no column" in line:
        assert 'nightkick sql "describe ' in err


def test_the_new_views_may_be_asked(run: Run, imported: Store) -> None:
    for view in ("samples", "thresholds", "flag_criteria", "published", "event_parts"):
        said = run("sql", f"from {view} limit 1", "--csv", "--db", DB)
        assert said.code == 0, said.err


def test_the_page_and_the_command_line_write_one_csv(run: Run, imported: Store) -> None:
    assert "".join(csv_of(imported, "nights", Filter())) == run("nights", "--csv", "--db", DB).out
    assert "".join(csv_of(imported, "movements", Filter())) == run("movements", "--csv", "--db", DB).out


def test_a_formula_or_an_escape_reaches_no_spreadsheet_or_terminal(
    run: Run, imported: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = "=cmd|'x'!A0\x1b[2J"
    with duckdb.connect(str(imported.path)) as con:
        for table in ("night", "event_row", "score", "flag", "movement", "recording", "recording_night"):
            con.execute(f"UPDATE {table} SET subject = ?", [subject])
    for command in (("nights", "--csv"), ("movements", "--csv"), ("sql", "select subject from nights", "--csv")):
        assert f"'{subject}" in run(*command, "--db", DB).out
    evening = str(one(imported, "SELECT night_date FROM nights")["night_date"])
    assert "\x1b" not in run("inspect", "no\x1b[2J.cwa").err
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda _: True)
    for shown in (("nights", "--csv"), ("nights", "--json"), ("nights",), ("show", evening), ("movements", "--csv")):
        said = run(*shown, "--db", DB)
        assert "\x1b[2J" not in said.out + said.err, shown
