"""Puts what was read into sightings: sides, numbers, links, boxes, a still."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from pipeline.hoops import RimShot
from pipeline.moments import Moments
from pipeline.people import Cast
from pipeline.possession import Array
from pipeline.possession_flow import Happening
from pipeline.possession_reader import ShotReading
from pipeline.sight import Box, Kind, Side, Sighting

MOST_PLAYERS = 8
"""Candidates told of one event."""

_WORTH_NAMING = 0.02
_KEPT = 16  # sightings that a later one may belong to


class Teller:
    """Counts sightings and remembers the last ones, so that others can belong to them."""

    def __init__(
        self, moments: Moments, numbers: Callable[[int], Sequence[tuple[str, float]]]
    ) -> None:
        self._moments, self._numbers = moments, numbers
        self._ids = itertools.count(1)
        self._last: deque[tuple[str, float, int]] = deque(maxlen=_KEPT)
        self.named = False
        """Whether it is known which team is home."""

    def clear(self) -> None:
        """Another time line: nothing of it belongs to what was told before."""
        self._last.clear()

    def shot(
        self, rim: RimShot, kind: Kind, read: Happening | None, cast: Cast | None = None
    ) -> list[Sighting]:
        """read: what the floor plan says of it, None where there is none."""
        seen = rim.shot
        one = Sighting(
            id=next(self._ids),
            kind=kind,
            at_s=seen.rim_s,
            start_s=seen.start_s,
            end_s=seen.end_s,
            score=seen.score,
            made=seen.made,
            boxes=(("rim", rim.rim_xyxy),),
            rim_xyxy=rim.rim_xyxy,
        )
        self._last.append(("shot", one.at_s, one.id))
        if read is None or read.shot is None:
            track = self._moments.thrower(seen.start_s + 0.2)
            return [replace(one, track_id=track, home=self._side(track, cast))]
        who = int(read.player.argmax())
        then = self._moments.at(seen.start_s)
        return [
            replace(
                one,
                score=seen.score * read.probability,
                three=read.shot.three if kind == "shot" else None,
                home=self._home(read.player),
                players=self._players(read.player),
                track_id=None if then is None else then.track_of(who),
                boxes=(*one.boxes, *self._boxes(who, seen.start_s)),
            )
        ]

    def assist(self, read: ShotReading, score: float, shot: Sighting) -> list[Sighting]:
        """score: that the shot went in and the pass made it."""
        return [
            Sighting(
                id=next(self._ids),
                kind="assist",
                at_s=shot.at_s,
                start_s=shot.start_s,
                end_s=shot.end_s,
                score=score,
                home=shot.home,
                players=self._players(read.assister),
                parent=shot.id,
            )
        ]

    def happening(self, one: Happening) -> list[Sighting]:
        """A rebound, block, steal or turnover."""
        if one.kind == "shot":
            raise ValueError("a shot is told with its rim")
        number = next(self._ids)
        belongs = "turnover" if one.kind == "steal" else "shot"
        parent = None if one.after_s is None else self._told(belongs, one.after_s)
        self._last.append((one.kind, one.media_s, number))
        start_s = one.media_s if one.after_s is None else min(one.after_s, one.media_s)
        who = int(one.player.argmax())
        then = self._moments.at(one.media_s)
        return [
            Sighting(
                id=number,
                kind=one.kind,
                at_s=one.media_s,
                start_s=start_s,
                end_s=one.media_s,
                score=one.probability,
                offensive=one.offensive,
                home=self._home(one.player),
                players=self._players(one.player),
                parent=parent,
                boxes=self._boxes(who, one.media_s),
                track_id=None if then is None else then.track_of(who),
            )
        ]

    def shown(self, one: Sighting, size: tuple[int, int]) -> Sighting:
        """With its still; size: (width, height) of the picture now, pixels."""
        return replace(one, size=size, still=self._moments.still(one.at_s))

    def _told(self, kind: str, at_s: float) -> int | None:
        """The id of the sighting of a kind at a moment."""
        return next((n for k, t, n in self._last if k == kind and t == at_s), None)

    def _side(self, track: int | None, cast: Cast | None) -> float | None:
        """The chance that a track is of the home side, if teams are named."""
        if track is None or cast is None or not cast.named:
            return None
        where = np.flatnonzero(cast.tracks.id == track)
        if len(where) == 0:
            return None
        home, away, _ = (float(p) for p in cast.team[where[0]])
        return home / (home + away) if home + away > 0 else None

    def _home(self, player: Array) -> float | None:
        return float(player[:5].sum()) if self.named else None

    def _players(self, player: Array) -> tuple[tuple[Side, str | None, float], ...]:
        """(10,) chances of rows as sides and numbers, likeliest first; nobody where it is not
        known which team is which."""
        if not self.named:
            return ()
        chances: dict[tuple[Side, str | None], float] = {}
        for row in np.flatnonzero(player >= _WORTH_NAMING).tolist():
            side: Side = "home" if row < 5 else "away"
            rest = float(player[row])
            for number, chance in self._numbers(row):
                part = float(player[row]) * chance
                chances[side, number] = chances.get((side, number), 0.0) + part
                rest -= part
            if rest > _WORTH_NAMING:
                chances[side, None] = chances.get((side, None), 0.0) + rest
        best = sorted(chances.items(), key=lambda one: -one[1])[:MOST_PLAYERS]
        return tuple((side, number, chance) for (side, number), chance in best)

    def _boxes(self, row: int, at_s: float) -> tuple[tuple[str, Box], ...]:
        """The player and the ball at a moment, pixels."""
        then = self._moments.at(at_s)
        if then is None:
            return ()
        found = (("player", then.box_of(row)), ("ball", then.ball_box()))
        return tuple((label, box) for label, box in found if box is not None)
