"""The ball: free flight, and what it meets: floor, ring, board, net.

Whether a shot is made is read off the flight alone (`Passage`); nobody decides it before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from server.simulator.court import NET_BOTTOM, NET_DEPTH, RIM_HEIGHT, RIM_INNER, RIM_WIRE, Hoop

Array = NDArray[np.float64]
Touch = Literal["floor", "rim", "board", "net"]

GRAVITY = 9.81
RADIUS = 0.12
SUBSTEP_S = 1 / 240
_DOWN = np.array([0.0, 0.0, -GRAVITY])
_FLOOR_BOUNCE, _RIM_BOUNCE, _BOARD_BOUNCE, _NET_BOUNCE = 0.76, 0.5, 0.62, 0.1


@dataclass(slots=True, eq=False)
class Ball:
    """position: (3,) metres; velocity: (3,) metres a second."""

    position: Array
    velocity: Array = field(default_factory=lambda: np.zeros(3))

    @property
    def energy(self) -> float:
        """Joules a kilogram, counted from the floor."""
        return float(GRAVITY * self.position[2] + 0.5 * self.velocity @ self.velocity)

    def step(self, dt: float, hoops: tuple[Hoop, ...]) -> set[Touch]:
        """Fly for `dt` (at most SUBSTEP_S, or the ball may pass through steel)."""
        before = self.energy
        self.position = self.position + self.velocity * dt + 0.5 * dt * dt * _DOWN
        self.velocity = self.velocity + _DOWN * dt
        touched: set[Touch] = set()
        if self.position[2] < RADIUS:
            self._push(np.array([0.0, 0.0, 1.0]), RADIUS - self.position[2], _FLOOR_BOUNCE, 0.9)
            touched.add("floor")
        for hoop in hoops:
            away = self.position - hoop.centre
            if abs(away[0]) < 1.0 and abs(away[1]) < 1.2 and abs(away[2]) < 1.3:
                touched |= self._meet(hoop, dt)
        self._lose(before)
        return touched

    def _meet(self, hoop: Hoop, dt: float) -> set[Touch]:
        touched: set[Touch] = set()
        flat = self.position - hoop.centre
        height, flat[2] = flat[2], 0.0
        off = float(np.hypot(flat[0], flat[1]))
        if -NET_DEPTH < height < -0.05 and off < RIM_INNER:
            self._drag(flat, off, height, dt)
            touched.add("net")
        if off > 1e-9:
            steel = hoop.centre + flat * ((RIM_INNER + RIM_WIRE) / off)
            if self._sphere(steel, RIM_WIRE, _RIM_BOUNCE):
                touched.add("rim")
        side, half = hoop.side, hoop.board_width / 2
        top = hoop.board_bottom + hoop.board_height
        near = np.sort([hoop.board_x, hoop.board_x + side * 0.04])
        corner = np.clip(self.position, [near[0], -half, hoop.board_bottom], [near[1], half, top])
        if self._sphere(corner, 0.0, _BOARD_BOUNCE):
            touched.add("board")
        # The bracket that carries the ring.
        ends = np.sort([hoop.board_x, hoop.x + side * (RIM_INNER + RIM_WIRE)])
        corner = np.clip(
            self.position, [ends[0], -0.06, RIM_HEIGHT - 0.08], [ends[1], 0.06, RIM_HEIGHT]
        )
        if self._sphere(corner, 0.0, _RIM_BOUNCE):
            touched.add("rim")
        return touched

    def _drag(self, flat: Array, off: float, height: float, dt: float) -> None:
        """The net slows the ball and keeps it in."""
        self.velocity[:2] *= np.exp(-7.0 * dt)
        if abs(self.velocity[2]) > 1.8:
            self.velocity[2] *= np.exp(-4.5 * dt)
        wall = RIM_INNER + (NET_BOTTOM - RIM_INNER) * (-height / NET_DEPTH)
        if off > wall - RADIUS and off > 1e-9 and off < wall:
            inward = -flat / off
            if self.velocity @ inward < 0:
                self.velocity -= (1 + _NET_BOUNCE) * (self.velocity @ inward) * inward

    def _sphere(self, point: Array, grown: float, bounce: float) -> bool:
        """Bounce off a small sphere at `point`; True if they touched."""
        away = self.position - point
        far = float(np.linalg.norm(away))
        if far >= RADIUS + grown or far < 1e-9:
            return False
        self._push(away / far, RADIUS + grown - far, bounce, 0.985)
        return True

    def _push(self, normal: Array, depth: float, bounce: float, keep: float) -> None:
        self.position = self.position + normal * depth
        speed = float(self.velocity @ normal)
        if speed < 0:
            along = self.velocity - speed * normal
            self.velocity = along * keep - bounce * speed * normal

    def _lose(self, before: float) -> None:
        """Being pushed out of steel must not lift the ball for free."""
        extra = self.energy - before
        if extra <= 0:
            return
        moving = float(0.5 * self.velocity @ self.velocity)
        if moving > extra:
            self.velocity = self.velocity * np.sqrt((moving - extra) / moving)
        else:
            self.velocity = np.zeros(3)


class Passage:
    """Watches one ring: made when the ball's centre falls through it and out of the net."""

    def __init__(self, hoop: Hoop) -> None:
        self._hoop = hoop
        self._crossed_s: float | None = None

    def step(self, before: Array, after: Array, now_s: float) -> float | None:
        """The time of crossing the ring's plane, once the ball has left the net below."""
        centre = self._hoop.centre
        if before[2] > RIM_HEIGHT >= after[2]:
            part = (before[2] - RIM_HEIGHT) / (before[2] - after[2])
            at = before + (after - before) * part - centre
            inside = np.hypot(at[0], at[1]) < RIM_INNER
            self._crossed_s = now_s if inside else None
        elif after[2] > RIM_HEIGHT:
            self._crossed_s = None
        if self._crossed_s is not None and after[2] < RIM_HEIGHT - NET_DEPTH:
            made, self._crossed_s = self._crossed_s, None
            off = after - centre
            return made if np.hypot(off[0], off[1]) < RIM_INNER + RADIUS else None
        return None


def launch(start: Array, target: Array, angle: float) -> Array:
    """(3,) velocity that carries a free ball from start through target.

    angle: radians above the horizon; raised where it is too flat to arrive.
    """
    way = target - start
    far = max(float(np.hypot(way[0], way[1])), 0.05)
    angle = max(angle, float(np.arctan2(way[2], far)) + 0.15)
    angle = min(angle, 1.5)
    fall = 2 * np.cos(angle) ** 2 * (far * np.tan(angle) - way[2])
    speed = float(np.sqrt(GRAVITY * far * far / max(fall, 1e-6)))
    flat = way[:2] / far * speed * np.cos(angle)
    return np.array([flat[0], flat[1], speed * np.sin(angle)])


def lob_time(start: Array, target: Array, velocity: Array) -> float:
    """Seconds a ball launched with `velocity` needs from start to target."""
    speed = float(np.hypot(velocity[0], velocity[1]))
    return float(np.hypot(target[0] - start[0], target[1] - start[1])) / max(speed, 0.05)
