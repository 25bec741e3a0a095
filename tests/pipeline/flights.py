"""Shots thrown through the simulator's physics and seen by a camera as an imperfect eye sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipeline.ball import Spot
from pipeline.judge import shipped
from pipeline.shots import Shot, ShotWatch
from server.simulator.ball import RADIUS, SUBSTEP_S, Ball, Passage, launch
from server.simulator.camera import Array, Camera
from server.simulator.court import NET_DEPTH, RIM_INNER, Hoop

HOOP = Hoop(x=12.4, side=1, rim_to_board=0.38, board_width=1.8, board_height=1.05)
AT_RIM_S = 0.5


@dataclass(frozen=True, slots=True)
class Eye:
    """How well the ball is seen.

    hz: frames a second, with a jitter of a quarter. noise: rim widths, one sigma. seen: share of
    frames in which it is found. clutter: other things that move, a frame.
    """

    hz: float = 12.0
    noise: float = 0.04
    seen: float = 0.85
    clutter: float = 0.2


@dataclass(frozen=True, slots=True)
class Throw:
    """One throw: what was seen in each frame, and what was true.

    frames: (media seconds, spots, share of the net that moves).
    """

    frames: list[tuple[float, list[Spot], float]]
    rim_s: float
    made: bool


def camera(rng: np.random.Generator) -> Camera:
    """Somewhere about the half court, as a parent stands: sideline, corner, baseline."""
    angle = rng.uniform(-np.pi * 0.95, -np.pi * 0.05)
    far = rng.uniform(9, 16)
    place = HOOP.centre + np.array([np.cos(angle) * far, np.sin(angle) * far, 0])
    place[2] = rng.uniform(1.4, 4.0)
    way = HOOP.centre - place
    yaw = float(np.arctan2(way[1], way[0]))
    pitch = float(np.arctan2(way[2], np.hypot(way[0], way[1])))
    return Camera.looking(place, yaw, pitch, 0.0, 800.0, (1280, 720))


def seen_by(eye: Camera, place: Array, t_s: float) -> Spot:
    """The ball at `place`, in rim widths about the rim."""
    ends = HOOP.centre + np.array([[0, 0, 0], [0, 0, 0]], float)
    right = eye.rotation[0] * RIM_INNER
    ends = np.stack([HOOP.centre - right, HOOP.centre + right])
    pixels, _ = eye.project(ends)
    width = float(np.linalg.norm(pixels[1] - pixels[0]))
    middle, _ = eye.project(HOOP.centre)
    at, depth = eye.project(place)
    size = 2 * RADIUS * eye.focal / float(depth) / width
    return Spot(t_s, float(at[0] - middle[0]) / width, float(at[1] - middle[1]) / width, size, 0.8)


def throw(rng: np.random.Generator, eye: Eye, aim: float = 0.16) -> Throw:
    """One shot from somewhere; aim: metres of error at the rim, one sigma."""
    phone = camera(rng)
    angle = rng.uniform(np.pi * 0.55, np.pi * 1.45)
    far = rng.uniform(1.5, 7.5)
    start = np.array([HOOP.x + far * np.cos(angle), far * np.sin(angle), rng.uniform(1.6, 2.6)])
    target = HOOP.centre + np.array([rng.normal(0, aim), rng.normal(0, aim), 0])
    ball = Ball(start, _lob(start, target, float(rng.uniform(0.8, 1.05))))
    passage, made, came_s = Passage(HOOP), False, 0.0
    nearest = np.inf
    frames: list[tuple[float, list[Spot], float]] = []
    next_s, now_s, shaken = float(rng.uniform(0, 1 / eye.hz)), 0.0, 0.0
    while now_s < 4.0:
        before = ball.position.copy()
        touched = ball.step(SUBSTEP_S, (HOOP,))
        now_s += SUBSTEP_S
        made = passage.step(before, ball.position, now_s) is not None or made
        gap = float(np.linalg.norm(ball.position - HOOP.centre))
        falls = ball.velocity[2] < 0 or bool(touched)
        if gap < nearest and falls and now_s < 2.5:
            nearest, came_s = gap, now_s
        shaken = 0.5 if "net" in touched else shaken * 0.985
        if now_s >= next_s:
            next_s += float(rng.uniform(0.75, 1.25)) / eye.hz
            spots = _spots(rng, eye, phone, ball.position, now_s)
            frames.append((now_s, spots, _net(rng, phone, ball.position, shaken)))
    return Throw(frames, came_s, made)


def _lob(start: Array, target: Array, angle: float) -> Array:
    """A velocity that gets there from above, as shooters throw: half a metre over the rim."""
    velocity = launch(start, target, angle)
    while start[2] + velocity[2] ** 2 / (2 * 9.81) < HOOP.centre[2] + 0.5 and angle < 1.45:
        angle += 0.03
        velocity = launch(start, target, angle)
    return velocity


def _net(rng: np.random.Generator, phone: Camera, place: Array, shaken: float) -> float:
    """Share of the net that moves: the net itself, or a ball that passes before or behind it."""
    ball = seen_by(phone, place, 0.0)
    before = 0.28 * max(0.0, 1 - abs(ball.x) / 0.6) * max(0.0, 1 - abs(ball.y - 0.55) / 0.7)
    return max(before, shaken * float(rng.uniform(0.3, 1.2)))


def _spots(
    rng: np.random.Generator, eye: Eye, phone: Camera, place: Array, t_s: float
) -> list[Spot]:
    true = seen_by(phone, place, t_s)
    hidden = -NET_DEPTH < place[2] - HOOP.centre[2] < 0 and true.away < 1.0
    spots = []
    if max(abs(true.x), abs(true.y)) < 3.2 and rng.random() < eye.seen - 0.2 * hidden:
        dx, dy, size = rng.normal(0, [eye.noise, eye.noise, 0.1])
        spots.append(
            Spot(t_s, true.x + dx, true.y + dy, true.size * float(np.exp(size)), 0.7, True)
        )
    for _ in range(int(rng.poisson(eye.clutter))):
        x, y = rng.uniform(-3, 3, 2)
        spots.append(Spot(t_s, float(x), float(y), float(rng.uniform(0.3, 0.8)), 0.4))
    return spots


def watch(throw: Throw) -> list[Shot]:
    """What a fresh watch makes of a throw."""
    eyes = ShotWatch(shipped())
    found = [eyes.update(t_s, spots, net) for t_s, spots, net in throw.frames]
    return [one for one in found if one is not None]


def throws(seed: int, count: int, eye: Eye | None = None) -> Iterator[Throw]:
    """So many throws, the same for the same seed."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield throw(rng, eye or Eye())
