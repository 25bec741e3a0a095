"""A phone that stands anywhere about a hoop, and what it shows of the ring's neighbourhood."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.ball import Spot
from pipeline.rim import RING
from pipeline.signs import Reach
from server.simulator.ball import RADIUS
from server.simulator.basket import Basket as Drawn
from server.simulator.camera import Camera
from server.simulator.court import RIM_INNER, Hoop

Array = NDArray[np.float64]

_MARGIN = 14  # pixels painted beyond the picture, for the hand that trembles
_HALF = 0.15  # rim widths: a ball that the picture's edge cuts by half is not found


@dataclass(frozen=True, slots=True, eq=False)
class Phone:
    """camera: of the small picture; rim: x, y, width of the ring as found, pixels."""

    camera: Camera
    wide: Camera
    yaw: float
    pitch: float
    rim: tuple[float, float, float]
    reach: Reach
    cut: tuple[int, int, int, int]  # left, top, right, bottom of what the picture shows

    def spot(self, place: Array, t_s: float) -> Spot:
        """Where a ball at `place` is seen, measured from the rim."""
        at, depth = self.camera.project(place)
        x, y, width = self.rim
        size = 2 * RADIUS * self.camera.focal / float(depth) / width
        return Spot(t_s, float(at[0] - x) / width, float(at[1] - y) / width, size, 0.5)

    def shows(self, x: float, y: float) -> bool:
        """Whether (x, y), rim widths from the rim, is in the picture."""
        reach = self.reach
        return (
            _HALF - reach.left < x < reach.right - _HALF
            and _HALF - reach.top < y < reach.bottom - _HALF
        )


def anywhere(rng: np.random.Generator, hoop: Hoop, drawn: Drawn, point: Array) -> Phone:
    """A phone somewhere about the hoop: a parent beside the court, or right under the ring.

    point: (3,) what is taken for the ring's middle.
    """
    real = bool(np.array_equal(point, hoop.centre))
    near = real and rng.random() < 0.35
    angle = rng.uniform(-np.pi * 0.97, -np.pi * 0.03)
    far = rng.uniform(1.3, 5.5) if near else rng.uniform(6.0, 16.0)
    place = hoop.centre + np.array([np.cos(angle) * far, np.sin(angle) * far, 0.0])
    if hoop.side > 0 and place[0] > hoop.board_x - 0.3 and rng.random() < 0.7:
        place[0] = 2 * hoop.x - place[0]  # few film from behind the board
    place[2] = rng.uniform(1.2, 2.2) if near else rng.uniform(1.4, 4.5)
    wanted = (
        float(np.exp(rng.uniform(np.log(40), np.log(110))))
        if near
        else float(np.exp(rng.uniform(np.log(14), np.log(55))))
    )
    way = point - place
    focal = wanted * float(np.linalg.norm(way)) / (2 * RIM_INNER)
    half = int(3.15 * wanted)
    yaw = float(np.arctan2(way[1], way[0]))
    pitch = float(np.arctan2(way[2], np.hypot(way[0], way[1])))
    size = (2 * half, 2 * half)
    camera = Camera.looking(place, yaw, pitch, 0.0, focal, size)
    wide = Camera(place, camera.rotation, focal, (size[0] + 2 * _MARGIN, size[1] + 2 * _MARGIN))
    x1, y1, x2, _ = drawn.ring_box(camera).tolist()
    if not real:
        x1, y1, x2 = half - wanted / 2, half - RING * wanted, half + wanted / 2
    width = (x2 - x1) * float(np.exp(rng.normal(0, 0.05)))
    rim = (
        (x1 + x2) / 2 + float(rng.normal(0, 0.04)) * width,
        y1 + RING * width + float(rng.normal(0, 0.05)) * width,
        width,
    )
    # A close-up shows little about the ring; elsewhere one edge of the picture may be near.
    reach = [math.inf] * 4
    if near and rng.random() < 0.8:
        reach = [float(rng.uniform(0.8, 2.2)) for _ in range(4)]
        reach[3] = max(reach[3], 0.9)
    elif rng.random() < 0.4:
        reach[int(rng.integers(4))] = float(rng.uniform(1.2, 3.0))
    left, top, right, bottom = (min(one, 3.0) * width for one in reach)
    cut = (
        max(0, int(rim[0] - left)),
        max(0, int(rim[1] - top)),
        min(size[0], int(rim[0] + right)),
        min(size[1], int(rim[1] + bottom)),
    )
    return Phone(camera, wide, yaw, pitch, rim, Reach(*reach), cut)
