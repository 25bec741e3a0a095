"""How the score went: lead changes, ties, biggest leads and runs."""

from __future__ import annotations

from typing import Any

from server.game.events import SIDES, Event
from server.game.rules import Rules
from server.game.score import points_of
from server.projections.clock import PlayedClock


class Flow:
    """Accumulates facts in the order of the game.

    A lead change: the side in front is another than the one in front before, whether the score
    was level in between or not. A tie: the score becomes level again. A run: points without any
    of the others in between. Sources: the columns of these names in NBA live data and FIBA
    LiveStats. An adjustment moves the score and is no part of a run.
    """

    def __init__(self, rules: Rules) -> None:
        self.lead_changes = 0
        self.times_tied = 0
        self._clock = PlayedClock(rules)
        self._ms = {"home": 0, "away": 0, "tied": 0}
        self._score = dict.fromkeys(SIDES, 0)
        self._leader: str | None = None
        self._leads: dict[str, dict[str, Any] | None] = dict.fromkeys(SIDES)
        self._run_side: str | None = None
        self._run = 0
        self._run_from = [0, 0]
        self._runs: dict[str, dict[str, Any] | None] = dict.fromkeys(SIDES)

    def add(self, _seq: int, event: Event) -> None:
        """Take in one fact that stands."""
        ahead = self._ahead()
        self._ms[ahead or "tied"] += self._clock.run_to(event)
        scored = points_of(event)
        if scored is None:
            return
        side, points = scored
        before = self._shown()
        self._score[side] += points
        if event.name != "adjust":
            self._prolong(side, points, before, event)
        now = self._ahead()
        if now is None:
            self.times_tied += ahead is not None
            return
        self.lead_changes += self._leader not in (None, now)
        self._leader = now
        lead = abs(self._score["home"] - self._score["away"])
        best = self._leads[now]
        if best is None or lead > best["points"]:
            self._leads[now] = {"points": lead, "score": self._shown(), **_at(event)}

    def side(self, side: str) -> dict[str, Any]:
        """biggest_lead, biggest_run: None where there was none."""
        return {
            "biggest_lead": self._leads[side],
            "biggest_run": self._runs[side],
            "time_leading_ms": self._ms[side] if self._clock.used else None,
        }

    def both(self) -> dict[str, Any]:
        return {
            "lead_changes": self.lead_changes,
            "times_tied": self.times_tied,
            "time_tied_ms": self._ms["tied"] if self._clock.used else None,
        }

    def _prolong(self, side: str, points: int, before: list[int], event: Event) -> None:
        if side != self._run_side:
            self._run_side, self._run, self._run_from = side, 0, before
        self._run += points
        best = self._runs[side]
        if best is None or self._run > best["points"]:
            score = {"from": self._run_from, "to": self._shown()}
            self._runs[side] = {"points": self._run, **score, **_at(event)}

    def _ahead(self) -> str | None:
        home, away = self._score["home"], self._score["away"]
        return None if home == away else "home" if home > away else "away"

    def _shown(self) -> list[int]:
        return [self._score["home"], self._score["away"]]


def _at(event: Event) -> dict[str, int]:
    return {"period": event.period, "clock_ms": event.clock_ms}
