"""Writes what was cut of one camera: parts to files at once, segments to the index when whole."""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, Protocol

from server.gamelog.log import Conflict, LogUnavailable
from server.media.cutter import Cut, Finished, Grown
from server.media.index import GameGone, Index
from server.media.segments import Init, Rendition, Segment
from server.media.storage import Storage, name_of
from server.meters import Meters

log = logging.getLogger(__name__)

WAITING_MOST_BYTES = 32 << 20
"""Of parts that wait for the disk: more than a minute of one camera."""
RESERVE_BYTES = 512 << 20
"""Left free on the disk: scores are kept on it too, and they matter more."""
_INDEX_WAITING_MOST = 10_000


class Uploads(Protocol):
    """Takes finished segments on their way to a remote storage."""

    def put(self, game: str, camera: str, segment: Segment) -> None: ...


class _Writing:
    """A segment's file, with what was written of it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: IO[bytes] = path.open("wb", buffering=0)
        self.segment: Segment | None = None


class Tape:
    """One camera's, with a thread of its own. `put` and `close` never wait.

    What cannot be written is left out and said in `trouble`; each new segment tries again. A
    segment of which only the first parts could be written stays as short as that.
    on_end(tape) is called in the thread when everything is written.
    """

    def __init__(
        self,
        game: str,
        camera: str,
        storage: Storage,
        index: Index,
        uploads: Uploads,
        meters: Meters,
        on_end: Callable[[Tape], None],
        *,
        reserve_bytes: int = RESERVE_BYTES,
    ) -> None:
        self.game = game
        self.camera = camera
        self._storage = storage
        self._index = index
        self._uploads = uploads
        self._meters = meters
        self._on_end = on_end
        self._reserve_bytes = reserve_bytes
        self._ready = threading.Condition()
        self._waiting: deque[Cut] = deque()
        self._waiting_bytes = 0
        self._closed = False
        self._skipped: dict[Rendition, int] = {}
        self._writing: dict[Rendition, _Writing] = {}
        self._failed: dict[Rendition, int] = {}
        self._due: deque[Callable[[], None]] = deque()
        self._gone = False
        self._troubles: dict[str, str] = {}
        self._thread = threading.Thread(
            target=self._run, name=f"record {game}/{camera}", daemon=True
        )
        self._thread.start()

    @property
    def trouble(self) -> str | None:
        """Why not everything is recorded at this moment."""
        return next(iter(self._troubles.values()), None)

    def put(self, cut: Cut) -> None:
        """From the event loop."""
        with self._ready:
            if isinstance(cut, Grown):
                segment = cut.segment
                full = self._waiting_bytes + len(cut.data) > WAITING_MOST_BYTES
                if full or self._skipped.get(segment.rendition) == segment.number:
                    self._skipped[segment.rendition] = segment.number
                    self._meters.part_lost("slow")
                    self._say("disk", "the disk is too slow: parts are left out")
                    return
                self._waiting_bytes += len(cut.data)
            self._waiting.append(cut)
            self._ready.notify()

    def close(self) -> None:
        """Nothing more comes; what waits is still written."""
        with self._ready:
            self._closed = True
            self._ready.notify()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread; not on the event loop. Has it ended?"""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    # --- in the thread

    def _run(self) -> None:
        try:
            while (cut := self._take()) is not None:
                if isinstance(cut, Init):
                    self._later(partial(self._index.add_init, *self._key, cut))
                elif isinstance(cut, Grown):
                    self._grow(cut.segment, cut.data)
                else:
                    self._finish(cut)
                self._write_index()
        finally:
            for writing in self._writing.values():
                writing.file.close()
            self._on_end(self)

    def _take(self) -> Cut | None:
        with self._ready:
            while not self._waiting and not self._closed:
                self._ready.wait()
            if not self._waiting:
                return None
            cut = self._waiting.popleft()
            if isinstance(cut, Grown):
                self._waiting_bytes -= len(cut.data)
            return cut

    @property
    def _key(self) -> tuple[str, str]:
        return self.game, self.camera

    def _grow(self, segment: Segment, data: bytes) -> None:
        rendition = segment.rendition
        if self._gone or self._failed.get(rendition) == segment.number:
            return
        try:
            writing = self._writing.get(rendition) or self._open(segment)
            _write_all(writing.file, data)
        except OSError as error:
            self._failed[rendition] = segment.number
            self._meters.part_lost("disk")
            self._say("disk", f"nothing can be written: {error.strerror or error}")
            self._cut_back(rendition)
            return
        writing.segment = segment
        self._meters.recorded(len(data))

    def _open(self, segment: Segment) -> _Writing:
        free = self._storage.free_bytes()
        if free < self._reserve_bytes:
            raise OSError(f"{free >> 20} MB are free, {self._reserve_bytes >> 20} MB must stay so")
        path = self._storage.path(name_of(*self._key, segment))
        # Before the file: one that the index does not know is found by nobody.
        self._later(partial(self._index.begin, *self._key, segment))
        self._write_index()
        if self._gone:
            raise OSError("this camera is not recorded any longer")
        path.parent.mkdir(parents=True, exist_ok=True)
        writing = self._writing[segment.rendition] = _Writing(path)
        return writing

    def _cut_back(self, rendition: Rendition) -> None:
        """Away with half a part: the file ends where the last whole one does."""
        writing = self._writing.get(rendition)
        if writing is None:
            return
        size = 0 if writing.segment is None else writing.segment.size_bytes
        try:
            writing.file.truncate(size)
        except OSError as error:
            log.warning("a file of %s/%s keeps half a part: %s", *self._key, error)

    def _finish(self, finished: Finished) -> None:
        segment = finished.segment
        if self._gone:
            return
        writing = self._writing.pop(segment.rendition, None)
        kept = None if writing is None else writing.segment
        if writing is not None:
            self._close(writing)
        whole = kept is not None and len(kept.parts) == len(segment.parts)
        if kept is None:
            kept = replace(segment, parts=(), size_bytes=0)
        if whole:
            self._recovered("disk")
        if self._storage.is_remote and kept.kept:
            self._uploads.put(*self._key, kept)
        else:
            self._later(partial(self._index.finish, *self._key, kept))

    def _close(self, writing: _Writing) -> None:
        try:
            os.fdatasync(writing.file.fileno())
            writing.file.close()
            if writing.segment is None:
                writing.path.unlink(missing_ok=True)
        except OSError as error:
            self._say("disk", f"nothing can be written: {error.strerror or error}")

    # --- the index may be away for a while

    def _later(self, work: Callable[[], None]) -> None:
        self._due.append(work)
        if len(self._due) > _INDEX_WAITING_MOST:
            self._due.popleft()

    def _write_index(self) -> None:
        while self._due and not self._gone:
            try:
                self._due[0]()
            except LogUnavailable as error:
                self._say("index", f"the index cannot be written: {error}")
                return
            except GameGone:
                self._give_up("its game was erased")
            except Conflict:
                self._give_up("another process records this camera")
            else:
                self._due.popleft()
        self._recovered("index")

    def _give_up(self, why: str) -> None:
        self._gone = True
        self._due.clear()
        log.warning("the recording of %s/%s ends: %s", *self._key, why)

    # --- what an operator sees; from both threads

    def _say(self, part: str, why: str) -> None:
        if self._troubles.get(part) != why:
            log.error("%s/%s is not recorded: %s", *self._key, why)
        self._troubles = {**self._troubles, part: why}

    def _recovered(self, part: str) -> None:
        if part in self._troubles:
            self._troubles = {k: why for k, why in self._troubles.items() if k != part}
            log.warning("%s/%s is recorded again (%s)", *self._key, part)


def _write_all(file: IO[bytes], data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]
