"""Brings what cameras read off scoreboards before the book, and tells viewers what differs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pipeline.boardwatch import BoardReading
from server.clock import Clock
from server.scorer import Scorer
from server.seen import Key
from server.witness import Book, Witness

# A basket that was proposed so lately may be about to be accepted.
WAITING_S = 20.0


class Boards:
    """A witness for each camera that shows a board. Use from the event loop.

    say(game, message): announces without waiting.
    """

    def __init__(
        self, scorer: Scorer, say: Callable[[str, Mapping[str, Any]], None], clock: Clock
    ) -> None:
        self._scorer = scorer
        self._say = say
        self._clock = clock
        self._witnesses: dict[Key, Witness] = {}
        self._told: dict[Key, list[dict[str, Any]]] = {}

    async def hear(self, key: Key, reading: BoardReading) -> None:
        """Take a reading; `flags` of that camera are said when they change. Problem 404."""
        state = await self._scorer.state(key[0], names=False)
        book = book_of(state.sections, self._clock.now())
        witness = self._witnesses.setdefault(key, Witness())
        flags = witness.update(self._clock.monotonic_s(), reading, book) if book else []
        # A running clock changes what a flag says every second; that is no news.
        if [one["id"] for one in flags] != [one["id"] for one in self._told.get(key, [])]:
            self._tell(key, flags)

    def forget(self, key: Key) -> None:
        """The camera has ended: what it read lately is not known to be so any more."""
        self._witnesses.pop(key, None)
        if self._told.get(key):
            self._tell(key, [])
        self._told.pop(key, None)

    def _tell(self, key: Key, flags: list[dict[str, Any]]) -> None:
        self._told[key] = flags
        self._say(key[0], {"type": "flags", "camera": key[1], "flags": flags})


def book_of(sections: Mapping[str, Any], now: datetime) -> Book | None:
    """What the book says now; None unless the game is on."""
    board = sections["scoreboard"]
    if board["status"] not in ("live", "break"):
        return None
    clock_ms = None if board["clock"] == "none" else board["clock_ms"]
    if clock_ms is not None and board["clock_running"] and board["clock_at"]:
        ran = now - datetime.fromisoformat(board["clock_at"])
        clock_ms = max(0, clock_ms - round(1000 * ran.total_seconds()))
    waiting = any(
        (now - datetime.fromisoformat(one["created_at"])).total_seconds() < WAITING_S
        for one in sections["proposals"]
    )
    return Book(board["home"]["score"], board["away"]["score"], board["period"], clock_ms, waiting)
