from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.importing.inputs import find_inputs
from flows.importing.outcomes import links_passed_over
from ingest.errors import EmptyFileError
from ingest.file_names import NOT_RECORDINGS, UNFINISHED


def make(*names: str) -> list[Path]:
    paths = [Path(name) for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return paths


def test_folders_are_walked_to_the_bottom_and_files_come_sorted() -> None:
    b, a, c = make("in/b.cwa", "in/a/deep/er.fit", "in/c.csv")
    assert find_inputs([Path("in")]).files == (a, b, c)


@pytest.mark.parametrize(
    "name", [f"x.cwa{end}" for end in (*UNFINISHED, *NOT_RECORDINGS)] + ["truth.csv", "X.CWA.PART"]
)
def test_in_a_folder_what_is_unfinished_or_no_recording_by_name_is_passed_over(name: str) -> None:
    make(f"in/{name}", "in/good.cwa")
    assert find_inputs([Path("in")]).files == (Path("in/good.cwa"),)


@pytest.mark.parametrize("name", [".hidden.cwa", ".cache/x.cwa", "~$night.csv"])
def test_in_a_folder_what_is_hidden_is_passed_over(name: str) -> None:
    make(f"in/{name}", "in/good.cwa")
    assert find_inputs([Path("in")]).files == (Path("in/good.cwa"),)


def test_a_named_file_is_taken_whatever_it_is_called() -> None:
    files = make("a.part", "readme.md", ".hidden")
    assert set(find_inputs(files).files) == set(files)


def test_a_missing_file_is_handed_on_so_that_its_reader_says_so() -> None:
    assert find_inputs([Path("nowhere.cwa")]).files == (Path("nowhere.cwa"),)


def test_an_empty_folder_is_reported_in_words() -> None:
    Path("void/below").mkdir(parents=True)
    (problem,) = find_inputs([Path("void")]).problems
    assert isinstance(problem, EmptyFileError)
    assert problem.line() == "void: this folder holds no file that could be a recording"


def test_links_that_lead_in_a_circle_end_and_a_file_reached_twice_is_taken_once() -> None:
    (file,) = make("in/a/x.cwa")
    Path("in/a/loop").symlink_to(Path.cwd() / "in", target_is_directory=True)
    Path("in/again.cwa").symlink_to(Path.cwd() / file)
    assert len(find_inputs([Path("in"), file, Path("in/a")]).files) == 1


def test_a_file_that_is_named_again_is_taken_once_and_its_other_name_is_kept() -> None:
    first, second, *_ = make("in/a.cwa", "in/b.cwa")
    Path("link.cwa").symlink_to("in/a.cwa")
    assert find_inputs([first, first]).again == ((first, first),)
    assert find_inputs([first, Path("link.cwa")]).again == ((Path("link.cwa"), first),)
    found = find_inputs([first, Path("in"), Path("in") / ".." / second])
    assert found.files == (first, second)
    assert set(found.again) == {(first, first), (Path("in") / ".." / second, second)}


def test_a_link_beside_its_file_in_one_folder_is_no_second_name() -> None:
    make("in/a.cwa")
    Path("in/b.cwa").symlink_to("a.cwa")
    assert find_inputs([Path("in")]).again == ()


def test_what_is_passed_over_in_a_folder_that_is_named_twice_is_listed_once() -> None:
    make("in/a.cwa", "in/truth.csv", "out/b.cwa")
    Path("in/link.cwa").symlink_to("../out/b.cwa")
    found = find_inputs([Path("in"), Path("in")])
    assert (found.passed_over, found.outside) == ((Path("in/truth.csv"),), (Path("in/link.cwa"),))


def test_our_own_folder_is_passed_over_under_every_name() -> None:
    make("db/recordings/ab.parquet", "db/night.cwa")
    Path("db/link").symlink_to(Path.cwd() / "db/recordings", target_is_directory=True)
    assert find_inputs([Path("db")], skip=[Path("db/recordings")]).files == (Path("db/night.cwa"),)


def test_a_broken_link_is_handed_on_and_not_dropped() -> None:
    Path("in").mkdir()
    Path("in/gone.cwa").symlink_to("nowhere")
    assert find_inputs([Path("in")]).files == (Path("in/gone.cwa"),)


def test_links_that_lead_out_of_the_folder_are_not_followed() -> None:
    good, _, _ = make("in/good.cwa", "out/night.cwa", "out/deep/er.cwa")
    Path("in/below").mkdir()
    links = [Path("in/a.cwa"), Path("in/below/b"), Path("in/below/c.cwa"), Path("in/d.cwa"), Path("in/e")]
    links[0].symlink_to(Path.cwd() / "out/night.cwa")
    links[1].symlink_to("../../out", target_is_directory=True)
    links[2].symlink_to("../../out/deep/er.cwa")
    links[3].symlink_to("../gone.cwa")
    links[4].symlink_to(Path.cwd(), target_is_directory=True)
    found = find_inputs([Path("in")])
    assert (found.files, found.outside, found.problems) == ((good,), tuple(links), ())


def test_a_link_that_leads_out_to_nothing_is_no_reason_to_name_what_it_leads_to() -> None:
    make("in/good.cwa", "out/night.cwa")
    links = [Path("in/gone.cwa"), Path("in/there.cwa")]
    links[0].symlink_to("../nowhere.cwa")
    links[1].symlink_to("../out/night.cwa")
    said = {one.path: one.warnings[0] for one in links_passed_over(find_inputs([Path("in")]).outside, 0)}
    assert "name what" not in said[links[0]]
    assert "bring back what it leads to, or remove it" in said[links[0]]
    assert said[links[1]].endswith("name what it leads to")


def test_a_link_into_a_folder_that_is_closed_to_us_is_told_as_one_that_leads_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make("in/good.cwa")
    Path("in/closed.cwa").symlink_to("../closed/night.cwa")
    (link,) = find_inputs([Path("in")]).outside

    def closed(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", closed)
    (said,) = links_passed_over([link], 0)
    assert said.warnings[0].endswith("name what it leads to")


def test_a_link_to_a_link_that_leads_out_leads_out() -> None:
    make("in/good.cwa", "out/night.cwa")
    Path("in/.hidden").symlink_to(Path.cwd() / "out", target_is_directory=True)
    Path("in/through.cwa").symlink_to(".hidden/night.cwa")
    Path("in/chain").symlink_to(".hidden", target_is_directory=True)
    found = find_inputs([Path("in")])
    assert (found.files, found.outside) == ((Path("in/good.cwa"),), (Path("in/chain"), Path("in/through.cwa")))


def test_links_that_lead_nowhere_but_to_each_other_are_handed_on_and_a_folder_of_its_own_name_is_outside() -> None:
    make("in/good.cwa", "in-two/night.cwa")
    Path("in/a.cwa").symlink_to("b.cwa")
    Path("in/b.cwa").symlink_to("a.cwa")
    Path("in/two").symlink_to("../in-two", target_is_directory=True)
    found = find_inputs([Path("in")])
    assert {Path("in/a.cwa"), Path("in/good.cwa")} <= set(found.files)
    assert found.outside == (Path("in/two"),)


def test_a_named_link_and_a_link_inside_a_named_link_are_followed() -> None:
    make("real/a.cwa", "real/deep/b.cwa")
    Path("named").symlink_to("real", target_is_directory=True)
    Path("real/again").symlink_to("deep", target_is_directory=True)
    Path("one.cwa").symlink_to("real/a.cwa")
    found = find_inputs([Path("named"), Path("one.cwa")])
    assert (len(found.files), found.outside) == (2, ())


@given(st.text(min_size=1))
def test_no_name_makes_it_fail(name: str) -> None:
    found = find_inputs([Path(name)])
    assert len(found.files) + len(found.problems) >= 1
