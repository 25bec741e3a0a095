"""Where in the game a fact belongs: period, clock, and after which entry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from server.game.calls import Call, IllegalCall
from server.game.entry import Entry
from server.game.events import NOT_FACTS, Event, Media
from server.game.rules import Rules
from server.game.state import Game


@dataclass(frozen=True, slots=True)
class Place:
    """is_now: it happens at the end of what is known, not somewhere in the past."""

    period: int
    clock_ms: int
    after: int | None
    media: Media | None
    is_now: bool

    def fields(self) -> dict[str, Any]:
        """What every event carries."""
        return {
            "period": self.period,
            "clock_ms": self.clock_ms,
            "after": self.after,
            "media": self.media,
        }


def place(game: Game, call: Call) -> Place:
    """The place a call asks for; what it leaves out is now, or that of the entry it is after."""
    current = max(1, game.progress.period)
    now_ms = game.progress.clock_ms_at(call.at)
    period, clock_ms = call.period, call.clock_ms
    if call.after is not None:
        anchor = game.history.get(call.after)
        if anchor is None or isinstance(anchor.event, NOT_FACTS):
            raise IllegalCall("unknown-entry", f"there is no play {call.after} to come after")
        before = game.standing.event(anchor)
        if period is None and clock_ms is None:
            clock_ms = before.clock_ms
        period = before.period if period is None else period
    period = current if period is None else period
    if not 1 <= period <= current:
        raise IllegalCall("unknown-period", f"period {period} has not been started")
    if clock_ms is None:
        clock_ms = now_ms if period == current else 0
    clock_within(game.rules, period, clock_ms)
    is_now = call.after is None and period == current and clock_ms <= now_ms
    return Place(period, clock_ms, call.after, call.media, is_now)


def now(game: Game, call: Call) -> Place:
    """The end of what is known, whatever place a call names."""
    clock_ms = game.progress.clock_ms_at(call.at)
    return Place(max(1, game.progress.period), clock_ms, None, None, is_now=True)


def clock_within(rules: Rules, period: int, clock_ms: int) -> None:
    """IllegalCall `clock-outside-period` for a clock that the period never shows."""
    length_ms = rules.period_length_ms(period)
    if not 0 <= clock_ms <= length_ms:
        raise IllegalCall(
            "clock-outside-period", f"clock_ms {clock_ms} is not between 0 and {length_ms}"
        )


# (period, clock counted downwards, the entries it was put after and its own number). Tuples
# compare as the game ran: what was put in after entry 5 comes before entry 6.
Path = tuple[int, ...]
Order = tuple[int, int, Path]


def order_of(entry: Entry, event: Event, paths: dict[int, Path]) -> Order:
    """The place of an entry among all others. `paths` holds those of older entries, as
    `paths_of` makes them, and gets this one's."""
    path = paths.get(entry.seq)
    if path is None:
        path = (entry.seq,) if event.after is None else (*paths.get(event.after, ()), entry.seq)
        paths[entry.seq] = path
    return event.period, -event.clock_ms, path


def paths_of(game: Game) -> dict[int, Path]:
    """The path of every fact, void ones too: what comes after them keeps its place."""
    paths: dict[int, Path] = {}
    after: dict[int, int] = {}
    for entry, event in game.standing.all_events(game.history.entries()):
        if event.after is None:
            paths[entry.seq] = (entry.seq,)
        else:
            after[entry.seq] = event.after
    for seq in after:
        # An amendment may have put it after a newer entry, which has its own anchor.
        chain: list[int] = []
        at: int | None = seq
        while at is not None and at not in paths and at not in chain:
            chain.append(at)
            at = after.get(at)
        # Corrections taken back can leave two entries each after the other: then one of them,
        # always the same, stands by its number.
        path = paths.get(at, ()) if at is not None else ()
        for link in reversed(chain):
            path = paths[link] = (*path, link)
    return paths
