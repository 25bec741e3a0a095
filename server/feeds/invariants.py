"""What is always true of a finished fold; what is not so is named, never hidden."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from server.feeds.figures import Figures
from server.feeds.told import Step, Told
from server.game.events import SIDES, other

SUMMED = ("fgm", "fga", "fg3m", "fg3a", "ftm", "fta", "ast", "stl", "blk")


def broken(told: Told, ours: Figures) -> Iterator[dict[str, Any]]:
    """`{"name","team","detail"}` of each invariant that does not hold (SCORING.md section 3)."""
    for side in SIDES:
        for name, detail in _of_side(told, ours, side):
            yield {"name": name, "team": side, "detail": detail}
    for why in ours.refused:
        yield {"name": "call-accepted", "team": None, "detail": why}
    margins = {side: _sum_of_margins(ours, side) for side in SIDES}
    if margins["home"] != -margins["away"]:
        detail = f"{margins['home']} and {margins['away']}"
        yield {"name": "plus-minus-opposite", "team": None, "detail": detail}


def _of_side(told: Told, ours: Figures, side: str) -> Iterator[tuple[str, str]]:
    box, board = ours.box[side], ours.board[side]
    totals, against = box["totals"], ours.box[other(side)]["totals"]
    lines = [*box["players"], totals]
    # What belongs to no player counts for the team; an adjustment belongs to nobody.
    parts = sum(line["pts"] for line in [*box["players"], box["team"]])
    points = {totals["pts"], parts, sum(board["by_period"])}
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
    missed = totals["fga"] - totals["fgm"] + totals["fta"] - totals["ftm"]
    missed += ours.statistics["teams"][side]["heaves"] or 0
    taken = totals["oreb"] + against["dreb"]
    if taken > missed:
        yield "rebounds-within-misses", f"{taken} of {missed}"
    scoring = totals["fgm"] + (totals["ftm"] if told.rules.assists_on_free_throws else 0)
    if totals["ast"] > scoring:
        yield "assists-within-scoring", f"{totals['ast']} of {scoring}"
    own_rebounds = told.sides[side].official.team_rebounds
    if ours.final and own_rebounds is not None and own_rebounds != box["team"]["reb"]:
        yield "team-rebounds", f"{box['team']['reb']}, official {own_rebounds}"
    uneven_ms = ours.played_ms - ours.with_five_ms(side)
    if uneven_ms or sum(line["min_ms"] or 0 for line in box["players"]) != 5 * ours.played_ms:
        yield "five-on-court", f"{uneven_ms} ms without exactly five"
    margin = ours.margin(side)
    total = _sum_of_margins(ours, side)
    if total != 5 * margin:
        # Nothing else can do this: the substitutions at a free throw overlap or leave a gap.
        why = "points fell with other than five on the court"
        yield "plus-minus-is-five-margins", f"{total}, margin {margin}: {why}"


def _is_throw(step: Step) -> bool:
    return bool(step.body["type"] == "free_throw")


def _sum_of_margins(ours: Figures, side: str) -> int:
    return sum(line["plus_minus"] or 0 for line in ours.box[side]["players"])
