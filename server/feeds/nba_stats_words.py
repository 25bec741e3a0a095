"""What the rows of stats.nba.com version 2 say in words only."""

from __future__ import annotations

import re
from typing import Any

from server.feeds import nba_codes
from server.feeds.nba_stats_box import Row
from server.game.events import other

_DESCRIPTION = {"home": "HOMEDESCRIPTION", "away": "VISITORDESCRIPTION"}
_REBOUNDS = re.compile(r"\(Off:(\d+) Def:(\d+)\)")


def text_of(row: Row, team: str) -> str:
    """The words of a row about `team`; of the other columns where its own is empty."""
    columns = (_DESCRIPTION[team], "NEUTRALDESCRIPTION", _DESCRIPTION[other(team)])
    return next((str(row[name]) for name in columns if row.get(name)), "")


def rebound_kinds(rows: list[Row]) -> dict[int, str]:
    """The kind of each player's rebound, by the identity of its row: which of the running
    counts `(Off:1 Def:4)` went up. Counts, not rows, are in order: rows are moved about."""
    said: dict[Any, list[tuple[int, int, Row]]] = {}
    for row in rows:
        if row["EVENTMSGTYPE"] != nba_codes.REBOUND:
            continue
        texts = (str(row.get(name) or "") for name in _DESCRIPTION.values())
        found = next((f for text in texts if (f := _REBOUNDS.search(text))), None)
        if found is not None:
            said.setdefault(row["PLAYER1_ID"], []).append((int(found[1]), int(found[2]), row))
    kinds: dict[int, str] = {}
    for counts in said.values():
        before = (0, 0)
        for offensive, defensive, row in sorted(counts, key=lambda c: (c[0] + c[1], c[0])):
            up = (offensive > before[0], defensive > before[1])
            if up == (True, False):
                kinds[id(row)] = "offensive"
            elif up == (False, True):
                kinds[id(row)] = "defensive"
            before = (offensive, defensive)
    return kinds
