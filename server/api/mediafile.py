"""Answers with media: what caches are told, ranges, and an end to readers that never read."""

from __future__ import annotations

import asyncio
import logging

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server.api.partial import choose, is_known
from server.media.hls import TARGET_S
from server.media.playback import Document
from server.meters import Meters

log = logging.getLogger(__name__)

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Length, Content-Range, Date, ETag, Retry-After",
    "Timing-Allow-Origin": "*",
}
PREFLIGHT = {
    **CORS,
    "Allow": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, If-None-Match, Range",
    "Access-Control-Max-Age": "86400",
}
PLAYLIST = "application/vnd.apple.mpegurl"
ENDED_S = 60
SEND_BYTES = 65_536
SEND_WITHIN_S = 60.0
"""For one file: two seconds of picture that take longer are of no use to a player."""


def playlist_response(
    request: Request, document: Document, left_s: float | None, *, waited: bool, meters: Meters
) -> Response:
    """A playlist. left_s: how long its address stays good; None when it was got by token.

    waited: the answer to a request that named what it wants to see; it stays the answer.
    """
    if document.ended:
        age_s = ENDED_S
    elif waited:
        age_s = 6 * TARGET_S
    else:
        age_s = 1
    headers = {
        **CORS,
        "Cache-Control": _caching(left_s, age_s),
        "ETag": document.etag,
        "Vary": "Accept-Encoding",
    }
    if is_known(request, document.etag):
        return Response(None, 304, headers)
    body = document.plain
    if "gzip" in request.headers.get("accept-encoding", ""):
        body = document.packed
        headers["Content-Encoding"] = "gzip"
    meters.media_sent("playlist", len(body))
    return _Head(body, headers=headers, media_type=PLAYLIST)


class _Head(Response):
    """To HEAD only the headers."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "HEAD":
            self.body = b""
        await super().__call__(scope, receive, send)


class MediaFile(Response):
    """A file that never changes, whole or the range of it that is asked for.

    It is sent in pieces, the next one when the client has taken the last: a slow client costs a
    little memory, and after SEND_WITHIN_S it gets no more.
    """

    def __init__(
        self,
        request: Request,
        data: bytes,
        media_type: str,
        etag: str,
        left_s: float | None,
        meters: Meters,
    ) -> None:
        super().__init__(None, media_type=media_type)
        self._meters = meters
        self._kind = media_type.partition("/")[0]
        caching = _caching(left_s, int(left_s or 3600))
        self.headers.update({**CORS, "Cache-Control": f"{caching}, immutable"})
        first, length = choose(self, request, etag, len(data))
        self._data = memoryview(data)[first : first + length]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **start})
        data = self._data[:0] if scope["method"] == "HEAD" else self._data
        self._meters.media_sent(self._kind, len(data))
        try:
            async with asyncio.timeout(SEND_WITHIN_S):
                for at in range(0, len(data), SEND_BYTES):
                    piece = bytes(data[at : at + SEND_BYTES])
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            # The server closes the connection, for the answer is not complete.
            log.warning("a client took less than a file in %.0f s: given up", SEND_WITHIN_S)
            self._meters.media_given_up()


def _caching(left_s: float | None, age_s: int) -> str:
    if left_s is None:
        return f"private, max-age={age_s}"
    # A cache that kept it longer would open it to those whose address has expired.
    return f"public, max-age={max(0, min(age_s, int(left_s)))}"
