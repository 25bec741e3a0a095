"""How the picture as a whole has moved: a hand-held or panned camera.

Corners of a key picture are followed into each new one (B. Lucas and T. Kanade's method, as
OpenCV has it) and one turn of the camera is fitted to all. Key pictures are kept about the
gym: a camera that pans back finds the one it had there, so that errors do not add up.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.frame import Image
from pipeline.pose import FOCAL, apply
from pipeline.turn import fit_turn

Array = NDArray[np.float64]
Grey = NDArray[np.uint8]

SIDE = 320
"""Pixels of the longer side at which movement is measured."""

CORNERS = 90
FEWEST = 12
SHARE = 0.35
"""So many corners, and that share of those looked for, must agree on a movement."""

PLAIN = 0.6
"""A smaller share may also be a wrong movement: whether the picture jumped is looked at."""

STILL = 0.12
"""Small pixels: a picture that moved less stands still, that much is noise."""

OVERLAP = 0.7
"""A key picture that shares less with what is seen gives way to another, or to a new one."""

KEYS = 12

SURE = 0.12
"""Below this peak of the correlation nothing is said about a jump."""

_WINDOW = (11, 11)
_LEVELS = 2
_ENOUGH = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 8, 0.03)


@dataclass(slots=True, eq=False)
class _Key:
    """A picture of the past. corners: (N, 1, 2) float32; place: (3, 3) from the first picture's
    pixels to this one's, all small."""

    grey: Grey
    corners: NDArray[np.float32]
    place: Array


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Where a picture is. agreeing: share of a key's corners that say so."""

    place: Array
    agreeing: float


class Shift:
    """Follows the movement of one camera's picture.

    focal: of the camera in lengths of the picture's longer side, where it is known.
    """

    def __init__(self, focal: float = FOCAL) -> None:
        self.focal = focal
        self.total: Array = np.eye(3)
        """(3, 3) pixels of the first picture since `epoch` began to those of the last."""
        self.epoch = 0
        """Grows when it was not known how the picture moved: `total` begins anew."""
        self._keys: list[_Key] = []
        self._key: _Key | None = None
        self._place: Array = np.eye(3)
        self._size = (0, 0)
        self._last: Grey | None = None

    def update(self, image: Image) -> Array | None:
        """(3, 3) how pixels moved since the last call, exactly the unit matrix where they stand
        still; None when it cannot be told, as at a cut or on the first picture."""
        grey, scale = _small(image)
        if self._key is None or self._key.grey.shape != grey.shape:
            self._begin(grey)
            return None
        place = self._measure(grey)
        self._last = grey
        if place is None:
            self._begin(grey)
            return None
        step = place @ np.linalg.inv(self._place)
        if _farthest(step, self._size) < STILL:
            return np.eye(3)
        self._place = place
        factor = np.diag([scale, scale, 1.0])
        moved = np.linalg.inv(factor) @ step @ factor
        moved /= moved[2, 2]
        self.total = moved @ self.total
        self.total /= self.total[2, 2]
        return np.asarray(moved)

    def lens(self, focal: float) -> None:
        """The camera's focal length is known better now, in lengths of the longer side."""
        if abs(focal / self.focal - 1) < 0.005:
            return
        self.focal = focal
        if self._last is not None:
            # Where other key pictures lie was reckoned with the old one.
            self._keys.clear()
            self._add(self._last, self._place)

    def _measure(self, grey: Grey) -> Array | None:
        """Where the picture is now, from the key that shares most with it."""
        assert self._key is not None  # noqa: S101  (update began one)
        found = self._against(self._key, grey, self._place)
        if found is None or found.agreeing < PLAIN:
            found = max(
                (one for one in (found, self._jumped(grey)) if one is not None),
                key=lambda one: one.agreeing,
                default=None,
            )
        if found is None or found.agreeing < SHARE:
            return None
        place = found.place
        shared = _shared(self._key, place, self._size)
        if shared < OVERLAP:
            nearer = max(self._keys, key=lambda key: _shared(key, place, self._size))
            if nearer is not self._key and _shared(nearer, place, self._size) > shared:
                again = self._against(nearer, grey, place)
                if again is not None and again.agreeing >= SHARE:
                    self._key, place = nearer, again.place
            if _shared(self._key, place, self._size) < OVERLAP:
                self._add(grey, place)
        return place

    def _against(self, key: _Key, grey: Grey, guess: Array) -> _Found | None:
        """By following the key's corners."""
        if len(key.corners) < FEWEST:
            return None
        expected = guess @ np.linalg.inv(key.place)
        start = apply(expected, key.corners[:, 0].astype(np.float64))
        inside = (np.nan_to_num(start, nan=-1.0) > 2).all(axis=1)
        inside &= (np.nan_to_num(start) < np.array(self._size) - 3).all(axis=1)
        if inside.sum() < FEWEST:
            return None
        corners = np.ascontiguousarray(key.corners[inside])
        there, found, _ = cv2.calcOpticalFlowPyrLK(
            key.grey,
            grey,
            corners,
            np.ascontiguousarray(start[inside, None], np.float32),
            winSize=_WINDOW,
            maxLevel=_LEVELS,
            criteria=_ENOUGH,
            flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
        )
        good = found[:, 0] == 1
        if good.sum() < FEWEST:
            return None
        before = corners[good, 0].astype(np.float64)
        turn = fit_turn(before, there[good, 0].astype(np.float64), self._focal_px(), self._size)
        if turn.agreeing.sum() < FEWEST:
            return None
        place = turn.matrix @ key.place
        # Corners that could not be followed speak against a movement as well.
        share = float(turn.agreeing.sum() / inside.sum())
        return _Found(place / place[2, 2], share)

    def _jumped(self, grey: Grey) -> _Found | None:
        """The picture is not where it was expected: how far the whole of it jumped."""
        assert self._key is not None  # noqa: S101
        assert self._last is not None  # noqa: S101
        window = cv2.createHanningWindow(self._size, cv2.CV_32F)
        (dx, dy), sure = cv2.phaseCorrelate(
            self._last.astype(np.float32), grey.astype(np.float32), window
        )
        if sure < SURE:
            return None
        jump = np.array([[1, 0, dx], [0, 1, dy], [0, 0, 1.0]])
        return self._against(self._key, grey, jump @ self._place)

    def _begin(self, grey: Grey) -> None:
        self._size, self._last = (grey.shape[1], grey.shape[0]), grey
        self._keys.clear()
        self._place = np.eye(3)
        self.total = np.eye(3)
        self.epoch += 1
        self._add(grey, self._place)

    def _add(self, grey: Grey, place: Array) -> None:
        found = cv2.goodFeaturesToTrack(grey, CORNERS, 0.01, 7, blockSize=5)
        corners = np.zeros((0, 1, 2), np.float32) if found is None else found.astype(np.float32)
        self._key = _Key(grey, corners, place)
        self._keys.append(self._key)
        if len(self._keys) > KEYS:
            far = min(self._keys, key=lambda key: _shared(key, place, self._size))
            self._keys.remove(far)

    def _focal_px(self) -> float:
        return self.focal * max(self._size)


def _small(image: Image) -> tuple[Grey, float]:
    """Small grey picture, and how many of its pixels a pixel of the image is."""
    scale = SIDE / max(image.shape[:2])
    size = (max(8, round(image.shape[1] * scale)), max(8, round(image.shape[0] * scale)))
    # Green alone is grey enough, and every few pixels are enough to shrink from.
    skip = max(1, max(image.shape[:2]) // (2 * SIDE))
    thin = np.ascontiguousarray(image[::skip, ::skip, 1])
    return np.asarray(cv2.resize(thin, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def _shared(key: _Key, place: Array, size: tuple[int, int]) -> float:
    """About the share of a key's picture that is seen from another place."""
    x, y = np.meshgrid(np.linspace(0, size[0], 9), np.linspace(0, size[1], 6))
    there = apply(place @ np.linalg.inv(key.place), np.stack([x.ravel(), y.ravel()], axis=1))
    with np.errstate(invalid="ignore"):
        return float(((there >= 0) & (there <= np.array(size))).all(axis=1).mean())


def _farthest(step: Array, size: tuple[int, int]) -> float:
    """How far a step moves a corner of the picture at most."""
    width, height = size
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    return float(np.nan_to_num(np.abs(apply(step, corners) - corners), nan=np.inf).max())
