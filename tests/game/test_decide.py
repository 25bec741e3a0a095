"""What is refused, what is accepted, and what a call becomes."""

from __future__ import annotations

from typing import Any

import pytest

from server.game.events import (
    Assist,
    ClockStarted,
    ClockStopped,
    FieldGoal,
    FreeThrow,
    PeriodEnded,
    PeriodStarted,
    Rebound,
)
from tests.game.table import Table


def links(table: Table, seq: int) -> int | None:
    event = table.event(seq)
    assert isinstance(event, Assist | FreeThrow | Rebound) or hasattr(event, "links")
    found: int | None = event.links
    return found


# Refused


@pytest.mark.parametrize(
    ("kind", "fields", "why"),
    [
        ("field_goal", {"made": True}, "unknown-team"),
        ("field_goal", {"made": True, "team": "blue"}, "unknown-team"),
        ("field_goal", {"made": True, "team": "home", "player": "99"}, "unknown-player"),
        ("field_goal", {"made": True, "team": "home", "player": "away-4"}, "unknown-player"),
        ("field_goal", {"made": True, "player": "4"}, "unknown-player"),
        ("field_goal", {"made": True, "team": "home", "value": 4}, "value-outside-rules"),
        ("field_goal", {"made": True, "team": "home", "value": 1}, "value-outside-rules"),
        ("field_goal", {"made": True, "team": "home", "value": -2}, "value-outside-rules"),
        ("free_throw", {"made": True, "team": "home", "value": 2}, "value-outside-rules"),
        ("field_goal", {"made": True, "team": "home", "period": 2}, "unknown-period"),
        ("field_goal", {"made": True, "team": "home", "period": 0}, "unknown-period"),
        ("field_goal", {"made": True, "team": "home", "clock_ms": -1}, "clock-outside-period"),
        ("field_goal", {"made": True, "team": "home", "clock_ms": 600_001}, "clock-outside-period"),
        ("field_goal", {"made": True, "team": "home", "after": 9}, "unknown-entry"),
        ("assist", {"team": "home", "links": 9}, "unknown-entry"),
        ("assist", {"team": "home", "links": 0}, "unknown-entry"),
        ("assist", {"team": "home", "links": 1}, "wrong-link"),
        ("foul", {"team": "home", "kind": "rude"}, "value-outside-rules"),
        ("rebound", {"team": "home", "kind": "long"}, "value-outside-rules"),
        ("timeout", {"team": "red"}, "unknown-team"),
        ("substitution", {"team": "home"}, "unknown-player"),
        ("substitution", {"player_in": "4"}, "unknown-team"),
        ("substitution", {"team": "home", "player_in": "4", "player_out": "4"}, "same-player"),
        ("starters", {"players": ["home-4", "home-4"]}, "same-player"),
        ("starters", {"team": "home", "players": []}, "value-outside-rules"),
        ("starters", {"team": "home", "players": ["0", "00", "4", "5", "6", "7"]},
         "value-outside-rules"),
        ("starters", {"team": "home", "players": ["4", "x"]}, "unknown-player"),
        ("roster_add", {"team": "home", "player": "4"}, "player-exists"),
        ("roster_add", {"team": "home", "player": "12345"}, "unknown-player"),
        ("roster_add", {"team": "home", "player": "#"}, "unknown-player"),
        ("adjust", {"team": "home", "points": 0}, "value-outside-rules"),
        ("adjust", {"team": "home", "points": 201}, "value-outside-rules"),
        ("clock_set", {"clock_ms": 700_000}, "clock-outside-period"),
        ("clock_start", {"period": 2}, "unknown-period"),
        ("period_start", {"period": 1}, "period-exists"),
        ("period_start", {"period": 6}, "unknown-period"),
        ("period_start", {"period": 2, "clock_ms": 600_001}, "clock-outside-period"),
        ("void", {"links": 9}, "unknown-entry"),
        ("amend", {"links": 9, "made": False}, "unknown-entry"),
        ("amend", {"links": 1, "made": False}, "field-not-of-type"),
    ],
)  # fmt: skip
def test_a_call_without_meaning_changes_nothing(
    table: Table, kind: str, fields: dict[str, Any], why: str
) -> None:
    assert table.refused(kind, **fields) == why


def test_zero_and_double_zero_are_two_players(table: Table) -> None:
    table.say("field_goal", team="home", player="00", made=True)
    table.say("field_goal", team="home", player="0", made=True)
    shots = [e.player for _, e in table.stands() if isinstance(e, FieldGoal)]
    assert shots == ["home-00", "home-0"]


def test_a_player_s_id_tells_the_team_and_a_team_needs_no_player(table: Table) -> None:
    (by_id,) = table.say("field_goal", player="away-10", made=False)
    (by_team,) = table.say("field_goal", team="home", made=True)
    assert isinstance(by_id.event, FieldGoal)
    assert isinstance(by_team.event, FieldGoal)
    assert (by_id.event.team, by_id.event.value) == ("away", 2)
    assert by_team.event.player is None


# Time


def test_periods_follow_each_other_into_overtime() -> None:
    table = Table("ncaa_men")
    for number in range(1, 5):
        (started,) = table.say("period_start")
        assert isinstance(started.event, PeriodStarted)
        assert started.event.period == number
        assert started.event.clock_ms == (1_200_000 if number <= 2 else 300_000)
        table.say("period_end")
    assert table.refused("period_end") == "no-period"


def test_a_late_start_may_skip_periods_of_regulation() -> None:
    table = Table()
    assert table.refused("period_start", period=5) == "unknown-period"
    (started,) = table.say("period_start", period=3)
    assert started.event.period == 3
    table.say("adjust", team="home", points=12, text="joined late")


def test_overtime_does_not_go_on_for_ever() -> None:
    table = Table()
    for _ in range(24):
        table.say("period_start")
    assert table.refused("period_start") == "unknown-period"


def test_the_clock_runs_on_the_wall_and_stops_at_zero(table: Table) -> None:
    table.say("clock_start")
    table.wait(90.25)
    (shot,) = table.say("field_goal", team="home", made=True)
    assert shot.event.clock_ms == 509_750
    (stopped,) = table.say("clock_stop")
    assert isinstance(stopped.event, ClockStopped)
    assert stopped.event.clock_ms == 509_750
    table.wait(60)
    (started,) = table.say("clock_start")
    assert isinstance(started.event, ClockStarted)
    assert started.event.clock_ms == 509_750
    table.wait(3600)
    (late,) = table.say("foul", team="home")
    assert late.event.clock_ms == 0
    (ended,) = table.say("period_end")
    assert isinstance(ended.event, PeriodEnded)


def test_the_clock_can_be_set_while_it_runs(table: Table) -> None:
    table.say("clock_start")
    table.wait(10)
    table.say("clock_set", clock_ms=300_000)
    table.wait(1)
    (foul,) = table.say("foul", team="away")
    assert foul.event.clock_ms == 299_000


def test_without_a_clock_the_latest_play_that_names_a_time_tells_it(table: Table) -> None:
    table.say("field_goal", team="home", made=True, clock_ms=400_000)
    table.say("field_goal", team="home", made=True, clock_ms=500_000)
    (foul,) = table.say("foul", team="away")
    assert foul.event.clock_ms == 400_000


@pytest.mark.parametrize("kind", ["clock_start", "clock_stop", "period_end"])
def test_nothing_runs_between_periods(kind: str) -> None:
    table = Table()
    assert table.refused(kind) == "no-period"
    table.say("period_start")
    table.say("period_end")
    assert table.refused(kind) == "no-period"


def test_plays_are_taken_before_the_first_period_and_in_a_break() -> None:
    table = Table()
    (early,) = table.say("foul", team="home", kind="technical")
    assert (early.event.period, early.event.clock_ms) == (1, 600_000)
    table.say("period_start")
    table.say("period_end")
    (late,) = table.say("free_throw", team="away", made=True)
    assert (late.event.period, late.event.clock_ms) == (1, 0)


def test_after_the_final_only_time_is_over(table: Table) -> None:
    table.say("clock_start")
    table.wait(1)
    (final,) = table.say("finalize")
    assert table.game.progress.status() == "final"
    for kind in ("finalize", "period_start", "period_end", "clock_start"):
        assert table.refused(kind) == "game-final"
    table.say("field_goal", team="home", made=True)
    table.say("void", links=final.seq)
    assert table.game.progress.status() == "live"
    table.say("period_end")


def test_status_follows_the_periods() -> None:
    table = Table()
    said = [table.game.progress.status()]
    for kind in ("period_start", "period_end", "period_start"):
        table.say(kind)
        said.append(table.game.progress.status())
    assert said == ["scheduled", "live", "break", "live"]


# Links


def test_an_assist_finds_its_basket(table: Table) -> None:
    basket = table.seq("field_goal", team="home", player="4", made=True)
    table.say("clock_stop")
    table.say("foul", team="away")
    assist = table.seq("assist", team="home", player="5")
    assert links(table, assist) == basket
    # One basket has one assist; a second one belongs to none we know.
    assert links(table, table.seq("assist", team="home", player="6")) is None


def test_a_wrong_guess_is_not_made(table: Table) -> None:
    table.say("field_goal", team="home", made=True)
    table.say("rebound", team="away")
    assert links(table, table.seq("assist", team="home", player="5")) is None
    table.say("field_goal", team="away", made=True)
    assert links(table, table.seq("assist", team="home", player="5")) is None


def test_rebounds_know_whose_miss_it_was(table: Table) -> None:
    miss = table.seq("field_goal", team="home", made=False)
    block = table.seq("block", team="away", player="10")
    own = table.seq("rebound", team="home")
    assert (links(table, block), links(table, own)) == (miss, miss)
    assert isinstance(table.event(own), Rebound)
    assert table.event(own).kind == "offensive"  # type: ignore[attr-defined]
    miss = table.seq("field_goal", team="home", made=False)
    theirs = table.event(table.seq("rebound", team="away"))
    assert isinstance(theirs, Rebound)
    assert (theirs.kind, theirs.links) == ("defensive", miss)
    said = table.event(table.seq("rebound", team="away", kind="offensive"))
    assert isinstance(said, Rebound)
    assert (said.kind, said.links) == ("offensive", None)


def test_free_throws_belong_to_the_foul(table: Table) -> None:
    foul = table.seq("foul", team="away", player="10")
    first = table.seq("free_throw", team="home", made=True)
    second = table.seq("free_throw", team="home", made=False)
    board = table.seq("rebound", team="away")
    assert [links(table, n) for n in (first, second, board)] == [foul, foul, second]


def test_steals_follow_the_opponents_turnover(table: Table) -> None:
    lost = table.seq("turnover", team="home", player="4", kind="bad_pass")
    assert links(table, table.seq("steal", team="away", player="10")) == lost
    assert table.refused("steal", team="home", links=lost) == "wrong-link"


def test_a_link_may_be_named(table: Table) -> None:
    basket = table.seq("field_goal", team="home", made=True)
    table.say("field_goal", team="away", made=True)
    assert links(table, table.seq("assist", team="home", links=basket)) == basket
    assert table.refused("block", team="away", links=basket) == "wrong-link"
    assert table.refused("rebound", team="away", links=basket) == "wrong-link"
    foul = table.seq("foul", team="away", kind="personal")
    assert links(table, table.seq("free_throw", team="home", made=True, links=basket)) == basket
    assert links(table, table.seq("turnover", team="away", links=foul)) == foul
    table.say("void", links=basket)
    assert table.refused("assist", team="home", links=basket) == "already-void"


# Insertion


def test_a_fact_can_be_put_after_another(table: Table) -> None:
    table.say("clock_start")
    table.wait(60)
    first = table.seq("field_goal", team="home", made=True)
    table.wait(60)
    table.say("field_goal", team="away", made=True)
    (put,) = table.say("foul", team="away", after=first)
    assert (put.event.period, put.event.clock_ms, put.event.after) == (1, 540_000, first)
    void = table.seq("void", links=put.seq)
    assert table.refused("foul", team="home", after=void) == "unknown-entry"


def test_a_past_period_s_default_is_its_end(table: Table) -> None:
    table.say("period_end")
    table.say("period_start")
    (put,) = table.say("field_goal", team="home", made=True, period=1)
    assert (put.event.period, put.event.clock_ms) == (1, 0)


def test_the_roster_can_grow(table: Table) -> None:
    (added,) = table.say("roster_add", team="away", player="#23")
    basket = table.seq("field_goal", team="away", player="23", made=True)
    assert table.refused("void", links=added.seq) == "player-has-entries"
    table.say("void", links=basket)
    table.say("void", links=added.seq)
    assert table.refused("field_goal", team="away", player="23", made=True) == "unknown-player"
