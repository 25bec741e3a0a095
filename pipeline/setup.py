"""What a person told about one camera of one game: where the court is, who wears what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.court import Floor
from pipeline.courtview import CourtView, solve

Colour = tuple[int, int, int]
"""Blue, green, red; 0 to 255 each."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Points of the floor, found in a picture.

    size: (width, height) of that picture, pixels.
    points: (px, py, x_m, y_m), pixels and metres on the floor; at least four.
    media_s: when that picture was taken, where that is known: a camera in a hand has moved since.
    """

    size: tuple[int, int]
    points: tuple[tuple[float, float, float, float], ...]
    media_s: float | None = None


@dataclass(frozen=True, slots=True)
class Quad:
    """A flat rectangle as a picture shows it.

    size: (width, height) of that picture, pixels.
    corners: (px, py) from its top left on, clockwise.
    """

    size: tuple[int, int]
    corners: tuple[
        tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]
    ]

    def scaled(self, size: tuple[int, int]) -> Quad:
        """The same in a picture of another size."""
        sx, sy = size[0] / self.size[0], size[1] / self.size[1]
        a, b, c, d = ((x * sx, y * sy) for x, y in self.corners)
        return Quad(size, (a, b, c, d))


@dataclass(frozen=True, slots=True)
class Setup:
    """All of it; what nobody told is None or empty.

    floor: measures of the court that the game is played on.
    shirts: of home and away. numbers: on the rosters of home and away.
    home_attacks: 0 the basket at negative x, 1 the other, in the first half.
    """

    floor: Floor | None = None
    marks: Marks | None = None
    scoreboard: Quad | None = None
    shirts: tuple[Colour | None, Colour | None] = (None, None)
    numbers: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
    home_attacks: int | None = None

    def view(self) -> CourtView | None:
        """Where the marks put the camera; None without marks. Raises `GeometryError`."""
        if self.marks is None:
            return None
        points = np.array(self.marks.points, np.float64).reshape(-1, 4)
        return solve(points[:, :2], points[:, 2:], self.marks.size)
