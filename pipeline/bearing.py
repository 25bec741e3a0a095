"""The view of the court: carried along while the camera moves, held to lines and rims."""

from __future__ import annotations

import logging
import math
from collections import deque
from collections.abc import Sequence

import numpy as np

from pipeline.court import Floor
from pipeline.courtview import RIM_M, CourtView, GeometryError
from pipeline.frame import Image
from pipeline.pose import apply
from pipeline.possession import Array
from pipeline.register import register
from pipeline.rim import Rim
from pipeline.setup import Setup
from pipeline.sight import Box

log = logging.getLogger(__name__)

OFF = 3.0
"""Rim widths between a rim in the picture and where the court says that one hangs."""

EVERY_S = 1.0
"""A view of a camera that moves is laid over the court's lines so often."""

STEADY_S = 6.0
"""That of one that stands still."""

DRIFT = 0.01
"""Pixels by which a view is less sure for each pixel that the picture moved."""

DOUBTED_PX = 12.0
"""A camera that was away, or jumped, is looked for so far from where it was."""

PLAIN = 0.25
"""Share of a court's points, above what chance gives, that must lie on lines to end all doubt."""

REMEMBERED = 4000
"""Movements that are kept, so that marks set in an earlier picture still fit."""

_SMALLEST_PX = 8.0


class Bearing:
    """Where the court is in the picture now. `view` is None while that is not known."""

    def __init__(self) -> None:
        self._setup = Setup()
        self._view: CourtView | None = None
        self._sure = True
        self._size = (0, 0)
        self._gone: Array = np.eye(3)
        self._past: deque[tuple[float, Array]] = deque(maxlen=REMEMBERED)
        self._looked_s = -math.inf
        self._moved_px = 0.0

    def configure(self, setup: Setup) -> None:
        """New marks begin anew; marks that fit no court tell nothing."""
        if setup.marks != self._setup.marks:
            self._sure = True
            self._looked_s = -math.inf
            try:
                self._view = setup.view()
            except GeometryError as error:
                log.warning("the marks of a court are no use: %s", error)
                self._view = None
            if self._view is not None and setup.marks is not None and self._size != (0, 0):
                since = self._since(setup.marks.media_s)
                self._view = self._view.scaled(self._size).moved(since)
        self._setup = setup

    @property
    def view(self) -> CourtView | None:
        """Of the newest picture."""
        return self._view if self._sure else None

    @property
    def focal(self) -> float | None:
        """Of the camera, in lengths of the picture's longer side; None while it is not known."""
        view = self.view
        focal = None if view is None else view.focal
        return None if view is None or focal is None else focal / max(view.size)

    def resize(self, size: tuple[int, int]) -> None:
        """The picture is so many pixels wide and high; its shape is the same."""
        if self._size != size:
            self._past.clear()
            self._size = size
        if self._view is not None and self._view.size != size:
            self._view = self._view.scaled(size)

    def move(self, turned: Array, media_s: float) -> None:
        """turned: (3, 3) pixels before to pixels now, at `media_s`."""
        self._past.append((media_s, self._gone))
        self._gone = turned @ self._gone
        self._gone = self._gone / self._gone[2, 2]
        middle = np.array([self._size], np.float64) / 2
        self._moved_px += float(np.abs(apply(turned, middle) - middle).max())
        if self._view is not None:
            self._view = self._view.moved(turned)

    def doubt(self) -> None:
        """It is not known how the camera moved: lines, or a rim, must be where the court has
        them before the view is believed again."""
        self._sure = False
        self._looked_s = -math.inf
        self._past.clear()

    def look(self, image: Image, media_s: float, rims: Sequence[Rim]) -> None:
        """Hold the view to what is seen: now and then to the court's lines, and to its rims.

        rims: that are seen; one in its place ends all doubt.
        """
        if self._view is None or self._setup.floor is None:
            return
        pause_s = STEADY_S if self._sure and self._moved_px < 1 else EVERY_S
        if media_s < self._looked_s + pause_s and media_s >= self._looked_s:
            return
        self._looked_s = media_s
        floor, view = self._setup.floor, self._view
        named = [(rim, basket_of(rim.xyxy(), floor, view)) for rim in rims]
        rings = [(rim.x, rim.y, *floor.baskets()[b]) for rim, b in named if b is not None]
        doubt_px = DRIFT * self._moved_px if self._sure else DOUBTED_PX
        view = view.loosened(doubt_px) if doubt_px else view
        held = register(view, image, floor, rims=np.array(rings) if rings else None)
        self._view, self._moved_px = held.view, 0.0
        plain = held.found and held.support > held.by_chance + PLAIN
        self._sure = self._sure or plain or bool(rings)

    def _since(self, media_s: float | None) -> Array:
        """(3, 3) how pixels moved from then to now."""
        if media_s is None:
            return np.eye(3)
        then = next((gone for t, gone in self._past if t > media_s), self._gone)
        return np.asarray(self._gone @ np.linalg.inv(then))


def basket_of(rim_xyxy: Box, floor: Floor, view: CourtView) -> int | None:
    """Which basket of the court (0: at negative x) a rim in the picture is; None: neither."""
    rings = np.hstack([floor.baskets(), np.full((2, 1), RIM_M)])
    x1, y1, x2, y2 = rim_xyxy
    middle = np.array([(x1 + x2) / 2, (y1 + y2) / 2])
    off = np.linalg.norm(view.project(rings) - middle, axis=1)
    off = np.where(np.isfinite(off), off, np.inf)
    best = int(off.argmin())
    return best if off[best] < OFF * max(x2 - x1, _SMALLEST_PX) else None
