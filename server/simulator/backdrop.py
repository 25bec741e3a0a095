"""What never moves, painted once: floor, walls, crowd, sky; wide enough for every pan."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from server.simulator import textures
from server.simulator.camera import Camera
from server.simulator.court import Court
from server.simulator.look import Look
from server.simulator.textures import PX, WALL_PX, Room

Array = NDArray[np.float64]
Image = NDArray[np.uint8]


def paint(court: Court, camera: Camera, look: Look) -> Image:
    """The (H, W, 3) BGR picture that `camera` (level: roll 0) would take of an empty court."""
    rng = np.random.default_rng(look.texture_seed)
    room = Room.around(court, look)
    picture = textures.sky(rng, look, camera.size)
    horizon = _horizon(camera)
    if look.surround == "gym":
        _lay_ceiling(picture, camera, look, room, horizon, rng)
    floor = textures.floor(court, look, room, rng)
    step = 1.0 / PX
    corner = np.array([room.left, room.near, 0.0])
    matrix = camera.plane(corner, np.array([step, 0, 0]), np.array([0, step, 0]))
    _lay(picture, floor, matrix, horizon)
    if look.surround != "photo":
        for start, end in room.walls():
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
    return int(np.clip(far[1], -1e6, 1e6))


def _lay(picture: Image, texture: Image, matrix: Array, top: int) -> None:
    """Put a texture of the floor into the picture, below row `top` only."""
    h, w = picture.shape[:2]
    top = max(top + 2, 0)
    if top >= h:
        return
    # Twice the size and halved again, so that far lines do not crumble.
    twice = np.array([[2, 0, 0.5], [0, 2, 0.5 - 2 * top], [0, 0, 1]]) @ matrix
    size = (w * 2, (h - top) * 2)
    big = cv2.warpPerspective(texture, twice, size, flags=cv2.INTER_LINEAR)
    mask = np.full(texture.shape[:2], 255, np.uint8)
    seen = cv2.warpPerspective(mask, twice, size, flags=cv2.INTER_NEAREST)
    small = cv2.resize(big, (w, h - top), interpolation=cv2.INTER_AREA)
    seen = cv2.resize(seen, (w, h - top), interpolation=cv2.INTER_AREA)
    _mix(picture[top:], np.asarray(small, np.uint8), np.asarray(seen, np.uint8))


def _lay_ceiling(
    picture: Image, camera: Camera, look: Look, room: Room, bottom: int, rng: np.random.Generator
) -> None:
    """The gym's ceiling, above row `bottom` only."""
    bottom = min(bottom - 2, picture.shape[0])
    if bottom <= 2:
        return
    texture = textures.ceiling(look, room, rng)
    step = 2.0 / PX
    corner = np.array([room.left, room.near, room.height])
    matrix = camera.plane(corner, np.array([step, 0, 0]), np.array([0, step, 0]))
    size = (picture.shape[1], bottom)
    over = cv2.warpPerspective(texture, matrix, size, flags=cv2.INTER_AREA)
    mask = np.full(texture.shape[:2], 255, np.uint8)
    seen = cv2.warpPerspective(mask, matrix, size, flags=cv2.INTER_NEAREST)
    _mix(picture[:bottom], np.asarray(over, np.uint8), np.asarray(seen, np.uint8))


def _mix(under: Image, over: Image, mask: Image) -> None:
    alpha = mask.astype(np.float32) / 255
    under[:] = cv2.blendLinear(over, under, alpha, 1 - alpha)


def _stand(
    picture: Image, camera: Camera, look: Look, rng: np.random.Generator, start: Array, end: Array
) -> None:
    """One wall from floor point `start` to `end`, with a crowd, or trees."""
    length = float(np.linalg.norm(end - start))
    inside = look.surround == "gym"
    tall = textures.CEILING if inside else 6.5
    w, h = int(length * WALL_PX), int(tall * WALL_PX)
    texture, mask = textures.wall(look, rng, w, h) if inside else textures.trees(rng, w, h)
    along = np.append((end - start) / w, 0.0)
    origin = np.append(start, tall)
    columns = np.arange(0, w, 8)
    depth = (origin + along * columns[:, None] - camera.position) @ camera.rotation[2]
    seen_columns = columns[depth > 0.5]
    if len(seen_columns) < 2:
        return
    # Only the part in front of the phone can be projected.
    first, last = int(seen_columns[0]), int(seen_columns[-1])
    texture, mask = texture[:, first:last], mask[:, first:last]
    down = np.array([0, 0, -1.0 / WALL_PX])
    matrix = camera.plane(origin + along * first, along, down)
    size = (picture.shape[1], picture.shape[0])
    over = cv2.warpPerspective(texture, matrix, size, flags=cv2.INTER_LINEAR)
    seen = cv2.warpPerspective(mask, matrix, size, flags=cv2.INTER_LINEAR)
    _mix(picture, np.asarray(over, np.uint8), np.asarray(seen, np.uint8))
