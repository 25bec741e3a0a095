"""One game's eyes: which parts of a frame to look at, and what was seen in them."""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.boxes import Detections, Tracks
from pipeline.frame import Frame
from pipeline.game_ball import GameBall
from pipeline.governor import Plan
from pipeline.hoops import Hoops, RimShot
from pipeline.labels import BALLS, Ball, balls, which
from pipeline.people import People
from pipeline.setup import Setup
from pipeline.shift import Shift
from pipeline.sight import Box, Sighting
from pipeline.view import View, placed

RESTART_S = 5.0
"""A camera away for longer may have been moved: what was known about the picture is doubted."""

MOST_WAITING = 8
"""Pieces of work that wait for a gap between frames; of more the oldest are dropped."""

BACK_S = 1.0
"""A frame so much older than the last begins a new time line."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What one frame showed.

    tracks: people, ball and rims, pixels of the frame; None where only the neighbourhood of a
    rim was looked at. sightings: those decided now.
    """

    tracks: Tracks | None
    sightings: tuple[Sighting, ...]


class Vision:
    """The state that one camera of one game needs between frames.

    `prepare` says what to look at, the detector (shared by all games) looks, `advance` takes
    what it found. Calls come from one thread, in order of media time.
    """

    def __init__(self, labels: Sequence[str], *, thorough: bool = False) -> None:
        """labels: of the detector. thorough: every view of every frame, where looking is cheap;
        otherwise one view a frame, in turns while something happens at a rim."""
        self._balls = which(labels, BALLS)
        self._ids, self._sighted = itertools.count(1), itertools.count(1)
        self._people = People(labels, self._new_id)
        self._hoops = Hoops(labels, self._new_id, thorough=thorough)
        self._ball = GameBall(self._new_id)
        self._shift = Shift()
        self._size = (0, 0)
        self._last_s = -math.inf
        self._waiting: deque[Callable[[], None]] = deque(maxlen=MOST_WAITING)
        self.setup = Setup()

    def configure(self, setup: Setup) -> None:
        """What people said of this camera's game: from the next frame on it counts."""
        self.setup = setup

    def follow(self, plan: Plan) -> None:
        """How closely to look from now on."""
        self._hoops.whole_every = plan.whole_every

    def spare(self) -> bool:
        """Do one piece of what waits for a gap between frames; False: nothing does."""
        if not self._waiting:
            return False
        self._waiting.popleft()()
        return True

    def prepare(self, frame: Frame) -> list[View]:
        """The views of this frame that the detector should see; none for a frame out of order."""
        if frame.media_s < self._last_s - BACK_S or frame.media_s > self._last_s + RESTART_S:
            self._restart()
        if frame.media_s <= self._last_s:
            return []
        self._settle(frame)
        self._last_s = frame.media_s
        return self._hoops.prepare(frame)

    def advance(self, frame: Frame, views: Sequence[View], found: Sequence[Detections]) -> Scene:
        """Take what was found in each view of `prepare`, in the view's pixels."""
        if not views:
            return Scene(None, ())
        there = [placed(view, one) for view, one in zip(views, found, strict=True)]
        seen = [ball for each in there for ball in balls(each, self._balls)]
        shots = self._hoops.advance(frame, views, there, seen)
        tracks = None
        if views[0].kind == "whole":
            tracks = self._tracks(frame, there[0], seen)
        return Scene(tracks, tuple(self._sighting(one) for one in shots))

    def _new_id(self) -> int:
        return next(self._ids)

    def _restart(self) -> None:
        """The camera comes back after a while, or on a new time line: it may have been moved."""
        self._hoops.restart()
        self._people.restart()
        self._ball.restart()
        self._shift = Shift()
        self._last_s = -math.inf

    def _settle(self, frame: Frame) -> None:
        """Follow changes of the picture itself: its size, its movement, a break."""
        height, width = frame.image.shape[:2]
        if self._size not in ((width, height), (0, 0)):
            if abs(width / height - self._size[0] / self._size[1]) < 0.02:
                self._hoops.resize(width / self._size[0])
            else:
                self._hoops.clear()
            self._ball.restart()
            self._shift = Shift()
        self._size = (width, height)
        moved = self._shift.update(frame.image)
        if moved is None:
            self._hoops.lose_ground()
        elif moved != (0.0, 0.0):
            self._hoops.move(*moved)

    def _sighting(self, one: RimShot) -> Sighting:
        shot = one.shot
        return Sighting(
            id=next(self._sighted),
            kind="shot",
            at_s=shot.rim_s,
            start_s=shot.start_s,
            end_s=shot.end_s,
            score=shot.score,
            made=shot.made,
            boxes=(("rim", one.rim_xyxy),),
            size=self._size,
            rim_xyxy=one.rim_xyxy,
        )

    def _tracks(self, frame: Frame, whole: Detections, seen: Sequence[Ball]) -> Tracks:
        """Everything with an id: people, the ball, the rims."""
        people = self._people.update(frame, whole)
        others: list[tuple[int, Box, float, int]] = []
        ball = self._ball.update(frame.media_s, seen, self._size)
        if ball is not None:
            number, (x, y, size, score) = ball
            half = size / 2
            box = (x - half, y - half, x + half, y + half)
            others.append((number, box, score, int(self._balls[0])))
        others += [
            (rim.id, rim.xyxy(), rim.sure, int(self._hoops.labels[0])) for rim in self._hoops.firm()
        ]
        if not others:
            return people
        return Tracks(
            np.concatenate([people.id, np.array([one[0] for one in others], np.int64)]),
            np.concatenate([people.xyxy, np.array([one[1] for one in others], np.float32)]),
            np.concatenate([people.score, np.array([one[2] for one in others], np.float32)]),
            np.concatenate([people.label, np.array([one[3] for one in others], np.int64)]),
        )
