"""Who watches what in this process, and how every change reaches them, whatever Redis does.

A change made here goes to the viewers here at once and to the other processes through Redis.
What Redis loses is found in the log: watched games are compared with it every few seconds, and
twice a second while Redis is away. Sequence numbers make all ways of arrival one: what is known
is passed over, a hole is filled from the log.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from server.clock import Clock
from server.live.bus import Bus
from server.live.mailbox import CAPACITY, Mailbox
from server.live.redis import LiveStore, RedisAway, Stored, key
from server.live.repair import Repair
from server.live.room import Room, say_key
from server.problems import Problem
from server.updates import GameState, Json, Sections, Update

log = logging.getLogger(__name__)

CHECK_S = 2.0
POLL_S = 0.5
LINGER_S = 30.0
INBOX = 1000
TRACKS_EVERY_S = 0.1
REMEMBERED_GAMES = 1000


class Books(Protocol):
    """What is asked of the scorer: the truth."""

    async def state(self, game_id: str, *, names: bool = True) -> GameState: ...

    async def log(self, game_id: str, after: int = 0) -> list[Json]: ...

    async def named(self, game_id: str, sections: Sections, *, hide: bool = False) -> Json: ...


class Watched:
    """A room with what keeps it current."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.inbox: asyncio.Queue[Update | Mapping[str, Any]] = asyncio.Queue(INBOX)
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # Whoever waited for it may have left; then nobody asks for its exception.
        self.ready.add_done_callback(lambda ready: ready.cancelled() or ready.exception())
        self.task: asyncio.Task[None] | None = None
        self.overflowed = False

    def offer(self, item: Update | Mapping[str, Any]) -> None:
        """Never waits. What does not fit is found in the log by the next check."""
        try:
            self.inbox.put_nowait(item)
        except asyncio.QueueFull:
            self.overflowed = True

    def heard(self, wire: Mapping[str, Any]) -> None:
        """From the bus."""
        message = wire.get("message")
        if not isinstance(message, dict):
            self.offer(wire)
        elif message.get("type") == "update":
            self.offer(update_of(self.room.game_id, message))
        else:
            self.offer(message)


class Hub:
    """One for each process. `start` first, `stop` at the end."""

    def __init__(
        self,
        store: LiveStore,
        bus: Bus,
        clock: Clock,
        *,
        capacity: int = CAPACITY,
        check_s: float = CHECK_S,
        poll_s: float = POLL_S,
        linger_s: float = LINGER_S,
    ) -> None:
        self.updates_sent = 0
        self._store = store
        self._bus = bus
        self._clock = clock
        self._capacity = capacity
        self._check_s = check_s
        self._poll_s = poll_s
        self._linger_s = linger_s
        self._books: Books | None = None
        self._repair: Repair | None = None
        self._watched: dict[str, Watched] = {}
        self._said: OrderedDict[str, dict[str, Mapping[str, Any]]] = OrderedDict()
        self._due_s: dict[tuple[str, str], float] = {}
        self._outbox: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._has_mail = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._renewals = 0
        bus.on_up(self._look_again)

    # Life

    async def start(self, books: Books) -> None:
        """Begin; `books` is the scorer, which in its turn was given `publish` of this hub."""
        self._books = books
        self._repair = Repair(self._store, books)
        self._tasks = [
            asyncio.create_task(self._repair.run(), name="live-repair"),
            asyncio.create_task(self._send_says(), name="live-says"),
        ]

    async def stop(self) -> None:
        """Close every mailbox (viewers come again elsewhere) and end."""
        tasks = [*self._tasks]
        for watched in self._watched.values():
            watched.room.end("restart")
            if watched.task is not None:
                tasks.append(watched.task)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._tasks.clear()
        self._watched.clear()

    @property
    def degraded(self) -> bool:
        """Is Redis away? Everything works on; other processes hear of changes later."""
        return self._store.degraded or not self._bus.up

    @property
    def viewers_here(self) -> int:
        """Viewers of this process, all games."""
        return sum(len(watched.room.viewers) for watched in self._watched.values())

    @property
    def rooms(self) -> int:
        """Games that are watched here, or were a moment ago."""
        return len(self._watched)

    @property
    def renewals(self) -> int:
        """How often a slow viewer got a snapshot in place of a queue."""
        living = sum(
            w.room.renewals + sum(v.skipped for v in w.room.viewers) for w in self._watched.values()
        )
        return self._renewals + living

    # What happens

    async def publish(self, game_id: str, update: Update) -> None:
        """A durable change: to the viewers here now, to everyone else through Redis.

        Waits for Redis 50 ms at most; what Redis did not take is repaired from the log.
        """
        if (watched := self._watched.get(game_id)) is not None:
            watched.offer(update)
        self.updates_sent += 1
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
        if _kept_as(message) is None:
            try:
                await self._store.say([(game_id, None, message)])
            except RedisAway:
                log.debug("a %s was said within this process only", message.get("type"))

    def say(self, game_id: str, message: Mapping[str, Any]) -> None:
        """Like `announce`, at once: for tracks, of which each camera gets ten through a second.

        A `camera` message without `at` gets the time of now.
        """
        kind = message.get("type")
        if kind == "tracks" and not self._is_due((game_id, str(message.get("camera")))):
            return
        if kind == "camera" and "at" not in message:
            message = {**message, "at": self._clock.now().isoformat()}
        name = _kept_as(message)
        if name is not None:
            self._note(game_id, name, message)
            self._outbox[game_id, name] = message
            self._has_mail.set()
        if (watched := self._watched.get(game_id)) is not None:
            watched.offer(message)

    async def forget(self, game_id: str) -> None:
        """The game was erased: viewers are sent away and Redis keeps nothing of it."""
        self._said.pop(game_id, None)
        if (watched := self._watched.get(game_id)) is not None:
            self._dismiss(watched)
        try:
            await self._store.command(game_id, "forget")
            await self._store.forget(game_id)
        except RedisAway:
            log.warning("Redis was away while a game was erased; its keys expire by themselves")

    # Who watches

    async def join(
        self, game_id: str, since: tuple[str, int] | None = None, *, hide: bool = True
    ) -> Mailbox:
        """A mailbox for one viewer; close it at the end. Problem 404 for an unknown game.

        since: (epoch, seq) of the last update that the viewer has. hide: leave out the names
        that this game does not show to watchers.
        """
        watched = self._watched.get(game_id)
        if watched is None:
            watched = Watched(Room(game_id, self._dress))
            self._watched[game_id] = watched
            watched.task = asyncio.create_task(self._keep_current(watched), name="live-room")
            watched.task.add_done_callback(lambda _: self._drop(watched))
        await asyncio.shield(watched.ready)
        room = watched.room
        past: Sequence[Json] = ()
        if since is not None and room.could_resume(since):
            # The ring does not reach that far back, or not to the middle of a call; the log does.
            past = await self._entries(game_id, since[1], room.seq)
        return room.join(since, past, hide=hide, capacity=self._capacity)

    async def viewers(self, game_id: str) -> int:
        """Viewers of a game in all processes, as far as Redis knows."""
        watched = self._watched.get(game_id)
        here = len(watched.room.viewers) if watched else 0
        try:
            return await self._store.presence(game_id, here)
        except RedisAway:
            return here

    # One task for each watched game

    async def _keep_current(self, watched: Watched) -> None:
        room = watched.room
        channel = key(room.game_id, "say")
        try:
            await self._bus.listen(channel, watched.heard)
            await self._load(watched)
            watched.ready.set_result(None)
            idle_since_s = self._clock.monotonic_s()
            next_check_s = idle_since_s + self._check_s
            while True:
                now_s = self._clock.monotonic_s()
                if room.viewers:
                    idle_since_s = now_s
                elif now_s - idle_since_s > self._linger_s:
                    return
                pause_s = self._poll_s if self.degraded else self._check_s
                next_check_s = min(next_check_s, now_s + pause_s)
                if now_s >= next_check_s or watched.overflowed:
                    await self._check(watched)
                    next_check_s = self._clock.monotonic_s() + pause_s
                try:
                    async with asyncio.timeout(max(0.0, next_check_s - now_s)):
                        item = await watched.inbox.get()
                except TimeoutError:
                    continue
                await self._take(watched, item)
        except Problem as problem:
            if not watched.ready.done():
                watched.ready.set_exception(problem)
            elif problem.status == 404:
                room.end("gone")
            else:
                raise
        finally:
            await self._bus.unlisten(channel, watched.heard)

    async def _load(self, watched: Watched) -> None:
        """From the log, with the tail that Redis remembers so that viewers can resume."""
        room = watched.room
        stored: Stored | None = None
        try:
            stored = await self._store.load(room.game_id)
        except RedisAway:
            log.debug("a room opens without Redis")
        state = await self._truth(room.game_id)
        tail = [update_of(room.game_id, message) for message in stored.tail] if stored else []
        room.load(state.epoch, state.seq, state.sections, tail)
        room.recall(self._said.get(room.game_id, {}).values())
        if stored is not None:
            room.recall(stored.last)
        if stored is None or (stored.epoch, stored.seq) != (state.epoch, state.seq):
            self._ask_repair(room.game_id)

    async def _take(self, watched: Watched, item: Update | Mapping[str, Any]) -> None:
        room = watched.room
        if isinstance(item, Update):
            if room.apply(item) in ("gap", "epoch"):
                await self._check(watched)
        elif item.get("forget") or item.get("check") or item.get("reset"):
            await self._check(watched)
        elif "type" in item:
            room.say(item)

    async def _check(self, watched: Watched) -> None:
        """Compare with the log, and Redis with both."""
        room = watched.room
        watched.overflowed = False
        state = await self._truth(room.game_id)
        if state.epoch != room.epoch or state.seq < room.seq:
            # Another log than we knew, or a copy of it that was put back.
            room.load(state.epoch, state.seq, state.sections, ())
            self._ask_repair(room.game_id)
        elif state.seq > room.seq:
            entries = await self._entries(room.game_id, room.seq, state.seq)
            update = Update(room.game_id, state.epoch, state.seq, entries, state.sections)
            if room.apply(update) != "ok":
                room.load(state.epoch, state.seq, state.sections, ())
        else:
            room.correct(state.sections)
        try:
            await self._store.presence(room.game_id, len(room.viewers))
            place = await self._store.place(room.game_id)
        except RedisAway:
            return
        if place is None or place[0] != room.epoch or place[1] < room.seq:
            self._ask_repair(room.game_id)

    async def _truth(self, game_id: str) -> GameState:
        assert self._books is not None, "start() comes first"  # noqa: S101
        return await self._books.state(game_id, names=False)

    async def _entries(self, game_id: str, after: int, until: int) -> tuple[Json, ...]:
        assert self._books is not None, "start() comes first"  # noqa: S101
        entries = await self._books.log(game_id, after)
        return tuple(entry for entry in entries if entry["seq"] <= until)

    async def _dress(self, game_id: str, sections: Sections, hide: bool) -> Json:
        assert self._books is not None, "start() comes first"  # noqa: S101
        return await self._books.named(game_id, sections, hide=hide)

    def _drop(self, watched: Watched) -> None:
        """The task of a room has ended, as it should or by a bug: viewers come again."""
        room = watched.room
        if self._watched.get(room.game_id) is watched:
            del self._watched[room.game_id]
        self._renewals += room.renewals + sum(viewer.skipped for viewer in room.viewers)
        room.end("restart")
        task = watched.task
        if task is not None and not task.cancelled() and task.exception() is not None:
            log.error("a room failed; its viewers come again", exc_info=task.exception())
        if not watched.ready.done():
            watched.ready.set_exception(Problem(503, "try-again", "The game could not be opened."))

    def _dismiss(self, watched: Watched) -> None:
        watched.room.end("gone")
        if watched.task is not None:
            watched.task.cancel()

    # Inside

    def _look_again(self) -> None:
        for watched in self._watched.values():
            watched.offer({"check": True})

    def _ask_repair(self, game_id: str) -> None:
        if self._repair is not None:
            self._repair.ask(game_id, self._said.get(game_id, {}))

    def _note(self, game_id: str, name: str, message: Mapping[str, Any]) -> None:
        said = self._said.setdefault(game_id, {})
        said[name] = message
        if message["type"] == "camera" and message["status"] != "live":
            said.pop(f"tracks:{message['camera']}", None)
        self._said.move_to_end(game_id)
        if len(self._said) > REMEMBERED_GAMES:
            self._said.popitem(last=False)

    def _is_due(self, camera: tuple[str, str]) -> bool:
        now_s = self._clock.monotonic_s()
        due_s = self._due_s.get(camera, now_s)
        if now_s < due_s:
            return False
        # From the due time, not from now: 30 frames a second give ten, not seven and a half.
        self._due_s[camera] = max(due_s, now_s - TRACKS_EVERY_S) + TRACKS_EVERY_S
        return True

    async def _send_says(self) -> None:
        """Newest wins: while Redis is slow, tracks replace each other here."""
        while True:
            await self._has_mail.wait()
            self._has_mail.clear()
            mail, self._outbox = self._outbox, {}
            says: Sequence[tuple[str, str | None, Mapping[str, Any]]] = [
                (game_id, name, message) for (game_id, name), message in mail.items()
            ]
            try:
                await self._store.say(says)
            except RedisAway:
                await asyncio.sleep(self._poll_s)


def _kept_as(message: Mapping[str, Any]) -> str | None:
    """The name under which Redis keeps the latest; the log has proposals and names."""
    return None if message.get("type") in ("proposal", "roster") else say_key(message)


def message_of(update: Update) -> dict[str, Any]:
    """An update as it stands in Redis: as viewers get it, without names."""
    return {
        "type": "update",
        "epoch": update.epoch,
        "seq": update.seq,
        "entries": list(update.entries),
        "state": dict(update.sections),
    }


def update_of(game_id: str, message: Mapping[str, Any]) -> Update:
    """The way back."""
    return Update(
        game_id,
        str(message["epoch"]),
        int(message["seq"]),
        tuple(message["entries"]),
        message["state"],
    )
