"""A bad network between a real server and real WebRTC peers, whoever made them.

The relay itself is server/ingest/relay.py. Here is how each kind of peer gets through it: a proxy
for what speaks HTTP by itself (FFmpeg, aiortc, a page), a route for a page in Chromium.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import uvicorn
from playwright.async_api import Page, Request, Route
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route as HttpRoute

from server.ingest.relay import Relay, nameless, through

HOP_BY_HOP = ("connection", "content-length", "transfer-encoding", "host", "content-encoding")
METHODS = ["GET", "POST", "PATCH", "DELETE", "OPTIONS"]


def _offered(body: bytes, content_type: str) -> bytes:
    """An offer, or trickled candidates, without addresses."""
    return nameless(body.decode()).encode() if "sdp" in content_type else body


def _answered(body: bytes, content_type: str, relay: Relay) -> bytes:
    return through(relay, body.decode()).encode() if "application/sdp" in content_type else body


@asynccontextmanager
async def relayed(url: str, relay: Relay) -> AsyncIterator[str]:
    """The address of a proxy of the server at `url`: SDP that goes by it leads media through the
    relay. It waits for whole answers: for WHIP, WHEP and playlists, not for event streams."""

    async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as http:

        async def forward(request: HttpRequest) -> Response:
            kind = request.headers.get("content-type", "")
            headers = {k: v for k, v in request.headers.items() if k not in HOP_BY_HOP}
            path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            body = _offered(await request.body(), kind)
            answer = await http.request(request.method, path, headers=headers, content=body)
            kept = {k: v for k, v in answer.headers.items() if k not in HOP_BY_HOP}
            said = _answered(answer.content, kept.get("content-type", ""), relay)
            return Response(said, answer.status_code, kept)

        app = Starlette(routes=[HttpRoute("/{path:path}", forward, methods=METHODS)])
        async with serving(app) as address:
            yield address


@asynccontextmanager
async def serving(app: Starlette) -> AsyncIterator[str]:
    """The address at which it answers, from within this loop."""
    sock = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="warning", lifespan="off", ws="none", access_log=False)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        sock.close()


async def relay_page(page: Page, relay: Relay) -> None:
    """What this page publishes and watches by WHIP and WHEP goes through the relay. Call before
    it is opened; its other requests are left alone."""

    async def handle(route: Route, request: Request) -> None:
        kind = request.headers.get("content-type", "")
        if "sdp" not in kind or request.method not in ("POST", "PATCH"):
            await route.continue_()
            return
        offered = _offered(request.post_data_buffer or b"", kind)
        answer = await route.fetch(post_data=offered)
        said = _answered(await answer.body(), answer.headers.get("content-type", ""), relay)
        kept = {k: v for k, v in answer.headers.items() if k not in HOP_BY_HOP}
        await route.fulfill(status=answer.status, headers=kept, body=said)

    await page.route(lambda address: "/whip/" in address or "/whep/" in address, handle)
