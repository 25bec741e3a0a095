"""Where the files of clips lie: beside the recordings of their game, and gone with them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from server.media.library import MediaUnavailable
from server.media.storage import Storage

_CHUNK = 1 << 20
# No camera is called that.
_FOLDER = "_clips"


class Objects:
    """Files by name. Blocking, from any thread. MediaUnavailable; NotRecorded where there is no
    such file."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def put(self, name: str, data: bytes) -> None:
        """In place of what was there, all of it or nothing."""
        try:
            unfinished = self._unfinished(name)
            unfinished.write_bytes(data)
            unfinished.replace(self._storage.path(name))
        except OSError as error:
            raise MediaUnavailable(str(error)) from error
        self._storage.upload(name)

    def put_file(self, name: str, file: Path) -> None:
        """The same; the file itself is gone then."""
        try:
            unfinished = self._unfinished(name)
            shutil.move(file, unfinished)
            unfinished.replace(self._storage.path(name))
        except OSError as error:
            raise MediaUnavailable(str(error)) from error
        self._storage.upload(name)

    def read(self, name: str, start: int, length: int) -> Iterator[bytes]:
        """That part of a file, in pieces."""
        for at in range(start, start + length, _CHUNK):
            yield self._storage.read(name, at, min(_CHUNK, start + length - at))

    def whole(self, name: str) -> bytes:
        """All of it."""
        return self._storage.read(name)

    def delete(self, *names: str) -> None:
        """What is not there is no error."""
        self._storage.remove(names)

    def _unfinished(self, name: str) -> Path:
        path = self._storage.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Two processes may make the same file: each its own, and the last one is as good.
        return path.with_name(f".{path.name}.{os.getpid()}")


def folder_of(game: str) -> str:
    """Of all clips and reels of a game."""
    return f"{game}/{_FOLDER}"


def path_of(game: str, cut: str, suffix: str) -> str:
    """Of a clip's file; `jpg` is its thumbnail."""
    return f"{folder_of(game)}/{cut}.{suffix}"
