"""Unisens folders that are damaged, incomplete or hostile."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import (
    DamagedRecordingError,
    EmptyFileError,
    IngestError,
    UnknownUnitError,
    UnreadableFileError,
    UnsupportedRecordingError,
)
from ingest.formats.unisens import read as read_unisens
from ingest.recognising import sniff
from tests.drawing import examples
from tests.ingest.formats.unisens_files import SIGNAL, Measurement, read, signal_entry, still

DTD = '<?xml version="1.0"?><!DOCTYPE unisens [{}]>'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged")


@pytest.mark.parametrize(
    "name",
    [
        "../acc.bin",
        "sub/acc.bin",
        "/etc/passwd",
        "..",
        ".",
        "...",
        "",
        "..\\acc.bin",
        "C:acc.bin",
        "a\u0130.bin",
        "a" * 255,
    ],
)
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "sub").mkdir()
    for place in (tmp_path / "acc.bin", tmp_path / "sub" / "acc.bin"):
        place.write_bytes(still(100).tobytes())
    path = Measurement((signal_entry({**SIGNAL, "id": name}),)).write(tmp_path / "sub", still(100), name="other.bin")
    with pytest.raises(DamagedRecordingError, match="is no name of a file beside it"):
        read(path)


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">',
        '<!ENTITY secret SYSTEM "file:///etc/passwd">',
        '<!ENTITY % remote SYSTEM "http://127.0.0.1:1/x.dtd"> %remote;',
        "",
    ],
)
def test_a_document_type_is_refused_whatever_it_declares(tmp_path: Path, declared: str) -> None:
    path = Measurement(prolog=DTD.format(declared), notes={"sensorType": "x"}).write(tmp_path, still(10))
    with pytest.raises(DamagedRecordingError, match="declares a document type"):
        read(path)
    assert getattr(sniff.reader_of(path), "__name__", "") == "ingest.formats.unisens"


def test_an_undeclared_entity_is_not_expanded_but_ends_the_document(tmp_path: Path) -> None:
    path = Measurement().write(tmp_path, still(10))
    path.write_text(path.read_text().replace("</unisens>", "&secret;</unisens>"))
    assert any("breaks off" in problem for problem in read(path).problems)


@pytest.mark.parametrize("encoding", ["UTD-8", "utf-32", "hex", "idna", "cp932", "\x7f"])
def test_an_encoding_that_is_none_of_a_document_is_refused(tmp_path: Path, encoding: str) -> None:
    path = Measurement(prolog=f'<?xml version="1.0" encoding="{encoding}"?>').write(tmp_path, still(10))
    with pytest.raises(DamagedRecordingError, match="its XML cannot be read"):
        read(path)


def test_elements_too_deep_in_each_other_are_refused(tmp_path: Path) -> None:
    path = Measurement(("<a>" * 100_000,)).write(tmp_path, still(10))
    with pytest.raises(DamagedRecordingError, match="too deep"):
        read(path)


def test_a_document_that_breaks_off_behind_the_acceleration_is_used_as_far_as_it_goes(tmp_path: Path) -> None:
    path = Measurement().write(tmp_path, still(100))
    text = path.read_text()
    path.write_text(text[: text.index("<eventEntry") + 5])
    result = read(path)
    assert len(result.time_us) == 100
    assert any("breaks off or is damaged in line 4" in problem for problem in result.problems)


@given(cut=st.floats(0, 1, exclude_max=True))
@settings(max_examples=examples(24))
def test_a_document_cut_anywhere_gives_its_samples_or_an_error_of_ours(folder: Path, cut: float) -> None:
    path = Measurement().write(folder, still(100))
    content = path.read_bytes()
    path.write_bytes(content[: max(1, int(cut * len(content)))])
    try:
        result = read(path)
    except IngestError:
        return
    assert len(result.time_us) == 100
    assert any("breaks off" in problem for problem in result.problems)


@pytest.mark.parametrize("extra", [0, 1, 5])
def test_bytes_of_a_sample_that_is_not_whole_are_left_out(tmp_path: Path, extra: int) -> None:
    path = Measurement().write(tmp_path, still(100))
    data = tmp_path / "acc.bin"
    data.write_bytes(data.read_bytes() + bytes(extra))
    result = read(path)
    assert len(result.time_us) == 100
    expected = f"acc.bin ends inside a sample; its last {extra} bytes were left out"
    assert result.problems == ((expected,) if extra else ())


@pytest.mark.parametrize("content", [b"", b"12345"])
def test_a_folder_without_a_whole_sample_is_empty(tmp_path: Path, content: bytes) -> None:
    path = Measurement().write(tmp_path, still(1))
    (tmp_path / "acc.bin").write_bytes(content)
    with pytest.raises(EmptyFileError) as caught:
        read(path)
    assert caught.value.path == tmp_path / "acc.bin"


def test_a_document_without_its_samples_says_what_is_missing(tmp_path: Path) -> None:
    path = Measurement().write(tmp_path, still(1))
    (tmp_path / "acc.bin").unlink()
    with pytest.raises(UnreadableFileError, match=r"its samples in acc\.bin are not beside it \(copy the whole folder"):
        read(path)


def test_samples_behind_a_link_out_of_the_folder_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    document = Measurement().write(tmp_path / "in", still(1000))
    read(document)
    samples = document.with_name("acc.bin")
    samples.symlink_to(samples.rename(tmp_path / "elsewhere.bin"))
    with pytest.raises(UnreadableFileError, match=r"its samples in acc\.bin are not beside it"):
        read(document)


def test_a_folder_or_a_pipe_in_the_place_of_the_samples_is_not_opened(tmp_path: Path) -> None:
    path = Measurement().write(tmp_path, still(1))
    (tmp_path / "acc.bin").unlink()
    os.mkfifo(tmp_path / "acc.bin")
    with pytest.raises(UnreadableFileError, match="a pipe"):
        read(path)


def test_samples_that_shrink_while_they_are_read_are_noticed(tmp_path: Path) -> None:
    decoded = read_unisens(Measurement().write(tmp_path, still(100)))
    (tmp_path / "acc.bin").write_bytes(still(50).tobytes())
    with pytest.raises(UnreadableFileError, match="shorter"):
        list(decoded.blocks())


def test_numbers_that_are_none_are_kept_and_left_to_the_measure_of_quality(tmp_path: Path) -> None:
    numbers = (still(100) * 0.00048828125).astype(np.float32)
    numbers[7] = np.nan
    entry = signal_entry({**SIGNAL, "dataType": "float", "lsbValue": "1"})
    result = read(Measurement((entry,)).write(tmp_path, numbers))
    assert np.flatnonzero(np.isnan(result.xyz_g).any(axis=1)).tolist() == [7]
    with pytest.raises(DamagedRecordingError, match="not numbers"):
        read(Measurement((entry,)).write(tmp_path, np.full((50, 3), np.nan, np.float32)))


def test_a_step_beyond_all_numbers_fits_no_unit(tmp_path: Path) -> None:
    entry = signal_entry({**SIGNAL, "lsbValue": "1e308"})
    with pytest.raises(UnknownUnitError):
        read(Measurement((entry,)).write(tmp_path, still(100)))


def test_the_samples_alone_are_refused_with_the_name_of_their_document(tmp_path: Path) -> None:
    Measurement().write(tmp_path, still(100))
    with pytest.raises(UnsupportedRecordingError) as caught:
        sniff.reader_of(tmp_path / "acc.bin")
    assert "name its unisens.xml instead" in caught.value.hint
    (tmp_path / "unisens.xml").unlink()
    with pytest.raises(IngestError, match="no kind of recording"):
        sniff.reader_of(tmp_path / "acc.bin")


@given(seed=st.integers(0, 2**32))
@settings(max_examples=examples(60))
def test_damage_at_random_gives_samples_or_an_error_of_ours(folder: Path, seed: int) -> None:
    random = np.random.default_rng(seed)
    path = Measurement().write(folder, still(100))
    content = np.frombuffer(path.read_bytes(), np.uint8).copy()
    places = random.integers(0, len(content), random.integers(1, 8))
    content[places] = random.integers(0, 256, len(places))
    path.write_bytes(content.tobytes())
    try:
        result = read(path)
    except IngestError:
        return
    assert len(result.time_us) <= 100
    assert result.decoded.companions[0].parent == folder


def test_memory_is_bounded_by_blocks_not_by_the_file(tmp_path: Path) -> None:
    path = Measurement().write(tmp_path, still(1_500_000))
    tracemalloc.start()
    try:
        for _ in read_unisens(path).blocks():
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000
