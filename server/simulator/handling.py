"""The ball in somebody's hands: held, dribbled, raised for a shot."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from server.simulator.ball import RADIUS, Ball
from server.simulator.players import Squad

Array = NDArray[np.float64]
How = Literal["hold", "dribble", "shoot"]

RAISE_S = 0.5  # from the chest to above the head
_BOUNCES_S = 1.7
_UP = np.array([0.0, 0.0, 1.0])


class Handling:
    """Where the ball is while it is carried."""

    def __init__(self) -> None:
        self.hand = 1  # the dribbling one: 0 left, 1 right
        self._bounce = 0.0

    def begin(self, hand: int) -> None:
        """Somebody else has the ball now."""
        self.hand, self._bounce = hand, 0.0

    def step(self, ball: Ball, squad: Squad, who: int, how: How, age_s: float, dt: float) -> Ball:
        """The ball `dt` later; age_s: seconds since the shot began."""
        wish = self._wish(squad, who, how, age_s, dt)
        keep = np.exp(-25 * dt)
        moved = ball.position * keep + wish * (1 - keep)
        if how == "dribble":
            moved[2] = wish[2]
        return Ball(moved, (moved - ball.position) / dt)

    def _wish(self, squad: Squad, who: int, how: How, age_s: float, dt: float) -> Array:
        ahead, left = (facing[who] for facing in squad.facing())
        tall, floor = squad.height[who], np.append(squad.at[who], squad.lift[who])
        if how == "shoot":
            part = min(age_s / RAISE_S, 1.0)
            high = tall * (0.62 + 0.5 * part)
            return np.asarray(floor + ahead * (0.36 - 0.06 * part) + high * _UP)
        if how == "dribble":
            self._bounce = (self._bounce + dt * _BOUNCES_S) % 1.0
            side = left if self.hand == 0 else -left
            rise = (tall * 0.52 - RADIUS) * abs(np.cos(np.pi * self._bounce)) ** 0.8
            return np.asarray(floor + ahead * 0.38 + side * 0.3 + (RADIUS + rise) * _UP)
        return np.asarray(floor + ahead * 0.38 + tall * 0.62 * _UP)

    def grip(self, ball: Ball, how: How) -> tuple[Array, int] | None:
        """(point, which hands) for Squad.joints; None while the dribble is near the floor."""
        if how != "dribble":
            return ball.position, 2
        if ball.position[2] > 0.55:
            return ball.position + RADIUS * _UP, self.hand
        return None
