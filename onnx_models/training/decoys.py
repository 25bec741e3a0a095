"""Draws round things that are no basketball: heads, lamps, wheels, signs, knots, other balls."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from onnx_models.training.ball import Sprite
from server.simulator.look import HAIRS, SKINS

Rng = np.random.Generator
Drawing = NDArray[np.uint8]

OTHER_BALLS = [(240, 240, 240), (225, 235, 240), (90, 235, 225), (200, 120, 60), (90, 170, 60),
               (60, 50, 50), (180, 120, 220), (240, 200, 120)]  # fmt: skip
"""White, yellow-green, blue, green, black, pink: what lies about that no one shoots at a hoop."""


def draw_decoy(rng: Rng, radius: float) -> Sprite:
    """Something round of about `radius` pixels.

    (S, S, 4) float32, 0 to 255, colours multiplied by opacity, as `draw_ball` makes them.
    """
    kinds = (_head, _head, _lamp, _wheel, _sign, _knot, _other_ball, _other_ball)
    fine = 48  # drawn large, then shrunk: a thing of five pixels must keep its mean colour
    colour = np.zeros((3 * fine, 3 * fine, 3), np.uint8)
    cover = np.zeros((3 * fine, 3 * fine), np.uint8)
    kinds[int(rng.integers(len(kinds)))](rng, colour, cover, fine)
    light = np.linspace(rng.uniform(0.5, 1.15), rng.uniform(0.4, 1.05), 3 * fine)
    lit = np.clip(colour * light[:, None, None], 0, 255)
    opaque = cover.astype(np.float32)[..., None]
    sprite = np.dstack([lit * opaque / 255, opaque]).astype(np.float32)
    side = max(4, round(3 * radius))
    small = cv2.resize(sprite, (side, side), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.3:
        small = cv2.GaussianBlur(small, (0, 0), 0.3 + 0.2 * radius * float(rng.random()))
    return small.astype(np.float32)


def _any(rng: Rng) -> tuple[int, int, int]:
    """Any colour but a basketball's: of something small the colour is all that can be seen."""
    b, g, r = rng.integers(5, 250, 3).tolist()
    return (r, g, b) if r > b + 25 else (b, g, r)


def _head(rng: Rng, colour: Drawing, cover: Drawing, r: int) -> None:
    """A head with hair, mostly with shoulders below; in the middle of the drawing."""
    middle = (3 * r // 2, 3 * r // 2)
    if rng.random() < 0.7:
        shirt = _any(rng)
        body = np.array([[r // 4, 3 * r], [r // 2, 5 * r // 2 - r // 4], [5 * r // 2, 9 * r // 4],
                         [11 * r // 4, 3 * r]])  # fmt: skip
        cv2.fillPoly(colour, [body], shirt)
        cv2.fillPoly(cover, [body], 255)
    axes = (round(r * rng.uniform(0.7, 0.85)), round(r * rng.uniform(0.9, 1.1)))
    skin = SKINS[int(rng.integers(len(SKINS)))]
    hair = HAIRS[int(rng.integers(len(HAIRS)))]
    cv2.ellipse(cover, middle, axes, 0, 0, 360, 255, -1)
    cv2.ellipse(colour, middle, axes, 0, 0, 360, skin, -1)
    turn = float(rng.uniform(-60, 60))
    half = float(rng.uniform(60, 180))  # 180: seen from behind
    cv2.ellipse(colour, middle, axes, 0, -90 + turn - half, -90 + turn + half, hair, -1)


def _lamp(rng: Rng, colour: Drawing, cover: Drawing, r: int) -> None:
    """A bright middle that fades."""
    grid = (np.arange(3 * r) - 1.5 * r) / r
    away = np.hypot(*np.meshgrid(grid, grid))
    warm = rng.uniform(0.6, 1.0)
    colour[:] = np.array([255 * warm, 250 * (1 + warm) / 2, 255], np.uint8)
    core, fade = rng.uniform(0.3, 0.9), rng.uniform(0.1, 0.5)
    cover[:] = (255 * np.clip((core + fade - away) / fade, 0, 1)).astype(np.uint8)


def _wheel(rng: Rng, colour: Drawing, cover: Drawing, r: int) -> None:
    """Tyre, rim and spokes."""
    middle = (3 * r // 2, 3 * r // 2)
    flat = (r, round(r * rng.uniform(0.6, 1.0)))
    tyre, metal = (int(rng.integers(15, 70)),) * 3, (int(rng.integers(90, 230)),) * 3
    filled = rng.random() < 0.7
    cv2.ellipse(cover, middle, flat, 0, 0, 360, 255, -1 if filled else r // 4)
    cv2.ellipse(colour, middle, flat, 0, 0, 360, tyre, -1)
    inner = (round(flat[0] * 0.65), round(flat[1] * 0.65))
    cv2.ellipse(colour, middle, inner, 0, 0, 360, metal, -1 if rng.random() < 0.5 else 4)
    for angle in np.linspace(0, 2 * np.pi, int(rng.integers(4, 12)), endpoint=False):
        end = (
            round(middle[0] + inner[0] * np.cos(angle)),
            round(middle[1] + inner[1] * np.sin(angle)),
        )
        cv2.line(colour, middle, end, tyre, 3)


def _sign(rng: Rng, colour: Drawing, cover: Drawing, r: int) -> None:
    """A flat disc with an edge and a letter, as on walls, shirts and roads."""
    middle = (3 * r // 2, 3 * r // 2)
    ground, ink = _any(rng), _any(rng)
    cv2.circle(cover, middle, r, 255, -1)
    cv2.circle(colour, middle, r, ground, -1)
    if rng.random() < 0.6:
        cv2.circle(colour, middle, r, ink, int(rng.integers(4, 14)))
    letter = chr(int(rng.integers(48, 91)))
    cv2.putText(colour, letter, (r, 2 * r), 0, 2.0, ink, int(rng.integers(4, 12)), cv2.LINE_AA)


def _knot(rng: Rng, colour: Drawing, cover: Drawing, r: int) -> None:
    """A bundle, a bush, a bag: round by and large."""
    angle = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    reach = r * rng.uniform(0.6, 1.15, 14)
    edge = np.stack([np.cos(angle) * reach, np.sin(angle) * reach], axis=1) + 1.5 * r
    outline = [edge.round().astype(np.int32)]
    cv2.fillPoly(cover, outline, 255)
    cv2.fillPoly(colour, outline, _any(rng))
    for _ in range(int(rng.integers(0, 7))):
        at = (int(rng.integers(r // 2, 5 * r // 2)), int(rng.integers(r // 2, 5 * r // 2)))
        cv2.circle(colour, at, int(rng.integers(r // 8, r // 2)), _any(rng), -1)


def _other_ball(rng: Rng, colour: Drawing, cover: Drawing, r: int) -> None:
    """Of another sport: no seams of a basketball, and not its colours."""
    grid = (np.arange(3 * r) - 1.5 * r) / r
    x, y = np.meshgrid(grid, grid)
    deep = np.sqrt(np.clip(1 - x * x - y * y, 0, 1))
    main = np.array(OTHER_BALLS[int(rng.integers(len(OTHER_BALLS)))])
    shade = 0.45 + 0.6 * np.clip(0.35 * x * rng.normal() - 0.5 * y + 0.75 * deep, 0, 1)
    colour[:] = np.clip(main * shade[..., None], 0, 255).astype(np.uint8)
    cv2.circle(cover, (3 * r // 2, 3 * r // 2), r, 255, -1)
    if rng.random() < 0.4:  # patches
        for _ in range(int(rng.integers(2, 7))):
            at = (int(rng.integers(r // 2, 5 * r // 2)), int(rng.integers(r // 2, 5 * r // 2)))
            cv2.circle(colour, at, r // 4, (30, 30, 30), -1)
