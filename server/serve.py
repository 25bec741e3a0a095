"""One app on one or two listeners, until somebody says stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import ssl
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

GRACE_S = 3
MOST_CONNECTIONS = 4096
LARGEST_MESSAGE = 65_536


class ListenError(OSError):
    """An address cannot be listened on; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Listener:
    """A bound socket. url: how people reach it. tls: (cert, key) for https."""

    socket: socket.socket
    url: str
    tls: tuple[Path, Path] | None = None


def bind(host: str, port: int, tls: tuple[Path, Path] | None = None) -> Listener:
    """Take an address (port 0: any free one). Raises ListenError, also for a broken certificate:
    better now than at the first phone."""
    if tls is not None:
        _check_certificate(tls)
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise ListenError(f"{host} is not an address of this machine: {error.strerror}") from error
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Listening at once makes a second server fail here and not at its first client.
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise ListenError(
            f"cannot listen on {host}:{port}: {error.strerror}; choose another one with --port"
        ) from error
    return Listener(listener, base_url(host, listener.getsockname()[1], tls is not None), tls)


def base_url(host: str, port: int, secure: bool) -> str:
    """`http://127.0.0.1:8000`; an address that means all is shown as this machine."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
    if ":" in shown and not shown.startswith("["):
        shown = f"[{shown}]"
    scheme, usual = ("https", 443) if secure else ("http", 80)
    return f"{scheme}://{shown}" + ("" if port == usual else f":{port}")


def _check_certificate(tls: tuple[Path, Path]) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(*tls)
    except (OSError, ssl.SSLError) as error:
        raise ListenError(f"{tls[0]} and {tls[1]} are no certificate and key: {error}") from error


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
    app: ASGIApp, listeners: Sequence[Listener], stop: asyncio.Event, ready: asyncio.Event
) -> None:
    """Serve until `stop`; sets `ready` once every listener answers. Open sockets get GRACE_S."""
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
    """Ctrl-C and SIGTERM set `stop`; a second Ctrl-C is Python's own, for the impatient."""
    loop = asyncio.get_running_loop()

    def on_signal(number: signal.Signals) -> None:
        stop.set()
        loop.remove_signal_handler(number)

    caught = (signal.SIGINT, signal.SIGTERM)
    for number in caught:
        loop.add_signal_handler(number, on_signal, number)
    try:
        yield
    finally:
        for number in caught:
            loop.remove_signal_handler(number)
