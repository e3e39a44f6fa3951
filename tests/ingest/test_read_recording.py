from __future__ import annotations

import errno
import hashlib
import inspect
import os
import socket
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

import ingest
from ingest import Declared, describe, errors, read_recording, reading
from ingest.clock import FIRST_US
from ingest.errors import (
    DamagedRecordingError,
    EmptyFileError,
    IngestError,
    NoClockError,
    UnreadableFileError,
    UsageError,
)
from ingest.input_file import unreadable
from ingest.outlying_times import LONGEST_US
from ingest.recognising import sniff
from ingest.recording import Decoded, Device, DeviceClock, Gap, Placement, Samples, StageSpan
from tests.ingest.making import EVENING_US, MAGIC, FakeReader, cut, decoded, every, samples

HOUR_US = 3_600_000_000
Give = Callable[[Decoded], Path]


@pytest.fixture
def give(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Give:
    """A file that a reader decodes to this."""

    def one(content: Decoded) -> Path:
        monkeypatch.setattr(sniff, "readers", lambda: iter([FakeReader(lambda _path: content)]))
        path = tmp_path / "night.fake"
        path.write_bytes(MAGIC + b"x" * 100)
        return path

    return one


def _append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def _during(path: Path, act: Callable[[], None]) -> Callable[[], Iterator[Samples]]:
    """Blocks that do something after the first of two."""

    def walk() -> Iterator[Samples]:
        yield samples(every(20_000, 100))
        act()
        yield samples(every(20_000, 100, start_us=EVENING_US + 2_000_000))

    return walk


def test_the_package_offers_the_way_in_its_types_and_the_errors_and_nothing_else() -> None:
    tree = {name for name, kind in vars(errors).items() if inspect.isclass(kind) and issubclass(kind, Exception)}
    assert set(ingest.__all__) == tree | {"read_recording", "Recording", "Declared", "TableMapping", "describe"}
    assert all(hasattr(ingest, name) for name in ingest.__all__)


def test_a_file_becomes_a_recording(give: Give) -> None:
    path = give(decoded(placement=Placement("ankle", "left"), bad_blocks=2, problems=("two blocks were damaged",)))
    recording = read_recording(path, lambda _device: Declared(zone="Europe/Berlin"))
    assert recording.path == path
    assert recording.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (recording.format, recording.device, recording.unit) == ("fake", Device("Maker", "Model 1", "S-42"), "g")
    assert (recording.placement, recording.bad_blocks) == (Placement("ankle", "left"), 2)
    assert (recording.quality.n_samples, recording.quality.first_us) == (500, EVENING_US)
    assert recording.warnings == ("two blocks were damaged",)


def test_a_local_clock_is_shifted_to_utc_everywhere(give: Give) -> None:
    stamps = np.concatenate([every(20_000, 500), every(20_000, 500, start_us=EVENING_US + HOUR_US)])
    naive = decoded(samples(stamps), clock=DeviceClock("local", utc_offset_s=3600))
    stage = StageSpan(EVENING_US, EVENING_US + HOUR_US, "rem")
    recording = read_recording(give(replace_stages(naive, stage)))
    start_us = EVENING_US - HOUR_US
    assert np.concatenate([b.time_us for b in recording.blocks()]).tolist() == (stamps - HOUR_US).tolist()
    assert (recording.quality.first_us, recording.quality.last_us) == (start_us, int(stamps[-1]) - HOUR_US)
    assert recording.quality.gaps == (Gap(int(stamps[499]) - HOUR_US, EVENING_US, "gap"),)
    assert recording.stages == (StageSpan(start_us, EVENING_US, "rem"),)


def replace_stages(content: Decoded, *stages: StageSpan) -> Decoded:
    from dataclasses import replace

    return replace(content, stages=stages)


def test_blocks_can_be_walked_again_and_again(give: Give) -> None:
    recording = read_recording(give(decoded(clock=DeviceClock("local", utc_offset_s=3600))))
    walks = [np.concatenate([block.time_us for block in recording.blocks()]).tolist() for _ in range(2)]
    assert walks[0] == walks[1]


def test_what_is_declared_for_the_device_goes_before_the_file(give: Give) -> None:
    asked: list[Device] = []

    def declare(device: Device) -> Declared:
        asked.append(device)
        return Declared(zone="Asia/Tokyo", zone_source="config", site="ankle", side="left")

    recording = read_recording(give(decoded(placement=Placement("wrist"))), declare)
    assert asked == [Device("Maker", "Model 1", "S-42")]
    assert (recording.clock.zone, recording.clock.zone_source) == ("Asia/Tokyo", "config")
    assert recording.placement == Placement("ankle", "left")
    assert recording.warnings == ("the file says site wrist, declared is ankle: declared is used",)


def test_an_unknown_declared_zone_is_wrong_usage_and_not_a_bad_file(give: Give) -> None:
    with pytest.raises(UsageError, match="Europe/Berlin"):
        read_recording(give(decoded()), lambda _device: Declared(zone="europe/berlin"))


def test_times_after_tomorrow_are_warned_about_and_read(give: Give) -> None:
    path = give(decoded(clock=DeviceClock("utc", zone="UTC")))
    assert read_recording(path, now=datetime(2026, 1, 15, tzinfo=UTC)).warnings == ()
    (warning,) = read_recording(path, now=datetime(2026, 1, 14, tzinfo=UTC)).warnings
    assert "in the future" in warning


@pytest.mark.parametrize("us", [-(2**63), 2**62, 2**63 - 1])
def test_times_without_a_date_are_an_error_of_our_own(give: Give, us: int) -> None:
    with pytest.raises(NoClockError):
        read_recording(give(decoded(samples([us]))))


@pytest.mark.parametrize(
    "stray", ["0001-01-05", "1970-01-01", "2000-01-01", "2062-01-15", "9999-12-27", -(2**63), 2**63 - 1]
)
def test_a_stamp_years_away_from_the_others_is_left_out_and_counted(give: Give, stray: str | int) -> None:
    stamps = every(20_000, 500)
    stamps[250] = stray if isinstance(stray, int) else np.datetime64(stray, "us").astype(np.int64)
    recording = read_recording(give(decoded(samples(stamps), clock=DeviceClock("local", utc_offset_s=3600))))
    kept = np.concatenate([block.time_us for block in recording.blocks()])
    assert kept.tolist() == (np.delete(stamps, 250) - HOUR_US).tolist()
    assert (recording.quality.n_samples, recording.quality.first_us) == (499, EVENING_US - HOUR_US)
    assert recording.warnings == ("1 of 500 samples are dated far from all others and were left out",)


@pytest.mark.parametrize(("extent_us", "n_left"), [(LONGEST_US, 501), (LONGEST_US + 1, 500)])
def test_three_hundred_days_are_believed_and_no_more(give: Give, extent_us: int, n_left: int) -> None:
    stamps = np.append(every(20_000, 500), EVENING_US + extent_us)
    assert read_recording(give(decoded(samples(stamps)))).quality.n_samples == n_left


@pytest.mark.parametrize(("n_before", "n_after"), [(200, 300), (300, 200)])
def test_a_recording_across_the_edge_of_a_hundred_days_stays_whole(give: Give, n_before: int, n_after: int) -> None:
    edge_us = FIRST_US + 7400 * 100 * 24 * HOUR_US
    night = every(20_000, n_before + n_after, start_us=edge_us - n_before * 20_000)
    stamps = np.append(night, edge_us + 400 * 24 * HOUR_US)
    assert read_recording(give(decoded(samples(stamps)))).quality.n_samples == 500


def test_a_clock_that_began_again_in_2000_keeps_the_longer_part(give: Give) -> None:
    reset = every(20_000, 300, start_us=int(np.datetime64("2000-01-01", "us").astype(np.int64)))
    recording = read_recording(give(decoded(samples(np.concatenate([every(20_000, 500), reset])))))
    assert (recording.quality.n_samples, recording.quality.backward_steps) == (500, 0)


def test_a_recording_without_a_sample_is_empty(give: Give) -> None:
    with pytest.raises(EmptyFileError, match="without a single sample"):
        read_recording(give(decoded(blocks=lambda: iter(()))))


def test_a_recording_whose_blocks_are_all_bad_is_damaged_and_not_empty(give: Give) -> None:
    with pytest.raises(DamagedRecordingError, match="all 7 blocks"):
        read_recording(give(decoded(blocks=lambda: iter(()), bad_blocks=7)))


def test_a_file_that_grows_while_it_is_read_is_still_being_written(give: Give) -> None:
    path = give(decoded())
    give(decoded(blocks=_during(path, lambda: _append(path))))
    with pytest.raises(UnreadableFileError, match="still being written") as caught:
        read_recording(path)
    assert "once the copy has finished" in caught.value.hint


def test_a_file_of_the_same_size_with_another_time_was_written_too(give: Give) -> None:
    path = give(decoded())
    give(decoded(blocks=_during(path, lambda: os.utime(path, ns=(1, 1)))))
    with pytest.raises(UnreadableFileError, match="still being written"):
        read_recording(path)


def test_a_file_that_grows_while_it_is_hashed_is_still_being_written(
    give: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hashed_too_early(path: Path, companions: tuple[Path, ...]) -> str:
        assert companions == ()
        _append(path)
        return "0" * 64

    monkeypatch.setattr(reading, "sha256_of_all", hashed_too_early)
    with pytest.raises(UnreadableFileError, match="still being written"):
        read_recording(give(decoded()))


def test_damage_in_a_file_that_is_still_being_written_is_put_down_to_that(give: Give) -> None:
    path = give(decoded())

    def fail() -> None:
        _append(path)
        raise DamagedRecordingError("cut off", path=path)

    give(decoded(blocks=_during(path, fail)))
    with pytest.raises(UnreadableFileError, match="still being written"):
        read_recording(path)


def test_a_file_that_goes_away_while_it_is_read_is_missing(give: Give) -> None:
    path = give(decoded())
    give(decoded(blocks=_during(path, path.unlink)))
    with pytest.raises(UnreadableFileError, match="no such file"):
        read_recording(path)


def test_a_recording_whose_file_changed_later_hands_out_no_samples(give: Give) -> None:
    path = give(decoded())
    recording = read_recording(path)
    _append(path)
    with pytest.raises(UnreadableFileError, match="still being written"):
        next(recording.blocks())


@pytest.mark.parametrize(
    ("fault", "error", "what"),
    [
        (OSError(errno.EIO, "Input/output error"), UnreadableFileError, "disk or card failed"),
        (PermissionError(errno.EACCES, "Permission denied"), UnreadableFileError, "no permission"),
        (EOFError("ended before the marker"), DamagedRecordingError, "break off"),
        (zlib.error("invalid block"), DamagedRecordingError, "break off"),
        (DamagedRecordingError("nothing left"), DamagedRecordingError, "nothing left"),
    ],
)
def test_what_goes_wrong_below_leaves_as_an_error_of_our_own(
    give: Give, fault: Exception, error: type[IngestError], what: str
) -> None:
    path = give(decoded())

    def fail() -> None:
        raise fault

    give(decoded(blocks=_during(path, fail)))
    with pytest.raises(error, match=what):
        read_recording(path)


def test_a_defect_of_a_reader_is_not_dressed_up_as_a_bad_file(give: Give) -> None:
    path = give(decoded())

    def fail() -> None:
        raise IndexError

    give(decoded(blocks=_during(path, fail)))
    with pytest.raises(IndexError):
        read_recording(path)


def _refused(path: Path) -> IngestError:
    with pytest.raises(IngestError) as caught:
        read_recording(path)
    assert caught.value.path == path
    return caught.value


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    error = _refused(tmp_path / "gone.cwa")
    assert (type(error), error.what) == (UnreadableFileError, "no such file")
    assert error.hint


def test_a_folder_is_unreadable_as_a_recording(tmp_path: Path) -> None:
    assert "a folder" in _refused(tmp_path).what


def test_a_path_through_a_file_does_not_exist(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    assert _refused(tmp_path / "file" / "night.cwa").what == "no such file"


def test_a_broken_link_is_told_from_a_missing_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    found = _refused(tmp_path / "link")
    assert "symbolic link to a file that does not exist" in found.what
    assert found.hint == f"bring {tmp_path / 'gone'} back, or name the file where it is now"
    (tmp_path / "gone").write_bytes(b"x")
    assert "link" not in _refused(tmp_path / "link").what


def test_a_link_in_a_circle_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "link")
    assert "leads back to itself" in _refused(tmp_path / "link").what


def test_a_link_to_a_recording_is_read(give: Give, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(give(decoded()))
    assert read_recording(link).quality.n_samples == 500


@pytest.mark.timeout(10)
def test_a_pipe_that_nobody_writes_to_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "a pipe" in _refused(tmp_path / "pipe").what


@pytest.mark.timeout(10)
def test_a_device_is_never_opened() -> None:
    assert "a device" in _refused(Path("/dev/zero")).what


def test_a_socket_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket may not be long
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert "a socket" in _refused(Path("socket")).what


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_unreadable(give: Give) -> None:
    path = give(decoded())
    path.chmod(0)
    assert "no permission" in _refused(path).what


@pytest.mark.parametrize("name", ["x" * 300, "n\0ight", "n\ud800ight"])
def test_an_impossible_name_is_unreadable(name: str) -> None:
    assert isinstance(_refused(Path(name)), UnreadableFileError)


def test_a_file_of_zero_bytes_is_empty(tmp_path: Path) -> None:
    (tmp_path / "night.cwa").touch()
    assert isinstance(_refused(tmp_path / "night.cwa"), EmptyFileError)


def test_a_system_error_that_is_not_foreseen_keeps_its_words() -> None:
    error = unreadable(Path("night.cwa"), OSError(errno.ESTALE, "Stale file handle"))
    assert error.what == "Stale file handle"


def test_a_real_naive_clock_is_read_in_the_declared_zone(recordings_dir: Path) -> None:
    path = recordings_dir / "ggirread_ax3_testfile.cwa"
    document = describe(read_recording(path, lambda _device: Declared(zone="Europe/London")))
    assert document["first_sample"][:21] in ("2019-02-26T10:55:05.9", "2019-02-26T10:55:06.0")
    assert document["first_sample"].endswith("+00:00")
    assert (document["site"], document["side"]) == ("wrist", "right")
    assert document["warnings"] == []


def test_a_real_gap_of_lost_sectors_is_found(recordings_dir: Path) -> None:
    recording = read_recording(recordings_dir / "ggirread_ax3_testfile_corrupt_blocks_0_13_14_142_143_144.cwa")
    (gap,) = recording.quality.gaps
    assert gap.kind == "gap"
    assert (gap.end_us - gap.start_us) / 1e6 == pytest.approx(2.43, abs=0.03)  # two sectors of 120 samples


def test_cutting_a_recording_into_blocks_changes_nothing_about_it(give: Give) -> None:
    whole = samples(every(20_000, 500))
    one = describe(read_recording(give(decoded(blocks=cut(whole)))))
    assert describe(read_recording(give(decoded(blocks=cut(whole, [1, 250, 499]))))) == one
