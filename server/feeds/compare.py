"""Ours beside the official box: every cell, and what must always be true."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from server.feeds.invariants import broken
from server.feeds.play import Played
from server.feeds.told import Official, Told
from server.projections.boxscore import COLUMNS
from server.projections.court_time import CourtTime, court_time
from server.projections.sheet import Sheet

# Official minutes are whole seconds, and feeds round up, down and to the nearest.
SECOND_MS = 1000

Difference = dict[str, Any]


def compare(told: Told, played: Played) -> dict[str, Any]:
    """The JSON object of a game that `courtside replay --json` prints."""
    sections = Sheet(played.game, dict(played.players)).sections()
    time = court_time(played.game)
    players, teams, differences = [], [], []
    cells = equal = 0
    tally = {"minutes": [0, 0], "plus_minus": [0, 0]}
    for side, team in told.sides.items():
        box = sections["boxscore"][side]
        ours = {line["id"]: line for line in box["players"]}
        for person in team.players:
            line, stay = ours[person.id], time.stay(person.id)
            players.append(
                {
                    "team": side,
                    "player": person.id,
                    "name": person.name,
                    **{column: line[column] for column in COLUMNS},
                    "minutes": clock(stay.ms),
                    "plus_minus": stay.plus_minus,
                }
            )
            found = list(_counts(side, person.id, line, person.official))
            cells, equal = cells + len(COLUMNS), equal + len(COLUMNS) - len(found)
            differences += found + _stay(side, person.id, time, person.official, tally)
        own = {column: box["team"][column] for column in COLUMNS}
        apart = team.official.without_own
        totals = {c: box["totals"][c] - (own[c] if c in apart else 0) for c in COLUMNS}
        teams.append(
            {
                "team": side,
                "name": team.name,
                **totals,
                "by_period": sections["scoreboard"][side]["by_period"],
                "own": own,
            }
        )
        found = list(_counts(side, None, totals, team.official))
        cells, equal = cells + len(COLUMNS), equal + len(COLUMNS) - len(found)
        differences += found
    return {
        "feed": told.feed,
        "game": told.game,
        "cells": cells,
        "equal": equal,
        **{name: {"cells": n[0], "equal": n[1]} for name, n in tally.items()},
        "players": players,
        "teams": teams,
        "differences": differences,
        "invariants": broken(told, played, sections, time),
    }


def clock(ms: int) -> str:
    """`20:46`, to the nearest second."""
    minutes, seconds = divmod((ms + 500) // 1000, 60)
    return f"{minutes}:{seconds:02d}"


def _counts(
    side: str, player: str | None, line: Mapping[str, Any], official: Official
) -> Iterator[Difference]:
    for column in COLUMNS:
        if line[column] != official.counts[column]:
            yield _difference(side, player, column, line[column], official.counts[column])


def _stay(
    side: str, player: str, time: CourtTime, official: Official, tally: dict[str, list[int]]
) -> list[Difference]:
    stay, found = time.stay(player), []
    if official.ms is not None:
        same = abs(stay.ms - official.ms) <= SECOND_MS
        tally["minutes"][0] += 1
        tally["minutes"][1] += same
        if not same:
            found.append(_difference(side, player, "min", clock(stay.ms), clock(official.ms)))
    if official.plus_minus is not None:
        same = stay.plus_minus == official.plus_minus
        tally["plus_minus"][0] += 1
        tally["plus_minus"][1] += same
        if not same:
            found.append(
                _difference(side, player, "plus_minus", stay.plus_minus, official.plus_minus)
            )
    return found


def _difference(
    side: str, player: str | None, stat: str, ours: object, official: object
) -> Difference:
    return {"team": side, "player": player, "stat": stat, "ours": ours, "official": official}
