"""One detector per device, in a thread of its own, serving all games with their newest frames.

Frames come in through slots (newest wins, losses counted); what was seen goes back to the event
loop by `call_soon_threadsafe`. Nothing here waits in a queue: a slow detector means fewer frames
looked at, never older ones.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import av
import numpy as np

from onnx_models.registry import Model
from pipeline.boxes import Detections, Tracks
from pipeline.detect import Detector, Finds
from pipeline.frame import Frame, Image
from pipeline.session import Asked, Device
from pipeline.sight import Sighting
from pipeline.view import View
from pipeline.vision import Vision
from server.clock import Clock
from server.machine import step_back
from server.slot import Slot

log = logging.getLogger(__name__)

Key = tuple[str, str]
"""(game, camera)."""

LONGEST = 1280
"""Pixels of the longer side at which a larger picture is taken out of the decoder."""

SHORTEST = 32
"""Pixels of the shorter side below which there is nothing to see."""


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
    tracks, sightings: as in `pipeline.vision.Scene`; labels: what the tracks' labels index.
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


class Meters(Protocol):
    """What this driver counts; called from the inference thread."""

    def frame_seen(self, key: Key, age_s: float, looked_s: float) -> None: ...

    def frames_dropped(self, key: Key, count: int) -> None: ...

    def batch_looked(self, pictures: int, looked_s: float) -> None: ...


class NoMeters:
    """Counts nothing."""

    def frame_seen(self, key: Key, age_s: float, looked_s: float) -> None:
        """Nothing."""

    def frames_dropped(self, key: Key, count: int) -> None:
        """Nothing."""

    def batch_looked(self, pictures: int, looked_s: float) -> None:
        """Nothing."""


@dataclass(slots=True, eq=False)
class _Source:
    key: Key
    slot: Slot[Captured]
    vision: Vision
    on_seen: Callable[[Seen], None]
    counted: int = 0
    """Drops already told to the meters."""


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    source: _Source
    frame: Frame
    views: list[View]


class Inference:
    """The inference service of one device.

    Build it with a warmed detector, `start` it on the loop that results go to, `attach` cameras,
    `stop` it. `done` is resolved when the thread ends and carries the error if a bug ended it.
    """

    def __init__(self, detector: Finds, clock: Clock, meters: Meters | None = None) -> None:
        self._detector = detector
        self._clock = clock
        self._meters = meters or NoMeters()
        self._ready = threading.Condition()
        self._sources: dict[Key, _Source] = {}
        self._next = 0
        self._stopping = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self.done: Future[None] = Future()
        self.refused = 0
        """Pictures that could not be converted."""

    @classmethod
    def open(
        cls,
        model: Model,
        device: Asked,
        clock: Clock,
        meters: Meters | None = None,
        *,
        threads: int = 2,
        cache: Path | None = None,
    ) -> Inference:
        """Verify, load and warm the model. Slow: call it before serving, not on the loop.

        cache: folder of what the device prepares once for later starts.

        Raises `onnx_models.registry.ModelFileError`, `pipeline.session.ModelError` or
        `pipeline.session.DeviceError`.
        """
        model.verify()
        # The network's own threads inherit the priority of the one that makes them.
        with ThreadPoolExecutor(1, "inference-open", initializer=step_back) as opener:
            detector = opener.submit(
                Detector.open,
                model.path,
                model.labels,
                device,
                size=model.size,
                threads=threads,
                cache=cache,
            ).result()
        log.info(
            "inference: model %s on %s (asked for %s: %s)",
            model.name,
            detector.device.provider,
            device,
            detector.device.why,
        )
        return cls(detector, clock, meters)

    @property
    def device(self) -> Device:
        """What was asked for and what was got."""
        return self._detector.device

    @property
    def labels(self) -> tuple[str, ...]:
        """What the labels of the tracks index."""
        return self._detector.labels

    @property
    def alive(self) -> bool:
        """Whether frames are being looked at."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start the thread; results are handed to `loop`."""
        if self._thread is not None:
            raise RuntimeError("this inference was started before")
        self._loop = loop
        name = f"inference-{self.device.obtained}"
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)
        self._thread.start()

    def attach(
        self, key: Key, on_seen: Callable[[Seen], None], vision: Vision | None = None
    ) -> Slot[Captured]:
        """Look at a camera from now on; put its frames into the slot that comes back.

        `on_seen` is called on the loop, in order. A camera attached again starts afresh, unless
        `vision` (from `detach`) carries on what was known, as after a reconnection.
        """
        if vision is None:
            # Where looking is cheap every frame is looked at whole and closely.
            vision = Vision(self.labels, thorough=self.device.obtained == "cuda")
        source = _Source(key, Slot(self._ready), vision, on_seen)
        with self._ready:
            self._sources[key] = source
        return source.slot

    def detach(self, key: Key) -> Vision | None:
        """Stop looking. What is being looked at this moment is not handed over any more."""
        with self._ready:
            source = self._sources.pop(key, None)
        return None if source is None else source.vision

    async def stop(self) -> None:
        """End the thread; returns when it has ended. The loop is not blocked meanwhile."""
        with self._ready:
            self._stopping = True
            self._ready.notify_all()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)

    def _main(self) -> None:
        step_back()
        try:
            while (taken := self._take()) is not None:
                self._look(taken)
        except BaseException as error:
            log.critical("inference ended by a bug", exc_info=error)
            self.done.set_exception(error)
        else:
            self.done.set_result(None)

    def _take(self) -> list[tuple[_Source, Captured]] | None:
        """Wait for frames; the newest of each camera, at most as many as the network takes.

        Cameras take turns: the next look begins after the last camera of this one.
        """
        with self._ready:
            while not self._stopping:
                sources = list(self._sources.values())
                start = self._next % len(sources) if sources else 0
                taken: list[tuple[_Source, Captured]] = []
                for offset in range(len(sources)):
                    at = (start + offset) % len(sources)
                    value = sources[at].slot.take()
                    if value is not None:
                        taken.append((sources[at], value))
                        self._next = at + 1
                    if len(taken) == self._detector.batch:
                        break
                if taken:
                    return taken
                self._ready.wait()
        return None

    def _look(self, taken: list[tuple[_Source, Captured]]) -> None:
        jobs = [job for source, captured in taken if (job := self._prepare(source, captured))]
        images = [view.image for job in jobs for view in job.views]
        if not images:
            return
        before_s = self._clock.monotonic_s()
        found = self._detector.detect(images)
        looked_s = self._clock.monotonic_s() - before_s
        self._meters.batch_looked(len(images), looked_s)
        for job in jobs:
            mine, found = found[: len(job.views)], found[len(job.views) :]
            self._hand_over(job, mine, looked_s)

    def _prepare(self, source: _Source, captured: Captured) -> _Job | None:
        try:
            image = to_bgr(captured.picture)
        except (av.FFmpegError, ValueError) as error:
            # One camera's broken picture must not end the service of the others.
            self.refused += 1
            log.warning("camera %s: a picture was refused: %s", "/".join(source.key), error)
            return None
        frame = Frame(image, captured.media_s, captured.captured_s)
        return _Job(source, frame, source.vision.prepare(frame))

    def _hand_over(self, job: _Job, found: list[Detections], looked_s: float) -> None:
        source, frame = job.source, job.frame
        scene = source.vision.advance(frame, job.views, found)
        height, width = frame.image.shape[:2]
        age_s = self._clock.monotonic_s() - frame.captured_s
        seen = Seen(
            source.key,
            frame.media_s,
            frame.captured_s,
            (width, height),
            scene.tracks,
            scene.sightings,
            self.labels,
            looked_s,
            age_s,
        )
        self._meters.frame_seen(source.key, age_s, looked_s)
        dropped = source.slot.dropped
        if dropped > source.counted:
            self._meters.frames_dropped(source.key, dropped - source.counted)
            source.counted = dropped
        if self._loop is not None and not self._stopping:
            self._loop.call_soon_threadsafe(self._deliver, source, seen)

    def _deliver(self, source: _Source, seen: Seen) -> None:
        """On the loop: only a camera that is still attached hears of it."""
        if self._sources.get(source.key) is source:
            source.on_seen(seen)


def to_bgr(picture: av.VideoFrame) -> Image:
    """A decoded picture as BGR, no longer than `LONGEST` on its longer side.

    Raises ValueError for a picture too small to show anything.
    """
    if min(picture.width, picture.height) < SHORTEST:
        raise ValueError(f"{picture.width}x{picture.height} is not a picture of a game")
    scale = min(1.0, LONGEST / max(picture.width, picture.height))
    width, height = round(picture.width * scale / 2) * 2, round(picture.height * scale / 2) * 2
    if scale == 1.0:
        width, height = picture.width, picture.height
    plain = picture.reformat(width=width, height=height, format="bgr24")
    return np.ascontiguousarray(plain.to_ndarray(), dtype=np.uint8)
