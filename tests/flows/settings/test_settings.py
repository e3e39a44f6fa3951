from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.settings.default_folders import config_folder
from flows.settings.settings import FILE_NAME, DeviceSettings, Settings, as_toml, candidates, load
from ingest import TableMapping
from ingest.errors import UsageError
from tests.flows.conftest import Run

COLUMNS = 'columns = { time = "t", x = "ax", y = "ay", z = "az" }'


def write(text: str, folder: Path | None = None) -> Path:
    path = (folder or Path.cwd()) / FILE_NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def refused() -> UsageError:
    with pytest.raises(UsageError) as caught:
        load()
    assert "\n" not in caught.value.line()
    return caught.value


def test_without_file_or_variable_the_defaults_hold(home: Path) -> None:
    settings = load()
    assert settings.subject == "me"
    assert settings.tz is None
    assert settings.database == home / ".local/share/nightkick/nightkick.duckdb"


def test_a_variable_beats_the_working_directory_and_that_beats_the_configuration_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write('subject = "far"\ntz = "Asia/Tokyo"\nage_group = "child"', config_folder())
    write('subject = "near"\ntz = "Europe/Berlin"')
    monkeypatch.setenv("NIGHTKICK_SUBJECT", "loud")
    settings = load()
    assert (settings.subject, settings.tz, settings.age_group) == ("loud", "Europe/Berlin", "child")


def test_tables_of_several_sources_are_joined_key_by_key(monkeypatch: pytest.MonkeyPatch) -> None:
    write("[criteria.flags]\nplms_index_adult = 20\nplms_index_child = 7", config_folder())
    write("[criteria.flags]\nplms_index_adult = 25")
    monkeypatch.setenv("NIGHTKICK_CRITERIA__JERKS__FREQUENT_PER_NIGHT", "9")
    criteria = load().criteria
    assert (criteria.flags.plms_index_adult, criteria.flags.plms_index_child) == (25, 7)
    assert criteria.jerks.frequent_per_night == 9


@pytest.mark.parametrize(
    ("text", "key", "meant"),
    [
        ('databse = "x"', "databse", "database"),
        ("[criteria.flags]\nplms_index_adlt = 3", "criteria.flags.plms_index_adlt", "plms_index_adult"),
        ("[criteria.flag]\nplms_index_adult = 3", "criteria.flag", "flags"),
        ('[device."17"]\nsid = "left"', "device.17.sid", "side"),
        ("[table.lab]\nunits = 3", "table.lab.units", "unit"),
        ('[table.lab.columns]\ntme = "t"', "table.lab.columns.tme", "time"),
    ],
)
def test_an_unknown_key_is_refused_with_file_and_nearest_name(text: str, key: str, meant: str) -> None:
    path = write(text)
    error = refused()
    assert (error.path, error.what, error.hint) == (path, f"unknown key {key}", f"did you mean {meant}?")


def test_an_unknown_variable_is_refused_with_the_nearest_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIGHTKICK_DATABSE", "x")
    assert refused().line() == "unknown variable NIGHTKICK_DATABSE (did you mean NIGHTKICK_DATABASE?)"


@pytest.mark.parametrize("name", ["NIGHTKICK_CONFIG", "NIGHTKICK_HOME", "NIGHTKICK_X"])
def test_a_variable_like_no_setting_is_not_taken_for_one(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """NIGHTKICK_CONFIG was answered with "did you mean NIGHTKICK_PERSON?", for the prefix is alike."""
    monkeypatch.setenv(name, "no such.toml")
    assert refused().line() == (
        f"unknown variable {name} (unset it: no setting has that name; nightkick config path names the files that are "
        "read)"
    )


def test_everything_that_is_wrong_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    far = write('age_group = "teen"', config_folder())
    path = write('tzz = 1\n[criteria.flags]\nplms_index_adlt = 3\n[device."17"]\nsite = "nose"')
    assert refused().line().partition(": Input should be 'ankle'")[0] == (
        f"{path}: unknown key criteria.flags.plms_index_adlt (did you mean plms_index_adult?); unknown key tzz (did you"
        f" mean tz?); {far}: age_group = 'teen': Input should be 'adult' or 'child' (see nightkick config show);"
        " device.17.site = 'nose'"
    )
    monkeypatch.setenv("NIGHTKICK_DATABSE", "x")
    monkeypatch.setenv("NIGHTKICK_TZZ", "x")
    assert refused().line() == (
        "unknown variable NIGHTKICK_DATABSE (did you mean NIGHTKICK_DATABASE?); "
        "unknown variable NIGHTKICK_TZZ (did you mean NIGHTKICK_TZ?)"
    )


def test_one_wrong_value_is_named_once_whatever_types_it_could_have_had() -> None:
    write('[[assignment]]\nserial = "1"\nsubject = "a"\ntime_shift = [1]')
    assert refused().line().count("time_shift") == 1


def test_a_wrong_value_is_blamed_on_the_source_that_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    far = write('age_group = "teen"', config_folder())
    write('subject = "near"')
    assert refused().path == far
    monkeypatch.setenv("NIGHTKICK_AGE_GROUP", "old")
    assert refused().line().startswith("NIGHTKICK_AGE_GROUP = 'old'")


@pytest.mark.parametrize(
    "text",
    [
        "subject = ",
        'subject = "a"\nsubject = "b"',
        'subject = ""',
        "subject = 3",
        'tz = "Europe/Atlantis"',
        "database = 5",
        "device = 5",
        '[device."1"]\nsite = "nose"',
        "[criteria.motion]\nband_low_hz = -1",
        '[criteria.motion]\nband_low_hz = "low"',
        "table = 3",
        "[table.lab]\nunit = 'g'",
        f"[table.lab]\nunit = 'feet'\n{COLUMNS}",
        f"[table.lab]\nunit = 'g'\ncounts_per_g = 256\n{COLUMNS}",
        f"[table.lab]\ncounts_per_g = 0\n{COLUMNS}",
        f"[table.lab]\ncounts_per_g = inf\n{COLUMNS}",
        f"[table.lab]\ntime_unit = 'min'\n{COLUMNS}",
        f"[table.lab]\ntz = 'Europe/Atlantis'\n{COLUMNS}",
        '[table.lab]\ncolumns = { time = "t", x = "ax", y = "ay" }',
        '[table.lab]\ncolumns = { time = "t", x = "ax", y = "ay", z = "ax" }',
        '[table.lab]\ncolumns = { time = [], x = "ax", y = "ay", z = "az" }',
        '[table.lab]\ncolumns = { time = ["a", "b", "c"], x = "ax", y = "ay", z = "az" }',
        '[table.lab]\ncolumns = { time = 3, x = "ax", y = "ay", z = "az" }',
        '[table.lab]\ncolumns = { time = "t", x = "", y = "ay", z = "az" }',
    ],
)
def test_a_file_that_makes_no_sense_is_refused_in_one_line(text: str) -> None:
    path = write(text)
    assert refused().path == path


def test_bytes_that_are_no_text_are_refused() -> None:
    path = Path.cwd() / FILE_NAME
    path.write_bytes(b"\xff\xfe\x00s")
    assert "is not TOML" in refused().line()
    assert refused().line().endswith(" (mend it there)")


def test_a_zone_may_be_a_fixed_offset() -> None:
    write('tz = "+02:00"')
    assert load().tz == "+02:00"


def test_a_relative_database_is_relative_to_the_file_that_names_it() -> None:
    write('database = "nights.duckdb"', config_folder())
    assert load().database == config_folder() / "nights.duckdb"


def test_a_tilde_in_the_database_is_the_home_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIGHTKICK_DATABASE", "~/a.duckdb")
    assert load().database == home / "a.duckdb"


def test_the_age_group_reaches_the_criteria_and_no_age_group_leaves_them_alone() -> None:
    write('age_group = "child"')
    assert load().analysis_criteria().flags.plms_index() == load().criteria.flags.plms_index_child
    write('[criteria.flags]\nage_group = "child"')
    assert load().analysis_criteria() == load().criteria


def test_a_missing_column_is_named() -> None:
    path = write('[table.lab]\ncolumns = { time = "t", x = "ax", y = "ay" }')
    assert refused().line() == f"{path}: table.lab.columns.z is missing (see nightkick config show)"


def test_tables_become_what_the_readers_take() -> None:
    write(f"[table.lab]\nunit = 'm/s2'\ntime_unit = 'ms'\n{COLUMNS}")
    write(
        '[table.two]\ncounts_per_g = 2048\nday_first = false\ntz = "UTC"\n'
        'columns = { time = ["day", "clock"], x = "1x", y = "1y", z = "1z" }',
        config_folder(),
    )
    assert sorted(load().tables(), key=lambda table: table.name) == [
        TableMapping("lab", ("t",), ("ax", "ay", "az"), unit="m/s2", time_unit="ms"),
        TableMapping("two", ("day", "clock"), ("1x", "1y", "1z"), counts_per_g=2048, day_first=False, zone="UTC"),
    ]
    assert Settings(**tomllib.loads(as_toml(load()))) == load()


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load().subject = "other"  # type: ignore[misc]  # the very thing that must fail


@given(
    serial=st.text(st.characters(codec="utf-8"), min_size=1),
    subject=st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip),
    threshold=st.floats(0.001, 1e6),
)
def test_what_config_show_prints_reads_back_as_the_same_settings(serial: str, subject: str, threshold: float) -> None:
    device = {serial: DeviceSettings(subject=subject, site="ankle", side="left", tz="Europe/Berlin")}
    criteria = Settings().criteria
    flags = criteria.flags.model_copy(update={"plms_index_adult": threshold})
    settings = Settings(subject=subject, device=device, criteria=criteria.model_copy(update={"flags": flags}))
    assert Settings(**tomllib.loads(as_toml(settings))) == settings


def test_config_path_names_the_files_in_order(run: Run) -> None:
    assert run("config", "path").out.splitlines() == [str(path) for path in candidates()]


def test_config_show_is_valid_toml_of_the_settings_in_force(run: Run) -> None:
    write('subject = "Zoë"')
    assert tomllib.loads(run("config", "show").out)["subject"] == "Zoë"


def test_config_validate_says_which_files_it_read_and_exits_2_when_one_is_wrong(run: Run) -> None:
    path = write('subject = "a"')
    assert run("config", "validate") == (0, "", f"settings are valid: {path}\n")
    write("tzz = 1")
    assert run("config", "validate") == (2, "", f"nightkick: {path}: unknown key tzz (did you mean tz?)\n")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('listen = "192.168.1.5"', "listen beyond 127.0.0.1 needs proxy"),
        ('listen = "0.0.0.0"', "listen beyond 127.0.0.1 needs proxy"),
        ('proxy_address = "192.168.1.9"', "proxy_address needs proxy"),
        ('listen = "here"\nproxy = "nights.example"', "an IPv4 address is written"),
        ('listen = "::"\nproxy = "nights.example"', "an IPv4 address is written"),
        ('proxy = "https://nights.example"', "without https://"),
        ('proxy = "nights.example/x"', "without https://"),
        ('proxy = ""', "without https://"),
        ('proxy = "localhost:8443"', "a name of its own"),
        ('proxy = "127.0.0.1"', "a name of its own"),
    ],
)
def test_a_review_page_is_never_reached_from_elsewhere_without_a_named_proxy(text: str, why: str) -> None:
    path = write(f"[review]\n{text}")
    error = refused()
    assert error.path == path
    assert why in error.line()


def test_a_proxy_is_named_as_a_browser_sends_it() -> None:
    write('[review]\nlisten = "192.168.1.5"\nproxy = "Nights.Example:443"\nproxy_address = "192.168.1.9"')
    review = load().review
    assert (review.listen, review.proxy, review.proxy_address) == ("192.168.1.5", "nights.example", "192.168.1.9")


def test_by_default_the_review_page_is_reached_from_this_machine_alone() -> None:
    assert (load().review.listen, load().review.proxy) == ("127.0.0.1", None)
