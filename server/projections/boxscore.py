"""The box score: what each player and each team did, counted from the facts that stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from server.game.events import (
    Assist,
    Block,
    Event,
    FieldGoal,
    Foul,
    FreeThrow,
    Play,
    Rebound,
    RosterAdded,
    Steal,
    Turnover,
)
from server.game.rules import Rules
from server.projections.court_time import NOWHERE, CourtTime
from server.projections.formulas import efficiency
from server.projections.on_court import OnCourt

# Sources: docs of the columns' meaning are the public statisticians' manuals (FIBA, NCAA).
# `reb` and `pts` follow from the others.
COLUMNS = (
    *("pts", "fgm", "fga", "fg3m", "fg3a", "ftm", "fta"),
    *("oreb", "dreb", "reb", "ast", "stl", "blk", "tov", "pf"),
)


class Line:
    """The counts of one player, or of a team. Points are 2 FGM + 3PM + free throws, where a
    free throw may be worth more than one."""

    __slots__ = ("_eff", "_shown", "counts", "who")

    def __init__(self, who: Mapping[str, Any]) -> None:
        """who: what stands before the columns, such as a player's id."""
        self.who = who
        self.counts = dict.fromkeys(COLUMNS, 0)
        self._shown: dict[str, Any] | None = None
        self._eff: int | None = None

    def add(self, counts: Mapping[str, int]) -> None:
        self._shown = self._eff = None
        own = self.counts
        for column, count in counts.items():
            own[column] += count

    def shown(self) -> dict[str, Any]:
        """The line as JSON; made anew only after a change, so it must not be written to."""
        if self._shown is None:
            self._shown = {**self.who, **self.counts}
        return self._shown

    @property
    def eff(self) -> int:
        """Worked out anew only after a change."""
        if self._eff is None:
            self._eff = efficiency(self.counts)
        return self._eff


class BoxScore:
    """Accumulates; the order of the facts does not matter."""

    concerns = (Play, RosterAdded)

    def __init__(self, rules: Rules, players: Mapping[str, Iterable[str]]) -> None:
        self._rules = rules
        self._lines: dict[str, dict[str, Line]] = {
            side: {player: _player_line(player) for player in ids} for side, ids in players.items()
        }
        self._own = {side: Line({}) for side in players}
        self._totals = {side: Line({}) for side in players}

    def add(self, _seq: int, event: Event) -> None:
        """Count one fact that stands."""
        if isinstance(event, Play):
            counts = self._counts(event)
            if counts is not None:
                self._line(event.team, event.player).add(counts)
                if self._in_totals(event):
                    self._totals[event.team].add(counts)
        elif isinstance(event, RosterAdded):
            # A player has a line even before doing anything.
            self._line(event.team, event.player)

    def section(self, time: CourtTime, on_court: OnCourt) -> dict[str, Any]:
        """Both teams: players in roster order, the team's own counts, totals."""
        return {side: self._side(side, time, on_court) for side in self._lines}

    def lines(self, side: str) -> Mapping[str, Mapping[str, int]]:
        """The counts of each player."""
        return {player: line.counts for player, line in self._lines[side].items()}

    def own(self, side: str) -> Mapping[str, int]:
        """The counts that belong to the team and no player."""
        return self._own[side].counts

    def totals(self, side: str) -> Mapping[str, int]:
        """The counts of the team with its players, as far as the code adds its own to them."""
        return self._totals[side].counts

    def _side(self, side: str, time: CourtTime, on_court: OnCourt) -> dict[str, Any]:
        lines, stays = self._lines[side], time.stays(side)
        starters = on_court.starters(side)
        # Without a line-up nothing is known of either, without a clock nothing of minutes.
        lined_up = bool(stays or on_court.five(side))
        timed = lined_up and time.clock.used
        players = []
        for player, line in lines.items():
            stay = stays.get(player, NOWHERE)
            players.append(
                {
                    **line.shown(),
                    "min_ms": stay.ms if timed else None,
                    "plus_minus": stay.plus_minus if lined_up else None,
                    "starter": player in starters,
                    "eff": line.eff,
                }
            )
        totals = self._totals[side]
        all_ms = sum(stay.ms for stay in stays.values())
        return {
            "players": players,
            "team": self._own[side].shown(),
            "totals": {
                **totals.shown(),
                "min_ms": all_ms if timed else None,
                "eff": totals.eff,
            },
        }

    def _counts(self, event: Play) -> Mapping[str, int] | None:
        """What a fact adds, or None for one that is in no column."""
        if isinstance(event, FieldGoal):
            return None if is_heave(event) else _SHOTS[event.value, event.made]
        if isinstance(event, FreeThrow):
            return _THROWS[event.value, event.made]
        if isinstance(event, Rebound):
            return _REBOUNDS.get(event.kind)
        if isinstance(event, Foul):
            return _FOUL if event.kind in self._rules.personal_kinds else None
        return _ONE.get(type(event))

    def _in_totals(self, event: Play) -> bool:
        own = event.player is None and isinstance(event, Rebound)
        return not own or self._rules.team_rebounds_in_totals

    def _line(self, team: str, player: str | None) -> Line:
        if player is None:
            return self._own[team]
        line = self._lines[team].get(player)
        if line is None:
            # The log may know players that the roster no longer does.
            line = self._lines[team][player] = _player_line(player)
        return line


# By value and whether it went in.
_SHOTS: Mapping[tuple[int, bool], Mapping[str, int]] = {
    (1, False): {"fga": 1},
    (1, True): {"fga": 1, "fgm": 1, "pts": 1},
    (2, False): {"fga": 1},
    (2, True): {"fga": 1, "fgm": 1, "pts": 2},
    (3, False): {"fga": 1, "fg3a": 1},
    (3, True): {"fga": 1, "fg3a": 1, "fgm": 1, "fg3m": 1, "pts": 3},
}
_THROWS: Mapping[tuple[int, bool], Mapping[str, int]] = {
    **{(value, False): {"fta": 1} for value in (1, 2, 3)},
    **{(value, True): {"fta": 1, "ftm": 1, "pts": value} for value in (1, 2, 3)},
}
# Dead-ball rebounds are told and in no column.
_REBOUNDS = {"offensive": {"reb": 1, "oreb": 1}, "defensive": {"reb": 1, "dreb": 1}}
_FOUL = {"pf": 1}
_ONE: Mapping[type[Play], Mapping[str, int]] = {
    Assist: {"ast": 1},
    Steal: {"stl": 1},
    Block: {"blk": 1},
    Turnover: {"tov": 1},
}


def _player_line(player: str) -> Line:
    return Line({"id": player, "number": number_of(player), "name": None})


def is_heave(event: FieldGoal) -> bool:
    """A miss from far at the end of a period that is an attempt of nobody (NBA since 2025-26);
    one that goes in counts like any other."""
    return not event.made and event.tags is not None and "heave" in event.tags


def number_of(player: str) -> str:
    """The shirt number in a player's id: "00" of `home-00`."""
    return player.partition("-")[2]
