"""Where a camera stands, from points whose place in the world is known.

The camera is a pinhole with square pixels and its principal point in the picture's middle, which
holds for phones to about a percent. Formulas: R. Hartley and A. Zisserman, Multiple View Geometry
in Computer Vision, 2nd edition: chapter 4 (the linear homography), 8.4 (a plane's homography and
the camera), 5.2 (error propagation).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

Array = NDArray[np.float64]

FOCAL = 0.9
"""What a phone's focal length is about, in lengths of the picture's longer side: 0.75 for the
main lens of most, twice that for the longer one."""

FOCAL_SPREAD = 0.5
"""Standard deviation of its natural logarithm: from the widest lens to a zoom by three."""

OUTLYING = 2.0
"""Residuals beyond so many standard deviations count less and less (soft L1)."""


ROUNDS = 60
TINY = 1e-6


class GeometryError(ValueError):
    """Marks from which no view of the court follows; its words say what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """A camera in the world.

    vector: (7,) logarithm of the focal length in pixels, rotation vector from world to camera
      (axes right, down, forward), position in metres.
    covariance: (7, 7) of that.
    residuals: (N, 2) pixels by which its picture of the points misses them.
    size: (width, height) of the picture.
    """

    vector: Array
    covariance: Array
    residuals: Array
    size: tuple[int, int]

    @property
    def projection(self) -> Array:
        """(3, 4) from homogeneous world metres to pixels times depth."""
        return projection_of(self.vector, self.size)


def homography(source: Array, target: Array) -> Array:
    """(3, 3) the linear map of homogeneous (N, 2) `source` to `target`; at least four points.

    GeometryError where they do not fix it.
    """
    a, b = _normaliser(source), _normaliser(target)
    s, t = _homogeneous(source) @ a.T, _homogeneous(target) @ b.T
    zero = np.zeros_like(s)
    rows = np.concatenate(
        [np.hstack([s, zero, -t[:, :1] * s]), np.hstack([zero, s, -t[:, 1:2] * s])]
    )
    _, strength, axes = np.linalg.svd(rows)
    if strength[7] < 1e-3 * strength[0]:
        raise GeometryError("The marks lie on one line. Mark points that span a part of the court.")
    return np.asarray(np.linalg.inv(b) @ axes[-1].reshape(3, 3) @ a)


def poses(plane: Array, size: tuple[int, int]) -> list[Array]:
    """(7,) first guesses of cameras above the floor that show it by `plane` (3, 3), floor metres
    to pixels, positive in depth."""
    longest = max(size)
    lengths = [FOCAL * longest * factor for factor in (0.6, 1.0, 1.7)]
    told = _focal(plane, size)
    if told is not None and 0.2 < told / longest < 8:
        lengths.insert(0, told)
    found = []
    for length in lengths:
        columns = np.linalg.inv(_inner(length, size)) @ plane
        columns /= np.sqrt(np.linalg.norm(columns[:, 0]) * np.linalg.norm(columns[:, 1]))
        turn = np.stack([columns[:, 0], columns[:, 1], np.cross(columns[:, 0], columns[:, 1])], 1)
        u, _, v = np.linalg.svd(turn)
        rotation = u @ v
        position = -rotation.T @ columns[:, 2]
        if np.linalg.det(rotation) > 0 and position[2] > 0:
            found.append(np.concatenate([[np.log(length)], _rotvec(rotation), position]))
    return found


def fit(pixels: Array, world: Array, size: tuple[int, int], sigma_px: float, start: Array) -> Pose:
    """The pose that shows (N, 3) `world` nearest to (N, 2) `pixels`, robustly.

    start: (7,) a first guess. The focal length is held near a phone's, loosely. Levenberg's and
    Marquardt's steps on residuals whose weights are those of the soft L1 loss.
    """

    def off(vector: Array) -> Array:
        seen = apply(projection_of(vector, size), world)
        focal = (vector[0] - np.log(FOCAL * max(size))) / FOCAL_SPREAD
        every = np.append(((seen - pixels) / sigma_px).ravel(), focal)
        return np.where(np.isfinite(every), every, 1e6)

    def cost(residuals: Array) -> float:
        return float((np.sqrt(1 + (residuals / OUTLYING) ** 2) - 1).sum())

    vector, now, damping = start, off(start), 1e-3
    for _ in range(ROUNDS):
        slopes = np.stack([(off(vector + step) - now) / TINY for step in np.eye(7) * TINY], axis=1)
        weights = 1 / np.sqrt(1 + (now / OUTLYING) ** 2)
        normal = (slopes * weights[:, None]).T @ slopes
        down = -(slopes * weights[:, None]).T @ now
        gain = 0.0
        while damping < 1e9:
            trial = vector + np.linalg.solve(normal + damping * np.diag(np.diag(normal)), down)
            there = off(trial)
            gain = cost(now) - cost(there)
            if gain >= 0:
                vector, now, damping = trial, there, max(damping / 9, 1e-9)
                break
            damping *= 4
        if gain <= 1e-9 * (1 + cost(now)):
            break
    # Marks that miss by more than was expected were set by a less steady hand.
    free = max(1, len(now) - len(start))
    loose = max(1.0, float((weights * now**2).sum()) / free)
    residuals = now[:-1].reshape(-1, 2) * sigma_px
    return Pose(vector, np.asarray(np.linalg.pinv(normal) * loose, np.float64), residuals, size)


def projection_of(vector: Array, size: tuple[int, int]) -> Array:
    """(3, 4) of a pose's vector."""
    rotation = rotation_of(vector[1:4])
    outer = np.hstack([rotation, (-rotation @ vector[4:7])[:, None]])
    return np.asarray(_inner(float(np.exp(vector[0])), size) @ outer)


def projection_from(floor_of: Array, size: tuple[int, int]) -> Array | None:
    """(3, 4) of the camera whose picture has pixels on the floor by `floor_of` (3, 3), positive
    there; None where there is no such camera."""
    plane = np.asarray(np.linalg.inv(floor_of), np.float64)
    length = _focal(plane, size)
    if length is None:
        return None
    inner = _inner(length, size)
    columns = np.linalg.inv(inner) @ plane
    scale = float(np.sqrt(np.linalg.norm(columns[:, 0]) * np.linalg.norm(columns[:, 1])))
    columns /= scale
    up = np.cross(columns[:, 0], columns[:, 1])
    return np.asarray(inner @ np.stack([columns[:, 0], columns[:, 1], up, columns[:, 2]], axis=1))


def apply(matrix: Array, points: Array) -> Array:
    """(N, D) points through a homogeneous map (E + 1, D + 1): (N, E); NaN behind it, where its
    last row is not positive."""
    mapped = _homogeneous(points) @ matrix.T
    depth = np.where(mapped[:, -1:] > 1e-9 * np.abs(matrix[-1]).max(), mapped[:, -1:], np.nan)
    return np.asarray(mapped[:, :-1] / depth)


def _inner(focal: float, size: tuple[int, int]) -> Array:
    return np.array([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1.0]])


def _focal(plane: Array, size: tuple[int, int]) -> float | None:
    """From the plane's axes being square to each other and of one length (Zhang's constraints,
    least squares in 1 / focal²)."""
    shift = np.array([[1, 0, -size[0] / 2], [0, 1, -size[1] / 2], [0, 0, 1.0]])
    a, b = (shift @ plane)[:, :2].T
    factor = np.array([a[0] * b[0] + a[1] * b[1], a[0] ** 2 + a[1] ** 2 - b[0] ** 2 - b[1] ** 2])
    rest = np.array([a[2] * b[2], a[2] ** 2 - b[2] ** 2])
    inverse = -float(factor @ rest) / max(float(factor @ factor), 1e-300)
    return inverse**-0.5 if inverse > 0 else None


def _normaliser(points: Array) -> Array:
    """To mean 0 and mean distance 1.4, which steadies the linear solution."""
    middle = points.mean(axis=0)
    scale = 2**0.5 / max(float(np.linalg.norm(points - middle, axis=1).mean()), 1e-9)
    return np.array([[scale, 0, -scale * middle[0]], [0, scale, -scale * middle[1]], [0, 0, 1.0]])


def _homogeneous(points: Array) -> Array:
    return np.hstack([points, np.ones((len(points), 1))])


def rotation_of(vector: Array) -> Array:
    """(3, 3) of a rotation vector (Rodrigues)."""
    angle = float(np.linalg.norm(vector))
    x, y, z = vector / angle if angle > 1e-12 else vector
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross)


def _rotvec(rotation: Array) -> Array:
    return np.asarray(Rotation.from_matrix(rotation).as_rotvec(), np.float64)
