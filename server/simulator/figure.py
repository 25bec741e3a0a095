"""Bodies as pictures: every limb a tapered capsule, near ones over far ones.

All bodies are measured at once; only the painting goes one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from server.simulator.camera import Camera
from server.simulator.look import Colour, Look, shade
from server.simulator.players import (
    ANKLE,
    ELBOW,
    HAND,
    HEAD,
    HIP,
    JOINTS,
    KNEE,
    NECK,
    PELVIS,
    SHOULDER,
    TOE,
    Person,
    Squad,
)
from server.simulator.wardrobe import Clothes, dress

Array = NDArray[np.float64]
Image = NDArray[np.uint8]
Polygon = NDArray[np.int32]
SHIFT = 4
_ROUND = 5
_HALF = np.linspace(-np.pi / 2, np.pi / 2, _ROUND)
_TURN = np.linspace(0, 2 * np.pi, 10, endpoint=False)
_CIRCLE = np.stack([np.cos(_TURN), np.sin(_TURN)], axis=1)

# Points beyond the joints that heads need.
_CROWN, _CHIN, _HAIR, _NAPE = JOINTS, JOINTS + 1, JOINTS + 2, JOINTS + 3
_POINTS = JOINTS + 4

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


@dataclass(frozen=True, slots=True)
class _Part:
    """A capsule. Its ends lie between two points each: (from, to, share of the way)."""

    name: str
    start: tuple[int, int, float]
    end: tuple[int, int, float]
    radii: tuple[float, float]  # in body heights
    cloth: str
    lit: bool = False  # has a brighter side
    solid: bool = False  # counts for who hides whom


def _side(s: int) -> list[_Part]:
    """The limbs of one side, an arm and a leg, in drawing order."""
    shoulder, elbow, hand = SHOULDER + s, ELBOW + s, HAND + s
    hip, knee, ankle, toe = HIP + s, KNEE + s, ANKLE + s, TOE + s
    return [
        _Part("arm", (elbow, elbow, 0), (hand, hand, 0), (0.0215, 0.016), "skin", True, True),
        _Part("arm", (hand, hand, 0), (elbow, hand, 1.1), (0.02, 0.018), "skin"),
        _Part(
            "arm", (shoulder, shoulder, 0), (elbow, elbow, 0), (0.031, 0.023), "skin", True, True
        ),
        _Part("arm", (shoulder, shoulder, 0), (shoulder, elbow, 0.5), (0.036, 0.034), "sleeve"),
        _Part("leg", (knee, knee, 0), (knee, ankle, 0.45), (0.03, 0.031), "leg", True, True),
        _Part("leg", (knee, ankle, 0.4), (ankle, ankle, 0), (0.031, 0.019), "leg", False, True),
        _Part("leg", (knee, ankle, 0.72), (ankle, ankle, 0), (0.024, 0.022), "sock"),
        _Part("leg", (ankle, toe, -0.12), (toe, toe, 0), (0.026, 0.019), "shoe", True, True),
        _Part("leg", (hip, knee, 0.5), (knee, knee, 0), (0.045, 0.033), "leg", True),
        _Part("leg", (hip, hip, 0), (hip, knee, 0.72), (0.058, 0.056), "shorts", True, True),
    ]


_BODY = [
    _Part("pelvis", (HIP, HIP, 0), (HIP + 1, HIP + 1, 0), (0.057, 0.057), "shorts", False, True),
    _Part("neck", (NECK, NECK, 0), (HEAD, HEAD, 0), (0.03, 0.027), "skin"),
    _Part("torso", (NECK, NECK, 0), (PELVIS, PELVIS, 0), (0.06, 0.058), "jersey", True, True),
    _Part("face", (_CROWN, _CROWN, 0), (_CHIN, _CHIN, 0), (0.046, 0.034), "skin", True, True),
    _Part("hair", (_HAIR, _HAIR, 0), (_HAIR, _HAIR, 0), (0.052, 0.052), "hair", True),
    _Part("tail", (_HAIR, _HAIR, 0), (_NAPE, _NAPE, 0), (0.042, 0.02), "hair"),
]
_PARTS = _side(0) + _side(1) + _BODY
_LIMBS = len(_side(0))
_INDEX = {part.name: k for k, part in enumerate(_PARTS) if k >= 2 * _LIMBS}
_TORSO = _INDEX["torso"]


def _weights(ends: list[tuple[int, int, float]]) -> Array:
    out = np.zeros((len(ends), _POINTS))
    for row, (a, b, share) in zip(out, ends, strict=True):
        row[a] += 1 - share
        row[b] += share
    return out


_START = _weights([part.start for part in _PARTS])
_END = _weights([part.end for part in _PARTS])
_RADII = np.array([part.radii for part in _PARTS])
_HULL = np.array([SHOULDER, SHOULDER + 1, HIP, HIP + 1, NECK])
_HULL_RADII = np.array([0.037, 0.037, 0.056, 0.056, 0.03])


@cache
def _order(behind: tuple[bool, bool], far_arm: int, far_leg: int, facing: bool) -> tuple[int, ...]:
    """Indices of _PARTS from the far side to the near one."""
    arms = [far_arm, 1 - far_arm]
    kinds = {
        (s, name): [s * _LIMBS + k for k, part in enumerate(_side(s)) if part.name == name]
        for s in (0, 1)
        for name in ("arm", "leg")
    }
    out = [k for s in arms if behind[s] for k in kinds[s, "arm"]]
    out += kinds[far_leg, "leg"] + kinds[1 - far_leg, "leg"]
    head = ["tail", "neck", "torso", "hair", "face"]
    if not facing:
        head = ["neck", "torso", "face", "hair", "tail"]
    out += [_INDEX[name] for name in ("pelvis", *head)]
    return tuple(out + [k for s in arms if not behind[s] for k in kinds[s, "arm"]])


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """One body ready to be drawn.

    polygons: convex, (N, 2) with SHIFT bits of fraction and a colour, in drawing order.
    strokes:  open lines drawn after the torso, with their colour and width in pixels.
    outline:  the polygons that count for who hides whom.
    xyxy:     box of all polygons, pixels.
    depth:    metres from the camera.
    foot:     (3,) below the body, for its shadow.
    """

    person: Person
    polygons: list[tuple[Polygon, Colour]]
    strokes: tuple[int, list[Polygon], Colour, int]
    outline: list[Polygon]
    xyxy: Array
    depth: float
    foot: Array

    def draw(self, image: Image) -> None:
        after, lines, ink, width = self.strokes
        for k, (polygon, colour) in enumerate(self.polygons):
            cv2.fillConvexPoly(image, polygon, colour, cv2.LINE_AA, SHIFT)
            if k == after and lines:
                cv2.polylines(image, lines, False, ink, width, cv2.LINE_AA, SHIFT)


def capsules(a: Array, b: Array, ra: Array, rb: Array) -> Array:
    """(N, 2) ends and (N,) radii to (N, 10, 2) outlines."""
    way = b - a
    angle = np.arctan2(way[:, 1], way[:, 0])[:, None] + _HALF
    c, s = np.cos(angle), np.sin(angle)
    out = np.empty((len(a), 2 * _ROUND, 2))
    out[:, :_ROUND, 0] = b[:, :1] + rb[:, None] * c
    out[:, :_ROUND, 1] = b[:, 1:] + rb[:, None] * s
    out[:, _ROUND:, 0] = a[:, :1] - ra[:, None] * c
    out[:, _ROUND:, 1] = a[:, 1:] - ra[:, None] * s
    return out


def fixed(points: Array) -> Polygon:
    """Pixels to fixed point for cv2's `shift`."""
    return np.asarray(np.round(points * (1 << SHIFT)), np.int32)


class Figures:
    """Everyone of one squad, dressed."""

    def __init__(self, squad: Squad, look: Look) -> None:
        self._squad = squad
        n = len(squad)
        self._clothes = dress(squad.people, look)
        self._light = np.array(look.light) / np.hypot(*look.light)
        build = np.array([person.build for person in squad.people])
        # Heads and hands do not grow with the waist.
        grows = np.array([part.name not in ("face", "hair", "tail") for part in _PARTS])
        self._radii = _RADII[None] * np.where(grows[None], build[:, None], 1.0)[..., None]
        self._hull = _HULL_RADII[None] * build[:, None]
        self._dark = [self._colours(c, 1 - look.contrast) for c in self._clothes]
        self._plain = [self._colours(c, 1 - look.contrast * 0.35) for c in self._clothes]
        self._lit = [self._colours(c, 1.0) for c in self._clothes]
        self._worn = np.ones((n, len(_PARTS)), bool)
        for k, person in enumerate(squad.people):
            self._worn[k, _INDEX["hair"]] = person.style > 0
            self._worn[k, _INDEX["tail"]] = person.style == 2
            if self._clothes[k]["sleeve"] == self._clothes[k]["skin"]:
                self._worn[k, [3, _LIMBS + 3]] = False
        self._marks = [_marks(person) for person in squad.people]

    @staticmethod
    def _colours(clothes: Clothes, by: float) -> list[Colour]:
        return [shade(clothes[part.cloth], by) for part in _PARTS]

    def seen(self, joints: Array, camera: Camera) -> list[Figure]:
        """Everyone as seen now, in the squad's order."""
        squad = self._squad
        n = len(squad)
        ahead, _ = squad.facing()
        points = _with_heads(joints, ahead, squad.height)
        pixels, depth = camera.project(points)
        size = camera.focal / depth[:, PELVIS] * squad.height  # a body height, pixels
        a, b = _START @ pixels, _END @ pixels
        radii = self._radii * size[:, None, None]
        flat = (-1, 2)
        dark = capsules(
            a.reshape(flat), b.reshape(flat), radii[..., 0].ravel(), radii[..., 1].ravel()
        ).reshape(n, len(_PARTS), -1, 2)
        hull = pixels[:, _HULL, None] + (self._hull * size[:, None])[..., None, None] * _CIRCLE
        hull = hull.reshape(n, -1, 2)
        middle = dark.mean(axis=2, keepdims=True)
        move = self._light * (0.2 * radii.mean(axis=2))[..., None]
        lit = middle + (dark - middle) * 0.78 + move[:, :, None]
        low = np.where(self._worn[..., None], dark.min(axis=2), np.inf).min(axis=1)
        high = np.where(self._worn[..., None], dark.max(axis=2), -np.inf).max(axis=1)
        low, high = np.minimum(low, hull.min(axis=1)), np.maximum(high, hull.max(axis=1))
        boxes = np.concatenate([low, high], axis=1)
        facing = ((camera.position - joints[:, NECK]) * ahead).sum(axis=1) > 0
        behind = depth[:, HAND : HAND + 2] > depth[:, NECK, None] + 0.02
        far_arm = (depth[:, SHOULDER] < depth[:, SHOULDER + 1]).astype(int)
        far_leg = (depth[:, KNEE] < depth[:, KNEE + 1]).astype(int)
        dark_f, lit_f, hull_f = fixed(dark), fixed(lit), fixed(hull)
        # The bright part of the torso is a smaller copy, moved towards the light.
        shift = (0.16 * hull.mean(axis=1) + 1.1 * move[:, _TORSO]) * (1 << SHIFT)
        out = []
        for i, person in enumerate(squad.people):
            order = _order(
                (bool(behind[i, 0]), bool(behind[i, 1])),
                int(far_arm[i]),
                int(far_leg[i]),
                bool(facing[i]),
            )
            torso = cv2.convexHull(hull_f[i])[:, 0]
            polygons, outline, after = self._polygons(
                i, order, dark_f[i], lit_f[i], torso, shift[i]
            )
            lines, width = self._lines(i, pixels[i], bool(facing[i]), float(size[i]))
            strokes = (after, lines, self._clothes[i]["number"], width)
            foot = np.append(squad.at[i], 0.0)
            out.append(
                Figure(person, polygons, strokes, outline, boxes[i], float(depth[i, PELVIS]), foot)
            )
        return out

    def _polygons(
        self,
        who: int,
        order: tuple[int, ...],
        dark: Polygon,
        lit: Polygon,
        torso: Polygon,
        shift: Array,
    ) -> tuple[list[tuple[Polygon, Colour]], list[Polygon], int]:
        """What to paint, what hides others, and after which polygon the number comes."""
        polygons: list[tuple[Polygon, Colour]] = []
        outline: list[Polygon] = []
        after = 0
        for k in order:
            if not self._worn[who, k]:
                continue
            part = _PARTS[k]
            shape, bright = dark[k], lit[k]
            if k == _TORSO:
                shape, bright = torso, (torso * 0.84 + shift).astype(np.int32)
            if part.solid:
                outline.append(shape)
            if not part.lit:
                polygons.append((shape, self._plain[who][k]))
                continue
            polygons += [(shape, self._dark[who][k]), (bright, self._lit[who][k])]
            if k == _TORSO:
                after = len(polygons) - 1
        return polygons, outline, after

    def _lines(self, who: int, at: Array, facing: bool, size: float) -> tuple[list[Polygon], int]:
        """The number or the stripes on the torso, and their width."""
        left, right = at[SHOULDER], at[SHOULDER + 1]
        if facing:
            left, right = right, left
        across, down = right - left, at[PELVIS] - at[NECK]
        if across[0] < size * 0.05:
            return [], 1
        marks, splits, width = self._marks[who]
        points = fixed(left + marks[:, :1] * across + marks[:, 1:] * down)
        # Lines on a shirt that is turned away are narrow too, or digits would run together.
        turned = float(np.clip(np.linalg.norm(across) / (0.2 * size), 0.5, 1.0))
        return np.split(points, splits), max(1, round(size * width * turned))


def _with_heads(joints: Array, ahead: Array, height: Array) -> Array:
    """(N, JOINTS, 3) to (N, _POINTS, 3)."""
    head, neck = joints[:, HEAD], joints[:, NECK]
    up = (head - neck) / np.linalg.norm(head - neck, axis=1, keepdims=True)
    tall = height[:, None]
    extra = [
        head + up * 0.024 * tall,
        head + (ahead * 0.008 - up * 0.032) * tall,
        head + (up * 0.03 - ahead * 0.012) * tall,
        neck - (ahead * 0.035 + up * 0.01) * tall,
    ]
    return np.concatenate([joints, np.stack(extra, axis=1)], axis=1)


def _marks(person: Person) -> tuple[Array, list[int], float]:
    """Lines on the torso: points (across, down), where to split them, width in heights."""
    if person.number is None:
        stripes = [np.array([(x, 0.0), (x, 0.9)]) for x in (-0.1, 0.2, 0.5, 0.8, 1.1)]
        return np.concatenate(stripes), [2, 4, 6, 8], 0.016
    wide, tall, gap = 0.3, 0.15, 0.12
    count = len(person.number)
    first = 0.5 - (count * wide + (count - 1) * gap) / 2
    digits = []
    for k, digit in enumerate(person.number):
        strokes = np.array(_DIGITS[digit], np.float64)
        digits.append(strokes * [wide, tall] + [first + k * (wide + gap), 0.22])
    splits = np.cumsum([len(d) for d in digits])[:-1].tolist()
    return np.concatenate(digits), splits, 0.017
