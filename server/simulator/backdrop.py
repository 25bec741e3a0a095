"""What never moves, painted once: floor, walls, crowd, sky; wide enough for every pan."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from server.simulator.camera import Camera
from server.simulator.court import Court
from server.simulator.look import HAIRS, Colour, Look

Image = NDArray[np.uint8]
_PX = 36  # floor texture, pixels a metre
_WALL_PX = 30
_APRON = 9.0  # metres of floor beyond the lines


def paint(court: Court, camera: Camera, look: Look) -> Image:
    """The (H, W, 3) BGR picture that `camera` (level: roll 0) would take of an empty court."""
    rng = np.random.default_rng(look.texture_seed)
    w, h = camera.size
    picture = _sky(rng, look, (w, h))
    horizon = _horizon(camera)
    s = court.size
    left = (0.0 if court.half else -s.length / 2) - _APRON
    right, wide = s.length / 2 + _APRON, s.width / 2 + _APRON
    floor = _floor(court, look, rng, left, right, wide)
    matrix = camera.plane(
        np.array([left, -wide, 0.0]), np.array([1.0 / _PX, 0, 0]), np.array([0, 1.0 / _PX, 0])
    )
    _lay(picture, floor, matrix, horizon)
    if look.surround != "photo":
        for start, end in (
            ((left, wide), (right, wide)),
            ((right, wide), (right, -wide)),
            ((left, -wide), (left, wide)),
        ):
            _stand(picture, camera, look, rng, np.array(start), np.array(end))
    if look.gain != (1.0, 1.0, 1.0) or look.gamma != 1.0:
        picture = tone(picture, look)
    return picture


def tone(picture: Image, look: Look) -> Image:
    """Exposure and white balance."""
    ramp = np.linspace(0, 1, 256) ** look.gamma * 255
    table = np.clip(ramp[:, None] * np.array(look.gain), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(picture, table[None]), np.uint8)


def _horizon(camera: Camera) -> int:
    forward = camera.rotation[2].copy()
    forward[2] = 0
    far, _ = camera.project(camera.position + forward / np.linalg.norm(forward) * 1e5)
    return int(np.clip(far[1], -1e6, 1e6)) + 2


def _lay(picture: Image, texture: Image, matrix: NDArray[np.float64], top: int) -> None:
    """Put a texture of the floor into the picture, below row `top` only."""
    h, w = picture.shape[:2]
    top = max(top, 0)
    if top >= h:
        return
    twice = np.array([[2, 0, 0.5], [0, 2, 0.5 - 2 * top], [0, 0, 1]]) @ matrix
    size = (w * 2, (h - top) * 2)
    big = cv2.warpPerspective(texture, twice, size, flags=cv2.INTER_LINEAR)
    mask = np.full(texture.shape[:2], 255, np.uint8)
    seen = cv2.warpPerspective(mask, twice, size, flags=cv2.INTER_NEAREST)
    small = cv2.resize(big, (w, h - top), interpolation=cv2.INTER_AREA)
    seen = cv2.resize(seen, (w, h - top), interpolation=cv2.INTER_AREA)
    _mix(picture[top:], np.asarray(small, np.uint8), np.asarray(seen, np.uint8))


def _mix(under: Image, over: Image, mask: Image) -> None:
    alpha = mask[..., None].astype(np.float32) / 255
    under[:] = (over * alpha + under * (1 - alpha)).astype(np.uint8)


def _speckle(
    rng: np.random.Generator, shape: tuple[int, int], cell: tuple[int, int]
) -> NDArray[np.float32]:
    """(H, W) smooth noise, standard deviation about 1, with cells of (w, h) pixels."""
    small = (max(2, shape[0] // cell[1]), max(2, shape[1] // cell[0]))
    noise = rng.standard_normal(small).astype(np.float32)
    return np.asarray(cv2.resize(noise, shape[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def _floor(
    court: Court, look: Look, rng: np.random.Generator, left: float, right: float, wide: float
) -> Image:
    w, h = int((right - left) * _PX), int(2 * wide * _PX)
    image = np.empty((h, w, 3), np.uint8)
    image[:] = look.floor_outer

    def pixels(points: NDArray[np.float64]) -> NDArray[np.int32]:
        return np.asarray(np.round((points - [left, -wide]) * _PX * 16), np.int32)

    s = court.size
    x0 = 0.0 if court.half else -s.length / 2
    box = np.array(
        [
            (x0, -s.width / 2),
            (s.length / 2, -s.width / 2),
            (s.length / 2, s.width / 2),
            (x0, s.width / 2),
        ]
    )
    cv2.fillPoly(image, [pixels(box)], look.floor_colour, cv2.LINE_AA, 4)
    if look.key_colour is not None:
        for key in court.key_areas():
            cv2.fillPoly(image, [pixels(key)], look.key_colour, cv2.LINE_AA, 4)
    grain = (
        _speckle(rng, (h, w), (70, 5)) if look.floor == "wood" else _speckle(rng, (h, w), (2, 2))
    )
    stain = _speckle(rng, (h, w), (160, 160))
    strength = {"wood": 6.0, "asphalt": 9.0, "painted": 4.0}[look.floor]
    shade = (grain * strength + stain * 5)[..., None]
    if look.floor == "wood":
        rows = np.arange(h) % max(3, _PX // 8) == 0
        shade = shade - 8 * rows[:, None, None]
    image = np.clip(image + shade, 0, 255).astype(np.uint8)
    thick = max(2, round(s.line * _PX))
    for line in court.lines():
        cv2.polylines(image, [pixels(line)], False, look.line_colour, thick, cv2.LINE_AA, 4)
    return image


def _sky(rng: np.random.Generator, look: Look, size: tuple[int, int]) -> Image:
    w, h = size
    if look.photo is not None:
        return np.asarray(cv2.resize(look.photo, size, interpolation=cv2.INTER_AREA), np.uint8)
    fade = np.linspace(0, 1, h, dtype=np.float32)[:, None, None]
    if look.surround == "gym":
        ceiling = np.array(look.wall_colour, np.float32) * rng.uniform(0.5, 0.9)
        image = np.broadcast_to(ceiling * (0.7 + 0.5 * fade), (h, w, 3)).copy()
        for _ in range(int(rng.integers(4, 12))):
            x, y = int(rng.integers(0, w)), int(rng.integers(0, h // 2))
            cv2.rectangle(image, (x, y), (x + w // 30, y + 6), (250, 250, 250), -1)
    else:
        low = np.array([235, 225, 205], np.float32) * rng.uniform(0.8, 1.0)
        high = np.array([220, 160, 95], np.float32) * rng.uniform(0.7, 1.05)
        image = np.broadcast_to(high * (1 - fade) + low * fade, (h, w, 3)).copy()
        cloud = np.clip(_speckle(rng, (h, w), (260, 70)) - rng.uniform(0.3, 1.2), 0, 1)[..., None]
        image = image * (1 - 0.7 * cloud) + 250 * 0.7 * cloud
    return np.asarray(np.clip(image, 0, 255), np.uint8)


def _stand(
    picture: Image,
    camera: Camera,
    look: Look,
    rng: np.random.Generator,
    start: NDArray[np.float64],
    end: NDArray[np.float64],
) -> None:
    """One wall from floor point `start` to `end`, with a crowd or trees."""
    length = float(np.linalg.norm(end - start))
    tall = 7.0 if look.surround == "gym" else 6.0
    w, h = int(length * _WALL_PX), int(tall * _WALL_PX)
    texture, mask = _wall(look, rng, w, h) if look.surround == "gym" else _trees(rng, w, h)
    along = np.append((end - start) / w, 0.0)
    corners = np.array([[*start, 0], [*end, 0]])
    local = (corners - camera.position) @ camera.rotation.T
    if (local[:, 2] < 0.5).any():
        # Keep the part in front of the phone.
        keep = np.array(
            [
                k
                for k in range(0, w, 8)
                if camera.rotation[2] @ (corners[0] + along * k - camera.position) > 0.5
            ]
        )
        if len(keep) < 2:
            return
        texture, mask = texture[:, keep[0] : keep[-1]], mask[:, keep[0] : keep[-1]]
        corners[0] = corners[0] + along * keep[0]
    origin = np.append(corners[0][:2], tall)
    matrix = camera.plane(origin, along, np.array([0, 0, -1.0 / _WALL_PX]))
    size = (picture.shape[1], picture.shape[0])
    over = cv2.warpPerspective(texture, matrix, size, flags=cv2.INTER_LINEAR)
    seen = cv2.warpPerspective(mask, matrix, size, flags=cv2.INTER_LINEAR)
    _mix(picture, np.asarray(over, np.uint8), np.asarray(seen, np.uint8))


def _wall(look: Look, rng: np.random.Generator, w: int, h: int) -> tuple[Image, Image]:
    image = np.empty((h, w, 3), np.uint8)
    image[:] = look.wall_colour
    low = int(h * (1 - rng.uniform(0.25, 0.42)))
    image[low:] = look.wall_low
    for x in range(0, w, int(rng.integers(60, 160))):
        cv2.line(image, (x, 0), (x, h), tuple(int(c * 0.85) for c in look.wall_colour), 2)
    for _ in range(int(rng.integers(0, 5))):
        x, y = int(rng.integers(0, max(w - 90, 1))), int(rng.integers(5, h // 2))
        size = (int(rng.integers(30, 90)), int(rng.integers(15, 45)))
        colour = tuple(rng.integers(0, 255, 3).tolist())
        cv2.rectangle(image, (x, y), (x + size[0], y + size[1]), colour, -1)
    shade = _speckle(rng, (h, w), (200, 60))[..., None] * 5
    image = np.clip(image + shade, 0, 255).astype(np.uint8)
    if look.crowd > 0:
        _crowd(image, look, rng)
    return image, np.full((h, w), 255, np.uint8)


def _crowd(image: Image, look: Look, rng: np.random.Generator) -> None:
    """Rows of sitting people, the front row last."""
    h, w = image.shape[:2]
    rows = int(rng.integers(3, 7))
    for row in range(rows, 0, -1):
        base = h - int((0.35 + row * 0.42) * _WALL_PX) + int(0.42 * _WALL_PX)
        step: Colour = (120, 124, 130)
        cv2.rectangle(image, (0, base), (w, base + 5), step, -1)
        for x in range(8, w, 17):
            if rng.random() > look.crowd:
                continue
            cx, cy = x + int(rng.integers(-3, 4)), base - int(rng.integers(0, 4))
            cloth = tuple((rng.integers(20, 235, 3) * rng.uniform(0.5, 1)).astype(int).tolist())
            skin = look.skins[int(rng.integers(len(look.skins)))]
            hair = HAIRS[int(rng.integers(len(HAIRS)))]
            cv2.ellipse(image, (cx, cy), (7, 14), 0, 180, 360, cloth, -1, cv2.LINE_AA)
            cv2.circle(image, (cx, cy - 17), 5, hair, -1, cv2.LINE_AA)
            cv2.circle(image, (cx, cy - 16), 4, skin, -1, cv2.LINE_AA)


def _trees(rng: np.random.Generator, w: int, h: int) -> tuple[Image, Image]:
    """A hedge of trees behind a fence; the sky stays free above."""
    image = np.zeros((h, w, 3), np.uint8)
    image[:] = (40, 70, 50)
    mask = np.zeros((h, w), np.uint8)
    mask[int(h * 0.75) :] = 255
    base = rng.uniform(0.4, 1.2)
    for _ in range(w // 5):
        x = int(rng.integers(0, w))
        y = int(h * rng.uniform(0.3, 0.9))
        size = int(rng.uniform(8, 34))
        green = np.array([30, 85, 55]) * rng.uniform(0.5, 1.3) * base
        cv2.circle(image, (x, y), size, tuple(green.astype(int).tolist()), -1, cv2.LINE_AA)
        cv2.circle(mask, (x, y), size, 255, -1, cv2.LINE_AA)
    leaf = rng.normal(0, 14, (h, w, 1))
    image = np.clip(image + leaf, 0, 255).astype(np.uint8)
    if rng.random() < 0.7:
        top = int(h * 0.45)
        wire = (90, 95, 90)
        for x in range(0, w, 80):
            cv2.line(image, (x, top), (x, h), (60, 65, 60), 3)
            cv2.line(mask, (x, top), (x, h), 255, 3)
        cv2.line(image, (0, top), (w, top), wire, 2)
        cv2.line(mask, (0, top), (w, top), 255, 2)
    return image, mask
