"""Who may record a camera, and what is done with what a killed process left behind."""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from server.media import fmp4
from server.media.index import Index
from server.media.segments import AUDIO_HZ, VIDEO_HZ, Part, Rendition, Segment
from server.media.storage import Storage, name_of
from server.media.uploads import Uploader

log = logging.getLogger(__name__)

LOCK = ".recording"


@dataclass(frozen=True, slots=True)
class Begun:
    """A camera that is this process's to record, until `lock` is closed.

    numbers: of each rendition's next segment and next head.
    """

    lock: IO[bytes]
    numbers: Mapping[Rendition, tuple[int, int]]


class Recovery:
    """Blocking calls, from any thread. They raise LogUnavailable and OSError."""

    def __init__(self, index: Index, storage: Storage, uploader: Uploader) -> None:
        self._index = index
        self._storage = storage
        self._uploader = uploader

    def begin(self, game: str, camera: str) -> Begun | None:
        """Take a camera and set right what was left of it; None while another writes it."""
        lock = take_lock(self._storage.path(f"{game}/{camera}/{LOCK}"))
        if lock is None:
            return None
        try:
            self._set_right(game, camera)
            return Begun(lock, self._index.next(game, camera))
        except BaseException:
            lock.close()
            raise

    def set_all_right(self) -> None:
        """At a start: every camera that was being recorded when its process died."""
        for game, camera in self._index.unfinished():
            lock = take_lock(self._storage.path(f"{game}/{camera}/{LOCK}"))
            if lock is not None:
                with lock:
                    self._set_right(game, camera)

    def _set_right(self, game: str, camera: str) -> None:
        waiting = {
            (s.rendition, s.number)
            for rendition in ("video", "audio")
            for s in self._uploader.pending(game, camera, rendition)
        }
        for segment in self._index.open_segments(game, camera):
            if (segment.rendition, segment.number) in waiting:
                continue
            path = self._storage.path(name_of(game, camera, segment))
            if not path.exists() and self._storage.is_remote:
                continue  # it may lie on another machine, which uploads it when it is back
            found = whole_parts(segment, path)
            log.warning(
                "%s/%s: segment %s %d was open when its writer ended; %.1f s of it are kept",
                game, camera, segment.rendition, segment.number, found.duration_s,
            )  # fmt: skip
            if self._storage.is_remote and found.kept:
                self._uploader.put(game, camera, found)
            else:
                self._index.finish(game, camera, found)


def take_lock(path: Path) -> IO[bytes] | None:
    """A file that only one process may hold; the system lets go of it when that one dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def whole_parts(segment: Segment, path: Path) -> Segment:
    """The segment as its file has it; the file ends with the last whole part afterwards."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        data = b""
    hz = VIDEO_HZ if segment.rendition == "video" else AUDIO_HZ
    parts = tuple(
        Part(f.start / hz, f.duration / hz, f.independent, f.offset, f.length)
        for f in fmp4.fragments(data)
    )
    if not parts:
        path.unlink(missing_ok=True)
        return replace(segment, duration_s=0.0, parts=(), size_bytes=0)
    size = parts[-1].offset + parts[-1].length
    if size < len(data):
        with path.open("r+b") as file:
            file.truncate(size)
    end_s = parts[-1].start_s + parts[-1].duration_s
    return replace(segment, duration_s=end_s - segment.start_s, parts=parts, size_bytes=size)
