"""A game as of a moment of its picture, for viewers who are behind it or went back.

Folded in threads, never on the event loop; remembered, because all who watch the same picture
ask for the same moments; bounded, because anybody may ask for any.
"""

from __future__ import annotations

import asyncio
import json
import zlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from server.answers import WholeGame
from server.game.state import Game
from server.places import Places
from server.problems import Problem
from server.projections.asof import Known, Timeline, game_of
from server.projections.sheet import Sheet
from server.updates import Json, Sections

T = TypeVar("T")

THREADS = 2
MOST_WAITING = 64
MOST_STATES = 4096
"""Folded moments, some kilobytes each: every one of a few games, so that none is folded twice."""
MOST_FOLDS = 32
"""Time lines and games, some megabytes each."""
EPOCH = datetime.fromtimestamp(0, UTC)


class Books(Protocol):
    """What is asked of the scorer."""

    def whole(self, game_id: str, *, hide: bool = False) -> Coroutine[Any, Any, WholeGame]: ...

    async def named(self, game_id: str, sections: Sections, *, hide: bool = False) -> Json: ...


@dataclass(frozen=True, slots=True)
class When:
    """A moment: second `s` of a camera, or without one of the wall clock (since 1970)."""

    camera: str | None
    s: float


class Moments:
    """Use from the event loop; `close` at the end.

    origin(game, camera): the wall time of a camera's media second 0.
    """

    def __init__(
        self, books: Books, origin: Callable[[str, str], Awaitable[datetime | None]]
    ) -> None:
        self._books = books
        self._origin = origin
        self._threads = ThreadPoolExecutor(THREADS, "moments")
        self._states: Once[bytes] = Once(self._work, MOST_STATES)
        self._folds: Once[Any] = Once(self._work, MOST_FOLDS)
        self._reading: dict[Hashable, asyncio.Task[WholeGame]] = {}
        self._asked: dict[Hashable, asyncio.Task[Json]] = {}
        self._places = Places(MOST_WAITING, "Too many moments are asked for.")

    async def close(self) -> None:
        for task in [*self._states.tasks, *self._folds.tasks, *self._asked.values()]:
            task.cancel()
        await asyncio.to_thread(self._threads.shutdown)

    async def state(self, game_id: str, when: When, *, hide: bool = False) -> Json:
        """What a viewer may know: the sections that the watch page shows, and between which
        moments they hold. Problem 404 `unknown-camera`, 503 `busy`."""
        return await _shared(
            self._asked, (game_id, when, hide), lambda: self._state(game_id, when, hide)
        )

    async def whole(self, game_id: str, when: When, *, hide: bool = False) -> WholeGame:
        """The game as it was known then, for other folds. Problems as `state`."""
        whole, _, known = await self._known(game_id, when, hide)
        key = ("game", *_key(whole, known))
        game: Game = await self._folds.of(key, lambda: game_of(whole.game, known))
        return WholeGame(whole.record, game, whole.names)

    async def plays(self, game_id: str, when: When, *, hide: bool = False) -> list[Json]:
        """Every play that was known then, oldest first. Problems as `state`."""
        whole, _, known = await self._known(game_id, when, hide)
        key = ("plays", *_key(whole, known))
        plays: list[Json] = await self._folds.of(key, lambda: _sheet(whole, known).plays())
        named = await self._books.named(game_id, {"plays": plays}, hide=hide)
        return list(named["plays"])

    # Inside

    async def _state(self, game_id: str, when: When, hide: bool) -> Json:
        whole, line, known = await self._known(game_id, when, hide)
        packed = await self._states.of(_key(whole, known), lambda: _sections(whole, known))
        sections: Sections = json.loads(zlib.decompress(packed))
        return {
            "game_id": game_id,
            "epoch": whole.record.epoch,
            "seq": known.last if known.whole else None,
            "log_seq": whole.game.seq,
            "at": (line.origin + timedelta(seconds=when.s)).isoformat(),
            "from": _edge(known.from_s, when, line),
            "until": _edge(known.until_s, when, line),
            "state": await self._books.named(game_id, sections, hide=hide),
        }

    async def _known(
        self, game_id: str, when: When, hide: bool
    ) -> tuple[WholeGame, Timeline, Known]:
        whole = await _shared(
            self._reading, (game_id, hide), lambda: self._books.whole(game_id, hide=hide)
        )
        origin = EPOCH
        if when.camera is not None:
            found = await self._origin(game_id, when.camera) or _origin_told(whole, when.camera)
            if found is None:
                raise Problem(404, "unknown-camera", f"there is no camera {when.camera}")
            origin = found
        key = ("line", game_id, whole.record.epoch, whole.game.seq, when.camera, origin)
        line: Timeline = await self._folds.of(
            key, lambda: Timeline(whole.game, when.camera, origin)
        )
        return whole, line, line.at(when.s)

    async def _work(self, work: Callable[[], T]) -> T:
        with self._places.one():
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)


class Once(Generic[T]):
    """Things that are worked out once for all who ask, and remembered: the `most` last used."""

    def __init__(
        self, work: Callable[[Callable[[], T]], Coroutine[Any, Any, T]], most: int
    ) -> None:
        self._work = work
        self._most = most
        self._kept: OrderedDict[Hashable, asyncio.Task[T]] = OrderedDict()

    @property
    def tasks(self) -> Iterable[asyncio.Task[T]]:
        return self._kept.values()

    async def of(self, key: Hashable, make: Callable[[], T]) -> T:
        task = self._kept.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception())):
            task = self._kept[key] = asyncio.create_task(self._work(make))
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        # Whoever gives up does not take it from the others.
        return await asyncio.shield(task)


async def _shared(
    under_way: dict[Hashable, asyncio.Task[T]],
    key: Hashable,
    ask: Callable[[], Coroutine[Any, Any, T]],
) -> T:
    """One answer for all who ask the same while it is made: the slower, the more share it."""
    task = under_way.get(key)
    if task is None:
        task = under_way[key] = asyncio.create_task(ask())
        task.add_done_callback(lambda _: under_way.pop(key, None))
    return await asyncio.shield(task)


def _origin_told(whole: WholeGame, camera: str) -> datetime | None:
    """A camera's second 0 as the log has it: of games of which nothing else remembers it."""
    for entry in whole.game.history.newest_first():
        tap = entry.tap
        if tap is not None and tap.media is not None and tap.media.camera == camera:
            return tap.at - timedelta(seconds=tap.media.s)
    return None


def _key(whole: WholeGame, known: Known) -> tuple[Hashable, ...]:
    return (whole.record.game_id, whole.record.epoch, known.last, known.hidden)


def _sheet(whole: WholeGame, known: Known) -> Sheet:
    return Sheet(game_of(whole.game, known), whole.record.players)


def _sections(whole: WholeGame, known: Known) -> bytes:
    """The sections of a state without names, packed."""
    # Flags are the desk's; what a camera proposes now is not known yet.
    sections = _sheet(whole, known).sections()
    shown = {name: value for name, value in sections.items() if name != "flags"}
    state = {**shown, "rules": whole.game.rules.document(), "proposals": []}
    return zlib.compress(json.dumps(state, separators=(",", ":")).encode(), 1)


def _edge(second: float | None, when: When, line: Timeline) -> Json | None:
    """A second of the time line, as viewers of any picture can use it."""
    if second is None:
        return None
    at = (line.origin + timedelta(seconds=second)).isoformat()
    return {"at": at} if when.camera is None else {"camera": when.camera, "s": second, "at": at}
