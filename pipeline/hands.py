"""Whose hands the ball is in, from one camera: a hidden Markov model over what it may show.

A ball's picture tells a ray, not a place. But a ball that somebody holds or dribbles is beside
him: the ray meets the upright plane through his feet at a hand's reach from him. So each look
asks of every player how well a held ball would explain what the detector took for balls, and the
model joins the looks of a few seconds. A ball in flight has no place here; between two holders
the floor plan runs a straight line, as tracking data with gaps is read.

Figures below were set by hand on simulated films that are not evaluated; nothing was fitted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.labels import Ball

Array = NDArray[np.float64]

BALL_M = 0.24

WINDOW_S = 3.0
"""Looks of so long are judged together; older ones stand."""

_SEEN = 0.4  # a ball in somebody's hands is found so often, hidden ones counted
_SEEN_FREE = 0.6
_SIDEWAYS_M = ((0.75, 0.33), (0.25, 0.75))  # (share, standard deviation)
_HIGH_M = ((-0.2, 0.1, 1.2, 1.5, 2.1, 2.6), (0.0, 0.65, 0.65, 0.25, 0.1, 0.0))  # its density
_CLUTTER_M2 = 18.0  # a wrong box for every so much of what the picture shows about people
_EVEN = 0.45  # of the boxes with this score every second one is a ball
_SIZE_LOG = 0.35  # how well a box tells a ball's size, log units
_LEAVES_S = 0.8  # a hold ends with this chance in a second
_LANDS_S = 1.2  # a flight does
_HANDED = 0.35  # of the holds that end: at once another's, or taken for the wrong one's before
_TELLS = 0.6
_FREE = 10


@dataclass(frozen=True, slots=True, eq=False)
class Eye:
    """A camera at one instant, as a pinhole.

    centre: (3,) metres. rays: (3, 3) homogeneous pixels to directions in the world.
    focal: pixels.
    """

    centre: Array
    rays: Array
    focal: float

    @classmethod
    def of(cls, projection: Array) -> Eye:
        """From a (3, 4) projection of homogeneous world metres to pixels.

        Its left part is K R up to a factor (Hartley and Zisserman, 6.2): the last row is the
        camera's axis, and what is left of the first beside it is as long as the focal length.
        """
        left = projection[:, :3]
        scale = float(np.linalg.norm(left[2])) * np.sign(np.linalg.det(left))
        left = left / scale
        focal = float(np.linalg.norm(left[0] - (left[0] @ left[2]) * left[2]))
        rays = np.linalg.inv(left)
        return cls(np.asarray(-rays @ projection[:, 3] / scale), rays, focal)

    def beside(self, px: Array, at: Array) -> Array:
        """(M, N, 3) where rays meet the upright planes through (N, 2) points that face the
        camera: metres to the right of the point, height above the floor, distance to the plane.

        px: (M, 2). A ray that never meets a plane gives NaN.
        """
        rays = np.hstack([px, np.ones((len(px), 1))]) @ self.rays.T
        way = at - self.centre[:2]
        far = np.linalg.norm(way, axis=1)
        ahead = way / far[:, None]
        right = np.stack([ahead[:, 1], -ahead[:, 0]], axis=1)
        toward = rays[:, :2] @ ahead.T
        with np.errstate(divide="ignore", invalid="ignore"):
            reach = far / toward
            side = reach * (rays[:, :2] @ right.T)
            height = self.centre[2] + reach * rays[:, 2:3]
        there = np.stack([side, height, np.broadcast_to(far, side.shape)], axis=2)
        there[~(reach > 0)] = np.nan
        return np.asarray(there)


@dataclass(slots=True, eq=False)
class _Look:
    media_s: float
    like: Array  # (11,) likelihood of each holder, and of none, up to a factor
    places: Array  # (10, 2) where the ball would be, if he has it; NaN where he is not seen


class Hands:
    """Who of ten has the ball, look by look. Give looks in order of time."""

    def __init__(self) -> None:
        self._looks: deque[_Look] = deque()

    def look(self, media_s: float, balls: Sequence[Ball], players: Array, eye: Eye) -> None:
        """balls: pixels. players: (10, 2) metres, NaN where not seen."""
        like, places = _likelihood(balls, players, eye)
        self._looks.append(_Look(media_s, like, places))
        while media_s - self._looks[0].media_s > WINDOW_S:
            self._looks.popleft()

    def free(self, since_s: float, until_s: float) -> None:
        """The ball was in nobody's hands then: it flew at a ring."""
        for one in self._looks:
            if since_s <= one.media_s <= until_s:
                one.like[:_FREE] *= 1e-3

    def told(self) -> list[tuple[float, Array | None]]:
        """(media_s, (2,) metres or None) of each look of the window: where the ball is, while
        it is in somebody's hands."""
        held = self.chances()
        out: list[tuple[float, Array | None]] = []
        for one, row in zip(self._looks, held, strict=True):
            who = int(row[:_FREE].argmax())
            place = one.places[who]
            sure = row[who] > _TELLS and bool(np.isfinite(place).all())
            out.append((one.media_s, place if sure else None))
        return out

    def chances(self) -> Array:
        """(T, 11) the chance of each holder, the last column of none; rows sum to 1."""
        looks = list(self._looks)
        times = np.array([one.media_s for one in looks])
        like = np.array([one.like for one in looks]).reshape(-1, _FREE + 1)
        if len(looks) == 0:
            return like
        moves = [_moves(float(dt)) for dt in np.diff(times)]
        forward, backward = np.empty_like(like), np.ones_like(like)
        now = np.full(_FREE + 1, 0.7 / _FREE)
        now[_FREE] = 0.3
        for t in range(len(like)):
            if t:
                now = now @ moves[t - 1]
            now = now * like[t]
            now /= now.sum()
            forward[t] = now
        for t in range(len(like) - 2, -1, -1):
            back = moves[t] @ (backward[t + 1] * like[t + 1])
            backward[t] = back / back.sum()
        both = forward * backward
        return np.asarray(both / both.sum(axis=1, keepdims=True))


def _moves(dt: float) -> Array:
    """(11, 11) chances from one look to the next, `dt` seconds later."""
    leaves, lands = 1.0 - np.exp(-_LEAVES_S * dt), 1.0 - np.exp(-_LANDS_S * dt)
    handed = _HANDED * leaves / (_FREE - 1)
    out = np.full((_FREE + 1, _FREE + 1), handed)
    np.fill_diagonal(out, 1.0 - leaves)
    out[:_FREE, _FREE] = (1.0 - _HANDED) * leaves
    out[_FREE, :_FREE] = lands / _FREE
    out[_FREE, _FREE] = 1.0 - lands
    return out


def _likelihood(balls: Sequence[Ball], players: Array, eye: Eye) -> tuple[Array, Array]:
    like = np.full(_FREE + 1, 1.0 - _SEEN)
    like[_FREE] = 1.0 - _SEEN_FREE
    places = players.copy()
    there = np.flatnonzero(np.isfinite(players).all(axis=1))
    if len(balls) == 0:
        return like, places
    rows = np.array(balls, np.float64)
    # What the detector says, as odds: a ball against something else.
    odds = (rows[:, 3] / _EVEN) ** 3
    like[_FREE] += float(odds.sum())
    if len(there) == 0:
        return like, places
    side, height, far = np.moveaxis(eye.beside(rows[:, :2], players[there]), 2, 0)
    beside = sum(w * np.exp(-0.5 * (side / s) ** 2) / (s * 2.5066) for w, s in _SIDEWAYS_M)
    level = np.interp(height, *_HIGH_M, left=0.0, right=0.0)
    off = np.log(rows[:, 2:3] / (BALL_M * eye.focal / far)) / _SIZE_LOG
    size = 2.0 * np.exp(-0.5 * np.clip(off, -4, 4) ** 2)
    fits = np.nan_to_num(beside * level * size * _CLUTTER_M2) * odds[:, None]
    like[there] += fits.sum(axis=0)
    best = fits.argmax(axis=0)
    sideways = side[best, np.arange(len(there))]
    believed = fits.max(axis=0) > 1.0
    way = players[there] - eye.centre[:2]
    ahead = way / np.linalg.norm(way, axis=1)[:, None]
    right = np.stack([ahead[:, 1], -ahead[:, 0]], axis=1)
    beside_him = players[there] + right * np.clip(sideways, -1.0, 1.0)[:, None]
    places[there] = np.where(believed[:, None], beside_him, players[there])
    return like, places
