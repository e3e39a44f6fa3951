"""Hidden Markov models side by side: what every epoch probably was, and whole nights drawn from what is possible.

Forward-backward and backward sampling (Rabiner 1989, Proc IEEE 77:257-286; Scott 2002, J Am Stat Assoc 97:337-351).
One loop over epochs, of which a night has about a thousand; all models go through it at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
States = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Filtered:
    """What is known going forward.

    Attributes
    ----------
    forward : float64 array, shape (n, models, states)
        Chance of every state given all epochs up to this one.
    log_evidence : float64 array, shape (models,)
        Log of the chance of all that was seen.
    """

    forward: Floats
    log_evidence: Floats


def filtered(seen: Floats, change: Floats, start: Floats) -> Filtered:
    """Go forward through the night.

    Parameters
    ----------
    seen : float64 array, shape (n, models, states)
        Chance of what an epoch showed, in each state; in any unit, larger than 0 somewhere.
    change : float64 array, shape (models, states, states)
        Chance of every change, from the first to the second.
    start : float64 array, shape (states,)
        Before the first epoch.
    """
    n, n_models, n_states = seen.shape
    forward = np.empty_like(seen)
    scale = np.empty((n, n_models, 1))
    at = np.broadcast_to(start, (n_models, n_states))
    for t in range(n):
        at = (at[:, None, :] @ change)[:, 0, :] * seen[t]
        scale[t] = at.sum(axis=1, keepdims=True)
        at = at / scale[t]
        forward[t] = at
    return Filtered(forward, np.log(scale[:, :, 0]).sum(axis=0))


def smoothed(seen: Floats, change: Floats, forward: Floats) -> tuple[Floats, Floats]:
    """Chance of every state given the whole night, and of every change in it.

    Returns
    -------
    state : float64 array, shape (n, models, states)
    changed : float64 array, shape (models, states, states)
        Expected number of changes.
    """
    n = len(seen)
    ahead = np.ones_like(seen)  # of the next epoch and all behind it, any unit; of the last one unused
    behind = np.ones_like(seen)
    for t in range(n - 2, -1, -1):
        np.multiply(seen[t + 1], behind[t + 1], out=ahead[t])
        ahead[t] /= ahead[t].max(axis=1, keepdims=True)
        np.matmul(change, ahead[t][:, :, None], out=behind[t][:, :, None])
    both = forward * behind
    chance = both.sum(axis=2, keepdims=True)
    left = (forward / chance)[:-1].transpose(1, 2, 0)
    return both / chance, change * (left @ ahead[:-1].transpose(1, 0, 2))


def drawn(forward: Floats, change: Floats, model: NDArray[np.intp], chance: np.random.Generator) -> States:
    """Whole nights, drawn from all that could have been.

    Parameters
    ----------
    model : int array, shape (paths,)
        Which model each night is drawn from.

    Returns
    -------
    uint8 array, shape (paths, n)
        The state of every epoch.
    """
    n, _, n_states = forward.shape
    paths = np.empty((n, len(model)), np.uint8)
    into = change.transpose(0, 2, 1).reshape(-1, n_states)
    row = model * n_states
    luck = chance.random((n, len(model), 1))
    here = forward[-1][model]
    for t in range(n - 1, -1, -1):
        if t < n - 1:
            here = forward[t].take(model, axis=0) * into.take(row + paths[t + 1], axis=0)
        heaped = here.cumsum(axis=1)
        paths[t] = (heaped[:, :-1] <= luck[t] * heaped[:, -1:]).sum(axis=1)
    return np.ascontiguousarray(paths.T)
