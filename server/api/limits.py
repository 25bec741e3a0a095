"""What stands before every route: bodies have a limit, answers are counted."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.api.problems import problem_response
from server.meters import Meters
from server.problems import Problem

DEFAULT_LIMIT = 262_144
UPLINK_LIMIT = 2_097_152
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
            # Without `Connection: close`: uvicorn then throws the rest of the body away as it
            # comes, while a closed connection would be reset and its client never read why.
            refusal = problem_response(Problem(413, "too-large", _detail(limit)))
            await refusal(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                # The framework passes this kind of exception through its body parsers.
                raise HTTPException(413, _detail(limit))
            return message

        await self._app(scope, counted, send)

    def _limit(self, path: str) -> int:
        for beginning, limit in self._limits:
            if path.startswith(beginning):
                return limit
        return DEFAULT_LIMIT


def _detail(limit: int) -> str:
    return f"The body is larger than {limit} bytes, the most that this address takes."


class Only:
    """ASGI middleware: `around` the app for paths with one of these beginnings, else nothing."""

    def __init__(
        self, app: ASGIApp, beginnings: tuple[str, ...], around: Callable[[ASGIApp], ASGIApp]
    ) -> None:
        self._app = app
        self._beginnings = beginnings
        self._guarded = around(app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        guarded = str(scope.get("path", "")).startswith(self._beginnings)
        await (self._guarded if guarded else self._app)(scope, receive, send)


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
