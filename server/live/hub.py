"""Who watches what in this process, and how every change reaches them, whatever Redis does.

A change made here goes to the viewers here at once and to the other processes through Redis.
What Redis loses is found in the log: watched games are compared with it every few seconds, and
twice a second while Redis is away. Sequence numbers make all ways of arrival one: what is known
is passed over, a hole is filled from the log.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from server.background import Background, report_failure
from server.clock import Clock
from server.live.bus import Bus
from server.live.mailbox import CAPACITY, Mailbox
from server.live.redis import LiveStore, RedisAway
from server.live.repair import Repair
from server.live.room import Say
from server.live.says import Messages, Says, kept_as
from server.live.watch import Books, Pace, Surroundings, Watch
from server.live.wire import message_of
from server.problems import Problem
from server.updates import Json, Update

log = logging.getLogger(__name__)


class Hub:
    """One for each process. `start` first, `stop` at the end."""

    def __init__(
        self,
        store: LiveStore,
        bus: Bus,
        clock: Clock,
        *,
        capacity: int = CAPACITY,
        pace: Pace | None = None,
    ) -> None:
        self.updates_published = 0
        self._store = store
        self._bus = bus
        self._clock = clock
        self._capacity = capacity
        self._pace = pace or Pace()
        self._says = Says(store, clock)
        self._around: Surroundings | None = None
        self._repair: Repair | None = None
        self._watches: dict[str, Watch] = {}
        self._works: list[Background] = []
        self._renewals = 0
        bus.on_up(self._look_again)

    # Life

    async def start(self, books: Books) -> None:
        """Begin; `books` is the scorer, which in its turn was given `publish` of this hub."""
        self._repair = Repair(self._store, books)
        self._around = Surroundings(
            self._store,
            self._bus,
            books,
            self._clock,
            self._pace,
            self._ask_repair,
            self._says.of,
            lambda: self.degraded,
        )
        self._works = [
            Background("live-repair", self._repair.run),
            Background("live-says", self._says.run),
        ]
        for work in self._works:
            work.start()

    async def stop(self) -> None:
        """Close every mailbox (viewers come again elsewhere) and end."""
        self.dismiss()
        for work in self._works:
            await work.stop()
        self._works.clear()
        tasks = [watch.task for watch in self._watches.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._watches.clear()

    def dismiss(self) -> None:
        """Send all viewers away, to come again: this process is about to end."""
        for watch in self._watches.values():
            watch.room.end("restart")

    # What happens

    async def publish(self, game_id: str, update: Update) -> None:
        """A durable change: to the viewers here now, to everyone else through Redis.

        Waits for Redis 50 ms at most; what Redis did not take is repaired from the log.
        """
        if (watch := self._watches.get(game_id)) is not None:
            watch.offer(update)
        self.updates_published += 1
        first = update.seq - len(update.entries) + 1
        try:
            wrote = await self._store.publish(game_id, message_of(update), first)
        except RedisAway as error:
            log.debug("update %s of a game not in Redis yet: %s", update.seq, error)
            wrote = "gap"
        if wrote not in ("ok", "old"):
            self._ask_repair(game_id)

    async def announce(self, game_id: str, message: Mapping[str, Any]) -> None:
        """A message without a sequence. Proposals are in Redis on return, if Redis is there."""
        self.say(game_id, message)
        if kept_as(message) is None:
            try:
                await self._store.say([(game_id, None, message)])
            except RedisAway:
                log.debug("a %s was said within this process only", message["type"])

    def say(self, game_id: str, message: Mapping[str, Any]) -> None:
        """Like `announce`, at once: for tracks, of which each camera gets ten through a second.

        A `camera` message without `at` gets the time of now.
        """
        kind = message["type"]
        if kind == "tracks" and not self._says.is_due(game_id, str(message["camera"])):
            return
        if kind == "camera" and "at" not in message:
            message = {**message, "at": self._clock.now().isoformat()}
        name = kept_as(message)
        if name is not None:
            self._says.post(game_id, name, message)
        if (watch := self._watches.get(game_id)) is not None:
            watch.offer(Say(message))

    def said(self, game_id: str) -> Messages:
        """The last messages without a sequence that this process said about a game, by name."""
        return self._says.of(game_id)

    async def forget(self, game_id: str) -> None:
        """The game was erased: viewers are sent away and Redis keeps nothing of it."""
        self._says.forget(game_id)
        if (watch := self._watches.get(game_id)) is not None:
            watch.room.end("gone")
            watch.task.cancel()
        try:
            await self._store.command(game_id, "forget")
            await self._store.forget(game_id)
        except RedisAway:
            log.warning("Redis was away while a game was erased; its keys expire by themselves")

    # Who watches

    async def join(
        self, game_id: str, since: tuple[str, int] | None = None, *, hide: bool = True
    ) -> Mailbox:
        """A mailbox for one viewer; close it at the end. Problem 404 for an unknown game, 503
        while the log is away.

        since: (epoch, seq) of the last update that the viewer has. hide: leave out the names
        that this game does not show to watchers.
        """
        watch = self._watches.get(game_id)
        if watch is None:
            if self._around is None:
                raise RuntimeError("start() comes first")
            watch = self._watches[game_id] = Watch(game_id, self._around)
            watch.task.add_done_callback(functools.partial(self._drop, watch))
        await asyncio.shield(watch.ready)
        room = watch.room
        past: Sequence[Json] = ()
        if since is not None and room.could_resume(since):
            # The ring does not reach that far back, or not to the middle of a call; the log does.
            past = await watch.entries(since[1], room.seq)
            if self._watches.get(game_id) is not watch:
                # It ended meanwhile, as nobody else watched: its room hears of nothing any more.
                return await self.join(game_id, since, hide=hide)
        return room.join(since, past, hide=hide, capacity=self._capacity)

    async def viewers(self, game_id: str) -> int:
        """Viewers of a game in all processes, as far as Redis knows."""
        watch = self._watches.get(game_id)
        here = len(watch.room.viewers) if watch else 0
        try:
            return await self._store.presence(game_id, here)
        except RedisAway:
            return here

    # For /readyz and /metrics

    @property
    def degraded(self) -> bool:
        """Is Redis away? Everything works on; other processes hear of changes later."""
        return self._store.degraded or not self._bus.up

    @property
    def viewers_here(self) -> int:
        """Viewers of this process, all games."""
        return sum(len(watch.room.viewers) for watch in self._watches.values())

    @property
    def rooms(self) -> int:
        """Games that are watched here, or were a moment ago."""
        return len(self._watches)

    @property
    def said_all(self) -> bool:
        """Is nothing waiting to be said to the other processes?"""
        return self._says.sent_all

    @property
    def renewals(self) -> int:
        """How often a slow viewer got a snapshot in place of a queue."""
        return self._renewals + sum(watch.room.all_renewals for watch in self._watches.values())

    # Inside

    def _drop(self, watch: Watch, task: asyncio.Task[None]) -> None:
        """The task of a room has ended, as it should or by a bug: viewers come again."""
        room = watch.room
        if self._watches.get(room.game_id) is watch:
            del self._watches[room.game_id]
        self._renewals += room.all_renewals
        room.end("restart")
        report_failure(task)
        if not watch.ready.done():
            watch.ready.set_exception(Problem(503, "try-again", "The game could not be opened."))

    def _look_again(self) -> None:
        """Redis is back: what was said meanwhile is in the log."""
        if self._repair is not None:
            self._repair.wake()
        for watch in self._watches.values():
            watch.offer({"check": True})

    def _ask_repair(self, game_id: str) -> None:
        if self._repair is not None:
            self._repair.ask(game_id, self._says.of(game_id))
