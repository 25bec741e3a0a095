"""Frames and detectors for the tests and the bench of the inference thread."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from pipeline.boxes import Detections
from pipeline.detect import Finds
from pipeline.frame import Image
from pipeline.session import Device
from tests.support import shared_root

COCO = (
    "person",
    *(f"coco-{i}" for i in range(1, 32)),
    "ball",
    *(f"coco-{i}" for i in range(33, 80)),
)
"""Of the public network's 80 classes the two that a game needs have our names."""


def clip(path: Path) -> Iterator[tuple[av.VideoFrame, float]]:
    """The frames of a file with their media seconds."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield frame, float((frame.pts or 0) * (frame.time_base or Fraction(1)))


def picture(width: int = 64, height: int = 48, grey: int = 128) -> av.VideoFrame:
    """A plain grey picture as a decoder would give it."""
    return av.VideoFrame.from_ndarray(
        np.full((height, width, 3), grey, np.uint8), format="bgr24"
    ).reformat(format="yuv420p")


def two_seconds(width: int, height: int) -> list[av.VideoFrame]:
    """60 pictures of a real gym as a decoder would give them; grey ones where it is not at hand."""
    path = shared_root() / "video/clips/school_game_sideline.mp4"
    if not path.exists():
        return [picture(width, height, grey=grey) for grey in range(100, 160)]
    taken = itertools.islice(clip(path), 60)
    return [one.reformat(width=width, height=height, format="yuv420p") for one, _ in taken]


@dataclass
class Scripted:
    """A detector that answers what it is told, takes the time it is told, and remembers."""

    answers: list[Detections] = field(default_factory=list)
    takes_s: float = 0.0
    batch: int = 4
    labels: tuple[str, ...] = ("player", "ball", "rim")
    device: Device = field(default_factory=lambda: Device("cpu", "cpu", "scripted", "a test"))
    size: tuple[int, int] = (384, 640)
    free: bool = True
    batches: list[int] = field(default_factory=list)
    greys: list[int] = field(default_factory=list)
    areas: list[int | None] = field(default_factory=list)

    def detect(self, images: Sequence[Image], areas: Sequence[int | None] = ()) -> list[Detections]:
        self.batches.append(len(images))
        self.areas += areas
        self.greys += [int(image[0, 0, 0]) for image in images]
        if self.takes_s:
            time.sleep(self.takes_s)
        return [self.answers.pop(0) if self.answers else nothing() for _ in images]


@dataclass
class Slowed:
    """A real detector made `factor` times as slow: it waits, as a busy machine would."""

    inner: Finds
    factor: float

    @property
    def labels(self) -> tuple[str, ...]:
        return self.inner.labels

    @property
    def device(self) -> Device:
        return self.inner.device

    @property
    def size(self) -> tuple[int, int]:
        return self.inner.size

    @property
    def free(self) -> bool:
        return self.inner.free

    @property
    def batch(self) -> int:
        return self.inner.batch

    def detect(self, images: Sequence[Image], areas: Sequence[int | None] = ()) -> list[Detections]:
        before = time.monotonic()
        found = self.inner.detect(images, areas)
        time.sleep((time.monotonic() - before) * (self.factor - 1))
        return found


def nothing() -> Detections:
    return boxes([])


def boxes(rows: Sequence[tuple[float, float, float, float, float, int]]) -> Detections:
    """Rows of x1, y1, x2, y2, score, label."""
    table = np.array(rows, np.float32).reshape(-1, 6)
    return Detections(table[:, :4], table[:, 4], table[:, 5].astype(np.int64))
