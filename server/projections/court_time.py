"""Time on the court and plus/minus: who was there while the clock ran and when points fell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from server.game.events import (
    SIDES,
    Event,
    Foul,
    FreeThrow,
    PeriodStarted,
    Starters,
    Substitution,
)
from server.game.place import Order, order_of
from server.game.rules import Rules
from server.game.state import Game
from server.projections.scoreboard import points_of

Five = dict[str, None]


@dataclass(frozen=True, slots=True)
class Stay:
    """ms: game clock spent on the court. plus_minus: own points less theirs meanwhile."""

    ms: int
    plus_minus: int


class CourtTime:
    """Accumulates facts in the order of the game.

    Points count for those on the court when they fall. Under rules with `margin_at_foul` a free
    throw that is linked to its foul counts for those who were there at the foul (NBA: measured
    on 8 real games, 139 of 139 players; FIBA the other way, SCORING.md section 1).
    An adjustment of the score belongs to nobody.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._on_court: dict[str, Five] = {side: {} for side in SIDES}
        self._ms: Counter[str] = Counter()
        self._margin: Counter[str] = Counter()
        self._at_foul: dict[int, dict[str, tuple[str, ...]]] = {}
        self._period = 0
        self._clock_ms = 0
        self.played_ms = 0
        self.uneven_ms: dict[str, int] = dict.fromkeys(SIDES, 0)

    def add(self, seq: int, event: Event) -> None:
        """Take in the fact of entry `seq`."""
        self._run_to(event)
        match event:
            case Starters(team=team, players=players):
                self._on_court[team] = dict.fromkeys(players)
            case Substitution(team=team, player_in=coming, player_out=going):
                if going is not None:
                    self._on_court[team].pop(going, None)
                if coming is not None:
                    self._on_court[team][coming] = None
            case Foul() if self._rules.margin_at_foul:
                self._at_foul[seq] = self.on_court()
            case _:
                self._score(event)

    def on_court(self) -> dict[str, tuple[str, ...]]:
        """Who is on the court now."""
        return {side: tuple(five) for side, five in self._on_court.items()}

    def stay(self, player: str) -> Stay:
        """What a player has gathered; nothing for one who never played."""
        return Stay(self._ms[player], self._margin[player])

    def _run_to(self, event: Event) -> None:
        if event.period != self._period:
            self._period = event.period
            self._clock_ms = self._rules.period_length_ms(event.period)
        if isinstance(event, PeriodStarted):
            self._clock_ms = event.clock_ms
            return
        passed_ms = self._clock_ms - event.clock_ms
        if passed_ms <= 0:
            return
        self._clock_ms = event.clock_ms
        self.played_ms += passed_ms
        for side, five in self._on_court.items():
            if len(five) != 5:
                self.uneven_ms[side] += passed_ms
            for player in five:
                self._ms[player] += passed_ms

    def _score(self, event: Event) -> None:
        scored = points_of(event)
        if scored is None or event.name == "adjust":
            return
        there: Mapping[str, Iterable[str]] = self._on_court
        if isinstance(event, FreeThrow) and event.links is not None:
            there = self._at_foul.get(event.links, there)
        for side, five in there.items():
            points = scored[1] if side == scored[0] else -scored[1]
            for player in five:
                self._margin[player] += points


def court_time(game: Game) -> CourtTime:
    """The fold over all that stands, in the order of the game. A game that has not ended is
    counted up to the last fact."""
    paths: dict[int, tuple[int, ...]] = {}
    placed: list[tuple[Order, int, Event]] = []
    for entry, event in game.standing.all_events(game.history.entries()):
        order = order_of(entry, event, paths)
        if game.standing.stands(entry.seq):
            placed.append((order, entry.seq, event))
    placed.sort(key=lambda item: item[0])
    fold = CourtTime(game.rules)
    for _, seq, event in placed:
        fold.add(seq, event)
    return fold
