"""Where recordings lie: a folder, or an object store behind a folder for what is on its way."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from server.media.library import MediaUnavailable, NotRecorded
from server.media.segments import Segment

if TYPE_CHECKING:
    from server.media.remote import Remote


def name_of(game: str, camera: str, segment: Segment) -> str:
    """The file's name within the storage; what is written under it never changes."""
    file = f"{segment.rendition}-{segment.init_id}-{segment.number:06d}.m4s"
    return f"{game}/{camera}/{file}"


class Storage:
    """Files by name. Blocking calls, from any thread.

    folder: where segments are written; without a remote store they stay there. Files of a remote
    one lie in the folder until they are uploaded.
    """

    def __init__(self, folder: Path, remote: Remote | None = None) -> None:
        self.folder = folder
        self._remote = remote

    @classmethod
    def open(cls, url: str, spool: Path) -> Storage:
        """url: a folder, or s3://BUCKET/PREFIX. spool: the folder in front of a remote store.

        Raises MediaUnavailable for an address that makes no sense; nothing is reached yet.
        """
        if "://" not in url:
            return cls(Path(url))
        from server.media.remote import Remote

        return cls(spool, Remote(url))

    @property
    def is_remote(self) -> bool:
        """Does a finished segment have to be uploaded?"""
        return self._remote is not None

    def path(self, name: str) -> Path:
        """Of the local file."""
        return self.folder / name

    def free_bytes(self) -> int:
        """Of the disk that is written to. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return shutil.disk_usage(self.folder).free

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        """A file, or a part of it. Raises NotRecorded, MediaUnavailable."""
        try:
            with self.path(name).open("rb") as file:
                file.seek(offset)
                return file.read() if length is None else file.read(length)
        except FileNotFoundError as error:
            if self._remote is None:
                raise NotRecorded(name) from error
        except OSError as error:
            raise MediaUnavailable(str(error)) from error
        return self._remote.read(name, offset, length)

    def upload(self, name: str) -> None:
        """To the remote store; the local file goes when it is there. Raises MediaUnavailable."""
        if self._remote is None:
            return
        try:
            self._remote.put(name, self.path(name).read_bytes())
            self.path(name).unlink()
        except FileNotFoundError:
            return  # uploaded before, or erased meanwhile
        except OSError as error:
            raise MediaUnavailable(str(error)) from error

    def remove(self, names: Iterable[str]) -> None:
        """These files; one that is not there is no matter. Raises MediaUnavailable."""
        wanted = list(names)
        try:
            for name in wanted:
                self.path(name).unlink(missing_ok=True)
        except OSError as error:
            raise MediaUnavailable(str(error)) from error
        if self._remote is not None:
            self._remote.remove(wanted)

    def erase(self, game: str) -> None:
        """Everything of a game, whatever the index knows of it. Raises MediaUnavailable."""
        try:
            with suppress(FileNotFoundError):
                shutil.rmtree(self.folder / game)
        except OSError as error:
            raise MediaUnavailable(str(error)) from error
        if self._remote is not None:
            self._remote.remove(self._remote.names(game))
