"""A network that finds things in pictures, and the device that it really runs on."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.boxes import Detections
from pipeline.frame import Image
from pipeline.labels import kinds
from pipeline.session import Asked, Device, ModelError, open_session
from pipeline.yolox import Letterbox, decode, prepare, roomy, thin

GROW = 4.0
"""A small picture is given at most so many times its own area."""

BATCH = {"cpu": 1, "cuda": 32}
"""Pictures in one go by device. On a CPU four at once cost 2 to 20 % more than one after the other
(they do not fit its caches), and all wait for the last."""

MOST_SHAPES = 16
"""Input shapes whose buffers are kept; beyond that all are dropped."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """score: boxes below it are not reported. overlap: IoU above which the weaker box goes."""

    score: float = 0.05
    overlap: float = 0.5


class Finds(Protocol):
    """Whatever turns pictures into boxes: a `Detector`, or one slowed down for a test."""

    @property
    def labels(self) -> tuple[str, ...]: ...

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the input that it was made for."""
        ...

    @property
    def free(self) -> bool:
        """Whether it takes inputs of other sizes too."""
        ...

    @property
    def device(self) -> Device: ...

    @property
    def batch(self) -> int:
        """How many pictures the network takes in one go."""
        ...

    def detect(self, images: Sequence[Image], areas: Sequence[int | None] = ()) -> list[Detections]:
        """areas: of each picture the most pixels of the input; None, or left out: as the model's
        card says."""
        ...


class Detector:
    """A YOLOX-style ONNX network in a session of its own.

    `detect` is to be called from one thread at a time: the input buffers are reused.
    """

    def __init__(
        self,
        session: Any,
        labels: tuple[str, ...],
        device: Device,
        size: tuple[int, int],
        batch: int,
        thresholds: Thresholds,
        *,
        free: bool = False,
    ) -> None:
        """size: (height, width) of the input; with `free` only its area counts."""
        self._session = session
        self._name: str = session.get_inputs()[0].name
        self._thresholds = thresholds
        self._free = free
        self._buffers: dict[tuple[int, int], NDArray[np.float32]] = {}
        self._kinds = kinds(labels)
        self.labels = labels
        self.device = device
        self.size = size
        self.batch = batch

    @classmethod
    def open(
        cls,
        path: Path,
        labels: Sequence[str],
        device: Asked = "auto",
        *,
        size: tuple[int, int] = (416, 416),
        threads: int = 2,
        batch: int | None = None,
        thresholds: Thresholds | None = None,
        cache: Path | None = None,
    ) -> Detector:
        """Load, check and warm a network.

        size: (height, width) where the file leaves them open: then a picture is given an input
        of its own shape and about that area. batch: the most pictures in one go where the file
        leaves that open; None: as suits the device. threads: of the CPU for one run. cache: see
        `open_session`. Raises `DeviceError` when the GPU was asked for by name and not got,
        `ModelError` for a file that does not fit.
        """
        session, got = open_session(path, device, threads, cache=cache)
        shape = session.get_inputs()[0].shape
        if len(session.get_inputs()) != 1 or len(shape) != 4 or shape[1] != 3:
            raise ModelError(f"{path.name}: one input of (N, 3, H, W) expected, not {shape}")
        if session.get_inputs()[0].type != "tensor(float)":
            raise ModelError(f"{path.name}: a float32 input expected")
        free = not isinstance(shape[2], int) and not isinstance(shape[3], int)
        height = shape[2] if isinstance(shape[2], int) else size[0]
        width = shape[3] if isinstance(shape[3], int) else size[1]
        most = shape[0] if isinstance(shape[0], int) else batch or BATCH[got.obtained]
        made = cls(
            session,
            tuple(labels),
            got,
            (height, width),
            most,
            thresholds or Thresholds(),
            free=free,
        )
        made._warm(path.name)
        return made

    def _warm(self, name: str) -> None:
        """Run once with each shape to come, so that nobody's frame pays for set-up."""
        for height, width in ((416, 416), (720, 1280)):
            size = self._input(height, width)
            rows = self._run(self._buffer(size)[:1])
            if rows.ndim != 3 or rows.shape[2] != 5 + len(self.labels):
                raise ModelError(
                    f"{name}: output {rows.shape} does not fit {len(self.labels)} labels "
                    f"(expected {5 + len(self.labels)} columns)"
                )
            try:
                decode(rows[0], size, self._thresholds.score)
            except ValueError as error:
                raise ModelError(f"{name}: {error}") from error

    @property
    def free(self) -> bool:
        """Whether the file takes inputs of any size; otherwise all are of `size`."""
        return self._free

    def _input(self, height: int, width: int, area: int | None = None) -> tuple[int, int]:
        """(height, width) of the input for a picture of that size."""
        if self._free:
            # Growing a small picture much shows nothing new and costs as much as a large one.
            most = area or self.size[0] * self.size[1]
            return roomy(height, width, min(most, round(GROW * height * width)))
        return self.size

    def _buffer(self, size: tuple[int, int]) -> NDArray[np.float32]:
        if size not in self._buffers:
            if len(self._buffers) > MOST_SHAPES:
                self._buffers.clear()
            self._buffers[size] = np.zeros((self.batch, 3, *size), np.float32)
        return self._buffers[size]

    def _run(self, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        (rows,) = self._session.run(None, {self._name: pictures})[:1]
        return np.asarray(rows, dtype=np.float32)

    def detect(self, images: Sequence[Image], areas: Sequence[int | None] = ()) -> list[Detections]:
        """The boxes of each picture, in that picture's pixels, strongest first.

        areas: of each picture the most pixels of the input, where the file leaves that open.
        """
        found: dict[int, Detections] = {}
        shapes: dict[tuple[int, int], list[int]] = {}
        for index, (image, area) in enumerate(itertools.zip_longest(images, areas)):
            shapes.setdefault(self._input(image.shape[0], image.shape[1], area), []).append(index)
        for size, all_of_it in shapes.items():
            buffer = self._buffer(size)
            for start in range(0, len(all_of_it), self.batch):
                part = all_of_it[start : start + self.batch]
                boxes = [prepare(images[i], size, buffer[at]) for at, i in enumerate(part)]
                rows = self._run(buffer[: len(part)])
                for at, index in enumerate(part):
                    found[index] = self._read(rows[at], size, boxes[at])
        return [found[index] for index in range(len(images))]

    def _read(self, rows: NDArray[np.float32], size: tuple[int, int], box: Letterbox) -> Detections:
        raw = decode(rows, size, self._thresholds.score)
        kept = thin(raw, self._thresholds.overlap, self._kinds)
        return Detections(box.back(kept.xyxy), kept.score, kept.label)
