"""The parts of a frame that the detector is shown, and the way back from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipeline.boxes import Boxes, Detections
from pipeline.frame import Frame, Image
from pipeline.rim import Rim

CLOSE = 6.5
"""Sides of the square about a rim that is looked at closely, rim widths."""

CLOSE_AREA = 224 * 224
"""Pixels of the network's input for that square, whatever the rim's size: a rim is then 34 pixels
wide and a ball 19, which it was trained on. A fifth of the cost of a whole picture."""

PARTS = ((0.0, 0.0), (0.45, 0.0), (0.225, 0.0), (0.0, 0.3), (0.45, 0.3))
"""Top left corners of the parts that are searched, as shares of the picture; each part is `PART`
of its width and height. Rims hang high, and a small one is found only when it fills more of the
network's input."""

PART = 0.55


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A part of a frame for the detector. x, y: its top left corner in the frame, pixels."""

    image: Image
    x: int = 0
    y: int = 0
    kind: Literal["whole", "part", "close"] = "whole"

    def box(self) -> Boxes:
        """(1, 4) what it shows of the frame, pixels."""
        right, low = self.x + self.image.shape[1], self.y + self.image.shape[0]
        return np.array([[self.x, self.y, right, low]], np.float32)

    def area(self, whole: int | None) -> int | None:
        """Pixels of the network's input for it, at most; whole: for a whole picture."""
        if self.kind != "close":
            return whole
        return CLOSE_AREA if whole is None else min(CLOSE_AREA, whole)


def shown(views: Sequence[View], whole: int | None = None) -> tuple[list[Image], list[int | None]]:
    """Pictures and areas as a detector takes them. whole: pixels for a whole picture."""
    return [view.image for view in views], [view.area(whole) for view in views]


def close_to(frame: Frame, rim: Rim) -> View:
    """The square about a rim, a little more of it above."""
    height, width = frame.image.shape[:2]
    side = CLOSE * rim.width
    x1, y1 = max(0, int(rim.x - side / 2)), max(0, int(rim.y - 0.55 * side))
    x2, y2 = min(width, int(rim.x + side / 2) + 1), min(height, int(rim.y + 0.45 * side) + 1)
    if x2 - x1 < 16 or y2 - y1 < 16:
        return View(frame.image)
    return View(frame.image[y1:y2, x1:x2], x1, y1, "close")


def part_of(frame: Frame, corner: tuple[float, float]) -> View:
    """A large part of the picture."""
    height, width = frame.image.shape[:2]
    x, y = int(corner[0] * width), int(corner[1] * height)
    part = frame.image[y : y + round(PART * height), x : x + round(PART * width)]
    return View(part, x, y, "part")


def uncut(found: Detections, view: View, size: tuple[int, int]) -> Detections:
    """Without boxes that the view's own edge cuts."""
    if view.kind == "whole":
        return found
    x1, y1, x2, y2 = view.box()[0]
    inner = (
        ((found.xyxy[:, 0] > x1 + 2) | (x1 == 0))
        & ((found.xyxy[:, 1] > y1 + 2) | (y1 == 0))
        & ((found.xyxy[:, 2] < x2 - 2) | (x2 >= size[0]))
        & ((found.xyxy[:, 3] < y2 - 2) | (y2 >= size[1]))
    )
    return Detections(found.xyxy[inner], found.score[inner], found.label[inner])


def placed(view: View, found: Detections) -> Detections:
    """What was found in a view, in the frame's pixels."""
    corner = np.array([view.x, view.y, view.x, view.y], np.float32)
    return Detections(found.xyxy + corner, found.score, found.label)
