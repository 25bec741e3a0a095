"""Who of the ten: tracks end and begin again, the players on the court stay the same.

Five rows a side. A track is given a row by team, shirt number and what a person can run; a row
outlives its tracks, so that a player who leaves the picture and comes back is the same one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from pipeline.boxes import Tracks, iou

Array = NDArray[np.float64]

SIDE = 5
"""Players of one team on the court."""

FASTEST_M_S = 8.0
_TALL_M = 1.8  # a person's box in metres, where the floor is not known
_STEP_M = 1.0  # error of a place on the floor
_STEP_BODIES = 0.8  # and of one in the picture, body heights

_LOOKS = 3  # looks at a track before it may be somebody
_TEAM = 0.6  # chance of a team from which a track may be one of its players
_OTHER = 0.2  # below this a track has become somebody else
_AWAY_S = 0.5  # a row without its track for so long may be another track's
_FORGOTTEN_S = 8.0  # a row unseen for so long may be a substitute's

# Costs, in nats against a good match.
_NEW = 1.5  # a player nobody saw before
_SUBSTITUTE = 2.0
_MOST = 4.0
_NEVER = 1e6

# A reading of a number, given who wears it (chances).
_READ = 0.8  # the wearer's own number is read, where any is
_CUT = 0.2  # a part of it is read
_MISREAD = 0.02  # another number of the rosters is read
_STRANGER = 0.05  # a number of the rosters is read off somebody on neither
_CAP = 6.0  # nats: so many that a few readings can still change it
_FADE = 0.8
_UNKNOWN = 0.25  # that somebody of the five wears a number of no roster, against one of it

# A number is known of a player, but a row may be another's by now: chances a look.
_SWAPPED = 0.005  # that a track which nobody is near went over to another
_CROSSED = 0.12  # that one did whose box meets that of another
_MEETS = 0.15  # of the boxes' union
_MATCHED = 0.5  # what is left after a gap, where no number confirmed the row
_CONFIRMED = 1.0  # nats

_ROUNDS = 12  # of giving each number to one player at most
_TURNED = 2.5  # nats by which late readings must say that a track is another player
_SETTLED = 1.5  # nats by which a row's readings must say what its number is


@dataclass(slots=True, eq=False)
class _Row:
    """A place among the five: where its player was seen last and what was read of the shirt."""

    votes: Array
    track: int = -1
    seen_s: float = -np.inf
    at: Array | None = None
    px: Array | None = None
    tall: float = 1.0


@dataclass(slots=True, eq=False)
class _Track:
    row: int
    looks: int
    seen_s: float
    votes: Array  # all readings
    late: Array  # the last few
    dull: float = 0.0  # how many of the last readings showed nothing


class Identities:
    """The ten of one camera of one game. Rows 0 to 4 are home's, 5 to 9 away's."""

    def __init__(self) -> None:
        self._numbers: tuple[str, ...] = ()
        self._sides = np.zeros((2, 0), np.bool_)
        self._rows = [_Row(np.zeros(0)) for _ in range(2 * SIDE)]
        self._tracks: dict[int, _Track] = {}

    @property
    def numbers(self) -> tuple[str, ...]:
        """All that may be read, in the order of `vote`."""
        return self._numbers

    def roster(self, home: frozenset[str], away: frozenset[str]) -> None:
        """The numbers that may be worn; what was read of those that stay is kept."""
        new = tuple(sorted(home | away))
        if new != self._numbers:
            old = {number: i for i, number in enumerate(self._numbers)}

            def moved(votes: Array) -> Array:
                return np.array([votes[old[one]] if one in old else 0.0 for one in new])

            for row in self._rows:
                row.votes = moved(row.votes)
            for track in self._tracks.values():
                track.votes, track.late = moved(track.votes), moved(track.late)
            self._numbers = new
        self._sides = np.array([[one in side for one in new] for side in (home, away)], np.bool_)
        self._sides = self._sides.reshape(2, len(new))

    def swap(self) -> None:
        """What was called home is away."""
        self._rows = self._rows[SIDE:] + self._rows[:SIDE]
        for track in self._tracks.values():
            if track.row >= 0:
                track.row = (track.row + SIDE) % (2 * SIDE)

    def moved(self, transform: Array) -> None:
        """The camera moved: (3, 3) pixels before to pixels after."""
        for row in self._rows:
            if row.px is not None:
                x, y, w = transform @ np.append(row.px, 1.0)
                row.px = np.array([x, y]) / w

    def restart(self) -> None:
        """Nobody is where they were; what was read of the players stays."""
        self._tracks.clear()
        for row in self._rows:
            row.track, row.at, row.px = -1, None, None

    def update(
        self, media_s: float, tracks: Tracks, at: Array, team: Array, away: NDArray[np.bool_]
    ) -> NDArray[np.int64]:
        """(N,) rows of the tracks of one frame, -1 for nobody of the ten.

        at: (N, 2) metres, NaN where not known. team: (N, 3) chances of home, away, neither.
        away: (N,) certainly not on the court.
        """
        ids = tracks.id.tolist()
        for i, number in enumerate(ids):
            track = self._tracks.get(number)
            if track is None:
                zeros = np.zeros(len(self._numbers))
                track = self._tracks[number] = _Track(-1, 0, media_s, zeros, zeros.copy())
            track.looks += 1
            track.seen_s = media_s
            if track.row >= 0 and (team[i, track.row // SIDE] < _OTHER or away[i]):
                self._part(track)
        for side in (0, 1):
            self._match(side, media_s, tracks, at, team, away)
        out = np.array([self._tracks[number].row for number in ids], np.int64).reshape(-1)
        feet = np.stack([tracks.xyxy[:, [0, 2]].mean(axis=1), tracks.xyxy[:, 3]], axis=1)
        overlap = iou(tracks.xyxy, tracks.xyxy)
        np.fill_diagonal(overlap, 0.0)
        crossed = overlap.max(axis=1, initial=0.0) > _MEETS
        for i in np.flatnonzero(out >= 0).tolist():
            row = self._rows[out[i]]
            row.votes = row.votes * (1.0 - (_CROSSED if crossed[i] else _SWAPPED))
            row.seen_s, row.px = media_s, feet[i].astype(np.float64)
            row.tall = float(tracks.xyxy[i, 3] - tracks.xyxy[i, 1])
            row.at = at[i] if np.isfinite(at[i]).all() else None
        gone = [k for k, one in self._tracks.items() if media_s - one.seen_s > _FORGOTTEN_S]
        for number in gone:
            self._part(self._tracks.pop(number))
        return out

    def vote(self, number: int, chances: Array) -> None:
        """A reading of the shirt of a track. chances: (K + 1,) of each of `numbers`, then none."""
        track = self._tracks.get(number)
        if track is None or len(chances) != len(self._numbers) + 1:
            return
        evidence = self._evidence(chances)
        track.dull = _FADE * track.dull + 1.0 if chances[-1] > 0.5 else 0.0
        track.votes = np.clip(track.votes + evidence, -_CAP, _CAP)
        track.late = track.late * _FADE + evidence
        if track.row < 0:
            return
        if not self._exchange(number, track):
            row = self._rows[track.row]
            row.votes = np.clip(row.votes + evidence, -_CAP, _CAP)

    def told(self, row: int) -> list[tuple[str, float]]:
        """The roster numbers that the player of a row may wear, likeliest first; what their
        chances lack to 1 is that it is none of them, or not known."""
        side = row // SIDE
        worn = np.flatnonzero(self._sides[side])
        if len(worn) == 0:
            return []
        mine = self._shares(side, worn)[row % SIDE]
        order = np.argsort(-mine, kind="stable")
        return [(self._numbers[worn[k]], float(mine[k])) for k in order.tolist()]

    def unsure(self, number: int) -> float:
        """How much a reading of a track's number may tell, 0 to 1: less where the number is
        known, and where the last readings showed a back that is turned."""
        track = self._tracks.get(number)
        if track is None:
            return 1.0
        told = self.told(track.row) if track.row >= 0 else []
        return (1.0 - told[0][1] if told else 1.0) / (1.0 + track.dull)

    def _shares(self, side: int, worn: NDArray[np.int64]) -> Array:
        """(5, K) chances of numbers; no number is worn by two, so columns sum to 1 at most."""
        votes = np.array([row.votes[worn] for row in self._rows[side * SIDE : side * SIDE + SIDE]])
        # As likely before anything is read: one of the roster, or that it cannot be told.
        share = np.hstack([np.exp(votes) / len(worn), np.full((SIDE, 1), _UNKNOWN)])
        for _ in range(_ROUNDS):
            share /= share.sum(axis=1, keepdims=True)
            share[:, :-1] /= np.maximum(share[:, :-1].sum(axis=0), 1.0)
        return np.asarray(share[:, :-1])

    def _evidence(self, chances: Array) -> Array:
        """(K,) nats for each number, against somebody on neither roster."""
        read, none = chances[:-1], float(chances[-1])
        part = np.array(
            [
                sum(read[j] for j, one in enumerate(self._numbers) if one != whole and one in whole)
                for whole in self._numbers
            ]
        )
        other = np.maximum(1.0 - none - read - part, 0.0)
        likely = none + _READ * read + _CUT * part + _MISREAD * other
        return np.asarray(np.log(likely / (none + _STRANGER * (1.0 - none))))

    def _part(self, track: _Track) -> None:
        if track.row >= 0:
            self._rows[track.row].track = -1
        track.row = -1
        track.votes[:] = 0.0
        track.late[:] = 0.0

    def _bind(self, number: int, row: int) -> None:
        self._tracks[number].row = row
        self._rows[row].track = number

    def _exchange(self, number: int, track: _Track) -> bool:
        """Two of a team crossed and the tracker took one for the other: rows follow numbers."""
        side = track.row // SIDE
        best, lead = self._lead(track.late, side)
        if lead < _TURNED:
            return False
        for other in range(side * SIDE, side * SIDE + SIDE):
            number_there, sure = self._lead(self._rows[other].votes, side)
            if other != track.row and number_there == best and sure > _SETTLED:
                mine, partner = track.row, self._rows[other].track
                self._rows[mine].track = -1
                if partner in self._tracks:
                    self._bind(partner, mine)
                self._bind(number, other)
                return True
        return False

    def _lead(self, votes: Array, side: int) -> tuple[int, float]:
        """The number of a side that has most votes, and by how much it leads, nats."""
        worn = np.flatnonzero(self._sides[side])
        if len(worn) == 0:
            return -1, 0.0
        order = worn[np.argsort(-votes[worn], kind="stable")]
        second = float(votes[order[1]]) if len(order) > 1 else 0.0
        return int(order[0]), float(votes[order[0]]) - max(second, 0.0)

    def _match(
        self,
        side: int,
        media_s: float,
        tracks: Tracks,
        at: Array,
        team: Array,
        away: NDArray[np.bool_],
    ) -> None:
        """Give tracks without a row the rows of one side that have no track."""
        ids = tracks.id.tolist()
        able = [
            i
            for number, i in sorted((number, i) for i, number in enumerate(ids))
            if self._tracks[number].row < 0
            and self._tracks[number].looks >= _LOOKS
            and team[i, side] >= _TEAM
            and not away[i]
        ]
        rows = [
            r
            for r in range(side * SIDE, side * SIDE + SIDE)
            if self._rows[r].track not in ids and media_s - self._rows[r].seen_s > _AWAY_S
        ]
        if not able or not rows:
            return
        cost = np.array([[self._cost(r, media_s, tracks, at, i) for r in rows] for i in able])
        fresh = np.array([media_s - self._rows[r].seen_s > _FORGOTTEN_S for r in rows])
        cost = np.where(fresh, np.minimum(cost, _SUBSTITUTE), cost)
        for a, b in zip(*linear_sum_assignment(np.minimum(cost, _NEVER)), strict=True):
            if cost[a, b] > _MOST:
                continue
            track, row = self._tracks[ids[able[a]]], self._rows[rows[b]]
            if row.track in self._tracks:
                self._part(self._tracks[row.track])
            if cost[a, b] == _SUBSTITUTE:
                row.votes = np.zeros_like(row.votes)
            elif self._agreement(row.votes, track.votes) < _CONFIRMED:
                row.votes = row.votes * _MATCHED
            row.votes = np.clip(row.votes + track.votes, -_CAP, _CAP)
            self._bind(ids[able[a]], rows[b])

    def _cost(self, r: int, media_s: float, tracks: Tracks, at: Array, i: int) -> float:
        row = self._rows[r]
        if row.px is None and row.at is None:
            return _NEW - self._agreement(row.votes, self._tracks[int(tracks.id[i])].votes)
        gone_s = media_s - row.seen_s
        if row.at is not None and np.isfinite(at[i]).all():
            way, slack = float(np.linalg.norm(at[i] - row.at)), _STEP_M
            reach = FASTEST_M_S * gone_s
        else:
            x1, _, x2, y2 = tracks.xyxy[i].tolist()
            assert row.px is not None  # noqa: S101  (set with every sighting)
            tall = max(row.tall, 1.0)
            way = float(np.hypot((x1 + x2) / 2 - row.px[0], y2 - row.px[1])) / tall
            slack, reach = _STEP_BODIES, FASTEST_M_S / _TALL_M * gone_s
        if way > slack + reach:
            return _NEVER
        # People seldom run as fast as they can: a third of it is usual.
        near = 0.5 * (way / (slack + reach / 3)) ** 2
        return near - self._agreement(row.votes, self._tracks[int(tracks.id[i])].votes)

    def _agreement(self, ours: Array, theirs: Array) -> float:
        """Log of how much likelier two sets of votes are of one wearer than of two; at most 3."""
        if len(ours) == 0:
            return 0.0
        a, b = np.exp(ours - ours.max()), np.exp(theirs - theirs.max())
        together = float((a * b).sum() / (a.sum() * b.sum())) * len(ours)
        return float(np.clip(np.log(max(together, 1e-9)), -_MOST, 3.0))


def likeliest(told: Sequence[tuple[str, float]], least: float = 0.8) -> str | None:
    """The number that is told with at least so much chance; None: better not said."""
    return told[0][0] if told and told[0][1] >= least else None
