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
    Rebound,
    Steal,
    Turnover,
)
from server.game.rules import Rules

# Sources: docs of the columns' meaning are the public statisticians' manuals (FIBA, NCAA).
# `reb` and `pts` follow from the others.
COLUMNS = (
    *("pts", "fgm", "fga", "fg3m", "fg3a", "ftm", "fta"),
    *("oreb", "dreb", "reb", "ast", "stl", "blk", "tov", "pf"),
)


class Line:
    """The counts of one player, or of a team's own. Points are 2 FGM + 3PM + free throws,
    where a free throw may be worth more than one."""

    __slots__ = ("_shown", "counts", "who")

    def __init__(self, who: Mapping[str, Any]) -> None:
        """who: what stands before the columns, such as a player's id."""
        self.who = who
        self.counts = dict.fromkeys(COLUMNS, 0)
        self._shown: dict[str, Any] | None = None

    def add(self, **counts: int) -> None:
        self._shown = None
        for column, count in counts.items():
            self.counts[column] += count

    def shown(self) -> dict[str, Any]:
        """The line as JSON; made anew only after a change, so it must not be written to."""
        if self._shown is None:
            self._shown = {**self.who, **self.counts}
        return self._shown


class BoxScore:
    """Accumulates; the order of the facts does not matter."""

    def __init__(self, rules: Rules, players: Mapping[str, Iterable[str]]) -> None:
        self._rules = rules
        self._lines: dict[str, dict[str, Line]] = {
            side: {player: _player_line(player) for player in ids} for side, ids in players.items()
        }
        self._own = {side: Line({}) for side in players}
        self._totals = {side: Line({}) for side in players}

    def add(self, event: Event) -> None:
        """Count one fact that stands."""
        match event:
            case FieldGoal(made=made, value=value):
                three = int(value == 3)
                counts = {"fga": 1, "fg3a": three}
                if made:
                    counts |= {"fgm": 1, "fg3m": three, "pts": value}
            case FreeThrow(made=made, value=value):
                counts = {"fta": 1, "ftm": 1, "pts": value} if made else {"fta": 1}
            case Rebound(kind=kind):
                counts = {"reb": 1, "oreb" if kind == "offensive" else "dreb": 1}
            case Assist():
                counts = {"ast": 1}
            case Steal():
                counts = {"stl": 1}
            case Block():
                counts = {"blk": 1}
            case Turnover():
                counts = {"tov": 1}
            case Foul(kind=kind) if kind in self._rules.personal_kinds:
                counts = {"pf": 1}
            case _:
                return
        self._line(event.team, event.player).add(**counts)
        if self._in_totals(event):
            self._totals[event.team].add(**counts)

    def add_player(self, team: str, player: str) -> None:
        """A player has a line even before doing anything."""
        self._lines[team].setdefault(player, _player_line(player))

    def section(self) -> dict[str, Any]:
        """Both teams: players in roster order, the team's own counts, totals."""
        return {
            side: {
                "players": [line.shown() for line in lines.values()],
                "team": self._own[side].shown(),
                "totals": self._totals[side].shown(),
            }
            for side, lines in self._lines.items()
        }

    def _in_totals(self, event: Event) -> bool:
        own = isinstance(event, Rebound) and event.player is None
        return not own or self._rules.team_rebounds_in_totals

    def _line(self, team: str, player: str | None) -> Line:
        if player is None:
            return self._own[team]
        line = self._lines[team].get(player)
        if line is None:
            # The log may know players that the roster no longer does.
            line = self._lines[team][player] = _player_line(player)
        return line


def _player_line(player: str) -> Line:
    return Line({"id": player, "number": number_of(player), "name": None})


def number_of(player: str) -> str:
    """The shirt number in a player's id: "00" of `home-00`."""
    return player.partition("-")[2]
