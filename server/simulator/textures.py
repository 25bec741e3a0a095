"""Textures of the surroundings: floor, walls, crowd, trees, ceiling, sky. BGR, from a seed."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from server.simulator.court import Court
from server.simulator.look import HAIRS, Colour, Look, shade

Image = NDArray[np.uint8]
Point = tuple[float, float]
PX = 34  # floor, pixels a metre; the ceiling has half of it
WALL_PX = 30
CEILING = 7.5  # metres
_NEAR = 9.0  # metres of floor on the phone's side, under its feet


@dataclass(frozen=True, slots=True)
class Room:
    """The floor's outer edges, metres; `near` is the phone's side."""

    left: float
    right: float
    near: float
    far: float
    height: float = CEILING

    @classmethod
    def around(cls, court: Court, look: Look) -> Room:
        s = court.size
        beside, behind = look.margins
        left = -12.0 if court.half else -s.length / 2 - behind
        return cls(left, s.length / 2 + behind, -s.width / 2 - _NEAR, s.width / 2 + beside)

    def walls(self) -> tuple[tuple[Point, Point], ...]:
        """Left, right and far wall from floor point to floor point, as drawn from behind."""
        left, right, near, far = self.left, self.right, self.near, self.far
        return (
            ((left, near), (left, far)),
            ((right, far), (right, near)),
            ((left, far), (right, far)),
        )


def _speckle(
    rng: np.random.Generator, shape: tuple[int, int], cell: tuple[int, int]
) -> NDArray[np.float32]:
    """(H, W) smooth noise, standard deviation about 1, with cells of (w, h) pixels."""
    small = (max(2, shape[0] // cell[1]), max(2, shape[1] // cell[0]))
    noise = rng.standard_normal(small).astype(np.float32)
    return np.asarray(cv2.resize(noise, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def floor(court: Court, look: Look, room: Room, rng: np.random.Generator) -> Image:
    """The floor from above, row 0 at the room's near edge."""
    w, h = int((room.right - room.left) * PX), int((room.far - room.near) * PX)
    image = np.empty((h, w, 3), np.uint8)
    image[:] = look.floor_outer

    def pixels(points: NDArray[np.float64]) -> NDArray[np.int32]:
        return np.asarray(np.round((points - [room.left, room.near]) * PX * 16), np.int32)

    def area(points: NDArray[np.float64], colour: Colour) -> None:
        cv2.fillPoly(image, [pixels(points)], colour, cv2.LINE_AA, 4)

    s = court.size
    x0 = 0.0 if court.half else -s.length / 2
    if look.surround == "outdoors":
        image[:] = (45, 105, 85)
        area(_rectangle(x0 - 3, s.length / 2 + 3, s.width / 2 + 3), look.floor_outer)
    area(_rectangle(x0, s.length / 2, s.width / 2), look.floor_colour)
    if look.key_colour is not None:
        for key in court.key_areas():
            area(key, look.key_colour)
    wood = look.floor == "wood"
    grain = _speckle(rng, (h, w), (70, 5) if wood else (2, 2))
    stain = _speckle(rng, (h, w), (160, 160))
    strength = {"wood": 6.0, "asphalt": 9.0, "painted": 4.0}[look.floor]
    tint = (grain * strength + stain * 5)[..., None]
    if wood:
        rows = np.arange(h) % max(3, PX // 8) == 0
        tint = tint - 8 * rows[:, None, None]
    image = np.clip(image + tint, 0, 255).astype(np.uint8)
    thick = max(2, round(s.line * PX))
    for line in court.lines():
        cv2.polylines(image, [pixels(line)], False, look.line_colour, thick, cv2.LINE_AA, 4)
    if wood:
        _shine(image, look, rng)
    return image


def _rectangle(left: float, right: float, half: float) -> NDArray[np.float64]:
    return np.array([(left, -half), (right, -half), (right, half), (left, half)])


def _shine(image: Image, look: Look, rng: np.random.Generator) -> None:
    """Lamps mirrored in the varnish: soft bright patches."""
    h, w = image.shape[:2]
    glow = np.zeros((h // 8, w // 8), np.float32)
    for _ in range(int(rng.integers(3, 9))):
        at = (int(rng.integers(0, w // 8)), int(rng.integers(0, h // 8)))
        size = (int(rng.integers(8, 30)), int(rng.integers(4, 12)))
        cv2.ellipse(glow, at, size, 0, 0, 360, float(rng.uniform(8, 34)), -1)
    glow = np.asarray(cv2.GaussianBlur(glow, (0, 0), 7), np.float32)
    image[:] = np.clip(image + cv2.resize(glow, (w, h))[..., None], 0, 255).astype(np.uint8)


def ceiling(look: Look, room: Room, rng: np.random.Generator) -> Image:
    """Beams, ducts and lamps, seen from below; half as fine as the floor."""
    px = PX // 2
    w, h = int((room.right - room.left) * px), int((room.far - room.near) * px)
    base = shade(look.wall_colour, float(rng.uniform(0.35, 0.95)))
    image = np.empty((h, w, 3), np.uint8)
    image[:] = base
    for x in range(0, w, int(rng.uniform(2.5, 5) * px)):
        cv2.rectangle(image, (x, 0), (x + 5, h), shade(base, 0.72), -1)
    for y in range(0, h, int(rng.uniform(3, 6) * px)):
        cv2.rectangle(image, (0, y), (w, y + 2), shade(base, 0.8), -1)
    if rng.random() < 0.5:
        y = int(rng.integers(0, h))
        cv2.rectangle(image, (0, y), (w, y + px), shade(base, 1.2), -1)
    gap_x, gap_y = int(rng.uniform(3, 6) * px), int(rng.uniform(3, 5) * px)
    long, wide = int(rng.uniform(0.6, 1.6) * px), int(rng.uniform(0.3, 0.6) * px)
    for x in range(gap_x // 2, w, gap_x):
        for y in range(gap_y // 2, h, gap_y):
            cv2.rectangle(image, (x, y), (x + long, y + wide), (250, 250, 250), -1)
    return image


def sky(rng: np.random.Generator, look: Look, size: tuple[int, int]) -> Image:
    """What is behind everything else: the photo, the sky, or a dull wall."""
    w, h = size
    if look.photo is not None:
        return np.asarray(cv2.resize(look.photo, size, interpolation=cv2.INTER_AREA), np.uint8)
    fade = np.linspace(0, 1, h, dtype=np.float32)[:, None, None]
    if look.surround == "gym":
        dull = np.array(look.wall_colour, np.float32) * 0.6
        image = np.broadcast_to(dull, (h, w, 3)).copy()
    else:
        low = np.array([235, 225, 205], np.float32) * rng.uniform(0.8, 1.0)
        high = np.array([220, 160, 95], np.float32) * rng.uniform(0.7, 1.05)
        image = np.broadcast_to(high * (1 - fade) + low * fade, (h, w, 3)).copy()
        cloud = np.clip(_speckle(rng, (h, w), (260, 70)) - rng.uniform(0.3, 1.2), 0, 1)[..., None]
        image = image * (1 - 0.7 * cloud) + 250 * 0.7 * cloud
    return np.asarray(np.clip(image, 0, 255), np.uint8)


def wall(look: Look, rng: np.random.Generator, w: int, h: int) -> tuple[Image, Image]:
    """A gym's wall and its mask: two colours, panels, posters, a scoreboard, perhaps a crowd."""
    image = np.empty((h, w, 3), np.uint8)
    image[:] = look.wall_colour
    low = int(h * (1 - rng.uniform(0.25, 0.42)))
    image[low:] = look.wall_low
    gap = int(rng.integers(60, 160))
    for x in range(0, w, gap):
        cv2.line(image, (x, 0), (x, low), shade(look.wall_colour, 0.86), 2)
        cv2.line(image, (x, low), (x, h), shade(look.wall_low, 0.8), 2)
    if rng.random() < 0.4:
        for x in range(gap // 3, w, gap):
            box = (x, int(0.06 * h), gap // 2, int(0.16 * h))
            cv2.rectangle(image, box, (225, 215, 190), -1)
    for _ in range(int(rng.integers(0, 5))):
        x, y = int(rng.integers(0, max(w - 90, 1))), int(rng.integers(5, h // 2))
        _poster(image, rng, (x, y, int(rng.integers(30, 90)), int(rng.integers(15, 45))))
    for _ in range(int(rng.integers(0, 3))):
        x = int(rng.integers(0, max(w - 60, 1)))
        door = shade(look.wall_low, float(rng.uniform(0.4, 1.4)))
        cv2.rectangle(image, (x, h - 66), (x + 34, h), door, -1)
    if rng.random() < 0.6:
        _scoreboard(image, rng, int(rng.integers(0, max(w - 80, 1))))
    tint = _speckle(rng, (h, w), (200, 60))[..., None] * 5
    image = np.clip(image + tint, 0, 255).astype(np.uint8)
    if look.crowd > 0:
        _crowd(image, look, rng)
    return image, np.full((h, w), 255, np.uint8)


def _poster(image: Image, rng: np.random.Generator, box: tuple[int, int, int, int]) -> None:
    x, y, w, h = box
    paper, ink = rng.integers(0, 255, (2, 3)).tolist()
    cv2.rectangle(image, box, paper, -1)
    for row in range(y + 5, y + h - 3, 8):
        cv2.line(image, (x + 4, row), (x + int(rng.integers(8, max(w - 3, 9))), row), ink, 2)


def _scoreboard(image: Image, rng: np.random.Generator, x: int) -> None:
    y = int(0.08 * image.shape[0])
    body: Colour = (30, 30, 190) if rng.random() < 0.4 else (35, 32, 30)
    cv2.rectangle(image, (x, y, 78, 40), body, -1)
    for k, place in enumerate(((6, 20), (52, 20), (26, 6))):
        text = f"{int(rng.integers(0, 99)):02d}" if k < 2 else f"{int(rng.integers(0, 10))}:00"
        at = (x + place[0], y + place[1] + 10)
        cv2.putText(image, text, at, cv2.FONT_HERSHEY_PLAIN, 0.9, (60, 200, 255), 1, cv2.LINE_AA)


def _crowd(image: Image, look: Look, rng: np.random.Generator) -> None:
    """Rows of sitting people, the front row last."""
    h, w = image.shape[:2]
    rows = int(rng.integers(3, 8))
    plain = rng.random() < 0.4  # a school's supporters dress alike
    theme = look.jersey[int(rng.integers(2))]
    for row in range(rows, 0, -1):
        base = h - int((row - 0.07) * 0.42 * WALL_PX)
        cv2.rectangle(image, (0, base - 3), (w, base + 12), shade(look.wall_low, 0.75), -1)
        cv2.rectangle(image, (0, base), (w, base + 4), (120, 124, 130), -1)
        for x in range(8, w, 15):
            if rng.random() > look.crowd:
                continue
            cx, cy = x + int(rng.integers(-4, 5)), base - int(rng.integers(0, 5))
            cloth: Colour = theme
            if not plain or rng.random() < 0.4:
                b, g, r = (rng.integers(15, 225, 3) * rng.uniform(0.3, 1)).astype(int).tolist()
                cloth = (b, g, r)
            skin = look.skins[int(rng.integers(len(look.skins)))]
            hair = HAIRS[int(rng.integers(len(HAIRS)))]
            knee = shade(cloth, 0.5)
            cv2.ellipse(image, (cx, cy), (7, 15), 0, 180, 360, cloth, -1, cv2.LINE_AA)
            cv2.rectangle(image, (cx - 6, cy - 4, 12, 8), knee, -1)
            cv2.circle(image, (cx, cy - 18), 5, hair, -1, cv2.LINE_AA)
            cv2.ellipse(image, (cx, cy - 16), (3, 5), 0, 0, 360, skin, -1, cv2.LINE_AA)


def trees(rng: np.random.Generator, w: int, h: int) -> tuple[Image, Image]:
    """Trees, houses and a fence, and their mask; the sky stays free above."""
    image = np.empty((h, w, 3), np.uint8)
    image[:] = (40, 70, 50)
    mask = np.zeros((h, w), np.uint8)
    mask[int(h * 0.75) :] = 255
    base = rng.uniform(0.5, 1.3)
    if rng.random() < 0.5:
        _houses(image, mask, rng)
    thick = int(rng.integers(3, 12))
    for _ in range(w // thick):
        at = (int(rng.integers(0, w)), int(h * rng.uniform(0.3, 0.9)))
        size = int(rng.uniform(6, 30))
        green = (np.array([32, 88, 60]) * rng.uniform(0.5, 1.3) * base).astype(int).tolist()
        cv2.circle(image, at, size, green, -1, cv2.LINE_AA)
        cv2.circle(mask, at, size, 255, -1, cv2.LINE_AA)
    leaf = rng.normal(0, 14, (h, w, 1))
    image = np.clip(image + leaf, 0, 255).astype(np.uint8)
    if rng.random() < 0.7:
        top = int(h * rng.uniform(0.4, 0.7))
        wire: Colour = (90, 95, 90)
        for x in range(0, w, 80):
            for target, ink in ((image, (60, 65, 60)), (mask, (255, 255, 255))):
                cv2.line(target, (x, top), (x, h), ink, 3)
        for x in range(0, w, 12):
            cv2.line(image, (x, top), (x, h), wire, 1)
        cv2.line(image, (0, top), (w, top), wire, 2)
        cv2.line(mask, (0, top), (w, top), 255, 2)
    return image, mask


def _houses(image: Image, mask: Image, rng: np.random.Generator) -> None:
    h, w = mask.shape
    for _ in range(int(rng.integers(1, 5))):
        x, top = int(rng.integers(0, w)), int(h * rng.uniform(0.05, 0.5))
        wide = int(rng.integers(60, 240))
        level = int(rng.integers(90, 225))
        cv2.rectangle(image, (x, top), (x + wide, h), (level, level, min(level + 15, 255)), -1)
        cv2.rectangle(mask, (x, top), (x + wide, h), 255, -1)
        for wx in range(x + 8, x + wide - 10, 22):
            for wy in range(top + 8, h - 20, 26):
                cv2.rectangle(image, (wx, wy, 10, 14), shade((level, level, level), 0.55), -1)
