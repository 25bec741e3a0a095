"""The whole statistics of a game: one pass over its facts when somebody asks.

Formulas and their sources: `formulas.py`; what is counted: the folds that are used here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from server.game.events import SIDES, Event, FieldGoal, FreeThrow, other
from server.game.rules import Rules
from server.game.state import Game
from server.projections import formulas
from server.projections.boxscore import BoxScore
from server.projections.court_time import CourtTime
from server.projections.credited import CREDITS, Credits
from server.projections.extras import EXTRAS, Extras
from server.projections.flow import Flow
from server.projections.on_court import Five, OnCourt
from server.projections.order import Fact, facts
from server.projections.possessions import Possessions
from server.projections.shots import Shots
from server.projections.zones import Zones

Json = dict[str, Any]
Players = Mapping[str, Iterable[str]]


def stats(game: Game, players: Players) -> Json:
    """`{"game","teams":{"home","away"},"players":[...],"lineups":[...]}`, without names.

    players: ids of each side in roster order. Shares are of 1; what cannot be said is None.
    """
    read = _Reading(game.rules, players)
    told = facts(game)
    for seq, event in told:
        read.add(seq, event)
    return _Document(read, told).whole()


class _Reading:
    """All folds over the facts in the order of the game."""

    def __init__(self, rules: Rules, players: Players) -> None:
        self.rules = rules
        self.on_court = OnCourt()
        self.box = BoxScore(rules, players)
        self.time = CourtTime(rules, self.on_court)
        self.flow = Flow(rules)
        self.possessions = Possessions()
        self.periods: dict[int, BoxScore] = defaultdict(lambda: BoxScore(rules, _NOBODY))
        # Possessions with each five on the court: (side, five, whose possession).
        self.with_five: Counter[tuple[str, Five, str]] = Counter()
        self.derived: dict[int, frozenset[str]] = {}

    def add(self, seq: int, event: Event) -> None:
        self.possessions.add(seq, event)
        for fold in (self.box, self.time, self.flow, self.periods[event.period]):
            fold.add(seq, event)
        if self.possessions.begun is not None:
            for side in SIDES:
                self.with_five[side, self.on_court.five(side), self.possessions.begun] += 1
        if isinstance(event, FieldGoal | FreeThrow) and event.made:
            self.derived[seq] = self.possessions.tags(event)
        self.on_court.add(seq, event)


_NOBODY: Players = dict.fromkeys(SIDES, ())


class _Document:
    """The figures of a reading as JSON."""

    def __init__(self, read: _Reading, told: list[Fact]) -> None:
        self._read = read
        self._extras = Extras(told)
        self._credits = Credits()
        self._zones = Zones()
        for seq, shot, spot in Shots(read.rules, told).spots():
            self._zones.add(shot, spot)
            if shot.made:
                self._credits.add_basket(shot, spot, read.derived[seq])
        for seq, event in told:
            if isinstance(event, FreeThrow) and event.made:
                self._credits.add_throw(event, read.derived[seq])
        self._box = read.box.section(read.time, read.on_court)

    def whole(self) -> Json:
        return {
            "game": self._read.flow.both(),
            "teams": {side: self._team(side) for side in SIDES},
            "players": [
                self._player(side, line) for side in SIDES for line in self._box[side]["players"]
            ],
            "lineups": sorted(
                (line for side in SIDES for line in self._lineups(side)),
                key=lambda line: (SIDES.index(line["team"]), -(line["ms"] or 0), line["players"]),
            ),
        }

    def _team(self, side: str) -> Json:
        line = self._box[side]["totals"]
        against = self._box[other(side)]["totals"]
        drawn = self._extras.of_side("fouls_drawn", side)
        received = self._extras.of_side("blocks_received", side)
        estimate = formulas.possessions(line)
        return {
            **line,
            **_shooting(line),
            "pir": None if drawn is None else formulas.index_rating(line, drawn, received or 0),
            "possessions": round(estimate, 1),
            "possessions_counted": self._read.possessions.counted[side],
            "rating": _rounded(formulas.ratio(100 * line["pts"], estimate), 1),
            "four_factors": {
                name: _rounded(share)
                for name, share in formulas.four_factors(line, against).items()
            },
            **{name: self._credits.of_side(name, side) for name in CREDITS},
            "bench_points": self._bench(side),
            **{name: self._extras.of_side(name, side) for name in EXTRAS},
            **self._read.flow.side(side),
            "zones": self._zones.of_side(side),
            "by_period": self._by_period(side),
        }

    def _player(self, side: str, line: Mapping[str, Any]) -> Json:
        player, totals = line["id"], self._box[side]["totals"]
        drawn = self._extras.of("fouls_drawn", side, player)
        received = self._extras.of("blocks_received", side, player)
        doubles = formulas.double_figures(line)
        share = None
        if line["min_ms"] is not None:
            share = formulas.usage(line, line["min_ms"], totals, totals["min_ms"])
        return {
            "team": side,
            **line,
            **_shooting(line),
            "pir": None if drawn is None else formulas.index_rating(line, drawn, received or 0),
            "usg_pct": _rounded(share),
            "double_double": doubles >= 2,
            "triple_double": doubles >= 3,
            **{name: self._credits.of(name, side, player) for name in CREDITS},
            **{name: self._extras.of(name, side, player) for name in EXTRAS},
            "zones": self._zones.of(side, player),
        }

    def _bench(self, side: str) -> int | None:
        """Points of those who did not start; None while nobody said who did."""
        starters = self._read.on_court.starters(side)
        if not starters:
            return None
        lines = self._box[side]["players"]
        return sum(int(line["pts"]) for line in lines if line["id"] not in starters)

    def _by_period(self, side: str) -> list[Json]:
        rules, periods = self._read.rules, self._read.periods
        return [
            {
                "period": period,
                "label": rules.period_label(period),
                **periods[period].totals(side),
            }
            for period in range(1, max(periods, default=0) + 1)
        ]

    def _lineups(self, side: str) -> Iterable[Json]:
        """Fives only: what was told of four or six is a gap in the substitutions."""
        read = self._read
        for five, spell in read.time.spells(side).items():
            if len(five) == 5:
                yield {
                    "team": side,
                    "players": list(five),
                    "ms": spell.ms if read.time.clock.used else None,
                    "points_for": spell.points_for,
                    "points_against": spell.points_against,
                    "margin": spell.margin,
                    "possessions": read.with_five[side, five, side],
                    "possessions_against": read.with_five[side, five, other(side)],
                }


def _shooting(line: Mapping[str, Any]) -> Json:
    shares = {
        "fg_pct": formulas.ratio(line["fgm"], line["fga"]),
        "fg3_pct": formulas.ratio(line["fg3m"], line["fg3a"]),
        "ft_pct": formulas.ratio(line["ftm"], line["fta"]),
        "efg_pct": formulas.effective_field_goals(line),
        "ts_pct": formulas.true_shooting(line),
    }
    return {name: _rounded(share) for name, share in shares.items()}


def _rounded(value: float | None, digits: int = 4) -> float | None:
    return None if value is None else round(value, digits)
