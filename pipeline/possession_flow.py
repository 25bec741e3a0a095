"""A game as it goes on: looks in, what a scorekeeper writes out, a fixed lag behind.

A shot is told by the eyes that watch the ring (`shot`); whose it was, the pass, the rebound and
the ball lost to the other team are read off the floor plan.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pipeline.court import Floor
from pipeline.possession import STEP_S, Array, Positions, even
from pipeline.possession_chance import free_signs, lost_signs, rebound_signs, shipped
from pipeline.possession_free import free_thrower
from pipeline.possession_reader import Doubt, Reader, ShotReading
from pipeline.possession_shot import AFTER
from pipeline.possession_touch import Touches, read

LAG_S = AFTER * STEP_S
"""A shot is told so long after the ring, a catch so long after it began: 0.72 s."""

CONFIRM_S = 1.5
"""A ball is lost when the other team still has it after so long and no shot was told meanwhile:
the flight of a shot passes over defenders, and they tip balls that they do not get."""

_KEEP_S = 14.0  # a shot is read with so much before it: the pass, the hold, the release
_RECENT_S = 5.0  # who has the ball is judged by so much
_EVERY_S = 0.36
_CONTROL = 3  # looks with the ball that make a catch
_SURE = 0.6
_LIVE_S = 2.5  # a ball that nobody had for longer was dead: no steal
_OUT_M = 0.25
_ALONE_M = 0.3  # nearer to the ball than the nearest of the others
_RIM_SPREAD_S = 0.15  # the eyes' own error of the moment at the ring
_KEPT_S = 1.5  # a hold from before that lasts so long beyond it is a new one
_NOT_YET_S = 0.1  # a catch so soon after the ring is the shot itself

BLOCK_LEAST = 0.1
"""A block less likely than this is not spoken of: one miss in sixty was blocked in the data."""

Kind = Literal["shot", "block", "rebound", "steal", "turnover"]


@dataclass(frozen=True, slots=True, eq=False)
class Happening:
    """Something that a scorekeeper writes down.

    media_s: when. player: (N,) chances of who; probability: that it happened at all, of a shot
    that it was what `thrown` says of it.
    signs: what that was read off (`possession_chance`); a block has none.
    shot: what else is known of a shot, None for other kinds.
    free: how much a shot looks like a free throw, 0 to 1; None for other kinds.
    offensive: chance that a rebound is the attackers'; None for other kinds.
    after_s: the `media_s` of the shot that was rebounded or blocked, of the steal's turnover.
    """

    kind: Kind
    media_s: float
    player: Array
    probability: float
    signs: Array | None = None
    shot: ShotReading | None = None
    free: float | None = None
    offensive: float | None = None
    after_s: float | None = None

    @property
    def thrown(self) -> bool:
        """A shot that is taken for a free throw."""
        return self.free is not None and self.free > 0.5


@dataclass(frozen=True, slots=True)
class _Shot:
    basket: tuple[float, float]
    rim_s: float
    made: float
    doubt: Doubt | None
    first: float  # chance that team 0 threw it, before it is looked at


@dataclass(frozen=True, slots=True, eq=False)
class _Miss:
    """A shot that waits for its rebound. attack: (N,) whose side shot; free: as it was read."""

    shot: _Shot
    attack: NDArray[np.bool_]
    free: float


@dataclass(frozen=True, slots=True, eq=False)
class _Control:
    """Somebody's hold: chances of who, when it began, when it was last seen."""

    who: Array
    since_s: float
    until_s: float

    @property
    def player(self) -> int:
        return int(self.who.argmax())


class Flow:
    """One game's flow of possession. team: (N,) 0 or 1, one row a player for the whole game."""

    def __init__(self, reader: Reader, floor: Floor, team: NDArray[np.int64]) -> None:
        self._reader, self._floor, self._team = reader, floor, team
        self._chances = shipped()
        self._looks: deque[tuple[float, Array, Array]] = deque()
        self._waiting: list[_Shot] = []
        self._missed: _Miss | None = None
        self._control: _Control | None = None
        self._taken: _Control | None = None
        self._settled_s = -np.inf  # holds that began earlier belong to a shot that is told
        self._judged_s = -np.inf

    def look(self, media_s: float, ball: Array | None, players: Array) -> tuple[Happening, ...]:
        """ball: (2,) metres or None; players: (N, 2), NaN where not seen. Time must rise; a look
        that is not later than the last is left out."""
        if self._looks and media_s <= self._looks[-1][0]:
            return ()
        place = np.full(2, np.nan) if ball is None else np.asarray(ball, np.float64)
        self._looks.append((media_s, place, players))
        while media_s - self._looks[0][0] > _KEEP_S:
            self._looks.popleft()
        told: list[Happening] = []
        ready = [one for one in self._waiting if media_s >= one.rim_s + LAG_S + STEP_S]
        for one in ready:
            self._waiting.remove(one)
            told += self._read_shot(one)
        if media_s - self._judged_s >= _EVERY_S:
            self._judged_s = media_s
            told += self._follow()
        return tuple(told)

    def shot(
        self,
        basket: Array,
        rim_s: float,
        made: float,
        doubt: Doubt | None = None,
        first: float = 0.5,
    ) -> None:
        """The ball was at this ring; `made` is the chance that it went in.

        doubt: how unsure places on the floor are, None where they are exact. first: the chance
        that team 0 shoots at this ring, whoever is near.
        """
        at = (float(basket[0]), float(basket[1]))
        self._waiting.append(_Shot(at, rim_s, made, doubt, first))

    def correct(self, balls: Mapping[float, Array | None]) -> None:
        """What later looks told of the ball in earlier ones, by their media seconds."""
        first = min(balls, default=np.inf)
        for i in range(len(self._looks) - 1, -1, -1):
            media_s, _, players = self._looks[i]
            if media_s < first:
                return
            if media_s in balls:
                ball = balls[media_s]
                place = np.full(2, np.nan) if ball is None else ball
                self._looks[i] = (media_s, place, players)

    # -- reading -----------------------------------------------------------------------------

    def _stretch(self, since_s: float, until_s: float = np.inf) -> Positions | None:
        kept = [one for one in self._looks if since_s <= one[0] <= until_s]
        if len(kept) < 3:
            return None
        times, balls, players = zip(*kept, strict=True)
        return even(np.array(times), np.array(balls), np.array(players), self._team)

    def _read_shot(self, one: _Shot) -> list[Happening]:
        positions = self._stretch(-np.inf)
        if positions is None:
            return []
        basket = np.array(one.basket)
        said = self._reader.shot(positions, basket, one.rim_s, _RIM_SPREAD_S, one.doubt)
        rim = positions.look(said.rim_s)
        thrower = said.shooter * np.where(self._team == 0, one.first, 1.0 - one.first)
        thrower /= thrower.sum()
        free, thrower = free_thrower(positions, basket, rim, thrower, self._floor)
        shooter = int(thrower.argmax())
        self._control, self._taken = None, None
        self._settled_s = one.rim_s + _NOT_YET_S
        attack = self._team == self._team[shooter]
        self._missed = _Miss(one, attack, free) if one.made <= 0.5 else None
        told = [self._as_thrown(one, thrower, said, free)]
        blocked = float(said.blocker.sum()) * (1.0 - one.made)
        if blocked >= BLOCK_LEAST:
            who = said.blocker / said.blocker.sum()
            told.append(Happening("block", one.rim_s, who, blocked, after_s=one.rim_s))
        return told

    def _as_thrown(self, one: _Shot, who: Array, said: ShotReading, free: float) -> Happening:
        signs = free_signs(free)
        told = Happening("shot", one.rim_s, who, self._chances.free.of(signs), signs, said, free)
        return told if told.thrown else replace(told, probability=1.0 - told.probability)

    def _follow(self) -> list[Happening]:
        """Is there a new holder, and is it sure by now that the other team has the ball?"""
        newest = self._looks[-1][0]
        positions = self._stretch(newest - _RECENT_S)
        if positions is None or any(one.rim_s <= newest for one in self._waiting):
            return []
        touches = read(positions)
        told: list[Happening] = []
        for new in self._controls(positions, touches):
            old = self._control
            if new.since_s < self._settled_s:
                # Whoever waits below the ring seems to have the ball while it is above him.
                if new.until_s < self._settled_s + _KEPT_S:
                    continue
                new = replace(new, since_s=self._settled_s)
            if old and new.until_s <= old.until_s:
                continue
            if old is None and self._missed is not None:
                told += self._rebound(self._missed, new)
                self._missed = None
            if old is None or self._team[old.player] == self._team[new.player]:
                self._control, self._taken = new, None
            else:
                self._taken = self._taken or new
        if self._taken and newest - self._taken.since_s >= CONFIRM_S + LAG_S:
            told += self._lost(positions, touches)
        return told

    def _controls(self, positions: Positions, touches: Touches) -> list[_Control]:
        """Holds of at least _CONTROL looks that began at least LAG_S ago."""
        sure = touches.held.max(axis=1) > _SURE
        whose = np.where(sure & positions.seen, touches.held.argmax(axis=1), -1)
        found, begin = [], 0
        for t in range(1, len(whose) + 1):
            if t < len(whose) and whose[t] == whose[begin]:
                continue
            if whose[begin] >= 0 and t - begin >= _CONTROL and begin <= len(whose) - AFTER:
                who = touches.held[begin:t].mean(axis=0)
                found.append(
                    _Control(who / who.sum(), positions.media_s(begin), positions.media_s(t - 1))
                )
            begin = t
        return found

    def _lost(self, positions: Positions, touches: Touches) -> list[Happening]:
        """The other team took the ball, still has it, and is alone with it."""
        old, new = self._control, self._taken
        if old is None or new is None:
            return []
        end = len(positions) - AFTER
        lately = slice(max(0, end - round(CONFIRM_S / STEP_S)), end)
        theirs = self._team == self._team[new.player]
        gaps = positions.gaps()[lately]
        alone = gaps[:, ~theirs].min(axis=1) > gaps[:, theirs].min(axis=1) + _ALONE_M
        had = float((touches.last[lately][:, theirs].sum(axis=1) * alone).mean())
        self._taken = None
        if had <= 0.5:
            return []  # a guard at the ball's side; if he has it, the next looks will say so
        self._control = new
        between = slice(positions.look(old.until_s), positions.look(new.since_s) + 2)
        ball = positions.ball[between][positions.seen[between]]
        out = bool((self._floor.outside(ball) > _OUT_M).any())
        signs = lost_signs(
            positions, (old.player, old.until_s), (new.player, new.since_s), self._settled_s, had
        )
        probability = self._chances.lost.of(signs)
        told = [Happening("turnover", old.until_s, old.who, probability, signs)]
        if not out and new.since_s - old.until_s <= _LIVE_S:
            took_s = new.since_s
            told.append(
                Happening("steal", took_s, new.who, probability, signs, after_s=old.until_s)
            )
        return told

    def _rebound(self, miss: _Miss, new: _Control) -> list[Happening]:
        shot, basket = miss.shot, np.array(miss.shot.basket)
        caught_s = new.since_s + (_CONTROL - 1) * STEP_S
        positions = self._stretch(shot.rim_s - 1.5, caught_s)
        if positions is None:
            return []
        who = self._reader.rebound(positions, basket, shot.rim_s, _RIM_SPREAD_S)
        signs = rebound_signs(positions, basket, shot.rim_s, shot.made, miss.free)
        return [
            Happening(
                "rebound",
                new.since_s,
                who,
                self._chances.rebound.of(signs),
                signs,
                offensive=float(who[miss.attack].sum()),
                after_s=shot.rim_s,
            )
        ]
