"""Draws a basketball hoop, ring, net, board and what holds it, as a phone would see it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

RING_M = 0.2286
"""Radius of the ring, metres."""

NET_M = 0.40
"""How far below the ring a box reaches that is called `rim`: an ordinary net's length. A hoop
without a net, or with a longer one, gets the same box, so that its shape tells where the ring is:
the upper edge, over the whole width."""

BOARD_M = 0.15 + RING_M
"""From the ring's centre to the board's face, metres."""

Pixels = NDArray[np.float32]
Points = NDArray[np.float64]
Canvas = NDArray[np.uint8]

RING_COLOURS = [(30, 60, 225), (20, 90, 235), (40, 40, 190), (35, 110, 245), (60, 60, 160),
                (235, 235, 235), (40, 40, 40), (160, 60, 30), (90, 90, 100)]  # fmt: skip


@dataclass(frozen=True, slots=True)
class View:
    """A pinhole camera that looks at the ring's centre (the world's origin, z up).

    turn: (3, 3) world to camera; eye: (3,) metres; focal: pixels; centre: (x, y) pixels where
    the ring's centre falls.
    """

    turn: NDArray[np.float64]
    eye: NDArray[np.float64]
    focal: float
    centre: tuple[float, float]

    @classmethod
    def around(
        cls,
        azimuth: float,
        elevation: float,
        distance_m: float,
        ring_px: float,
        roll: float,
        centre: tuple[float, float],
    ) -> View:
        """From `azimuth` (0: straight in front of the board) and `elevation` (below is negative),
        so far away that the ring is about `ring_px` pixels wide. Angles in radians."""
        flat = np.cos(elevation)
        eye = distance_m * np.array(
            [flat * np.sin(azimuth), -flat * np.cos(azimuth), np.sin(elevation)]
        )
        ahead = -eye / distance_m
        right = np.cross(ahead, [0.0, 0.0, 1.0])
        right /= np.linalg.norm(right)
        down = np.cross(ahead, right)
        c, s = np.cos(roll), np.sin(roll)
        turn = np.stack([c * right + s * down, -s * right + c * down, ahead])
        return cls(turn, eye, ring_px * distance_m / (2 * RING_M), centre)

    def project(self, points: NDArray[np.float64]) -> Pixels:
        """(N, 3) metres to (N, 2) pixels."""
        seen = (points - self.eye) @ self.turn.T
        depth = np.maximum(seen[:, 2:3], 0.05)
        flat = self.focal * seen[:, :2] / depth + np.array(self.centre)
        return np.asarray(flat, np.float32)


def circle(radius: float, z: float, start: float, stop: float, count: int = 48) -> Points:
    """(count, 3) points of an arc around the z axis, metres and radians."""
    angle = np.linspace(start, stop, count)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), np.full(count, z)], axis=1)


class Hoop:
    """One hoop with its own looks, drawn in two halves so that a ball can be put between.

    Colours on the canvas (H, W, 4) are already multiplied by their opacity.
    """

    def __init__(self, rng: np.random.Generator, view: View, ring_px: float, scale: float) -> None:
        self._rng = rng
        self._view = View(
            view.turn,
            view.eye,
            view.focal * scale,
            (view.centre[0] * scale, view.centre[1] * scale),
        )
        self._px_per_m = ring_px * scale / (2 * RING_M)
        self._light = float(rng.uniform(0.35, 1.1))
        self._ring = self._shade(RING_COLOURS[int(rng.integers(len(RING_COLOURS)))], 25)
        if rng.random() < 0.6:
            self._ring = self._shade(RING_COLOURS[int(rng.integers(5))], 25)
        self._front = float(np.arctan2(view.eye[1], view.eye[0]))
        self._net = self._make_net()

    def _shade(self, bgr: tuple[int, int, int], spread: float) -> tuple[float, float, float, float]:
        noise = self._rng.normal(0, spread, 3)
        b, g, r = np.clip((np.array(bgr) + noise) * self._light, 0, 255)
        return float(b), float(g), float(r), 255.0

    def box(self, scale: float) -> tuple[float, float, float, float]:
        """(x1, y1, x2, y2) of ring and net, in pixels of the picture, not clipped."""
        ring = self._view.project(circle(RING_M + 0.01, 0, 0, 2 * np.pi))
        low = self._view.project(circle(RING_M * 0.6, -NET_M, 0, 2 * np.pi))
        both = np.concatenate([ring, low]) / scale
        x1, y1 = ring.min(axis=0) / scale
        x2 = float(ring[:, 0].max()) / scale
        return float(x1), float(y1), x2, float(both[:, 1].max())

    def _lines(
        self,
        canvas: Canvas,
        lines: list[Points],
        colour: tuple[float, float, float, float],
        thick_m: float,
        least: float = 1.0,
    ) -> None:
        width = max(least, thick_m * self._px_per_m)
        fade = min(1.0, max(0.25, thick_m * self._px_per_m / least))
        shown = tuple(c * fade for c in colour)
        flat = [np.round(self._view.project(p) * 8).astype(np.int32) for p in lines]
        cv2.polylines(canvas, flat, False, shown, max(1, round(width)), cv2.LINE_AA, 3)

    def _fill(
        self, canvas: Canvas, points: NDArray[np.float64], colour: tuple[float, ...], opacity: float
    ) -> None:
        """A flat polygon; what is behind it shows through by 1 - opacity."""
        flat = np.round(self._view.project(points) * 8).astype(np.int32)
        mask = np.zeros(canvas.shape[:2], np.uint8)
        cv2.fillPoly(mask, [flat], 255, cv2.LINE_AA, 3)
        x, y, w, h = cv2.boundingRect(mask)
        if w == 0 or h == 0:
            return
        part: Pixels = canvas[y : y + h, x : x + w].astype(np.float32)
        cover: Pixels = mask[y : y + h, x : x + w, None].astype(np.float32) * np.float32(
            opacity / 255
        )
        part *= 1 - cover
        part += np.array([*colour[:3], 255.0], np.float32) * cover
        canvas[y : y + h, x : x + w] = part.astype(np.uint8)

    def board(self, canvas: Canvas) -> None:
        """The board, its marks, its frame and its support."""
        rng = self._rng
        shape = rng.random()
        wide = float(rng.uniform(0.9, 1.85))
        high = float(min(rng.uniform(0.7, 1.1), wide))
        low = -float(rng.uniform(0.08, 0.2))
        if shape < 0.25:  # a fan
            angle = np.linspace(0, np.pi, 24)
            wide = min(wide, 1.4)
            edge = np.stack(
                [wide / 2 * np.cos(angle), low + 0.35 + (high - 0.35) * np.sin(angle)], 1
            )
            edge = np.concatenate([edge, [[-wide * 0.38, low], [wide * 0.38, low]]])
        else:
            edge = np.array(
                [[-wide / 2, low], [wide / 2, low], [wide / 2, low + high], [-wide / 2, low + high]]
            )
        face = np.stack([edge[:, 0], np.full(len(edge), BOARD_M), edge[:, 1]], axis=1)
        behind = face + np.array([0, 0.04, 0])
        glass = rng.random() < 0.35
        opacity = float(rng.uniform(0.05, 0.4)) if glass else 1.0
        paint = [(235, 235, 235), (200, 205, 210), (150, 150, 150), (60, 60, 60), (180, 140, 90)]
        colour = self._shade(paint[int(rng.choice(5, p=[0.5, 0.2, 0.15, 0.08, 0.07]))], 20)
        self._support(canvas, low, high)
        self._fill(canvas, behind, tuple(c * 0.7 for c in colour), opacity)
        self._fill(canvas, face, colour, opacity)
        mark = self._shade([(40, 40, 200), (235, 235, 235), (30, 30, 30)][int(rng.integers(3))], 25)
        closed = np.concatenate([face, face[:1]])
        if rng.random() < 0.7:
            self._lines(canvas, [closed], mark, float(rng.uniform(0.02, 0.06)))
        if rng.random() < 0.75:
            w, z = float(rng.uniform(0.5, 0.62)) / 2, float(rng.uniform(0.0, 0.08))
            inner = np.array([[-w, z], [w, z], [w, z + 0.45], [-w, z + 0.45], [-w, z]])
            square = np.stack([inner[:, 0], np.full(5, BOARD_M), inner[:, 1]], 1)
            self._lines(canvas, [square], mark, float(rng.uniform(0.03, 0.06)))
        if rng.random() < 0.2:  # some writing, as a blob of strokes
            word = rng.uniform(-0.4, 0.4, (8, 2)) * [wide / 2, 0.2] + [0, low + high * 0.8]
            ink = np.stack([word[:, 0], np.full(8, BOARD_M), word[:, 1]], 1)
            self._lines(canvas, [ink], mark, 0.04)

    def _support(self, canvas: Canvas, low: float, high: float) -> None:
        rng = self._rng
        steel = self._shade([(70, 70, 75), (160, 160, 165), (40, 40, 130), (110, 60, 30)][
            int(rng.integers(4))], 20)  # fmt: skip
        kind = rng.random()
        back = BOARD_M + float(rng.uniform(0.5, 1.8))
        mid = low + high / 2
        if kind < 0.45:  # a pole and an arm
            pole = np.array([[0, back, mid - 0.3], [0, back, -3.05]])
            self._lines(canvas, [pole], steel, float(rng.uniform(0.09, 0.2)))
            arm = np.array([[0, back, mid - 0.3], [0, BOARD_M + 0.05, mid]])
            self._lines(canvas, [arm], steel, float(rng.uniform(0.06, 0.15)))
        elif kind < 0.85:  # beams from above or behind
            for x in (-0.4, 0.4):
                for z, far in ((mid + 0.2, float(rng.uniform(-0.5, 2.5))), (mid - 0.25, mid)):
                    beam = np.array([[x, BOARD_M + 0.05, z], [x, back, far]])
                    self._lines(canvas, [beam], steel, 0.05)
        if rng.random() < 0.3:  # the padding or a rack far below
            w = float(rng.uniform(0.3, 0.6))
            pad = np.array([[-w, back, -3.05], [w, back, -3.05], [w, back, -1.2], [-w, back, -1.2]])
            self._fill(canvas, pad, self._shade((150, 60, 20), 50), 1.0)

    def _make_net(self) -> list[tuple[float, Points]]:
        """Cords as (angle of their middle, points): which half they belong to."""
        rng = self._rng
        if rng.random() < 0.1:
            return []
        loops = int(rng.choice([8, 10, 12]))
        long = float(rng.uniform(0.3, 0.5))
        waist = float(rng.uniform(0.45, 0.75))
        sway = rng.normal(0, 0.05, 2) if rng.random() < 0.5 else np.zeros(2)
        flare = rng.random() < 0.08  # thrown up by a ball
        steps = int(rng.integers(4, 7))
        cords: list[tuple[float, Points]] = []
        for start in range(loops):
            for way in (-1, 1):
                t = np.linspace(0, 1, steps + 1)
                zigzag = np.where(np.arange(steps + 1) % 2 == 0, 0.0, 0.5 * way)
                angle = 2 * np.pi * (start + zigzag) / loops
                radius = RING_M * (1 - (1 - waist) * np.sqrt(t))
                z = -long * t * (float(rng.uniform(0.2, 0.5)) if flare else 1.0)
                xy = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)
                xy += sway * t[:, None]
                points = np.concatenate([xy, z[:, None]], 1) + rng.normal(0, 0.006, (steps + 1, 3))
                cords.append((float(angle.mean()), points))
        return cords

    def far_half(self, canvas: Canvas) -> None:
        """What lies behind a ball in the net."""
        self._half(canvas, 1)

    def near_half(self, canvas: Canvas) -> None:
        """What lies before a ball in the net."""
        self._half(canvas, -1)

    def _half(self, canvas: Canvas, side: int) -> None:
        if side == 1:
            fix = np.array([[0, BOARD_M, -0.04], [0, RING_M, -0.03], [0, RING_M, 0]])
            self._lines(canvas, [fix], self._ring, 0.09)
        white = self._light_net
        cords = [p for angle, p in self._net if np.cos(angle - self._front) * side < 0]
        if cords:
            self._lines(canvas, cords, white, self._cord_m, 1.0)
        start = self._front + (np.pi / 2 if side == 1 else -np.pi / 2)
        arc = circle(RING_M, 0, start, start + np.pi)
        self._lines(canvas, [arc], self._ring, 0.022 if self._net else 0.028, 1.5)

    @property
    def _light_net(self) -> tuple[float, float, float, float]:
        shade = 50 + 185 * ((self._light * 7.3) % 1.0)
        value = min(255.0, shade * (0.5 + self._light / 2))
        return value, value, value, 255.0

    @property
    def _cord_m(self) -> float:
        return 0.005 + 0.010 * ((self._light * 3.7) % 1.0)
