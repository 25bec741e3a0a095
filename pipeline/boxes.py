"""Boxes of one frame, and the arithmetic on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float32]
"""(N, 4) float32, x1 y1 x2 y2 in pixels of the original frame."""


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """N boxes of one frame, strongest first.

    xyxy:  (N, 4) float32, pixels of the original frame.
    score: (N,) float32, 0 to 1.
    label: (N,) int64, index into the model's labels.
    """

    xyxy: Boxes
    score: NDArray[np.float32]
    label: NDArray[np.int64]

    def __post_init__(self) -> None:
        n = len(self.xyxy)
        if self.xyxy.shape != (n, 4) or self.score.shape != (n,) or self.label.shape != (n,):
            raise ValueError(
                f"shapes disagree: {self.xyxy.shape} {self.score.shape} {self.label.shape}"
            )

    def __len__(self) -> int:
        return len(self.xyxy)

    def only(self, label: int) -> Detections:
        """Those of one label, order kept."""
        keep = self.label == label
        return Detections(self.xyxy[keep], self.score[keep], self.label[keep])


@dataclass(frozen=True, slots=True, eq=False)
class Tracks:
    """N confirmed tracks of one frame.

    id: (N,) int64, unique within one game's tracker, from 1.
    The other fields are those of `Detections`.
    """

    id: NDArray[np.int64]
    xyxy: Boxes
    score: NDArray[np.float32]
    label: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.id)


def area(boxes: Boxes) -> NDArray[np.float32]:
    """(N,) areas in square pixels; an inverted box has none."""
    sides = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None)
    result: NDArray[np.float32] = sides[:, 0] * sides[:, 1]
    return result


def iou(a: Boxes, b: Boxes) -> NDArray[np.float32]:
    """(N, M) intersection over union of every pair, 0 to 1."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    sides = np.clip(high - low, 0, None)
    shared = sides[..., 0] * sides[..., 1]
    union = area(a)[:, None] + area(b)[None, :] - shared
    out = np.zeros_like(shared, dtype=np.float32)
    np.divide(shared, union, out=out, where=union > 0)
    return out
