"""What tells a free throw from a shot in play: where the shooter stands, and that others wait."""

from __future__ import annotations

import numpy as np

from pipeline.court import Floor
from pipeline.possession import STEP_S, Array, Positions
from pipeline.possession_touch import velocity

_BEFORE_S = (2.4, 0.9)  # before the ring: the shooter has the ball at the line, or just let it go

# Logistic figures, set by hand on simulated films that are not evaluated.
_BASE = 4.0
_OFF_LINE = -3.5  # a metre beyond the first half
_SHOOTER_PACE = -2.0  # a metre a second beyond _STILL_M_S
_OTHERS_PACE = -3.0
_STILL_M_S = 0.7
_NEAR_M = 0.5

_WORTH_A_LOOK = 0.02
_STRAY = 0.05  # against error: somebody else threw it all the same


def free_throw_chance(
    positions: Positions, basket: Array, rim: int, who: int, floor: Floor
) -> float:
    """The chance that the attempt at the ring at look `rim` was a free throw of `who`.

    0 where he was not seen before it.
    """
    part = slice(
        max(0, rim - round(_BEFORE_S[0] / STEP_S)), max(1, rim - round(_BEFORE_S[1] / STEP_S))
    )
    feet = positions.players[part, who]
    if len(feet) < 3 or np.isnan(feet).any(axis=1).mean() > 0.5:
        return 0.0
    line = floor.key_m - floor.basket_m
    spot = basket - np.array([np.sign(basket[0]) * line, 0.0])
    off = float(np.nanmedian(np.linalg.norm(feet - spot, axis=1)))
    pace = np.linalg.norm(velocity(positions.players), axis=2)[part]
    pace = np.where(np.isnan(positions.players[part]).any(axis=2), np.nan, pace)
    his = float(np.nanmedian(pace[:, who]))
    others = np.delete(pace, who, axis=1)
    seen = np.isfinite(others).any(axis=0)
    if not seen.any():
        return 0.0
    theirs = float(np.median(np.nanmedian(others[:, seen], axis=0)))
    logit = _BASE + _OFF_LINE * max(0.0, off - _NEAR_M)
    logit += _SHOOTER_PACE * max(0.0, his - _STILL_M_S)
    logit += _OTHERS_PACE * max(0.0, theirs - _STILL_M_S)
    return float(1.0 / (1.0 + np.exp(-np.clip(logit, -30.0, 30.0))))


def free_thrower(
    positions: Positions, basket: Array, rim: int, shooter: Array, floor: Floor
) -> tuple[float, Array]:
    """The chance that the attempt was a free throw, and (N,) who threw it, given that as well.

    shooter: (N,) chances as they are read of any shot. Whoever waits alone at the line threw a
    free throw, even where another seemed likelier.
    """
    worth = np.flatnonzero(shooter >= _WORTH_A_LOOK)
    at_line = np.zeros(len(shooter))
    for who in worth.tolist():
        at_line[who] = free_throw_chance(positions, basket, rim, who, floor)
    free = float(at_line.max(initial=0.0))
    if free <= 0.5:
        return free, shooter
    weighed = shooter * (_STRAY + at_line)
    return free, np.asarray(weighed / weighed.sum())
