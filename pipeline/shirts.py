"""Which team: by the colour of the shirt, learned from the game itself.

What is worn falls into two teams and, mostly, referees: a mixture of clusters over colours,
fitted over the first seconds and again every few. Colours that a person named say which cluster
is home; until then the sides are only told apart.
"""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.boxes import Boxes, Tracks
from pipeline.frame import Image
from pipeline.mixture import Mixture, fit
from pipeline.setup import Colour

Array = NDArray[np.float64]

SHIRT = (0.28, 0.2, 0.72, 0.46)
SHORTS = (0.28, 0.5, 0.72, 0.64)
"""Left, top, right, bottom of what is worn, in shares of a person's box."""

_GRID = 8
_NEAR = 12.0  # colours no farther apart than this are one cloth (CIELAB)
_LEAST_SEEN = 0.35  # share of shirt or shorts that must not be hidden

FLOOR = np.array([8.0, 6.0, 6.0, 10.0, 6.0, 6.0])
"""Least standard deviation of a cluster, in the units of `colours`: light differs over a court."""

# The background's density: even over the colours that clothes have.
_EVEN = -2.0 * float(np.log(100.0 * 80.0 * 80.0))

_FIRST = 60  # samples before anything is told
_KEPT = 900  # samples; at two a second for thirteen people some 35 s
_THIN = 300  # so many of them for a fit from nothing
_SAMPLE_S = 0.5
_REFIT_S = 4.0
_MOST_CLUSTERS = 4  # two teams; stripes may look like two kinds of referee
_SAME = 3.5  # clothes no more standard deviations (of FLOOR) apart are alike
_TURN = 2.0  # what speaks against calling another cluster a side than before, nats
_FORGET_S = 30.0

_LOOK = 0.35  # what one look adds: looks in a row are alike
_MEMORY = 0.93  # what is kept of older looks, each look
_WRONG = 0.1  # how often a look is at somebody else's shirt
_REFEREE = np.array([0.05, 0.05, 1.0])  # the detector's own word, each look


@dataclass(slots=True, eq=False)
class _Worn:
    """What the looks at one track come to: (3,) log evidence for home, away, neither."""

    evidence: Array
    seen_s: float
    sampled_s: float


class Shirts:
    """The teams of one camera of one game."""

    def __init__(self) -> None:
        self._worn: dict[int, _Worn] = {}
        self._samples: deque[Array] = deque(maxlen=_KEPT)
        self._fit: Mixture | None = None
        self._guess = True  # nothing was learned yet
        self._fit_s = -np.inf
        self._named: tuple[Array | None, Array | None] = (None, None)
        self._sides: Array = np.zeros((0, 3))
        self._were: tuple[Array | None, Array | None] = (None, None)
        self._fresh_at = _FIRST

    @property
    def named(self) -> bool:
        """Whether it is known which side is home."""
        return any(one is not None for one in self._named)

    def name(self, shirts: tuple[Colour | None, Colour | None]) -> bool:
        """The colours of home and away as a person gave them, BGR.

        Whether that turns round which side was called home.
        """
        were = self._were
        self._named = (_plain(shirts[0]), _plain(shirts[1]))
        home, away = self._named
        if self._guess and home is not None and away is not None:
            self._fit = _guessed(home, away)
        self._settle()
        turned = _apart(self._were[0], were[0]) > _apart(self._were[0], were[1])
        if turned:
            for worn in self._worn.values():
                worn.evidence = worn.evidence[[1, 0, 2]]
        return turned

    def look(
        self, image: Image, tracks: Tracks, referee: NDArray[np.bool_], media_s: float
    ) -> None:
        """Take one picture. referee: (N,) what the detector calls a referee."""
        seen = colours(image, tracks.xyxy)
        known = np.asarray(np.isfinite(seen).all(axis=1))
        told = np.ones((len(tracks), 3))
        if self._fit is not None and known.any():
            told[known] = self._fit.posterior(seen[known]) @ self._sides
        told = np.log(told + _WRONG)
        told[referee] += np.log(_REFEREE)
        for i, (number, usable) in enumerate(zip(tracks.id.tolist(), known.tolist(), strict=True)):
            worn = self._worn.get(number)
            if worn is None:
                worn = self._worn[number] = _Worn(np.zeros(3), media_s, -np.inf)
            worn.seen_s = media_s
            worn.evidence = worn.evidence * _MEMORY + _LOOK * told[i]
            if usable and media_s - worn.sampled_s >= _SAMPLE_S:
                worn.sampled_s = media_s
                self._samples.append(seen[i])
        if media_s - self._fit_s >= _REFIT_S and len(self._samples) >= _FIRST:
            self._refit(media_s)
            old = [k for k, worn in self._worn.items() if media_s - worn.seen_s > _FORGET_S]
            for number in old:
                del self._worn[number]

    def chances(self, ids: NDArray[np.int64]) -> Array:
        """(N, 3) the chances that tracks are home, away or neither; a third each where nothing
        is known. Where the two teams look alike both get the same."""
        nothing = np.zeros(3)
        worn = [self._worn.get(number) for number in ids.tolist()]
        rows = [nothing if one is None else one.evidence for one in worn]
        log = np.array(rows).reshape(-1, 3)
        chance = np.exp(log - log.max(axis=1, keepdims=True))
        return np.asarray(chance / chance.sum(axis=1, keepdims=True))

    def _refit(self, media_s: float) -> None:
        x = np.array(self._samples)
        tried = []
        if self._fit is not None and not self._guess:
            tried.append(self._fit.fitted(x, FLOOR, steps=5))
        if len(x) >= self._fresh_at:
            # How many kinds of clothes there are may be known only once referees came into view.
            thin = x[:: -(-len(x) // _THIN)]
            tried += [fit(thin, n, FLOOR, _EVEN) for n in range(2, _MOST_CLUSTERS + 1)]
            self._fresh_at = 2 * len(x)
        self._fit = max(tried, key=lambda one: one.score(x))
        self._guess, self._fit_s = False, media_s
        self._settle()

    def _settle(self) -> None:
        """Which clusters are the two teams: by the colours that were named, else the biggest."""
        if self._fit is None:
            return
        mean = self._fit.mean
        clusters = range(len(mean))
        pair = max(itertools.permutations(clusters, 2), key=self._worth)
        off = (mean[:, None] - mean[list(pair)]) / FLOOR
        shirt = (off[:, :, :3] ** 2).sum(axis=2) < _SAME**2
        shorts = (off[:, :, 3:] ** 2).sum(axis=2) < _SAME**2
        sides = np.full((len(mean) + 1, 3), 1 / 3)
        for k in clusters:
            ours = shirt[k] & shorts[k]
            if ours.any():
                sides[k] = np.append(ours / ours.sum(), 0.0)
            elif not shorts[k].any() or not _skin(mean[k, :3]):
                sides[k] = (0.0, 0.0, 1.0)
            # else a team's shorts below an arm: that may be either.
        # That goes for the background, too: it says nothing.
        self._sides = sides
        self._were = (mean[pair[0], :3], mean[pair[1], :3])

    def _worth(self, sides: tuple[int, int]) -> float:
        """How well two clusters would do as home and away."""
        assert self._fit is not None  # noqa: S101  (asked after a fit)
        worth = float(np.log(np.maximum(self._fit.weight[list(sides)], 1e-6)).sum())
        for side, colour, was in zip(sides, self._named, self._were, strict=True):
            if colour is not None:
                # Gym light shifts a colour, lightness more than hue.
                worth -= 0.5 * self._off(side, colour)
            elif was is not None:
                worth -= min(0.5 * self._off(side, was), _TURN)
        return worth

    def _off(self, cluster: int, colour: Array) -> float:
        assert self._fit is not None  # noqa: S101  (asked after a fit)
        return float((((self._fit.mean[cluster, :3] - colour) / (3 * FLOOR[:3])) ** 2).sum())


def colours(image: Image, boxes: Boxes) -> Array:
    """(N, 6) CIELAB of the shirt and of the shorts in each box; NaN where too little of either
    is to be seen.

    Numbers, stripes, arms and floor are in the way, so it is the colour that most of the cloth
    has, not the mean. What a box nearer to the camera covers is left out.
    """
    if len(boxes) == 0:
        return np.zeros((0, 6))
    wide = boxes.astype(np.float64)
    return np.hstack([_cloth(image, wide, part) for part in (SHIRT, SHORTS)])


def _cloth(image: Image, boxes: Array, part: tuple[float, float, float, float]) -> Array:
    """(N, 3) the densest colour of a part of each box."""
    left, top, right, bottom = part
    x1, y1, x2, y2 = (boxes[:, i, None] for i in range(4))
    step = (np.arange(_GRID) + 0.5) / _GRID
    px = np.repeat(x1 + (x2 - x1) * (left + (right - left) * step), _GRID, axis=1)
    py = np.tile(y1 + (y2 - y1) * (top + (bottom - top) * step), (1, _GRID))
    height, width = image.shape[:2]
    seen = (px >= 0) & (py >= 0) & (px < width) & (py < height)
    # (N, N, P): box j, which stands nearer, covers a point of box i.
    inside = (px[:, None] > x1) & (px[:, None] < x2) & (py[:, None] > y1) & (py[:, None] < y2)
    seen &= ~(inside & (y2 < y2.T)[:, :, None]).any(axis=1)
    column, row = np.clip(px, 0, width - 1).astype(int), np.clip(py, 0, height - 1).astype(int)
    lab = cv2.cvtColor(image[row, column].astype(np.float32) / 255, cv2.COLOR_BGR2LAB)
    square = (lab**2).sum(axis=2)
    apart = square[:, :, None] + square[:, None] - 2 * lab @ lab.transpose(0, 2, 1)
    near = (apart < _NEAR**2) & seen[:, None]
    best = np.where(seen, near.sum(axis=2), -1).argmax(axis=1)
    own = near[np.arange(len(boxes)), best].astype(np.float64)
    mode = np.einsum("np,npc->nc", own, lab) / np.maximum(own.sum(axis=1), 1.0)[:, None]
    mode[seen.mean(axis=1) < _LEAST_SEEN] = np.nan
    return np.asarray(mode, np.float64)


def _guessed(home: Array, away: Array) -> Mixture:
    """The two teams by nothing but the colours of their shirts, in a light that nobody knows."""
    mean = np.array([[*home, 50.0, 0.0, 0.0], [*away, 50.0, 0.0, 0.0]])
    spread = np.array([*(2 * FLOOR[:3]), 40.0, 25.0, 25.0])
    return Mixture(mean, np.tile(spread**2, (2, 1)), np.array([0.4, 0.4]), _EVEN)


def _skin(lab: Array) -> bool:
    """Whether a colour may be skin, of any shade: reddish yellow, not vivid."""
    _, a, b = lab.tolist()
    return bool(4 <= a <= 28 and 6 <= b <= 38)


def _apart(one: Array | None, other: Array | None) -> float:
    return np.inf if one is None or other is None else float(np.linalg.norm(one - other))


def _plain(colour: Colour | None) -> Array | None:
    """(3,) CIELAB of one colour."""
    if colour is None:
        return None
    pixel = np.array([[colour]], np.float32) / 255
    return np.asarray(cv2.cvtColor(pixel, cv2.COLOR_BGR2LAB)[0, 0], np.float64)
