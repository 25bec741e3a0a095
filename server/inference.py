"""One detector per device, in a thread of its own, serving all games with their newest frames.

Frames come in through slots (newest wins, losses counted); what was seen goes back to the event
loop by `call_soon_threadsafe`. Nothing here waits in a queue: a slow detector means fewer frames
looked at, never older ones.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import av

from onnx_models.registry import Model
from pipeline.boxes import Detections
from pipeline.detect import Detector, Finds
from pipeline.digits import Reader, ReaderMissing
from pipeline.frame import Frame
from pipeline.governor import Governor, ladder, start
from pipeline.picture import to_bgr
from pipeline.session import Asked, Device
from pipeline.setup import Setup
from pipeline.view import View, shown
from pipeline.vision import Vision
from server.clock import Clock
from server.machine import step_back
from server.pace import WINDOW_S, Going, Pace
from server.seen import Captured, Key, Meters, NoMeters, Seen
from server.slot import Slot

log = logging.getLogger(__name__)

T = TypeVar("T")
R = TypeVar("R")
WORKERS = min(8, (os.cpu_count() or 2) // 2)
"""Threads that prepare the cameras' frames where the network does not take the CPU itself."""


@dataclass(slots=True, eq=False)
class _Source:
    key: Key
    slot: Slot[Captured]
    vision: Vision
    on_seen: Callable[[Seen], None]
    counted: int = 0
    """Drops already told to the meters."""
    setup: Setup | None = None
    """Said on the loop, not yet taken up by the thread."""


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

    def __init__(
        self,
        detector: Finds,
        clock: Clock,
        meters: Meters | None = None,
        digits: Reader | None = None,
    ) -> None:
        """digits: reads the numbers on shirts of all games; without it none are read."""
        self._detector = detector
        self._digits = digits
        self._clock = clock
        self._meters = meters or NoMeters()
        self._ready = threading.Condition()
        self._sources: dict[Key, _Source] = {}
        self._next = self._next_gap = 0
        plans = ladder(detector.size, free=detector.free)
        gpu = detector.device.obtained == "cuda"
        self._pace = Pace(Governor(plans, start(plans, gpu=gpu)), clock, self._meters)
        self._workers: ThreadPoolExecutor | None = None
        if gpu and WORKERS > 1:
            self._workers = ThreadPoolExecutor(WORKERS, "inference-frames", initializer=step_back)
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
            digits = opener.submit(_digits).result()
        log.info(
            "inference: model %s on %s (asked for %s: %s)",
            model.name,
            detector.device.provider,
            device,
            detector.device.why,
        )
        return cls(detector, clock, meters, digits)

    @property
    def device(self) -> Device:
        """What was asked for and what was got."""
        return self._detector.device

    @property
    def labels(self) -> tuple[str, ...]:
        """What the labels of the tracks index."""
        return self._detector.labels

    @property
    def going(self) -> Going:
        """How fast and how closely it looks, and what an operator should know."""
        return self._pace.going

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
        vision = vision or Vision(self.labels, digits=self._digits)
        source = _Source(key, Slot(self._ready), vision, on_seen)
        with self._ready:
            self._sources[key] = source
        return source.slot

    def configure(self, key: Key, setup: Setup) -> None:
        """What people said of a camera's game; the thread takes it up with the next frame.

        A camera that is not attached is passed over.
        """
        with self._ready:
            if key in self._sources:
                self._sources[key].setup = setup

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
        if self._workers is not None:
            self._workers.shutdown()

    def _main(self) -> None:
        step_back()
        try:
            while (taken := self._take()) is not None:
                self._look(taken)
                self._use_gap()
                self._settle()
        except BaseException as error:
            log.critical("inference ended by a bug", exc_info=error)
            self.done.set_exception(error)
        else:
            self.done.set_result(None)

    def _take(self) -> list[tuple[_Source, Captured]] | None:
        """Wait for frames; the newest of each camera, at most as many as the network takes.
        None when asked to stop; nothing when none came for a while.

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
                if taken or not self._ready.wait(WINDOW_S):
                    return taken
        return None

    def _look(self, taken: list[tuple[_Source, Captured]]) -> None:
        began_s = self._clock.monotonic_s()
        jobs = [job for job in self._each(self._prepare, taken) if job is not None]
        views = [view for job in jobs for view in job.views]
        if not views:
            return
        images, areas = shown(views, self._pace.plan.area)
        before_s = self._clock.monotonic_s()
        with self._pace.stage("detect"):
            found = self._detector.detect(images, areas)
        looked_s = self._clock.monotonic_s() - before_s
        self._meters.batch_looked(len(images), looked_s)
        done = []
        for job in jobs:
            mine, found = found[: len(job.views)], found[len(job.views) :]
            done.append((job, mine, looked_s))
        ages_s = list(self._each(self._hand_over, done))
        turn_s = self._clock.monotonic_s() - began_s
        self._pace.looked(len(images), looked_s, turn_s, ages_s)

    def _each(self, work: Callable[[T], R], items: list[T]) -> Iterable[R]:
        """The work for each camera, side by side where there are threads for it, in order."""
        if self._workers is None or len(items) < 2:
            return map(work, items)
        return self._workers.map(work, items)

    def _prepare(self, taken: tuple[_Source, Captured]) -> _Job | None:
        source, captured = taken
        try:
            with self._pace.stage("convert"):
                image = to_bgr(captured.picture)
        except (av.FFmpegError, ValueError) as error:
            # One camera's broken picture must not end the service of the others.
            self.refused += 1
            log.warning("camera %s: a picture was refused: %s", "/".join(source.key), error)
            return None
        frame = Frame(image, captured.media_s, captured.captured_s)
        with self._ready:
            setup, source.setup = source.setup, None
        with self._pace.stage("prepare"):
            if setup is not None:
                source.vision.configure(setup)
            source.vision.follow(self._pace.plan)
            return _Job(source, frame, source.vision.prepare(frame))

    def _hand_over(self, done: tuple[_Job, list[Detections], float]) -> float:
        """Age of the frame, seconds."""
        (job, found, looked_s), source, frame = done, done[0].source, done[0].frame
        with self._pace.stage("advance"):
            scene = source.vision.advance(frame, job.views, found)
        height, width = frame.image.shape[:2]
        now_s = self._clock.monotonic_s()
        age_s = now_s - frame.captured_s
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
            scene.board,
        )
        self._meters.frame_seen(source.key, age_s, looked_s)
        dropped = source.slot.dropped
        if dropped > source.counted:
            self._meters.frames_dropped(source.key, dropped - source.counted)
            source.counted = dropped
        if self._loop is not None and not self._stopping:
            self._loop.call_soon_threadsafe(self._deliver, source, seen, now_s)
        return age_s

    def _use_gap(self) -> None:
        """One piece of what may wait, of the camera whose turn it is, if there is time for it."""
        if not self._pace.may_pause():
            return
        with self._ready:
            sources = list(self._sources.values())
        for _ in sources:
            source = sources[self._next_gap % len(sources)]
            self._next_gap += 1
            if self._pace.paid(source.vision.spare):
                return

    def _settle(self) -> None:
        with self._ready:
            sources = list(self._sources.values())
        games = len({source.key[0] for source in sources})
        self._pace.settle(len(sources), games, sum(source.slot.put_count for source in sources))

    def _deliver(self, source: _Source, seen: Seen, handed_s: float) -> None:
        """On the loop: only a camera that is still attached hears of it."""
        self._meters.stage_took("hand_over", self._clock.monotonic_s() - handed_s)
        if self._sources.get(source.key) is source:
            source.on_seen(seen)


def _digits() -> Reader | None:
    """A number is a help, not a need: without its reader a server runs all the same."""
    try:
        return Reader.open()
    except ReaderMissing as missing:
        log.warning("inference: %s", missing)
        return None
