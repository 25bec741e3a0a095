"""One game's eyes: which parts of a frame to look at, and what was seen in them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.boxes import Detections, Tracks
from pipeline.frame import Frame, Image
from pipeline.sight import Sighting
from pipeline.track import Tracker

PEOPLE = frozenset({"player", "referee", "person"})


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A part of a frame for the detector. x, y: its top left corner in the frame, pixels."""

    image: Image
    x: int = 0
    y: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What one frame showed. tracks: pixels of the frame. sightings: those decided now."""

    tracks: Tracks
    sightings: tuple[Sighting, ...]


class Vision:
    """The state that one camera of one game needs between frames.

    `prepare` says what to look at, the detector (shared by all games) looks, `advance` takes
    what it found. Calls come from one thread, in order of media time.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self._people = np.array([i for i, name in enumerate(labels) if name in PEOPLE], np.int64)
        self._ids = itertools.count(1)
        self._players = Tracker(lambda: next(self._ids))

    def prepare(self, frame: Frame) -> list[View]:
        """The views of this frame that the detector should see."""
        return [View(frame.image)]

    def advance(self, frame: Frame, views: Sequence[View], found: Sequence[Detections]) -> Scene:
        """Take what was found in each view, in the view's pixels."""
        whole = found[0]
        people = np.isin(whole.label, self._people)
        tracks = self._players.update(
            Detections(whole.xyxy[people], whole.score[people], whole.label[people]),
            frame.media_s,
        )
        return Scene(tracks, ())
