"""Set-ups reach the eyes that look, wherever and whenever they change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pipeline.setup import Setup
from server.clock import SystemClock
from server.gamelog.setups import SetupTable
from server.gamelog.sql import SqlLog
from server.problems import Problem
from server.scorer import Scorer
from server.setups import Key, Setups

GAME = {
    "game_id": "g",
    "rules": "nba",
    "home": {"name": "Lions", "players": [{"number": "4"}, {"number": "00"}]},
    "away": {"name": "Bears", "players": [{"number": "7"}]},
}


class Eyes:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.watched: list[Key] = []
        self.told: list[tuple[Key, Setup]] = []

    def configure(self, key: Key, setup: Setup) -> None:
        self.told.append((key, setup))


@asynccontextmanager
async def process(path: Path, eyes: Eyes) -> AsyncIterator[tuple[Setups, Scorer]]:
    """As the house builds it, on a database that others may use as well."""

    async def nobody(*_: Any) -> None:
        """No viewers here."""

    numbers = count()
    log = SqlLog.open(f"sqlite:///{path / 'log.db'}")
    scorer = Scorer(log, SystemClock(), lambda: f"id-{next(numbers)}", nobody, nobody)
    setups = Setups(SetupTable(log), scorer, lambda: eyes.watched, eyes.configure)
    running = asyncio.create_task(setups.run())
    try:
        yield setups, scorer
    finally:
        running.cancel()
        await asyncio.wait([running])
        await setups.close()
        await scorer.close()
        log.close()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(8):
        while not true():
            await asyncio.sleep(0.02)


async def test_a_camera_is_told_at_once_and_after_every_change(tmp_path: Path) -> None:
    eyes = Eyes()
    async with process(tmp_path, eyes) as (setups, scorer):
        await scorer.create_game(GAME)
        await setups.write("g", "main", {"home_attacks": "right"})
        assert eyes.told == []  # nobody looks yet
        eyes.watched = [("g", "main"), ("g", "end")]
        setups.wake()
        await until(lambda: len(eyes.told) == 2)
        told = dict(eyes.told)
        assert told["g", "main"].home_attacks == 1
        assert told["g", "end"].home_attacks is None
        assert told["g", "main"].numbers == (frozenset({"4", "00"}), frozenset({"7"}))
        floor = told["g", "main"].floor
        assert floor is not None
        assert floor.length_m == pytest.approx(28.65, abs=0.01)
        await setups.write("g", "main", {"shirts": {"home": "#ff0010"}})
        await until(lambda: len(eyes.told) == 3)
        assert eyes.told[-1][1].shirts == ((16, 0, 255), None)
        # A player comes late: the same camera reads one more number.
        await scorer.patch_game("g", {"home": {"players": [{"number": "12"}]}}, "desk")
        setups.wake()
        await until(lambda: len(eyes.told) == 5)
        assert "12" in eyes.told[-1][1].numbers[0]
        # What has not changed is not told again.
        setups.wake()
        await setups.read("g", "main")
        await asyncio.sleep(0.1)
        assert len(eyes.told) == 5
        # Unless the camera came anew, perhaps with new eyes.
        setups.came("g", "main")
        await until(lambda: len(eyes.told) == 6)
        assert eyes.told[-1][0] == ("g", "main")


async def test_what_another_process_was_told_arrives_soon(tmp_path: Path) -> None:
    here, there = Eyes(), Eyes()
    async with process(tmp_path, here) as (_, scorer), process(tmp_path, there) as (other, _):
        await scorer.create_game(GAME)
        here.watched = [("g", "main")]
        await other.write("g", "main", {"home_attacks": "left"})
        await until(lambda: bool(here.told) and here.told[-1][1].home_attacks == 0)
        assert there.told == []


async def test_an_erased_game_disturbs_nobody(tmp_path: Path) -> None:
    eyes = Eyes()
    async with process(tmp_path, eyes) as (setups, scorer):
        await scorer.create_game(GAME)
        await scorer.create_game({**GAME, "game_id": "h"})
        eyes.watched = [("unheard-of", "main"), ("h", "main")]
        setups.wake()
        await until(lambda: len(eyes.told) == 1)
        with pytest.raises(Problem, match="unknown-game"):
            await setups.read("unheard-of", "main")


async def test_two_desks_that_tell_different_things_lose_nothing(tmp_path: Path) -> None:
    async with process(tmp_path, Eyes()) as (setups, scorer):
        await scorer.create_game(GAME)
        await asyncio.gather(
            setups.write("g", "main", {"shirts": {"home": "#ffffff"}}),
            setups.write("g", "main", {"shirts": {"away": "#000000"}}),
            setups.write("g", "main", {"home_attacks": "left"}),
        )
        kept = await setups.read("g", "main")
        assert kept["shirts"] == {"home": "#ffffff", "away": "#000000"}
        assert kept["home_attacks"] == "left"
