"""Everything about the rims of one camera: where to look closely, and the shots at them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.ball import Spot, merge
from pipeline.basket import REACH, Basket
from pipeline.boxes import Detections
from pipeline.frame import Frame
from pipeline.judge import shipped
from pipeline.labels import RIMS, Ball, only, which
from pipeline.rim import Rim, Rims, rings
from pipeline.shots import Shot, ShotWatch
from pipeline.sight import Box
from pipeline.signs import Reach
from pipeline.view import PARTS, View, close_to, part_of, uncut

LIVELY_S = 0.5
"""So long after something moved about a rim it is looked at closely."""

AGAIN_S = 0.25
"""What may be a rim is looked at closely this often until that is settled."""

STALE_S = 2.0
"""A known rim is looked at closely this often."""

SEARCH_S = 3.0
"""With a rim known, the picture is searched for others this often, part by part."""

SAME_S = 0.6
"""Two shots at one rim are at least so far apart."""

OTHER_S = 1.5
"""Two shots at different rims are at least so far apart: a ball that falls past what only looks
like a rim has been told at the true one."""

SIZES = (0.3, 1.2)
"""Rim widths: a ball beside the rim is 0.53; nearer to the phone it is larger."""

PLAIN = 0.4
"""Score from which a ball needs no other sign."""

FAINT = 0.15
"""Score from which a ball counts away from the rim."""


@dataclass(frozen=True, slots=True)
class RimShot:
    """A shot and the rim it went to; rim_xyxy: pixels of the frame in which it was decided."""

    shot: Shot
    rim_id: int
    rim_xyxy: Box


@dataclass(slots=True, eq=False)
class _Hoop:
    """What belongs to one rim."""

    basket: Basket
    watch: ShotWatch
    spots: list[Spot]
    net: float = 0.0
    lively_s: float = -math.inf


class Hoops:
    """The rims of one camera. `prepare` before the detector looks, `advance` after it."""

    def __init__(self, labels: Sequence[str], new_id: Callable[[], int], *, thorough: bool) -> None:
        """As `pipeline.vision.Vision`; `whole_every` as `pipeline.governor.Plan`."""
        self.labels = which(labels, RIMS)
        self._rims = Rims(new_id)
        self._hoops: dict[int, _Hoop] = {}
        self.whole_every = 1 if thorough else 2
        self._turn = 0
        self._part = 0
        self._searched_s = -math.inf
        self._told: list[RimShot] = []

    def firm(self) -> list[Rim]:
        """The rims that are believed, surest first."""
        return self._rims.firm()

    # -- the picture itself changes ----------------------------------------------------------

    def restart(self) -> None:
        """The camera comes back after a while, or on a new time line: it may have been moved."""
        self._rims.doubt()
        self._hoops.clear()
        self._told.clear()
        self._searched_s = -math.inf

    def resize(self, factor: float) -> None:
        """The same picture with so many times the pixels."""
        self._rims.resize(factor)

    def clear(self) -> None:
        """Another picture."""
        self._rims.clear()

    def move(self, moved: NDArray[np.float64]) -> None:
        """moved: (3, 3) pixels of the scene before to those of now."""
        before = {rim.id: (rim.x, rim.y) for rim in self._rims.firm()}
        self._rims.move(moved)
        for rim in self._rims.firm():
            if rim.id in self._hoops:
                x, y = before[rim.id]
                self._hoops[rim.id].basket.move(rim.x - x, rim.y - y)

    def lose_ground(self) -> None:
        """Not known how the picture moved: what lies under a rim now is not its background."""
        for hoop in self._hoops.values():
            hoop.basket.reset()

    # -- frame by frame ----------------------------------------------------------------------

    def prepare(self, frame: Frame) -> list[View]:
        """The views of this frame that the detector should see."""
        firm = self._rims.firm()
        self._hoops = {rim.id: self._hoops.get(rim.id) or _hoop() for rim in firm}
        for rim in firm:
            hoop = self._hoops[rim.id]
            hoop.spots, hoop.net = hoop.basket.update(
                frame.image, (rim.x, rim.y), rim.width, frame.media_s
            )
            if any(spot.away < 3.5 for spot in hoop.spots):
                hoop.lively_s = frame.media_s
        whole = View(frame.image)
        if self.whole_every == 1:
            return [whole, *(close_to(frame, rim) for rim in firm)]
        return [self._due(frame, firm) or whole]

    def advance(
        self,
        frame: Frame,
        views: Sequence[View],
        there: Sequence[Detections],
        balls: Sequence[Ball],
    ) -> list[RimShot]:
        """there: what was found in each view; balls: all of them; pixels of the frame."""
        height, width = frame.image.shape[:2]
        for view, each in zip(views, there, strict=True):
            seen = uncut(rings(only(each, self.labels)), view, (width, height))
            within = None if view.kind == "whole" else view.box()
            self._rims.update(seen, frame.media_s, within, close=view.kind == "close")
        return self._watch(frame, balls)

    def _due(self, frame: Frame, firm: list[Rim]) -> View | None:
        """The part that a frame between whole ones is spent on; None: nothing is better than the
        whole picture."""
        self._turn += 1
        now_s = frame.media_s
        if self._turn % self.whole_every == 0 or len(self.labels) == 0:
            return None
        lively = [rim for rim in firm if now_s - self._hoops[rim.id].lively_s <= LIVELY_S]
        faint = [rim for rim in self._rims.faint() if now_s - rim.looked_s > AGAIN_S]
        stale = [rim for rim in firm if now_s - rim.looked_s > STALE_S]
        for rims in (lively, faint[:3], stale):
            if rims:
                return close_to(frame, min(rims, key=lambda one: one.looked_s))
        if not firm or now_s - self._searched_s > SEARCH_S:
            self._searched_s = now_s
            self._part = (self._part + 1) % len(PARTS)
            return part_of(frame, PARTS[self._part])
        return None

    def _watch(self, frame: Frame, balls: Sequence[Ball]) -> list[RimShot]:
        """Bring detected and moving balls of each rim together and ask its watch."""
        shots = []
        for rim in self._rims.firm():
            hoop = self._hoops.get(rim.id)
            if hoop is None:
                continue
            found = [
                Spot(
                    frame.media_s,
                    (x - rim.x) / rim.width,
                    (y - rim.y) / rim.width,
                    size / rim.width,
                    score,
                    seen=True,
                )
                for x, y, size, score in balls
                if SIZES[0] < size / rim.width < SIZES[1]
            ]
            shot = hoop.watch.update(
                frame.media_s,
                together(found, hoop.spots),
                hoop.net,
                reach_of(rim, frame),
                width=rim.width,
                sure=rim.sure,
            )
            if shot is not None:
                shots.append(RimShot(shot, rim.id, rim.xyxy()))
        return self._once(shots)

    def _once(self, shots: list[RimShot]) -> list[RimShot]:
        """One shot is told once, also where two boxes pass for its rim: the surest counts, and
        what was said a moment ago is not said again."""
        kept: list[RimShot] = []
        for one in sorted(shots, key=lambda each: -each.shot.score):
            told = [*self._told, *kept]
            if all(_apart(one, other) for other in told):
                kept.append(one)
        self._told = [*self._told, *kept][-8:]
        return kept


def _apart(one: RimShot, other: RimShot) -> bool:
    """Whether two shots may both be true."""
    least_s = SAME_S if one.rim_id == other.rim_id else OTHER_S
    return abs(one.shot.rim_s - other.shot.rim_s) > least_s


def reach_of(rim: Rim, frame: Frame) -> Reach:
    """How far the frame shows what is about a rim."""
    height, width = frame.image.shape[:2]
    return Reach(
        rim.x / rim.width,
        rim.y / rim.width,
        (width - rim.x) / rim.width,
        (height - rim.y) / rim.width,
    )


def together(found: Sequence[Spot], moving: Sequence[Spot]) -> list[Spot]:
    """What the network found and what moves, one spot for each place."""
    return merge([*(one for one in found if believable(one, moving)), *moving])


def believable(found: Spot, moving: Sequence[Spot]) -> bool:
    """Whether a detected ball counts: what is faint and does not move is a mark on the board."""
    if found.sure >= PLAIN:
        return True
    if max(abs(found.x), abs(found.y)) > REACH - 0.3:
        return found.sure >= FAINT
    return any(math.hypot(found.x - one.x, found.y - one.y) < 0.5 for one in moving)


def _hoop() -> _Hoop:
    return _Hoop(Basket(), ShotWatch(shipped()), [])
