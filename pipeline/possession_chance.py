"""That something happened at all: a few signs of it, and a logistic for each type of event.

The plain numbers are made by `server/evaluation/fit_chances.py`. Of every sign more speaks for the
event, and no weight is negative.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.possession import Array, Positions
from pipeline.possession_trees import chance

WEIGHTS = Path(__file__).with_name("possession_chances.json")

SIGNS: Mapping[str, tuple[str, ...]] = {
    "rebound": ("missed", "in_play", "at_ring", "flown"),
    "lost": ("after_shot", "apart", "alone", "carried"),
    "free": ("waited",),
}
"""What `rebound_signs`, `lost_signs` and `free_signs` are about, in their order."""

_SURE = 0.99  # nothing that is told counts for more
_AT_RING_S = 0.36  # about the moment at the ring: the ball is looked for there
_AT_RING_M = 2.0
_FLOWN_LOOKS = 4  # before a catch: how far the ball came
_FLOWN_M = 3.0
_SETTLED_S = 5.0
_APART_M = 4.0
_CARRIED_M = 6.0


@dataclass(frozen=True, slots=True, eq=False)
class Chance:
    """start: the logit without any sign. weight: (F,), 0 or more. cases: what it was made from."""

    start: float
    weight: Array
    cases: int

    def of(self, signs: Array) -> float:
        """Of (F,) signs: never surer than one case more could have changed, so in (0, 1)."""
        least = 1.0 / (self.cases + 2)
        said = float(chance(np.array(self.start + signs @ self.weight)))
        return min(max(said, least), 1.0 - least)


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """A rebound after a shot, a ball lost to the other team, a shot that was a free throw."""

    rebound: Chance
    lost: Chance
    free: Chance


def chances(plain: Mapping[str, Any]) -> Chances:
    """Read the JSON. Raises KeyError or TypeError; ValueError where it knows other signs."""
    found = {one.name: _chance(plain[one.name], SIGNS[one.name]) for one in fields(Chances)}
    return Chances(**found)


def _chance(plain: Mapping[str, Any], signs: tuple[str, ...]) -> Chance:
    weights = plain["weights"]
    if tuple(weights) != signs or min(weights.values()) < 0:
        raise ValueError(f"weights {weights}, not of {', '.join(signs)} at 0 or more")
    return Chance(
        float(plain["start"]), np.array(list(weights.values()), np.float64), int(plain["cases"])
    )


@lru_cache(maxsize=1)
def shipped(path: Path = WEIGHTS) -> Chances:
    """The figures that ship."""
    return chances(json.loads(path.read_text(encoding="utf-8")))


def rebound_signs(
    positions: Positions, basket: Array, rim_s: float, made: float, free: float
) -> Array:
    """(4,): that it missed, was no free throw, was a shot at all, and that the ball flew.

    The stretch ends with the catch. made, free: chances that the shot went in and was a throw.
    """
    ball = positions.ball
    at_ring = slice(positions.look(rim_s - _AT_RING_S), positions.look(rim_s + _AT_RING_S) + 1)
    off = np.linalg.norm(ball[at_ring] - basket, axis=1).min()
    flown = np.linalg.norm(ball[-1] - ball[max(0, len(ball) - 1 - _FLOWN_LOOKS)])
    return np.array(
        [-_odds(made), 1.0 - free, -min(float(off), _AT_RING_M), min(float(flown), _FLOWN_M)]
    )


def lost_signs(
    positions: Positions,
    lost: tuple[int, float],
    taken: tuple[int, float],
    settled_s: float,
    alone: float,
) -> Array:
    """(4,): how long after a shot, how far between the two, how surely and how far it was carried.

    lost, taken: (who, media seconds). settled_s: when the last shot was over. alone: the share of
    the last looks in which the others had the ball to themselves. Whoever was not seen is taken
    to have stood beside the other.
    """
    (loser, lost_s), (taker, taken_s) = lost, taken
    then = positions.players[positions.look(lost_s)]
    apart = float(np.linalg.norm(then[loser] - then[taker]))
    carried = float(np.linalg.norm(positions.ball[-1] - positions.ball[positions.look(taken_s)]))
    return np.array(
        [
            min(lost_s - settled_s, _SETTLED_S),
            min(apart, _APART_M) if np.isfinite(apart) else 0.0,
            alone,
            min(carried, _CARRIED_M),
        ]
    )


def free_signs(free: float) -> Array:
    """(1,): how much a shot looked like a free throw (`possession_free`). Beyond even odds
    that says no more: a shot in play from the line, while others stand, looks just so."""
    return np.array([min(_odds(free), 0.0)])


def _odds(p: float) -> float:
    kept = min(max(p, 1.0 - _SURE), _SURE)
    return float(np.log(kept / (1.0 - kept)))
