"""Which shirts are worth reading now: a reader costs as much as a look at half a picture."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.boxes import Boxes
from pipeline.frame import Image

Array = NDArray[np.float64]

NUMBER = (0.18, 0.18, 0.82, 0.42)
"""Left, top, right, bottom of a shirt's number, in shares of a person's box."""

_LEAST_PX = 60.0  # a person less tall has digits of less than eight pixels
_HIDDEN = 0.4  # share of the number that others may cover
_PATCH = (32, 20)


def worth(image: Image, boxes: Boxes, unsure: Sequence[float]) -> Array:
    """(N,) how much each box promises, 0 where there is nothing to read.

    A shirt that is turned away, blurred or small has no edges where the number would be; one
    whose wearer is known need not be read. unsure: (N,) 0 to 1.
    """
    out = np.zeros(len(boxes))
    for i, crop in enumerate(crops(image, boxes)):
        tall = float(boxes[i, 3] - boxes[i, 1])
        if crop.size == 0 or tall < _LEAST_PX or _covered(boxes, i) > _HIDDEN:
            continue
        grey = cv2.resize(crop, _PATCH, interpolation=cv2.INTER_AREA)[:, :, 1].astype(np.float32)
        edges = np.abs(np.diff(grey, axis=1)).mean() + np.abs(np.diff(grey, axis=0)).mean()
        out[i] = float(edges) * min(tall, 240.0) * (0.05 + unsure[i])
    return out


def crops(image: Image, boxes: Boxes) -> list[Image]:
    """Where the number of each box would be; empty pictures outside the frame."""
    height, width = image.shape[:2]
    left, top, right, bottom = NUMBER
    out = []
    for x1, y1, x2, y2 in boxes.tolist():
        wide, tall = x2 - x1, y2 - y1
        a, b = (min(max(round(x1 + share * wide), 0), width) for share in (left, right))
        c, d = (min(max(round(y1 + share * tall), 0), height) for share in (top, bottom))
        out.append(image[c:d, a:b])
    return out


def _covered(boxes: Boxes, i: int) -> float:
    """Share of the number of box i behind the box nearer to the camera that covers most."""
    left, top, right, bottom = NUMBER
    x1, y1, x2, y2 = boxes[i].tolist()
    low = np.array([x1 + left * (x2 - x1), y1 + top * (y2 - y1)])
    high = np.array([x1 + right * (x2 - x1), y1 + bottom * (y2 - y1)])
    nearer = boxes[boxes[:, 3] > y2]
    both = np.minimum(high, nearer[:, 2:]) - np.maximum(low, nearer[:, :2])
    area = np.clip(both, 0, None).prod(axis=1)
    return float(area.max(initial=0.0) / max(float((high - low).prod()), 1e-6))
