"""The court: its measures in metres, its lines, and where the baskets hang.

World axes: origin at the centre of the floor, x along the length, y along the width, z up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Rules = Literal["fiba", "nba", "nfhs"]
Polyline = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CourtSize:
    """Measures of one rule book, metres."""

    length: float
    width: float
    key_width: float
    free_throw: float  # from the baseline to the free-throw line
    circle: float  # radius of the circles
    arc: float  # radius of the three-point arc about the rim's centre
    corner: float  # |y| of the straight part of the three-point line
    rim_from_baseline: float  # to the rim's centre
    board_width: float
    board_height: float
    rim_to_board: float  # rim's centre to the board's face
    line: float = 0.05


SIZES: dict[Rules, CourtSize] = {
    "fiba": CourtSize(28.0, 15.0, 4.9, 5.8, 1.8, 6.75, 6.6, 1.575, 1.8, 1.05, 0.375),
    "nba": CourtSize(28.65, 15.24, 4.88, 5.79, 1.83, 7.24, 6.71, 1.6, 1.83, 1.07, 0.381),
    "nfhs": CourtSize(25.6, 15.24, 3.66, 5.79, 1.83, 6.02, 6.02, 1.6, 1.83, 1.07, 0.381),
}

RIM_HEIGHT = 3.05
RIM_INNER = 0.225  # radius of the opening
RIM_WIRE = 0.009  # radius of the steel
NET_DEPTH = 0.42
NET_BOTTOM = 0.165  # radius of the net's lower end


@dataclass(frozen=True, slots=True)
class Hoop:
    """One basket. `side` is -1 or 1: the board is at `x + side * rim_to_board`."""

    x: float
    side: int
    rim_to_board: float
    board_width: float
    board_height: float
    board_bottom: float = 2.9

    @property
    def centre(self) -> NDArray[np.float64]:
        """(3,) the middle of the ring."""
        return np.array([self.x, 0.0, RIM_HEIGHT])

    @property
    def board_x(self) -> float:
        """x of the board's face."""
        return self.x + self.side * self.rim_to_board


@dataclass(frozen=True, slots=True)
class Court:
    """A full court, or the half with x > 0 only."""

    size: CourtSize
    half: bool

    @property
    def sides(self) -> tuple[int, ...]:
        return (1,) if self.half else (-1, 1)

    def hoops(self) -> tuple[Hoop, ...]:
        s = self.size
        x = s.length / 2 - s.rim_from_baseline
        return tuple(
            Hoop(side * x, side, s.rim_to_board, s.board_width, s.board_height)
            for side in self.sides
        )

    def is_three(self, hoop: Hoop, x: float, y: float) -> bool:
        """Whether a shot from (x, y) counts three."""
        if abs(y) > self.size.corner:
            return True
        return bool(np.hypot(x - hoop.x, y) > self.size.arc)

    def lines(self) -> list[Polyline]:
        """Every painted line as an (N, 2) polyline."""
        s = self.size
        left = 0.0 if self.half else -s.length / 2
        right, w = s.length / 2, s.width / 2
        out = [_points([(left, -w), (right, -w), (right, w), (left, w), (left, -w)])]
        if not self.half:
            out.append(_points([(0, -w), (0, w)]))
        turn = (-np.pi / 2, np.pi / 2) if self.half else (0.0, 2 * np.pi)
        out.append(_arc(0, 0, s.circle, *turn))
        for hoop in self.hoops():
            side = hoop.side
            end, top = side * s.length / 2, side * (s.length / 2 - s.free_throw)
            k = s.key_width / 2
            out.append(_points([(end, -k), (top, -k), (top, k), (end, k)]))
            out.append(_arc(top, 0, s.circle, 0, 2 * np.pi))
            toward = np.pi if side > 0 else 0.0
            reach = float(np.arcsin(min(s.corner / s.arc, 1.0)))
            out.append(_arc(hoop.x, 0, s.arc, toward - reach, toward + reach))
            bend = hoop.x - side * s.arc * float(np.cos(reach))
            out += [_points([(end, y), (bend, y)]) for y in (-s.corner, s.corner)]
            out.append(_arc(hoop.x, 0, 1.25, toward - np.pi / 2, toward + np.pi / 2))
            for mark in (1.75, 2.6, 3.0, 3.85, 4.7):
                x = end - side * mark
                out += [_points([(x, y * k), (x, y * (k + 0.1))]) for y in (-1, 1)]
        return out

    def key_areas(self) -> list[Polyline]:
        """The painted areas below each basket, as (4, 2) corners."""
        s = self.size
        out = []
        for hoop in self.hoops():
            end, k = hoop.side * s.length / 2, s.key_width / 2
            top = hoop.side * (s.length / 2 - s.free_throw)
            out.append(_points([(end, -k), (top, -k), (top, k), (end, k)]))
        return out


def _points(pairs: list[tuple[float, float]]) -> Polyline:
    return np.asarray(pairs, np.float64)


def _arc(x: float, y: float, radius: float, start: float, stop: float) -> Polyline:
    turn = np.linspace(start, stop, 64)
    return np.stack([x + radius * np.cos(turn), y + radius * np.sin(turn)], axis=1)
