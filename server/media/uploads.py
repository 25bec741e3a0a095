"""Finished segments on their way from the local folder to a remote storage."""

from __future__ import annotations

import logging
import threading
from collections import deque

from server.gamelog.log import LogUnavailable
from server.media.index import GameGone, Index
from server.media.library import MediaUnavailable
from server.media.segments import Rendition, Segment
from server.media.storage import Storage, name_of

log = logging.getLogger(__name__)

AGAIN_S = 2.0
LAST_S = 10.0
"""When the server stops, what waits has this long; the rest is uploaded at the next start."""


class Uploader:
    """One for the process, with a thread of its own, started with the first segment.

    What cannot be uploaded stays in the folder and is tried again for as long as it takes; a
    full folder stops the recording, as a full disk does.
    """

    def __init__(self, storage: Storage, index: Index) -> None:
        self.trouble: str | None = None
        """Why nothing is uploaded at this moment."""
        self._storage = storage
        self._index = index
        self._ready = threading.Condition()
        self._waiting: deque[tuple[str, str, Segment]] = deque()
        self._under_way: str | None = None
        """The game of which a segment is uploaded at this moment."""
        self._closed = False
        self._thread: threading.Thread | None = None

    @property
    def waiting(self) -> int:
        """Segments that are not uploaded yet."""
        return len(self._waiting)

    def put(self, game: str, camera: str, segment: Segment) -> None:
        """Never waits; from any thread."""
        with self._ready:
            self._waiting.append((game, camera, segment))
            self._ready.notify_all()
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="uploads", daemon=True)
                self._thread.start()

    def pending(self, game: str, camera: str, rendition: Rendition) -> list[Segment]:
        """Those of a camera that can only be read here."""
        with self._ready:
            return [
                segment
                for g, c, segment in self._waiting
                if (g, c, segment.rendition) == (game, camera, rendition)
            ]

    def forget(self, game: str) -> None:
        """Blocking: upload nothing of it any more, and wait until nothing is under way. What is
        in the store then is all that will ever be."""
        with self._ready:
            self._waiting = deque(item for item in self._waiting if item[0] != game)
            self._ready.wait_for(lambda: self._under_way != game)

    def close(self) -> None:
        """Blocking: give what waits a moment."""
        with self._ready:
            self._closed = True
            self._ready.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(LAST_S)

    def _run(self) -> None:
        while (item := self._next()) is not None:
            try:
                self._move(item)
            except (MediaUnavailable, LogUnavailable) as error:
                self._say(str(error))
                with self._ready:
                    if self._closed:
                        return
                    self._ready.wait(AGAIN_S)
            else:
                self._say(None)
                self._forget(item)

    def _move(self, item: tuple[str, str, Segment]) -> None:
        game, camera, segment = item
        name = name_of(game, camera, segment)
        try:
            self._storage.upload(name)
            try:
                self._index.finish(game, camera, segment)
            except GameGone:  # another process erased it meanwhile
                self._storage.remove([name])
        finally:
            with self._ready:
                self._under_way = None
                self._ready.notify_all()

    def _next(self) -> tuple[str, str, Segment] | None:
        with self._ready:
            while not self._waiting:
                if self._closed:
                    return None
                self._ready.wait()
            item = self._waiting[0]
            self._under_way = item[0]
            return item

    def _forget(self, item: tuple[str, str, Segment]) -> None:
        with self._ready:
            if item in self._waiting:
                self._waiting.remove(item)

    def _say(self, why: str | None) -> None:
        if (why is None) != (self.trouble is None):
            log.log(
                logging.WARNING if why is None else logging.ERROR,
                "recordings are %s", "uploaded again" if why is None else f"not uploaded: {why}",
            )  # fmt: skip
        self.trouble = why
