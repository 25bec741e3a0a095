"""Games and cameras that nobody ended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from server.caretaker import Caretaker
from server.clock import ManualClock
from server.gamelog.memory import MemoryLog
from server.scorer import Scorer
from tests.server_process import GAME


@dataclass
class Filming:
    """What the caretaker asks of cameras."""

    sessions: tuple[Any, ...] = ()
    ended: list[str] = field(default_factory=list)

    async def end_game(self, game: str, why: str) -> None:
        self.ended.append(game)
        self.sessions = tuple(s for s in self.sessions if s.game != game)

    def film(self, game: str) -> None:
        self.sessions = (*self.sessions, SimpleNamespace(game=game))


@dataclass
class Hall:
    clock: ManualClock
    scorer: Scorer
    filming: Filming
    caretaker: Caretaker

    async def game(self, *types: str) -> str:
        game = (await self.scorer.create_game(GAME)).game_id
        for number, kind in enumerate(types):
            await self.scorer.call(game, {"call_id": str(number), "type": kind}, "desk")
        return game


async def _nobody(game: str, message: object) -> None:
    return None


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    clock = ManualClock(datetime(2026, 11, 22, 12, tzinfo=UTC))
    numbers = count(1)
    scorer = Scorer(MemoryLog(), clock, lambda: f"id-{next(numbers)}", _nobody, _nobody)
    filming = Filming()
    caretaker = Caretaker(scorer, filming, clock, idle=timedelta(hours=2), after_final_s=60)
    yield Hall(clock, scorer, filming, caretaker)
    await scorer.close()


async def test_an_idle_game_ends_and_its_camera_too(hall: Hall) -> None:
    game = await hall.game("period_start")
    hall.filming.film(game)
    hall.clock.advance(3600)
    await hall.caretaker.look()
    assert hall.filming.ended == []
    hall.clock.advance(3601)
    await hall.caretaker.look()
    assert hall.filming.ended == [game]
    state = await hall.scorer.state(game)
    assert state.sections["scoreboard"]["status"] == "final"


async def test_a_game_made_for_next_week_is_left_alone(hall: Hall) -> None:
    game = await hall.game()
    hall.clock.advance(7 * 24 * 3600)
    await hall.caretaker.look()
    state = await hall.scorer.state(game)
    assert state.sections["scoreboard"]["status"] == "scheduled"


async def test_after_the_final_the_camera_has_a_while(hall: Hall) -> None:
    game = await hall.game("period_start", "finalize")
    hall.filming.film(game)
    await hall.caretaker.look()
    hall.clock.advance(59)
    await hall.caretaker.look()
    assert hall.filming.ended == []
    hall.clock.advance(2)
    await hall.caretaker.look()
    assert hall.filming.ended == [game]


async def test_a_game_that_goes_on_after_all_keeps_its_camera(hall: Hall) -> None:
    game = await hall.game("period_start", "finalize")
    hall.filming.film(game)
    await hall.caretaker.look()
    await hall.scorer.call(game, {"call_id": "oops", "type": "void", "links": 2}, "desk")
    hall.clock.advance(120)
    await hall.caretaker.look()
    assert hall.filming.ended == []


async def test_a_game_that_another_process_erased_is_filmed_no_longer(hall: Hall) -> None:
    game, other = await hall.game("period_start"), await hall.game("period_start")
    hall.filming.film(game)
    hall.filming.film(other)
    await hall.scorer.erase_game(game)
    await hall.caretaker.look()
    assert hall.filming.ended == [game]
