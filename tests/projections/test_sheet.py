"""Advancing and folding again are the same; the totals are the sums."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from server.game.calls import IllegalCall
from server.projections.boxscore import COLUMNS
from server.projections.sheet import Sheet
from tests.game.strategies import CALM, SAID
from tests.game.table import Table
from tests.projections.test_boxscore import PLAYERS


@given(SAID)
@settings(CALM, max_examples=200)
def test_advancing_equals_folding_again(said: list[tuple[str, int, dict[str, Any]]]) -> None:
    table = Table()
    sheet = Sheet(table.game, PLAYERS)
    advanced = 0
    for by, wait, body in [("desk:1", 0, {"type": "period_start"}), *said]:
        table.wait(wait)
        fields = dict(body)
        try:
            made = table.say(fields.pop("type"), by, **fields)
        except IllegalCall:
            continue
        if len(made) == 1 and sheet.advance(table.game, made[0]):
            advanced += 1
        else:
            sheet = Sheet(table.game, PLAYERS)
        again = Sheet(table.game, PLAYERS)
        assert sheet.sections() == again.sections()
        assert sheet.plays() == again.plays()
        assert sheet.seq == table.game.seq
    assert advanced >= 1


@given(SAID)
@settings(CALM, max_examples=150)
def test_what_is_always_true_of_a_box_score(
    said: list[tuple[str, int, dict[str, Any]]],
) -> None:
    table = Table()
    table.say_all(said)
    sections = Sheet(table.game, PLAYERS).sections()
    plays = Sheet(table.game, PLAYERS).plays()
    for side, index in (("home", 0), ("away", 1)):
        box = sections["boxscore"][side]
        lines = [*box["players"], box["team"]]
        for column in COLUMNS:
            assert box["totals"][column] == sum(line[column] for line in lines)
        for line in lines:
            assert line["reb"] == line["oreb"] + line["dreb"]
            assert line["pts"] == 2 * line["fgm"] + line["fg3m"] + line["ftm"]
            assert line["fg3m"] <= line["fg3a"] <= line["fga"]
            assert line["fgm"] <= line["fga"]
        board = sections["scoreboard"][side]
        adjusted = sum(
            play["points"]
            for play in plays
            if play["type"] == "adjust" and play["team"] == side and not play["voided"]
        )
        assert board["score"] == box["totals"]["pts"] + adjusted == sum(board["by_period"])
        if plays:
            assert plays[-1]["score"][index] == board["score"]
