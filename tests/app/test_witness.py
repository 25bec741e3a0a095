"""The scoreboard as a witness: when it is believed, when it speaks, when it is quiet again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.boardwatch import BoardReading, Said
from server.boards import Boards
from server.clock import ManualClock
from server.gamelog.memory import MemoryLog
from server.projections.flag import Flag
from server.scorer import Scorer
from server.witness import LASTING_S, PAIRS, TRUST, TYPE, Book, Witness
from tests.server_process import GAME


def shows(left: int, right: int, clock_ms: int | None = None, sure: float = 0.9) -> BoardReading:
    clock = None if clock_ms is None else Said(clock_ms, sure)
    return BoardReading(0.0, Said(left, sure), Said(right, sure), clock)


def says(home: int, away: int, clock_ms: int | None = None, *, waiting: bool = False) -> Book:
    return Book(home, away, 3, clock_ms, waiting)


class Gym:
    """A board and a book, second by second."""

    def __init__(self, *, crossed: bool = False) -> None:
        self.witness = Witness()
        self.crossed = crossed
        self.now_s = 0.0

    def second(self, home: int, away: int, book: Book, sure: float = 0.9) -> list[dict[str, Any]]:
        self.now_s += 1
        pair = (away, home) if self.crossed else (home, away)
        return self.witness.update(self.now_s, shows(*pair, sure=sure), book)

    def agree(self) -> tuple[int, int]:
        """Both say the same for long enough."""
        for points in range(PAIRS):
            for _ in range(TRUST):
                assert self.second(40 + points, 38, says(40 + points, 38)) == []
        return 40 + PAIRS - 1, 38


@pytest.mark.parametrize("crossed", [False, True])
def test_a_lasting_difference_is_told_and_gone_when_it_is_mended(crossed: bool) -> None:
    gym = Gym(crossed=crossed)
    home, away = gym.agree()
    told_after = next(s for s in range(100) if gym.second(home + 2, away, says(home, away)))
    assert told_after == LASTING_S
    (flag,) = gym.second(home + 2, away, says(home, away))
    assert flag["type"] == TYPE
    assert flag["board"] == {"home": home + 2, "away": away}
    assert flag["book"] == {"home": home, "away": away}
    assert set(flag) >= set(Flag(TYPE, 1, 0, "", "").document())
    assert gym.second(home + 2, away, says(home + 2, away)) == []


def test_a_short_difference_is_not_told() -> None:
    gym = Gym()
    home, away = gym.agree()
    for basket in range(5):
        for _ in range(int(LASTING_S) - 1):
            assert gym.second(home + 2, away, says(home, away)) == []
        home += 2
        assert gym.second(home, away, says(home, away)) == [], basket


def test_a_basket_that_was_just_proposed_is_waited_for() -> None:
    gym = Gym()
    home, away = gym.agree()
    for _ in range(30):
        assert gym.second(home + 2, away, says(home, away, waiting=True)) == []
    assert gym.second(home + 2, away, says(home, away))


def test_a_board_that_never_agreed_is_not_believed() -> None:
    gym = Gym()
    for _ in range(200):
        assert gym.second(44, 38, says(43, 38)) == []


def test_what_is_unsure_or_far_off_is_a_misreading() -> None:
    gym = Gym()
    home, away = gym.agree()
    for _ in range(60):
        assert gym.second(home + 1, away, says(home, away), sure=0.4) == []
        assert gym.second(4, away, says(home, away)) == []


@given(st.lists(st.tuples(st.integers(0, 120), st.integers(0, 120)), max_size=60), st.booleans())
def test_a_book_that_is_right_is_never_questioned(
    scores: list[tuple[int, int]], crossed: bool
) -> None:
    gym = Gym(crossed=crossed)
    for home, away in scores:
        assert gym.second(home, away, says(home, away)) == []


def test_clocks_that_drift_apart_are_told() -> None:
    witness = Witness()
    for now_s in range(TRUST + 2):
        left_ms = 600_000 - 1000 * now_s
        assert not witness.update(now_s, shows(0, 0, left_ms), says(0, 0, left_ms + 900))
    flags = []
    for now_s in range(20, 40):
        left_ms = 600_000 - 1000 * now_s
        flags = witness.update(now_s, shows(0, 0, left_ms), says(0, 0, left_ms + 8000))
    assert [flag["id"] for flag in flags] == [f"{TYPE}-clock"]
    assert "clock shows 9:21" in flags[0]["text"]
    assert witness.update(41.0, shows(0, 0, 500_000), says(0, 0, 500_500)) == []


async def test_the_desk_hears_of_it_and_of_its_end() -> None:
    clock = ManualClock(datetime(2026, 11, 22, 12, tzinfo=UTC), elapsed_s=0.5)
    said: list[tuple[str, Mapping[str, Any]]] = []

    async def publish(game: str, update: object) -> None:
        return None

    async def announce(game: str, message: Mapping[str, Any]) -> None:
        return None

    numbers = count(1)
    scorer = Scorer(MemoryLog(), clock, lambda: f"id-{next(numbers)}", publish, announce)
    game = (await scorer.create_game(GAME)).game_id
    boards = Boards(scorer, lambda g, m: said.append((g, m)), clock)
    await boards.hear((game, "main"), shows(0, 0))  # before the game: nothing to compare
    await scorer.call(game, {"call_id": "p", "type": "period_start"}, "desk")
    score = 0
    for points in (2, 2, 1):
        body = {"type": "free_throw" if points == 1 else "field_goal", "made": True}
        call = {"call_id": f"b{score}", "team": "home", "value": points, **body}
        await scorer.call(game, call, "desk")
        score += points
        for _ in range(TRUST):
            clock.advance(1.0)
            await boards.hear((game, "main"), shows(score, 0))
    assert said == []
    for _ in range(15):
        clock.advance(1.0)
        await boards.hear((game, "main"), shows(score, 2))
    ((where, message),) = said
    assert (where, message["type"], message["camera"]) == (game, "flags", "main")
    assert message["flags"][0]["board"] == {"home": 5, "away": 2}
    boards.forget((game, "main"))
    assert said[-1][1]["flags"] == []
    await scorer.close()
