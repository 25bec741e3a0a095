"""The basket as a picture: pole, board, ring and a net that moves."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from server.simulator.camera import Camera
from server.simulator.court import NET_BOTTOM, NET_DEPTH, RIM_HEIGHT, RIM_INNER, RIM_WIRE, Hoop
from server.simulator.figure import SHIFT, fixed
from server.simulator.look import Colour, Look, shade, toned

Array = NDArray[np.float64]
Image = NDArray[np.uint8]

_RING = 48
_NETS: dict[str, Colour] = {"chain": (165, 160, 155), "dark": (60, 45, 45)}


@dataclass(frozen=True, slots=True)
class Half:
    """Half of a ring with its half of the net, ready to be drawn."""

    cords: list[NDArray[np.int32]]
    arcs: list[NDArray[np.int32]]
    net: Colour
    rim: Colour
    width: tuple[int, int]  # of ring and cords, pixels

    def draw(self, image: Image) -> None:
        if self.cords:
            cv2.polylines(image, self.cords, False, self.net, self.width[1], cv2.LINE_AA, SHIFT)
        cv2.polylines(image, self.arcs, False, self.rim, self.width[0], cv2.LINE_AA, SHIFT)


class Basket:
    """One hoop, drawn in three layers so that the ball can be between them."""

    def __init__(self, hoop: Hoop, look: Look) -> None:
        self.hoop, self._look = hoop, look
        rng = np.random.default_rng(look.texture_seed + 2)
        turn = np.linspace(0, 2 * np.pi, _RING + 1)
        flat = np.stack([np.cos(turn), np.sin(turn), np.zeros(_RING + 1)], axis=1)
        self._ring = hoop.centre + flat * (RIM_INNER + RIM_WIRE)
        self.board = self._board_outline()
        self._square = self._rectangle(0.59 / 2, 0.15 + 2.9, 0.15 + 2.9 + 0.45)
        self._swing = float(rng.uniform(0.8, 1.3))
        self._sag = float(rng.uniform(0.85, 1.1))
        self._mesh = int(rng.integers(9, 13)), int(rng.integers(4, 6))
        self._net_width = float(rng.uniform(0.008, 0.016))
        self._rim_width = float(rng.uniform(0.024, 0.04))
        self._beams = self._frame(rng)

    def _rectangle(self, half: float, low: float, high: float) -> Array:
        x = self.hoop.board_x
        return np.array([(x, -half, low), (x, half, low), (x, half, high), (x, -half, high)])

    def _board_outline(self) -> Array:
        hoop = self.hoop
        low, high = hoop.board_bottom, hoop.board_bottom + hoop.board_height
        half = hoop.board_width / 2
        if self._look.board != "fan":
            return self._rectangle(half, low, high)
        turn = np.linspace(0, np.pi, 24)
        y = half * 0.82 * np.cos(turn)
        z = low + 0.3 + (hoop.board_height - 0.35) * np.sin(turn) ** 0.8
        arch = np.stack([np.full(24, hoop.board_x), y, z], axis=1)
        foot = np.array([(hoop.board_x, s * half * 0.5, low + 0.05) for s in (-1, 1)])
        return np.concatenate([arch, foot])

    def ring_box(self, camera: Camera) -> Array:
        """(4,) xyxy of the ring, not clipped."""
        return _box(camera.project(self._ring)[0], 1.0)

    def hoop_box(self, camera: Camera) -> Array:
        """(4,) xyxy of ring and net, not clipped."""
        low = self._ring[::4] - np.array([0, 0, NET_DEPTH * self._sag])
        low[:, :2] = self.hoop.centre[:2] + (low[:, :2] - self.hoop.centre[:2]) * 0.72
        every = self._ring if self._look.net == "none" else np.concatenate([self._ring, low])
        return _box(camera.project(every)[0], 1.0)

    def board_box(self, camera: Camera) -> Array:
        """(4,) xyxy of the board, not clipped."""
        return _box(camera.project(self.board)[0], 0.0)

    def outlines(self, camera: Camera) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Board and ring as polygons in fixed point, for the map of who hides whom."""
        ring = cv2.convexHull(camera.project(self._ring)[0].astype(np.float32))[:, 0]
        return fixed(camera.project(self.board)[0]), fixed(np.asarray(ring, np.float64))

    def _frame(self, rng: np.random.Generator) -> list[tuple[Array, float, Colour]]:
        """What holds the board: (ends (2, 3), thickness in metres, colour)."""
        hoop, look = self.hoop, self._look
        side, x = hoop.side, hoop.board_x
        grey = int(rng.integers(40, 150))
        steel: Colour = (grey, grey, grey + 3)

        def beam(a: tuple[float, ...], b: tuple[float, ...], thick: float) -> None:
            beams.append((np.array([a, b], np.float64), thick, steel))

        beams: list[tuple[Array, float, Colour]] = []
        back = x + side * 0.05
        if look.mount == "pole":
            root = x + side * (1.0 if look.board == "fan" else 1.9)
            top = RIM_HEIGHT + float(rng.choice([0.2, 0.6]))
            beams.append((np.array([(root, 0, 0), (root, 0, top)]), 0.11, look.pole_colour))
            if rng.random() < 0.6:
                pad = np.array([(root, 0, 0.1), (root, 0, 1.7)])
                beams.append((pad, float(rng.uniform(0.2, 0.5)), look.pole_colour))
            for y in (-0.35, 0.35):
                beam((root, 0.0, top - 0.3), (back, y, 3.1), 0.05)
                beam((root, 0.0, top), (back, y, 3.75), 0.04)
        elif look.mount == "wall":
            root = hoop.x + side * (1.575 + look.margins[1])
            for y in (-0.5, 0.5):
                beam((root, y, 3.2), (back, y, 3.1), 0.06)
                beam((root, y, 4.1), (back, y, 3.75), 0.05)
                beam((root, y, 5.6), (back, y, 3.75), 0.03)
        else:
            for y in (-0.5, 0.5):
                beam((back, y, 7.4), (back, y, 3.1), 0.07)
                beam((back - side * 2.5, y, 7.4), (back, y, 3.9), 0.04)
            beam((back, -0.5, 5.0), (back, 0.5, 5.0), 0.05)
        return beams

    def draw_stand(self, image: Image, camera: Camera) -> None:
        """What holds the board, and the board."""
        hoop, look = self.hoop, self._look
        side, x = hoop.side, hoop.board_x
        for beam, metres, colour in self._beams:
            self._beam(image, camera, beam, metres, colour)
        self._draw_board(image, camera)
        bracket = np.array(
            [(x, 0, RIM_HEIGHT - 0.04), (hoop.x + side * 0.234, 0, RIM_HEIGHT - 0.02)]
        )
        self._beam(image, camera, bracket, 0.09, shade(look.rim_colour, 0.7))

    def _beam(
        self, image: Image, camera: Camera, ends: Array, metres: float, colour: tuple[int, ...]
    ) -> None:
        pixels, depth = camera.project(ends)
        if depth.min() < 0.5:
            return
        width = max(1, round(metres * camera.focal / float(depth.mean())))
        cv2.polylines(image, [fixed(pixels)], False, colour, width, cv2.LINE_AA, SHIFT)

    def _draw_board(self, image: Image, camera: Camera) -> None:
        look = self._look
        pixels, depth = camera.project(self.board)
        if depth.min() < 0.5:
            return
        outline = fixed(pixels)
        box = _clip(_box(pixels, 3.0), image)
        if box is None:
            return
        x0, y0, x1, y1 = box
        part = image[y0:y1, x0:x1]
        if look.board == "glass":
            under = part.copy()
            cv2.fillPoly(image, [outline], look.board_colour, cv2.LINE_AA, SHIFT)
            part[:] = cv2.addWeighted(part, 0.45, under, 0.55, 0)
        else:
            cv2.fillPoly(image, [outline], look.board_colour, cv2.LINE_AA, SHIFT)
        width = max(1, round(0.05 * camera.focal / float(depth.mean())))
        edge = look.board_line if look.board != "fan" else look.board_colour
        cv2.polylines(image, [outline], True, edge, width, cv2.LINE_AA, SHIFT)
        square = fixed(camera.project(self._square)[0])
        cv2.polylines(image, [square], True, look.board_line, width, cv2.LINE_AA, SHIFT)

    def halves(self, camera: Camera, in_net: float) -> tuple[Half, Half]:
        """The far and the near half of ring and net; `in_net` 0 to 1 is how the net swings."""
        away = camera.position - self.hoop.centre
        size = camera.focal / float(np.linalg.norm(away))
        ring = fixed(camera.project(self._ring)[0])
        arcs = np.stack([ring[:-1], ring[1:]], axis=1)
        arc_near = (self._ring[:-1] - self.hoop.centre) @ away > 0
        look = self._look
        strands, strand_near = self._strands(camera, in_net, away)
        width = max(1, round(self._rim_width * size)), max(1, round(self._net_width * size))
        colour = toned(_NETS.get(look.net, (240, 240, 240)), look)
        far, near = (
            Half(
                list(strands[strand_near == front]) if look.net != "none" else [],
                list(arcs[arc_near == front]),
                shade(colour, 1.0 if front else 0.82),
                shade(look.rim_colour, 1.0 if front else 0.75),
                width,
            )
            for front in (False, True)
        )
        return far, near

    def _strands(
        self, camera: Camera, in_net: float, away: Array
    ) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """(2 * strands, levels + 1, 2) cords in fixed point, and which of them are near."""
        count, levels = self._mesh
        level = np.arange(levels + 1)
        turn = 2 * np.pi * (np.arange(count)[None] + 0.5 * (level % 2)[:, None]) / count
        part = level / levels
        push = in_net * self._swing
        radius = RIM_INNER + (NET_BOTTOM - RIM_INNER) * part**0.8
        radius = radius + push * 0.05 * np.sin(np.pi * part)
        fall = NET_DEPTH * self._sag * part * (1 - 0.3 * push * part)
        nodes = np.empty((levels + 1, count, 3))
        nodes[..., 0] = np.cos(turn) * radius[:, None]
        nodes[..., 1] = np.sin(turn) * radius[:, None]
        nodes[..., 2] = -fall[:, None]
        nodes[..., :2] += 0.07 * push * part[:, None, None] * np.array([np.sin(9 * push), 1.0])
        pixels = fixed(camera.project(nodes + self.hoop.centre)[0])
        start = np.arange(count)[:, None]
        index = np.concatenate([start + level // 2, start - (level + 1) // 2]) % count
        middle = nodes[levels // 2, index[:, levels // 2], :2]
        return pixels[level, index], middle @ away[:2] > 0


def _box(pixels: Array, grow: float) -> Array:
    return np.concatenate([pixels.min(axis=0) - grow, pixels.max(axis=0) + grow])


def _clip(box: Array, image: Image) -> tuple[int, int, int, int] | None:
    h, w = image.shape[:2]
    x0, y0 = max(int(box[0]), 0), max(int(box[1]), 0)
    x1, y1 = min(int(box[2]) + 1, w), min(int(box[3]) + 1, h)
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None
