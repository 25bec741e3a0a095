"""Fact by fact: what the feeds' formats carry there and back, and how the rest is put."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from server.exports.nba_plays import duration, playbyplay
from server.game.eventjson import to_json
from server.game.events import TURNOVER_KINDS, Event
from server.projections.order import facts
from tests.exports.books import book_of, read_back
from tests.exports.test_round_trips import PLAYERS
from tests.game.table import AWAY, HOME, Table

RULES = {"nba_live": "nba", "fiba_livestats": "fiba"}
SAID = (
    "type",
    "team",
    "player",
    "made",
    "value",
    "kind",
    "tags",
    "nth",
    "of",
    "drawn_by",
    "throws",
)


def begun(rules: str) -> Table:
    table = Table(rules)
    table.say("starters", team="home", players=list(HOME[:5]))
    table.say("starters", team="away", players=list(AWAY[:5]))
    table.say("period_start")
    return table


def words(event: Event) -> dict[str, Any]:
    """What an event says, without its place and its entry's numbers."""
    found = {name: value for name, value in to_json(event).items() if name in SAID}
    if "tags" in found:
        found["tags"] = sorted(found["tags"])
    return found


def there_and_back(feed: str, table: Table, folder: Path) -> list[dict[str, Any]]:
    """The plays that came back: all but starters and the period's start."""
    _, played = read_back(feed, book_of(table.game, PLAYERS), folder)
    assert played.refused == ()
    return [
        words(event)
        for _, event in facts(played.game)
        if event.name not in ("starters", "period_start", "jump_ball")
    ]


@pytest.mark.parametrize("feed", RULES)
def test_a_trip_comes_back_with_all_that_was_said_of_it(feed: str, tmp_path: Path) -> None:
    table = begun(RULES[feed])
    at = {"period": 1, "clock_ms": 400_000}
    shot = table.seq(
        "field_goal",
        team="home",
        player="4",
        value=2,
        made=True,
        tags=["fast_break", "paint"],
        x_m=10.25,
        y_m=-1.5,
        **at,
    )
    table.say("assist", team="home", player="5", links=shot, **at)
    foul = table.seq(
        "foul", team="away", player="10", kind="shooting", drawn_by="home-4", throws=1, **at
    )
    table.say(
        "free_throw", team="home", player="4", made=False, links=foul, nth=1, of=1, tags=[], **at
    )
    table.say("rebound", team="away", player="4", kind="defensive", **at)
    table.say("timeout", team="home", **at)
    before = [words(event) for _, event in facts(table.game) if event.clock_ms == 400_000]
    after = there_and_back(feed, table, tmp_path)
    for said in (*before, *after):
        said.pop("kind", None) if said["type"] == "timeout" else None
    assert after == before
    _, played = read_back(feed, book_of(table.game, PLAYERS), tmp_path)
    placed = [event for _, event in facts(played.game) if event.name == "field_goal"]
    assert placed[0].x_m == pytest.approx(10.25, abs=0.01)  # type: ignore[attr-defined]
    assert placed[0].y_m == pytest.approx(-1.5, abs=0.01)  # type: ignore[attr-defined]


@pytest.mark.parametrize("feed", RULES)
@pytest.mark.parametrize("kind", [None, *TURNOVER_KINDS])
def test_turnovers_keep_their_word(feed: str, kind: str | None, tmp_path: Path) -> None:
    table = begun(RULES[feed])
    said = {} if kind is None else {"kind": kind}
    table.say("turnover", team="away", player="4", **said)
    assert there_and_back(feed, table, tmp_path) == [
        {"type": "turnover", "team": "away", "player": "away-4", **said}
    ]


@pytest.mark.parametrize("feed", RULES)
def test_every_foul_of_a_code_keeps_its_column(feed: str, tmp_path: Path) -> None:
    """Kinds that share a word may come back as each other, never into another column."""
    table = begun(RULES[feed])
    rules = table.game.rules
    kinds = sorted(rules.foul_kinds - {"bench", "coach"})
    for kind in kinds:
        table.say("foul", team="home", player="4", kind=kind)
    found = [said["kind"] for said in there_and_back(feed, table, tmp_path)]
    assert [kind in rules.personal_kinds for kind in found] == [
        kind in rules.personal_kinds for kind in kinds
    ]


def test_the_nbas_words_for_what_only_it_has(tmp_path: Path) -> None:
    table = begun("nba")
    heave = {"team": "home", "player": "4", "value": 3, "tags": ["heave"]}
    table.say("field_goal", made=False, **heave)
    foul = table.seq("foul", team="away", player="4", kind="personal")
    table.say("free_throw", team="home", player="4", made=True, value=2, links=foul)
    table.say("field_goal", team="home", player="4", made=True, value=2, tags=["goaltending"])
    actions = playbyplay(book_of(table.game, PLAYERS))["game"]["actions"]
    assert [action["actionType"] for action in actions] == [
        *("period", "heave", "foul", "freethrow", "2pt")
    ]
    assert actions[3]["description"] == "Free Throw 1 of 1 2PT"
    assert actions[4]["qualifiers"] == ["defensivegoaltending"]
    back = there_and_back("nba_live", table, tmp_path)
    assert (back[0]["type"], back[0]["tags"]) == ("field_goal", ["heave"])
    assert back[2]["value"] == 2
    assert back[3]["tags"] == ["goaltending"]


def test_what_the_nba_has_no_word_for_is_said_all_the_same() -> None:
    table = begun("nba")
    table.say("assist", team="home", player="4")
    table.say("foul", team="home", kind="personal")
    table.say("rebound", team="away", player="4", kind="dead_ball")
    table.say("adjust", team="home", points=2, text="table")
    table.say("note", text="nobody's business")
    actions = playbyplay(book_of(table.game, PLAYERS))["game"]["actions"][1:]
    assert [action["actionType"] for action in actions] == [
        *("assist", "foul", "rebound", "adjustment")
    ]
    assert actions[1]["qualifiers"] == ["unnamed"]
    assert (actions[2]["qualifiers"], actions[2]["personId"]) == (["team", "deadball"], 0)
    assert (actions[3]["points"], actions[3]["scoreHome"]) == (2, "2")
    assert "business" not in str(actions)


def test_who_came_late_comes_in_and_a_whole_five_is_told_one_by_one() -> None:
    table = Table("nba")
    table.say("starters", team="home", players=list(HOME[:5]))
    table.say("period_start")
    late = {"period": 1, "clock_ms": 500_000}
    table.say("starters", team="away", players=list(AWAY[:5]), **late)
    table.say("substitution", team="home", players=[*HOME[:3], "6", "7"], **late)
    book = book_of(table.game, PLAYERS)
    assert set(book.began["home"]) == {f"home-{n}" for n in HOME[:5]}
    assert book.began["away"] == ()
    actions = playbyplay(book)["game"]["actions"]
    changes = [(a["subType"], a["jerseyNumber"]) for a in actions if "SUB" in a["description"]]
    assert changes[:5] == [("in", number) for number in sorted(AWAY[:5])]
    assert changes[5:] == [
        *(("out", number) for number in sorted(set(HOME[:5]) - {*HOME[:3], "6", "7"})),
        *(("in", number) for number in sorted({"6", "7"} - set(HOME[:5]))),
    ]


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "PT00M00.00S"),
        (720_000, "PT12M00.00S"),
        (581_000, "PT09M41.00S"),
        (1_640, "PT00M01.64S"),
        (225, "PT00M00.225S"),
    ],
)
def test_clocks_have_the_decimals_they_need(ms: int, text: str) -> None:
    assert duration(ms) == text
