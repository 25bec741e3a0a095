"""Where the files of clips lie: in the same store as the recordings, under a name of their own."""

from __future__ import annotations

from collections.abc import Iterator

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore

_CHUNK = 1 << 20


class StoreAway(Exception):  # noqa: N818  (a state of the world, not a fault of ours)
    """The storage does not take or give it now."""


class Objects:
    """Blocking, from any thread. StoreAway, FileNotFoundError."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def put(self, path: str, data: bytes) -> None:
        """In place of what was there, all of it or nothing."""
        try:
            obstore.put(self._store, path, data)
        except (BaseError, OSError) as error:
            raise StoreAway(str(error)) from error

    def size(self, path: str) -> int:
        """Bytes."""
        try:
            return obstore.head(self._store, path)["size"]
        except FileNotFoundError:
            raise
        except (BaseError, OSError) as error:
            raise StoreAway(str(error)) from error

    def read(self, path: str, start: int, length: int) -> Iterator[bytes]:
        """That part of a file, in pieces. It is asked for when the first piece is."""
        for at in range(start, start + length, _CHUNK):
            piece = min(_CHUNK, start + length - at)
            try:
                yield bytes(obstore.get_range(self._store, path, start=at, length=piece))
            except FileNotFoundError:
                raise
            except (BaseError, OSError) as error:
                raise StoreAway(str(error)) from error

    def whole(self, path: str) -> bytes:
        """All of it."""
        return b"".join(self.read(path, 0, self.size(path)))

    def delete(self, *paths: str) -> None:
        """What is not there is no error."""
        for path in paths:
            try:
                obstore.delete(self._store, path)
            except FileNotFoundError:
                continue
            except (BaseError, OSError) as error:
                raise StoreAway(str(error)) from error

    def delete_under(self, folder: str) -> None:
        """All files whose path begins with `folder/`."""
        try:
            found = [item["path"] for page in obstore.list(self._store, folder) for item in page]
        except (BaseError, OSError) as error:
            raise StoreAway(str(error)) from error
        self.delete(*found)


def folder_of(game: str) -> str:
    """Of all clips and reels of a game."""
    return f"clips/{game}"


def path_of(game: str, cut: str, suffix: str) -> str:
    """Of a clip's file; `jpg` is its thumbnail."""
    return f"{folder_of(game)}/{cut}.{suffix}"
