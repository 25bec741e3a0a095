"""How much one client may ask: token buckets in a table that cannot grow without bound."""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from server.access.roles import token_of
from server.clock import Clock
from server.problems import Problem

LARGEST_TABLE = 10_000


@dataclass(slots=True)
class _Bucket:
    left: float
    at_s: float


class RateLimit:
    """`burst` at once, `per_s` a second in the long run, for each key.

    The table keeps the `largest` most recent keys; who falls out starts with a full bucket,
    which costs an attacker with many addresses nothing, but also us no memory.
    """

    def __init__(
        self, clock: Clock, *, per_s: float, burst: int, largest: int = LARGEST_TABLE
    ) -> None:
        if per_s <= 0 or burst < 1:
            raise ValueError("a limit that lets nobody pass")
        self._clock = clock
        self._per_s = per_s
        self._burst = burst
        self._largest = largest
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, key: str) -> float:
        """Take one; returns 0, or the seconds to wait until there is one."""
        now_s = self._clock.monotonic_s()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(float(self._burst), now_s)
            if len(self._buckets) > self._largest:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(key)
        bucket.left = min(self._burst, bucket.left + (now_s - bucket.at_s) * self._per_s)
        bucket.at_s = now_s
        if bucket.left < 1:
            return (1 - bucket.left) / self._per_s
        bucket.left -= 1
        return 0.0

    def check(self, key: str) -> None:
        """Problem 429 with Retry-After when nothing is left."""
        wait_s = self.take(key)
        if wait_s > 0:
            seconds = str(math.ceil(wait_s))
            raise Problem(
                429,
                "too-many-requests",
                f"Too many requests; try again in {seconds} s.",
                {"Retry-After": seconds},
            )


def client_key(connection: HTTPConnection) -> str:
    """One key for each address and token: a school's devices share an address, the viewers of
    a game share a token, so neither alone is one client."""
    host = connection.client.host if connection.client else "-"
    token = token_of(connection)
    mark = hashlib.sha256(token.encode()).hexdigest()[:16] if token else "-"
    return f"{host} {mark}"


def address_key(connection: HTTPConnection) -> str:
    """The address alone: made-up tokens shall not give fresh buckets."""
    return connection.client.host if connection.client else "-"


class RequestLimits:
    """ASGI middleware: 429 before anything else is done.

    clients: per address and token. addresses: per address, larger. refuse: turns a Problem into
    an answer. Sockets count once, when they open.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        clients: RateLimit,
        addresses: RateLimit,
        refuse: Callable[[Problem], ASGIApp],
    ) -> None:
        self._app = app
        self._clients = clients
        self._addresses = addresses
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        try:
            self._addresses.check(address_key(connection))
            self._clients.check(client_key(connection))
        except Problem as problem:
            if scope["type"] == "websocket":
                await receive()  # the connect that a refusal answers
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._refuse(problem)(scope, receive, send)
            return
        await self._app(scope, receive, send)
