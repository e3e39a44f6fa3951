"""Nights made from a seed, with the truth beside them: for tests, sample data and `nightkick simulate`.

A simulation shows that the program does what it says on signals we understand. It says nothing about how
real legs move: amplitudes at the ankle are not published, and four in ten leg movements seen by EMG do
not move the great toe (Terrill 2013, 9 people).
"""

from analytics.simulate.conditions import CONDITIONS, NIGHTS
from analytics.simulate.night import plan_night
from analytics.simulate.physics import SENSORS, Sensor, render
from analytics.simulate.plan import Plan, TrueEvent
from analytics.simulate.profiles import PROFILES, Profile
from analytics.simulate.walking import with_walks
from analytics.simulate.write import FIRST_EVENING, write_nights

__all__ = [
    "CONDITIONS",
    "FIRST_EVENING",
    "NIGHTS",
    "PROFILES",
    "SENSORS",
    "Plan",
    "Profile",
    "Sensor",
    "TrueEvent",
    "plan_night",
    "render",
    "with_walks",
    "write_nights",
]
