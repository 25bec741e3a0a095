"""One game's eyes: which parts of a frame to look at, and what was seen in them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.ball import Spot, merge
from pipeline.basket import REACH, Basket
from pipeline.boxes import Detections, Tracks
from pipeline.frame import Frame
from pipeline.rim import Rim, Rims, rings
from pipeline.shift import Shift
from pipeline.shots import ShotWatch
from pipeline.sight import Sighting
from pipeline.track import Tracker
from pipeline.view import PARTS, View, close_to, part_of, placed, uncut

PEOPLE = frozenset({"player", "referee", "person"})
BALLS = frozenset({"ball", "sports ball"})
RIMS = frozenset({"rim", "hoop"})


LIVELY_S = 0.5
"""So long after something moved about a rim it is looked at closely."""

AGAIN_S = 0.25
"""What may be a rim is looked at closely this often until that is settled."""

STALE_S = 2.0
"""A known rim is looked at closely this often."""

SEARCH_S = 3.0
"""With a rim known, the picture is searched for others this often, part by part."""


SAME_S = 0.6
"""Two shots of one camera are at least so far apart."""

RESTART_S = 5.0
"""A camera away for longer may have been moved: what was known about the picture is doubted."""

BACK_S = 1.0
"""A frame so much older than the last begins a new time line."""

BALL_LEAST = 0.15
"""Score from which a ball is shown; about a rim fainter ones count if something moves there."""

PLAIN = 0.4
"""Score from which a ball needs no other sign."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What one frame showed.

    tracks: people, ball and rims, pixels of the frame; None where only the neighbourhood of a
    rim was looked at. sightings: those decided now.
    """

    tracks: Tracks | None
    sightings: tuple[Sighting, ...]


@dataclass(slots=True, eq=False)
class _Hoop:
    """What belongs to one rim."""

    basket: Basket
    watch: ShotWatch
    spots: list[Spot]
    net: float = 0.0
    lively_s: float = -math.inf


class Vision:
    """The state that one camera of one game needs between frames.

    `prepare` says what to look at, the detector (shared by all games) looks, `advance` takes
    what it found. Calls come from one thread, in order of media time.
    """

    def __init__(self, labels: Sequence[str], *, thorough: bool = False) -> None:
        """labels: of the detector. thorough: every view of every frame, where looking is cheap;
        otherwise one view a frame, in turns while something happens at a rim."""
        self._people = _which(labels, PEOPLE)
        self._balls = _which(labels, BALLS)
        self._rim_labels = _which(labels, RIMS)
        self._thorough = thorough
        self._ids = itertools.count(1)
        self._players = Tracker(self._new_id)
        self._rims = Rims(self._new_id)
        self._shift = Shift()
        self._hoops: dict[int, _Hoop] = {}
        self._ball: tuple[int, float, float, float] | None = None
        self._size = (0, 0)
        self._last_s = -math.inf
        self._turn = 0
        self._part = 0
        self._searched_s = -math.inf
        self._told: list[Sighting] = []

    def prepare(self, frame: Frame) -> list[View]:
        """The views of this frame that the detector should see; none for a frame out of order."""
        if frame.media_s < self._last_s - BACK_S or frame.media_s > self._last_s + RESTART_S:
            self._restart()
        if frame.media_s <= self._last_s:
            return []
        self._settle(frame)
        self._last_s = frame.media_s
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
        if self._thorough:
            return [whole, *(close_to(frame, rim) for rim in firm)]
        return [self._due(frame, firm) or whole]

    def advance(self, frame: Frame, views: Sequence[View], found: Sequence[Detections]) -> Scene:
        """Take what was found in each view of `prepare`, in the view's pixels."""
        if not views:
            return Scene(None, ())
        there = [placed(view, one) for view, one in zip(views, found, strict=True)]
        balls = [one for each in there for one in _rows(each, self._balls)]
        for view, each in zip(views, there, strict=True):
            seen = uncut(rings(_only(each, self._rim_labels)), view, self._size)
            within = None if view.kind == "whole" else view.box()
            self._rims.update(seen, frame.media_s, within, close=view.kind == "close")
        sightings = self._watch(frame, balls)
        tracks = None
        if views[0].kind == "whole":
            tracks = self._tracks(frame, there[0], balls)
        return Scene(tracks, sightings)

    def _new_id(self) -> int:
        return next(self._ids)

    def _restart(self) -> None:
        """The camera comes back after a while, or on a new time line: it may have been moved."""
        self._rims.doubt()
        self._hoops.clear()
        self._shift = Shift()
        self._players = Tracker(self._new_id)
        self._ball = None
        self._told.clear()
        self._last_s = self._searched_s = -math.inf

    def _settle(self, frame: Frame) -> None:
        """Follow changes of the picture itself: its size, its movement, a break."""
        height, width = frame.image.shape[:2]
        if self._size not in ((width, height), (0, 0)):
            same_shape = abs(width / height - self._size[0] / self._size[1]) < 0.02
            if same_shape:
                self._rims.resize(width / self._size[0])
            else:
                self._rims.clear()
            self._ball = None
            self._shift = Shift()
        self._size = (width, height)
        moved = self._shift.update(frame.image)
        if moved is None:
            # Not known how the picture moved: what lies under a rim now is not its background.
            for hoop in self._hoops.values():
                hoop.basket.reset()
        elif moved != (0.0, 0.0):
            self._rims.move(*moved)
            for hoop in self._hoops.values():
                hoop.basket.move(*moved)

    def _due(self, frame: Frame, firm: list[Rim]) -> View | None:
        """The part that every other frame is spent on; None: there is nothing better than the
        whole picture."""
        self._turn += 1
        now_s = frame.media_s
        if self._turn % 2 == 0 or len(self._rim_labels) == 0:
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

    def _watch(
        self, frame: Frame, balls: list[tuple[float, float, float, float]]
    ) -> tuple[Sighting, ...]:
        """Bring detected and moving balls of each rim together and ask its watch."""
        sightings = []
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
                )
                for x, y, size, score in balls
                if 0.3 < size / rim.width < 1.0
            ]
            found = [one for one in found if believable(one, hoop.spots)]
            shot = hoop.watch.update(frame.media_s, merge([*found, *hoop.spots]), hoop.net)
            if shot is not None:
                sightings.append(
                    Sighting(
                        kind="shot",
                        rim_s=shot.rim_s,
                        start_s=shot.start_s,
                        end_s=shot.end_s,
                        made=shot.made,
                        score=shot.score,
                        rim_xyxy=rim.xyxy(),
                    )
                )
        return self._once(sightings)

    def _once(self, sightings: list[Sighting]) -> tuple[Sighting, ...]:
        """One shot is one sighting, also where two boxes pass for its rim: the surest counts,
        and what was said a moment ago is not said again."""
        kept: list[Sighting] = []
        for one in sorted(sightings, key=lambda each: -each.score):
            told = [*self._told, *kept]
            if all(abs(one.rim_s - other.rim_s) > SAME_S for other in told):
                kept.append(one)
        self._told = [*self._told, *kept][-8:]
        return tuple(kept)

    def _tracks(
        self, frame: Frame, whole: Detections, balls: list[tuple[float, float, float, float]]
    ) -> Tracks:
        people = self._players.update(_only(whole, self._people), frame.media_s)
        others: list[tuple[int, tuple[float, float, float, float], float, int]] = []
        ball = self._ball_shown(frame.media_s, balls)
        if ball is not None:
            number, (x, y, size, score) = ball
            half = size / 2
            box = (x - half, y - half, x + half, y + half)
            others.append((number, box, score, int(self._balls[0])))
        others += [
            (rim.id, rim.xyxy(), rim.sure, int(self._rim_labels[0])) for rim in self._rims.firm()
        ]
        if not others:
            return people
        return Tracks(
            np.concatenate([people.id, np.array([one[0] for one in others], np.int64)]),
            np.concatenate([people.xyxy, np.array([one[1] for one in others], np.float32)]),
            np.concatenate([people.score, np.array([one[2] for one in others], np.float32)]),
            np.concatenate([people.label, np.array([one[3] for one in others], np.int64)]),
        )

    def _ball_shown(
        self, t_s: float, balls: list[tuple[float, float, float, float]]
    ) -> tuple[int, tuple[float, float, float, float]] | None:
        """The ball of the game with its id: the strongest, those near the last one preferred."""
        reach = max(self._size) * 0.25

        def worth(ball: tuple[float, float, float, float]) -> float:
            if self._ball is None or t_s - self._ball[3] > 1.0:
                return ball[3]
            far = math.hypot(ball[0] - self._ball[1], ball[1] - self._ball[2])
            return ball[3] + 0.3 * max(0.0, 1 - far / reach)

        able = [ball for ball in balls if ball[3] >= BALL_LEAST]
        if not able:
            return None
        best = max(able, key=worth)
        known = self._ball is not None and t_s - self._ball[3] <= 1.0
        number = self._ball[0] if known and self._ball is not None else self._new_id()
        self._ball = (number, best[0], best[1], t_s)
        return number, best


def believable(found: Spot, moving: Sequence[Spot]) -> bool:
    """Whether a detected ball counts: what is faint and does not move is a mark on the board."""
    if found.sure >= PLAIN:
        return True
    if max(abs(found.x), abs(found.y)) > REACH - 0.3:
        return found.sure >= BALL_LEAST
    return any(math.hypot(found.x - one.x, found.y - one.y) < 0.5 for one in moving)


def _hoop() -> _Hoop:
    return _Hoop(Basket(), ShotWatch(), [])


def _which(labels: Sequence[str], names: frozenset[str]) -> NDArray[np.int64]:
    return np.array([i for i, name in enumerate(labels) if name in names], np.int64)


def _only(found: Detections, labels: NDArray[np.int64]) -> Detections:
    kept = np.isin(found.label, labels)
    return Detections(found.xyxy[kept], found.score[kept], found.label[kept])


def _rows(found: Detections, labels: NDArray[np.int64]) -> list[tuple[float, float, float, float]]:
    """(x, y, diameter, score) of the boxes of some labels; six at most."""
    kept = _only(found, labels)
    rows = []
    for (x1, y1, x2, y2), score in zip(
        kept.xyxy[:6].tolist(), kept.score[:6].tolist(), strict=True
    ):
        rows.append(((x1 + x2) / 2, (y1 + y2) / 2, max(x2 - x1, y2 - y1), score))
    return rows
