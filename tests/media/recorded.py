"""A recording room on a real database and a real folder, fed like a camera's stream."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import av

from server.clock import SystemClock
from server.gamelog.log import GameRecord
from server.gamelog.sql import SqlLog
from server.ingest.sample import Sample
from server.media.index import Index
from server.media.library import Library
from server.media.recorder import Recorder
from server.media.recorders import Recorders
from server.media.segments import Rendition
from server.media.storage import Storage
from server.meters import Meters

ORIGIN = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)
GAME, CAMERA = "g1", "main"


def open_log(data: Path) -> SqlLog:
    """A database with one game."""
    log = SqlLog.open(f"sqlite:///{data / 'log.sqlite'}")
    if log.game(GAME) is None:
        log.add_game(
            GameRecord(GAME, "e", "fiba", ("home-4",), ("away-5",), ORIGIN, False, False, 1), {}
        )
    return log


def open_room(log: SqlLog, storage: Storage, *, reserve_bytes: int = 0) -> Recorders:
    """As the house builds it."""
    return Recorders(Index(log), storage, SystemClock(), Meters(), reserve_bytes=reserve_bytes)


@dataclass(eq=False)
class Stream:
    """What a recorder sees of a camera."""

    game: str = GAME
    camera: str = CAMERA
    origin: datetime = ORIGIN
    asked: int = 0
    samples: list[Sample] = field(default_factory=list)

    def want_key_frame(self) -> None:
        self.asked += 1


async def record(room: Recorders, samples: Iterable[Sample], stream: Stream | None = None) -> None:
    """Samples through a recorder from a camera's beginning to its end, and on to the disk."""
    recorder = room.record(stream or Stream())
    for sample in samples:
        recorder.put(sample)
        await asyncio.sleep(0)
    await begun(recorder)
    recorder.close()
    await recorder.wait_closed()
    await asyncio.sleep(0.01)


async def begun(recorder: Recorder) -> None:
    """Until the camera is its to record."""
    while recorder.tape is None:
        await asyncio.sleep(0.01)


def times(library: Library, rendition: Rendition = "video") -> list[float]:
    """Media seconds of every frame that is kept: each segment decoded alone to its end."""
    inits = {i.id: i.data for i in library.inits(GAME, CAMERA) if i.rendition == rendition}
    found: list[float] = []
    for segment in library.segments(GAME, CAMERA, rendition):
        if segment.kept:
            data = inits[segment.init_id] + library.read(GAME, CAMERA, segment)
            with av.open(io.BytesIO(data), "r") as file:
                for frame in file.decode(file.streams[0]):
                    assert isinstance(frame, av.VideoFrame | av.AudioFrame)
                    assert frame.time is not None
                    found.append(float(frame.time))
    return found
