"""Watches a marked scoreboard: which number is what, and what it says when readings agree."""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import cv2
import numpy as np

from pipeline.frame import Frame, Image
from pipeline.scoreboard import Group, flat, read
from pipeline.setup import Quad

EVERY_S = 1.0
"""Between two readings."""

SURE = 0.6
"""Chance from which a number counts for whoever compares it."""

VOTES, ENOUGH = 5, 3
"""Of the last readings, so many must say the same before a number is told."""

FORGET_S = 8.0
"""Readings older than this have no vote."""

LIKE = 0.6
"""Correlation from which a place in the picture is the board that was marked."""

SMALL_SIDE = 320
"""Pixels of the longer side at which the board is looked for: it moves with the camera."""


@dataclass(frozen=True, slots=True)
class Said:
    """A number of the board. sure: its chance, 0 to 1."""

    value: int
    sure: float


@dataclass(frozen=True, slots=True)
class BoardReading:
    """What the board said; None where it was not read or readings disagree.

    left, right: the two scores as the picture shows them. clock_ms: milliseconds left.
    """

    media_s: float
    left: Said | None = None
    right: Said | None = None
    clock_ms: Said | None = None
    period: Said | None = None


class BoardWatch:
    """One board of one camera. `take` with each frame is cheap; the reading it may return takes
    some 40 ms of CPU and can wait; calls come from one thread."""

    def __init__(self, quad: Quad) -> None:
        """quad: the board's corners as they were marked."""
        self._quad = quad
        self._finder = _Finder(quad)
        self._next_s = -math.inf
        self._readings: deque[BoardReading] = deque(maxlen=VOTES)
        self._said: BoardReading | None = None

    def take(self, frame: Frame) -> Callable[[], None] | None:
        """The reading that is due on this frame, to be made when there is time; else None."""
        if frame.media_s < self._next_s and frame.media_s > self._next_s - 2 * EVERY_S:
            return None
        self._next_s = frame.media_s + EVERY_S
        quad = self._finder.find(frame.image)
        if quad is None:
            return None
        board, at_s = flat(frame.image, quad), frame.media_s
        return lambda: self._look(board, at_s)

    def told(self) -> BoardReading | None:
        """What the last reading came to; each is told once."""
        said, self._said = self._said, None
        return said

    def _look(self, board: Image, at_s: float) -> None:
        self._readings.append(replace(in_roles(read(board)), media_s=at_s))
        self._said = agreed(self._readings, at_s)


class _Finder:
    """Where the board is now: its likeness at the time of marking, looked for in the picture."""

    def __init__(self, quad: Quad) -> None:
        self._quad = quad
        self._like: Image | None = None
        self._corner = (0, 0)

    def find(self, image: Image) -> Quad | None:
        """The corners in this picture; None while the board is out of it or covered."""
        height, width = image.shape[:2]
        quad = self._quad.scaled((width, height))
        scale = SMALL_SIDE / max(width, height)
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        corners = np.array(quad.corners) * scale
        if self._like is None:
            x1, y1 = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 2, 0)
            x2, y2 = np.ceil(corners.max(axis=0)).astype(int) + 2
            self._like, self._corner = small[y1:y2, x1:x2].astype(np.uint8), (int(x1), int(y1))
            return quad
        if min(self._like.shape) < 4 or any(
            a > b for a, b in zip(self._like.shape, small.shape, strict=True)
        ):
            return quad
        fit = cv2.matchTemplate(small, self._like, cv2.TM_CCOEFF_NORMED)
        _, best, _, (x, y) = cv2.minMaxLoc(fit)
        if best < LIKE:
            return None
        # The small picture tells the place to a few pixels; reading does not need it closer.
        dx, dy = (x - self._corner[0]) / scale, (y - self._corner[1]) / scale
        a, b, c, d = ((px + dx, py + dy) for px, py in quad.corners)
        return Quad((width, height), (a, b, c, d))


def in_roles(groups: Sequence[Group]) -> BoardReading:
    """Which number is what, from where it stands: two scores of one size left and right, the
    clock with its colon, the period between them."""
    clocks = [(clock_of(one.text), one) for one in groups]
    known = [(ms, one) for ms, one in clocks if ms is not None]
    clock = max(known, key=lambda each: each[1].sure, default=None)
    used = clock[1] if clock is not None else None
    scores = _scores([one for one in groups if one is not used])
    period = None
    if scores is not None:
        between = [
            one
            for one in groups
            if one.text in "123456789"
            and len(one.text) == 1
            and scores[0].xyxy[2] < one.xyxy[0]
            and one.xyxy[2] < scores[1].xyxy[0]
            and abs(_middle(one) - 0.5) < 0.15
        ]
        period = max(between, key=lambda one: one.sure, default=None)
    left, right = scores or (None, None)
    return BoardReading(
        0.0,
        Said(int(_plain(left.text)), left.sure) if left else None,
        Said(int(_plain(right.text)), right.sure) if right else None,
        Said(clock[0], clock[1].sure) if clock is not None and clock[0] is not None else None,
        Said(int(period.text), period.sure) if period else None,
    )


def clock_of(text: str) -> int | None:
    """Milliseconds of `10:00`, `1:46`, `146` or `46.3`; None for what is no clock."""
    digits = _plain(text)
    if text.count(".") == 1 and ":" not in text and text[-2:-1] == "." and 2 <= len(digits) <= 3:
        return round(float(text) * 1000)
    if len(digits) not in (3, 4):
        return None
    minutes, seconds = int(digits[:-2]), int(digits[-2:])
    return (60 * minutes + seconds) * 1000 if seconds < 60 and minutes <= 20 else None


def _scores(groups: Sequence[Group]) -> tuple[Group, Group] | None:
    """The two scores: the tallest pair of one height, one left of the middle, one right."""
    able = [one for one in groups if 1 <= len(_plain(one.text)) <= 3]
    pairs = [
        (a, b) if a.xyxy[0] < b.xyxy[0] else (b, a)
        for a, b in combinations(able, 2)
        if abs(_tall(a) - _tall(b)) < 0.25 * max(_tall(a), _tall(b))
        and abs(a.xyxy[1] + a.xyxy[3] - b.xyxy[1] - b.xyxy[3]) < _tall(a) + _tall(b)
    ]
    apart = [(a, b) for a, b in pairs if _middle(a) < 0.45 and _middle(b) > 0.55]
    # Of pairs of about one height the outer one: fouls and timeouts stand further in.
    return max(
        apart,
        key=lambda pair: (
            round(10 * (_tall(pair[0]) + _tall(pair[1]))),
            pair[0].sure * pair[1].sure,
            _middle(pair[1]) - _middle(pair[0]),
        ),
        default=None,
    )


def agreed(readings: Iterable[BoardReading], now_s: float) -> BoardReading:
    """What enough of the fresh readings say alike. A clock may have run in between."""
    fresh = [one for one in readings if abs(now_s - one.media_s) <= FORGET_S]

    def vote(name: str) -> Said | None:
        said = [one for one in (getattr(each, name) for each in fresh) if one is not None]
        if not said:
            return None
        value, count = Counter(one.value for one in said).most_common(1)[0]
        if count < ENOUGH or said[-1].value != value:
            return None
        sure = float(np.mean([one.sure for one in said if one.value == value]))
        return Said(value, sure * count / len(said))

    return BoardReading(now_s, vote("left"), vote("right"), _clock(fresh), vote("period"))


def _clock(fresh: Sequence[BoardReading]) -> Said | None:
    """The last clock, if enough of the readings before it stood still or ran down to it."""
    told = [(one.media_s, one.clock_ms) for one in fresh if one.clock_ms is not None]
    if not told:
        return None
    last_s, last = told[-1]
    fits = [
        one for at_s, one in told if -500 <= one.value - last.value <= 1000 * (last_s - at_s) + 1000
    ]
    if len(fits) < ENOUGH:
        return None
    return Said(last.value, float(np.mean([one.sure for one in fits])) * len(fits) / len(told))


def _plain(text: str) -> str:
    return text.replace(":", "").replace(".", "")


def _tall(group: Group) -> float:
    return group.xyxy[3] - group.xyxy[1]


def _middle(group: Group) -> float:
    return (group.xyxy[0] + group.xyxy[2]) / 2
