"""The people of one camera's picture: followed from frame to frame, told apart, named.

The door to four rooms: `track` follows boxes, `shirts` tells teams, `digits` reads numbers and
`identity` keeps a row for each of the ten players.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pipeline.boxes import Boxes, Detections, Tracks
from pipeline.court import Floor
from pipeline.courtview import CourtView
from pipeline.digits import Reader
from pipeline.frame import Frame, Image
from pipeline.glances import crops, worth
from pipeline.governor import Stage
from pipeline.identity import Identities
from pipeline.labels import PEOPLE, only, which
from pipeline.setup import Setup
from pipeline.shirts import Shirts
from pipeline.track import Tracker

Array = NDArray[np.float64]

REFEREES = frozenset({"referee"})

BESIDE_M = 1.5
"""Who stands so far out of bounds is not playing."""

READ_EACH_S = 0.5
READ_MOST = 4
"""Shirts read at a time: some 15 ms each on a core."""


@dataclass(frozen=True, slots=True, eq=False)
class Cast:
    """Who was seen in one frame.

    tracks: the N tracks of people. at: (N, 2) metres on the floor, NaN where not known.
    team: (N, 3) chances of home, away and referee; each row sums to 1.
    row: (N,) int64, 0 to 4 a player of home, 5 to 9 of away, -1 nobody of them: a referee, the
        bench, or not known yet. A row stays with its player while out of sight.
    named: False until colours were given: then which side is home is not known, only that
        rows 0 to 4 are one team and 5 to 9 the other.
    """

    tracks: Tracks
    at: Array
    team: Array
    row: NDArray[np.int64]
    named: bool


def at_once(stage: Stage, work: Callable[[], None]) -> None:
    """Nothing waits."""
    work()


class People:
    """Follows everybody that the detector found in whole pictures, and says who they are."""

    def __init__(
        self,
        labels: Sequence[str],
        new_id: Callable[[], int],
        reader: Reader | None = None,
        later: Callable[[Stage, Callable[[], None]], None] = at_once,
    ) -> None:
        """labels: of the detector. reader: of numbers; one may serve all games. Without it
        nobody's number is read. later: what to do with work that may wait for a gap."""
        self._labels = which(labels, PEOPLE)
        self._referees = which(labels, REFEREES)
        self._new_id = new_id
        self._reader = reader
        self._later = later
        self._tracker = Tracker(new_id)
        self._shirts = Shirts()
        self._ten = Identities()
        self._floor: Floor | None = None
        self._read_s = -np.inf

    def configure(self, setup: Setup) -> None:
        """Its colours name the sides, its numbers are the only ones that are ever read."""
        self._floor = setup.floor
        if self._shirts.name(setup.shirts):
            self._ten.swap()
        self._ten.roster(*setup.numbers)

    def restart(self) -> None:
        """The camera comes back after a while: nobody is followed over that, but colours and
        what is known of the ten stay."""
        self._tracker = Tracker(self._new_id)
        self._ten.restart()

    def look(
        self,
        frame: Frame,
        whole: Detections,
        view: CourtView | None = None,
        moved: Array | None = None,
    ) -> Cast:
        """Take all that was found in a whole picture, its pixels.

        view: of this picture, where the court was marked. moved: (3, 3) pixels of the picture
        given here last to pixels of this one, where the camera moved.
        """
        tracks = self._tracker.update(only(whole, self._labels), frame.media_s, moved)
        if moved is not None:
            self._ten.moved(moved)
        n = len(tracks)
        at = np.full((n, 2), np.nan) if view is None else view.floor(feet(tracks.xyxy))
        away = np.zeros(n, np.bool_)
        if self._floor is not None and view is not None:
            away = np.nan_to_num(self._floor.outside(at), nan=0.0) > BESIDE_M
        called = np.isin(tracks.label, self._referees)
        self._shirts.look(frame.image, tracks, called, frame.media_s)
        team = self._shirts.chances(tracks.id)
        row = self._ten.update(frame.media_s, tracks, at, team, away)
        self._read(frame, tracks, team, away)
        return Cast(tracks, at, team, row, self._shirts.named)

    def numbers(self, row: int) -> list[tuple[str, float]]:
        """The roster numbers that the player of a row may wear, likeliest first; what their
        chances lack to 1 is not known. Empty without a roster."""
        return self._ten.told(row)

    def _read(self, frame: Frame, tracks: Tracks, team: Array, away: NDArray[np.bool_]) -> None:
        """Now and then the numbers of those few shirts that promise most."""
        if self._reader is None or not self._ten.numbers:
            return
        if frame.media_s - self._read_s < READ_EACH_S:
            return
        self._read_s = frame.media_s
        unsure = [self._ten.unsure(number) for number in tracks.id.tolist()]
        promise = worth(frame.image, tracks.xyxy, unsure)
        promise[away | (team[:, 2] > 0.8)] = 0.0
        best = [i for i in np.argsort(-promise, kind="stable")[:READ_MOST].tolist() if promise[i]]
        if not best:
            return
        for i, picture in zip(best, crops(frame.image, tracks.xyxy[best]), strict=True):
            self._later("numbers", partial(self._vote, self._reader, int(tracks.id[i]), picture))

    def _vote(self, reader: Reader, number: int, picture: Image) -> None:
        self._ten.vote(number, reader.chances([picture], self._ten.numbers)[0])


def feet(boxes: Boxes) -> Array:
    """(N, 2) where each box stands on the floor, pixels."""
    return np.stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]], axis=1).astype(np.float64)
