"""The names that a detector gives to what it finds, and picking by them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.boxes import Detections

PEOPLE = frozenset({"player", "referee", "person"})
BALLS = frozenset({"ball", "sports ball"})
RIMS = frozenset({"rim", "hoop"})

Ball = tuple[float, float, float, float]
"""x, y of the middle, diameter (pixels of the frame), score."""

_MOST_BALLS = 6


def kinds(labels: Sequence[str]) -> NDArray[np.int64]:
    """(C,) for each label the index of the first of its kind: one body is not two people."""
    first = [i for i, name in enumerate(labels) if name in PEOPLE]
    return np.array([first[0] if i in first else i for i in range(len(labels))], np.int64)


def which(labels: Sequence[str], names: frozenset[str]) -> NDArray[np.int64]:
    """The indices of the labels that have one of these names."""
    return np.array([i for i, name in enumerate(labels) if name in names], np.int64)


def only(found: Detections, labels: NDArray[np.int64]) -> Detections:
    """The boxes of some labels, order kept."""
    kept = np.isin(found.label, labels)
    return Detections(found.xyxy[kept], found.score[kept], found.label[kept])


def balls(found: Detections, labels: NDArray[np.int64]) -> list[Ball]:
    """The strongest balls of one view."""
    kept = only(found, labels)
    rows = []
    for (x1, y1, x2, y2), score in zip(
        kept.xyxy[:_MOST_BALLS].tolist(), kept.score[:_MOST_BALLS].tolist(), strict=True
    ):
        rows.append(((x1 + x2) / 2, (y1 + y2) / 2, max(x2 - x1, y2 - y1), score))
    return rows
