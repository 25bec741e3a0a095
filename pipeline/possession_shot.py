"""What tells the shooter and the value of one attempt: signs read off the floor plan.

Each function answers rows of numbers for `possession_trees`; their order is part of the weights.
Lags are in looks of `STEP_S`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.court import Floor
from pipeline.possession import STEP_S, Array, Positions
from pipeline.possession_touch import Touches, velocity

AFTER = 6
"""Looks after the ring that the signs use: the fixed lag, 0.72 s."""

_AT_RIM_M = 0.5
_ON_LINE_M = 0.28  # a flight's places lie so close to a straight, evenly run line
_LONGEST_FLIGHT = 15
_AROUND = (-20, -16, -13, -10, -8, -6, -5, -4, -3, -2, -1, 0, 1, 2, 4, 6)


@dataclass(frozen=True, slots=True, eq=False)
class Attempt:
    """A ball at a ring.

    rim: the look at which it is there; away: the look at which its last flight begins.
    basket: (2,) metres; attacking: (N,) bool.
    """

    basket: Array
    rim: int
    away: int
    attacking: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Release:
    """The shooter's hold: the looks at which he got the ball and at which he let it go."""

    shooter: int
    caught: int
    left: int


def sharpness(positions: Positions, until: int) -> list[float]:
    """How well the ball was followed lately: share of looks with it, how rough its way is.

    It lets the trees weigh the other signs of a league's tracking and of a phone's differently.
    """
    seen = positions.seen[max(0, until - 25) : until + 1]
    ball = positions.ball[max(0, until - 25) : until + 1]
    if len(ball) < 3:
        return [float(seen.mean()), 0.0]
    bends = np.linalg.norm(ball[2:] - 2 * ball[1:-1] + ball[:-2], axis=1)
    return [float(seen.mean()), float(np.median(bends))]


def find(positions: Positions, basket: Array, rim_s: float, spread_s: float) -> Attempt:
    """The attempt at a ring about `rim_s` (standard deviation `spread_s`), media seconds."""
    off = np.linalg.norm(positions.ball - basket, axis=1)
    times = positions.start_s + np.arange(len(positions)) * STEP_S
    fits = -3.0 * np.maximum(off - _AT_RIM_M, 0.0) - 0.5 * ((times - rim_s) / spread_s) ** 2
    rim = int(np.argmax(fits))
    while rim > 0 and off[rim - 1] < _AT_RIM_M:
        rim -= 1
    return Attempt(basket, rim, _flight(positions.ball, rim), attackers(positions, basket, rim))


def _flight(ball: Array, rim: int) -> int:
    """The first look of the straight run that ends at the ring."""
    first = rim
    for length in range(2, min(_LONGEST_FLIGHT, rim) + 1):
        run = ball[rim - length : rim + 1]
        t = np.arange(length + 1.0) - length / 2
        slope = t @ run / (t @ t)
        if np.abs(run - run.mean(axis=0) - t[:, None] * slope).max() > _ON_LINE_M:
            break
        first = rim - length
    return first


def attackers(positions: Positions, basket: Array, look: int) -> NDArray[np.bool_]:
    """(N,) who attacks: defenders stand between their man and the ring, so nearer to it."""
    around = positions.players[max(0, look - 20) : look + 8]
    off = np.linalg.norm(around - basket, axis=2)
    known = np.isfinite(off)
    mean = np.where(known, off, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    there = known.any(axis=0)
    sides = [there & (positions.team == side) for side in (0, 1)]
    if not all(side.any() for side in sides):
        return np.ones(len(positions.team), np.bool_)
    return np.asarray(positions.team == int(mean[sides[1]].mean() > mean[sides[0]].mean()))


def since(flags: NDArray[np.bool_], otherwise: int) -> int:
    """Looks since the last true one; `otherwise` if there was none."""
    when = np.flatnonzero(flags)
    return len(flags) - 1 - int(when[-1]) if len(when) else otherwise


def shooter_signs(positions: Positions, touches: Touches, attempt: Attempt) -> Array:
    """(N, F): one row a player."""
    last_look, rim, away = len(positions) - 1, attempt.rim, attempt.away
    gaps, held, last = positions.gaps(), touches.held, touches.last
    speed = velocity(positions.ball)
    off = np.linalg.norm(positions.ball - attempt.basket, axis=1)
    theirs = np.linalg.norm(positions.there - attempt.basket, axis=2)
    pace = np.linalg.norm(velocity(positions.players), axis=2)

    def at(lag: int) -> int:
        return min(max(rim + lag, 0), last_look)

    shared = [*sharpness(positions, rim), float(rim - away), off[rim], off[away]]
    shared += [float(np.linalg.norm(speed[at(-k)])) for k in (1, 3, 6, 9)]
    shared += [off[at(k)] for k in (-10, -6, -4, -2, 2, 5)]
    mates = gaps[:, attempt.attacking]
    rows = []
    for who in range(len(positions.team)):
        near = gaps[max(0, rim - 8) : rim + 1, who]
        own = held[: rim + 1, who]
        ago = since(own > 0.5, 60)
        row = [float(attempt.attacking[who])]
        row += [gaps[at(k), who] for k in _AROUND]
        row += [gaps[max(0, away - k), who] for k in (0, 1, 2)]
        row += [gaps[away].min() - gaps[away, who]]
        row += [last[at(k), who] for k in _AROUND]
        row += [held[at(k), who] for k in (-10, -8, -6, -4, -2, 0)]
        row += [own[-5:].max(), own[-10:-3].max(initial=0.0), own[-17:-8].max(initial=0.0)]
        row += [own[-10:].sum(), own[-26:].sum(), near.min()]
        row += [float(len(near) - 1 - near.argmin())]
        row += [(mates[look] < gaps[look, who]).sum() for look in (away, rim)]
        row += [theirs[at(k), who] for k in (-10, -5, -2, 0, 3)]
        row += [pace[at(k), who] for k in (-6, -3, 0)]
        row += [ago, theirs[rim - min(ago, rim), who]]
        row += [since(gaps[: rim + 1, who] < 0.8, 60)]
        rows.append(row + shared)
    return np.minimum(np.array(rows, np.float64), 60.0)


def release(positions: Positions, touches: Touches, attempt: Attempt, shooter: int) -> Release:
    """When the shooter got the ball and when he let it go."""
    rim = attempt.rim
    holds = np.flatnonzero(touches.held[: rim + 1, shooter] > 0.5)
    if len(holds):
        left = int(holds[-1])
    else:
        begin = max(0, rim - 8)
        left = begin + int(positions.gaps()[begin : rim + 1, shooter].argmin())
    not_his = np.flatnonzero(touches.last[: left + 1, shooter] < 0.5)
    caught = min(int(not_his[-1]) + 1, left) if len(not_his) else 0
    return Release(shooter, caught, left)


def value_signs(
    positions: Positions, touches: Touches, attempt: Attempt, let_go: Release, floor: Floor
) -> Array:
    """(F,): how far behind the line of three, at several readings of the moment."""
    last_look, rim, left, who = len(positions) - 1, attempt.rim, let_go.left, let_go.shooter
    feet = positions.there[:, who]
    behind = floor.beyond_line(feet, attempt.basket)
    ball_behind = floor.beyond_line(positions.ball, attempt.basket)

    def at(look: int) -> int:
        return min(max(look, 0), last_look)

    row = sharpness(positions, rim)
    row += [behind[at(attempt.away + k)] for k in (-8, -6, -4, -2, 0, 2)]
    row += [behind[at(left + k)] for k in (-8, -6, -4, -2, 0)]
    row += [ball_behind[at(left + k)] for k in (-4, -2, 0, 1)]
    row += [behind[at(rim + k)] for k in (-10, -8, -6)]
    speed = velocity(positions.ball)
    row += [ball_behind[attempt.away], rim - attempt.away, rim - left]
    row += [float(np.linalg.norm(speed[at(rim - 3)])), touches.last[left, who]]
    row += [*np.abs(feet[left] - attempt.basket)]
    row += [float(np.linalg.norm(velocity(feet)[left]))]
    return np.clip(np.array(row, np.float64), -60.0, 60.0)
