"""Between the pixels of a camera and metres on the floor, and how sure that is.

World axes as in `pipeline.court`: origin mid-court, x along the length, y across, z up, metres.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.court import Points, along
from pipeline.pose import (
    GeometryError,
    Pose,
    apply,
    fit,
    homography,
    poses,
    projection_of,
    rotation_of,
)

__all__ = ["CourtView", "GeometryError", "solve"]

Array = NDArray[np.float64]

RIM_M = 3.05
"""Height of the ring in every code."""

SIGMA_PX = 3.0
"""How well a finger hits a point in a picture 960 pixels wide."""

MISFIT = 5.0
"""A mark that misses by more than so many standard deviations is a wrong one."""

STEP_M = 0.25
"""Straight lines are drawn in such steps, so that they can be cut at the picture's edge."""

LOOSEST_M = 2.5
"""A view whose error is typically larger tells nothing about a game."""


@dataclass(frozen=True, slots=True, eq=False)
class CourtView:
    """One camera's view of the floor.

    size: (width, height) of the picture, pixels.
    homography: (3, 3) homogeneous pixels to floor metres; the last row is positive on the floor.
    covariance: (9, 9) of its entries, row by row.
    projection: (3, 4) homogeneous world metres to pixels; None when it cannot be told.
    Points that cannot be told, as above the horizon, come out NaN.
    """

    size: tuple[int, int]
    homography: Array
    covariance: Array
    projection: Array | None

    @property
    def error_m(self) -> float:
        """How far off a place typically is, metres: the median over the floor in the picture of
        the root of the mean square; infinite where none of the floor is in it."""
        width, height = self.size
        x, y = np.meshgrid(np.linspace(0, width, 17), np.linspace(0, height, 13))
        px = np.stack([x.ravel(), y.ravel()], axis=1)
        px = px[(np.abs(self.floor(px)) < np.array([15.0, 8.0])).all(axis=1)]
        if len(px) == 0:
            return float("inf")
        return float(np.median(np.sqrt(np.trace(self.spread(px), axis1=1, axis2=2))))

    def floor(self, px: Array) -> Array:
        """(N, 2) pixels of points on the floor to (N, 2) metres."""
        return apply(self.homography, px)

    def at_height(self, px: Array, z_m: float) -> Array:
        """(N, 2) pixels of points so high above the floor to (N, 2) metres."""
        if z_m == 0.0:
            return self.floor(px)
        if self.projection is None:
            return np.full((len(px), 2), np.nan)
        p = self.projection
        plane = np.stack([p[:, 0], p[:, 1], p[:, 2] * z_m + p[:, 3]], axis=1)
        return apply(np.asarray(np.linalg.inv(plane)), px)

    def spread(self, px: Array, sigma_px: float = 0.0) -> Array:
        """(N, 2, 2) square metres: covariance of `floor(px)`.

        sigma_px: standard deviation of the pixels themselves, as of feet in a box.
        """
        by_entries, by_px = self.slopes(px)
        spread = by_entries @ self.covariance @ by_entries.transpose(0, 2, 1)
        if sigma_px:
            spread = spread + sigma_px**2 * by_px @ by_px.transpose(0, 2, 1)
        return np.asarray(spread)

    def slopes(self, px: Array) -> tuple[Array, Array]:
        """(N, 2, 9) how `floor(px)` changes with each entry of the homography, and (N, 2, 2) with
        the pixels."""
        at, h = self.floor(px), self.homography
        homogeneous = np.hstack([px, np.ones((len(px), 1))])
        depth = homogeneous @ h[2]
        # The floor point is (h1 p / h3 p, h2 p / h3 p).
        whole = homogeneous / depth[:, None]
        by_entries = np.zeros((len(px), 2, 9))
        by_entries[:, 0, :3] = by_entries[:, 1, 3:6] = whole
        by_entries[:, :, 6:] = -at[:, :, None] * whole[:, None, :]
        by_px = (h[None, :2, :2] - at[:, :, None] * h[None, 2:, :2]) / depth[:, None, None]
        return by_entries, by_px

    def project(self, xyz: Array) -> Array:
        """(N, 3) metres to (N, 2) pixels; without `projection` only points on the floor."""
        if self.projection is not None:
            return apply(self.projection, xyz)
        return np.asarray(np.where(xyz[:, 2:] == 0, self.floor_px(xyz[:, :2]), np.nan))

    def drawn(self, lines: Sequence[Points]) -> list[Array]:
        """Polylines of the floor, metres, as the picture shows them: (N, 2) pixels each, cut
        where they leave it."""
        margin = 0.02 * max(self.size)
        low, high = np.full(2, -margin), np.array(self.size) + margin
        runs = []
        for line in lines:
            px = self.floor_px(along(line, STEP_M))
            with np.errstate(invalid="ignore"):
                inside = ((px >= low) & (px <= high)).all(axis=1)
            edges = np.flatnonzero(np.diff(np.concatenate([[0], inside.astype(np.int8), [0]])))
            runs += [px[a:b] for a, b in edges.reshape(-1, 2) if b - a > 1]
        return runs

    def floor_px(self, at: Points) -> Array:
        """(N, 2) metres on the floor to (N, 2) pixels."""
        return apply(np.asarray(np.linalg.inv(self.homography)), at)

    def moved(self, transform: Array) -> CourtView:
        """The view after the camera turned or zoomed: `transform` (3, 3) takes the pixels of a
        thing before to those after."""
        back = np.linalg.inv(transform / transform[2, 2])
        along = np.kron(np.eye(3), back.T)
        return replace(
            self,
            homography=self.homography @ back,
            covariance=along @ self.covariance @ along.T,
            projection=None if self.projection is None else transform @ self.projection,
        )

    def loosened(self, sigma_px: float) -> CourtView:
        """The same view, less sure: the camera may have turned by so many pixels."""
        focal = self.focal
        if focal is None:
            return self
        added = np.zeros((9, 9))
        unit = np.array([[focal, 0, self.size[0] / 2], [0, focal, self.size[1] / 2], [0, 0, 1.0]])
        for axis in np.eye(3) / focal:
            turn = unit @ rotation_of(axis) @ np.linalg.inv(unit)
            change = (self.homography @ turn - self.homography).ravel()
            added += np.outer(change, change)
        return replace(self, covariance=self.covariance + sigma_px**2 * added)

    @property
    def focal(self) -> float | None:
        """Pixels; None when it cannot be told."""
        if self.projection is None:
            return None
        inner = self.projection[:, :3] @ self.projection[:, :3].T
        square = inner[0, 0] / inner[2, 2] - (inner[0, 2] / inner[2, 2]) ** 2
        return float(square**0.5) if square > 0 else None

    def scaled(self, size: tuple[int, int]) -> CourtView:
        """The same view in a picture of another size."""
        factor = np.diag([size[0] / self.size[0], size[1] / self.size[1], 1.0])
        return replace(self.moved(factor), size=size)


def solve(
    pixels: Array,
    metres: Array,
    size: tuple[int, int],
    *,
    sigma_px: float = SIGMA_PX,
    rims: Array | None = None,
) -> CourtView:
    """The view in which (N, 2) `metres` of the floor appear at (N, 2) `pixels`.

    size: (width, height) of the picture. sigma_px: how exact the pixels are.
    rims: (K, 4) px, py of a ring's middle, x, y of the basket point below it.
    GeometryError says in words what is wrong with the marks.
    """
    pixels, metres = np.asarray(pixels, np.float64), np.asarray(metres, np.float64)
    _check(pixels, metres)
    plane = homography(metres, pixels)
    depth = np.hstack([metres, np.ones((len(metres), 1))]) @ plane[2]
    if depth.max() * depth.min() <= 0:
        raise GeometryError("The marks are crossed: two of them are swapped. Mark them again.")
    plane = plane * np.sign(depth[0])
    if np.linalg.det(plane) > 0:
        raise GeometryError(
            "The marks are mirrored: left and right, or near and far, are swapped. "
            "Mark them again as seen from where the camera stands."
        )
    world, seen = np.hstack([metres, np.zeros((len(metres), 1))]), pixels
    if rims is not None and len(rims):
        rings = np.hstack([rims[:, 2:4], np.full((len(rims), 1), RIM_M)])
        world, seen = np.vstack([world, rings]), np.vstack([seen, rims[:, :2]])
    fits = [fit(seen, world, size, sigma_px, start) for start in poses(plane, size)]
    if not fits:
        raise GeometryError("No camera could see the marks so. Mark each point again.")
    pose = min(fits, key=lambda one: float((one.residuals**2).sum()))
    _judge(pose, sigma_px)
    view = _view(pose)
    if not np.isfinite(view.error_m):
        raise GeometryError("The picture shows no part of the court. Check each mark.")
    if view.error_m > LOOSEST_M:
        raise GeometryError(
            "The marks lie too close together to tell the rest of the court. "
            "Mark points that are further apart."
        )
    return view


def _check(pixels: Array, metres: Array) -> None:
    """GeometryError for marks that cannot fix a plane."""
    if pixels.shape != metres.shape or pixels.ndim != 2 or pixels.shape[1] != 2:
        raise ValueError(f"points are (N, 2) and (N, 2), not {pixels.shape} and {metres.shape}")
    if len(pixels) < 4:
        raise GeometryError("Mark at least four points of the court.")
    if not (np.isfinite(pixels).all() and np.isfinite(metres).all()):
        raise GeometryError("A mark has no place. Mark it again.")
    for a, b in itertools.combinations(range(len(pixels)), 2):
        if np.hypot(*(pixels[a] - pixels[b])) < 4 or np.hypot(*(metres[a] - metres[b])) < 0.2:
            raise GeometryError("Two marks lie on one spot. Mark four different points.")
    if len(pixels) > 4:
        return
    for three in itertools.combinations(range(4), 3):
        if min(_bend(pixels[list(three)]), _bend(metres[list(three)])) < 0.02:
            raise GeometryError(
                "Three of the four marks lie on one line. Move one of them, or add a fifth "
                "away from the line."
            )


def _bend(triangle: Array) -> float:
    """Height over the longest side of (3, 2), as a share of that side."""
    a, b, c = triangle
    longest = max(float(((p - q) ** 2).sum()) for p, q in ((a, b), (b, c), (c, a)))
    (ux, uy), (vx, vy) = b - a, c - a
    return abs(float(ux * vy - uy * vx)) / max(longest, 1e-12)


def _judge(pose: Pose, sigma_px: float) -> None:
    """GeometryError for a camera that cannot be, or marks that it misses."""
    off = np.hypot(pose.residuals[:, 0], pose.residuals[:, 1])
    worst = int(np.nanargmax(off))
    if not np.isfinite(off).all() or off[worst] > MISFIT * sigma_px:
        raise GeometryError(
            f"The marks do not fit a court: mark {worst + 1} is off by {off[worst]:.0f} pixels. "
            "Check that each mark lies on the point it is named for."
        )
    height = float(pose.vector[6])
    if not 0.3 < height < 40:
        raise GeometryError(
            f"By these marks the camera hangs {height:.1f} m above the floor. "
            "Check that each mark lies on the point it is named for."
        )


def _view(pose: Pose) -> CourtView:
    """The pose as a map of the floor, its uncertainty carried over by central differences."""

    def entries(vector: Array) -> Array:
        return np.asarray(np.linalg.inv(projection_of(vector, pose.size)[:, [0, 1, 3]])).ravel()

    steps = np.eye(7) * np.array([1e-5, 1e-5, 1e-5, 1e-5, 1e-4, 1e-4, 1e-4])
    slopes = np.stack(
        [
            (entries(pose.vector + step) - entries(pose.vector - step)) / (2 * step.sum())
            for step in steps
        ],
        axis=1,
    )
    return CourtView(
        pose.size,
        entries(pose.vector).reshape(3, 3),
        slopes @ pose.covariance @ slopes.T,
        pose.projection,
    )
