"""The rims of a court: found by the detector, then followed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.boxes import Boxes, Detections
from pipeline.pose import apply

KEPT = 3
"""Rims at once: a court has two, one more leaves room for a false one."""

RING = 0.15
"""Where a box holds ring and net, the ring's centre is that many widths below its upper edge."""

FIRM_HITS = 3
FIRM_S = 0.25
FIRM_SURE = 0.3
"""A rim is believed after so many looks, so long, at that mean score. It is wiser to believe too
much: a rim that is none sees no ball fly through it."""

FAINT = 0.1
"""Score from which a place is worth a closer look."""

PATIENT_HITS = 6
PATIENT_SURE = 0.17
"""A small rim far away never scores high, but it is there in look after look."""

PATIENT_SHARE = 0.6
"""Share of the looks in which it must have been there."""

STUBBORN = 8
"""So many looks in a row must agree that a rim is elsewhere: a ball in the net misleads a few."""

LOST = 0.05
"""A rim whose score has faded below this is gone."""


@dataclass(slots=True, eq=False)
class Rim:
    """One rim. x, y: its centre, width: of the ring; pixels. sure: fading mean of its scores."""

    id: int
    x: float
    y: float
    width: float
    height: float
    sure: float
    first_s: float
    hits: int = 1
    looks: int = 1
    far: int = 0
    """Detections in a row that were somewhere else."""
    firm: bool = False
    looked_s: float = -math.inf
    """When it was last looked at closely."""

    def xyxy(self) -> tuple[float, float, float, float]:
        """Its box, pixels."""
        return (
            self.x - self.width / 2,
            self.y - self.height / 2,
            self.x + self.width / 2,
            self.y + self.height / 2,
        )

    def move(self, moved: NDArray[np.float64]) -> None:
        """moved: (3, 3) pixels of the scene before to those of now."""
        half = self.width / 2
        left, right = apply(moved, np.array([[self.x - half, self.y], [self.x + half, self.y]]))
        if np.isfinite(left).all() and np.isfinite(right).all():
            grown = float(np.hypot(*(right - left))) / self.width
            self.x, self.y = ((left + right) / 2).tolist()
            self.width *= grown
            self.height *= grown


class Rims:
    """Follows rims: steady on a tripod, along with the picture's movement in a hand."""

    def __init__(self, new_id: Callable[[], int]) -> None:
        self._new_id = new_id
        self._rims: list[Rim] = []

    def firm(self) -> list[Rim]:
        """Those seen often enough to be believed, surest first."""
        found = [rim for rim in self._rims if rim.firm]
        return sorted(found, key=lambda rim: -rim.sure)[:KEPT]

    def faint(self) -> list[Rim]:
        """Those that may be rims and want a closer look, surest first."""
        return [rim for rim in self._rims if not rim.firm]

    def move(self, moved: NDArray[np.float64]) -> None:
        """moved: (3, 3) pixels of the scene before to those of now."""
        for rim in self._rims:
            rim.move(moved)

    def resize(self, factor: float) -> None:
        """The camera changed its picture size."""
        for rim in self._rims:
            rim.x *= factor
            rim.y *= factor
            rim.width *= factor
            rim.height *= factor

    def doubt(self) -> None:
        """The camera may have been moved: rims must be seen again before they are believed."""
        for rim in self._rims:
            rim.firm, rim.hits, rim.looks, rim.looked_s = False, 0, 0, -math.inf
            rim.first_s = math.inf

    def clear(self) -> None:
        """The camera shows something else."""
        self._rims.clear()

    def update(
        self, found: Detections, t_s: float, within: Boxes | None = None, *, close: bool = False
    ) -> None:
        """Take the rims found in a look.

        found: rim boxes only, pixels. within: (1, 4) the part looked at; rims outside it were
        not looked for and do not fade. close: a look from near, which counts for more.
        """
        free = [index for index in range(len(found)) if found.score[index] >= FAINT]
        for rim in sorted(self._rims, key=lambda one: -one.sure):
            if within is not None and not _inside(rim, within):
                continue
            if close:
                rim.looked_s = t_s
            rim.looks += 1
            rim.first_s = min(rim.first_s, t_s)
            index = _nearest(rim, found, free)
            if index is not None:
                free.remove(index)
                _correct(rim, found, index, close=close)
                rim.firm = rim.firm or (t_s - rim.first_s >= FIRM_S and _believed(rim))
            elif close:
                rim.sure *= 0.8 if rim.firm else 0.6
            else:
                rim.sure *= 0.985 if rim.firm else 0.93
        self._add([index for index in free if not close], found, t_s)
        self._rims = [rim for rim in self._rims if rim.sure >= LOST]
        self._rims.sort(key=lambda rim: (-rim.firm, -min(rim.hits, 10) * rim.sure))
        self._rims = _apart(self._rims)[:12]

    def _add(self, free: list[int], found: Detections, t_s: float) -> None:
        for index in free:
            x1, y1, x2, y2 = (float(value) for value in found.xyxy[index])
            width, score = max(x2 - x1, 2.0), float(found.score[index])
            self._rims.append(
                Rim(self._new_id(), (x1 + x2) / 2, (y1 + y2) / 2, width, y2 - y1, score, t_s)
            )


def _believed(rim: Rim) -> bool:
    """Plain in a few looks, or faint in many."""
    plain = rim.hits >= FIRM_HITS and rim.sure >= FIRM_SURE
    steady = rim.hits >= max(PATIENT_HITS, PATIENT_SHARE * rim.looks)
    return plain or (steady and rim.sure >= PATIENT_SURE)


def _apart(rims: list[Rim]) -> list[Rim]:
    """Without those that stand where a better one stands."""
    kept: list[Rim] = []
    for rim in rims:
        near = (
            max(abs(rim.x - one.x), abs(rim.y - one.y)) < 0.8 * max(rim.width, one.width)
            for one in kept
        )
        if not any(near):
            kept.append(rim)
    return kept


def _nearest(rim: Rim, found: Detections, free: list[int]) -> int | None:
    """The detection that may be this rim, by place and size."""
    best, best_far = None, 1.2
    for index in free:
        x1, y1, x2, y2 = (float(value) for value in found.xyxy[index])
        width = max(x2 - x1, 1.0)
        far = float(np.hypot((x1 + x2) / 2 - rim.x, (y1 + y2) / 2 - rim.y)) / rim.width
        if far < best_far and 0.5 < width / rim.width < 2.0:
            best, best_far = index, far
    return best


def _correct(rim: Rim, found: Detections, index: int, *, close: bool) -> None:
    """Move a rim towards what was found: little and clipped on a tripod, so that it settles at
    about the median; at once when many looks in a row agree that it is elsewhere."""
    x1, y1, x2, y2 = (float(value) for value in found.xyxy[index])
    dx, dy = (x1 + x2) / 2 - rim.x, (y1 + y2) / 2 - rim.y
    rim.hits += 1
    rim.far = rim.far + 1 if np.hypot(dx, dy) > 0.3 * rim.width else 0
    gain = 1.0 if rim.far >= STUBBORN else max(0.06, 1 / rim.hits)
    most = rim.width * (2.0 if rim.far >= STUBBORN or rim.hits <= 3 else 0.4)
    rim.x += gain * float(np.clip(dx, -most, most))
    rim.y += gain * float(np.clip(dy, -most, most))
    size = max(0.06, 1 / rim.hits)
    rim.width += size * float(np.clip(x2 - x1 - rim.width, -0.3 * rim.width, 0.3 * rim.width))
    rim.height += size * (y2 - y1 - rim.height)
    weight = 0.4 if close else 0.1
    rim.sure += weight * (float(found.score[index]) - rim.sure)


def rings(found: Detections) -> Detections:
    """Boxes of rims with or without their net, as boxes of the ring alone.

    A box much flatter than wide is a ring already.
    """
    xyxy = found.xyxy.copy()
    width = xyxy[:, 2] - xyxy[:, 0]
    tall = xyxy[:, 3] - xyxy[:, 1] > 0.6 * width
    xyxy[tall, 3] = xyxy[tall, 1] + 2 * RING * width[tall]
    return Detections(xyxy, found.score, found.label)


def _inside(rim: Rim, within: Boxes) -> bool:
    x1, y1, x2, y2 = (float(value) for value in within[0])
    return x1 < rim.x < x2 and y1 < rim.y < y2
