"""A game as of a moment of its picture, for viewers who are behind it or went back.

Folded in threads, never on the event loop; remembered, because all who watch the same picture
ask for the same moments; bounded, because anybody may ask for any.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

from server.answers import WholeGame
from server.problems import Problem
from server.projections.asof import Known, Timeline, game_of
from server.projections.sheet import Sheet
from server.updates import Json, Sections

T = TypeVar("T")

THREADS = 2
MOST_WAITING = 64
MOST_KEPT = 256
"""Folded moments; one is some tens of kilobytes."""
EPOCH = datetime.fromtimestamp(0, UTC)


class Books(Protocol):
    """What is asked of the scorer."""

    async def whole(self, game_id: str, *, hide: bool = False) -> WholeGame: ...

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
        self._kept: OrderedDict[Hashable, asyncio.Task[Any]] = OrderedDict()
        self._reading: dict[tuple[str, bool], asyncio.Task[WholeGame]] = {}
        self._waiting = 0

    async def close(self) -> None:
        for task in [*self._kept.values(), *self._reading.values()]:
            task.cancel()
        await asyncio.to_thread(self._threads.shutdown)

    async def state(self, game_id: str, when: When, *, hide: bool = False) -> Json:
        """What a viewer may know: the sections that the watch page shows, and between which
        moments they hold. Problem 404 `unknown-camera`, 503 `busy`."""
        whole, line, known = await self._known(game_id, when, hide)
        sections = await self._folded("sections", whole, known, _sections)
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

    async def whole(self, game_id: str, when: When, *, hide: bool = False) -> WholeGame:
        """The game as it was known then, for other folds. Problems as `state`."""
        whole, _, known = await self._known(game_id, when, hide)
        game = await self._folded(
            "game", whole, known, lambda whole, known: game_of(whole.game, known)
        )
        return WholeGame(whole.record, game, whole.names)

    async def plays(self, game_id: str, when: When, *, hide: bool = False) -> list[Json]:
        """Every play that was known then, oldest first. Problems as `state`."""
        whole, _, known = await self._known(game_id, when, hide)
        plays = await self._folded("plays", whole, known, _plays)
        named = await self._books.named(game_id, {"plays": plays}, hide=hide)
        return list(named["plays"])

    # Inside

    async def _known(
        self, game_id: str, when: When, hide: bool
    ) -> tuple[WholeGame, Timeline, Known]:
        whole = await self._read(game_id, hide)
        origin = EPOCH
        if when.camera is not None:
            found = await self._origin(game_id, when.camera)
            if found is None:
                raise Problem(404, "unknown-camera", f"there is no camera {when.camera}")
            origin = found
        line = await self._once(
            ("line", game_id, whole.record.epoch, whole.game.seq, when.camera, origin),
            lambda: Timeline(whole.game, when.camera, origin),
        )
        return whole, line, line.at(when.s)

    async def _read(self, game_id: str, hide: bool) -> WholeGame:
        """One reading for all who ask while it is under way."""
        key = (game_id, hide)
        task = self._reading.get(key)
        if task is None:
            task = asyncio.create_task(self._books.whole(game_id, hide=hide))
            self._reading[key] = task
            task.add_done_callback(lambda _: self._reading.pop(key, None))
        return await asyncio.shield(task)

    async def _folded(
        self, what: str, whole: WholeGame, known: Known, fold: Callable[[WholeGame, Known], T]
    ) -> T:
        record = whole.record
        key = (what, record.game_id, record.epoch, known.last, known.hidden)
        return await self._once(key, lambda: fold(whole, known))

    async def _once(self, key: Hashable, work: Callable[[], T]) -> T:
        """Worked out once for all who ask, and remembered."""
        task = self._kept.get(key)
        if task is None:
            if self._waiting >= MOST_WAITING:
                raise Problem(503, "busy", "Too many moments are asked for.", {"Retry-After": "1"})
            task = asyncio.create_task(self._work(work))
            self._kept[key] = task
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        try:
            found: T = await asyncio.shield(task)
        except BaseException:
            if task.done() and self._kept.get(key) is task:
                del self._kept[key]
            raise
        return found

    async def _work(self, work: Callable[[], T]) -> T:
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


def _sections(whole: WholeGame, known: Known) -> dict[str, Any]:
    sheet = Sheet(game_of(whole.game, known), whole.record.players)
    # Flags are the desk's; what a camera proposes now is not known yet.
    shown = {name: value for name, value in sheet.sections().items() if name != "flags"}
    return {**shown, "rules": whole.game.rules.document(), "proposals": []}


def _plays(whole: WholeGame, known: Known) -> Sequence[Json]:
    return Sheet(game_of(whole.game, known), whole.record.players).plays()


def _edge(second: float | None, when: When, line: Timeline) -> Json | None:
    """A second of the time line, as viewers of any picture can use it."""
    if second is None:
        return None
    at = (line.origin + timedelta(seconds=second)).isoformat()
    return {"at": at} if when.camera is None else {"camera": when.camera, "s": second, "at": at}
