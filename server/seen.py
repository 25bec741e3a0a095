"""What goes into the inference thread, what comes out of it, and what it counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import av

from pipeline.boardwatch import BoardReading
from pipeline.boxes import Tracks
from pipeline.sight import Sighting

Key = tuple[str, str]
"""(game, camera)."""


@dataclass(frozen=True, slots=True, eq=False)
class Captured:
    """A decoded picture on its way in.

    media_s: seconds on the camera's time line. captured_s: monotonic seconds of its last packet.
    """

    picture: av.VideoFrame
    media_s: float
    captured_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What one frame showed, on its way out.

    size: (width, height) of the picture that the boxes are pixels of.
    tracks, sightings, board: as in `pipeline.vision.Scene`; labels: what the tracks' labels index.
    looked_s: seconds the detector took for the batch. age_s: from capture to hand-over.
    """

    key: Key
    media_s: float
    captured_s: float
    size: tuple[int, int]
    tracks: Tracks | None
    sightings: tuple[Sighting, ...]
    labels: tuple[str, ...]
    looked_s: float
    age_s: float
    board: BoardReading | None = None


class Meters(Protocol):
    """What this driver counts; called from the inference thread."""

    def frame_seen(self, key: Key, age_s: float, looked_s: float) -> None: ...

    def frames_dropped(self, key: Key, count: int) -> None: ...

    def batch_looked(self, pictures: int, looked_s: float) -> None: ...

    def stage_took(self, stage: str, seconds: float) -> None: ...

    def plan_changed(self) -> None: ...


class NoMeters:
    """Counts nothing."""

    def frame_seen(self, key: Key, age_s: float, looked_s: float) -> None:
        """Nothing."""

    def frames_dropped(self, key: Key, count: int) -> None:
        """Nothing."""

    def batch_looked(self, pictures: int, looked_s: float) -> None:
        """Nothing."""

    def stage_took(self, stage: str, seconds: float) -> None:
        """Nothing."""

    def plan_changed(self) -> None:
        """Nothing."""
