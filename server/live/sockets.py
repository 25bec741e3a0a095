"""The live addresses: one WebSocket, and the same messages as server-sent events.

A socket that may not be is closed with a code that a page can read: 4401 no good token, 4403
not allowed, 4404 no such game (any more), 4429 too many viewers, 1012 come again. Server-sent
events get the same as problem documents. Any origin may connect: the token decides.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request, WebSocket
from starlette.requests import HTTPConnection
from starlette.responses import Response, StreamingResponse
from starlette.types import Message as ASGIMessage
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from server.access.roles import Identity
from server.live.hub import Hub
from server.live.mailbox import Closed, Mailbox, Message
from server.problems import Problem

log = logging.getLogger(__name__)

PING = Message("ping", '{"type":"ping"}')
CLOSE_CODES = {401: 4401, 403: 4403, 404: 4404, 429: 4429}
COME_AGAIN = 1012
Authorize = Callable[[HTTPConnection, str, str], Awaitable[Identity]]


@dataclass(frozen=True, slots=True)
class Patience:
    """heartbeat_s: a ping after this silence. recheck_s: how often a token is looked at again,
    so that a revoked one ends. send_s: a viewer that takes nothing for this long is gone.
    viewers: at most, in this process.
    """

    heartbeat_s: float = 10.0
    recheck_s: float = 30.0
    send_s: float = 30.0
    viewers: int = 5000


def router(hub: Hub, authorize: Authorize, patience: Patience | None = None) -> APIRouter:
    """`/live/{game}?since=EPOCH:SEQ&token=`."""
    live = APIRouter(tags=["live"])
    limits = patience or Patience()

    async def enter(connection: HTTPConnection, game: str, since: str | None) -> Mailbox:
        who = await authorize(connection, game, "watch")
        if hub.viewers_here >= limits.viewers:
            raise Problem(
                429, "too-many-viewers", "This server is full; try again.", {"Retry-After": "5"}
            )
        return await hub.join(game, parse_since(since), hide=not who.may("desk"))

    @live.websocket("/live/{game}")
    async def socket(websocket: WebSocket, game: str) -> None:
        await websocket.accept()
        try:
            mailbox = await enter(websocket, game, websocket.query_params.get("since"))
        except Problem as problem:
            await _close(websocket, CLOSE_CODES.get(problem.status, COME_AGAIN), problem.type)
            return
        try:
            await _serve_socket(
                websocket, mailbox, limits, lambda: authorize(websocket, game, "watch")
            )
        finally:
            mailbox.close()

    @live.get("/live/{game}", response_class=StreamingResponse)
    async def events(request: Request, game: str, since: str | None = None) -> Response:
        """The messages of the live socket as server-sent events (`Accept: text/event-stream`).

        The id of an event is what `since` and `Last-Event-ID` take.
        """
        if "text/event-stream" not in request.headers.get("accept", ""):
            raise Problem(
                406,
                "not-acceptable",
                "Connect with a WebSocket, or ask with Accept: text/event-stream.",
            )
        since = request.headers.get("last-event-id") or since
        mailbox = await enter(request, game, since)
        return _EventStream(mailbox, limits, lambda: authorize(request, game, "watch"))

    return live


def parse_since(text: str | None) -> tuple[str, int] | None:
    """(epoch, seq) of `EPOCH:SEQ`; what cannot be read gets a snapshot, like nothing at all."""
    epoch, colon, seq = (text or "").rpartition(":")
    if not colon or not epoch or not (seq.isascii() and seq.isdigit()) or len(seq) > 15:
        return None
    return epoch, int(seq)


async def _messages(
    mailbox: Mailbox, limits: Patience, still_allowed: Callable[[], Awaitable[object]]
) -> AsyncIterator[Message]:
    """What to send, pings included. Raises Closed and, for a token revoked meanwhile, Problem."""
    loop = asyncio.get_running_loop()
    recheck_at = loop.time() + limits.recheck_s
    while True:
        try:
            async with asyncio.timeout(limits.heartbeat_s):
                message = await mailbox.get()
        except TimeoutError:
            message = PING
        if loop.time() >= recheck_at:
            await still_allowed()
            recheck_at = loop.time() + limits.recheck_s
        yield message


async def _serve_socket(
    websocket: WebSocket,
    mailbox: Mailbox,
    limits: Patience,
    still_allowed: Callable[[], Awaitable[object]],
) -> None:
    leaving = asyncio.create_task(_until_left(websocket), name="live-reader")
    sending = asyncio.create_task(
        _send_all(websocket, mailbox, limits, still_allowed), name="live-sender"
    )
    try:
        await asyncio.wait({leaving, sending}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (leaving, sending):
            task.cancel()
        await asyncio.wait({leaving, sending})
    for task in (leaving, sending):
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error


async def _send_all(
    websocket: WebSocket,
    mailbox: Mailbox,
    limits: Patience,
    still_allowed: Callable[[], Awaitable[object]],
) -> None:
    try:
        async for message in _messages(mailbox, limits, still_allowed):
            # Waits while the viewer's network is full; the mailbox stays bounded meanwhile.
            async with asyncio.timeout(limits.send_s):
                await websocket.send_text(message.text)
    except Closed as closed:
        code = CLOSE_CODES[404] if closed.why == "gone" else COME_AGAIN
        await _close(websocket, code, closed.why)
    except Problem as problem:
        await _close(websocket, CLOSE_CODES.get(problem.status, COME_AGAIN), problem.type)
    except (WebSocketDisconnect, RuntimeError):
        # Starlette says RuntimeError when a send meets a socket that was closed before.
        return
    except TimeoutError:
        await _close(websocket, COME_AGAIN, "too slow")


async def _until_left(websocket: WebSocket) -> None:
    """Viewers have nothing to say; reading notices that they leave."""
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            return


async def _close(websocket: WebSocket, code: int, reason: str) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(1.0):
            await websocket.close(code, reason)


class _EventStream(StreamingResponse):
    """A mailbox as server-sent events, until the viewer leaves or takes nothing any more."""

    def __init__(
        self, mailbox: Mailbox, limits: Patience, still_allowed: Callable[[], Awaitable[object]]
    ) -> None:
        super().__init__(
            _events(mailbox, limits, still_allowed),
            media_type="text/event-stream",
            # A proxy that collects the stream before passing it on would hold it back for ever.
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
        self._mailbox = mailbox
        self._send_s = limits.send_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def patient(message: ASGIMessage) -> None:
            async with asyncio.timeout(self._send_s):
                await send(message)

        try:
            await super().__call__(scope, receive, patient)
        except TimeoutError:
            # The server closes the connection, for the answer is not complete.
            log.info("a viewer took nothing for %.0f s: given up", self._send_s)
        finally:
            self._mailbox.close()


async def _events(
    mailbox: Mailbox, limits: Patience, still_allowed: Callable[[], Awaitable[object]]
) -> AsyncIterator[str]:
    try:
        yield "retry: 2000\n\n"
        async for message in _messages(mailbox, limits, still_allowed):
            place = f"id: {message.id}\n" if message.id else ""
            yield f"{place}data: {message.text}\n\n"
    except Closed:
        return
    except Problem as problem:
        # The status line is long gone; a page tells this event from the end of a connection.
        yield f"event: problem\ndata: {json.dumps(problem.document())}\n\n"
