"""The view of the court, carried along while the camera moves."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

from pipeline.court import Floor
from pipeline.courtview import RIM_M, CourtView, GeometryError
from pipeline.possession import Array
from pipeline.rim import Rim
from pipeline.setup import Setup
from pipeline.sight import Box

log = logging.getLogger(__name__)

OFF = 3.0
"""Rim widths between a rim in the picture and where the court says that one hangs."""

_SMALLEST_PX = 8.0


class Bearing:
    """Where the court is in the picture now. `view` is None while that is not known."""

    def __init__(self) -> None:
        self._setup = Setup()
        self._view: CourtView | None = None
        self._sure = True

    def configure(self, setup: Setup) -> None:
        """New marks begin anew; marks that fit no court tell nothing."""
        if setup.marks != self._setup.marks:
            self._sure = True
            try:
                self._view = setup.view()
            except GeometryError as error:
                log.warning("the marks of a court are no use: %s", error)
                self._view = None
        self._setup = setup

    @property
    def view(self) -> CourtView | None:
        """Of the newest picture."""
        return self._view if self._sure else None

    def resize(self, size: tuple[int, int]) -> None:
        """The picture is so many pixels wide and high; its shape is the same."""
        if self._view is not None and self._view.size != size:
            self._view = self._view.scaled(size)

    def move(self, turned: Array) -> None:
        """turned: (3, 3) pixels before to pixels now."""
        if self._view is not None:
            self._view = self._view.moved(turned)

    def doubt(self) -> None:
        """It is not known how the camera moved: a rim must be where the court has one before
        the view is believed again."""
        self._sure = False

    def check(self, rims: Sequence[Rim]) -> None:
        """The rims that are seen; one in its place ends all doubt."""
        if self._view is None or self._sure or self._setup.floor is None:
            return
        floor, view = self._setup.floor, self._view
        self._sure = any(basket_of(rim.xyxy(), floor, view) is not None for rim in rims)


def basket_of(rim_xyxy: Box, floor: Floor, view: CourtView) -> int | None:
    """Which basket of the court (0: at negative x) a rim in the picture is; None: neither."""
    rings = np.hstack([floor.baskets(), np.full((2, 1), RIM_M)])
    x1, y1, x2, y2 = rim_xyxy
    middle = np.array([(x1 + x2) / 2, (y1 + y2) / 2])
    off = np.linalg.norm(view.project(rings) - middle, axis=1)
    off = np.where(np.isfinite(off), off, np.inf)
    best = int(off.argmin())
    return best if off[best] < OFF * max(x2 - x1, _SMALLEST_PX) else None
