"""An answer with a file that is too large to hold: in pieces, as the client takes them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server.api.partial import choose

log = logging.getLogger(__name__)

PIECE_WITHIN_S = 30.0
"""A client that takes no piece for so long gets no more."""

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
        self._read = read
        self.headers["Cache-Control"] = "private, no-cache"
        if name is not None:
            self.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        self._first, self._length = choose(self, request, f'"{tag}"', size)

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
