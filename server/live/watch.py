"""What keeps one watched game current in this process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from server.clock import Clock
from server.live.bus import Bus
from server.live.redis import LiveStore, RedisAway, Stored, key
from server.live.room import Room, Say
from server.live.says import Messages
from server.live.wire import update_of
from server.problems import Problem
from server.updates import GameState, Json, Sections, Update

log = logging.getLogger(__name__)

INBOX = 1000


class Books(Protocol):
    """What is asked of the scorer: the truth."""

    async def state(self, game_id: str, *, names: bool = True) -> GameState: ...

    async def log(self, game_id: str, after: int = 0) -> list[Json]: ...

    async def named(self, game_id: str, sections: Sections, *, hide: bool = False) -> Json: ...


@dataclass(frozen=True, slots=True)
class Pace:
    """check_s: how often the log is compared; poll_s: the same while Redis is away. linger_s:
    how long a game is kept without a viewer.
    """

    check_s: float = 2.0
    poll_s: float = 0.5
    linger_s: float = 30.0


Item = Update | Say | Mapping[str, Any]
"""A change, a message, or a word (`check`, `reset`, `forget`) that asks for a look at the log."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every watch of a process shares. ask_repair(game): Redis is behind the log.
    said(game): what this process has said. degraded(): is Redis away?
    """

    store: LiveStore
    bus: Bus
    books: Books
    clock: Clock
    pace: Pace
    ask_repair: Callable[[str], None]
    said: Callable[[str], Messages]
    degraded: Callable[[], bool]


class Watch:
    """A room, and the task that reads the changes for it, from wherever they come."""

    def __init__(self, game_id: str, around: Surroundings) -> None:
        self.room = Room(game_id, self._dress)
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when the room can be joined; Problem when it cannot."""
        # Whoever waited for it may have left; then nobody asks for its exception.
        self.ready.add_done_callback(lambda ready: ready.cancelled() or ready.exception())
        self._around = around
        self._inbox: asyncio.Queue[Item] = asyncio.Queue(INBOX)
        self._overflowed = False
        self._nameless = False
        self.task = asyncio.create_task(self._run(), name="live-room")

    def offer(self, item: Item) -> None:
        """Never waits. What does not fit is found in the log by the next check."""
        try:
            self._inbox.put_nowait(item)
        except asyncio.QueueFull:
            self._overflowed = True

    def heard(self, wire: Mapping[str, Any]) -> None:
        """From the bus. KeyError, TypeError or ValueError for what nobody of us says."""
        message = wire.get("message")
        if not isinstance(message, dict):
            self.offer(wire)
        elif message.get("type") == "update":
            self.offer(update_of(self.room.game_id, message))
        else:
            self.offer(Say(message))

    async def entries(self, after: int, until: int) -> tuple[Json, ...]:
        """The log's entries after one and until another."""
        entries = await self._around.books.log(self.room.game_id, after)
        return tuple(entry for entry in entries if entry["seq"] <= until)

    async def _run(self) -> None:
        bus, channel = self._around.bus, key(self.room.game_id, "say")
        try:
            await bus.listen(channel, self.heard)
            await self._load()
            self.ready.set_result(None)
            await self._follow()
        except Problem as problem:
            if not self.ready.done():
                self.ready.set_exception(problem)
            elif problem.status == 404:
                self.room.end("gone")
            else:
                raise
        finally:
            await bus.unlisten(channel, self.heard)

    async def _follow(self) -> None:
        """Until nobody has watched for a while."""
        clock, pace = self._around.clock, self._around.pace
        watched_s = checked_s = clock.monotonic_s()
        while True:
            now_s = clock.monotonic_s()
            if self.room.viewers:
                watched_s = now_s
            elif now_s - watched_s > pace.linger_s:
                return
            left_s = (pace.poll_s if self._around.degraded() else pace.check_s) + checked_s - now_s
            if left_s <= 0 or self._overflowed:
                await self._check()
                checked_s = clock.monotonic_s()
                continue
            try:
                async with asyncio.timeout(min(left_s, pace.poll_s)):
                    item = await self._inbox.get()
            except TimeoutError:
                continue
            await self._take(item)

    async def _load(self) -> None:
        """From the log, with the tail that Redis remembers so that viewers can resume. While
        the log does not answer, from Redis alone.
        """
        room, around = self.room, self._around
        try:
            stored = await around.store.load(room.game_id)
        except RedisAway:
            stored = Stored(None, {}, (), ())
        try:
            state = await self._truth()
        except Problem as problem:
            if problem.status < 500 or stored.place is None:
                raise
            log.warning("the log does not answer; a game is shown as Redis has it: %s", problem)
            state = GameState(room.game_id, *stored.place, stored.sections)
        tail = [update_of(room.game_id, message) for message in stored.tail]
        room.load(state.epoch, state.seq, state.sections, tail)
        room.recall(around.said(room.game_id).values())
        room.recall(stored.last)
        if stored.place != (state.epoch, state.seq):
            around.ask_repair(room.game_id)

    async def _take(self, item: Item) -> None:
        if isinstance(item, Update):
            if self.room.apply(item) in ("gap", "epoch"):
                await self._check()
        elif isinstance(item, Say):
            self.room.say(item)
        else:
            await self._check()

    async def _check(self) -> None:
        """Compare with the log, and Redis with both. Problem 404 when the game is gone."""
        room, store = self.room, self._around.store
        self._overflowed = False
        try:
            await self._compare()
        except Problem as problem:
            if problem.status < 500:
                raise
            log.warning("the log does not answer; viewers keep what they have: %s", problem)
            return
        try:
            await store.presence(room.game_id, len(room.viewers))
            place = await store.place(room.game_id)
        except RedisAway:
            return
        if place is None or place[0] != room.epoch or place[1] < room.seq:
            self._around.ask_repair(room.game_id)

    async def _compare(self) -> None:
        room = self.room
        state = await self._truth()
        if self._nameless:
            self._nameless = False
            room.undress()
        if state.epoch != room.epoch or state.seq < room.seq:
            # Another log than we knew, or a copy of it that was put back.
            room.load(state.epoch, state.seq, state.sections, ())
            self._around.ask_repair(room.game_id)
        elif state.seq > room.seq:
            entries = await self.entries(room.seq, state.seq)
            update = Update(room.game_id, state.epoch, state.seq, entries, state.sections)
            if room.apply(update) != "ok":
                room.load(state.epoch, state.seq, state.sections, ())
        else:
            room.correct(state.sections)

    async def _truth(self) -> GameState:
        return await self._around.books.state(self.room.game_id, names=False)

    async def _dress(self, game_id: str, sections: Sections, hide: bool) -> Json:
        try:
            return await self._around.books.named(game_id, sections, hide=hide)
        except Problem as problem:
            if problem.status < 500:
                raise
            # Numbers without names are better than nothing; see _compare for the way back.
            self._nameless = True
            return dict(sections)
