"""What an official box has beyond the 15 columns, beside our own statistics document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from server.feeds.told import Told
from server.feeds.values import whole

# Our figure -> the name that the feed's box has for it.
NBA_PLAYER = {
    "fouls_drawn": "foulsDrawn",
    "blocks_received": "blocksReceived",
    "technicals": "foulsTechnical",
    "offensive_fouls": "foulsOffensive",
    "points_in_paint": "pointsInThePaint",
    "fast_break_points": "pointsFastBreak",
    "second_chance_points": "pointsSecondChance",
}
NBA_TEAM = {
    **{ours: theirs for ours, theirs in NBA_PLAYER.items() if ours != "technicals"},
    "points_off_turnovers": "pointsFromTurnovers",
    "bench_points": "benchPoints",
    "biggest_lead": "biggestLead",
    "biggest_run": "biggestScoringRun",
    "lead_changes": "leadChanges",
    "times_tied": "timesTied",
}
FIBA_PLAYER = {
    "eff": "eff_1",
    "index": "eff_5",
    "fouls_drawn": "sFoulsOn",
    "blocks_received": "sBlocksReceived",
    "points_in_paint": "sPointsInThePaint",
    "fast_break_points": "sPointsFastBreak",
    "second_chance_points": "sPointsSecondChance",
}
FIBA_TEAM = {
    "eff": "tot_eff_1",
    "fouls_drawn": "tot_sFoulsOn",
    "blocks_received": "tot_sBlocksReceived",
    "points_in_paint": "tot_sPointsInThePaint",
    "fast_break_points": "tot_sPointsFastBreak",
    "second_chance_points": "tot_sPointsSecondChance",
    "points_off_turnovers": "tot_sPointsFromTurnovers",
    "bench_points": "tot_sBenchPoints",
    "biggest_lead": "tot_sBiggestLead",
    "biggest_run": "tot_sBiggestScoringRun",
    "lead_changes": "tot_sLeadChanges",
    "times_tied": "tot_sTimesScoresLevel",
}
EUROLEAGUE = {
    "pir": "Valuation",
    "fouls_drawn": "FoulsReceived",
    "blocks_received": "BlocksAgainst",
}


def official_derived(stats: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, int]:
    """Our figures in a line of a feed's box, those that it has."""
    return {
        ours: whole(stats[theirs])
        for ours, theirs in names.items()
        if stats.get(theirs) is not None
    }


def derived_cells(
    told: Told, stats: Mapping[str, Any]
) -> Iterator[tuple[str, str | None, str, int | None, int]]:
    """(side, player or None, figure, ours, official) of every figure that the box has.

    stats: the document of server/projections/stats.py.
    """
    lines = {line["id"]: line for line in stats["players"]}
    for side, team in told.sides.items():
        for person in team.players:
            if person.official is not None:
                for figure, official in person.official.derived.items():
                    ours = _ours(lines[person.id], stats["game"], figure)
                    yield side, person.id, figure, ours, official
        for figure, official in team.official.derived.items():
            yield side, None, figure, _ours(stats["teams"][side], stats["game"], figure), official


def _ours(line: Mapping[str, Any], game: Mapping[str, Any], figure: str) -> int | None:
    """A figure of ours; where nobody did what it counts, it is 0."""
    if figure == "index":
        # Genius takes technicals off once more, though its fouls hold them (SCORING.md).
        return None if line["pir"] is None else line["pir"] - (line["technicals"] or 0)
    found = game[figure] if figure in game else line[figure]
    return found["points"] if isinstance(found, Mapping) else found or 0
