"""What we write, the feeds' own readers read; the game comes back with the same box."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.exports.gamebook import GameBook
from server.feeds.compare import compare
from server.feeds.feeds import read
from server.feeds.figures import figures
from server.feeds.play import play
from server.game.calls import IllegalCall
from server.gamelog.memory import MemoryLog
from tests.exports.books import AT, book_of, box, read_back
from tests.game.strategies import BODIES, CALM
from tests.game.table import AWAY, HOME, Table
from tests.support import shared

RULES = {"nba_live": "nba", "fiba_livestats": "fiba"}
PLAYERS = {
    "home": tuple(f"home-{n}" for n in HOME),
    "away": tuple(f"away-{n}" for n in AWAY),
}
REAL = [
    ("nba_live", "0022000001"),
    ("fiba_livestats", "2702542"),
    ("fiba_livestats", "2702646"),
]


@pytest.mark.parametrize(("feed", "game"), REAL)
def test_a_real_game_survives_its_own_format(feed: str, game: str, tmp_path: Path) -> None:
    told = read(feed, shared(f"games/{feed}/{game}"))
    first = play(told, MemoryLog(), AT)
    names = {side: team.name for side, team in told.sides.items()}
    people = [person for team in told.sides.values() for person in team.players]
    names |= {person.id: person.name for person in people}
    book = book_of(first.game, first.players, names)
    again, second = read_back(feed, book, tmp_path)
    assert second.refused == ()
    assert box(second.game, second.players) == box(first.game, first.players)
    # The box that we wrote is the official one of what we wrote.
    found = compare(again, figures(second))
    assert found["differences"] == []
    assert found["derived"]["differences"] == []
    assert found["minutes"]["equal"] == found["minutes"]["cells"] == len(people)
    assert found["plus_minus"]["equal"] == found["plus_minus"]["cells"] == len(people)


@pytest.mark.parametrize(
    ("feed", "game", "shape"),
    [
        *(("euroleague", f"E2024_{n}", "fiba_livestats") for n in (1, 2, 6, 39, 75, 120, 200, 276)),
        ("nba_stats_v2", "0021600270", "nba_live"),
    ],
)
def test_a_real_game_survives_another_format_of_its_code(
    feed: str, game: str, shape: str, tmp_path: Path
) -> None:
    told = read(feed, shared(f"games/{feed}/{game}"))
    first = play(told, MemoryLog(), AT)
    _, second = read_back(shape, book_of(first.game, first.players), tmp_path)
    assert box(second.game, second.players) == box(first.game, first.players)


@pytest.mark.parametrize("game", [game for feed, game in REAL if feed == "fiba_livestats"])
def test_a_fiba_game_in_the_nbas_shape_keeps_its_players_shots(game: str, tmp_path: Path) -> None:
    """Codes differ in rebounds of teams, technicals and assists; a shot is a shot everywhere."""
    told = read("fiba_livestats", shared(f"games/fiba_livestats/{game}"))
    first = play(told, MemoryLog(), AT)
    _, second = read_back("nba_live", book_of(first.game, first.players), tmp_path)
    ours, theirs = box(first.game, first.players), box(second.game, second.players)
    for side in ("home", "away"):
        for mine, read_line in zip(ours[side]["players"], theirs[side]["players"], strict=True):
            for column in ("id", "pts", "fgm", "fg3a", "fta", "oreb", "stl", "tov"):
                assert mine[column] == read_line[column]
            assert mine["min_ms"] == read_line["min_ms"]


def cells(found: Mapping[str, Any]) -> dict[tuple[str, str], dict[str, int]]:
    """The counting columns of every line, by who it is."""
    lines = {}
    for side in ("home", "away"):
        parts = {line["id"]: line for line in found[side]["players"]}
        for who, line in [*parts.items(), ("team", found[side]["team"])]:
            kept = {c: n for c, n in line.items() if isinstance(n, int) and c not in NOT_CELLS}
            lines[side, who] = kept
    return lines


# Derived from minutes and order, compared on their own below.
NOT_CELLS = ("min_ms", "plus_minus", "starter")


def say_all(table: Table, said: list[dict[str, Any]]) -> None:
    for body in said:
        fields = dict(body)
        if fields.get("kind") == "dead_ball" and table.game.rules.name == "nba":
            continue  # the NBA counts it as the team's rebound, and has no other word for it
        table.wait(2)
        try:
            table.say(fields.pop("type"), **fields)
        except IllegalCall:
            continue


@pytest.mark.parametrize("feed", RULES)
@given(said=st.lists(BODIES, min_size=20, max_size=60))
@settings(CALM, max_examples=50)
def test_any_book_gives_the_same_cells(
    feed: str, said: list[dict[str, Any]], tmp_path_factory: Any
) -> None:
    table = Table(RULES[feed])
    say_all(table, [{"type": "period_start"}, *said])
    book = book_of(table.game, PLAYERS)
    _, second = read_back(feed, book, tmp_path_factory.mktemp(feed))
    assert cells(box(second.game, second.players)) == cells(book.box)


@st.composite
def orderly_games(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Two periods of an orderly book: fives, changes at a dead ball, throws after their foul."""
    bench = {"home": list(HOME[5:]), "away": list(AWAY[5:])}
    five = {"home": list(HOME[:5]), "away": list(AWAY[:5])}
    calls: list[dict[str, Any]] = [
        {"type": "starters", "team": side, "players": list(five[side])} for side in five
    ]
    for period in (1, 2):
        calls.append({"type": "period_start", "period": period})
        ticks = draw(st.lists(st.integers(0, 59_999), max_size=12))
        for tick in sorted(ticks, reverse=True):
            clock_ms = tick * 10
            side = draw(st.sampled_from(["home", "away"]))
            theirs = "away" if side == "home" else "home"
            place = {"period": period, "clock_ms": clock_ms, "team": side}
            player = draw(st.sampled_from(five[side]))
            match draw(st.sampled_from(["shot", "foul", "change", "five"])):
                case "shot":
                    made = draw(st.booleans())
                    value = draw(st.sampled_from([2, 3]))
                    shot = {"type": "field_goal", "value": value, "made": made, "player": player}
                    calls.append({**place, **shot})
                case "foul":
                    place |= {"player": draw(st.sampled_from(five[side]))}
                    calls.append({**place, "type": "foul", "kind": "shooting", "key": True})
                    shooter = draw(st.sampled_from(five[theirs]))
                    throw = {**place, "type": "free_throw", "team": theirs, "player": shooter}
                    for nth in (1, 2):
                        made = draw(st.booleans())
                        calls.append({**throw, "made": made, "nth": nth, "of": 2, "last": True})
                        if draw(st.booleans()):
                            calls.append(_change(draw, {**place, "team": theirs}, five, bench))
                case "change":
                    calls.append(_change(draw, place, five, bench))
                case _:
                    everybody = five[side] + bench[side]
                    chosen = draw(st.permutations(everybody))
                    five[side], bench[side] = list(chosen[:5]), list(chosen[5:])
                    place.pop("player", None)
                    calls.append({**place, "type": "substitution", "players": chosen[:5]})
        calls.append({"type": "period_end", "clock_ms": 0})
    return [*calls, {"type": "finalize"}]


def _change(
    draw: st.DrawFn, place: dict[str, Any], five: dict[str, list[str]], bench: dict[str, list[str]]
) -> dict[str, Any]:
    side = place["team"]
    going, coming = draw(st.sampled_from(five[side])), draw(st.sampled_from(bench[side]))
    five[side] = [coming if player == going else player for player in five[side]]
    bench[side] = [going if player == coming else player for player in bench[side]]
    place = {name: place[name] for name in ("period", "clock_ms", "team")}
    return {**place, "type": "substitution", "player_in": coming, "player_out": going}


@pytest.mark.parametrize("feed", RULES)
@given(calls=orderly_games())
@settings(CALM, max_examples=60)
def test_an_orderly_book_gives_the_same_minutes_and_margins(
    feed: str, calls: list[dict[str, Any]], tmp_path_factory: Any
) -> None:
    book = orderly_book(feed, calls)
    _, second = read_back(feed, book, tmp_path_factory.mktemp(feed))
    assert box(second.game, second.players) == book.box


def orderly_book(feed: str, calls: list[dict[str, Any]]) -> GameBook:
    table, foul = Table(RULES[feed]), 0
    for call in calls:
        body = dict(call)
        kind, key, last = body.pop("type"), body.pop("key", False), body.pop("last", False)
        if last:
            body["links"] = foul
        seq = table.seq(kind, **body)
        foul = seq if key else foul
    return book_of(table.game, PLAYERS)
