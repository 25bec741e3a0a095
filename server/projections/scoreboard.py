"""The scoreboard: score, clock, fouls, timeouts and who is on the court."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from server.game.events import (
    SIDES,
    Adjusted,
    Event,
    FieldGoal,
    Foul,
    FreeThrow,
    RosterAdded,
    Timeout,
    other,
)
from server.game.rules import Rules
from server.game.score import points_of
from server.game.state import Progress
from server.projections.arrow import Arrow
from server.projections.boxscore import number_of
from server.projections.on_court import OnCourt
from server.projections.player_fouls import PlayerFouls

Moment = tuple[int, int]


class ScoreBoard:
    """Accumulates facts in the order of the game."""

    concerns = (FieldGoal, FreeThrow, Adjusted, Foul, Timeout, RosterAdded, *Arrow.concerns)

    def __init__(
        self, rules: Rules, players: Mapping[str, Iterable[str]], on_court: OnCourt
    ) -> None:
        self._rules = rules
        self._on_court = on_court
        self._score = dict.fromkeys(SIDES, 0)
        self._points = {side: Counter[int]() for side in SIDES}
        # Place (period, clock) of each; what one shows of them follows from the rules.
        self._fouls: dict[str, list[Moment]] = {side: [] for side in SIDES}
        self._timeouts: dict[str, list[Moment]] = {side: [] for side in SIDES}
        self._players = {side: dict.fromkeys(ids) for side, ids in players.items()}
        self._player_fouls = PlayerFouls(rules)
        self._out: set[str] = set()
        self._arrow = Arrow(rules)

    def add(self, seq: int, event: Event) -> None:
        """Take in one fact that stands."""
        self._arrow.add(seq, event)
        scored = points_of(event)
        if scored is not None:
            self._points[scored[0]][event.period] += scored[1]
            self._score[scored[0]] += scored[1]
            return
        match event:
            case Foul(team=team, kind=kind, player=fouler):
                if kind in self._rules.team_kinds:
                    self._fouls[team].append((event.period, event.clock_ms))
                if fouler is not None and self._player_fouls.add(fouler, kind) is not None:
                    self._out.add(fouler)
            case Timeout(team=team) if team is not None:
                self._timeouts[team].append((event.period, event.clock_ms))
            case RosterAdded(team=team, player=player):
                self._players[team][player] = None

    def score(self) -> tuple[int, int]:
        """Home, away."""
        return self._score["home"], self._score["away"]

    def section(self, progress: Progress) -> dict[str, Any]:
        rules, period = self._rules, progress.period
        return {
            "status": progress.status(),
            "rules": rules.name,
            "period": period,
            "period_label": rules.period_label(period),
            "period_ms": rules.period_length_ms(max(1, period)),
            "periods": rules.periods,
            "clock": rules.clock,
            "clock_ms": progress.clock_ms,
            "clock_running": progress.clock_running,
            "clock_at": _iso(progress.clock_at),
            "possession": self._arrow.side,
            **{side: self._side(side, progress) for side in SIDES},
        }

    def roster(self) -> dict[str, Any]:
        """Both sides' players, who of them is on the court and whose game is over (`out`)."""
        return {
            side: {
                "name": None,
                "players": [
                    {
                        "id": player,
                        "number": number_of(player),
                        "name": None,
                        "on_court": player in self._on_court.five(side),
                        "out": player in self._out,
                    }
                    for player in self._players[side]
                ],
            }
            for side in SIDES
        }

    def _side(self, side: str, progress: Progress) -> dict[str, Any]:
        rules, period = self._rules, max(1, progress.period)
        points = self._points[side]
        played = max(progress.period, *points) if points else progress.period
        award = rules.free_throws_for(
            "personal",
            period,
            self._team_fouls(other(side), period),
            late_fouls=self._late_fouls(other(side), progress),
        )
        return {
            "name": None,
            "score": self._score[side],
            "fouls": self._team_fouls(side, period),
            "bonus": award.throws > 0,
            "one_and_one": award.one_and_one,
            "timeouts": rules.timeouts_at(period, progress.clock_ms, self._timeouts[side]),
            "by_period": [points[number] for number in range(1, played + 1)],
        }

    def _team_fouls(self, side: str, period: int) -> int:
        """Those that count towards the bonus in `period`."""
        window = self._rules.foul_window(period)
        return sum(self._rules.foul_window(at) == window for at, _ in self._fouls[side])

    def _late_fouls(self, side: str, progress: Progress) -> int | None:
        """Those of the last `late_bonus_ms` of the period being played, None before."""
        late_ms = self._rules.late_bonus_ms
        if progress.clock_ms > late_ms:
            return None
        return sum(at == progress.period and ms <= late_ms for at, ms in self._fouls[side])


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
