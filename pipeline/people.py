"""The people of one camera's picture, from frame to frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.boxes import Detections, Tracks
from pipeline.frame import Frame
from pipeline.labels import only, which
from pipeline.track import Tracker

PEOPLE = frozenset({"player", "referee", "person"})


class People:
    """Follows everybody that the detector found in whole pictures."""

    def __init__(self, labels: Sequence[str], new_id: Callable[[], int]) -> None:
        self._labels = which(labels, PEOPLE)
        self._new_id = new_id
        self._tracker = Tracker(new_id)

    def restart(self) -> None:
        """The camera comes back after a while: nobody is followed over that."""
        self._tracker = Tracker(self._new_id)

    def update(self, frame: Frame, whole: Detections) -> Tracks:
        """whole: all that was found in the whole picture, its pixels."""
        return self._tracker.update(only(whole, self._labels), frame.media_s)
