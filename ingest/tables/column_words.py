"""The words that column names are made of: the only list of them, in lower case and cut apart.

`columns` says what they mean for a table; here stands only which word is of which kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

# One word a line would make this file three screens long.
# fmt: off

#: A column that may tell when.
TIME_WORDS = frozenset({
    "time", "timestamp", "timestamps", "datetime", "date", "epoch", "epoc", "unix", "utc", "clock", "t",
    "ts", "stamp", "zeit", "zeitstempel", "datum", "uhrzeit", "temps", "heure", "fecha", "hora",
})
#: Time counted from the start of something.
RELATIVE_WORDS = frozenset({
    "elapsed", "since", "relative", "reboot", "boot", "duration", "offset",
})
#: Words that tell no two sensors apart.
FILLERS = frozenset({
    "axis", "value", "data", "cal", "calibrated", "sensor", "raw",
})
#: Sensors with three axes that are no accelerometer.
OTHER_SENSORS = frozenset({
    "gyro", "gyr", "gyroscope", "rotation", "rot", "angular", "rate", "mag", "magn", "magnetometer",
    "magnetic", "field", "orientation", "attitude", "euler", "quaternion", "quat", "gravity",
    "velocity", "vel", "position", "pos", "location", "jerk", "angle", "omega", "compass",
})
#: What is made of many samples and is none.
STATISTICS = frozenset({
    "mean", "avg", "average", "median", "std", "sd", "stdev", "var", "min", "max", "sum", "rms",
})
#: Acceleration without gravity: Apple's user, Android's and phyphox' linear acceleration.
GRAVITY_FREE = frozenset({
    "linear", "lin", "user", "without", "excluding", "excl", "dynamic",
})
#: What makes "gravity" a remark on an accelerometer and not a sensor of its own.
WITH_GRAVITY = frozenset({
    "including", "incl", "with",
})
#: Who wore it, where a name is made of nothing else.
WEARER_WORDS = frozenset({
    "subject", "participant", "person", "patient", "user", "wearer", "id", "pid", "uid",
})
#: Which of several sensors, where a name is made of nothing else.
SENSOR_WORDS = frozenset({
    "sensor", "device", "logger", "node", "tag", "leg", "limb", "foot", "side", "body", "part", "placement",
    "site", "serial", "mac", "address", "sensorname", "sensorid", "deviceid", "devicename", "imu", "channel",
    "serialnumber", "seite", "bein", "fuß", "gerät", "geraet", "seriennummer", "kanal", "sensornummer", "capteur",
    "appareil", "jambe", "pied", "côté", "lado", "pierna", "pie", "dispositivo",
})
#: A tag is a sensor in English and a day in German: what stands in the column tells.
AMBIGUOUS_WITH_DAYS = frozenset({"tag"})
WEEKDAYS = frozenset({
    "mo", "di", "mi", "do", "fr", "sa", "so", "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag",
    "sonnabend", "sonntag",
})
#: A column that may hold the date beside one of times of day, where no other does.
DAY_WORDS = frozenset({
    "day", "tag", "jour", "día", "dia",
})
#: What stands in a column that tells sensors apart.
SIDE_WORDS: Mapping[str, Literal["left", "right"]] = {
    **dict.fromkeys(("left", "l", "lt", "links", "linke", "linker", "linkes", "li"), "left"),
    **dict.fromkeys(("gauche", "izquierda", "izquierdo"), "left"),
    **dict.fromkeys(("right", "r", "rt", "rechts", "rechte", "rechter", "rechtes", "re"), "right"),
    **dict.fromkeys(("droite", "droit", "derecha", "derecho"), "right"),
}
#: What says nothing of whom a number or name is of.
NUMBER_WORDS = frozenset({
    "name", "code", "number", "no", "nr", "index", "nummer",
})
#: Units of what is not acceleration.
FOREIGN_UNITS = frozenset({
    "deg/s", "°/s", "dps", "rad/s", "degrees/s", "deg", "°", "degrees", "rad", "radians", "ut", "µt",
    "mt", "t", "gauss", "ga", "m/s", "m", "mm", "cm",
})
#: In brackets behind a name, and still saying nothing of how large a step is.
NO_UNITS = frozenset({
    "raw", "counts", "count", "lsb", "adc",
})
#: A column that may hold the temperature of the sensor.
TEMPERATURE_WORDS = frozenset({
    "temperature", "temp", "temperatur", "température", "temperatura", "celsius", "fahrenheit",
})
#: A temperature of something else, or no reading of one.
OTHER_TEMPERATURES = frozenset({
    "ambient", "room", "air", "environment", "outside", "outdoor", "weather", "battery", "bat", "cpu", "gpu", "set",
    "target", "alarm", "limit", "threshold", "delta", "diff", "compensated", "compensation", "offset", "dew", "water",
})
