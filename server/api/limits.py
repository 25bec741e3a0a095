"""What stands before every route: bodies have a limit, answers are counted."""

from __future__ import annotations

import asyncio
import contextlib

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.api.problems import problem_response
from server.meters import Meters
from server.problems import Problem

DEFAULT_LIMIT = 262_144
UPLINK_LIMIT = 2_097_152
# Of a body that was refused, this much is still taken and thrown away.
_DRAIN_BYTES = 8_388_608
_DRAIN_S = 3.0
# Anyone can invent a method; a counter for each would grow without bound.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class BodyLimit:
    """ASGI middleware: 413 by the announced length, or as soon as a body without one grows.

    `limits` maps a path's beginning to its own limit in bytes; the longest one counts.
    """

    def __init__(self, app: ASGIApp, limits: dict[str, int]) -> None:
        self._app = app
        self._limits = sorted(limits.items(), key=lambda item: -len(item[0]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdigit() and int(announced[:18]) > limit:
            await _refuse(Problem(413, "too-large", _detail(limit)), scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                # The framework passes this kind of exception through its body parsers.
                raise HTTPException(413, _detail(limit), {"Connection": "close"})
            return message

        await self._app(scope, counted, send)

    def _limit(self, path: str) -> int:
        for beginning, limit in self._limits:
            if path.startswith(beginning):
                return limit
        return DEFAULT_LIMIT


def _detail(limit: int) -> str:
    return f"The body is larger than {limit} bytes, the most that this address takes."


async def _refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer at once, then listen a little: a connection that is closed while its client still
    sends is reset, and the client never reads why."""

    async def send_open(message: Message) -> None:
        await send({**message, "more_body": True} if "body" in message else message)

    await problem_response(problem)(scope, receive, send_open)
    drained = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_S):
            while drained < _DRAIN_BYTES:
                message = await receive()
                drained += len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body"):
                    break
    await send({"type": "http.response.body", "body": b""})


class RequestMeter:
    """ASGI middleware: counts answers by method and status."""

    def __init__(self, app: ASGIApp, meters: Meters) -> None:
        self._app = app
        self._meters = meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                method = scope["method"] if scope["method"] in _METHODS else "other"
                self._meters.request(method, message["status"])
            await send(message)

        await self._app(scope, receive, counted)
