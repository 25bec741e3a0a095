"""Whoever holds the phone: stands somewhere beside the court and follows the play."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from server.simulator.camera import Camera, Shake
from server.simulator.script import Script

Array = NDArray[np.float64]
View = Literal["sideline", "corner", "baseline", "hoop"]

# Where the phone stands beside the right half, and the point it looks at.
_PLACES: dict[View, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "sideline": ((7.2, -12.0, 2.6), (9.4, 0.0, 1.75)),
    "corner": ((1.5, -10.0, 2.6), (9.8, 0.0, 1.75)),
    "baseline": ((14.3, -10.5, 2.6), (9.6, 0.0, 1.75)),
    "hoop": ((8.5, -5.0, 1.6), (12.0, 0.0, 2.6)),
}
_FULL = ((0.0, -12.5, 3.0), (6.0, 0.0, 1.75))
_FOCAL = 0.82  # of the picture's longer side
_FOLLOW = 1.6  # how fast the pan closes up, 1/s
_MOST_PAN = 0.65  # radians to either side
_SURE = 4.0  # standard deviations of the shake that the painted surroundings cover


@dataclass(frozen=True, slots=True)
class Stand:
    """What kind of film it is; see SimulatedGame.

    place: where the phone stands and what it looks at, metres, instead of the view's own.
    zoom: the share by which it slowly zooms in and out.
    """

    size: tuple[int, int]
    view: View
    pan: bool
    shake: float
    vary: float
    place: tuple[tuple[float, float, float], tuple[float, float, float]] | None = None
    zoom: float = 0.0


class Operator:
    """Aims the camera, frame by frame."""

    def __init__(self, script: Script, stand: Stand, rng: np.random.Generator) -> None:
        self._script, self._stand = script, stand
        vary, half = stand.vary, script.court.half
        places = _FULL if not half and stand.view == "sideline" else _PLACES[stand.view]
        place, aim = (np.array(v) for v in stand.place or places)
        if stand.view != "hoop" and stand.place is None:
            place[1] -= (script.court.size.width - 15) / 2
        spread = np.array([3.0, 1.8, 1.0])
        self._place = place + rng.uniform(-1, 1, 3) * spread * vary
        self._place[2] = max(self._place[2], 1.2)
        aim = aim + rng.uniform(-1, 1, 3) * np.array([1.5, 1.0, 0.5]) * vary
        zoom = float(np.exp(rng.uniform(-0.15, 0.5) * vary)) * (1.0 if half else 1.12)
        self._focal = _FOCAL * max(stand.size) * zoom
        self._roll = float(rng.normal(0, 0.02)) * vary
        way = aim - self._place
        self._pitch = float(np.arctan2(way[2], np.hypot(way[0], way[1])))
        self._low, self._middle, self._high = self._swing(self._toward(aim))
        self._yaw = self._middle
        self._shake = Shake(rng, stand.shake)

    def _swing(self, middle: float) -> tuple[float, float, float]:
        """The least, first and greatest yaw. On a half court the ring stays in the picture."""
        half = float(np.arctan(self._stand.size[0] / 2 / self._focal))
        rings = [self._toward(hoop.centre) for hoop in self._script.hoops]
        if self._script.court.half:
            low, high = rings[0] - half * 0.75, rings[0] + half * 0.75
            middle = float(np.clip(middle, low, high))
        else:
            low, high = min(rings), max(rings)
            middle = float(np.clip(middle, low, high))
        centre = (low + high) / 2
        low, high = max(low, centre - _MOST_PAN), min(high, centre + _MOST_PAN)
        if not self._stand.pan:
            low = high = middle
        return low, float(np.clip(middle, low, high)), high

    def _toward(self, point: Array) -> float:
        """Yaw from the phone to a point, counted without a jump for all in front of it."""
        way = point - self._place
        return float(np.arctan2(way[0], way[1])) * -1 + np.pi / 2

    def wide(self) -> Camera:
        """A level camera whose picture contains all that this one will ever see."""
        sway = 1.05 * _SURE * self._stand.shake
        w, h = self._stand.size
        middle = Camera.looking(
            self._place, (self._low + self._high) / 2, self._pitch, 0.0, self._focal, (w, h)
        )
        reach = np.array([w / 2, h / 2])
        least = self._focal * (1 - self._stand.zoom)
        for yaw in (self._low - sway, self._high + sway):
            for pitch in (self._pitch - sway, self._pitch + sway):
                for roll in (self._roll - sway, self._roll + sway):
                    view = Camera.looking(self._place, yaw, pitch, roll, least, (w, h))
                    corners = np.array([(x, y, 1.0) for x in (0, w) for y in (0, h)])
                    seen = corners @ view.turned(middle).T
                    off = np.abs(seen[:, :2] / np.maximum(seen[:, 2:], 0.1) - [w / 2, h / 2])
                    reach = np.maximum(reach, off.max(axis=0))
        size = (2 * int(reach[0]) + 8, 2 * int(reach[1]) + 8)
        return Camera(self._place, middle.rotation, self._focal, size)

    def step(self, dt: float) -> Camera:
        """The view `dt` seconds later."""
        if self._stand.pan:
            ball = self._toward(self._script.ball.position)
            ring = self._toward(self._script.hoops[self._script.hoop_index].centre)
            wish = float(np.clip(0.65 * ball + 0.35 * ring, self._low, self._high))
            self._yaw += (wish - self._yaw) * (1 - float(np.exp(-_FOLLOW * dt)))
        most = _SURE * self._stand.shake
        yaw, pitch, roll = np.clip(self._shake.step(dt), -most, most).tolist()
        return Camera.looking(
            self._place,
            self._yaw + yaw,
            self._pitch + pitch,
            self._roll + roll,
            self._focal * (1 + self._stand.zoom * float(np.sin(self._script.now_s))),
            self._stand.size,
        )
