"""The game as the rules see it: what `decide` needs to judge the next call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from server.game.entry import Entry
from server.game.events import (
    NOT_FACTS,
    ClockSet,
    ClockStarted,
    ClockStopped,
    Event,
    Finalized,
    PeriodEnded,
    PeriodStarted,
    RosterAdded,
)
from server.game.rules import Rules
from server.game.standing import History, Standing, standing


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the game is.

    period: the last one started, 0 before the first. period_open: it has not ended.
    clock_ms: left in the period at `clock_at`; the clock runs when `clock_running`.
    """

    period: int = 0
    period_open: bool = False
    clock_ms: int = 0
    clock_running: bool = False
    clock_at: datetime | None = None
    final: bool = False

    def clock_ms_at(self, now: datetime) -> int:
        """Milliseconds left at wall time `now`; a running clock stops at 0."""
        if not self.clock_running or self.clock_at is None:
            return self.clock_ms
        elapsed_ms = int((now - self.clock_at).total_seconds() * 1000)
        return min(self.clock_ms, max(0, self.clock_ms - elapsed_ms))

    def status(self) -> str:
        """scheduled, live, break or final."""
        if self.final:
            return "final"
        if self.period == 0:
            return "scheduled"
        return "live" if self.period_open else "break"


def advance(progress: Progress, event: Event, at: datetime) -> Progress:
    """Progress after one more event that stands, in log order."""
    if not isinstance(event, _TELLS_TIME):
        return _seen_at(progress, event, at)
    match event:
        case PeriodStarted(period=period, clock_ms=clock_ms):
            return Progress(period, True, clock_ms, False, at)
        case PeriodEnded(clock_ms=clock_ms):
            return replace(
                progress, period_open=False, clock_ms=clock_ms, clock_running=False, clock_at=at
            )
        case ClockStarted(clock_ms=clock_ms):
            return replace(progress, clock_ms=clock_ms, clock_running=True, clock_at=at)
        case ClockStopped(clock_ms=clock_ms):
            return replace(progress, clock_ms=clock_ms, clock_running=False, clock_at=at)
        case ClockSet(clock_ms=clock_ms):
            return replace(progress, clock_ms=clock_ms, clock_at=at)
    left = progress.clock_ms_at(at)
    return replace(progress, clock_ms=left, clock_running=False, clock_at=at, final=True)


_TELLS_TIME = (PeriodStarted, PeriodEnded, ClockStarted, ClockStopped, ClockSet, Finalized)


def _seen_at(progress: Progress, event: Event, at: datetime) -> Progress:
    """While nobody runs the clock, the latest play that names a time is the best we know."""
    if (
        progress.clock_running
        or event.period != progress.period
        or event.clock_ms >= progress.clock_ms
    ):
        return progress
    # Not `replace`: in a game without clock calls this is done for every play of a refold.
    return Progress(
        progress.period, progress.period_open, event.clock_ms, False, at, progress.final
    )


@dataclass(frozen=True, slots=True)
class Game:
    """A value: `evolve` makes the next one.

    players: ids of each side. history: every entry; standing: what of it still counts.
    """

    rules: Rules
    first_players: Mapping[str, frozenset[str]]
    players: Mapping[str, frozenset[str]]
    history: History = field(default_factory=History)
    standing: Standing = field(default_factory=Standing)
    progress: Progress = field(default_factory=Progress)

    @property
    def seq(self) -> int:
        """The number of the last entry, 0 before the first."""
        return len(self.history)


def new_game(rules: Rules, home: Iterable[str] = (), away: Iterable[str] = ()) -> Game:
    """A game without entries; `home` and `away` are player ids such as `home-7`."""
    players = {"home": frozenset(home), "away": frozenset(away)}
    return Game(rules, players, players, progress=Progress(clock_ms=rules.period_ms))


def evolve(game: Game, entry: Entry) -> Game:
    """The game after one more entry. It never refuses the past.

    A correction makes everything be folded again; nothing is patched.
    """
    if entry.seq != game.seq + 1:
        raise ValueError(f"entry {entry.seq} does not follow {game.seq}")
    history = game.history.append(entry)
    if isinstance(entry.event, NOT_FACTS):
        return _refold(game, history)
    return _apply(replace(game, history=history), entry, entry.event)


def replay(game: Game, entries: Iterable[Entry]) -> Game:
    """The game after many entries at once: the same as `evolve` one by one, in linear time."""
    history = game.history
    for entry in entries:
        if entry.seq != len(history) + 1:
            raise ValueError(f"entry {entry.seq} does not follow {len(history)}")
        history = history.append(entry)
    return _refold(game, history)


def _refold(game: Game, history: History) -> Game:
    entries = history.entries()
    stands = standing(entries)
    players = {side: set(ids) for side, ids in game.first_players.items()}
    progress = Progress(clock_ms=game.rules.period_ms)
    # Of the plays between two facts of the clock only the one with the least time left can
    # say where it stands.
    latest: tuple[Event, datetime] | None = None
    for entry, event in stands.events(entries):
        if isinstance(event, _TELLS_TIME):
            progress = progress if latest is None else _seen_at(progress, *latest)
            progress, latest = advance(progress, event, entry.at), None
        elif isinstance(event, RosterAdded):
            players[event.team].add(event.player)
        elif event.period == progress.period and (
            latest is None or event.clock_ms < latest[0].clock_ms
        ):
            latest = (event, entry.at)
    progress = progress if latest is None else _seen_at(progress, *latest)
    frozen = {side: frozenset(ids) for side, ids in players.items()}
    return replace(game, players=frozen, history=history, standing=stands, progress=progress)


def _apply(game: Game, entry: Entry, event: Event) -> Game:
    if isinstance(event, RosterAdded):
        side = game.players[event.team] | {event.player}
        return replace(game, players={**game.players, event.team: side})
    progress = advance(game.progress, event, entry.at)
    return game if progress is game.progress else replace(game, progress=progress)
