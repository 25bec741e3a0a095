"""Odd things that feeds say: links that are none, free throws worth a trip, heaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.feeds import nba_live, nba_stats_v2
from server.feeds.compare import compare
from server.feeds.figures import figures
from server.feeds.play import Played
from server.feeds.roster import Listed, Roster
from server.feeds.teller import Teller
from server.feeds.told import Official, Person, Side, Step, Told
from server.game.events import Assist, Event, FieldGoal, FreeThrow
from server.game.rules import NBA
from server.projections.boxscore import COLUMNS
from tests.feeds.replaying import played

NOTHING = Official(dict.fromkeys(COLUMNS, 0))


def told(*steps: Step) -> Told:
    sides = {
        side: Side(side, tuple(Person(f"{side}-{n}", "", NOTHING) for n in range(4, 10)), NOTHING)
        for side in ("home", "away")
    }
    return Told("odd", "g", {"base": "fiba"}, sides, steps)


def told_and_played(*bodies: Mapping[str, Any]) -> tuple[Told, Played]:
    parents = {"assist": "k1"}
    game = told(
        *(Step(body, f"k{n}", parents.get(str(body["type"]))) for n, body in enumerate(bodies))
    )
    return game, played(game)


def test_a_parent_that_cannot_be_one_is_let_go() -> None:
    start = {"type": "period_start"}
    miss = {"type": "field_goal", "team": "home", "player": "4", "made": False}
    assist = {"type": "assist", "team": "home", "player": "5"}
    game, done = told_and_played(start, miss, assist)
    assert done.refused == ()
    events = [entry.event for entry in done.game.history.entries()]
    assert isinstance(events[2], Assist)
    assert events[2].links is None
    found = compare(game, figures(done))
    assert {(d["stat"], d["ours"]) for d in found["differences"]} == {("fga", 1), ("ast", 1)}


def test_a_call_without_meaning_is_named() -> None:
    game, done = told_and_played({"type": "steal", "team": "home", "player": "99"})
    assert len(done.refused) == 1
    broken = compare(game, figures(done))["invariants"]
    assert [item["name"] for item in broken] == ["call-accepted"]
    assert "99" in broken[0]["detail"]


def live(*actions: Mapping[str, Any]) -> Told:
    """A game of the live feed with one player a side: 2 of team 1 at home, 3 of team 2."""
    teller, roster = Teller(NBA), Roster()
    roster.seat("home", [Listed(2, "4", "Ann", NOTHING)])
    roster.seat("away", [Listed(3, "5", "Bea", NOTHING)])
    reader = nba_live._Reader(teller, roster, {1: "home", 2: "away"})
    usual = {"period": 1, "clock": "PT05M00.00S", "teamId": 1, "personId": 2, "playerName": "Ann"}
    for number, action in enumerate(actions):
        reader.tell({**usual, "actionNumber": number, **action})
    sides = {side: Side(side, roster.people(side), NOTHING) for side in ("home", "away")}
    return Told("nba_live", "g", {"base": "nba"}, sides, teller.steps(), unknown=teller.unknown)


def last_event(game: Told) -> Event:
    done = played(game)
    assert done.refused == done.bared == ()
    return done.game.history.entries()[-1].event


def test_a_missed_heave_is_nobodys_attempt() -> None:
    for result, attempts in (("Missed", 0), ("Made", 1)):
        game = live({"actionType": "heave", "shotResult": result})
        shot = last_event(game)
        assert isinstance(shot, FieldGoal)
        assert (shot.value, shot.tags) == (3, () if attempts else ("heave",))
        assert figures(played(game)).box["home"]["totals"]["fg3a"] == attempts


def test_one_free_throw_for_a_trip() -> None:
    assert nba_stats_v2._WORTH.search("Magette Free Throw 2PT (2 PTS)")
    assert not nba_stats_v2._WORTH.search("Beal Free Throw 1 of 2 (1 PTS)")
    sides = told().sides
    throw = {"type": "free_throw", "team": "home", "player": "4", "made": True, "value": 2}
    game = Told("g", "g", {"base": "nba"}, sides, (Step({"type": "period_start"}), Step(throw)))
    done = played(game)
    event = done.game.history.entries()[-1].event
    assert isinstance(event, FreeThrow)
    found = compare(game, figures(done))
    assert next(p for p in found["players"] if p["player"] == "home-4")["pts"] == 2
    assert not [i for i in found["invariants"] if i["name"] == "points-from-shots"]


def test_what_does_not_hold_is_named() -> None:
    five = [str(n) for n in range(4, 9)]
    game, done = told_and_played(
        {"type": "starters", "team": "home", "players": five[:4]},
        {"type": "period_start"},
        {"type": "adjust", "team": "home", "points": 3},
        {"type": "steal", "team": "away", "player": "4", "clock_ms": 300_000},
        {"type": "block", "team": "away", "player": "4"},
        {"type": "assist", "team": "away"},
        {"type": "assist", "team": "away"},
        {"type": "rebound", "team": "away", "kind": "defensive", "clock_ms": 300_000},
        {"type": "rebound", "team": "away", "kind": "offensive", "clock_ms": 300_000},
        {"type": "field_goal", "team": "away", "player": "5", "made": True},
        {"type": "period_end"},
    )
    names = {(item["name"], item["team"]) for item in compare(game, figures(done))["invariants"]}
    assert names == {
        ("points-agree", "home"),
        ("five-on-court", "home"),
        ("plus-minus-is-five-margins", "home"),
        ("five-on-court", "away"),
        ("plus-minus-is-five-margins", "away"),
        ("steals-within-turnovers", "away"),
        ("blocks-within-misses", "away"),
        ("rebounds-within-misses", "home"),
        ("rebounds-within-misses", "away"),
        ("assists-within-scoring", "away"),
        ("team-is-sum-of-players", "away"),
        ("plus-minus-opposite", None),
    }
