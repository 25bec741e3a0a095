"""The last seconds as they were seen: what to show of a moment that is told a little later."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.boxes import Tracks
from pipeline.frame import Frame, Image
from pipeline.labels import Ball
from pipeline.sight import Box

KEEP_S = 5.0
"""A lost ball is told some three seconds after it was lost."""

STILL_WIDTH = 480
"""Pixels: enough to see who shoots."""

STILL_EVERY_S = 0.25
"""Stills are this far apart: 20 of them, at 16:9 some 8 MB a camera."""

_PLAIN_BALL = 0.4
_HANDS = (-0.15, 0.6)  # where hands are in a standing person's box, from its top, box heights
_REACH = 0.5  # and how far beside it, box widths


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One whole look: people (with rows of `pipeline.people.Cast`) and balls, pixels."""

    media_s: float
    tracks: Tracks
    row: NDArray[np.int64]
    balls: tuple[Ball, ...]

    def box_of(self, row: int) -> Box | None:
        """The box of the player of a row, where he was seen."""
        where = np.flatnonzero(self.row == row)
        return None if len(where) == 0 else _box(self.tracks.xyxy[where[0]])

    def track_of(self, row: int) -> int | None:
        """The track of the player of a row."""
        where = np.flatnonzero(self.row == row)
        return None if len(where) == 0 else int(self.tracks.id[where[0]])

    def ball_box(self) -> Box | None:
        """The plainest ball."""
        plain = [one for one in self.balls if one[3] >= _PLAIN_BALL]
        if not plain:
            return None
        x, y, size, _ = max(plain, key=lambda one: one[3])
        return (x - size / 2, y - size / 2, x + size / 2, y + size / 2)


class Moments:
    """What was seen lately, bounded."""

    def __init__(self) -> None:
        self._looks: deque[Look] = deque()
        self._stills: deque[tuple[float, Image]] = deque()

    def clear(self) -> None:
        """Another time line."""
        self._looks.clear()
        self._stills.clear()

    def film(self, frame: Frame) -> None:
        """Keep a small copy of a frame, if the last is old enough."""
        if self._stills and frame.media_s - self._stills[-1][0] < STILL_EVERY_S:
            return
        self._stills.append((frame.media_s, small(frame.image)))
        while frame.media_s - self._stills[0][0] > KEEP_S:
            self._stills.popleft()

    def look(
        self, media_s: float, tracks: Tracks, row: NDArray[np.int64], balls: Sequence[Ball]
    ) -> None:
        """Keep what a whole look showed."""
        self._looks.append(Look(media_s, tracks, row, tuple(balls)))
        while media_s - self._looks[0].media_s > KEEP_S:
            self._looks.popleft()

    def at(self, media_s: float) -> Look | None:
        """The whole look nearest to a moment."""
        return min(self._looks, key=lambda one: abs(one.media_s - media_s), default=None)

    def still(self, media_s: float) -> Image | None:
        """The small copy nearest to a moment."""
        nearest = min(self._stills, key=lambda one: abs(one[0] - media_s), default=None)
        return None if nearest is None else nearest[1]

    def thrower(self, until_s: float) -> int | None:
        """The track that last had the ball at its hands in the picture by then; needs no court.

        Only plain balls count. Where boxes overlap the nearer person, lower in the picture, has
        it.
        """
        for look in reversed(self._looks):
            if look.media_s > until_s:
                continue
            for x, y, _, score in look.balls:
                if score < _PLAIN_BALL or len(look.tracks) == 0:
                    continue
                x1, y1, x2, y2 = look.tracks.xyxy.T
                side = _REACH * (x2 - x1)
                high = (y - y1) / np.maximum(y2 - y1, 1.0)
                near = (x > x1 - side) & (x < x2 + side) & (high > _HANDS[0]) & (high < _HANDS[1])
                if near.any():
                    return int(look.tracks.id[np.where(near, y2, -np.inf).argmax()])
        return None


def small(image: Image) -> Image:
    """A copy at most `STILL_WIDTH` pixels wide."""
    height, width = image.shape[:2]
    if width <= STILL_WIDTH:
        return image.copy()
    size = (STILL_WIDTH, max(1, round(height * STILL_WIDTH / width)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _box(xyxy: NDArray[np.float32]) -> Box:
    x1, y1, x2, y2 = (float(value) for value in xyxy)
    return (x1, y1, x2, y2)
