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
    key_m, key_width_m: the restricted area, from the end line and across.
    circle_m: radius of the circles; no_charge_m: of the half circle below the ring, 0 for none.
    Of the last four, which only drawing and marking need, FIBA's hold where nothing is said.
    """

    length_m: float
    width_m: float
    basket_m: float
    arc_m: float
    corner_m: float
    key_m: float = 5.8
    key_width_m: float = 4.9
    circle_m: float = 1.8
    no_charge_m: float = 1.25

    @property
    def bend_m(self) -> float:
        """How far from the basket, towards midcourt, the straight line of three meets the arc."""
        return float(max(0.0, self.arc_m**2 - self.corner_m**2) ** 0.5)

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
        bend = self.bend_m
        behind_arc = np.hypot(along, across) - self.arc_m
        in_corner = np.sign(basket[0]) * (at[..., 0] - basket[0]) > -bend
        return np.asarray(np.where(in_corner, across - self.corner_m, behind_arc))

    def outside(self, at: Points) -> NDArray[np.float64]:
        """(...) how far out of bounds, metres; negative inside."""
        beside = np.abs(at) - np.array([self.length_m / 2, self.width_m / 2])
        return np.asarray(beside.max(axis=-1), np.float64)


def court_lines(floor: Floor) -> list[Points]:
    """Every painted line of a floor, each as an (N, 2) polyline, metres."""
    end, side, key = floor.length_m / 2, floor.width_m / 2, floor.key_width_m / 2
    lines = [
        _path((-end, -side), (end, -side), (end, side), (-end, side), (-end, -side)),
        _path((0, -side), (0, side)),
        _arc(0, floor.circle_m, 0, 2 * np.pi),
    ]
    reach = float(np.arcsin(min(1.0, floor.corner_m / floor.arc_m)))
    for way in (-1, 1):
        # Angles are counted from the direction to mid-court.
        inward = np.pi if way > 0 else 0.0
        basket, throw = way * (end - floor.basket_m), way * (end - floor.key_m)
        bend = basket - way * floor.bend_m
        lines.append(_path((way * end, -key), (throw, -key), (throw, key), (way * end, key)))
        lines.append(_arc(throw, floor.circle_m, inward - np.pi / 2, inward + np.pi / 2))
        corners = (way * end, -floor.corner_m), (way * end, floor.corner_m)
        arc = _arc(basket, floor.arc_m, inward - reach, inward + reach)
        if (arc[0, 1] > 0) != (corners[0][1] > 0):
            arc = arc[::-1]
        straight = _path((bend, -floor.corner_m)), _path((bend, floor.corner_m))
        lines.append(
            np.concatenate([_path(corners[0]), straight[0], arc, straight[1], _path(corners[1])])
        )
        if floor.no_charge_m:
            turn = np.pi / 2
            lines.append(_arc(basket, floor.no_charge_m, inward - turn, inward + turn))
    return lines


def along(line: Points, step_m: float) -> Points:
    """The same polyline with a vertex at least every `step_m`."""
    lengths = np.hypot(*np.diff(line, axis=0).T)
    parts = [
        np.linspace(a, b, max(1, int(np.ceil(length / step_m))), endpoint=False)
        for a, b, length in zip(line[:-1], line[1:], lengths, strict=True)
    ]
    return np.concatenate([*parts, line[-1:]])


def landmarks(floor: Floor) -> dict[str, tuple[float, float]]:
    """Points of a floor that a person can find in a picture, by name, metres.

    `left` is negative x and `near` negative y, as seen by a camera beside the floor: a floor
    turned by half a turn is the same floor, so whichever side the camera stands at is near.
    """
    end, side, key = floor.length_m / 2, floor.width_m / 2, floor.key_width_m / 2
    named = {"centre": (0.0, 0.0)}
    for depth, across in (("near", -1), ("far", 1)):
        named[f"halfway-{depth}"] = (0.0, across * side)
        named[f"circle-{depth}"] = (0.0, across * floor.circle_m)
    for hand, along in (("left", -1), ("right", 1)):
        top = end - floor.basket_m - floor.arc_m
        named[f"three-{hand}-top"] = (along * top, 0.0)
        for depth, across in (("near", -1), ("far", 1)):
            named[f"corner-{hand}-{depth}"] = (along * end, across * side)
            named[f"three-{hand}-{depth}"] = (along * end, across * floor.corner_m)
            named[f"key-{hand}-{depth}"] = (along * end, across * key)
            named[f"throw-{hand}-{depth}"] = (along * (end - floor.key_m), across * key)
    return named


def _path(*points: tuple[float, float]) -> Points:
    return np.array(points, np.float64)


def _arc(x: float, radius: float, start: float, stop: float) -> Points:
    """About a point of the middle line between the baskets, a vertex every six degrees or so."""
    turn = np.linspace(start, stop, 2 + round(abs(stop - start) / 0.1))
    return np.stack([x + radius * np.cos(turn), radius * np.sin(turn)], axis=1)
