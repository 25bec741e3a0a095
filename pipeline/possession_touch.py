"""Who has the ball: a hidden Markov model of holds and flights.

At every look the ball is held by one of the N players or flies, having left one of them. The
state is (last to touch it, held or flying, who touched it before him), so that one pass over the
looks answers who shot and who passed to him. Held: the ball is within a pace of the holder and
moves with him, a dribble included. Flying: it may be anywhere, at a throw's speed, and hardly
bends. The figures below were set by hand after looking at a few scenes; nothing was fitted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.possession import STEP_S, Array, Positions

# Mixtures of round Gaussians: (share, standard deviation on each axis).
_HELD_GAP_M = ((0.70, 0.35), (0.26, 0.75), (0.04, 1.4))
_HELD_DRIFT_M_S = ((0.5, 1.2), (0.4, 3.0), (0.1, 7.0))
_HELD_BEND_M_S2 = ((0.5, 12.0), (0.5, 35.0))
_FLYING_SPEED_M_S = ((0.3, 2.0), (0.7, 6.0))
_FLYING_BEND_M_S2 = ((0.75, 6.0), (0.25, 30.0))
_FLYING_AREA_M2 = 70.0  # where a pass may be, a priori

# Chances a look (0.12 s): about two seconds a hold, one a flight.
_RELEASED = 0.06
_HANDED = 0.004
_CAUGHT = 0.12
_CAUGHT_BY_THE_SAME = 0.03
_TO_THE_OTHERS = 0.35  # an opponent catches a throw so much more seldom than a mate
_FLOOR = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Touches:
    """What the looks say together.

    held: (T, N) the chance that a player has the ball in his hands or dribbles it.
    last: (T, N) the chance that he was the last to touch it.
    before: (T, N, N + 1) the chance that i was the last and j the one before him; j = N: nobody
    within the stretch.
    """

    held: Array
    last: Array
    before: Array

    def passers(self, look: int, catcher: int) -> Array:
        """(N + 1,) who touched it before `catcher`, if he was the last to touch it then."""
        row: Array = self.before[look, catcher]
        return row / max(float(row.sum()), _FLOOR)


def velocity(at: Array) -> Array:
    """Metres a second by central differences along the first axis; 0 where unknown."""
    return np.nan_to_num(np.gradient(at, STEP_S, axis=0))


def read(positions: Positions) -> Touches:
    """Filter forward, smooth backward: each look is judged by all looks of the stretch.

    The caller decides the lag by where the stretch ends.
    """
    held, flying = _likelihood(positions)
    catch = _catchers(positions.team)
    forward_held, forward_flying = _forward(held, flying, catch)
    back_held, back_flying = _backward(held, flying, catch)
    both_held = forward_held * back_held[:, :, None]
    both = both_held + forward_flying * back_flying[:, :, None]
    total = np.maximum(both.sum(axis=(1, 2), keepdims=True), 1e-300)
    both, both_held = both / total, both_held / total
    last = both.sum(axis=2)
    return Touches(held=both_held.sum(axis=2), last=last, before=both)


def _mixture(squared: Array, parts: tuple[tuple[float, float], ...]) -> Array:
    """Density on the plane at a squared distance."""
    parts_at = [w * np.exp(-squared / (2 * s * s)) / (2 * np.pi * s * s) for w, s in parts]
    return np.asarray(np.sum(parts_at, axis=0), np.float64)


def _likelihood(positions: Positions) -> tuple[Array, Array]:
    """((T, N) if held by each, (T,) if flying), up to a factor a look; ones where not seen."""
    ball, speed = positions.ball, velocity(positions.ball)
    bend = np.zeros_like(ball)
    bend[1:-1] = (ball[2:] - 2 * ball[1:-1] + ball[:-2]) / STEP_S**2
    bend2 = (bend**2).sum(axis=1)
    drift2 = ((speed[:, None] - velocity(positions.players)) ** 2).sum(axis=2)
    held = _mixture(positions.gaps() ** 2, _HELD_GAP_M) * _mixture(drift2, _HELD_DRIFT_M_S)
    held = (held + _FLOOR) * (_mixture(bend2, _HELD_BEND_M_S2) + _FLOOR)[:, None]
    flying = _mixture((speed**2).sum(axis=1), _FLYING_SPEED_M_S) / _FLYING_AREA_M2
    flying = (flying + _FLOOR) * (_mixture(bend2, _FLYING_BEND_M_S2) + _FLOOR)
    most = np.maximum(held.max(axis=1), flying)
    held, flying = held / most[:, None], flying / most
    held[~positions.seen], flying[~positions.seen] = 1.0, 1.0
    return held, flying


def _catchers(team: NDArray[np.int64]) -> Array:
    """(N, N) who catches what i let go, given that somebody else does."""
    to = np.where(team[:, None] == team[None], 1.0, _TO_THE_OTHERS)
    np.fill_diagonal(to, 0.0)
    return np.asarray(to / np.maximum(to.sum(axis=1, keepdims=True), _FLOOR))


def _forward(held: Array, flying: Array, catch: Array) -> tuple[Array, Array]:
    """Two (T, N, N + 1): the chance of (last, before) while held and while flying."""
    looks, people = held.shape
    out_held = np.zeros((looks, people, people + 1))
    out_flying = np.zeros_like(out_held)
    h, f = np.zeros((2, people, people + 1))
    h[:, people], f[:, people] = 0.8 / people, 0.2 / people
    for t in range(looks):
        if t > 0:
            leaving = (_HANDED * h.sum(axis=1) + _CAUGHT * f.sum(axis=1))[:, None] * catch
            h, f = (
                h * (1 - _RELEASED - _HANDED) + f * _CAUGHT_BY_THE_SAME,
                f * (1 - _CAUGHT - _CAUGHT_BY_THE_SAME) + h * _RELEASED,
            )
            h[:, :people] += leaving.T
        h, f = h * held[t][:, None], f * flying[t]
        total = h.sum() + f.sum()
        h, f = h / total, f / total
        out_held[t], out_flying[t] = h, f
    return out_held, out_flying


def _backward(held: Array, flying: Array, catch: Array) -> tuple[Array, Array]:
    """Two (T, N): how well what follows fits, if i holds it or it flies from him now."""
    looks, people = held.shape
    out_held, out_flying = np.ones((2, looks, people))
    for t in range(looks - 2, -1, -1):
        h = out_held[t + 1] * held[t + 1]
        f = out_flying[t + 1] * flying[t + 1]
        others = catch @ h
        now_h = (1 - _RELEASED - _HANDED) * h + _RELEASED * f + _HANDED * others
        now_f = (1 - _CAUGHT - _CAUGHT_BY_THE_SAME) * f + _CAUGHT_BY_THE_SAME * h + _CAUGHT * others
        total = now_h.sum() + now_f.sum()
        out_held[t], out_flying[t] = now_h / total, now_f / total
    return out_held, out_flying
