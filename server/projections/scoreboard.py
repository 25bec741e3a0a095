"""The scoreboard: score, clock, fouls, timeouts and who is on the court."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from server.game.events import (
    SIDES,
    Event,
    Foul,
    JumpBall,
    Possession,
    RosterAdded,
    Timeout,
    other,
)
from server.game.rules import Rules
from server.game.score import points_of
from server.game.state import Progress
from server.projections.boxscore import number_of
from server.projections.on_court import OnCourt


class ScoreBoard:
    """Accumulates facts in the order of the game."""

    def __init__(
        self, rules: Rules, players: Mapping[str, Iterable[str]], on_court: OnCourt
    ) -> None:
        self._rules = rules
        self._on_court = on_court
        # Counters by period; what one shows of them follows from the rules.
        self._points = {side: Counter[int]() for side in SIDES}
        self._fouls = {side: Counter[int]() for side in SIDES}
        self._timeouts = {side: Counter[int]() for side in SIDES}
        self._players = {side: list(ids) for side, ids in players.items()}
        self._possession: str | None = None

    def add(self, _seq: int, event: Event) -> None:
        """Take in one fact that stands."""
        scored = points_of(event)
        if scored is not None:
            self._points[scored[0]][event.period] += scored[1]
            return
        match event:
            case Foul(team=team, kind=kind):
                if kind in self._rules.team_kinds:
                    self._fouls[team][self._rules.foul_window(event.period)] += 1
            case Timeout(team=team) if team is not None:
                self._timeouts[team][event.period] += 1
            case RosterAdded(team=team, player=player):
                if player not in self._players[team]:
                    self._players[team].append(player)
            case JumpBall(team=team):
                if self._possession is None:
                    # The arrow goes to the side that did not win the opening tap.
                    self._possession = other(team)
            case Possession(team=team):
                self._possession = team

    def score(self) -> tuple[int, int]:
        """Home, away."""
        return self._points["home"].total(), self._points["away"].total()

    def section(self, progress: Progress) -> dict[str, Any]:
        rules, period = self._rules, progress.period
        return {
            "status": progress.status(),
            "rules": rules.name,
            "period": period,
            "period_label": rules.period_label(period),
            "period_ms": rules.period_length_ms(max(1, period)),
            "periods": rules.periods,
            "clock_ms": progress.clock_ms,
            "clock_running": progress.clock_running,
            "clock_at": _iso(progress.clock_at),
            "possession": self._possession,
            **{side: self._side(side, period) for side in SIDES},
        }

    def roster(self) -> dict[str, Any]:
        """Both sides' players and who of them is on the court."""
        return {
            side: {
                "name": None,
                "players": [
                    {
                        "id": player,
                        "number": number_of(player),
                        "name": None,
                        "on_court": player in self._on_court.five(side),
                    }
                    for player in self._players[side]
                ],
            }
            for side in SIDES
        }

    def _side(self, side: str, period: int) -> dict[str, Any]:
        points = self._points[side]
        played = max(period, *points, 0) if points else period
        window = self._rules.foul_window(max(1, period))
        return {
            "name": None,
            "score": points.total(),
            "fouls": self._fouls[side][window],
            "bonus": self._rules.in_bonus(max(1, period), self._fouls[other(side)][window]),
            "timeouts": self._rules.timeouts_left(period, self._timeouts[side]),
            "by_period": [points[number] for number in range(1, played + 1)],
        }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
