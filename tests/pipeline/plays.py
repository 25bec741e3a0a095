"""Plays drawn by hand on the floor plan, for tests: who holds the ball, when and where to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.court import Floor
from pipeline.possession import STEP_S, Array, Positions

FIBA = Floor(28.0, 15.0, 1.575, 6.75, 6.6)
BASKET = np.array([14.0 - 1.575, 0.0])
TEAM = np.repeat(np.array([0, 1]), 5)
# Five attackers about the ring at positive x; the passer is 0, the shooter 1.
SPOTS = np.array([[4.5, 0.0], [6.0, -5.5], [6.0, 5.5], [12.0, 5.0], [11.0, -3.0]])


@dataclass(frozen=True, slots=True)
class Leg:
    """The ball from now on: at `who`'s side for `seconds`, or on its way to `to`."""

    seconds: float
    who: int | None = None
    to: tuple[float, float] | None = None


def film(legs: list[Leg], spots: NDArray[np.float64] = SPOTS, seed: int = 0) -> Positions:
    """The play with small unrest; defenders stand a metre nearer to the ring."""
    rng = np.random.default_rng(seed)
    way = BASKET - spots
    guards = spots + way / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 0.5) * 1.2
    people = np.concatenate([spots, guards])
    ball: list[Array] = []
    now = people[0]
    for leg in legs:
        looks = round(leg.seconds / STEP_S)
        if leg.who is not None:
            now = people[leg.who] + np.array([0.25, 0.1])
            ball += [now] * looks
        elif leg.to is not None:
            goal = np.array(leg.to)
            ball += [now + (goal - now) * (k + 1) / looks for k in range(looks)]
            now = goal
    path = np.array(ball) + rng.normal(0, 0.03, (len(ball), 2))
    sway = np.cumsum(rng.normal(0, 0.02, (len(ball), 10, 2)), axis=0)
    seen = np.ones(len(ball), np.bool_)
    return Positions(0.0, path, seen, people + sway, TEAM)


def catch_and_shoot(spots: NDArray[np.float64] = SPOTS, seed: int = 0) -> tuple[Positions, float]:
    """0 holds, passes to 1, who shoots after 0.6 s; (play, when the ball is at the ring)."""
    target = (float(spots[1, 0]), float(spots[1, 1]))
    ring = (float(BASKET[0]), float(BASKET[1]))
    legs = [
        Leg(2.4, who=0),
        Leg(0.72, to=target),
        Leg(0.6, who=1),
        Leg(1.2, to=ring),
        Leg(1.2, to=(ring[0] + 0.3, 0.4)),
    ]
    return film(legs, spots, seed), 2.4 + 0.72 + 0.6 + 1.2 - STEP_S
