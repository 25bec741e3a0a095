"""Who hides whom: the visible share of every box."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from server.simulator.figure import SHIFT
from server.simulator.truth import Box

_MAP = 2  # the map is 2^-_MAP of the picture's size


class Cover:
    """A small map of which object is on top where; gives each box its visible share."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self._map = np.zeros((size[1] >> _MAP, size[0] >> _MAP), np.uint8)
        self._seen: list[tuple[Box, int, tuple[slice, slice]]] = []

    def add(self, box: Box, polygons: list[NDArray[np.int32]]) -> None:
        """The next object, nearer than all before it."""
        mark = len(self._seen) + 1
        for polygon in polygons:
            cv2.fillConvexPoly(self._map, polygon, mark, cv2.LINE_8, SHIFT + _MAP)
        x0, y0, x1, y1 = box.xyxy
        h, w = self._map.shape
        step = 1 << _MAP
        where = (
            slice(int(np.clip(y0 // step, 0, h)), int(np.clip(y1 // step + 2, 0, h))),
            slice(int(np.clip(x0 // step, 0, w)), int(np.clip(x1 // step + 2, 0, w))),
        )
        drawn = int(np.count_nonzero(self._map[where] == mark))
        self._seen.append((box, drawn, where))

    def boxes(self) -> tuple[Box, ...]:
        w, h = self._size
        out = []
        for k, (box, drawn, where) in enumerate(self._seen):
            x0, y0, x1, y1 = box.xyxy
            clipped = (max(x0, 0.0), max(y0, 0.0), min(x1, float(w)), min(y1, float(h)))
            if clipped[2] - clipped[0] < 1 or clipped[3] - clipped[1] < 1:
                continue
            left = int(np.count_nonzero(self._map[where] == k + 1))
            whole = (x1 - x0) * (y1 - y0)
            inside = (clipped[2] - clipped[0]) * (clipped[3] - clipped[1]) / whole
            share = inside * (left / drawn if drawn else 0.0)
            rounded = tuple(round(v, 2) for v in clipped)
            out.append(
                Box(box.label, box.id, box.team, box.number, rounded, round(min(share, 1.0), 3))  # type: ignore[arg-type]
            )
        return tuple(out)
