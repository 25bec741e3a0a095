"""Who began a period on the court, where the feed names only those who change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = dict[str, Any]

_FOUL, _SUBSTITUTION = 6, 8
# Kinds of row whose people are on the court: shots, free throws, rebounds, turnovers, fouls,
# violations and jump balls. Timeouts, ejections and replays may name anybody.
_ON_COURT = frozenset({1, 2, 3, 4, 5, _FOUL, 7, 10})
# Technical fouls may be called on the bench; three seconds in defence (17) may not.
_BENCH_FOULS = frozenset({11, 12, 13, 16, 18, 19, 25, 30})


class Starters:
    """The five of each side at the start of each period.

    Whoever acts, or goes out, before coming in began the period. Somebody who plays a whole
    period without a trace is one of those who ended the period before.
    """

    def __init__(
        self,
        rows: list[Row],
        ids: Mapping[int, str],
        first: set[str],
        overrides: Mapping[str, Mapping[str, list[int]]],
    ) -> None:
        """ids: feed's player -> ours. first: who began the game. overrides: as in the file."""
        self._fives: dict[int, dict[str, tuple[str, ...]]] = {}
        before = sorted(first)
        for period in sorted({int(row["PERIOD"]) for row in rows}):
            named = overrides.get(str(period), {})
            told = [ids[player] for five in named.values() for player in five if player in ids]
            mine = [row for row in rows if int(row["PERIOD"]) == period]
            found, came = _seen(mine, ids)
            begun = before if period == 1 else (told or found)
            fives = {side: _five(side, begun, before, came) for side in ("home", "away")}
            self._fives[period] = fives
            before = _at_the_end([*fives["home"], *fives["away"]], mine, ids)

    def of(self, period: int) -> Mapping[str, tuple[str, ...]]:
        return self._fives.get(period, {})


def _seen(rows: list[Row], ids: Mapping[int, str]) -> tuple[list[str], set[str]]:
    """Who was there before coming in, and who came in, in the rows of one period."""
    there: dict[str, None] = {}
    came: set[str] = set()
    for row in rows:
        kind = row["EVENTMSGTYPE"]
        if kind == _SUBSTITUTION:
            going, coming = ids.get(row["PLAYER1_ID"]), ids.get(row["PLAYER2_ID"])
            if going is not None and going not in came:
                there[going] = None
            if coming is not None and coming not in there:
                came.add(coming)
            continue
        if kind not in _ON_COURT or (kind == _FOUL and row["EVENTMSGACTIONTYPE"] in _BENCH_FOULS):
            continue
        for number in (1, 2, 3):
            player = ids.get(row[f"PLAYER{number}_ID"])
            if player is not None and player not in came:
                there[player] = None
    return list(there), came


def _five(side: str, begun: list[str], before: list[str], came: set[str]) -> tuple[str, ...]:
    """Five of a side: those who are known, then who ended the period before and did not come
    in later. Fewer when nobody is left."""
    own = [player for player in begun if player.startswith(side)][:5]
    silent = [p for p in before if p.startswith(side) and p not in own and p not in came]
    return tuple([*own, *silent][:5])


def _at_the_end(five: list[str], rows: list[Row], ids: Mapping[int, str]) -> list[str]:
    there = dict.fromkeys(five)
    for row in rows:
        if row["EVENTMSGTYPE"] == _SUBSTITUTION:
            there.pop(ids.get(row["PLAYER1_ID"], ""), None)
            coming = ids.get(row["PLAYER2_ID"])
            if coming is not None:
                there[coming] = None
    return list(there)
