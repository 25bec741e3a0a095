"""The arithmetic around a YOLOX-style network: picture in, raw rows out, boxes from them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.boxes import Boxes, Detections, area
from pipeline.frame import Image

PAD = 114
"""The grey that fills what the picture leaves empty; the networks were trained with it."""

STRIDES = (8, 16, 32)


@dataclass(frozen=True, slots=True)
class Letterbox:
    """How a picture was laid into the network's input: top left, one scale for both axes.

    scale: input pixels per picture pixel. height, width: of the picture, pixels.
    """

    scale: float
    height: int
    width: int

    @classmethod
    def fit(cls, height: int, width: int, size: tuple[int, int]) -> Letterbox:
        """The largest scale at which a picture fits into `size` (height, width)."""
        if height <= 0 or width <= 0:
            raise ValueError(f"a picture has an area, not {width}x{height}")
        return cls(min(size[0] / height, size[1] / width), height, width)

    def inner(self) -> tuple[int, int]:
        """(height, width) that the picture takes in the input, pixels."""
        return max(1, round(self.height * self.scale)), max(1, round(self.width * self.scale))

    def into(self, xyxy: Boxes) -> Boxes:
        """Picture pixels to input pixels."""
        return (xyxy * self.scale).astype(np.float32)

    def back(self, xyxy: Boxes) -> Boxes:
        """Input pixels to picture pixels, cut at the picture's edges."""
        out = (xyxy / self.scale).astype(np.float32)
        out[:, 0::2] = np.clip(out[:, 0::2], 0, self.width)
        out[:, 1::2] = np.clip(out[:, 1::2], 0, self.height)
        return out


def roomy(height: int, width: int, area: int) -> tuple[int, int]:
    """The input (height, width) of at most about `area` pixels that wastes least on a picture.

    Sides are multiples of 32. A wide picture in a square input leaves half of it grey.
    """
    if height <= 0 or width <= 0:
        raise ValueError(f"a picture has an area, not {width}x{height}")
    # Nobody films stripes; very long pictures would ask for an input of their own each.
    ratio = min(max(width / height, 0.4), 2.5)
    across = max(1, round((area * ratio) ** 0.5 / 32))
    down = max(1, math.ceil(across * 32 / ratio / 32 - 0.25))
    return down * 32, across * 32


def prepare(image: Image, size: tuple[int, int], out: NDArray[np.float32]) -> Letterbox:
    """Lay a BGR picture into `out`, (3, H, W) float32 0 to 255, in place."""
    box = Letterbox.fit(image.shape[0], image.shape[1], size)
    height, width = box.inner()
    small = image
    if (height, width) != image.shape[:2]:
        # Area averaging keeps a small ball when shrinking; it is no interpolation for growing.
        how = cv2.INTER_AREA if box.scale < 0.5 else cv2.INTER_LINEAR
        small = cv2.resize(image, (width, height), interpolation=how).astype(np.uint8, copy=False)
    out[:, height:, :] = PAD
    out[:, :height, width:] = PAD
    out[:, :height, :width] = small.transpose(2, 0, 1)
    return box


@lru_cache(maxsize=16)
def anchors(size: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(N, 2) grid corners in cells and (N, 1) strides in pixels for an input (height, width)."""
    corners, strides = [], []
    for stride in STRIDES:
        rows, columns = size[0] // stride, size[1] // stride
        y, x = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
        corners.append(np.stack([x, y], axis=-1).reshape(-1, 2))
        strides.append(np.full((rows * columns, 1), stride))
    return np.concatenate(corners).astype(np.float32), np.concatenate(strides).astype(np.float32)


def decode(rows: NDArray[np.float32], size: tuple[int, int], least: float) -> Detections:
    """Raw rows of one picture to boxes in input pixels, strongest first, not yet thinned.

    rows: (N, 5 + C): centre offsets in cells, log sizes in cells, objectness, C class scores,
    the last two already 0 to 1. A row is its best class only, at objectness x class.
    least: rows below this score are left out.
    """
    corners, strides = anchors(size)
    if rows.ndim != 2 or rows.shape[0] != len(corners) or rows.shape[1] < 6:
        raise ValueError(
            f"output {rows.shape} does not fit an input of {size}: {len(corners)} rows"
        )
    # Objectness alone bounds the score: most rows go before the classes are looked at.
    kept = np.flatnonzero(rows[:, 4] >= least)
    rows, corners, strides = rows[kept], corners[kept], strides[kept]
    label = rows[:, 5:].argmax(axis=1) if len(rows) else np.zeros(0, np.int64)
    score = rows[:, 4] * rows[np.arange(len(rows)), 5 + label]
    kept = np.flatnonzero(score >= least)
    kept = kept[np.argsort(-score[kept], kind="stable")]
    centre = (rows[kept, :2] + corners[kept]) * strides[kept]
    # A wild log size must not overflow: nothing is larger than e^8 cells.
    half = np.exp(np.clip(rows[kept, 2:4], -8, 8)) * strides[kept] / 2
    xyxy = np.concatenate([centre - half, centre + half], axis=1).astype(np.float32)
    return Detections(xyxy, score[kept].astype(np.float32), label[kept].astype(np.int64))


def thin(
    found: Detections, overlap: float, kind: NDArray[np.int64] | None = None, most: int = 300
) -> Detections:
    """Non-maximum suppression within each kind of label; the result is strongest first.

    kind: (C,) of each label, see `pipeline.labels.kinds`; None: each is a kind of its own.
    overlap: of two boxes of one kind with a larger IoU the weaker one goes.
    most: no more than this many boxes are looked at, the strongest.
    """
    order = np.argsort(-found.score, kind="stable")[:most]
    xyxy, score, label = found.xyxy[order], found.score[order], found.label[order]
    areas = area(xyxy)
    same = label if kind is None else kind[label]
    alive = np.ones(len(order), dtype=bool)
    for index in range(len(order)):
        if not alive[index]:
            continue
        rest = np.flatnonzero(alive[index + 1 :] & (same[index + 1 :] == same[index]))
        rest += index + 1
        low = np.maximum(xyxy[index, :2], xyxy[rest, :2])
        high = np.minimum(xyxy[index, 2:], xyxy[rest, 2:])
        sides = np.clip(high - low, 0, None)
        shared = sides[:, 0] * sides[:, 1]
        union = areas[index] + areas[rest] - shared
        alive[rest[shared > overlap * union]] = False
    return Detections(xyxy[alive], score[alive], label[alive])
