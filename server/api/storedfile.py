"""An answer with a file that is too large to hold: in pieces, as the client takes them."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Iterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

log = logging.getLogger(__name__)

PIECE_WITHIN_S = 30.0
"""A client that takes no piece for so long gets no more."""
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")

Read = Callable[[int, int], Iterator[bytes]]
"""From a byte on, so many bytes; blocking."""


class StoredFile(Response):
    """The whole of it, or the range that is asked for.

    size: bytes. name: as what it is saved, None to show it. Browsers ask again each time whether
    it is still the same (`tag`) and still there.
    """

    def __init__(
        self,
        request: Request,
        read: Read,
        *,
        size: int,
        media_type: str,
        tag: str,
        name: str | None = None,
    ) -> None:
        super().__init__(None, media_type=media_type)
        etag = f'"{tag}"'
        self._read = read
        self._first, self._length = 0, size
        self.headers.update(
            {"Accept-Ranges": "bytes", "Cache-Control": "private, no-cache", "ETag": etag}
        )
        if name is not None:
            self.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        held = request.headers.get("if-none-match", "")
        if etag in [one.strip().removeprefix("W/") for one in held.split(",")]:
            self.status_code, self._length = 304, 0
            del self.headers["content-length"]
            return
        asked = request.headers.get("range")
        if asked is not None and request.headers.get("if-range", etag) == etag:
            self._cut(asked, size)
        self.headers["Content-Length"] = str(self._length)

    def _cut(self, asked: str, size: int) -> None:
        found = _RANGE.fullmatch(asked.strip())
        if found is None or found.groups() == ("", ""):
            return  # several ranges, or another unit: the whole is a right answer
        first_text, last_text = found.groups()
        if first_text:
            first, last = int(first_text), min(int(last_text or size), size - 1)
            if last_text and int(last_text) < first:
                return
        else:
            first, last = max(0, size - int(last_text)), size - 1
        if first > last:
            self.status_code, self._length = 416, 0
            self.headers["Content-Range"] = f"bytes */{size}"
            return
        self.status_code, self._first, self._length = 206, first, last - first + 1
        self.headers["Content-Range"] = f"bytes {first}-{last}/{size}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **start})
        if scope["method"] != "HEAD" and self._length:
            pieces = self._read(self._first, self._length)
            while (piece := await asyncio.to_thread(next, pieces, b"")) != b"":
                try:
                    async with asyncio.timeout(PIECE_WITHIN_S):
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
                except TimeoutError:
                    # The server closes the connection, for the answer is not complete.
                    log.warning("a client took nothing for %.0f s: given up", PIECE_WITHIN_S)
                    return
        await send({"type": "http.response.body", "body": b""})
