"""Paints other shirts onto cut-out people, so that who whistles is told by more than one gym's."""

from __future__ import annotations

import colorsys

import cv2
import numpy as np
from numpy.typing import NDArray

Sprite = NDArray[np.float32]
Rng = np.random.Generator

GREYS = ((150, 150, 150), (120, 118, 115), (175, 172, 170))
ORANGES = ((40, 120, 240), (50, 140, 230))


def as_referee(rng: Rng, sprite: Sprite) -> Sprite:
    """The person in stripes, or in plain grey or orange, and dark trousers."""
    kind = rng.random()
    if kind < 0.65:
        light = float(rng.uniform(190, 250))
        pattern = _stripes(rng, sprite.shape[:2], light, float(rng.uniform(10, 50)))
    else:
        plain = GREYS if kind < 0.85 else ORANGES
        colour = np.array(plain[int(rng.integers(len(plain)))]) + rng.normal(0, 8, 3)
        pattern = np.broadcast_to(colour, (*sprite.shape[:2], 3))
    dressed = _paint(sprite, pattern, (0.15, 0.53), float(rng.uniform(0.24, 0.32)))
    dark = np.full((*sprite.shape[:2], 3), float(rng.uniform(12, 45)))
    return _paint(dressed, dark, (0.5, 0.94), float(rng.uniform(0.2, 0.28)))


def as_player(rng: Rng, sprite: Sprite) -> Sprite:
    """The person in a shirt of one colour, often with a number, often shorts of that colour."""
    r, g, b = colorsys.hsv_to_rgb(rng.random(), rng.uniform(0.45, 1.0), rng.uniform(0.25, 0.95))
    colour = np.array([b, g, r]) * 255
    if rng.random() < 0.35:
        colour = np.full(3, rng.uniform(215, 250) if rng.random() < 0.5 else rng.uniform(15, 45))
    height, width = sprite.shape[:2]
    pattern = np.full((height, width, 3), colour, np.uint8)
    if rng.random() < 0.6:
        ink = 240.0 if colour.mean() < 130 else 20.0
        text = str(int(rng.integers(0, 56)))
        at = (round(width * (0.5 - 0.09 * len(text))), round(height * 0.38))
        cv2.putText(pattern, text, at, 0, width / 75, (ink, ink, ink), max(1, width // 30))
    dressed = _paint(sprite, pattern, (0.16, 0.5), float(rng.uniform(0.22, 0.3)))
    if rng.random() < 0.5:
        plain = np.broadcast_to(colour, (height, width, 3))
        dressed = _paint(dressed, plain, (0.48, 0.68), float(rng.uniform(0.2, 0.3)))
    return dressed


def _stripes(rng: Rng, size: tuple[int, int], light: float, dark: float) -> NDArray[np.float32]:
    """(H, W, 3) upright stripes, a little askew."""
    height, width = size
    y, x = np.mgrid[:height, :width].astype(np.float32)
    period = width * float(rng.uniform(0.05, 0.13))
    wave = np.sin(2 * np.pi * (x + rng.uniform(-0.15, 0.15) * y) / period + rng.uniform(0, 6))
    level = np.where(wave > rng.uniform(-0.3, 0.3), light, dark).astype(np.float32)
    return np.repeat(level[..., None], 3, axis=2)


def _paint(
    sprite: Sprite, pattern: NDArray[np.generic], rows: tuple[float, float], half: float
) -> Sprite:
    """Lay a pattern over part of the body, keeping the cloth's own light and folds.

    rows: from and to, shares of the height; half: half the width, a share of the width.
    """
    height, width = sprite.shape[:2]
    y = (np.arange(height, dtype=np.float32) + 0.5)[:, None] / height
    x = (np.arange(width, dtype=np.float32) + 0.5)[None, :] / width
    soft = 0.03
    inside = np.clip((np.minimum(y - rows[0], rows[1] - y)) / soft + 0.5, 0, 1) * np.clip(
        (half - abs(x - 0.5)) / soft + 0.5, 0, 1
    )
    grey = sprite[..., :3].mean(axis=2)
    folds = cv2.GaussianBlur(grey, (0, 0), max(1.0, width / 25))
    mean = float((grey * inside).sum() / max(1e-6, float(inside.sum())))
    light = np.clip(0.6 + 0.4 * folds / max(mean, 1.0), 0.6, 1.3)[..., None]
    opaque = sprite[..., 3:] / 255
    shown = np.clip(np.asarray(pattern, np.float32) * light, 0, 255) * opaque
    part = inside[..., None].astype(np.float32)
    out = sprite.copy()
    out[..., :3] = sprite[..., :3] * (1 - part) + shown * part
    return out
