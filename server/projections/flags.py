"""What in the book cannot be right: live, and listed at each period's end. Flags never block an
entry; they are gone when what they speak of is mended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from server.game.events import Event, FieldGoal
from server.game.rules import Rules
from server.projections.flag import Flag, MomentWatch, Watch
from server.projections.flags_court import CourtWatch
from server.projections.flags_fouls import FoulWatch
from server.projections.flags_order import ClockWatch, PossessionWatch
from server.projections.flags_parents import ParentWatch
from server.projections.flags_score import ScoreWatch
from server.projections.on_court import OnCourt


class Flags:
    """Accumulates facts in the order of the game. False alarms are worse than misses: where a
    book does not keep a type of fact at all, one flag stands for all that lack it."""

    concerns: ClassVar[tuple[type[Event], ...]] = (Event,)

    def __init__(
        self, rules: Rules, players: Mapping[str, Iterable[str]], on_court: OnCourt
    ) -> None:
        """on_court: takes in each fact after this fold did."""
        fouls = FoulWatch(rules, players, on_court)
        self._moments: tuple[MomentWatch, ...] = (
            CourtWatch(on_court, fouls.able),
            fouls,
            ParentWatch(),
            PossessionWatch(),
        )
        self._watches: tuple[Watch, ...] = (*self._moments, ClockWatch(), ScoreWatch(rules))
        # Type of event -> the watches that it concerns.
        self._readers: dict[type[Event], tuple[Watch, ...]] = {}
        self._period = self._clock_ms = 0
        # Nobody has moved the clock in this period yet.
        self._still = True

    def add(self, seq: int, event: Event) -> None:
        """Take in the fact of entry `seq`."""
        if event.clock_ms != self._clock_ms or event.period != self._period:
            self._still = event.period != self._period
            self._settle(ran=not self._still and event.clock_ms < self._clock_ms)
            self._period, self._clock_ms = event.period, event.clock_ms
        elif self._still and isinstance(event, FieldGoal):
            # Without a clock a moment lasts until the next shot.
            self._settle(ran=False)
        kind = type(event)
        readers = self._readers.get(kind)
        if readers is None:
            readers = tuple(w for w in self._watches if issubclass(kind, w.concerns))
            self._readers[kind] = readers
        for watch in readers:
            watch.add(seq, event)

    def section(self) -> list[dict[str, Any]]:
        """The open flags in the order of the game."""
        found = [flag for watch in self._watches for flag in watch.flags()]
        found.sort(key=lambda flag: (flag.period, -flag.clock_ms, flag.seq or 0))
        return [flag.document() for flag in self._gathered(found)]

    def _settle(self, ran: bool) -> None:
        for watch in self._moments:
            watch.settle(ran)

    def _gathered(self, flags: list[Flag]) -> Iterable[Flag]:
        """One flag for all that lack what this book never holds."""
        kept = {kind.name for kind in self._readers}
        many = Counter(flag.needs for flag in flags)
        told: set[tuple[str, str]] = set()
        # Where neither rebounds nor turnovers are written down, nobody follows the ball.
        follows = not kept.isdisjoint(("rebound", "turnover"))
        for flag in flags:
            if flag.needs == "turnover" and flag.type == "possession-order" and not follows:
                continue
            if not flag.needs or flag.needs in kept or many[flag.needs] == 1:
                yield flag
            elif (flag.type, flag.needs) not in told:
                told.add((flag.type, flag.needs))
                what = flag.needs.replace("_", " ")
                yield replace(flag, text=f"{flag.text} This game's book has no {what} at all.")
