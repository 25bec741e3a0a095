"""How a camera turned and zoomed between two pictures of a scene that stands still.

A camera that turns about itself, as in a hand or on a tripod, moves every picture point by
K' R K⁻¹ whatever its distance (R. Hartley and A. Zisserman, Multiple View Geometry in Computer
Vision, 2nd edition, 8.4.2): four numbers, three angles and a zoom, for the whole picture. Few
points fix them, so that moving players do not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.pose import rotation_of

Array = NDArray[np.float64]

ROUNDS = 12
AGREED = 1.5
"""A match that is off by less, pixels, agrees with the turn."""

NARROWEST = 0.35
"""Standard deviation at which matches are trusted in the last rounds, pixels."""

ZOOM_SPREAD = 0.05
"""Zoom (its logarithm) is expected to stay that small between two pictures."""


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """matrix: (3, 3) pixels of the first picture to those of the second.

    agreeing: (N,) bool, the matches that say so.
    """

    matrix: Array
    agreeing: NDArray[np.bool_]


def fit_turn(first: Array, second: Array, focal: float, size: tuple[int, int]) -> Turn:
    """From (N, 2) matched pixels of two pictures of one size, many of which may be wrong or lie
    on things that move.

    focal: of the first picture, pixels. Weighted least squares whose weights (Geman and McClure's)
    narrow round by round, from the median movement on.
    """
    middle = np.array(size) / 2
    a, b = (first - middle) / focal, (second - middle) / focal
    rotation, zoom = _small_turn(np.median(b - a, axis=0)), 1.0
    # What is known of the zoom beforehand counts like one exact match at the picture's edge.
    known = (NARROWEST / focal / ZOOM_SPREAD) ** 2
    for number in range(ROUNDS):
        rays = _turned(rotation, a)
        off = zoom * rays - b
        far2 = (off**2).sum(axis=1)
        typical2 = (1.5 * 1.4826) ** 2 * float(np.median(far2))
        scale2 = max(9 * (NARROWEST / focal) ** 2, typical2 * 0.5**number)
        weights = (scale2 / (scale2 + far2)) ** 2
        slopes = zoom * _slopes(rays)
        left = (slopes * weights[:, None, None]).reshape(-1, 4).T
        normal = left @ slopes.reshape(-1, 4)
        right = -left @ off.ravel()
        normal[3, 3] += known
        right[3] -= known * np.log(zoom)
        normal[np.diag_indices(4)] += 1e-9
        step = np.linalg.solve(normal, right)
        rotation = rotation_of(step[:3]) @ rotation
        zoom *= float(np.exp(np.clip(step[3], -0.2, 0.2)))
        if number > 2 and scale2 == 9 * (NARROWEST / focal) ** 2 and np.abs(step).max() < 1e-5:
            break
    far2 = ((zoom * _turned(rotation, a) - b) ** 2).sum(axis=1) * focal**2
    inner = np.array([[focal, 0, middle[0]], [0, focal, middle[1]], [0, 0, 1.0]])
    matrix = inner @ np.diag([zoom, zoom, 1.0]) @ rotation @ np.linalg.inv(inner)
    return Turn(matrix, far2 < AGREED**2)


def _turned(rotation: Array, rays: Array) -> Array:
    """(N, 2) where rays (x, y, 1) go."""
    out = rays @ rotation[:, :2].T + rotation[:, 2]
    return np.asarray(out[:, :2] / np.maximum(out[:, 2:], 0.1))


def _slopes(rays: Array) -> Array:
    """(N, 2, 4) how turned rays move with a further small turn about right, down, forward, and
    with the zoom."""
    slopes = np.empty((len(rays), 2, 4))
    x, y = rays.T
    slopes[:, 0, 0] = -x * y
    slopes[:, 1, 0] = -1 - y * y
    slopes[:, 0, 1] = 1 + x * x
    slopes[:, 1, 1] = x * y
    slopes[:, 0, 2] = -y
    slopes[:, 1, 2] = x
    slopes[:, :, 3] = rays
    return slopes


def _small_turn(shift: Array) -> Array:
    """(3, 3) the turn that moves the middle of the picture by `shift` focal lengths."""
    return rotation_of(np.array([-np.arctan(shift[1]), np.arctan(shift[0]), 0.0]))
