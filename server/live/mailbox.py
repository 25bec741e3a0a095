"""What waits for one viewer: bounded, in order, without holes."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Protocol

CAPACITY = 64
Kind = Literal["snapshot", "update", "say", "ping"]
Why = Literal["gone", "restart"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it goes over the wire. epoch and seq only with snapshot and update."""

    kind: Kind
    text: str
    epoch: str | None = None
    seq: int | None = None

    @property
    def id(self) -> str | None:
        """Where a viewer who got this stands: what `since` and Last-Event-ID take."""
        return None if self.seq is None else f"{self.epoch}:{self.seq}"


class Waiting(Protocol):
    """Something to deliver. `key` tells what replaces what: the newest of a key is kept."""

    @property
    def key(self) -> str: ...

    async def message(self, hide: bool) -> Message:
        """The wire form; `hide` leaves out names that the game hides from watchers."""
        ...


class Closed(Exception):  # noqa: N818  (the end of a stream, not a fault)
    """No more messages: the game is gone, or the viewer should come again."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


class Mailbox:
    """The messages of one viewer; made by `Hub.join`, closed by whoever joined.

    `get` is for one reader and may be cancelled at any time without loss. Who reads too slowly
    loses the queue and gets a fresh snapshot in its place.
    """

    def __init__(
        self,
        snapshot: Callable[[bool], Awaitable[Message]],
        leave: Callable[[Mailbox], None],
        *,
        hide: bool,
        capacity: int = CAPACITY,
    ) -> None:
        self.hide = hide
        self.skipped = 0
        """How often a snapshot took the place of a queue."""
        self._snapshot = snapshot
        self._leave = leave
        self._capacity = capacity
        self._queue: OrderedDict[str, Waiting] = OrderedDict()
        self._stale = False
        self._closed: Why | None = None
        self._ready = asyncio.Event()

    def put(self, item: Waiting) -> None:
        """Queue an item; an older one with the same key gives way."""
        if self._stale:
            return  # the snapshot that is due will hold it
        self._queue.pop(item.key, None)
        self._queue[item.key] = item
        if len(self._queue) > self._capacity:
            self.skipped += 1
            self.renew()
        self._ready.set()

    def renew(self) -> None:
        """Forget what waits; the next message is a snapshot."""
        self._queue.clear()
        self._stale = True
        self._ready.set()

    def end(self, why: Why) -> None:
        """The room closes: `get` raises Closed. The first reason counts."""
        self._closed = self._closed or why
        self._ready.set()

    async def get(self) -> Message:
        """The next message. Raises Closed at the end."""
        while True:
            if self._closed is not None:
                raise Closed(self._closed)
            if self._stale:
                return await self._renewed()
            if self._queue:
                key, item = next(iter(self._queue.items()))
                message = await item.message(self.hide)
                # Meanwhile the queue may have been dropped, or a newer item stands there.
                if self._queue.get(key) is item:
                    del self._queue[key]
                    return message
                continue
            self._ready.clear()
            await self._ready.wait()

    async def _renewed(self) -> Message:
        # From here on updates queue again: the snapshot is of this moment.
        self._stale = False
        snapshot = self._snapshot(self.hide)
        try:
            return await snapshot
        except BaseException:
            self.renew()
            raise

    def close(self) -> None:
        """The viewer leaves."""
        self._leave(self)
