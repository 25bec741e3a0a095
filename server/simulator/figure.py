"""Bodies as pictures: every limb a tapered capsule, near ones over far ones."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from server.simulator.camera import Camera
from server.simulator.look import HAIRS, Colour, Look
from server.simulator.players import (
    ANKLE,
    ELBOW,
    HAND,
    HEAD,
    HIP,
    KNEE,
    NECK,
    PELVIS,
    SHOULDER,
    TOE,
    Person,
    Squad,
)

Array = NDArray[np.float64]
Image = NDArray[np.uint8]
SHIFT = 4
_ROUND = 5
_HALF = np.linspace(-np.pi / 2, np.pi / 2, _ROUND)

# Strokes of the digits in a box of 1 by 2, y down.
_DIGITS: dict[str, list[tuple[float, float]]] = {
    "0": [(0, 0), (1, 0), (1, 2), (0, 2), (0, 0)],
    "1": [(0.2, 0.4), (0.6, 0), (0.6, 2)],
    "2": [(0, 0.2), (0.3, 0), (1, 0), (1, 0.9), (0, 2), (1, 2)],
    "3": [(0, 0), (1, 0), (0.4, 0.85), (1, 1.1), (1, 2), (0, 2)],
    "4": [(0.8, 2), (0.8, 0), (0, 1.3), (1.1, 1.3)],
    "5": [(1, 0), (0, 0), (0, 0.9), (1, 0.9), (1, 2), (0, 2)],
    "6": [(1, 0), (0, 0), (0, 2), (1, 2), (1, 1), (0, 1)],
    "7": [(0, 0), (1, 0), (0.4, 2)],
    "8": [(0, 1), (0, 0), (1, 0), (1, 2), (0, 2), (0, 1), (1, 1)],
    "9": [(1, 1), (0, 1), (0, 0), (1, 0), (1, 2), (0, 2)],
}


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """One body ready to be drawn.

    polygons: convex, (N, 2) int32 with SHIFT bits of fraction, in drawing order.
    colours:  one a polygon.
    strokes:  open lines drawn last, with their colour and width in pixels.
    xyxy:     box of all polygons, pixels.
    depth:    metres from the camera.
    """

    person: Person
    polygons: list[NDArray[np.int32]]
    colours: list[Colour]
    strokes: list[tuple[NDArray[np.int32], Colour, int]]
    xyxy: Array
    depth: float
    foot: Array  # (3,) below the body, for its shadow

    def draw(self, image: Image) -> None:
        for polygon, colour in zip(self.polygons, self.colours, strict=True):
            cv2.fillConvexPoly(image, polygon, colour, cv2.LINE_AA, SHIFT)
        for line, colour, width in self.strokes:
            cv2.polylines(image, [line], False, colour, width, cv2.LINE_AA, SHIFT)


def capsules(a: Array, b: Array, ra: Array, rb: Array) -> Array:
    """(N, 2) ends and (N,) radii to (N, 10, 2) outlines."""
    way = b - a
    angle = np.arctan2(way[:, 1], way[:, 0])[:, None]
    end, start = angle + _HALF, angle + np.pi + _HALF
    out = np.empty((len(a), 2 * _ROUND, 2))
    out[:, :_ROUND, 0] = b[:, :1] + rb[:, None] * np.cos(end)
    out[:, :_ROUND, 1] = b[:, 1:] + rb[:, None] * np.sin(end)
    out[:, _ROUND:, 0] = a[:, :1] + ra[:, None] * np.cos(start)
    out[:, _ROUND:, 1] = a[:, 1:] + ra[:, None] * np.sin(start)
    return out


def fixed(points: Array) -> NDArray[np.int32]:
    """Pixels to fixed point for cv2's `shift`."""
    return np.asarray(np.round(points * (1 << SHIFT)), np.int32)


class Wardrobe:
    """The colours each person wears in one game."""

    def __init__(self, people: tuple[Person, ...], look: Look) -> None:
        rng = np.random.default_rng(look.texture_seed + 1)
        self._clothes = [self._dress(person, look, rng) for person in people]

    def __getitem__(self, who: int) -> dict[str, Colour]:
        return self._clothes[who]

    @staticmethod
    def _dress(person: Person, look: Look, rng: np.random.Generator) -> dict[str, Colour]:
        skin = look.skins[person.skin % len(look.skins)]
        hair = HAIRS[person.hair % len(HAIRS)]
        any_colour: Colour = tuple(rng.integers(15, 245, 3).tolist())  # type: ignore[assignment]
        shoe: Colour = (235, 235, 235) if rng.random() < 0.5 else any_colour
        clothes: dict[str, Colour] = {"skin": skin, "hair": hair, "shoe": shoe}
        clothes["sock"] = (240, 240, 240) if rng.random() < 0.6 else (35, 35, 35)
        clothes["sleeve"] = skin
        if person.team == "referee":
            clothes |= {"jersey": (215, 215, 215), "shorts": (32, 30, 30), "leg": (32, 30, 30)}
            clothes |= {"sleeve": (190, 190, 190), "number": (30, 30, 30), "shoe": (25, 25, 25)}
            return clothes
        side = 0 if person.team == "home" else 1
        clothes |= {"jersey": look.jersey[side], "shorts": look.shorts[side], "leg": skin}
        clothes["number"] = look.number[side]
        if not look.uniform:
            picks = rng.integers(15, 245, (2, 3)).tolist()
            clothes |= {"jersey": tuple(picks[0]), "shorts": tuple(picks[1])}
        if rng.random() < (0.15 if look.uniform else 0.7):
            clothes["sleeve"] = clothes["jersey"]
        if rng.random() < 0.12:
            clothes["leg"] = (30, 30, 32)
        return clothes


def _shade(colour: Colour, by: float) -> Colour:
    b, g, r = (min(255, max(0, int(c * by))) for c in colour)
    return b, g, r


def figures(
    squad: Squad, joints: Array, camera: Camera, look: Look, wardrobe: Wardrobe
) -> list[Figure]:
    """Everyone as seen now, in the squad's order."""
    pixels, depth = camera.project(joints)
    scale = camera.focal / depth  # pixels a metre
    ahead, _ = squad.facing()
    light = np.array(look.light) / np.hypot(*look.light)
    out = []
    for i, person in enumerate(squad.people):
        tall = person.height
        front = float(ahead[i] @ (camera.position - joints[i, NECK])) > 0
        parts = _parts(person, pixels[i], depth[i], wardrobe[i])
        a = np.array([p[0] for p in parts])
        b = np.array([p[1] for p in parts])
        radii = np.array([(p[2], p[3]) for p in parts]) * tall * scale[i, PELVIS]
        dark = capsules(a, b, radii[:, 0], radii[:, 1])
        move = light * 0.28 * radii.mean(axis=1, keepdims=True)
        lit = capsules(a + move, b + move, radii[:, 0] * 0.7, radii[:, 1] * 0.7)
        dark_f, lit_f = fixed(dark), fixed(lit)
        polygons: list[NDArray[np.int32]] = []
        colours: list[Colour] = []
        for k, part in enumerate(parts):
            if part[5] == "torso":
                near = _torso(dark[k], pixels[i], radii[k])
                polygons.append(fixed(near))
                colours.append(_shade(part[4], 1 - look.contrast * 0.55))
                polygons.append(fixed(near * 0.72 + near.mean(axis=0) * 0.28 + move[k] * 0.5))
                colours.append(part[4])
                continue
            polygons.append(dark_f[k])
            colours.append(_shade(part[4], 1 - look.contrast))
            polygons.append(lit_f[k])
            colours.append(part[4])
        flat = dark.reshape(-1, 2)
        low, high = flat.min(axis=0), flat.max(axis=0)
        ink = wardrobe[i]["number"]
        strokes = _marks(person, pixels[i], ink, front, float(scale[i, PELVIS]) * tall)
        foot = np.append(squad.at[i], 0.0)
        box = np.concatenate([low, high])
        out.append(Figure(person, polygons, colours, strokes, box, float(depth[i, PELVIS]), foot))
    return out


_Part = tuple[Array, Array, float, float, Colour, str]


def _parts(person: Person, at: Array, depth: Array, wears: dict[str, Colour]) -> list[_Part]:
    """Capsules from the far side to the near one; radii in body heights."""
    far = 0 if depth[SHOULDER] > depth[SHOULDER + 1] else 1
    near = 1 - far
    far_leg = 0 if depth[KNEE] > depth[KNEE + 1] else 1
    wide = person.build
    parts: list[_Part] = []

    def limb(a: Array, b: Array, ra: float, rb: float, colour: str, kind: str = "") -> None:
        parts.append((a, b, ra * wide, rb * wide, wears[colour], kind))

    def arm(s: int) -> None:
        shoulder, elbow, hand = at[SHOULDER + s], at[ELBOW + s], at[HAND + s]
        limb(elbow, hand, 0.021, 0.016, "skin")
        limb(hand, hand, 0.021, 0.021, "skin")
        limb(shoulder, elbow, 0.03, 0.023, "skin")
        limb(shoulder, shoulder * 0.5 + elbow * 0.5, 0.033, 0.03, "sleeve")

    def leg(s: int) -> None:
        hip, knee, ankle, toe = at[HIP + s], at[KNEE + s], at[ANKLE + s], at[TOE + s]
        limb(knee, ankle, 0.031, 0.02, "leg")
        limb(knee * 0.3 + ankle * 0.7, ankle, 0.025, 0.022, "sock")
        limb(ankle, toe, 0.026, 0.019, "shoe")
        limb(hip, knee, 0.047, 0.033, "leg")
        cloth = "leg" if person.team == "referee" else "shorts"
        limb(hip, hip * 0.22 + knee * 0.78, 0.056, 0.054, cloth)

    # An arm stretched towards the camera is drawn over the body.
    behind = [s for s in (far, near) if depth[HAND + s] > depth[NECK] + 0.02]
    for s in behind:
        arm(s)
    leg(far_leg)
    leg(1 - far_leg)
    limb(at[HIP], at[HIP + 1], 0.062, 0.062, "shorts")
    limb(at[NECK], at[HEAD], 0.028, 0.028, "skin")
    limb(at[NECK], at[PELVIS], 0.06, 0.058, "jersey", "torso")
    up = at[HEAD] - at[NECK]
    limb(at[HEAD] + up * 0.16, at[HEAD] - up * 0.12, 0.05, 0.042, "skin")
    turned = at[TOE : TOE + 2].mean(axis=0)[0] - at[ANKLE : ANKLE + 2].mean(axis=0)[0]
    back = np.array([-np.clip(turned * 0.35, -9, 9) * 0.5, 0.0])
    style = person.style
    if style > 0:
        limb(at[HEAD] + up * 0.3 + back, at[HEAD] + up * 0.2 + back, 0.046, 0.05, "hair")
    if style == 2:
        limb(at[HEAD] + back * 2, at[NECK] + back * 3, 0.036, 0.02, "hair")
    for s in (far, near):
        if s not in behind:
            arm(s)
    return parts


def _torso(spine: Array, at: Array, radii: Array) -> Array:
    """The hull of shoulders and hips."""
    points = at[[SHOULDER, SHOULDER + 1, HIP, HIP + 1]]
    size = np.array([0.045, 0.045, 0.062, 0.062]) / 0.06 * radii[0]
    ring = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    circles = points[:, None] + size[:, None, None] * np.stack([np.cos(ring), np.sin(ring)], axis=1)
    every = np.concatenate([circles.reshape(-1, 2), spine]).astype(np.float32)
    return np.asarray(cv2.convexHull(every)[:, 0], np.float64)


def _marks(
    person: Person, at: Array, ink: Colour, front: bool, size: float
) -> list[tuple[NDArray[np.int32], Colour, int]]:
    """The number, or a referee's stripes."""
    left, right = (at[SHOULDER + 1], at[SHOULDER]) if front else (at[SHOULDER], at[SHOULDER + 1])
    down = at[PELVIS] - at[NECK]
    across = right - left
    if person.number is None:
        out = []
        for part in (-0.1, 0.2, 0.5, 0.8, 1.1):
            top = left + across * part
            ends = np.stack([top, top + down * 0.9])
            out.append((fixed(ends), ink, max(1, round(size * 0.014))))
        return out
    if across @ np.array([1.0, 0.0]) < size * 0.05:
        return []
    out = []
    wide, tall = 0.3, 0.15
    count = len(person.number)
    first = 0.5 - (count * wide + (count - 1) * 0.12) / 2
    origin = left + down * 0.22
    for k, digit in enumerate(person.number):
        strokes = np.array(_DIGITS[digit])
        x = first + k * (wide + 0.12) + strokes[:, :1] * wide
        line = origin + across * x + down * (strokes[:, 1:] * tall)
        out.append((fixed(line), ink, max(1, round(size * 0.018))))
    return out
