"""What a night is made of, and what each state looks like to a sensor on a leg: the numbers of the sleep model.

Nine states, half minutes. Two pairs look alike on purpose. *Fidgets as regular as kicks* and *a series of kicks* have
the same numbers of movements, because regularity cannot tell them apart: only turns, surroundings and history can.
*Quiet wake* and *sleep* move alike too: quiet wakefulness is not seen, its share follows from the rates around it.
Two states are of those who *lie awake for long*, still or fidgeting: they turn the leg hardly more than a sleeper does,
so that only what is known of people in general speaks of them.

Rates are round numbers of physiology, not fitted to a night. Turns in sleep: 1-4 postural changes an hour in adults
(De Koninck 1992, Sleep 15:143-149; Skarpsno 2017, Nat Sci Sleep 9:267-275). Leg movements outside series: about 6 an
hour of sleep in health, several times that in restless sleepers (Ferri 2015, Sleep Med 16:S13; Pennestri 2006,
Sleep 29:1183-1187). Returns to sleep and awakenings: bouts of sleep and wake in Lo 2002 (Europhys Lett 57:625-631).
Lying awake for half an hour and more: about one evening in ten and one night in four. Falling asleep takes a quarter of
an hour, waking after it half an hour to an hour in middle age (Ohayon 2004, Sleep 27:1255-1273); a third of adults tell
of insomnia, a tenth has it (Ohayon 2002, Sleep Med Rev 6:97-111).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Order of the states in every array.
STATES = (
    "up",
    "fidgeting",
    "regular_fidgets",
    "quiet_wake",
    "sofa",
    "asleep",
    "in_series",
    "lying_awake",
    "lying_fidgets",
)
UP, FIDGETING, REGULAR, QUIET, SOFA, ASLEEP, IN_SERIES, LYING, LYING_FIDGETS = range(len(STATES))
#: States that count as sleep, and all others.
SLEEPING = (ASLEEP, IN_SERIES)
AWAKE = tuple(state for state in range(len(STATES)) if state not in SLEEPING)
#: Length of an epoch, seconds.
EPOCH_S = 30.0
EPOCH_US = round(EPOCH_S * 1e6)
#: Epochs in an hour and in a minute.
EPOCHS_H, EPOCHS_MIN = 3600 / EPOCH_S, 60 / EPOCH_S

#: States that move alike: regularity tells kicks from no fidget, and calm is not told from calm.
_AS_REGULAR, _CALM = (REGULAR, LYING_FIDGETS, IN_SERIES), (QUIET, LYING, ASLEEP)

#: Chance of 0, 1, 2, 3 or more movements in an epoch. Quiet wake and sleep have one of `CALM_COUNTS`.
_COUNTS = {
    UP: (0.20, 0.40, 0.30, 0.10),
    FIDGETING: (0.52, 0.29, 0.13, 0.06),
    **dict.fromkeys(_AS_REGULAR, (0.27, 0.48, 0.22, 0.03)),
    SOFA: (0.885, 0.095, 0.015, 0.005),
}
#: The same of a quiet and of a restless sleeper (about 6 and 25 movements an hour), with how common each is.
CALM_COUNTS = (((0.93, 0.05, 0.015, 0.005), 0.75), ((0.80, 0.16, 0.033, 0.007), 0.25))
#: Turns an hour of sleepers, with how common each is. In a series half as many.
SLEEPERS_TURNS_H = ((1.5, 0.5), (4.0, 0.35), (7.0, 0.15))
_TURNS_H = {UP: 60.0, FIDGETING: 10.0, REGULAR: 8.0, SOFA: 5.0, LYING_FIDGETS: 1.5}
#: Chance that less than 0.3, less than 0.7 or more of an epoch is motion.
_MOTION = {
    UP: (0.45, 0.30, 0.25),
    FIDGETING: (0.85, 0.12, 0.03),
    **dict.fromkeys(_AS_REGULAR, (0.92, 0.07, 0.01)),
    **dict.fromkeys(_CALM, (0.985, 0.012, 0.003)),
    SOFA: (0.975, 0.02, 0.005),
}
#: Chance that a movement leaves the leg tilted by 2-10 degrees, in the opinion that asks.
_TILT = {
    UP: 0.5,
    FIDGETING: 0.35,
    SOFA: 0.2,
    REGULAR: 0.15,
    QUIET: 0.15,
    LYING: 0.15,
    LYING_FIDGETS: 0.15,
    ASLEEP: 0.04,
    IN_SERIES: 0.02,
}
#: Changes an hour from one state to another. From sleep into a series is learnt from the night (`learnt_rate_h`).
_CHANGES_H = {
    (UP, FIDGETING): 2.0,
    (UP, QUIET): 2.0,
    (UP, SOFA): 1.0,
    (FIDGETING, UP): 0.5,
    (FIDGETING, REGULAR): 1.0,
    (FIDGETING, QUIET): 6.0,
    (FIDGETING, SOFA): 0.2,
    (REGULAR, FIDGETING): 1.0,
    (REGULAR, QUIET): 4.0,
    (REGULAR, UP): 0.5,
    (QUIET, FIDGETING): 3.0,
    (QUIET, REGULAR): 1.5,
    (QUIET, ASLEEP): 8.0,
    (QUIET, IN_SERIES): 0.5,
    (QUIET, UP): 0.3,
    (SOFA, UP): 0.5,
    (SOFA, FIDGETING): 0.5,
    (SOFA, QUIET): 0.5,
    (SOFA, ASLEEP): 0.3,
    # Most awakenings are a movement and sleep again within a minute or two (Lo 2002), without lying awake.
    (FIDGETING, ASLEEP): 3.0,
    (UP, ASLEEP): 0.5,
    (REGULAR, ASLEEP): 0.2,
    (FIDGETING, IN_SERIES): 0.1,
    (REGULAR, IN_SERIES): 0.1,
    (IN_SERIES, ASLEEP): 4.0,
    (ASLEEP, SOFA): 0.03,
    (ASLEEP, FIDGETING): 0.4,
    (ASLEEP, REGULAR): 0.05,
    (ASLEEP, UP): 0.1,
    (IN_SERIES, FIDGETING): 0.4,
    (IN_SERIES, REGULAR): 0.05,
    (IN_SERIES, UP): 0.1,
    # How often, and for how long, one lies awake: see above. How still is own.
    (UP, LYING): 0.5,
    (FIDGETING, LYING): 0.5,
    (QUIET, LYING): 0.25,
    (ASLEEP, LYING): 0.04,
    (IN_SERIES, LYING): 0.04,
    (LYING, LYING_FIDGETS): 1.5,
    (LYING, FIDGETING): 1.0,
    (LYING, ASLEEP): 1.5,
    (LYING, UP): 0.2,
    (LYING_FIDGETS, LYING): 1.5,
    (LYING_FIDGETS, FIDGETING): 0.5,
    (LYING_FIDGETS, UP): 0.1,
    (LYING_FIDGETS, ASLEEP): 0.05,
}
#: How much of what is shown and said of a half minute is its own: within a state, one moves much as the one before it
#: did, and what repeats itself is not heard twice. Own: of 1, 0.7, 0.6, 0.5 and 0.3 on nights to look at, 0.7 gave the
#: chance of sleep with the smallest error on 97 of another simulator (Brier 0.037; with 1, 0.042), and a smaller one
#: than 1 on 92 of this project's (0.069; 0.076), with intervals about as wide.
OF_ITS_OWN = 0.7
#: Before a night has said anything: one series begins in an hour of sleep; limits of what it may say.
_SERIES_BEGIN_H, _SERIES_LIMITS_H = 1.0, (0.2, 8.0)
#: Before the first epoch: a person who put a sensor on is up, or was for a while.
START = np.array([0.5, 0.1, 0.02, 0.11, 0.2, 0.04, 0.01, 0.01, 0.01])


@dataclass(frozen=True, slots=True)
class Sleeper:
    """One way to read a night.

    Attributes
    ----------
    asks_tilt : bool
        Whether a lasting small tilt speaks for waking, and a turn is more than 10 degrees; else tilt says nothing and a
        turn is more than 5. Neither holds for all: kicks of some sleepers leave a tilt, fidgets of some leave none.
    turns_h : float
        While asleep.
    calm_counts : tuple of float
        Of 0, 1, 2, 3 or more movements in an epoch of quiet wake and of sleep outside series.
    prior : float
        How common such a sleeper is, among those of the same opinion.
    """

    asks_tilt: bool
    turns_h: float
    calm_counts: tuple[float, ...]
    prior: float


#: Every way to read a night; each opinion counts half.
SLEEPERS = tuple(
    Sleeper(asks_tilt, turns_h, counts, p_turns * p_counts)
    for asks_tilt, (turns_h, p_turns), (counts, p_counts) in product((True, False), SLEEPERS_TURNS_H, CALM_COUNTS)
)


def p_counts(sleeper: Sleeper) -> Floats:
    """Chance of 0, 1, 2, 3 or more movements in an epoch, shape (4, states)."""
    calm = dict.fromkeys(_CALM, sleeper.calm_counts)
    return np.array([(_COUNTS | calm)[state] for state in range(len(STATES))]).T


def p_turned(sleeper: Sleeper) -> Floats:
    """Chance of no turn and of a turn in an epoch, shape (2, states)."""
    asleep = dict.fromkeys(_CALM, sleeper.turns_h) | {IN_SERIES: sleeper.turns_h / 2}
    still = np.exp(-np.array([(_TURNS_H | asleep)[state] for state in range(len(STATES))]) / EPOCHS_H)
    return np.stack((still, 1 - still))


def p_motion() -> Floats:
    """Chance of each class of share in motion, shape (3, states)."""
    return np.array([_MOTION[state] for state in range(len(STATES))]).T


def p_tilt(sleeper: Sleeper) -> Floats:
    """Chance that a movement leaves a small tilt, shape (states,); 1 where the opinion does not ask."""
    return np.array([_TILT[state] if sleeper.asks_tilt else 1.0 for state in range(len(STATES))])


def changes(series_begin_h: Floats) -> Floats:
    """Chance of every change from one epoch to the next, shape (k, states, states), for k rates of series beginning."""
    found = np.zeros((len(series_begin_h), len(STATES), len(STATES)))
    for (before, after), rate_h in _CHANGES_H.items():
        found[:, before, after] = rate_h / EPOCHS_H
    found[:, ASLEEP, IN_SERIES] = series_begin_h / EPOCHS_H
    here = np.arange(len(STATES))
    found[:, here, here] = 1 - found.sum(axis=2)
    return found


def learnt_rate_h(n_begun: Floats, asleep_epochs: Floats) -> Floats:
    """How often series begin in an hour of sleep outside series, from what a night showed and one in an hour before."""
    rate_h = (n_begun + _SERIES_BEGIN_H) / (asleep_epochs / EPOCHS_H + 1.0)
    return np.clip(rate_h, *_SERIES_LIMITS_H)


def first_rate_h(n: int) -> Floats:
    """The rate before a night has said anything, shape (n,)."""
    return np.full(n, _SERIES_BEGIN_H)
