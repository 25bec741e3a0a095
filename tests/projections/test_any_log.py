"""What is true of the projections of every game, whatever was told and in whatever order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.game.calls import IllegalCall
from server.game.links import group
from server.projections.boxscore import COLUMNS
from server.projections.credited import CREDITS
from server.projections.extras import EXTRAS
from server.projections.sheet import Sheet
from server.projections.stats import stats
from tests.game.strategies import CALM, SAID
from tests.game.table import Table
from tests.projections.test_boxscore import PLAYERS
from tests.projections.test_stats import FIVES, started

Said = list[tuple[str, int, dict[str, Any]]]
Play = tuple[str, dict[str, Any]]


@given(SAID, st.sampled_from(["fiba", "nba", "youth"]))
@settings(CALM, max_examples=80)
def test_the_statistics_agree_with_each_other_and_with_the_box_score(
    said: Said, rules: str
) -> None:
    table = Table(rules)
    table.say_all([("desk:1", 0, {"type": "period_start"}), *said])
    found = stats(table.game, PLAYERS)
    sheet = Sheet(table.game, PLAYERS).sections()
    for side, team in found["teams"].items():
        box = sheet["boxscore"][side]
        lines = [line for line in found["players"] if line["team"] == side]
        assert {name: team[name] for name in box["totals"]} == box["totals"]
        assert [{name: line[name] for name in box["players"][0]} for line in lines] == box[
            "players"
        ]
        for column in COLUMNS:
            assert team[column] == sum(part[column] for part in team["by_period"])
        for figure in (*CREDITS, *EXTRAS):
            if team[figure] is not None:
                assert team[figure] >= sum(line[figure] for line in lines)
        for line in (team, *lines):
            assert sum(zone["tried"] for zone in line["zones"].values()) <= line["fga"]
            assert sum(zone["made"] for zone in line["zones"].values()) <= line["fgm"]
            shares = [line[name] for name in ("fg_pct", "fg3_pct", "ft_pct")]
            assert all(share is None or 0 <= share <= 1 for share in shares)
        assert team["second_chance_points"] <= team["pts"]
        assert team["possessions_counted"] <= team["fga"] + team["fta"] + team["tov"] + len(
            table.entries
        )
        spells = [line for line in found["lineups"] if line["team"] == side]
        assert sum(spell["points_for"] for spell in spells) <= team["pts"]


_SHOT = st.fixed_dictionaries({"made": st.booleans(), "value": st.sampled_from([2, 3])})
_PLAYS: st.SearchStrategy[Play] = st.one_of(
    st.tuples(st.just("field_goal"), _SHOT),
    st.tuples(st.just("free_throw"), st.fixed_dictionaries({"made": st.booleans()})),
    st.tuples(st.just("turnover"), st.just({})),
    st.tuples(st.just("foul"), st.just({})),
    st.tuples(st.just("rebound"), st.just({"kind": "offensive"})),
)


@st.composite
def timed_plays(draw: st.DrawFn) -> list[Play]:
    """Plays of both fives, each at a clock of its own."""
    clocks = draw(st.lists(st.integers(1, 599), max_size=12, unique=True))
    plays = []
    for clock_s in sorted(clocks, reverse=True):
        kind, fields = draw(_PLAYS)
        side = draw(st.sampled_from(["home", "away"]))
        player = f"{side}-{draw(st.sampled_from(FIVES[side]))}"
        plays.append((kind, {**fields, "player": player, "clock_ms": clock_s * 1000}))
    return plays


def picture(plays: Sequence[Play], rules: str) -> dict[str, Any]:
    """All that a game shows, without the numbers of its entries."""
    table = started(rules)
    for kind, fields in plays:
        table.say(kind, **fields)
    table.say("period_end")
    return shown(table)


def shown(table: Table) -> dict[str, Any]:
    sections = Sheet(table.game, PLAYERS).sections()
    return {
        "stats": stats(table.game, PLAYERS),
        "boxscore": sections["boxscore"],
        "score": [sections["scoreboard"][side]["by_period"] for side in ("home", "away")],
        "plays": [(play["text"], play["score"]) for play in sections["plays"]],
    }


@pytest.mark.parametrize("rules", ["fiba", "nba"])
@given(data=st.data())
@settings(CALM, max_examples=25)
def test_plays_told_in_any_order_show_the_same_game(rules: str, data: st.DataObject) -> None:
    plays = data.draw(timed_plays())
    other_order = data.draw(st.permutations(plays))
    assert picture(plays, rules) == picture(other_order, rules)


@given(timed_plays(), st.data())
@settings(CALM, max_examples=25)
def test_what_is_voided_and_told_again_shows_the_same_game(
    plays: list[Play], data: st.DataObject
) -> None:
    table = started()
    for kind, fields in plays:
        table.say(kind, **fields)
    table.say("period_end")
    before = shown(table)
    # Starters of both sides and the start of the period come first.
    for index in data.draw(st.sets(st.integers(0, 11))):
        # What others belong to takes them along; that is another story.
        if index < len(plays) and group(table.game, index + 4) == (index + 4,):
            kind, fields = plays[index]
            table.say("void", links=index + 4)
            table.say(kind, **fields, period=1)
    after = shown(table)
    del before["plays"], after["plays"]  # they show what was voided, too
    assert after == before


@pytest.mark.parametrize("rules", ["fiba", "nba"])
@given(timed_plays(), st.integers(0, 4))
@settings(CALM, max_examples=25)
def test_with_five_on_the_court_margins_are_five_times_the_score(
    rules: str, plays: list[Play], spot: int
) -> None:
    table = started(rules)
    foul: int | None = None
    for kind, fields in plays:
        links = {"links": foul} if kind == "free_throw" and foul else {}
        if kind == "foul":
            foul = table.seq(kind, **fields)
            table.say(
                "substitution", team="home", player_in="7", player_out=FIVES["home"][spot],
                clock_ms=fields["clock_ms"],
            )  # fmt: skip
            table.say(
                "substitution", team="home", player_in=FIVES["home"][spot], player_out="7",
                clock_ms=fields["clock_ms"] - 1,
            )  # fmt: skip
            continue
        try:
            table.say(kind, **fields, **links)
        except IllegalCall:  # a throw of the side that fouled
            table.say(kind, **fields)
    table.say("period_end")
    found, period_ms = stats(table.game, PLAYERS), table.game.rules.period_ms
    home, away = found["teams"]["home"], found["teams"]["away"]
    for side, margin in (("home", home["pts"] - away["pts"]), ("away", away["pts"] - home["pts"])):
        lines = [line for line in found["players"] if line["team"] == side]
        assert sum(line["plus_minus"] for line in lines) == 5 * margin
        assert sum(line["min_ms"] or 0 for line in lines) in (0, 5 * period_ms)
        spells = [line for line in found["lineups"] if line["team"] == side]
        assert sum(spell["margin"] for spell in spells) == margin
