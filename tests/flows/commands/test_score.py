"""`nightkick score`: lists in, results out as the contract lays them down, or one line and no change at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from analytics.scoring.rulesets import AASM, WASM_2016, Ruleset, ruleset_hash
from flows.commands.score import FileFormat, score_lists
from flows.settings.rulesets import ruleset_named
from ingest.errors import UsageError
from tests.analytics.scoring.test_reference_nights import COUNTS, STOPPED, THEIR_NAMES, TOLERANCE, YES_NO
from tests.drawing import examples
from tests.flows.conftest import Run

MOVEMENT_COLUMNS = (
    "night_id,onset_s,offset_s,side,n_mono,is_clm,is_plm,series_id,imi_s,stage,"
    "is_respiratory,is_plm_nonrespiratory,is_arousal"
)
NIGHT_COLUMNS = (
    "night_id,tst_h,n_lm,n_clm,n_plm,n_plms,n_plmw,plms_index,plmw_index,n_series,"
    "periodicity_index_share,periodicity_index_runs,n_plmsnr,n_plms_arousal"
)
#: Four kicks 20 s apart, the second of both legs, then one that nobody could stage.
KICKS = """night_id,leg,onset_s,offset_s
A,L,300,302
A,L,320.0004,322.125
A,R,321,323.5
A,left,340,342
A,U,360,362
A,R,900,902
"""
STAGES = "night_id,start_s,duration_s,stage\nA,0,350,N2\nA,350,50,W\n"


def write(name: str, text: str) -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def run_score(
    movements: Path,
    hypnogram: Path | None = None,
    respiration: Path | None = None,
    arousals: Path | None = None,
    *,
    ruleset: Ruleset = WASM_2016,
    out: Path = Path("out"),
    file_format: FileFormat = "csv",
) -> Path:
    score_lists(
        movements,
        hypnogram=hypnogram,
        respiration=respiration,
        arousals=arousals,
        ruleset=ruleset,
        out=out,
        file_format=file_format,
    )
    return out


def refusal(movements: str, **channels: str) -> str:
    """What is said about lists that make no sense; nothing is written."""
    paths = {name: write(f"{name}.csv", text) for name, text in {"movements": movements, **channels}.items()}
    with pytest.raises(UsageError) as refused:
        run_score(paths["movements"], paths.get("hypnogram"), paths.get("respiration"), paths.get("arousals"))
    assert not Path("out").exists()
    line = refused.value.line()
    assert "\n" not in line
    return line


def columns_of(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()[0].split(",")


def in_ms(table: pl.DataFrame) -> pl.DataFrame:
    times = [name for name in ("onset_s", "offset_s", "imi_s") if name in table.columns]
    return table.with_columns((pl.col(name) * 1000).round().cast(pl.Int64) for name in times)


def same_rows(one: Path, other: Path) -> bool:
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in ("movements.csv", "nights.csv"))


@pytest.fixture
def reference(scoring_dir: Path) -> Path:
    lists = [scoring_dir / f"{name}.csv" for name in ("movements", "hypnogram", "respiration", "arousals")]
    return run_score(*lists)


def test_all_142_nights_come_out_movement_by_movement_as_the_reference_has_them(
    reference: Path, scoring_dir: Path
) -> None:
    ours, theirs = (
        in_ms(pl.read_csv(path, infer_schema_length=None))
        for path in (reference / "movements.csv", scoring_dir / "expected_movements.csv")
    )
    assert ours.columns == theirs.columns == MOVEMENT_COLUMNS.split(",")
    theirs = theirs.sort("night_id", "onset_s")
    places = ("night_id", "onset_s", "offset_s")
    assert_frame_equal(ours.select(places), theirs.select(places))
    ran = ~pl.col("night_id").is_in(STOPPED)
    assert_frame_equal(ours.filter(ran), theirs.filter(ran))


def test_all_142_nights_come_out_night_by_night_as_the_reference_has_them(reference: Path, scoring_dir: Path) -> None:
    ours = pl.read_csv(reference / "nights.csv", infer_schema_length=None)
    theirs = pl.read_csv(scoring_dir / "expected_nights.csv", infer_schema_length=None).rename(THEIR_NAMES)
    assert set(NIGHT_COLUMNS.split(",")) <= set(ours.columns)
    assert ours["night_id"].to_list() == theirs["night_id"].sort().to_list()
    both = ours.join(theirs.filter("reference_ran"), on="night_id", suffix="_theirs")
    assert len(both) == 142 - len(STOPPED)
    for name in (*COUNTS, *TOLERANCE):
        mine, their = pl.col(name), pl.col(f"{name}_theirs")
        unlike = (mine.is_null() != their.is_null()) | ((mine - their).abs() > TOLERANCE.get(name, 0))
        assert both.filter(unlike).select("night_id", name, f"{name}_theirs").rows() == []


def test_every_cell_is_written_as_the_contract_says(reference: Path) -> None:
    rows = pl.read_csv(reference / "movements.csv", infer_schema=False)
    for name in ("onset_s", "offset_s", "imi_s"):
        assert rows[name].drop_nulls().str.contains(r"^-?\d+\.\d{3}$").all()
    for name in YES_NO:
        assert set(rows[name].drop_nulls()) == {"0", "1"}
    assert rows.null_count().select("onset_s", "side", "is_clm", "is_respiratory").row(0) == (0, 0, 0, 0)


def test_a_small_list_comes_out_to_the_letter(capsys: pytest.CaptureFixture[str]) -> None:
    out = run_score(write("kicks.csv", KICKS), write("stages.csv", STAGES))
    assert (out / "movements.csv").read_text(encoding="utf-8") == (
        f"{MOVEMENT_COLUMNS}\n"
        "A,300.000,302.000,L,1,1,1,1,,N2,,,\n"
        "A,320.000,323.500,B,2,1,1,1,20.000,N2,,,\n"
        "A,340.000,342.000,L,1,1,1,1,20.000,N2,,,\n"
        "A,360.000,362.000,U,1,1,1,1,20.000,W,,,\n"
        "A,900.000,902.000,R,1,1,0,,540.000,,,,\n"
    )
    assert (out / "series.csv").read_text(encoding="utf-8") == (
        "night_id,series_id,start_s,end_s,n_movements,n_in_sleep,median_imi_s\nA,1,300.000,362.000,4,3,20.000\n"
    )
    assert sorted(path.name for path in out.iterdir()) == ["movements.csv", "nights.csv", "series.csv"]
    said = capsys.readouterr()
    assert said.out.splitlines() == ["out/movements.csv", "out/series.csv", "out/nights.csv"]
    assert said.err.splitlines() == ["scored by wasm2016; nights: 1, movements: 5, series: 1"]


def test_the_small_list_counts_as_reasoned_by_hand() -> None:
    out = run_score(write("kicks.csv", KICKS), write("stages.csv", STAGES))
    (night,) = pl.read_csv(out / "nights.csv").to_dicts()
    hours = 350 / 3600
    assert (night["tst_h"], night["n_lm"], night["n_plm"], night["n_plms"], night["n_plmw"]) == (hours, 5, 4, 3, 1)
    assert night["plms_index"] == pytest.approx(3 / hours, rel=1e-12)
    assert (night["n_plmsnr"], night["n_plms_arousal"]) == (None, None)
    assert (night["ruleset"], night["ruleset_hash"]) == ("wasm2016", ruleset_hash(WASM_2016))


def test_what_no_list_tells_is_empty_and_not_zero() -> None:
    out = run_score(write("kicks.csv", KICKS))
    night = pl.read_csv(out / "nights.csv", infer_schema=False).row(0, named=True)
    assert night["n_plm"] == "4"
    unknown = ("tst_h", "n_plms", "plms_index", "periodicity_index_share", "n_plmsnr", "n_plms_arousal")
    assert [night[name] for name in unknown] == [None] * len(unknown)


def test_another_rule_set_is_applied_and_named() -> None:
    out = run_score(write("kicks.csv", KICKS), write("stages.csv", STAGES), ruleset=AASM)
    (night,) = pl.read_csv(out / "nights.csv").to_dicts()
    assert (night["ruleset"], night["ruleset_hash"]) == ("aasm", ruleset_hash(AASM))
    assert (night["n_plm"], night["n_plmw"]) == (0, None)


def test_rule_sets_are_called_by_name_and_an_unknown_name_is_refused_with_the_known() -> None:
    assert ruleset_named("aasm") is AASM
    assert ruleset_named("mine", {"mine": WASM_2016}) is WASM_2016
    with pytest.raises(UsageError) as refused:
        ruleset_named("wasm")
    assert refused.value.line() == "no rule set is called wasm (there are wasm2016, aasm, source-20-40)"


def test_a_night_that_a_channel_does_not_name_had_the_channel_and_no_events() -> None:
    kicks = KICKS + KICKS.partition("\n")[2].replace("A,", "B,")
    stages = STAGES + STAGES.partition("\n")[2].replace("A,", "B,")
    breaths = write("breaths.csv", "night_id,onset_s,offset_s\nA,290,301\n")
    out = run_score(write("kicks.csv", kicks), write("stages.csv", stages), breaths)
    nights = pl.read_csv(out / "nights.csv").sort("night_id")
    assert nights["n_plms"].to_list() == [3, 3]
    assert nights["n_plmsnr"].to_list() == [0, 3]


def test_parquet_holds_the_same_results_in_proper_types() -> None:
    lists = write("kicks.csv", KICKS), write("stages.csv", STAGES)
    text, typed = run_score(*lists), run_score(*lists, file_format="parquet", out=Path("typed"))
    movements = pl.read_parquet(typed / "movements.parquet")
    assert movements.columns == columns_of(text / "movements.csv")
    kinds = {"onset_s": pl.Float64, "n_mono": pl.Int64, "is_clm": pl.Boolean, "imi_s": pl.Float64, "stage": pl.String}
    kinds |= {"is_arousal": pl.Boolean, "series_id": pl.Int64}
    assert {name: movements.schema[name] for name in kinds} == kinds
    for name in ("movements", "series", "nights"):
        rows = pl.read_parquet(typed / f"{name}.parquet").with_columns(pl.selectors.boolean().cast(pl.Int64))
        written = pl.read_csv(text / f"{name}.csv", schema=rows.schema)
        # Means in seconds have three decimals in CSV and all they have in Parquet.
        assert_frame_equal(rows, written, abs_tol=5.01e-4, rel_tol=0)


def test_lists_without_a_night_are_of_one_night() -> None:
    kicks = re.sub("(?m)^(A|night_id),", "", KICKS)
    out = run_score(write("kicks.csv", kicks), write("stages.csv", STAGES))
    assert pl.read_csv(out / "nights.csv").select("night_id", "n_plms").rows() == [("A", 3)]
    alone = run_score(write("kicks.csv", kicks), out=Path("alone"))
    assert pl.read_csv(alone / "nights.csv").select("night_id", "n_plm").rows() == [(1, 4)]


def test_nights_without_movements_are_kept_and_nights_without_stages_are_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stages = "night_id,start_s,duration_s,stage\nB,0,3600,N2\n"
    out = run_score(write("kicks.csv", KICKS), write("stages.csv", stages))
    nights = pl.read_csv(out / "nights.csv").select("night_id", "tst_h", "n_lm", "n_plms", "plms_index")
    assert nights.rows() == [("A", None, 5, None, None), ("B", 1.0, 0, 0, 0.0)]
    assert capsys.readouterr().err.splitlines()[:2] == [
        "without a scored epoch, so that sleep and its indices are unknown: A",
        "not among the movements, so counted as without any: B",
    ]


def test_a_list_without_movements_scores_to_a_night_of_zeros() -> None:
    out = run_score(write("kicks.csv", KICKS.splitlines()[0] + "\n"), write("stages.csv", STAGES))
    assert (out / "movements.csv").read_text(encoding="utf-8") == f"{MOVEMENT_COLUMNS}\n"
    assert pl.read_csv(out / "nights.csv").select("n_lm", "n_plms").rows() == [(0, 0)]


def test_other_columns_repeated_rows_and_a_cut_line_are_said_once_each(capsys: pytest.CaptureFixture[str]) -> None:
    kicks = "note,night_id,leg,onset_s,offset_s,part_no\n" + "x,A,L,300,302,1\n" * 3 + ",A,R,400,402,9"
    run_score(write("kicks.csv", kicks))
    assert capsys.readouterr().err.splitlines() == [
        "kicks.csv: not used: note, part_no",
        "kicks.csv: the last line does not end; check that it is complete",
        "kicks.csv: rows that repeat an earlier one, kept: 2",
        "scored by wasm2016; nights: 1, movements: 2, series: 0",
    ]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("A,X,1,2", "row 7 (night A): leg is X (L, R, U or left"),
        ("A,L,one,2", "row 7 (night A): onset_s is one (a number of seconds"),
        ("A,L,nan,2", "row 7 (night A): onset_s is nan (a number of seconds"),
        ("A,L,1,inf", "row 7 (night A): offset_s is inf (a number of seconds"),
        ("A,L,1,1e15", "row 7 (night A): offset_s is 1e15 (seconds from a zero"),
        ("A,L,2,1", "row 7 (night A): offset_s is 1 (no event ends before"),
        (",L,1,2", "row 7 (night empty): night_id is empty (say which night"),
        ("A,L,1", "row 7 has 3 fields, the heading 4"),
    ],
)
def test_a_movement_that_makes_no_sense_is_refused_by_file_and_row(row: str, what: str) -> None:
    assert refusal(f"{KICKS}{row}\n").startswith(f"movements.csv: {what}")


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("A,400,-1,N2", "row 3 (night A): duration_s is -1 (0 or more)"),
        ("A,400,30,N5", "row 3 (night A): stage is N5 (W, N1, N2, N3, R, S for"),
        ("A,399.999,30,N2", "hypnogram row 3 (night A): the epoch begins before the one before it ends"),
        ("A,0,350,N2", "hypnogram row 3 (night A): the epoch begins before the one before it ends"),
        ("A,400,40000000,N2", "hypnogram row 3 (night A): the epoch lasts over a year"),
    ],
)
def test_a_hypnogram_that_makes_no_sense_is_refused_by_file_and_row(row: str, what: str) -> None:
    assert refusal(KICKS, hypnogram=f"{STAGES}{row}\n").startswith(f"hypnogram.csv: {what}")


@pytest.mark.parametrize("channel", ["respiration", "arousals"])
def test_a_channel_that_makes_no_sense_is_refused_by_file_and_row(channel: str) -> None:
    line = refusal(KICKS, **{channel: "night_id,onset_s,offset_s\nA,5,4\n"})
    assert line == f"{channel}.csv: row 1 (night A): offset_s is 4 (no event ends before its onset_s)"
    missing = refusal(KICKS, **{channel: "night_id,onset,offset\nA,5,6\n"})
    assert missing.startswith(f"{channel}.csv: there is no column onset_s among night_id, onset, offset (it needs")


def test_a_list_without_nights_beside_several_nights_is_refused() -> None:
    breaths = "onset_s,offset_s\n1,2\n"
    line = refusal(KICKS + "B,L,1,2\n", respiration=breaths)
    assert (
        line
        == "respiration.csv: there is no column night_id, but there are several nights (say which night a row is of)"
    )


def test_several_nights_under_one_name_are_refused() -> None:
    assert "night A spans over a year (give every night its own night_id)" in refusal(f"{KICKS}A,L,4e7,40000001\n")


def test_a_missing_file_is_refused_by_its_name() -> None:
    with pytest.raises(UsageError, match=r"^gone\.csv: no such file"):
        run_score(write("kicks.csv", KICKS), Path("gone.csv"))


def test_the_folder_is_made_and_earlier_results_are_replaced() -> None:
    out = Path("deep/er/out")
    run_score(write("kicks.csv", KICKS), out=out)
    first = (out / "nights.csv").read_bytes()
    run_score(write("kicks.csv", KICKS.replace("A,", "B,")), out=out)
    assert (out / "nights.csv").read_bytes() == first.replace(b"\nA,", b"\nB,")
    assert sorted(path.name for path in out.iterdir()) == ["movements.csv", "nights.csv", "series.csv"]


@pytest.mark.parametrize("through_link", [False, True])
def test_a_list_that_was_read_is_never_replaced(through_link: bool) -> None:  # noqa: FBT001 - pytest hands it over
    kicks = write("movements.csv", KICKS)
    Path("link").symlink_to(Path.cwd(), target_is_directory=True)
    with pytest.raises(UsageError, match=r"^movements\.csv: the result would replace this list"):
        run_score(kicks, out=Path("link") if through_link else Path())
    assert kicks.read_text(encoding="utf-8") == KICKS
    assert sorted(path.name for path in Path().iterdir()) == ["link", "movements.csv"]


@pytest.mark.parametrize("name", ["kicks.csv", "kicks.csv/below", "x" * 300, "nul\0"])
def test_a_folder_that_cannot_be_one_is_refused_in_a_line(name: str) -> None:
    with pytest.raises(UsageError) as refused:
        run_score(write("kicks.csv", KICKS), out=Path(name))
    line = refused.value.line()
    assert "cannot be written: " in line
    assert "\n" not in line


def test_a_result_that_cannot_be_put_in_place_leaves_nothing_half_written() -> None:
    Path("out/movements.csv").mkdir(parents=True)
    with pytest.raises(UsageError, match=r"^out: cannot be written: "):
        run_score(write("kicks.csv", KICKS))
    assert [path.name for path in Path("out").iterdir()] == ["movements.csv"]


_ms = st.integers(0, 400_000)
_nights = st.sampled_from(["A", "B"])
_marks = st.lists(st.tuples(_nights, st.sampled_from("LRU"), _ms, st.integers(0, 12_000)), min_size=1, max_size=25)
_spans = st.lists(st.tuples(_nights, _ms, st.integers(0, 30_000)), min_size=1, max_size=4)


@settings(max_examples=examples(10))
@given(_marks, _spans, st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_the_kind_of_file_changes_a_result(
    marks: list[tuple[str, str, int, int]], spans: list[tuple[str, int, int]], random: Random
) -> None:
    kicks = pl.DataFrame(
        [(night, leg, on / 1000, (on + length) / 1000) for night, leg, on, length in marks],
        ["night_id", "leg", "onset_s", "offset_s"],
        orient="row",
    )
    breaths = pl.DataFrame(
        [(night, on / 1000, (on + length) / 1000) for night, on, length in spans],
        ["night_id", "onset_s", "offset_s"],
        orient="row",
    )
    results = []
    for kind in ("csv", "parquet", "shuffled"):
        tables: Mapping[str, pl.DataFrame] = {"kicks": kicks, "breaths": breaths}
        if kind == "shuffled":
            tables = {name: t[random.sample(range(len(t)), len(t))] for name, t in tables.items()}
        for name, table in tables.items():
            table.write_parquet(name) if kind == "parquet" else table.write_csv(name)
        results.append(run_score(Path("kicks"), respiration=Path("breaths"), out=Path(kind)))
    assert same_rows(results[0], results[1])
    assert same_rows(results[0], results[2])


def test_the_command_scores_and_refuses_with_2(run: Run) -> None:
    kicks = write("kicks.csv", KICKS)
    assert run("score", kicks, "-o", "out", "--ruleset", "aasm").code == 0
    said = run("score", kicks, "-o", ".", "--ruleset", "none")
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
