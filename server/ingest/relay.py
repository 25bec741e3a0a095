"""A UDP relay that puts a bad network between two WebRTC peers: real packets, really lost.

It stands where the server's addresses are written in its SDP answer. It runs in a thread of its
own, so that a busy event loop does not look like a bad network; what it was late itself it says.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import random
import selectors
import socket
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address

from server.clock import Clock, SystemClock
from server.ingest.ice import RECEIVE_BUFFER_BYTES
from server.ingest.network import Counts, Link, Network, Weather

log = logging.getLogger(__name__)

PACKET_BYTES = 65_535
WAYS_MOST = 64
UNDER_WAY_MOST = 20_000
LOOK_S = 0.1
Address = tuple[str, int]


@dataclass(slots=True, eq=False)
class _Way:
    """From one client's socket through a door to the server, as an address translator keeps it."""

    door: socket.socket
    client: Address
    server: socket.socket
    """Connected."""


class Relay:
    """A network of `weather` between clients and servers. Use it in a `with`.

    there, back: the links to the server and to the client. The same seed loses the same
    packets of the same traffic. begun_s: monotonic second 0 of the weather; now without it.
    """

    def __init__(
        self,
        weather: Weather | Network | None = None,
        *,
        seed: int = 1,
        begun_s: float | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._weather = Weather(first=weather) if isinstance(weather, Network) else weather
        self._begun_s = self._clock.monotonic_s() if begun_s is None else begun_s
        first = Network() if self._weather is None else self._weather.at(0.0)
        self._there = Link(first, random.Random(f"{seed} there"))
        self._back = Link(first, random.Random(f"{seed} back"))
        self._selector = selectors.DefaultSelector()
        self._doors: dict[Address, socket.socket] = {}
        self._ways: dict[tuple[socket.socket, Address], _Way] = {}
        self._under_way: list[tuple[float, int, Callable[[], object]]] = []
        self._number = itertools.count()
        self._orders: deque[Callable[[], None]] = deque()
        self._waker, wakes = socket.socketpair()
        self._waker.setblocking(False)
        wakes.setblocking(False)
        self._wakes = wakes
        self._selector.register(wakes, selectors.EVENT_READ, None)
        self._mute = False
        self._stopping = False
        self.late_s = 0.0
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    # --- from any thread

    def door(self, host: str, port: int) -> Address:
        """Where to send what is meant for (host, port): a port of the loopback address."""
        target = (host, port)
        known = self._doors.get(target)
        if known is not None:
            return known.getsockname()[:2]  # type: ignore[no-any-return]
        loopback = "::1" if ip_address(host).version == 6 else "127.0.0.1"
        door = _udp(ip_address(host).version)
        door.bind((loopback, 0))
        self._doors[target] = door
        address: Address = door.getsockname()[:2]

        def open_door() -> None:
            self._selector.register(door, selectors.EVENT_READ, target)

        self._order(open_door)
        return address

    def set(self, network: Network) -> None:
        """From now on the network is this one, whatever the weather was to be."""

        def change() -> None:
            self._weather = None
            self._there.network = self._back.network = network

        self._order(change)

    def mute(self, mute: bool) -> None:
        """Let nothing pass, either way."""
        self._mute = mute

    def lose(self, packets: int = 1) -> None:
        """Lose the next packets on their way to the server."""
        self._order(lambda: self._there.lose(packets))

    @property
    def there(self) -> Counts:
        """What went to the server."""
        return self._there.counts

    @property
    def back(self) -> Counts:
        """What came from it."""
        return self._back.counts

    def close(self) -> None:
        """The network is gone, with all that was under way."""
        self._stopping = True
        self._order(lambda: None)
        self._thread.join()

    def __enter__(self) -> Relay:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _order(self, order: Callable[[], None]) -> None:
        self._orders.append(order)
        try:
            self._waker.send(b"!")
        except BlockingIOError:
            pass  # it is awake already
        except OSError:
            log.debug("the relay is closed")

    # --- in the relay's thread

    def _run(self) -> None:
        try:
            while not self._stopping:
                for key, _ in self._selector.select(self._patience_s()):
                    self._read(key)
                self._change_weather()
                self._deliver()
        finally:
            self._selector.close()
            ways = [way.server for way in self._ways.values()]
            for sock in (*self._doors.values(), *ways, self._wakes, self._waker):
                sock.close()

    def _patience_s(self) -> float:
        if not self._under_way:
            return LOOK_S
        return min(LOOK_S, max(0.0, self._under_way[0][0] - self._clock.monotonic_s()))

    def _change_weather(self) -> None:
        if self._weather is not None:
            network = self._weather.at(self._clock.monotonic_s() - self._begun_s)
            self._there.network = self._back.network = network

    def _read(self, key: selectors.SelectorKey) -> None:
        sock = key.fileobj
        assert isinstance(sock, socket.socket)  # noqa: S101  (only sockets are registered)
        while not self._stopping:
            try:
                data, client = sock.recvfrom(PACKET_BYTES)
            except BlockingIOError:
                return
            except ConnectionError:
                continue  # nobody listens there any more; UDP says so once for a packet sent
            if sock is self._wakes:
                while self._orders:
                    self._orders.popleft()()
            elif isinstance(key.data, _Way):
                way = key.data
                self._pass(self._back, data, partial(way.door.sendto, data, way.client))
            else:
                found = self._way(sock, client, key.data)
                if found is not None:
                    self._pass(self._there, data, partial(found.server.send, data))

    def _way(self, door: socket.socket, client: Address, target: Address) -> _Way | None:
        way = self._ways.get((door, client))
        if way is None and len(self._ways) < WAYS_MOST:
            server = _udp(ip_address(target[0]).version)
            server.connect(target)
            way = self._ways[door, client] = _Way(door, client, server)
            self._selector.register(server, selectors.EVENT_READ, way)
        return way

    def _pass(self, link: Link, data: bytes, send: Callable[[], object]) -> None:
        if self._mute or len(self._under_way) >= UNDER_WAY_MOST:
            return
        for due_s in link.due(self._clock.monotonic_s(), len(data)):
            heapq.heappush(self._under_way, (due_s, next(self._number), send))

    def _deliver(self) -> None:
        now_s = self._clock.monotonic_s()
        while self._under_way and self._under_way[0][0] <= now_s:
            due_s, _, send = heapq.heappop(self._under_way)
            self.late_s = max(self.late_s, now_s - due_s)
            if self._mute:
                continue
            try:
                send()
            except OSError as error:
                log.debug("a packet could not go on: %s", error)


def through(relay: Relay, answer: str) -> str:
    """An SDP answer whose addresses lead through the relay. Only UDP over IPv4 where there is any:
    one family is enough, and a socket of the other cannot send to its loopback everywhere."""
    lines = answer.splitlines()
    candidates = [line for line in lines if _is_udp(line)]
    chosen = [line for line in candidates if ":" not in line.split()[4]] or candidates
    found = []
    for line in lines:
        if line.startswith("a=candidate:"):
            if line not in chosen:
                continue
            words = line.split()
            words[4], port = relay.door(words[4], int(words[5]))
            words[5] = str(port)
            line = " ".join(words)
        found.append(line)
    return "\r\n".join(found) + "\r\n"


def nameless(offer: str) -> str:
    """An SDP offer without addresses: the server finds the publisher by the packets that come
    through the relay, and knows no way around it."""
    kept = [line for line in offer.splitlines() if not line.startswith("a=candidate:")]
    return "\r\n".join(kept) + "\r\n"


def _is_udp(line: str) -> bool:
    return line.startswith("a=candidate:") and line.split()[2].lower() == "udp"


def _udp(version: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if version == 6 else socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    return sock
