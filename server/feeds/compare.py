"""Ours beside the official box: every cell, and what must always be true."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from server.feeds.derived import derived_cells
from server.feeds.explain import explain
from server.feeds.figures import Figures
from server.feeds.invariants import broken
from server.feeds.told import Official, Told
from server.projections.boxscore import COLUMNS

# Official minutes are whole seconds, and feeds round up, down and to the nearest.
SECOND_MS = 1000

Difference = dict[str, Any]


def compare(
    told: Told, ours: Figures, replay: Callable[[Told], Figures] | None = None
) -> dict[str, Any]:
    """The JSON object of a game that `courtside replay --json` prints.

    replay: plays another telling of the same game, to test what may explain a difference;
    without it, differences are not explained.
    """
    minutes, margins = _Tally(), _Tally()
    cells = _Tally()
    players, teams = [], []
    for side, team in told.sides.items():
        lines = {line["id"]: line for line in ours.box[side]["players"]}
        for person in team.players:
            line = lines[person.id]
            players.append(_player(side, person.name, line))
            official = person.official
            if official is None:
                continue
            for column in COLUMNS:
                cells.add(side, person.id, column, line[column], official.counts[column])
            if official.ms is not None:
                minutes.add_time(side, person.id, line["min_ms"] or 0, official.ms)
            if official.plus_minus is not None:
                margins.add(side, person.id, "plus_minus", line["plus_minus"], official.plus_minus)
        totals = _totals(ours.box[side], team.official)
        own = {column: ours.box[side]["team"][column] for column in COLUMNS}
        by_period = ours.board[side]["by_period"]
        teams.append(
            {"team": side, "name": team.name, **totals, "by_period": by_period, "own": own}
        )
        for column in COLUMNS:
            cells.add(side, None, column, totals[column], team.official.counts[column])
    derived = _Tally()
    for cell in derived_cells(told, ours.statistics):
        derived.add(*cell)
    differences = [*cells.differences, *minutes.differences, *margins.differences]
    if replay is not None:
        explain(told, ours, differences, replay)
    return {
        "feed": told.feed,
        "game": told.game,
        **cells.counts(),
        "minutes": minutes.counts(),
        "plus_minus": margins.counts(),
        "derived": {**derived.counts(), "differences": derived.differences},
        "players": players,
        "teams": teams,
        "differences": differences,
        "invariants": list(broken(told, ours)),
        "unknown": dict(told.unknown),
    }


def clock(ms: int) -> str:
    """`20:46`, to the nearest second."""
    minutes, seconds = divmod((ms + 500) // 1000, 60)
    return f"{minutes}:{seconds:02d}"


class _Tally:
    """Cells that were compared, and those that differ."""

    def __init__(self) -> None:
        self.cells = 0
        self.differences: list[Difference] = []

    def add(self, side: str, player: str | None, stat: str, ours: object, official: object) -> None:
        self.cells += 1
        if ours != official:
            self._differ(side, player, stat, ours, official)

    def add_time(self, side: str, player: str, ours_ms: int, official_ms: int) -> None:
        self.cells += 1
        if abs(ours_ms - official_ms) > SECOND_MS:
            self._differ(side, player, "min", clock(ours_ms), clock(official_ms))

    def counts(self) -> dict[str, int]:
        return {"cells": self.cells, "equal": self.cells - len(self.differences)}

    def _differ(
        self, side: str, player: str | None, stat: str, ours: object, official: object
    ) -> None:
        self.differences.append(
            {"team": side, "player": player, "stat": stat, "ours": ours, "official": official}
        )


def _player(side: str, name: str, line: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "team": side,
        "player": line["id"],
        "name": name,
        **{column: line[column] for column in COLUMNS},
        "minutes": clock(line["min_ms"] or 0),
        "plus_minus": line["plus_minus"],
    }


def _totals(box: Mapping[str, Any], official: Official) -> dict[str, int]:
    """A team's line as its official box counts it."""
    own = {c: box["team"][c] if c in official.without_own else 0 for c in COLUMNS}
    return {column: box["totals"][column] - own[column] for column in COLUMNS}
