"""How a publisher reaches us: ICE servers, the public address, the UDP ports."""

from __future__ import annotations

import errno
import random
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Protocol

from aiortc import RTCIceServer

GATHER_TIMEOUT_S = 0.8
RECEIVE_BUFFER_BYTES = 1 << 18
_TAKEN = (errno.EADDRINUSE, errno.EACCES)
_ANY = re.compile(r"(stun|stuns|turn|turns):[^\s<>\"]+")
_OURS = re.compile(
    r"stun:[^?:\s]+(:[0-9]{1,5})?|turns?:[^?:\s]+(:[0-9]{1,5})?(\?transport=(udp|tcp))?"
)


class PortsExhaustedError(OSError):
    """Every UDP port of the configured range is taken."""


class IceServerLike(Protocol):
    """A STUN or TURN server as the settings hold it; `urls` is one address."""

    @property
    def urls(self) -> str: ...
    @property
    def username(self) -> str | None: ...
    @property
    def credential(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class IceSettings:
    """servers: told to publishers and used by ourselves; empty means local addresses only.

    public_ip: announced first, for a server behind a one-to-one address translation.
    udp_ports: inclusive range in which every socket is bound, or None for any free port.
    gather_timeout_s: the most that an unreachable server may delay an answer.
    """

    servers: tuple[IceServerLike, ...] = ()
    public_ip: str | None = None
    udp_ports: tuple[int, int] | None = None
    gather_timeout_s: float = GATHER_TIMEOUT_S

    def __post_init__(self) -> None:
        for server in self.servers:
            if not _ANY.fullmatch(server.urls):
                raise ValueError(f"{server.urls!r} is no address of a STUN or TURN server")
        if self.public_ip is not None:
            ip_address(self.public_ip)
        if self.udp_ports is not None:
            first, last = self.udp_ports
            if not 1 <= first <= last <= 65535:
                raise ValueError(f"UDP ports {first}-{last} are not a range inside 1-65535")

    def rtc_servers(self) -> list[RTCIceServer]:
        """For RTCConfiguration; never None, which would mean a public server.

        Addresses that aiortc cannot use (stuns, IPv6 literals) are for the publishers only.
        """
        return [
            RTCIceServer(urls=[s.urls], username=s.username, credential=s.credential)
            for s in self.servers
            if _OURS.fullmatch(s.urls)
        ]

    def links(self) -> list[str]:
        """Values of `Link` headers (RFC 9725, section 4.6)."""
        found = []
        for server in self.servers:
            link = f'<{server.urls}>; rel="ice-server"'
            if server.username is not None:
                link += f"; username={_quoted(server.username)}"
                link += f"; credential={_quoted(server.credential or '')}"
                link += '; credential-type="password"'
            found.append(link)
        return found


def bind_udp(address: str, ports: tuple[int, int] | None) -> socket.socket:
    """A bound non-blocking UDP socket.

    Raises PortsExhaustedError when no port of the range is free, OSError when the address itself
    cannot be bound.
    """
    family = socket.AF_INET6 if ip_address(address).version == 6 else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        _bind(sock, address, ports)
    except OSError:
        sock.close()
        raise
    return sock


def _bind(sock: socket.socket, address: str, ports: tuple[int, int] | None) -> None:
    if ports is None:
        sock.bind((address, 0))
        return
    first, last = ports
    count = last - first + 1
    start = random.randrange(count)
    for step in range(count):
        port = first + (start + step) % count
        try:
            sock.bind((address, port))
        except OSError as error:
            if error.errno not in _TAKEN:
                raise
        else:
            return
    raise PortsExhaustedError(f"no UDP port between {first} and {last} is free on {address}")


def free_addresses(addresses: Sequence[str]) -> list[str]:
    """Where to listen: the machine's addresses, or the loopback when it has no network."""
    return list(addresses) or ["127.0.0.1"]


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
