"""What more can be said of a fact: tags, trips to the line, who drew a foul, the shot clock."""

from __future__ import annotations

from typing import Any

import pytest

from server.game.eventjson import from_json, to_json
from server.game.events import (
    ClockSet,
    ClockStarted,
    ClockStopped,
    Event,
    FieldGoal,
    Foul,
    FreeThrow,
    JumpBall,
    Rebound,
    Timeout,
    Turnover,
)
from tests.game.table import Table


def at(rules: str) -> Table:
    table = Table(rules)
    table.say("period_start")
    return table


@pytest.fixture
def table() -> Table:
    return at("fiba")


def said(table: Table, kind: str, /, **fields: Any) -> Event:
    """The event of a call; it survives JSON."""
    event = table.event(table.say(kind, **fields)[-1].seq)
    assert from_json(to_json(event)) == event
    return event


# Shots


def test_tags_are_kept_in_one_order_and_none_is_not_empty(table: Table) -> None:
    shot = said(
        table, "field_goal", team="home", made=True, tags=["fast_break", "paint", "fast_break"]
    )
    silent = said(table, "field_goal", team="home", made=True)
    none = said(table, "field_goal", team="home", made=True, tags=[])
    throw = said(table, "free_throw", team="home", made=True, tags=["off_turnover"])
    assert isinstance(shot, FieldGoal)
    assert isinstance(silent, FieldGoal)
    assert isinstance(none, FieldGoal)
    assert isinstance(throw, FreeThrow)
    assert (shot.tags, silent.tags, none.tags) == (("paint", "fast_break"), None, ())
    assert throw.tags == ("off_turnover",)


def test_a_heave_is_one_where_the_rules_have_it(table: Table) -> None:
    heave = {"team": "home", "player": "4", "made": False, "value": 3, "tags": ["heave"]}
    assert table.refused("field_goal", **heave) == "value-outside-rules"
    shot = said(at("nba"), "field_goal", **heave)
    assert isinstance(shot, FieldGoal)
    assert shot.tags == ("heave",)


def test_goaltending_by_the_defence_counts_and_by_the_offence_is_a_turnover(table: Table) -> None:
    shot = said(table, "field_goal", team="home", made=True, tags=["goaltending"])
    lost = said(table, "turnover", team="home", player="4", kind="offensive_goaltending")
    assert isinstance(shot, FieldGoal)
    assert isinstance(lost, Turnover)
    assert lost.kind == "offensive_goaltending"


@pytest.mark.parametrize(("x_m", "y_m", "value"), [(12.0, 0.0, 2), (4.0, 0.0, 3), (-13.0, 7.0, 3)])
def test_where_a_shot_was_taken_tells_its_value(
    table: Table, x_m: float, y_m: float, value: int
) -> None:
    shot = said(table, "field_goal", team="home", made=True, x_m=x_m, y_m=y_m)
    told = said(table, "field_goal", team="home", made=True, x_m=x_m, y_m=y_m, value=2)
    assert isinstance(shot, FieldGoal)
    assert isinstance(told, FieldGoal)
    assert (shot.value, told.value) == (value, 2), "what is said goes before the lines"


def test_one_free_throw_may_be_worth_more_where_the_rules_say_so() -> None:
    table = at("nba")
    throw = said(table, "free_throw", team="home", made=True, value=3, nth=1, of=1)
    assert isinstance(throw, FreeThrow)
    assert (throw.value, throw.nth, throw.of) == (3, 1, 1)
    two = at('{"base": "youth", "free_throw_values": [2]}')
    only = said(two, "free_throw", team="home", made=True)
    assert isinstance(only, FreeThrow)
    assert only.value == 2


def test_a_trip_to_the_line(table: Table) -> None:
    foul = said(
        table,
        "foul",
        team="away",
        player="10",
        kind="shooting",
        drawn_by="home-4",
        throws=3,
        links=table.seq("field_goal", team="home", player="4", value=3, made=False),
    )
    assert isinstance(foul, Foul)
    assert (foul.drawn_by, foul.throws, foul.links) == ("home-4", 3, 2)
    throws = [
        said(table, "free_throw", team="home", player="4", made=made, nth=nth, of=3)
        for nth, made in enumerate((True, False, False), 1)
    ]
    assert [t.nth for t in throws if isinstance(t, FreeThrow)] == [1, 2, 3]
    assert {t.links for t in throws if isinstance(t, FreeThrow)} == {3}
    board = said(table, "rebound", team="home", kind="dead_ball")
    assert isinstance(board, Rebound)
    assert board.kind == "dead_ball"


def test_nobody_rebounds_a_throw_that_another_one_follows(table: Table) -> None:
    table.say("foul", team="away", player="10")
    table.say("free_throw", team="home", made=False, nth=1, of=2)
    first = said(table, "rebound", team="home")
    table.say("free_throw", team="home", made=False, nth=2, of=2)
    last = said(table, "rebound", team="home")
    table.say("free_throw", team="home", made=False, of=2)
    unsaid = said(table, "rebound", team="away")
    assert [e.kind for e in (first, last, unsaid) if isinstance(e, Rebound)] == [
        *("dead_ball", "offensive", "defensive")
    ]


@pytest.mark.parametrize(("rules", "accepted"), [("fiba", True), ("nba", False), ("nfhs", False)])
def test_assists_on_free_throws_are_a_matter_of_the_rules(rules: str, accepted: bool) -> None:
    table = at(rules)
    table.say("foul", team="away", player="10", kind="shooting")
    throw = table.seq("free_throw", team="home", player="4", made=True)
    if accepted:
        said(table, "assist", team="home", player="5", links=throw)
    else:
        assert table.refused("assist", team="home", player="5", links=throw) == "wrong-link"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("field_goal", {"made": True, "tags": ["dunk"]}),
        ("field_goal", {"made": True, "x_m": 50.1}),
        ("field_goal", {"made": True, "x_m": 0, "y_m": -1e9}),
        ("free_throw", {"made": True, "tags": ["paint"]}),
        ("free_throw", {"made": True, "nth": 3, "of": 2}),
        ("free_throw", {"made": True, "nth": 4}),
        ("free_throw", {"made": True, "nth": 0}),
        ("free_throw", {"made": True, "of": 4}),
        ("free_throw", {"made": True, "of": 2**53}),
        ("free_throw", {"made": True, "value": 0}),
        ("rebound", {"kind": "team"}),
        ("foul", {"throws": 4}),
        ("foul", {"throws": -1}),
        ("foul", {"kind": "take"}),
        ("jump_ball", {"kind": "tap"}),
        ("timeout", {"kind": "tea"}),
    ],
)
def test_what_is_outside_the_rules_is_refused(
    table: Table, kind: str, fields: dict[str, Any]
) -> None:
    assert table.refused(kind, team="home", **fields) == "value-outside-rules"


def test_a_foul_is_drawn_by_an_opponent(table: Table) -> None:
    assert table.refused("foul", team="home", player="4", drawn_by="home-5") == "unknown-player"
    assert table.refused("foul", team="home", player="4", drawn_by="99") == "unknown-player"
    by_number = said(table, "foul", player="home-4", drawn_by="13")
    assert isinstance(by_number, Foul)
    assert by_number.drawn_by == "away-13"


def test_a_foul_belongs_to_a_shot_or_to_another_foul(table: Table) -> None:
    shot = table.seq("field_goal", team="home", made=True)
    foul = table.seq("foul", team="away", links=shot)
    said(table, "foul", team="home", kind="technical", links=foul)
    assert table.refused("foul", team="home", links=shot) == "wrong-link"
    table.say("void", links=shot)
    assert foul in table.standing_seqs(), "it happened, whatever became of the shot"
    assert table.refused("foul", team="away", links=shot) == "already-void"


# Stoppages


def test_timeouts_have_kinds_and_some_are_nobody_s(table: Table) -> None:
    media = said(table, "timeout", kind="media")
    team = said(table, "timeout", team="home")
    short = said(at("nfhs"), "timeout", team="home", kind="short")
    kept = said(table, "timeout", team="away", kind="official")
    assert [e.team for e in (media, team, short, kept) if isinstance(e, Timeout)] == [
        *(None, "home", "home", "away")
    ]
    assert table.refused("timeout", team="home", kind="short") == "value-outside-rules"


def test_jump_balls_say_which(table: Table) -> None:
    opening = said(table, "jump_ball", team="home", player="4", kind="opening")
    held = said(table, "jump_ball", team="away", kind="held")
    assert [e.kind for e in (opening, held) if isinstance(e, JumpBall)] == ["opening", "held"]


# Time


def test_the_shot_clock_is_part_of_the_clock_s_facts(table: Table) -> None:
    started = said(table, "clock_start", shot_clock_ms=24_000)
    stopped = said(table, "clock_stop", shot_clock_ms=3_200)
    put = said(table, "clock_set", clock_ms=500_000, shot_clock_ms=0)
    assert isinstance(started, ClockStarted)
    assert isinstance(stopped, ClockStopped)
    assert isinstance(put, ClockSet)
    assert (started.shot_clock_ms, stopped.shot_clock_ms, put.shot_clock_ms) == (24_000, 3_200, 0)
    assert table.refused("clock_start", shot_clock_ms=24_001) == "value-outside-rules"
    assert table.refused("clock_start", shot_clock_ms=-1) == "value-outside-rules"
    assert at("nfhs").refused("clock_start", shot_clock_ms=1) == "value-outside-rules"


def test_without_a_clock_a_game_has_periods_and_an_order() -> None:
    table = at("youth")
    assert table.game.rules.clock == "none"
    for _ in range(3):
        table.say("field_goal", team="home", made=True)
        table.wait(60)
        assert table.game.progress.clock_ms == 480_000
    ended = table.say("period_end")[0].event
    assert (ended.period, ended.clock_ms) == (1, 0)
    late = said(table, "free_throw", team="home", made=True)
    assert (late.period, late.clock_ms) == (1, 0)
    table.say("period_start")
    put = said(table, "field_goal", team="away", made=True, after=2)
    assert (put.period, put.clock_ms) == (1, 480_000)
    now = said(table, "foul", team="away")
    assert (now.period, now.clock_ms) == (2, 480_000)
    # Somebody found a stopwatch after all.
    table.say("clock_start")
    table.wait(80)
    timed = said(table, "foul", team="away")
    assert timed.clock_ms == 400_000
