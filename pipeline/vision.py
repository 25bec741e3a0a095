"""One game's eyes: which parts of a frame to look at, and what was seen in them."""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.bearing import Bearing
from pipeline.boardwatch import BoardReading, BoardWatch
from pipeline.boxes import Detections, Tracks
from pipeline.digits import Reader as Digits
from pipeline.frame import Frame
from pipeline.game_ball import GameBall
from pipeline.governor import SHED, Plan, Stage
from pipeline.hoops import Hoops
from pipeline.labels import BALLS, Ball, balls, which
from pipeline.people import Cast, People
from pipeline.play import Play
from pipeline.possession_reader import Reader, shipped
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
    rim was looked at. sightings: those decided now. board: what the gym's scoreboard says, where
    that is new.
    """

    tracks: Tracks | None
    sightings: tuple[Sighting, ...]
    board: BoardReading | None = None


class Vision:
    """The state that one camera of one game needs between frames.

    `prepare` says what to look at, the detector (shared by all games) looks, `advance` takes
    what it found. Calls come from one thread, in order of media time.
    """

    def __init__(
        self, labels: Sequence[str], *, thorough: bool = False, digits: Digits | None = None
    ) -> None:
        """labels: of the detector. thorough: every view of every frame, where looking is cheap;
        otherwise one view a frame, in turns while something happens at a rim. digits: reads the
        numbers on shirts; one may serve all games, without it none are read."""
        self._balls = which(labels, BALLS)
        self._ids = itertools.count(1)
        self._waiting: deque[tuple[Stage, Callable[[], None]]] = deque(maxlen=MOST_WAITING)
        self._stages: frozenset[Stage] = frozenset(SHED)
        self._board: BoardWatch | None = None
        self._people = People(labels, self._new_id, digits, self._later)
        self._hoops = Hoops(labels, self._new_id, thorough=thorough)
        self._ball = GameBall(self._new_id)
        self._play = Play(lambda floor: Reader(shipped(), floor), self._people.numbers)
        self._court = Bearing()
        self._moved = np.eye(3)  # since the last whole look
        self._shift = Shift()
        self._size = (0, 0)
        self._last_s = -math.inf
        self.setup = Setup()

    def configure(self, setup: Setup) -> None:
        """What people said of this camera's game: from the next frame on it counts."""
        self._court.configure(setup)
        if setup.scoreboard != self.setup.scoreboard:
            self._board = BoardWatch(setup.scoreboard) if setup.scoreboard else None
        self.setup = setup
        self._people.configure(setup)
        self._play.configure(setup.floor, setup.home_attacks)

    def follow(self, plan: Plan) -> None:
        """How closely to look from now on."""
        self._hoops.whole_every = plan.whole_every
        self._stages = plan.stages

    def spare(self) -> bool:
        """Do one piece of what waits for a gap between frames; False: nothing does."""
        while self._waiting:
            stage, work = self._waiting.popleft()
            if stage in self._stages:
                work()
                return True
        return False

    def _later(self, stage: Stage, work: Callable[[], None]) -> None:
        if stage in self._stages:
            self._waiting.append((stage, work))

    def prepare(self, frame: Frame) -> list[View]:
        """The views of this frame that the detector should see; none for a frame out of order."""
        if frame.media_s < self._last_s - BACK_S or frame.media_s > self._last_s + RESTART_S:
            self._restart()
        if frame.media_s <= self._last_s:
            return []
        self._settle(frame)
        self._last_s = frame.media_s
        if self._board is not None and (reading := self._board.take(frame)) is not None:
            self._later("scoreboard", reading)
        return self._hoops.prepare(frame)

    def advance(self, frame: Frame, views: Sequence[View], found: Sequence[Detections]) -> Scene:
        """Take what was found in each view of `prepare`, in the view's pixels."""
        if not views:
            return Scene(None, ())
        there = [placed(view, one) for view, one in zip(views, found, strict=True)]
        seen = [ball for each in there for ball in balls(each, self._balls)]
        shots = self._hoops.advance(frame, views, there, seen)
        self._court.look(frame.image, frame.media_s, self._hoops.firm())
        view = self._court.view
        for shot in shots:
            self._play.shot(shot, view)
        cast, tracks = None, None
        if views[0].kind == "whole":
            cast = self._people.look(frame, there[0], view, self._moved)
            self._moved = np.eye(3)
            tracks = self._tracks(frame, cast, seen)
        sightings = self._play.look(frame, cast, seen, self._hoops.firm(), view)
        return Scene(tracks, sightings, self._board.told() if self._board else None)

    def _new_id(self) -> int:
        return next(self._ids)

    def _restart(self) -> None:
        """The camera comes back after a while, or on a new time line: it may have been moved."""
        self._hoops.restart()
        self._people.restart()
        self._play.restart()
        self._court.doubt()
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
        self._court.resize(self._size)
        first = self._shift.epoch == 0
        if (focal := self._court.focal) is not None:
            self._shift.lens(focal)
        moved = self._shift.update(frame.image)
        if moved is None:
            self._hoops.lose_ground()
            if not first:
                self._court.doubt()
        elif not np.array_equal(moved, np.eye(3)):
            self._hoops.move(moved)
            self._moved = moved @ self._moved
            self._court.move(moved, frame.media_s)

    def _tracks(self, frame: Frame, cast: Cast, seen: Sequence[Ball]) -> Tracks:
        """Everything with an id: people, the ball, the rims."""
        people = cast.tracks
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
