"""The people of one camera's picture: followed from frame to frame, told apart, named.

The door to four rooms: `track` follows boxes, `shirts` tells teams, `digits` reads numbers and
`identity` keeps a row for each of the ten players.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.boxes import Boxes, Detections, Tracks
from pipeline.courtview import CourtView
from pipeline.frame import Frame
from pipeline.labels import only, which
from pipeline.setup import Setup
from pipeline.track import Tracker

Array = NDArray[np.float64]

PEOPLE = frozenset({"player", "referee", "person"})


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


class People:
    """Follows everybody that the detector found in whole pictures."""

    def __init__(self, labels: Sequence[str], new_id: Callable[[], int]) -> None:
        self._labels = which(labels, PEOPLE)
        self._new_id = new_id
        self._tracker = Tracker(new_id)

    def configure(self, setup: Setup) -> None:
        """Its colours name the sides, its numbers are the only ones that are ever read."""

    def restart(self) -> None:
        """The camera comes back after a while: nobody is followed over that."""
        self._tracker = Tracker(self._new_id)

    def update(self, frame: Frame, whole: Detections) -> Tracks:
        """whole: all that was found in the whole picture, its pixels."""
        return self._tracker.update(only(whole, self._labels), frame.media_s)

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
        tracks = self.update(frame, whole)
        n = len(tracks)
        at = np.full((n, 2), np.nan) if view is None else view.floor(feet(tracks.xyxy))
        return Cast(tracks, at, np.full((n, 3), 1 / 3), np.full(n, -1, np.int64), False)

    def numbers(self, row: int) -> tuple[tuple[str, float], ...]:
        """The roster numbers that the player of a row may wear, likeliest first; what their
        chances lack to 1 is not known. Empty where nothing was read."""
        return ()


def feet(boxes: Boxes) -> Array:
    """(N, 2) where each box stands on the floor, pixels."""
    return np.stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]], axis=1).astype(np.float64)
