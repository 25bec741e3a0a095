"""Which addresses a server listens on, by its settings."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

from server.certificates import lan_address, self_signed
from server.clock import Clock
from server.settings import Settings

UNREAD_MS = 30_000
"""A client that takes nothing for so long loses its connection, whatever it waits for."""


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
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise ListenError(f"{host} is not an address of this machine: {error.strerror}") from error
    # asyncio sends small messages at once (TCP_NODELAY) only where a socket says that it is TCP;
    # otherwise an answer's second packet waits 40 ms for the first one's receipt.
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if (user_timeout := getattr(socket, "TCP_USER_TIMEOUT", None)) is not None:
            # Of Linux. What the listener has, its connections get.
            listener.setsockopt(socket.IPPROTO_TCP, user_timeout, UNREAD_MS)
        listener.bind(address)
        # Listening at once makes a second server fail here and not at its first client.
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise ListenError(
            f"cannot listen on {host}:{port}: {error.strerror}; choose another one with --port"
        ) from error
    return Listener(listener, base_url(host, listener.getsockname()[1], tls is not None), tls)


def is_free(host: str, port: int) -> bool:
    """Could this address be listened on a moment ago?"""
    try:
        bind(host, port).socket.close()
    except ListenError:
        return False
    return True


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


@dataclass(frozen=True, slots=True)
class Listeners:
    """url: of the main one. lan_url: https for phones, if any. self_made: its certificate is
    ours, which a phone warns about."""

    all: tuple[Listener, ...]
    url: str
    lan_url: str | None
    self_made: bool

    def close(self) -> None:
        """Give the addresses back, if nobody serves on them."""
        for listener in self.all:
            listener.socket.close()


def open_listeners(settings: Settings, clock: Clock) -> Listeners:
    """Bind them all, or raise ListenError and keep none.

    A certificate without `lan` is for the main listener; with it, for the LAN's.
    """
    given = _given(settings)
    main = bind(settings.host, settings.port, None if settings.lan else given)
    if not settings.lan:
        return Listeners((main,), main.url, main.url if given else None, self_made=False)
    try:
        address = lan_address()
        if address is None:
            raise ListenError("--lan: this machine has no network address")
        files = self_signed(settings.data / "tls", address, clock.now())
        phone = bind(address, settings.https_port, given or (files.cert, files.key))
    except OSError:
        main.socket.close()
        raise
    return Listeners((main, phone), main.url, phone.url, self_made=given is None)


def _given(settings: Settings) -> tuple[Path, Path] | None:
    if settings.cert is None or settings.key is None:
        return None
    return settings.cert, settings.key
