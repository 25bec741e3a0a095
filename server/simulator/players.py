"""The people: how they move over the floor and how their limbs follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Rows of the joint array, left before right.
PELVIS, NECK, HEAD = 0, 1, 2
SHOULDER, ELBOW, HAND, HIP, KNEE, ANKLE, TOE = 3, 5, 7, 9, 11, 13, 15
JOINTS = 17

# Where a hand is held: (forward, outward, up) of the shoulder, in lengths of an arm.
STANCES: dict[str, tuple[float, float, float]] = {
    "stand": (0.12, 0.12, -0.92),
    "run": (0.25, 0.1, -0.55),
    "guard": (0.45, 0.6, -0.15),
    "contest": (0.35, 0.15, 0.85),
    "reach": (0.15, 0.1, 0.96),
    "ready": (0.6, -0.1, -0.1),
    "release": (0.45, -0.15, 0.8),
    "rest": (0.3, -0.35, -0.85),
}
CROUCH = {"guard": 0.13, "ready": 0.07, "rest": 0.05}


@dataclass(frozen=True, slots=True)
class Person:
    """Who it is; what never changes. team: home | away | referee."""

    id: str
    team: str
    number: str | None
    height: float
    build: float  # 1 is average
    skin: int  # index into the look's skins
    hair: int
    style: int  # of the hair


class Squad:
    """Everyone on the floor, as arrays with one row a person.

    The script writes `goal`, `pace`, `face` and `stance`; `step` moves the bodies.
    """

    def __init__(self, people: tuple[Person, ...], rng: np.random.Generator) -> None:
        n = len(people)
        self.people = people
        self.height = np.array([p.height for p in people])
        self.at = np.zeros((n, 2))
        self.velocity = np.zeros((n, 2))
        self.heading = np.zeros(n)
        self.phase = rng.uniform(0, 2 * np.pi, n)
        self.lift = np.zeros(n)  # metres above the floor
        self.rise = np.zeros(n)  # metres a second
        self.crouch = np.zeros(n)
        self.hands = np.tile(np.array(STANCES["stand"]), (n, 2, 1))
        self.goal = np.zeros((n, 2))
        self.pace = np.full(n, 3.0)
        self.face = np.zeros((n, 2))  # the point they look at
        self.stance = ["stand"] * n

    def __len__(self) -> int:
        return len(self.people)

    def jump(self, who: int, metres: float) -> None:
        """Leave the floor, if on it."""
        if self.lift[who] <= 0:
            self.rise[who] = np.sqrt(2 * 9.81 * metres)
            self.lift[who] = 1e-6

    def step(self, dt: float) -> None:
        """Everyone runs, turns, jumps and swings for `dt` seconds."""
        way = self.goal - self.at
        far = np.linalg.norm(way, axis=1)
        wish = way / np.maximum(far, 1e-6)[:, None] * np.minimum(self.pace, far * 3.0)[:, None]
        wish[self.lift > 0] = self.velocity[self.lift > 0]
        change = wish - self.velocity
        size = np.linalg.norm(change, axis=1)
        self.velocity = (
            self.velocity + change * np.minimum(1, 9 * dt / np.maximum(size, 1e-6))[:, None]
        )
        apart = self.at[:, None] - self.at[None]
        gap = np.linalg.norm(apart, axis=2) + np.eye(len(self)) * 9
        shove = apart / np.maximum(gap, 1e-3)[..., None] * np.maximum(0.62 - gap, 0)[..., None]
        self.at = self.at + self.velocity * dt + shove.sum(axis=1) * min(1.0, 6 * dt)
        self._turn(dt)
        flying = self.lift > 0
        self.rise = np.where(flying, self.rise - 9.81 * dt, 0.0)
        self.lift = np.maximum(self.lift + self.rise * dt, 0.0)
        speed = np.linalg.norm(self.velocity, axis=1)
        stride = 0.35 + 0.16 * speed
        self.phase = (self.phase + speed / stride * 1.6 * dt) % (2 * np.pi)
        self._pose(dt, speed)

    def _turn(self, dt: float) -> None:
        look = self.face - self.at
        wish = np.arctan2(look[:, 1], look[:, 0])
        run = np.linalg.norm(self.velocity, axis=1) > 3.2
        along = np.arctan2(self.velocity[:, 1], self.velocity[:, 0])
        wish = np.where(run, along, wish)
        turn = (wish - self.heading + np.pi) % (2 * np.pi) - np.pi
        self.heading = self.heading + np.clip(turn, -8 * dt, 8 * dt)

    def _pose(self, dt: float, speed: Array) -> None:
        wish = np.array([STANCES[s] for s in self.stance])[:, None].repeat(2, axis=1)
        swing = np.sin(self.phase) * np.minimum(speed / 4, 1) * 0.5
        running = np.array([s in ("stand", "run") for s in self.stance])
        wish[:, 0, 0] -= swing * running
        wish[:, 1, 0] += swing * running
        wish[:, :, 2] += (np.minimum(speed / 4, 1) * 0.3 * running)[:, None]
        keep = np.exp(-11 * dt)
        self.hands = self.hands * keep + wish * (1 - keep)
        low = np.array([CROUCH.get(s, 0.015) for s in self.stance]) + 0.02 * np.minimum(
            speed / 4, 1
        )
        self.crouch = self.crouch * keep + low * (1 - keep)

    def facing(self) -> tuple[Array, Array]:
        """(N, 3) unit vectors forward and to the left."""
        c, s, zero = np.cos(self.heading), np.sin(self.heading), np.zeros(len(self))
        return np.stack([c, s, zero], axis=1), np.stack([-s, c, zero], axis=1)

    def joints(self, grip: dict[int, tuple[Array, int]] | None = None) -> Array:
        """(N, JOINTS, 3) metres.

        grip: person -> (point (3,), hands): 2 hands, or only 0 left or 1 right, are at the point.
        """
        n, tall = len(self), self.height
        ahead, left = self.facing()
        up = np.array([0.0, 0.0, 1.0])
        out = np.zeros((n, JOINTS, 3))
        ground = np.concatenate([self.at, self.lift[:, None]], axis=1)
        speed = np.linalg.norm(self.velocity, axis=1)
        quick = np.minimum(speed / 5, 1.0)
        bob = 0.012 * np.cos(2 * self.phase) * quick
        pelvis = ground + up * (tall * (0.525 - self.crouch + bob))[:, None]
        lean = 0.06 + 0.22 * quick + 2.2 * self.crouch
        spine = ahead * np.sin(lean)[:, None] + up * np.cos(lean)[:, None]
        neck = pelvis + spine * (tall * 0.295)[:, None]
        out[:, PELVIS], out[:, NECK] = pelvis, neck
        out[:, HEAD] = neck + (spine * 0.4 + up * 0.6) * (tall * 0.108)[:, None]
        side = np.array([1.0, -1.0])
        wide = left[:, None] * side[None, :, None]
        out[:, SHOULDER : SHOULDER + 2] = (neck - spine * (tall * 0.012)[:, None])[:, None] + (
            wide * (tall * 0.1)[:, None, None]
        )
        out[:, HIP : HIP + 2] = pelvis[:, None] + wide * (tall * 0.05)[:, None, None]
        self._legs(out, ground, ahead, wide, quick)
        self._arms(out, ahead, wide, grip or {})
        return out

    def _legs(self, out: Array, ground: Array, ahead: Array, wide: Array, quick: Array) -> None:
        tall = self.height[:, None]
        phase = self.phase[:, None] + np.array([0.0, np.pi])
        reach = np.sin(phase) * (0.06 + 0.2 * quick)[:, None] * np.minimum(quick * 5, 1)[:, None]
        lift = np.maximum(np.cos(phase), 0) * (0.14 * quick)[:, None]
        spread = 0.055 + 0.9 * self.crouch[:, None] * (1 - 0.7 * quick[:, None])
        hang = np.minimum(self.lift[:, None], 0.1) * -0.5
        ankle = ground[:, None] + ahead[:, None] * (tall * (reach - 0.02))[..., None]
        ankle = ankle + wide * (tall * spread)[..., None]
        ankle[..., 2] += tall * (0.045 + lift) + hang
        hips = out[:, HIP : HIP + 2]
        knee, ankle = _two_bones(
            hips, ankle, tall * 0.25, tall * 0.24, ahead[:, None] + 0.25 * wide
        )
        out[:, KNEE : KNEE + 2], out[:, ANKLE : ANKLE + 2] = knee, ankle
        drop = np.where(self.lift > 0.02, 0.05, 0.025)[:, None]
        out[:, TOE : TOE + 2] = ankle + (ahead[:, None] + 0.15 * wide) * (tall * 0.095)[..., None]
        out[:, TOE : TOE + 2, 2] -= tall * drop

    def _arms(
        self, out: Array, ahead: Array, wide: Array, grip: dict[int, tuple[Array, int]]
    ) -> None:
        tall = self.height[:, None]
        shoulder = out[:, SHOULDER : SHOULDER + 2]
        arm = (tall * 0.33)[..., None]
        hand = shoulder + arm * (ahead[:, None] * self.hands[..., :1] + wide * self.hands[..., 1:2])
        hand[..., 2] += tall * 0.33 * self.hands[..., 2]
        for who, (point, which) in grip.items():
            for i in (0, 1) if which == 2 else (which,):
                hand[who, i] = point + wide[who, i] * 0.1
        hint = wide * 0.6 - 0.5 * ahead[:, None] - np.array([0.0, 0.0, 0.8])
        elbow, hand = _two_bones(shoulder, hand, tall * 0.172, tall * 0.175, hint)
        out[:, ELBOW : ELBOW + 2], out[:, HAND : HAND + 2] = elbow, hand


def _two_bones(
    start: Array, end: Array, first: Array, second: Array, hint: Array
) -> tuple[Array, Array]:
    """The middle joint, bent towards `hint`, and the end as far as the bones reach."""
    way = end - start
    far = np.linalg.norm(way, axis=-1)
    far = np.maximum(far, 1e-6)
    along = way / far[..., None]
    far = np.clip(far, np.abs(first - second) + 1e-3, (first + second) * 0.999)
    part = (far * far + first * first - second * second) / (2 * far)
    aside = np.sqrt(np.maximum(first * first - part * part, 0))
    bend = hint - (hint * along).sum(axis=-1, keepdims=True) * along
    bend = bend / np.maximum(np.linalg.norm(bend, axis=-1, keepdims=True), 1e-6)
    middle = start + along * part[..., None] + bend * aside[..., None]
    return middle, start + along * far[..., None]
