"""One app on one or two listeners, until somebody says stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Awaitable, Callable, Generator, Iterator, Sequence

import uvicorn
from starlette.types import ASGIApp

from server.listeners import Listener

GRACE_S = 3
MOST_CONNECTIONS = 4096
LARGEST_MESSAGE = 65_536


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: two servers share this process, and we stop both."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answers = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answers.set()


async def serve(
    app: ASGIApp,
    listeners: Sequence[Listener],
    stop: asyncio.Event,
    ready: asyncio.Event,
    goodbye: Callable[[], Awaitable[None]],
) -> None:
    """Serve until `stop`; sets `ready` once every listener answers.

    goodbye: ends the streams that never end by themselves; whoever is left gets GRACE_S.
    """
    servers = [_Server(_config(app, listener)) for listener in listeners]
    tasks = [
        asyncio.create_task(server.serve([listener.socket]), name=f"serve {listener.url}")
        for server, listener in zip(servers, listeners, strict=True)
    ]
    told = asyncio.create_task(_tell_when_started(servers, ready), name="serve started")
    stopping = asyncio.create_task(stop.wait(), name="serve stop")
    try:
        await asyncio.wait([stopping, *tasks], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (told, stopping):
            task.cancel()
        await goodbye()
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*tasks)


def _config(app: ASGIApp, listener: Listener) -> uvicorn.Config:
    cert, key = listener.tls or (None, None)
    return uvicorn.Config(
        app,
        http="h11",
        ws="websockets-sansio",
        ws_max_size=LARGEST_MESSAGE,
        # Small messages, many readers: their sum would cost more than it saves.
        ws_per_message_deflate=False,
        lifespan="off",  # `app.py` opens and closes the parts, once for both listeners
        log_config=None,
        access_log=False,  # addresses carry tokens
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=20,
        timeout_graceful_shutdown=GRACE_S,
        ssl_certfile=cert,
        ssl_keyfile=key,
    )


async def _tell_when_started(servers: Sequence[_Server], ready: asyncio.Event) -> None:
    for server in servers:
        await server.answers.wait()
    ready.set()


@contextlib.contextmanager
def stop_on_signals(stop: asyncio.Event) -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal set `stop`; a second Ctrl-C is Python's own, for
    the impatient. Under `nohup` a closed terminal is ignored."""
    loop = asyncio.get_running_loop()

    def on_signal(number: signal.Signals) -> None:
        stop.set()
        loop.remove_signal_handler(number)

    caught = [signal.SIGINT, signal.SIGTERM]
    # A shell's background job has SIGINT ignored, and is still meant when it is sent one.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        caught.append(signal.SIGHUP)
    for number in caught:
        loop.add_signal_handler(number, on_signal, number)
    try:
        yield
    finally:
        for number in caught:
            loop.remove_signal_handler(number)
