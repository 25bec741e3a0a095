"""From a camera's picture to what a scorekeeper writes: events, each with its chances, linked.

People come with rows (`pipeline.people`), shots from the rims (`pipeline.hoops`), the ball from
the detector. With a view of the court all of it becomes places on the floor, where `Flow` reads
possession. Without one only shots are told, and whose hands the ball left in the picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.bearing import basket_of
from pipeline.court import Floor
from pipeline.courtview import CourtView
from pipeline.ends import Ends
from pipeline.frame import Frame
from pipeline.hands import WINDOW_S, Eye, Hands
from pipeline.hoops import RimShot
from pipeline.labels import Ball
from pipeline.moments import Moments
from pipeline.people import Cast
from pipeline.possession import Array
from pipeline.possession_flow import Flow, Happening
from pipeline.possession_reader import Reader
from pipeline.rim import Rim
from pipeline.sight import Kind, Sighting
from pipeline.teller import Teller

TEAM = np.repeat(np.array([0, 1]), 5)

LATEST_S = 1.0
"""So long after the ring a shot is told, whoever threw it."""

UNSEEN_S = 0.8
"""Somebody is taken to be where he was for so long."""

ASSIST_LEAST = 0.25
"""An assist less likely than this is not spoken of."""

FILMED = {"rebound": 0.5, "steal": 0.2, "turnover": 0.2}
"""What a reading of such an event is worth of pictures, beside the same of a floor plan, which
knows nothing of players lost and found again: of those told of simulated films about so many were
true. Few were counted (11), before chances were fitted; the desk's labels are to correct it."""

_AT_RIM = 1.1  # a ball so many rim widths from its middle is at the ring
_PLAIN_BALL = 0.3
_FEET_M = 0.15  # the lower edge of a box against where somebody stands
_EDGE_PX = 3.0  # a box that ends so near the picture's lower edge has no feet
_TALL_M = 1.75
_ABOVE_M = 0.5


@dataclass(slots=True, eq=False)
class _Open:
    """A shot that is known and not told yet."""

    rim: RimShot
    basket: int | None


class Play:
    """One camera's reading of the game. `shot` and `look` in order of media time."""

    def __init__(
        self,
        reader: Callable[[Floor], Reader],
        numbers: Callable[[int], Sequence[tuple[str, float]]],
    ) -> None:
        """reader: of a floor. numbers: as `pipeline.people.People.numbers`."""
        self._reader = reader
        self.moments = Moments()
        self._teller = Teller(self.moments, numbers)
        self._floor: Floor | None = None
        self._flow: Flow | None = None
        self._hands = Hands()
        self._last, self._last_s = np.full((10, 2), np.nan), np.full(10, -np.inf)
        self._open: list[_Open] = []
        self._at_ring: dict[float, Array] = {}
        self._ends = Ends()
        self._home_attacks: int | None = None

    def configure(self, floor: Floor | None, home_attacks: int | None = None) -> None:
        """The measures of the court (another court is another game's floor plan), and the basket
        that home shoots at, where somebody said so."""
        if home_attacks != self._home_attacks:
            self._home_attacks = home_attacks
            self._ends.say(home_attacks)
        if floor != self._floor:
            self._floor = floor
            self._begin()

    def restart(self) -> None:
        """The camera comes back after a while, or on a new time line."""
        self.moments.clear()
        self._teller.clear()
        self._open.clear()
        self._begin()

    def _begin(self) -> None:
        self._hands = Hands()
        self._last, self._last_s = np.full((10, 2), np.nan), np.full(10, -np.inf)
        self._at_ring.clear()
        floor = self._floor
        self._flow = None if floor is None else Flow(self._reader(floor), floor, TEAM)

    def shot(self, shot: RimShot, view: CourtView | None) -> None:
        """A shot was seen at a rim; `look` tells it."""
        basket = None
        if view is not None and self._floor is not None:
            basket = basket_of(shot.rim_xyxy, self._floor, view)
        self._open.append(_Open(shot, basket))
        if basket is None or self._flow is None or self._floor is None or view is None:
            return
        seen, there = shot.shot, self._floor.baskets()[basket]
        self._hands.free(seen.start_s, seen.rim_s)
        nearest = self.moments.at(seen.rim_s)
        if nearest is not None:
            self._at_ring[nearest.media_s] = there
        first = self._ends.home(basket) if self._teller.named else 0.5
        self._flow.shot(there, seen.rim_s, seen.made, _doubt(view), first)

    def look(
        self,
        frame: Frame,
        cast: Cast | None,
        balls: Sequence[Ball],
        rims: Sequence[Rim],
        view: CourtView | None,
    ) -> tuple[Sighting, ...]:
        """Take what one frame showed. cast: None where only a part of it was looked at.

        balls: pixels of the frame. view: of this frame; None where the court is not known.
        """
        now_s = frame.media_s
        self.moments.film(frame)
        if cast is not None:
            self.moments.look(now_s, cast.tracks, cast.row, balls)
            self._teller.named = cast.named
        told: list[Sighting] = []
        if self._flow is not None and view is not None and view.projection is not None:
            eye = Eye.of(view.projection)
            players = _by_row(cast, view, eye, frame.image.shape[0])
            self._mark_ring(now_s, balls, rims, view)
            if cast is not None:
                self._hands.look(now_s, balls, self._remembered(now_s, players), eye)
            places = {**dict(self._hands.told()), **self._at_ring}
            # The newest looks throw light on those before them.
            self._flow.correct(places)
            for happening in self._flow.look(now_s, places.get(now_s), players):
                told += self._tell(happening)
        told += self._overdue(now_s, cast)
        height, width = frame.image.shape[:2]
        return tuple(self._teller.shown(one, (width, height)) for one in told)

    def _mark_ring(
        self, now_s: float, balls: Sequence[Ball], rims: Sequence[Rim], view: CourtView
    ) -> None:
        """A ball at a rim is above the basket's point of the floor."""
        rim = _rim_with(balls, rims)
        if rim is not None and self._floor is not None:
            basket = basket_of(rim.xyxy(), self._floor, view)
            if basket is not None:
                self._at_ring[now_s] = self._floor.baskets()[basket]
        self._at_ring = {t: at for t, at in self._at_ring.items() if now_s - t < WINDOW_S}

    def _remembered(self, now_s: float, players: Array) -> Array:
        """(10, 2) with those who were seen a moment ago where they were then: a tracker loses
        somebody who turns for a look or two, and he may have the ball."""
        seen = np.isfinite(players).all(axis=1)
        self._last[seen], self._last_s[seen] = players[seen], now_s
        return np.where((now_s - self._last_s <= UNSEEN_S)[:, None], self._last, np.nan)

    # -- telling -----------------------------------------------------------------------------

    def _tell(self, one: Happening) -> list[Sighting]:
        if one.kind != "shot":
            worth = FILMED.get(one.kind, 1.0)
            return self._teller.happening(replace(one, probability=one.probability * worth))
        mine = next((o for o in self._open if o.rim.shot.rim_s == one.media_s), None)
        if mine is None or one.shot is None:
            return []
        self._open.remove(mine)
        if mine.basket is not None and self._teller.named:
            self._ends.saw(mine.basket, float(one.shot.shooter[:5].sum()))
        kind: Kind = "free_throw" if one.thrown else "shot"
        told = self._teller.shot(mine.rim, kind, one)
        assisted = one.shot.assisted * mine.rim.shot.made
        if kind == "shot" and assisted >= ASSIST_LEAST:
            told += self._teller.assist(one.shot, assisted, told[0])
        return told

    def _overdue(self, now_s: float, cast: Cast | None) -> list[Sighting]:
        """Shots that nothing more will be known of in time."""
        told: list[Sighting] = []
        for one in list(self._open):
            late = now_s >= one.rim.shot.rim_s + LATEST_S - 1e-6
            if one.basket is None or self._flow is None or late:
                self._open.remove(one)
                told += self._teller.shot(one.rim, "shot", None, cast)
        return told


def _by_row(cast: Cast | None, view: CourtView, eye: Eye, height: int) -> Array:
    """(10, 2) metres, NaN for who is not seen. height: of the picture, pixels.

    Whose feet are below the picture is close: the crown of his head tells where he is, if the
    camera looks down on it.
    """
    out = np.full((10, 2), np.nan)
    if cast is None:
        return out
    for at, row, box in zip(cast.at, cast.row, cast.tracks.xyxy, strict=True):
        if row < 0:
            continue
        if box[3] < height - _EDGE_PX:
            out[row] = at
        elif eye.centre[2] > _TALL_M + _ABOVE_M:
            crown = np.array([[(box[0] + box[2]) / 2, box[1]]], np.float64)
            out[row] = view.at_height(crown, _TALL_M)[0]
    return out


def _rim_with(balls: Sequence[Ball], rims: Sequence[Rim]) -> Rim | None:
    """The rim that a ball is at."""
    for x, y, size, score in balls:
        for rim in rims:
            near = math.hypot(x - rim.x, y - rim.y) < _AT_RIM * rim.width
            if near and score >= _PLAIN_BALL and 0.3 < size / max(rim.width, 1.0) < 1.0:
                return rim
    return None


def _doubt(view: CourtView) -> Callable[[Array], Array]:
    """The error of a shooter's place: of the map, and of his feet in the picture."""

    def doubt(at: Array) -> Array:
        px = view.project(np.array([[at[0], at[1], 0.0]]))
        spread = view.spread(px)[0]
        if not np.isfinite(spread).all():
            spread = np.eye(2)
        return np.asarray(spread + _FEET_M**2 * np.eye(2))

    return doubt
