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

    __slots__ = COLUMNS

    def __init__(self) -> None:
        for column in COLUMNS:
            setattr(self, column, 0)

    pts: int
    fgm: int
    fga: int
    fg3m: int
    fg3a: int
    ftm: int
    fta: int
    oreb: int
    dreb: int
    reb: int
    ast: int
    stl: int
    blk: int
    tov: int
    pf: int

    def columns(self) -> dict[str, int]:
        return {column: getattr(self, column) for column in COLUMNS}


class BoxScore:
    """Accumulates; the order of the facts does not matter."""

    def __init__(self, rules: Rules, players: Mapping[str, Iterable[str]]) -> None:
        self._rules = rules
        self._lines = {side: {p: Line() for p in ids} for side, ids in players.items()}
        self._own = {side: Line() for side in players}

    def add(self, event: Event) -> bool:
        """Count one fact that stands; whether the box score changed."""
        match event:
            case FieldGoal():
                line = self._line(event.team, event.player)
                three = event.value == 3
                line.fga += 1
                line.fg3a += three
                if event.made:
                    line.fgm += 1
                    line.fg3m += three
                    line.pts += event.value
            case FreeThrow():
                line = self._line(event.team, event.player)
                line.fta += 1
                if event.made:
                    line.ftm += 1
                    line.pts += event.value
            case Rebound():
                line = self._line(event.team, event.player)
                line.reb += 1
                if event.kind == "offensive":
                    line.oreb += 1
                else:
                    line.dreb += 1
            case Assist():
                self._line(event.team, event.player).ast += 1
            case Steal():
                self._line(event.team, event.player).stl += 1
            case Block():
                self._line(event.team, event.player).blk += 1
            case Turnover():
                self._line(event.team, event.player).tov += 1
            case Foul():
                if event.kind in self._rules.personal_kinds:
                    self._line(event.team, event.player).pf += 1
            case _:
                return False
        return True

    def add_player(self, team: str, player: str) -> None:
        """A player has a line even before doing anything."""
        self._lines[team].setdefault(player, Line())

    def fouls(self, team: str, player: str) -> int:
        line = self._lines[team].get(player)
        return 0 if line is None else line.pf

    def section(self) -> dict[str, Any]:
        """Both teams: players in roster order, the team's own counts, totals."""
        return {side: self._side(side) for side in self._lines}

    def _line(self, team: str, player: str | None) -> Line:
        if player is None:
            return self._own[team]
        lines = self._lines[team]
        line = lines.get(player)
        if line is None:
            # The log may know players that the roster no longer does.
            line = lines[player] = Line()
        return line

    def _side(self, side: str) -> dict[str, Any]:
        players = [
            {"id": player, "number": number_of(player), "name": None, **line.columns()}
            for player, line in self._lines[side].items()
        ]
        own = self._own[side].columns()
        lines = [*self._lines[side].values(), self._own[side]]
        totals = {column: sum(getattr(line, column) for line in lines) for column in COLUMNS}
        return {"players": players, "team": own, "totals": totals}


def number_of(player: str) -> str:
    """The shirt number in a player's id: "00" of `home-00`."""
    return player.partition("-")[2]
