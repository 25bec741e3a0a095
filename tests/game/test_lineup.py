"""Who plays: substitutions of one and of five, and players nobody had on a roster."""

from __future__ import annotations

from typing import Any

import pytest

from server.game.calls import Call, IllegalCall
from server.game.decide import decide
from server.game.events import FieldGoal, Foul, RosterAdded, Starters, Substitution
from tests.game.table import START, Table

FIVE = ["0", "00", "4", "5", "6"]


@pytest.fixture
def table() -> Table:
    table = Table("youth")
    table.say("period_start")
    return table


def test_a_whole_five_comes_at_once(table: Table) -> None:
    change = table.event(table.seq("substitution", team="home", players=FIVE))
    assert isinstance(change, Substitution)
    assert change.players == ("home-0", "home-00", "home-4", "home-5", "home-6")
    assert (change.player_in, change.player_out) == (None, None)
    by_id = table.event(table.seq("substitution", players=["away-4", "10"]))
    assert isinstance(by_id, Substitution)
    assert (by_id.team, by_id.players) == ("away", ("away-4", "away-10"))


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"players": FIVE}, "unknown-team"),
        ({"team": "home", "players": [*FIVE, "7"]}, "value-outside-rules"),
        ({"team": "home", "players": []}, "value-outside-rules"),
        ({"team": "home", "players": ["4", "#4"]}, "same-player"),
        ({"team": "home", "players": ["4", "23"]}, "unknown-player"),
        ({"team": "home", "players": FIVE, "player_in": "7"}, "value-outside-rules"),
    ],
)
def test_a_five_that_is_none_is_refused(table: Table, fields: dict[str, Any], why: str) -> None:
    assert table.refused("substitution", **fields) == why


def test_one_may_only_come_or_only_go(table: Table) -> None:
    coming = table.event(table.seq("substitution", team="home", player_in="#7"))
    going = table.event(table.seq("substitution", player_out="home-7"))
    assert isinstance(coming, Substitution)
    assert isinstance(going, Substitution)
    assert (coming.player_in, coming.player_out) == ("home-7", None)
    assert (going.player_in, going.player_out) == (None, "home-7")


# Unknown opponents


def test_a_number_with_its_hash_makes_the_player(table: Table) -> None:
    added, shot = table.say("field_goal", team="away", player="#23", made=True)
    assert added.event == RosterAdded(
        period=1, clock_ms=shot.event.clock_ms, team="away", player="away-23"
    )
    assert isinstance(shot.event, FieldGoal)
    assert shot.event.player == "away-23"
    assert len(table.say("field_goal", team="away", player="#23", made=True)) == 1
    assert len(table.say("field_goal", team="away", player="23", made=True)) == 1


def test_a_number_without_it_stays_a_slip_of_the_finger(table: Table) -> None:
    for player in ("23", "away-23", "##23", "#", "#12345", "#2.3", "#é", "#Ann", "#٣", "home-#23"):
        assert table.refused("field_goal", team="away", player=player, made=True) == (
            "unknown-player"
        )
    assert table.refused("field_goal", player="#23", made=True) == "unknown-player"
    assert table.refused("field_goal", team="blue", player="#23", made=True) == "unknown-team"


def test_zero_and_double_zero_join_as_two() -> None:
    table = Table("youth", rosters=False)
    table.say("foul", team="home", player="#0")
    table.say("foul", team="home", player="#00")
    assert table.game.players["home"] == {"home-0", "home-00"}


def test_everybody_a_call_names_may_be_new(table: Table) -> None:
    *added, foul = table.say("foul", team="away", player="#21", drawn_by="#31")
    assert [entry.event.player for entry in added if isinstance(entry.event, RosterAdded)] == [
        "away-21",
        "home-31",
    ]
    assert isinstance(foul.event, Foul)
    assert (foul.event.player, foul.event.drawn_by) == ("away-21", "home-31")
    *added, change = table.say("substitution", player_out="away-4", player_in="#22")
    assert len(added) == 1
    assert isinstance(change.event, Substitution)
    assert (change.event.team, change.event.player_in) == ("away", "away-22")
    *added, five = table.say("starters", team="home", players=["#4", "#41", "#42", "#41"][:3])
    assert len(added) == 2
    assert isinstance(five.event, Starters)
    assert five.event.players == ("home-4", "home-41", "home-42")
    assert len(table.say("note", text="hurt", team="away", player="#24")) == 2


def test_the_fact_and_its_new_player_have_one_place_and_fall_together(table: Table) -> None:
    first = table.seq("foul", team="away", player="10", clock_ms=400_000)
    table.say("foul", team="home", player="4", clock_ms=300_000)
    added, late = table.say("field_goal", team="away", player="#23", made=True, after=first)
    assert (added.event.clock_ms, added.event.after) == (400_000, first)
    assert (late.event.clock_ms, late.event.after) == (400_000, first)
    table.say("undo")
    assert not {added.seq, late.seq} & set(table.standing_seqs())
    assert "away-23" not in table.game.players["away"]
    table.say("redo")
    assert "away-23" in table.game.players["away"]


def test_a_refused_call_brings_nobody(table: Table) -> None:
    refused = table.refused("field_goal", team="away", player="#23", made=True, value=5)
    assert refused == "value-outside-rules"
    assert table.refused("field_goal", team="away", player="#23", made=True, period=3) == (
        "unknown-period"
    )
    assert "away-23" not in table.game.players["away"]


def test_an_amendment_may_name_a_new_player(table: Table) -> None:
    shot = table.seq("field_goal", team="away", player="10", made=True)
    added, _ = table.say("amend", links=shot, player="#23")
    assert isinstance(added.event, RosterAdded)
    event = table.event(shot)
    assert isinstance(event, FieldGoal)
    assert event.player == "away-23"
    assert table.refused("amend", links=99, player="#24") == "unknown-entry"


def test_a_player_added_by_type_needs_no_hash(table: Table) -> None:
    assert len(table.say("roster_add", team="away", player="#23")) == 1
    assert table.refused("roster_add", team="away", player="away-23") == "player-exists"
    assert table.refused("roster_add", team="away", player="é") == "unknown-player"
    assert table.refused("roster_add", team="grey", player="#24") == "unknown-team"


def test_no_roster_at_all_a_team_scores() -> None:
    table = Table("youth", rosters=False)
    table.say("period_start")
    for kind in ("rebound", "turnover", "foul", "timeout"):
        table.say(kind, team="home")
    shot = table.event(table.seq("field_goal", team="home", made=True, value=3))
    assert isinstance(shot, FieldGoal)
    assert (shot.team, shot.player, shot.value) == ("home", None, 3)


def test_who_asks_for_a_change_of_nobody_is_refused() -> None:
    """Also one that was not parsed: a driver's own call."""
    table = Table()
    call = Call(type="starters", call_id="c", at=START, team="home")
    assert table.refused("starters", team="home", players=[]) == "value-outside-rules"
    with pytest.raises(IllegalCall, match="one to five"):
        decide(table.game, call)
