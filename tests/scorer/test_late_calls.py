"""Several scorekeepers: what a late call does to what the others said meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from server.problems import Problem
from tests.scorer.conftest import ON_PAPER, Office

pytestmark = ON_PAPER

ANN, BOB = "desk.ann", "desk.bob"
BASKET: dict[str, Any] = {"team": "home", "player": "7", "value": 2, "made": True}


@pytest.fixture
async def table(office: Office) -> Office:
    """The first period has begun, and both desks have seen it (entry 1)."""
    await office.say("start", "period_start", ANN)
    return office


async def conflict(
    office: Office, call_id: str, kind: str, by: str, /, **fields: Any
) -> dict[str, Any]:
    """The problem document of a call that needs a decision; it must change nothing."""
    before = await office.scorer.log(office.game)
    with pytest.raises(Problem) as caught:
        await office.say(call_id, kind, by, **fields)
    assert (caught.value.status, caught.value.type) == (409, "conflict")
    assert await office.scorer.log(office.game) == before
    return caught.value.document()


# Merged


async def test_what_does_not_touch_is_merged(table: Office) -> None:
    await table.say("a1", "field_goal", ANN, base=1, **BASKET)
    other = {**BASKET, "team": "away", "player": "4"}
    answered = await table.say("b1", "field_goal", BOB, base=1, **other)
    assert not answered.merged
    assert await table.score() == (2, 2)


async def test_a_desk_is_never_late_for_its_own_calls(table: Office) -> None:
    """An offline queue says the same base again and again."""
    for n in range(5):
        await table.say(f"a{n}", "field_goal", ANN, base=1, **BASKET)
    assert await table.score() == (10, 0)


async def test_desks_without_a_name_are_one_scorekeeper(table: Office) -> None:
    for n in range(3):
        await table.say(f"a{n}", "field_goal", "desk", base=1, **BASKET)
    assert await table.score() == (6, 0)


async def test_desks_without_a_name_are_told_of_corrections_that_they_had_not_seen(
    table: Office,
) -> None:
    """They may be two people: what one corrected the other must not turn back unseen."""
    basket = (await table.say("a1", "field_goal", "desk", base=1, **BASKET)).entries[0]["seq"]
    await table.say("a2", "amend", "desk", base=2, links=basket, value=3)
    problem = await conflict(table, "b1", "amend", "desk", base=2, links=basket, player="8")
    assert problem["theirs"][0]["type"] == "amend"
    await conflict(table, "b2", "void", "desk", base=2, links=basket)
    await table.say("b3", "void", "desk", base=3, links=basket)


async def test_desks_without_a_name_start_a_period_once_and_their_queue_all_of_its_periods(
    table: Office,
) -> None:
    await table.say("a1", "period_end", "desk", base=1)
    first = await table.say("a2", "period_start", "desk", base=2)
    assert (await table.say("b2", "period_start", "desk", base=2)).entries == first.entries
    for n in (3, 4):
        await table.say(f"e{n}", "period_end", "desk", base=3)
        assert not (await table.say(f"s{n}", "period_start", "desk", base=3)).merged
    assert (await table.scorer.state(table.game)).sections["scoreboard"]["period"] == 4


async def test_without_a_base_nothing_is_late(table: Office) -> None:
    await table.say("a1", "field_goal", ANN, **BASKET)
    await table.say("b1", "field_goal", BOB, **BASKET)
    assert await table.score() == (4, 0)


async def test_a_late_call_is_placed_by_its_own_period_and_clock(table: Office) -> None:
    await table.say("a1", "period_end", ANN, base=1)
    await table.say("a2", "period_start", ANN, base=2)
    late = await table.say("b1", "field_goal", BOB, base=1, period=1, clock_ms=30_000, **BASKET)
    assert (late.entries[0]["period"], late.entries[0]["clock_ms"]) == (1, 30_000)


async def test_a_late_call_that_names_no_place_belongs_to_the_period_it_saw(table: Office) -> None:
    await table.say("a1", "period_end", ANN, base=1)
    await table.say("a2", "period_start", ANN, base=2)
    late = await table.say("b1", "field_goal", BOB, base=1, **BASKET)
    assert late.entries[0]["period"] == 1
    seen = await table.say("b2", "field_goal", BOB, base=3, **BASKET)
    assert seen.entries[0]["period"] == 2


# The same, said by both


async def test_two_desks_that_start_a_period_start_it_once(table: Office) -> None:
    await table.say("a1", "period_end", ANN, base=1)
    again = await table.say("b1", "period_end", BOB, base=1)
    first = await table.say("a2", "period_start", ANN, base=2)
    second = await table.say("b2", "period_start", BOB, base=2)
    assert (again.merged, second.merged, second.again) == (True, True, True)
    assert second.entries == first.entries
    assert second.document()["merged"] is True
    assert "merged" not in first.document()
    state = await table.scorer.state(table.game)
    assert (state.seq, state.sections["scoreboard"]["period"]) == (3, 2)
    # Sent again, it is the same answer; the next period, seen, is another one.
    assert (await table.say("b2", "period_start", BOB, base=2)).entries == first.entries
    await table.say("b3", "period_end", BOB, base=3)
    assert not (await table.say("b4", "period_start", BOB, base=4)).merged


async def test_an_offline_desk_that_says_its_periods_meets_those_of_the_other(
    table: Office,
) -> None:
    for n, (kind, period) in enumerate([("end", 1), ("start", 2), ("end", 2), ("start", 3)]):
        await table.say(f"a{n}", f"period_{kind}", ANN, period=period)
    for n, (kind, period) in enumerate([("end", 1), ("start", 2), ("end", 2), ("start", 3)]):
        answered = await table.say(f"b{n}", f"period_{kind}", BOB, base=1, period=period)
        assert answered.merged, (kind, period)
    assert (await table.scorer.state(table.game)).seq == 5


async def test_two_desks_that_end_the_game_end_it_once(table: Office) -> None:
    await table.say("a1", "finalize", ANN, base=1)
    answered = await table.say("b1", "finalize", BOB, base=1)
    assert answered.merged
    assert answered.flags is not None


async def test_two_hands_at_one_clock(table: Office) -> None:
    await table.say("a1", "clock_start", ANN, base=1, clock_ms=600_000)
    near = await table.say("b1", "clock_start", BOB, base=1, clock_ms=599_000)
    assert near.merged
    await table.say("a2", "clock_stop", ANN, base=2, clock_ms=500_000)
    problem = await conflict(table, "b2", "clock_stop", BOB, base=2, clock_ms=420_000)
    assert problem["why"] == "time"
    assert problem["choices"] == ["keep", "drop"]
    kept = await table.say("b2", "clock_stop", BOB, base=2, clock_ms=420_000, resolve="keep")
    assert kept.entries[0]["clock_ms"] == 420_000


async def test_the_clock_of_a_period_that_is_over_moves_nothing(table: Office) -> None:
    await table.say("a1", "period_end", ANN, base=1)
    late = await table.say("b1", "clock_stop", BOB, base=1, period=1, clock_ms=3_000)
    assert late.merged
    await table.say("a2", "period_start", ANN, base=2)
    late = await table.say("b2", "clock_start", BOB, base=1, period=1, clock_ms=3_000)
    assert late.merged
    assert (await table.scorer.state(table.game)).seq == 3


async def test_the_same_correction_by_both_is_one(table: Office) -> None:
    basket = (await table.say("a1", "field_goal", ANN, base=1, **BASKET)).entries[0]["seq"]
    await table.say("a2", "amend", ANN, base=2, links=basket, value=3)
    assert (await table.say("b1", "amend", BOB, base=2, links=basket, value=3)).merged
    assert await table.score() == (3, 0)


async def test_the_same_player_line_up_and_arrow_by_both_are_one(table: Office) -> None:
    five = ["4", "5", "6", "7", "8"]
    change = {"team": "home", "player_in": "0", "player_out": "4"}
    said: list[tuple[str, dict[str, Any]]] = [
        ("roster_add", {"team": "home", "player": "77"}),
        ("starters", {"team": "home", "players": five}),
        ("substitution", change),
        ("possession", {"team": "away"}),
        ("confirm", {}),
    ]
    for n, (kind, fields) in enumerate(said):
        seq = (await table.scorer.state(table.game)).seq
        first = await table.say(f"a{n}", kind, ANN, base=seq, **fields)
        second = await table.say(f"b{n}", kind, BOB, base=seq, **fields)
        assert second.merged, kind
        assert second.entries == first.entries, kind


# To be decided


async def test_a_probable_double_is_put_before_a_person_with_both_sides(table: Office) -> None:
    first = await table.say("a1", "field_goal", ANN, base=1, **BASKET)
    problem = await conflict(table, "b1", "field_goal", BOB, base=1, **{**BASKET, "value": 3})
    assert problem["why"] == "double"
    assert problem["call_id"] == "b1"
    assert problem["theirs"] == list(first.entries)
    (mine,) = problem["mine"]
    assert (mine["type"], mine["value"], mine["by"]) == ("field_goal", 3, BOB)
    assert mine["player"] == "home-7"
    # Decided: it was another basket.
    kept = await table.say("b1", "field_goal", BOB, base=1, resolve="keep", **BASKET)
    assert kept.entries[0]["by"] == BOB
    assert await table.score() == (4, 0)
    # Kept once, however often that is sent.
    assert (await table.say("b1", "field_goal", BOB, base=1, resolve="keep", **BASKET)).again
    assert await table.score() == (4, 0)


@pytest.mark.parametrize(
    ("fields", "double"),
    [
        ({}, True),
        ({"clock_ms": 595_000}, True),
        ({"clock_ms": 580_000}, False),
        ({"player": "8"}, False),
        ({"player": None}, True),
        ({"team": "away", "player": "4"}, False),
        ({"made": False}, True),
    ],
)
async def test_what_counts_as_a_double(table: Office, fields: dict[str, Any], double: bool) -> None:
    await table.say("a1", "field_goal", ANN, base=1, clock_ms=600_000, **BASKET)
    mine = {**BASKET, **fields}
    if double:
        assert (await conflict(table, "b1", "field_goal", BOB, base=1, **mine))["why"] == "double"
    else:
        await table.say("b1", "field_goal", BOB, base=1, **mine)


async def test_two_throws_of_a_trip_are_no_double(table: Office) -> None:
    throw = {"team": "home", "player": "7", "made": True, "of": 2}
    await table.say("a1", "free_throw", ANN, base=1, nth=1, **throw)
    await table.say("b1", "free_throw", BOB, base=1, nth=2, **throw)
    assert (await conflict(table, "b2", "free_throw", BOB, base=1, nth=1, **throw))["theirs"]


async def test_what_was_taken_back_is_no_double(table: Office) -> None:
    await table.say("a1", "field_goal", ANN, base=1, **BASKET)
    await table.say("a2", "undo", ANN)
    await table.say("b1", "field_goal", BOB, base=1, **BASKET)
    assert await table.score() == (2, 0)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("foul", {"team": "home", "player": "7"}),
        ("rebound", {"team": "home", "kind": "defensive"}),
        ("free_throw", {"team": "away", "player": "4", "made": True}),
        ("turnover", {"team": "home", "player": "7"}),
        ("timeout", {"team": "home"}),
        ("adjust", {"team": "home", "points": 2}),
    ],
)
async def test_every_kind_of_play_can_be_a_double(
    table: Office, kind: str, fields: dict[str, Any]
) -> None:
    await table.say("a1", kind, ANN, base=1, **fields)
    assert (await conflict(table, "b1", kind, BOB, base=1, **fields))["why"] == "double"
    await table.say("b1", kind, BOB, base=2, **fields)


async def test_line_ups_that_share_a_player_meet(table: Office) -> None:
    for n, player in enumerate("45678"):
        await table.say(f"in{n}", "substitution", ANN, team="home", player_in=player)
    await table.say("a1", "substitution", ANN, base=6, team="home", player_in="0", player_out="4")
    change = {"team": "home", "player_in": "0", "player_out": "5"}
    assert (await conflict(table, "b1", "substitution", BOB, base=6, **change))["why"] == "double"
    await table.say("b2", "substitution", BOB, base=6, team="home", player_in="00", player_out="5")
    five = {"team": "away", "players": ["4", "10", "11", "12", "13"]}
    await table.say("a3", "starters", ANN, base=8, **five)
    other = {"team": "away", "players": ["14", "10", "11", "12", "13"]}
    assert (await conflict(table, "b3", "starters", BOB, base=8, **other))["why"] == "changed"


async def test_two_corrections_of_one_entry_are_shown_with_both_sides(table: Office) -> None:
    basket = (await table.say("a1", "field_goal", ANN, base=1, **BASKET)).entries[0]["seq"]
    theirs = await table.say("a2", "amend", ANN, base=2, links=basket, value=3)
    problem = await conflict(table, "b1", "amend", BOB, base=2, links=basket, player="8")
    assert (problem["why"], problem["theirs"]) == ("changed", list(theirs.entries))
    await table.say("b1", "amend", BOB, base=2, links=basket, player="8", resolve="keep")
    assert await table.score() == (3, 0)


async def test_taking_back_what_others_added_to_is_asked_first(table: Office) -> None:
    basket = (await table.say("a1", "field_goal", ANN, base=1, **BASKET)).entries[0]["seq"]
    assist = {"team": "home", "player": "8", "links": basket}
    theirs = await table.say("b1", "assist", BOB, base=2, **assist)
    problem = await conflict(table, "a2", "void", ANN, base=2, links=basket)
    assert problem["theirs"] == list(theirs.entries)
    await conflict(table, "a3", "undo", ANN, base=2)
    await table.say("a2", "void", ANN, base=2, links=basket, resolve="keep")
    assert await table.score() == (0, 0)


async def test_a_call_about_what_others_took_back_can_only_be_dropped(table: Office) -> None:
    basket = (await table.say("a1", "field_goal", ANN, base=1, **BASKET)).entries[0]["seq"]
    await table.say("a2", "void", ANN, base=2, links=basket)
    said: list[tuple[str, dict[str, Any]]] = [
        ("assist", {"team": "home", "player": "8"}),
        ("amend", {"value": 3}),
        ("void", {}),
    ]
    for n, (kind, fields) in enumerate(said):
        problem = await conflict(table, f"b{n}", kind, BOB, base=2, links=basket, **fields)
        assert (problem["why"], problem["choices"]) == ("changed", ["drop"])
        assert problem["mine"][0]["type"] == kind
        assert problem["theirs"][0]["type"] == "void"


async def test_the_clock_of_a_game_that_others_ended_can_only_be_dropped(table: Office) -> None:
    await table.say("a1", "finalize", ANN, base=1)
    problem = await conflict(table, "b1", "period_start", BOB, base=1)
    assert (problem["why"], problem["choices"]) == ("time", ["drop"])


async def test_other_arrows_and_scores_are_asked_about(table: Office) -> None:
    await table.say("a1", "possession", ANN, base=1, team="away")
    assert (await conflict(table, "b1", "possession", BOB, base=1, team="home"))["theirs"]
    await table.say("a2", "confirm", ANN, base=2, period=1, score={"home": 1, "away": 0})
    score = {"home": 0, "away": 0}
    assert (await conflict(table, "b2", "confirm", BOB, base=2, period=1, score=score))["theirs"]


async def test_an_answer_that_was_lost_is_given_again_whatever_came_since(table: Office) -> None:
    """The answer counts, not what the call would meet now."""
    first = await table.say("b1", "field_goal", BOB, base=1, **BASKET)
    await table.say("a1", "field_goal", ANN, base=2, **BASKET)
    again = await table.say("b1", "field_goal", BOB, base=1, **BASKET)
    assert (again.again, again.entries) == (True, first.entries)


async def test_a_refusal_that_others_did_not_cause_is_a_refusal(table: Office) -> None:
    await table.say("a1", "timeout", ANN, base=1, team="home")
    with pytest.raises(Problem) as caught:
        await table.say("b1", "field_goal", BOB, base=1, team="home", player="99", made=True)
    assert caught.value.type == "unknown-player"


async def test_what_is_open_comes_with_the_answer_that_closes(table: Office) -> None:
    confirmed = await table.say("c", "confirm", ANN, period=1)
    assert isinstance(confirmed.document()["flags"], list)
    assert "flags" not in (await table.say("n", "note", ANN, text="hi")).document()
