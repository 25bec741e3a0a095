"""What stands behind the hoop: photographs from a folder, and places drawn from scratch."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Rng = np.random.Generator


def read_pictures(folder: Path, longest: int = 1600, least_bytes: int = 40_000) -> list[Image]:
    """Every picture below `folder`, shrunk to `longest` pixels; of one theme's sizes the largest.

    Flat pictures (a single colour, an icon) are left out.
    """
    best: dict[str, Path] = {}
    kinds = {".jpg", ".jpeg", ".png", ".webp"}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in kinds or path.stat().st_size < least_bytes:
            continue
        key = str(path).split("/contents/")[0]
        if key not in best or path.stat().st_size > best[key].stat().st_size:
            best[key] = path
    pictures = []
    for path in best.values():
        image = cv2.imread(str(path), cv2.IMREAD_REDUCED_COLOR_2)
        if image is None or image.std() < 12:
            continue
        shrink = min(1.0, longest / max(image.shape[:2]))
        small = cv2.resize(image, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        pictures.append(small.astype(np.uint8))
    return pictures


def crop(rng: Rng, picture: Image, size: int) -> Image:
    """A square piece of a picture, at any zoom."""
    height, width = picture.shape[:2]
    side = int(rng.uniform(0.25, 1.0) * min(height, width))
    x, y = int(rng.integers(width - side + 1)), int(rng.integers(height - side + 1))
    piece = cv2.resize(
        picture[y : y + side, x : x + side], (size, size), interpolation=cv2.INTER_AREA
    )
    return (piece[:, ::-1] if rng.random() < 0.5 else piece).astype(np.uint8)


def _colour(rng: Rng, low: int = 20, high: int = 235) -> NDArray[np.float64]:
    grey = rng.uniform(low, high)
    return np.clip(grey + rng.normal(0, 28, 3), 0, 255)


def _noise(rng: Rng, size: int, cells: int) -> NDArray[np.float32]:
    """(size, size) smooth noise, 0 to 1."""
    small = rng.random((cells, cells), dtype=np.float32)
    return np.asarray(cv2.resize(small, (size, size), interpolation=cv2.INTER_CUBIC), np.float32)


def outdoors(rng: Rng, size: int) -> Image:
    """Sky, trees, houses, a fence, a floor with lines."""
    top, low = np.clip(np.array([235, 190, 130]) + rng.normal(0, 40, (2, 3)), 0, 255)
    grade = np.linspace(0, 1, size)[:, None, None]
    view = (
        np.broadcast_to(top * (1 - grade) + low * grade, (size, size, 3)).astype(np.float32).copy()
    )
    if rng.random() < 0.5:
        cloud = np.clip(_noise(rng, size, int(rng.integers(3, 9))) - 0.4, 0, 1)[..., None]
        view = view * (1 - cloud) + 245 * cloud
    horizon = int(size * rng.uniform(0.3, 1.1))
    for _ in range(int(rng.integers(0, 5))):
        _house(rng, view, horizon)
    if rng.random() < 0.75:
        _trees(rng, view, horizon)
    _floor(rng, view, horizon)
    if rng.random() < 0.5:
        _fence(rng, view, horizon)
    return np.clip(view, 0, 255).astype(np.uint8)


def _house(rng: Rng, view: NDArray[np.float32], horizon: int) -> None:
    size = view.shape[0]
    w, h = int(size * rng.uniform(0.1, 0.5)), int(size * rng.uniform(0.1, 0.8))
    x, y = int(rng.integers(-w // 2, size)), horizon - h
    wall, pane = _colour(rng, 60, 220), _colour(rng, 20, 160)
    cv2.rectangle(view, (x, y), (x + w, horizon), wall.tolist(), -1)
    step = max(4, int(size * rng.uniform(0.02, 0.08)))
    for row in range(y + step // 2, horizon - step // 2, step):
        for column in range(x + step // 2, x + w - step // 2, step):
            cv2.rectangle(
                view, (column, row), (column + step // 2, row + step // 2), pane.tolist(), -1
            )


def _trees(rng: Rng, view: NDArray[np.float32], horizon: int) -> None:
    size = view.shape[0]
    height = size * rng.uniform(0.1, 0.9)
    rows = np.arange(size)[:, None]
    crown = _noise(rng, size, int(rng.integers(4, 14))) + (rows - horizon) / height + 0.35
    leaf = _noise(rng, size, int(rng.integers(30, 120)))[..., None]
    green = np.clip(np.array([40, 95, 60]) + rng.normal(0, 22, 3), 0, 255)
    inside = ((crown > 0.4) & (leaf[..., 0] > rng.uniform(0.0, 0.4)))[..., None]
    view[:] = np.where(inside, green * (0.3 + 1.2 * leaf), view)
    for _ in range(int(rng.integers(0, 6))):
        x = int(rng.integers(size))
        lean = int(rng.normal(0, size * 0.03))
        bark = (np.array([40, 60, 80]) * rng.uniform(0.4, 1.6)).tolist()
        cv2.line(
            view, (x, horizon), (x + lean, horizon - int(height)), bark, int(rng.integers(2, 12))
        )


def _floor(rng: Rng, view: NDArray[np.float32], horizon: int) -> None:
    size = view.shape[0]
    if horizon >= size:
        return
    grain = _noise(rng, size, 100)[horizon:, :, None] * rng.uniform(0, 30)
    view[horizon:] = _colour(rng) + grain
    line = _colour(rng, 150, 250).tolist()
    for _ in range(int(rng.integers(1, 6))):
        a = (int(rng.integers(-size, 2 * size)), int(rng.integers(horizon, size + 60)))
        b = (int(rng.integers(-size, 2 * size)), int(rng.integers(horizon, size + 60)))
        cv2.line(view, a, b, line, int(rng.integers(1, 5)), cv2.LINE_AA)
    if rng.random() < 0.5:
        at = (int(rng.integers(size)), int(rng.integers(horizon, size + 40)))
        axes = (int(rng.integers(30, size)), int(rng.integers(6, 90)))
        cv2.ellipse(view, at, axes, 0, 0, 360, line, int(rng.integers(1, 4)), cv2.LINE_AA)


def _fence(rng: Rng, view: NDArray[np.float32], horizon: int) -> None:
    size = view.shape[0]
    layer = view.copy()
    wire = _colour(rng, 30, 170).tolist()
    top = horizon - int(size * rng.uniform(0.1, 0.6))
    step = int(rng.integers(4, 18))
    for x in range(-size, size, step):
        cv2.line(layer, (x, horizon), (x + horizon - top, top), wire, 1, cv2.LINE_AA)
        cv2.line(layer, (x + horizon - top, horizon), (x, top), wire, 1, cv2.LINE_AA)
    for x in range(int(rng.integers(60)), size, int(rng.integers(40, 140))):
        cv2.line(layer, (x, horizon), (x, top), wire, int(rng.integers(2, 6)))
    part = rng.uniform(0.3, 1.0)
    view[:] = view * (1 - part) + layer * part


def indoors(rng: Rng, size: int) -> Image:
    """A hall: wall with stripes or bricks, ceiling beams and lamps, posters, a shining floor."""
    view = np.zeros((size, size, 3), np.float32)
    view[:] = _colour(rng, 60, 230)
    view *= (0.7 + 0.5 * _noise(rng, size, 3))[..., None]
    horizon = int(size * rng.uniform(0.5, 1.1))
    if rng.random() < 0.4:  # bricks or panels
        step, ink = int(rng.integers(8, 60)), _colour(rng, 30, 200).tolist()
        for y in range(0, horizon, step):
            cv2.line(view, (0, y), (size, y), ink, 1)
            for x in range((y // step % 2) * step, size, step * 2):
                cv2.line(view, (x, y), (x, y + step), ink, 1)
    if rng.random() < 0.5:  # the ceiling
        edge = int(size * rng.uniform(0.05, 0.5))
        view[:edge] = _colour(rng, 20, 200)
        for _ in range(int(rng.integers(2, 14))):
            a = (int(rng.integers(-50, size + 50)), int(rng.integers(0, edge + 1)))
            b = (int(rng.integers(-50, size + 50)), int(rng.integers(0, edge + 1)))
            cv2.line(view, a, b, _colour(rng).tolist(), int(rng.integers(1, 9)), cv2.LINE_AA)
        for _ in range(int(rng.integers(0, 6))):
            x, y = int(rng.integers(size)), int(rng.integers(edge))
            axes = (int(rng.integers(4, 40)), int(rng.integers(3, 12)))
            cv2.ellipse(view, (x, y), axes, 0, 0, 360, (250, 250, 250), -1, cv2.LINE_AA)
    _floor(rng, view, horizon)
    return clutter(rng, np.clip(view, 0, 255).astype(np.uint8), 6)


def _poster(rng: Rng, view: Image) -> None:
    """What could be mistaken for a ball or a hoop and is neither."""
    size = view.shape[0]
    x, y = int(rng.integers(size)), int(rng.integers(size))
    w, h = int(rng.integers(6, 120)), int(rng.integers(6, 90))
    colour = rng.integers(0, 256, 3).tolist()
    kind = rng.random()
    if kind < 0.45:
        cv2.rectangle(view, (x, y), (x + w, y + h), colour, -1 if rng.random() < 0.6 else 2)
        if rng.random() < 0.5:
            text = "".join(chr(int(c)) for c in rng.integers(48, 91, 4))
            cv2.putText(
                view, text, (x, y + h), 0, max(0.2, h / 40), (240, 240, 240), 1, cv2.LINE_AA
            )
    elif kind < 0.7:  # a flat disc or a lamp
        cv2.circle(view, (x, y), max(2, w // 4), colour, -1, cv2.LINE_AA)
        if rng.random() < 0.5:
            cv2.circle(view, (x, y), max(2, w // 4), (240, 240, 240), 1, cv2.LINE_AA)
    elif kind < 0.85:  # a ring that holds no net
        cv2.ellipse(view, (x, y), (w // 2 + 2, h // 3 + 2), 0, 0, 360, colour, 2, cv2.LINE_AA)
    else:
        cv2.line(view, (x, y), (x + w - 60, y + h), colour, int(rng.integers(1, 8)), cv2.LINE_AA)


def clutter(rng: Rng, picture: Image, most: int = 5) -> Image:
    """Things that are neither ball nor hoop, on any picture."""
    view = np.ascontiguousarray(picture)
    for _ in range(int(rng.integers(0, most + 1))):
        _poster(rng, view)
    return view
