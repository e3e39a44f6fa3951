"""Counts, summaries and other exports without single movements are refused with advice; recordings are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import UnsupportedRecordingError
from ingest.formats import delimited
from ingest.recognising.refused import recognised
from ingest.recognising.sniff import reader_of

ACTILIFE = (
    "------------ Data File Created By ActiGraph GT3X+ ActiLife v6.13.3 Firmware v2.5.0 date format M/d/yyyy"
    "{rate} Filter Normal -----------\r\nSerial Number: NEO1\r\nEpoch Period (hh:mm:ss) {epoch}\r\n"
)
ACTIWARE = (
    '"Actiware Export File"\n"--------------------- Export File Information --------------------"\n'
    '"Identity:","A"\n"Actiwatch Serial Number:","A12345"\n'
)
REFUSED = {
    "actilife counts": (ACTILIFE.format(rate="", epoch="00:00:05"), "ActiLife table of counts", "raw to raw"),
    "actilife counts in UTF-8 with BOM": ("\ufeff" + ACTILIFE.format(rate="", epoch="00:01:00"), "counts", ".gt3x"),
    "actilife counts that name a rate": (ACTILIFE.format(rate=" at 30 Hz", epoch="00:00:10"), "counts", ".gt3x"),
    "actilife counts in Finnish": (
        ACTILIFE.format(rate=" at 30 Hz", epoch="00.00.10"),
        "counts",
        ".gt3x",
    ),
    "actilife counts from a spreadsheet": ('"' + ACTILIFE.format(rate="", epoch="00:00:05"), "counts", ".gt3x"),
    "agd": (
        "SQLite format 3\0" + "\0" * 1000 + "CREATE TABLE data (dataTimestamp INTEGER PRIMARY KEY, axis1 INTEGER)",
        "ActiLife database of counts",
        ".gt3x",
    ),
    "awd": ("Jane Doe\r\n14-Mar-2008\r\n10:30\r\n4\r\n45\r\nV123456\r\nF\r\n12 \r\n0 M\r\n", "Actiwatch", "raw"),
    "actiware": (ACTIWARE, "Actiware table of counts", "raw acceleration"),
    "actiware epochs": ('"Identity:","A"\n\n"------ Epoch-by-Epoch Data ------"\n', "Actiware", "raw acceleration"),
    "acttrust": (
        "#ActLogModel=2.0.0\n+-------------------+ Condor Instruments Report +-------------------+\nSUBJECT_NAME : A\n",
        "ActTrust table of counts",
        "raw acceleration",
    ),
    "acttrust without its banner": (
        "DATE/TIME;MS;EVENT;TEMPERATURE;EXT TEMPERATURE;ORIENTATION;PIM;PIMn\n01/01/2020 00:00:00;0;0;0;0;0;0;0\n",
        "ActTrust",
        "raw acceleration",
    ),
    "mtn": (
        '<?xml version="1.0"?>\n<log2><change><property><name>=Device</name><content>MW8</content></property>',
        "MotionWatch",
        "raw acceleration",
    ),
    "motionware": ("MotionWare 1.2.47,,\nUser ID,A\n", "MotionWatch", "raw acceleration"),
    "apple health": (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE HealthData [\n<!ELEMENT HealthData (ExportDate)>',
        "an export of Apple Health",
        "no raw acceleration",
    ),
    "apple health without its DTD": ('<?xml version="1.0"?>\n<HealthData locale="de_DE">', "Apple Health", "summaries"),
    "samsung health": (
        "com.samsung.shealth.sleep,7006011,11\nsleep_score,com.samsung.health.sleep.start_time\n",
        "Samsung Health",
        "no raw acceleration",
    ),
    "fitbit csv": ("Sleep\nStart Time,End Time,Minutes Asleep,Minutes Awake\n", "Fitbit", "no raw acceleration"),
    "fitbit takeout csv": ("timestamp,beats per minute,data source\n2024-01-01T00:00:00Z,61,watch\n", "Fitbit", "raw"),
    "fitbit json": ('[{\n  "logId" : 26013218219,\n  "dateOfSleep" : "2020-02-21"', "Fitbit", "raw"),
    "fitbit heart json": ('[{"dateTime" : "02/21/20 05:00:05", "value" : {"bpm" : 61}}', "Fitbit", "raw"),
    "oura csv": ("date,Sleep Score,Total Sleep Score\n2024-01-01,80,81\n", "Oura", "no raw acceleration"),
    "oura api csv": ("id;average_breath;bedtime_end;bedtime_start;day\n", "Oura", "no raw acceleration"),
    "oura json": ('{"data": [{"id": "a", "bedtime_start": "2024-01-01T22:00:00+01:00"', "Oura", "raw"),
    "whoop": ("Cycle start time,Cycle end time,Cycle timezone,Recovery score %\n", "Whoop", "no raw acceleration"),
    "withings": ('from,to,"light (s)","deep (s)","rem (s)","awake (s)"\n', "Withings", "no raw acceleration"),
    "withings raw": ('start,duration,value\n2024-01-01T00:00:00+01:00,"[60]","[12]"\n', "Withings", "raw"),
    "sleep as android": ('Id,Tz,From,To,Sched,Hours,Rating,Comment\n"1",', "Sleep as Android", "raw acceleration"),
    "garmin csv": ("Activity Type,Date,Favorite,Title,Distance\nRunning,2024-01-01 10:00:00,false,", "Garmin", ".fit"),
    "garmin csv in german": ("\ufeffAktivitätstyp,Datum,Favorit,Titel,Distanz\n", "Garmin", ".fit"),
    "garmin json": ('[ {\n  "sleepStartTimestampGMT" : "2024-01-01T21:30:00.0",', "Garmin", ".fit"),
    "garmin activities": ('[{"summarizedActivitiesExport":[{"activityId":1,', "Garmin", ".fit"),
    "empatica pulse": ("1560279825.000000\r\n64.000000\r\n-0.00\r\n0.13\r\n", "Empatica", "ACC.csv"),
    "empatica heart rate": ("1560279835.00\n1.000000\n61.00\n61.50\n", "Empatica", "ACC.csv"),
    "empatica beats": ("1560279825.000000, IBI\n10.531918,0.859419\n", "Empatica", "ACC.csv"),
    "empatica tags": ("1560279999.12\r\n1560280111.43\r\n", "Empatica", "ACC.csv"),
    "genea": ("GENEA/1.00\r\n", "GENEA", "CSV"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_shows_no_single_movement_is_refused_with_the_reason_and_the_way_out(tmp_path: Path, name: str) -> None:
    content, what, advice = REFUSED[name]
    path = tmp_path / "night"
    path.write_text(content, encoding="utf-8", newline="")
    with pytest.raises(UnsupportedRecordingError) as caught:
        reader_of(path)
    assert what in caught.value.what
    assert advice in caught.value.hint
    assert "\n" not in str(caught.value)


ROW = "2024-03-12T22:15:00.{i:02}0Z,0.0{i},0.5,0.9\n"
ROWS = "".join(ROW.format(i=i) for i in range(60))
NEAR_MISSES = {
    "one word of each export": "timestamp,x,y,z\n" + ROWS,
    "a comment that names another device": "# compared with an Actiwatch Spectrum and MotionWare\ntime,x,y,z\n" + ROWS,
    "a title and a date above the table": "Jane Doe\n14-Mar-2008\n10:30\n4\ntime,x,y,z\n" + ROWS,
    "sleep above the table": "Sleep\ntime,x,y,z\n" + ROWS,
    "a start and a duration": "start,duration,x,y,z\n" + ROWS.replace("Z,", "Z,0,"),
    "an activity type": "time,x,y,z,Activity Type\n" + ROWS.replace("\n", ",sleep\n"),
    "a date first": "date,x,y,z\n" + ROWS,
    "a Samsung watch's sensor": "com.samsung.sensor.accelerometer\ntime,x,y,z\n" + ROWS,
    "semicolons and capitals": "TIME;X;Y;Z\n" + ROWS.replace(",", ";"),
    "unix seconds": "".join(f"156027982{i // 10}.{i % 10}00000,0.0{i},0.5,0.9\n" for i in range(60)),
    "a ruler of dashes in the middle": "Subject: A\n----------\ntime,x,y,z\n" + ROWS,
}


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_a_recording_that_only_reminds_of_such_an_export_is_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / "night.csv"
    path.write_text(NEAR_MISSES[name])
    assert recognised(path.read_bytes()[:4096], path) is None
    assert reader_of(path) is delimited


@pytest.mark.parametrize("epoch", ["Epoch Period (hh:mm:ss) 00:00:00", "Epoch Period (hh:mm:ss) 00.00.00", "Mode = 12"])
@pytest.mark.parametrize("rate", [" at 30 Hz", " at 100 Hz ", " at 85,7 hz"])
def test_a_raw_export_of_actilife_is_no_table_of_counts(tmp_path: Path, rate: str, epoch: str) -> None:
    path = tmp_path / "night.csv"
    text = ACTILIFE.format(rate=rate, epoch="00:00:00").replace("Epoch Period (hh:mm:ss) 00:00:00", epoch)
    path.write_text(text + "0.1,0.2,0.3\r\n" * 50, newline="")
    assert getattr(reader_of(path), "__name__", "") == "ingest.formats.actilife"


def test_the_acceleration_of_an_empatica_is_none_of_its_other_signals(recordings_dir: Path) -> None:
    path = recordings_dir / "flirt_empatica_ACC.csv"
    assert recognised(path.read_bytes()[:4096], path) is None


FRAGMENTS = (
    *(b" ", b"-", b'"', b"\n", b"{", b"<", b"#\n", b"1", b"a", b",", b";", b"a,", b"- ", b'" ', b"\n ", b"a\n", b"1\n"),
    *(b"<?xml ", b"<name>", b"+- ", b"\nepoch period 00:00:00", b"bedtime_start", b"1500000000.00\n", b"actiwatch "),
)
STARTS = (b"", b"--- data file created by ", b"--- data file created by at 3 hz\n", b"<?xml ", b"[{", b"#", b"Sleep\n")


@pytest.mark.timeout(30)
@pytest.mark.parametrize("start", STARTS)
def test_no_content_makes_recognition_slow(tmp_path: Path, start: bytes) -> None:
    """A pattern that backtracks takes minutes for one of these."""
    for fragment in FRAGMENTS:
        recognised((start + fragment * 4096)[:4096], tmp_path)


# Without gravity


def _sensor_logger(values_m_s2: tuple[float, float, float], n: int = 600) -> str:
    x, y, z = values_m_s2
    start_ns = 1_710_281_700_000_000_000
    rows = (
        f"{start_ns + i * 10_000_000},{i / 100:.6f},{z + i % 7 / 1000:.6f},{y:.6f},{x + i % 5 / 1000:.6f}"
        for i in range(n)
    )
    return "\n".join(["time,seconds_elapsed,z,y,x", *rows, ""])


def test_sensor_loggers_acceleration_without_gravity_is_refused_with_advice(tmp_path: Path) -> None:
    path = tmp_path / "Accelerometer.csv"
    path.write_text(_sensor_logger((0.01, -0.02, 0.03)))
    with pytest.raises(UnsupportedRecordingError, match="gravity was removed") as caught:
        reader_of(path).read(path)
    assert "Gravity as well" in caught.value.hint
    path.write_text(_sensor_logger((0.01, -0.02, 9.81)))
    assert reader_of(path).read(path).unit == "m/s2"


def test_phyphox_linear_acceleration_is_refused_by_its_name_and_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "Raw Data.csv"
    names = [f'"Linear Acceleration {axis} (m/s^2)"' for axis in "xyz"]
    rows = [f"{1_710_281_700 + i / 100:.2f},0.01,0.02,9.8{i % 10}" for i in range(300)]
    path.write_text("\n".join([",".join(['"time (s)"', *names]), *rows]))
    with pytest.raises(UnsupportedRecordingError, match="gravity was removed"):
        reader_of(path).read(path)
    path.write_text("\n".join(["time (s),x (m/s^2),y (m/s^2),z (m/s^2)", *(row.replace("9.8", "0.0") for row in rows)]))
    with pytest.raises(UnsupportedRecordingError, match="gravity was removed"):
        reader_of(path).read(path)
