"""What is always true of a finished fold; what is not so is named, never hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from server.feeds.play import Played
from server.feeds.told import Step, Told
from server.game.events import SIDES, other
from server.projections.court_time import CourtTime

SUMMED = ("fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "ast", "stl", "blk")


def broken(
    told: Told, played: Played, sections: Mapping[str, Any], time: CourtTime
) -> list[dict[str, Any]]:
    """`{"name","team","detail"}` of each invariant that does not hold (SCORING.md section 3)."""
    found: list[dict[str, Any]] = [
        {"name": name, "team": side, "detail": detail}
        for side in SIDES
        for name, detail in _of_side(told, played, sections, time, side)
    ]
    found += [{"name": "call-accepted", "team": None, "detail": why} for why in played.refused]
    margins = {side: _sum_of_margins(played, time, side) for side in SIDES}
    if margins["home"] != -margins["away"]:
        detail = f"{margins['home']} and {margins['away']}"
        found.append({"name": "plus-minus-opposite", "team": None, "detail": detail})
    return found


def _of_side(
    told: Told, played: Played, sections: Mapping[str, Any], time: CourtTime, side: str
) -> Iterator[tuple[str, str]]:
    box, theirs = sections["boxscore"][side], sections["boxscore"][other(side)]
    totals, against = box["totals"], theirs["totals"]
    board = sections["scoreboard"][side]
    lines = [*box["players"], totals]
    points = {totals["pts"], sum(p["pts"] for p in lines[:-1]), sum(board["by_period"])}
    if points != {board["score"]}:
        yield "points-agree", f"score {board['score']}, elsewhere {sorted(points)}"
    whole_trips = any(step.body.get("value", 1) > 1 for step in told.steps if _is_throw(step))
    for line in lines:
        who = line.get("id", "totals")
        if not whole_trips and line["pts"] != 2 * line["fgm"] + line["fg3m"] + line["ftm"]:
            yield "points-from-shots", who
        if not (line["fgm"] <= line["fga"] and line["fg3m"] <= line["fg3a"] <= line["fga"]):
            yield "made-within-attempts", who
        if line["ftm"] > line["fta"]:
            yield "made-within-attempts", who
        if line["reb"] != line["oreb"] + line["dreb"]:
            yield "rebounds-add-up", who
    for column in SUMMED:
        if totals[column] != sum(player[column] for player in box["players"]):
            yield "team-is-sum-of-players", column
    if totals["stl"] > against["tov"]:
        yield "steals-within-turnovers", f"{totals['stl']} of {against['tov']}"
    if totals["blk"] > against["fga"] - against["fgm"]:
        yield "blocks-within-misses", f"{totals['blk']}"
    own_rebounds = told.sides[side].official.team_rebounds
    over = played.game.progress.final
    if over and own_rebounds is not None and own_rebounds != box["team"]["reb"]:
        yield "team-rebounds", f"{box['team']['reb']}, official {own_rebounds}"
    played_ms = sum(time.stay(player).ms for player in played.players[side])
    if time.uneven_ms[side] or played_ms != 5 * time.played_ms:
        yield "five-on-court", f"{time.uneven_ms[side]} ms without exactly five"
    margin = board["score"] - sections["scoreboard"][other(side)]["score"]
    total = _sum_of_margins(played, time, side)
    if total != 5 * margin:
        yield "plus-minus-is-five-margins", f"{total}, margin {margin}"


def _is_throw(step: Step) -> bool:
    return bool(step.body["type"] == "free_throw")


def _sum_of_margins(played: Played, time: CourtTime, side: str) -> int:
    return sum(time.stay(player).plus_minus for player in played.players[side])
