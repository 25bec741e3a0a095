"""Differences that the data itself explains, how a game is paced, and free shirt numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from server.feeds.compare import compare
from server.feeds.euroleague_order import begun_late, doubtful, numbered
from server.feeds.euroleague_pairs import blocked, drawn, shots_first
from server.feeds.feeds import read
from server.feeds.pace import BREAK_MS, STOPPED_MS, due_ms
from server.feeds.remote import BATCH, _ready
from server.feeds.renumber import renumbered
from server.feeds.told import Doubt, Person, Reading, Step, Told
from server.game.rules import FIBA, MINUTE
from tests.feeds.replaying import compared, our_figures
from tests.support import shared


def euroleague() -> Told:
    return read("euroleague", shared("games/euroleague/E2024_1"))


def shifted(told: Told, player: str, **by: int) -> Told:
    """The game with other official figures of one player."""

    def other(person: Person) -> Person:
        if person.id != player or person.official is None:
            return person
        official = person.official
        changes: dict[str, Any] = {
            name: (getattr(official, name) or 0) + step for name, step in by.items()
        }
        return replace(person, official=replace(official, **changes))

    sides = {
        side: replace(team, players=tuple(map(other, team.players)))
        for side, team in told.sides.items()
    }
    return replace(told, sides=sides)


def whys(told: Told) -> dict[str, Any]:
    found = compare(told, our_figures(told), our_figures)["differences"]
    return {item["stat"]: item.get("why") for item in found}


def someone(told: Told) -> str:
    """Who played the whole first quarter, say: anybody with minutes will do."""
    return next(p.id for p in told.sides["home"].players if p.official and p.official.ms)


def test_another_reading_that_gives_the_cell() -> None:
    game = euroleague()
    player = someone(game)
    steps = [
        step
        for step in game.steps
        if not (step.body["type"] == "substitution" and player in step.body.values())
    ]
    reading = Reading("the source forgets changes", tuple(steps))
    there = our_figures(replace(game, steps=tuple(steps))).box["home"]["players"]
    ours = our_figures(game).box["home"]["players"]
    gain_ms = next(
        a["min_ms"] - b["min_ms"] for a, b in zip(there, ours, strict=True) if a["id"] == player
    )
    assert gain_ms != 0
    changed = replace(shifted(game, player, ms=gain_ms), otherwise=(reading,))
    assert whys(changed)["min"] == "the source forgets changes"
    # A reading that does not give the cell explains nothing.
    unlike = replace(shifted(game, player, ms=gain_ms + 9_000), otherwise=(reading,))
    assert whys(unlike)["min"] != "the source forgets changes"


def test_a_doubt_and_sums_that_do_not_hold() -> None:
    game = replace(euroleague(), otherwise=(), doubts=())
    player = someone(game)
    moved = shifted(game, player, plus_minus=3, ms=120_000)
    said = whys(moved)
    assert "add up to" in said["plus_minus"]
    assert "5 x " in said["plus_minus"]
    assert "add up to" in said["min"]
    doubted = replace(moved, doubts=(Doubt("who knows", frozenset({player})),))
    assert set(whys(doubted).values()) == {"who knows"}
    # Counts are never explained away.
    team = game.sides["home"]
    counts = {**team.official.counts, "ast": team.official.counts["ast"] + 1}
    wrong = replace(team, official=replace(team.official, counts=counts))
    assert whys(replace(game, sides={**game.sides, "home": wrong})) == {"ast": None}


def test_minutes_within_a_second_are_equal() -> None:
    game = euroleague()
    assert compared(shifted(game, someone(game), ms=900))["differences"] == []


def play(number: int, word: str, clock: str = "05:00", team: str = "RED", **more: Any) -> Any:
    return {
        "NUMBEROFPLAY": number,
        "PLAYTYPE": word,
        "MARKERTIME": clock,
        "CODETEAM": team,
        "PLAYER_ID": more.get("player", ""),
    }


def numbers(plays: list[Any]) -> list[int]:
    return [action["NUMBEROFPLAY"] for action in plays]


def test_halves_of_euroleague_plays_find_each_other() -> None:
    plays = [
        play(1, "RV", player="P9"),
        play(2, "CM", team="MCO", player="P1"),
        play(3, "FV", "04:22", "MCO", player="P1"),
        play(4, "2FGA", "04:20", player="P8"),
        play(5, "AG", "04:20", player="P8"),
        play(6, "CMT", "03:00", "MCO", player="P2"),
        play(7, "RV", "02:00", player="P9"),
    ]
    assert drawn(plays) == {2: "P9"}
    assert blocked(plays) == {3: 4}
    assert numbers(shots_first(plays)) == [1, 2, 4, 3, 5, 6, 7]


def test_orders_that_the_official_box_may_have_seen() -> None:
    plays = [play(4, "OUT", player="P1"), play(5, "IN", player="P2"), play(3, "FTM")]
    assert numbers(numbered([*plays, play(1, "D", "04:00")])) == [3, 4, 5, 1]
    overtime = [play(8, "IN", player="P3"), play(9, "BP", ""), play(10, "2FGM", "04:30")]
    later = [*overtime, play(11, "2FGM", "03:50")]
    assert numbers(begun_late(later)) == [9, 10, 8, 11]
    found = dict(doubtful([plays, [], [], [], later]))
    assert sorted(map(sorted, found.values())) == [["P1", "P2"], ["P3"]]


def test_a_game_is_played_in_its_own_time() -> None:
    def step(kind: str, **body: Any) -> Step:
        return Step({"type": kind, **body})

    steps = [
        step("starters", clock_ms=10 * MINUTE),
        step("period_start", period=1),
        step("steal", clock_ms=9 * MINUTE),
        step("foul", clock_ms=9 * MINUTE),
        step("period_end", clock_ms=0),
        step("period_start", period=2),
        step("steal", clock_ms=10 * MINUTE),
        step("finalize"),
    ]
    ended = 10 * MINUTE + STOPPED_MS
    begun = ended + BREAK_MS
    assert due_ms(steps, FIBA) == [
        *(0, 0, MINUTE, MINUTE + STOPPED_MS, ended),
        *(begun, begun + STOPPED_MS, begun + STOPPED_MS),
    ]
    real = euroleague()
    due = due_ms(real.steps, real.rules)
    assert due == sorted(due)
    assert 40 * MINUTE < due[-1] < 60 * MINUTE


def test_a_batch_ends_where_a_parent_is_not_known_yet() -> None:
    steps = tuple(Step({}, f"k{n}", parent) for n, parent in enumerate((None, None, "k1", None)))
    due = [0.0, 0.0, 0.0, 9.0]
    assert [len(_ready(steps, due, at, 1.0)) for at in range(4)] == [2, 1, 1, 1]
    many = (Step({}),) * (BATCH + 5)
    assert len(_ready(many, [0.0] * len(many), 0, 0.0)) == BATCH


def test_players_get_numbers_that_a_shirt_can_have() -> None:
    game = read("nba_stats_v2", shared("games/nba_stats_v2/0021600270"))
    shirts = renumbered(game)
    ids = [player.id for team in shirts.sides.values() for player in team.players]
    assert len(set(ids)) == len(ids)
    assert all(len(player.partition("-")[2]) <= 4 for player in ids)
    there, here = compared(game), compared(shirts)
    assert here["equal"] == there["equal"] == here["cells"]
    assert renumbered(shirts) == shirts
