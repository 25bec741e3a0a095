"""Draws a basketball: a shaded sphere with seams, turned and blurred as it flies."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Sprite = NDArray[np.float32]

SKINS = [(30, 95, 205), (25, 75, 165), (40, 120, 225), (25, 50, 100), (35, 60, 60), (60, 90, 150),
         (30, 140, 235), (45, 45, 150)]  # fmt: skip
ODD = [(200, 200, 205), (150, 60, 30), (60, 150, 60), (40, 40, 45), (60, 200, 220), (150, 60, 140)]


def turned(rng: np.random.Generator) -> NDArray[np.float64]:
    """A random rotation, (3, 3)."""
    q, r = np.linalg.qr(rng.normal(size=(3, 3)))
    return np.asarray(q * np.sign(np.diag(r)))


def draw_ball(rng: np.random.Generator, radius: float) -> tuple[Sprite, tuple[float, float]]:
    """A ball of `radius` pixels and how far its blur reaches: (x, y) pixels beyond the radius.

    The sprite is (S, S, 4) float32, 0 to 255, colours multiplied by opacity, ball in the middle.
    """
    fine = max(1, round(24 / max(radius, 1)))
    big = radius * fine
    side = int(np.ceil(big)) * 2 + 3
    grid = (np.arange(side) - side / 2 + 0.5) / big
    x, y = np.meshgrid(grid, grid)
    flat = x * x + y * y
    z = np.sqrt(np.maximum(0, 1 - flat))
    normal = np.stack([x, y, z], axis=-1)
    own = normal @ turned(rng)
    seam = rng.uniform(0.02, 0.06)
    wave = own[..., 2] - np.sign(own[..., 2]) * (0.42 + 0.45 * own[..., 0] ** 2)
    dark = (np.abs(own[..., 0]) < seam) | (np.abs(own[..., 1]) < seam) | (np.abs(wave) < seam)
    # A ball too small for its seams to be seen is known by its colour alone.
    usual = 0.88 if radius > 8 else 0.97
    main = (
        SKINS[int(rng.integers(len(SKINS)))] if rng.random() < usual else ODD[int(rng.integers(6))]
    )
    colour = np.clip(np.array(main) + rng.normal(0, 18, 3), 5, 250)
    skin = np.broadcast_to(colour, (side, side, 3)).copy()
    if rng.random() < 0.12:  # panels of two or three colours
        other = np.array(ODD[int(rng.integers(len(ODD)))])
        skin[(own[..., 0] * own[..., 1] > 0)] = other
    if rng.random() < 0.9:
        skin[dark] = skin[dark] * rng.uniform(0.1, 0.5) if rng.random() < 0.9 else 230
    if rng.random() < 0.3:
        spot = rng.normal(size=3)
        skin[own @ (spot / np.linalg.norm(spot)) > 0.93] *= 0.35
    sun = rng.normal(size=3) + np.array([0, -1.0, 0.6])
    sun /= np.linalg.norm(sun)
    ambient = rng.uniform(0.25, 0.85)
    lit = ambient + (1.15 - ambient) * np.clip(normal @ sun, 0, 1)
    shown = skin * lit[..., None] * rng.uniform(0.5, 1.15)
    half = sun + np.array([0, 0, 1.0])
    gloss = np.clip(normal @ (half / np.linalg.norm(half)), 0, 1) ** 25
    shown += gloss[..., None] * rng.uniform(0, 90)
    shown += rng.normal(0, 6, (side, side, 1))
    cover = (flat <= 1).astype(np.float32)
    sprite = np.dstack([np.clip(shown, 0, 255) * cover[..., None], cover * 255]).astype(np.float32)
    size = max(3, round(side / fine))
    sprite = cv2.resize(sprite, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32)
    if rng.random() > 0.45:
        return sprite, (0.0, 0.0)
    return _streak(rng, sprite, radius)


def _streak(
    rng: np.random.Generator, sprite: Sprite, radius: float
) -> tuple[Sprite, tuple[float, float]]:
    """Motion blur along one line."""
    length = float(rng.uniform(0.2, 1.3)) * radius
    angle = float(rng.uniform(0, np.pi))
    dx, dy = np.cos(angle) * length / 2, np.sin(angle) * length / 2
    pad = int(np.ceil(length / 2)) + 1
    wide = cv2.copyMakeBorder(sprite, pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=(0, 0, 0, 0))
    total = np.zeros_like(wide)
    steps = max(3, min(12, round(length)))
    for t in np.linspace(-1, 1, steps):
        move = np.array([[1, 0, t * dx], [0, 1, t * dy]], np.float32)
        moved = cv2.warpAffine(wide, move, (wide.shape[1], wide.shape[0]))
        total += np.asarray(moved, np.float32)
    return (total / steps).astype(np.float32), (abs(float(dx)), abs(float(dy)))


def lay(picture: NDArray[np.float32], sprite: Sprite, left: float, top: float) -> None:
    """Put a sprite onto a picture (H, W, 3 or 4; 4: already multiplied by opacity) in place."""
    x, y = round(left), round(top)
    h, w = picture.shape[:2]
    x1, y1, x2, y2 = max(0, x), max(0, y), min(w, x + sprite.shape[1]), min(h, y + sprite.shape[0])
    if x1 >= x2 or y1 >= y2:
        return
    part = sprite[y1 - y : y2 - y, x1 - x : x2 - x]
    below = picture[y1:y2, x1:x2]
    clear = 1 - part[..., 3:4] / 255
    picture[y1:y2, x1:x2] = part[..., : picture.shape[2]] + below * clear
