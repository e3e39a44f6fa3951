"""Recordings in which single movements cannot be seen: counts an epoch, and what makers' apps give out of a night.

Counts add up seconds to minutes, and most makers of wrist wear keep the acceleration
itself to themselves; so the advice is either where the raw data of the same device are, or that there are none.

Each pattern names what stands at the very beginning of such a file, and enough of it that no table of samples is
taken for one: whole names of columns, never a single word of them. It sees the first 4 KiB.
"""

from __future__ import annotations

from ingest.recognising.refused_kind import Foreign, kind

_COUNTS = "movements of 0.5-10 s do not show in counts: "
_FROM_ACTILIFE = _COUNTS + "bring the .gt3x file, or convert it with ActiLife from raw to raw"
_NO_RAW = _COUNTS + "this device keeps nothing else; record with one that keeps raw acceleration"
_OWN_SENSOR = "; record with a sensor or an app that stores raw acceleration"
_GARMIN = "Garmin Connect's tables and summaries hold no raw acceleration: bring the watch's own .fit files"
_EMPATICA = "bring the ACC.csv that lies beside it"


def _summary(maker: str, begins: bytes, *suffixes: str) -> Foreign:
    hint = f"{maker} gives out no raw acceleration, only summaries{_OWN_SENSOR}"
    return kind(f"an export of {maker}", begins, hint, *suffixes, recording=True)


#: ActiLife says "at 30 Hz" in line 1 of raw exports, and an epoch of no length below it.
_ACTILIFE = rb'(?i)[\s"]*+-{3,}+ *+data (?:table )?file created by '
_RAW = rb"[^\r\n]* at +\d+(?:[.,]\d+)? *hz(?![\s\S]*\nepoch period[^\r\n]*(?!00\D00\D00)\d\d\D\d\d\D\d\d)"

COUNTS: tuple[Foreign, ...] = (
    kind("an ActiLife table of counts", _ACTILIFE + rb"(?!" + _RAW + rb")", _FROM_ACTILIFE, ".csv", recording=True),
    kind(
        "an ActiLife database of counts",
        rb"SQLite format 3\x00[\s\S]*\bdataTimestamp\b",
        _FROM_ACTILIFE,
        ".agd",
        recording=True,
    ),
    # Seven lines of identity, date, time, epoch, age, serial number and sex; then a count a line, M where it is
    # marked or, of other firmware, its light behind a comma.
    kind(
        "an Actiwatch table of counts",
        rb"[^\r\n]{0,99}\r?\n *\d\d?-[A-Za-z]{3}-\d{2,4} *\r?\n *\d\d?:\d\d(?::\d\d)? *\r?\n *\d{1,3} *\r?\n"
        rb"(?:[^\r\n,;]{0,99}\r?\n){3} *\d{1,6} *(?:M|,[^\r\n]{0,20})? *\r?\n",
        _NO_RAW,
        ".awd",
        ".txt",
        recording=True,
    ),
    kind(
        "an Actiware table of counts",
        rb'(?i)(?:[^\r\n]*\r?\n){0,60}?["\s-]*(?:actiware|actiwatch (?:type|serial number|data properties)|'
        rb"epoch-by-epoch data)\b",
        _NO_RAW,
        ".csv",
        ".txt",
        recording=True,
    ),
    kind(
        "an ActTrust table of counts",
        rb"(?i)(?:#[^\r\n]*\r?\n){0,20}(?:[+\-\s]*condor instruments report|date/time[;\t]ms[;\t]event[;\t])",
        _NO_RAW,
        ".txt",
        ".csv",
        recording=True,
    ),
    kind(
        "a MotionWatch table of counts",
        rb"(?i)(?:\s*<\?xml[\s\S]{0,2000}?<name>\s*[=+](?:device|userid|serialno|starttime)\b|"
        rb'["\s#]*motionwa(?:re|tch)\b)',
        _NO_RAW,
        ".mtn",
        ".csv",
        recording=True,
    ),
)

SUMMARIES: tuple[Foreign, ...] = (
    _summary("Apple Health", rb"\s*(?:<\?xml[^>]*>\s*)?<(?:!DOCTYPE )?HealthData\b", ".xml"),
    _summary("Samsung Health", rb"com\.samsung\.s?health\.[\w.]+,\d+,\d+", ".csv"),
    _summary(
        "Fitbit",
        rb'(?:Sleep|Activities|Body|Foods)\s*\n"?(?:Start Time|Date)"?,"?(?:End Time|Calories|Weight)'
        rb"|timestamp,[a-z ]+,data source\b"
        rb'|\[\s*\{\s*"(?:(?:logId|dateOfSleep)"\s*:|dateTime"\s*:\s*"[^"]{8,25}"\s*,\s*"value"\s*:)',
        ".csv",
        ".json",
    ),
    _summary(
        "Oura",
        rb'"?date"?,"?(?:Sleep|Readiness|Activity) Score\b|[\w,;]{0,400}\bbedtime_start[,;]'
        rb'|[\[{][\s\S]{0,3000}?"(?:bedtime_start|sleep_phase_5_min|hypnogram_5min)"\s*:',
        ".csv",
        ".json",
    ),
    _summary("Whoop", rb"(?i)cycle start time,cycle end time,", ".csv"),
    _summary("Withings", rb'from,to,"?light \(s\)|start,duration,value\s', ".csv"),
    _summary("Sleep as Android", rb"Id,Tz,From,To,Sched,Hours,", ".csv"),
    kind(
        "an export of Garmin Connect",
        rb'"?(?:Activity Type|Aktivit\xc3\xa4tstyp|Type d.activit\xc3\xa9|Tipo de actividad)"?,'
        rb"|Sleep Score \d Weeks?,"
        rb'|[\[{][\s\S]{0,3000}?"(?:sleepStartTimestampGMT|summarizedActivitiesExport|userProfileP[Kk]|dailySleepDTO)"',
        _GARMIN,
        ".csv",
        ".json",
        recording=True,
    ),
    # The start and the rate of one column, or times and nothing else; ACC.csv has three columns.
    kind(
        "an Empatica recording of something else than acceleration",
        rb"1\d{9}\.0+[ \t]*\r?\n\d{1,3}\.0+[ \t]*\r?\n-?\d+(?:\.\d+)?[ \t]*(?:\r?\n|\Z)"
        rb"|1\d{9}(?:\.\d+)?, *IBI\b|(?:1\d{9}\.\d\d[ \t]*(?:\r?\n|\Z))+\Z",
        _EMPATICA,
        ".csv",
        recording=True,
    ),
)
