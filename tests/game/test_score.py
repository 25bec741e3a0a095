"""Adjusting the score and confirming it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.game.calls import IllegalCall
from server.game.events import SIDES, Adjusted, Confirmed, Event, Foul
from server.game.score import points_of, score_after
from tests.game.strategies import CALM, SAID
from tests.game.table import Table


@pytest.fixture
def table() -> Table:
    table = Table()
    table.say("period_start")
    table.say("field_goal", team="home", made=True, value=3, clock_ms=500_000)
    table.say("free_throw", team="away", made=True, clock_ms=400_000)
    table.say("field_goal", team="away", made=False, clock_ms=300_000)
    return table


def adjusted(table: Table, **fields: Any) -> int:
    event = table.event(table.seq("adjust", **fields))
    assert isinstance(event, Adjusted)
    return event.points


def test_a_score_may_be_named_instead_of_points(table: Table) -> None:
    assert adjusted(table, team="home", score=12) == 9
    assert adjusted(table, team="away", score=0) == -1
    assert adjusted(table, team="away", points=2) == 2
    assert score_after(table.game, 1) == (12, 2)


def test_joining_late_at_12_to_9() -> None:
    table = Table("youth")
    table.say("period_start", period=2)
    assert adjusted(table, team="home", score=12, text="joined late") == 12
    assert adjusted(table, team="away", score=9, text="joined late") == 9
    table.say("field_goal", team="home", made=True)
    assert score_after(table.game, 2) == (14, 9)


def test_a_score_put_in_later_is_that_of_its_place(table: Table) -> None:
    """It was 3-0 when somebody looked; what fell afterwards stays on top."""
    assert adjusted(table, team="home", score=4, clock_ms=450_000) == 1
    assert adjusted(table, team="away", score=2, clock_ms=450_000) == 2
    assert score_after(table.game, 1) == (4, 3)
    first = table.stands()[1][0]
    assert adjusted(table, team="home", score=2, after=first) == -1


def test_now_is_after_all_that_was_told(table: Table) -> None:
    """Also after the clock was put back, when facts with less left of it come later."""
    table.say("clock_set", clock_ms=450_000)
    assert adjusted(table, team="away", score=2) == 1


@given(SAID, st.sampled_from(SIDES), st.integers(0, 99))
@settings(CALM, max_examples=100)
def test_a_score_that_is_named_is_the_score(
    said: list[tuple[str, int, dict[str, Any]]], team: str, score: int
) -> None:
    table = Table()
    table.say_all([("desk", 0, {"type": "period_start"}), *said])
    with suppress(IllegalCall):  # it may be the score already
        table.say("adjust", team=team, score=score)
    period = max(1, table.game.progress.period)
    found = dict(zip(SIDES, score_after(table.game, period), strict=True))
    assert found[team] == score


def test_void_facts_are_no_points(table: Table) -> None:
    table.say("void", links=2)
    assert adjusted(table, team="home", score=3) == 3


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"team": "home", "score": 3}, "no-change"),
        ({"team": "home", "score": -1}, "value-outside-rules"),
        ({"team": "home", "score": 1000}, "value-outside-rules"),
        ({"team": "home", "score": 204}, "value-outside-rules"),
        ({"team": "red", "score": 4}, "unknown-team"),
        ({"team": "home", "score": 4, "period": 2}, "unknown-period"),
    ],
)
def test_a_score_without_meaning_is_refused(table: Table, fields: dict[str, Any], why: str) -> None:
    assert table.refused("adjust", **fields) == why


def test_what_gives_no_points() -> None:
    foul: Event = Foul(period=1, clock_ms=0, team="home")
    assert points_of(foul) is None


# Confirming


def confirmed(table: Table, **fields: Any) -> Confirmed:
    event = table.event(table.seq("confirm", **fields))
    assert isinstance(event, Confirmed)
    return event


def test_a_confirmation_keeps_what_the_facts_say(table: Table) -> None:
    table.say("period_end")
    assert confirmed(table) == Confirmed(period=1, clock_ms=0, home=3, away=1)
    table.say("period_start")
    table.say("field_goal", team="home", made=True)
    table.wait(5)
    assert confirmed(table, period=1) == Confirmed(period=1, clock_ms=0, home=3, away=1)
    open_period = confirmed(table)
    assert (open_period.period, open_period.clock_ms) == (2, 600_000)
    assert (open_period.home, open_period.away) == (5, 1)


def test_a_confirmation_keeps_what_was_said_whatever_the_facts(table: Table) -> None:
    said = confirmed(table, score={"home": 7, "away": 1})
    assert (said.home, said.away) == (7, 1)
    assert score_after(table.game, 1) == (3, 1), "it changes nothing"
    table.say("finalize")
    assert confirmed(table).home == 3


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"period": 2}, "unknown-period"),
        ({"period": 0}, "unknown-period"),
        ({"score": {"home": -1, "away": 0}}, "value-outside-rules"),
        ({"score": {"home": 0, "away": 1000}}, "value-outside-rules"),
    ],
)
def test_a_confirmation_without_meaning_is_refused(
    table: Table, fields: dict[str, Any], why: str
) -> None:
    assert table.refused("confirm", **fields) == why


def test_nothing_is_confirmed_before_the_first_period() -> None:
    assert Table().refused("confirm") == "unknown-period"
