"""A phone: a pinhole that can pan, tilt and be held by a hand that shakes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_NEAREST_M = 0.5  # what is nearer to the phone than this, nobody points at


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """Where the phone is and what it sees.

    position: (3,) metres.
    rotation: (3, 3) world to camera; rows are right, down, forward.
    focal:    pixels.
    size:     (width, height) of the picture, pixels.
    """

    position: Array
    rotation: Array
    focal: float
    size: tuple[int, int]

    @classmethod
    def looking(
        cls,
        position: Array,
        yaw: float,
        pitch: float,
        roll: float,
        focal: float,
        size: tuple[int, int],
    ) -> Camera:
        """Angles in radians: yaw from the x axis towards y, pitch up, roll clockwise."""
        cy, sy, cp, sp = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch)
        forward = np.array([cy * cp, sy * cp, sp])
        right = np.array([sy, -cy, 0.0])
        down = np.cross(forward, right)
        cr, sr = np.cos(roll), np.sin(roll)
        rows = np.stack([cr * right + sr * down, cr * down - sr * right, forward])
        return cls(position, rows, focal, size)

    def plain(self) -> dict[str, Any]:
        """As it stands in a truth file."""
        place, rotation = self.position.tolist(), self.rotation.tolist()
        return {"position": place, "rotation": rotation, "focal": float(self.focal)}

    @property
    def matrix(self) -> Array:
        """(3, 3) the inner parameters."""
        w, h = self.size
        return np.array([[self.focal, 0, w / 2], [0, self.focal, h / 2], [0, 0, 1.0]])

    def project(self, points: Array) -> tuple[Array, Array]:
        """(..., 3) world points to (..., 2) pixels and (...) metres of depth.

        A point behind the phone is put 0.1 m in front of it, far outside the picture.
        """
        local = (points - self.position) @ self.rotation.T
        depth = np.maximum(local[..., 2], 0.1)
        middle = np.array([self.size[0] / 2, self.size[1] / 2])
        return local[..., :2] / depth[..., None] * self.focal + middle, depth

    def on_floor(self, xy_m: Array, edge_px: float = 0.0) -> tuple[Array, NDArray[np.bool_]]:
        """(N, 2) metres of the floor to (N, 2) pixels and (N,) whether each is in the picture,
        `edge_px` from its edge at least."""
        px, depth = self.project(np.hstack([xy_m, np.zeros((len(xy_m), 1))]))
        most = np.array(self.size) - edge_px
        inside = (depth > _NEAREST_M) & (px > edge_px).all(axis=1) & (px < most).all(axis=1)
        return px, inside

    def plane(self, origin: Array, u: Array, v: Array) -> Array:
        """(3, 3) homography from (a, b) of the plane origin + a u + b v to pixels."""
        columns = np.stack([u, v, origin - self.position], axis=1)
        return np.asarray(self.matrix @ self.rotation @ columns)

    def turned(self, other: Camera) -> Array:
        """(3, 3) homography from my picture to that of a camera at the same place."""
        turn = other.rotation @ self.rotation.T
        return np.asarray(other.matrix @ turn @ np.linalg.inv(self.matrix))


class Shake:
    """A hand that is never still: smooth random (yaw, pitch, roll), radians."""

    def __init__(self, rng: np.random.Generator, size: float) -> None:
        """`size`: standard deviation of yaw and pitch, radians; roll gets half of it."""
        self._rng = rng
        self._size = np.array([size, size, size / 2])
        self._slow = np.zeros(3)
        self._fast = np.zeros(3)

    def step(self, dt: float) -> Array:
        """(3,) the angles after `dt` seconds: slow sway and a little tremble."""
        if not self._size.any():
            return np.zeros(3)
        for state, rate in ((self._slow, 1.5), (self._fast, 12.0)):
            keep = np.exp(-rate * dt)
            kick = self._rng.standard_normal(3) * np.sqrt(1 - keep * keep)
            state *= keep
            state += kick
        return self._size * (0.9 * self._slow + 0.15 * self._fast)
