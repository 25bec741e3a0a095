"""Odd things that feeds say: links that are none, free throws worth a trip, heaves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from server.feeds import nba_live, nba_stats_v2
from server.feeds.compare import compare
from server.feeds.play import Played, play
from server.feeds.told import Official, Person, Side, Step, Teller, Told
from server.feeds.trips import Trips
from server.game.events import Assist, FieldGoal, FreeThrow, Note
from server.game.rules import FIBA, NBA
from server.gamelog.memory import MemoryLog
from server.projections.boxscore import COLUMNS

AT = datetime(2026, 1, 2, 18, 0, tzinfo=UTC)
NOTHING = Official(dict.fromkeys(COLUMNS, 0))


def told(*steps: Step) -> Told:
    sides = {
        side: Side(side, tuple(Person(f"{side}-{n}", "", NOTHING) for n in range(4, 10)), NOTHING)
        for side in ("home", "away")
    }
    return Told("odd", "g", FIBA, sides, steps)


def played(*bodies: Mapping[str, Any]) -> tuple[Told, Played]:
    parents = {"assist": "k1"}
    game = told(
        *(Step(body, f"k{n}", parents.get(str(body["type"]))) for n, body in enumerate(bodies))
    )
    return game, play(game, MemoryLog(), AT)


def test_a_parent_that_cannot_be_one_is_let_go() -> None:
    start = {"type": "period_start"}
    miss = {"type": "field_goal", "team": "home", "player": "4", "made": False}
    assist = {"type": "assist", "team": "home", "player": "5"}
    game, done = played(start, miss, assist)
    assert done.refused == ()
    events = [entry.event for entry in done.game.history.entries()]
    assert isinstance(events[2], Assist)
    assert events[2].links is None
    found = compare(game, done)
    assert {(d["stat"], d["ours"]) for d in found["differences"]} == {("fga", 1), ("ast", 1)}


def test_a_call_without_meaning_is_named() -> None:
    game, done = played({"type": "steal", "team": "home", "player": "99"})
    assert len(done.refused) == 1
    broken = compare(game, done)["invariants"]
    assert [item["name"] for item in broken] == ["call-accepted"]
    assert "99" in broken[0]["detail"]


def test_a_missed_heave_is_nobodys_attempt() -> None:
    def heave(result: str) -> dict[str, Any]:
        return {
            "actionType": "heave",
            "period": 1,
            "clock": "PT00M01.00S",
            "actionNumber": 1,
            "teamId": 1,
            "personId": 2,
            "shotResult": result,
        }

    said = []
    for result in ("Missed", "Made"):
        teller = Teller(NBA)
        nba_live._tell(teller, heave(result), {1: "home"}, {2: "home-4"}, Trips())
        game = Told("nba_live", "g", NBA, told().sides, teller.steps())
        done = play(game, MemoryLog(), AT)
        said.append(done.game.history.entries()[-1].event)
    assert isinstance(said[0], Note)
    assert isinstance(said[1], FieldGoal)
    assert said[1].value == 3


def test_one_free_throw_for_a_trip() -> None:
    assert nba_stats_v2._WORTH.search("Magette Free Throw 2PT (2 PTS)")
    assert not nba_stats_v2._WORTH.search("Beal Free Throw 1 of 2 (1 PTS)")
    sides = told().sides
    throw = {"type": "free_throw", "team": "home", "player": "4", "made": True, "value": 2}
    game = Told("g", "g", NBA, sides, (Step({"type": "period_start"}), Step(throw)))
    done = play(game, MemoryLog(), AT)
    event = done.game.history.entries()[-1].event
    assert isinstance(event, FreeThrow)
    found = compare(game, done)
    assert next(p for p in found["players"] if p["player"] == "home-4")["pts"] == 2
    assert not [i for i in found["invariants"] if i["name"] == "points-from-shots"]


def test_what_does_not_hold_is_named() -> None:
    five = [str(n) for n in range(4, 9)]
    game, done = played(
        {"type": "starters", "team": "home", "players": five[:4]},
        {"type": "period_start"},
        {"type": "adjust", "team": "home", "points": 3},
        {"type": "steal", "team": "away", "player": "4"},
        {"type": "block", "team": "away", "player": "4"},
        {"type": "assist", "team": "away"},
        {"type": "field_goal", "team": "away", "player": "5", "made": True},
        {"type": "period_end"},
    )
    names = {(item["name"], item["team"]) for item in compare(game, done)["invariants"]}
    assert names == {
        ("points-agree", "home"),
        ("five-on-court", "home"),
        ("plus-minus-is-five-margins", "home"),
        ("five-on-court", "away"),
        ("plus-minus-is-five-margins", "away"),
        ("steals-within-turnovers", "away"),
        ("blocks-within-misses", "away"),
        ("team-is-sum-of-players", "away"),
        ("plus-minus-opposite", None),
    }
