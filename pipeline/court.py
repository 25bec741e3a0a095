"""The floor as a camera's geometry needs it: where the rings hang, where the line of three runs.

Metres; the origin is the middle of the floor, x runs along its length, y across.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""(..., 2) metres on the floor."""


@dataclass(frozen=True, slots=True)
class Floor:
    """Measures of one code, metres; the numbers themselves belong to the rules of the game.

    basket_m: from the end line to the point below the ring.
    arc_m: from that point to the line of three.
    corner_m: from the middle line between the baskets to the line's straight part.
    """

    length_m: float
    width_m: float
    basket_m: float
    arc_m: float
    corner_m: float

    def baskets(self) -> Points:
        """(2, 2) the points below the rings, the one at negative x first."""
        x = self.length_m / 2 - self.basket_m
        return np.array([[-x, 0.0], [x, 0.0]])

    def beyond_line(self, at: Points, basket: Points) -> NDArray[np.float64]:
        """(...) how far behind the line of three, metres; negative inside it.

        at: (..., 2); basket: (2,), the one that is shot at.
        """
        along = np.abs(at[..., 0] - basket[0])
        across = np.abs(at[..., 1] - basket[1])
        bend = max(0.0, self.arc_m**2 - self.corner_m**2) ** 0.5
        behind_arc = np.hypot(along, across) - self.arc_m
        in_corner = np.sign(basket[0]) * (at[..., 0] - basket[0]) > -bend
        return np.asarray(np.where(in_corner, across - self.corner_m, behind_arc))

    def outside(self, at: Points) -> NDArray[np.float64]:
        """(...) how far out of bounds, metres; negative inside."""
        beside = np.abs(at) - np.array([self.length_m / 2, self.width_m / 2])
        return np.asarray(beside.max(axis=-1), np.float64)
