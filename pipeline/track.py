"""Who is who from one frame to the next."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import supervision
from numpy.typing import NDArray
from trackers import OCSORTTracker

from pipeline.boxes import Boxes, Detections, Tracks

FRAME_RATE = 30.0
"""The rate at which the library's motion noise was tuned; time stamps scale from it."""


class Tracker:
    """Follows boxes of a few labels through one camera's frames.

    Ids come from `new_id`, never from the library, so that two games, or two kinds of thing in
    one game, cannot disturb each other. A box gets its id at its second sighting.
    """

    def __init__(self, new_id: Callable[[], int], *, keep_s: float = 1.5) -> None:
        self._new_id = new_id
        self._ids: dict[int, int] = {}
        self._last_s: float | None = None
        self._still = np.eye(3)
        # Measured on two real clips at 3 to 10 looks a second: OC-SORT, which starts again from
        # the last box seen instead of trusting its prediction, gives 3 ids to 3 players where
        # ByteTrack gives 5 to 10.
        self._tracker = OCSORTTracker(
            lost_track_buffer=round(keep_s * FRAME_RATE),
            frame_rate=FRAME_RATE,
            high_conf_det_threshold=0.35,
            minimum_consecutive_frames=2,
            minimum_iou_threshold=0.1,
        )

    def update(
        self, found: Detections, media_s: float, moved: NDArray[np.float64] | None = None
    ) -> Tracks:
        """The confirmed tracks seen in this frame; order of `found` does not matter.

        moved: (3, 3) pixels of the last frame to pixels of this one, where the camera moved. The
        library is then shown all boxes as a still camera would have seen them: its own
        compensation belongs to another tracker and costs 7 to 180 ms a frame.
        A frame that is not later than the last one is answered with nothing.
        """
        if self._last_s is not None and media_s <= self._last_s:
            return empty()
        # Who runs has left his own box after a quarter of a second: wider ones still overlap.
        gap_s = 0.0 if self._last_s is None else media_s - self._last_s
        self._last_s = media_s
        if moved is not None:
            self._still = self._still @ np.linalg.inv(moved)
            self._still /= self._still[2, 2]
        # One fixed order in, so that ties fall the same way whatever order the boxes came in.
        order = np.lexsort((found.xyxy[:, 1], found.xyxy[:, 0], found.label, -found.score))
        seen = self._tracker.update(
            supervision.Detections(
                xyxy=self._held(wider(found.xyxy[order], gap_s)),
                confidence=found.score[order],
                class_id=found.label[order],
                data={"row": order},
            ),
            timestamp=media_s,
        )
        if len(seen) == 0:
            return empty()
        theirs = np.asarray(seen.tracker_id, dtype=np.int64)
        kept = np.flatnonzero(theirs >= 0)
        kept = kept[np.argsort(theirs[kept], kind="stable")]
        ours = [self._ours(int(one)) for one in theirs[kept]]
        rows = np.asarray(seen.data["row"], dtype=np.int64)[kept]
        return Tracks(
            np.asarray(ours, dtype=np.int64),
            found.xyxy[rows],
            found.score[rows],
            found.label[rows],
        )

    def _held(self, boxes: Boxes) -> Boxes:
        """Boxes of this frame where a camera that never moved would have seen them.

        Only their place is moved: a pan hardly changes their size.
        """
        middle = (boxes[:, :2] + boxes[:, 2:]) / 2
        there = np.hstack([middle, np.ones((len(boxes), 1))]) @ self._still.T
        off = there[:, :2] / there[:, 2:] - middle
        return np.asarray(boxes + np.hstack([off, off]), np.float32)

    def _ours(self, theirs: int) -> int:
        if theirs not in self._ids:
            self._ids[theirs] = self._new_id()
        return self._ids[theirs]


def wider(boxes: Boxes, gap_s: float) -> Boxes:
    """Boxes to be matched after a gap, grown about their middles (F. Yang and others, "Hard to
    track objects with irregular motions and similar appearances? Make it easier by buffering
    the matching space", 2023)."""
    most = np.array([0.6, 0.18], np.float32)  # of width and height, to each side
    grow = (boxes[:, 2:] - boxes[:, :2]) * most * min(1.0, max(0.0, (gap_s - 0.12) / 0.15))
    return np.asarray(np.hstack([boxes[:, :2] - grow, boxes[:, 2:] + grow]), np.float32)


def empty() -> Tracks:
    """No tracks."""
    return Tracks(
        np.zeros(0, np.int64),
        np.zeros((0, 4), np.float32),
        np.zeros(0, np.float32),
        np.zeros(0, np.int64),
    )
