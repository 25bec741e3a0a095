"""Files in an S3-compatible store, by obstore (Apache's object_store in Rust).

Apart from `storage`, because obstore takes a while to load and a folder needs none of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import ObjectStore, from_url

from server.media.library import MediaUnavailable, NotRecorded

TIMEOUT = "20s"
RETRY_S = 20.0
_DELETED_AT_ONCE = 500


class Remote:
    """Files by name. Blocking calls, from any thread; all raise MediaUnavailable."""

    def __init__(self, url: str) -> None:
        """url: s3://BUCKET/PREFIX. Keys, region and endpoint come from the AWS_* variables."""
        with _mapped():
            self._store: ObjectStore = from_url(
                url,
                # Whoever gives a plain http endpoint (a server in the same rack) means it.
                client_options={"timeout": TIMEOUT, "allow_http": True},
                retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=RETRY_S)},
            )

    def put(self, name: str, data: bytes) -> None:
        """Write a file; again is the same as once."""
        with _mapped():
            obstore.put(self._store, name, data)

    def read(self, name: str, offset: int, length: int | None) -> bytes:
        """A file, or a part of it. Raises NotRecorded as well."""
        with _mapped(missing=NotRecorded):
            if length is None:
                return bytes(obstore.get(self._store, name).bytes())[offset:]
            return bytes(obstore.get_range(self._store, name, start=offset, length=length))

    def remove(self, names: Sequence[str]) -> None:
        """These files; one that is not there is no matter."""
        for at in range(0, len(names), _DELETED_AT_ONCE):
            with _mapped():
                obstore.delete(self._store, list(names[at : at + _DELETED_AT_ONCE]))

    def names(self, folder: str) -> list[str]:
        """All files below a folder."""
        with _mapped():
            return [
                item["path"]
                for several in obstore.list(self._store, prefix=f"{folder}/")
                for item in several
            ]


@contextmanager
def _mapped(*, missing: type[NotRecorded | MediaUnavailable] = MediaUnavailable) -> Iterator[None]:
    """missing: what it means that something is not there; for all but a read that is the bucket."""
    try:
        yield
    except (NotFoundError, FileNotFoundError) as error:
        raise missing(_short(error)) from error
    except (BaseError, OSError, ValueError) as error:
        raise MediaUnavailable(_short(error)) from error


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
