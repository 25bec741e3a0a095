"""Every entry gets a moment: what the camera filmed when it was said, or what it saw."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from server.answers import Answered
from server.clock import ManualClock
from server.game.moment import TAP_S, Filmed
from server.gamelog.memory import MemoryLog
from server.moments import EPOCH, Moments, When
from server.problems import Problem
from server.scorer import Scorer
from server.updates import Json, Update
from tests.game.table import START
from tests.scorer.conftest import GAME
from tests.scorer.eyes import Eye

ORIGIN_S = 100.0
"""The camera came so long after the game was made."""
ORIGIN = START + timedelta(seconds=ORIGIN_S)


class Gym:
    """A scorer whose game is filmed from ORIGIN on; seconds are the camera's."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.updates: list[Update] = []
        self.eye = Eye()
        self.camera: Filmed | None = Filmed("main", ORIGIN)
        self.origin: datetime | None = ORIGIN
        numbers = count(1)
        self.scorer = Scorer(
            MemoryLog(), self.clock, lambda: f"p{next(numbers)}", self._publish, _announce,
            who_films=self._films,
        )  # fmt: skip
        self.moments = Moments(self.scorer, self._origin)
        self.game = ""
        self._calls = 0

    async def _publish(self, game_id: str, update: Update) -> None:
        self.updates.append(update)

    async def _films(self, game_id: str) -> Filmed | None:
        return self.camera

    async def _origin(self, game_id: str, camera: str) -> datetime | None:
        return self.origin if camera == "main" else None

    def at(self, second: float) -> datetime:
        return ORIGIN + timedelta(seconds=second)

    def move(self, second: float) -> None:
        self.clock.elapsed_s = ORIGIN_S + second

    async def say(self, second: float, kind: str, /, **fields: Any) -> Answered:
        self.move(second)
        self._calls += 1
        body = {"call_id": f"c{self._calls}", "type": kind, **fields}
        return await self.scorer.call(self.game, body, "desk.a")

    async def basket(self, second: float, team: str = "home", **fields: Any) -> Json:
        answered = await self.say(second, "field_goal", team=team, value=2, made=True, **fields)
        return answered.entries[-1]

    async def see(self, second: float, at_s: float) -> Json | None:
        """A sure look at a basket, told at `second`."""
        self.move(second)
        sighting = self.eye.sees(at_s=at_s, home=0.9)
        return await self.scorer.propose(self.game, "main", sighting, second - at_s)

    async def score(self, second: float) -> tuple[int, int]:
        board = (await self.state(second))["state"]["scoreboard"]
        return board["home"]["score"], board["away"]["score"]

    async def state(self, second: float) -> Json:
        return await self.moments.state(self.game, When("main", second))

    async def play(self, seq: int) -> Json:
        return next(one for one in await self.scorer.plays(self.game) if one["seq"] == seq)


async def _announce(game_id: str, message: Any) -> None:
    """Nobody listens."""


@pytest.fixture
async def gym() -> AsyncIterator[Gym]:
    gym = Gym()
    gym.game = (await gym.scorer.create_game(GAME)).game_id
    await gym.say(0.5, "period_start")
    yield gym
    await gym.moments.close()
    await gym.scorer.close()


def moment(entry: Json) -> tuple[str | None, float | None]:
    return entry["moment"].get("camera"), entry["moment"].get("s")


async def test_a_call_has_the_time_of_its_tap_less_the_usual_delay(gym: Gym) -> None:
    entry = await gym.basket(20.0)
    assert moment(entry) == ("main", 20.0 - TAP_S)
    assert entry["moment"]["at"] == gym.at(20.0 - TAP_S).isoformat()
    play = await gym.play(entry["seq"])
    assert play["media"] == {"camera": "main", "s": 20.0 - TAP_S}
    assert play["media_from"] == "tap"
    assert gym.updates[-1].entries[-1]["moment"] == entry["moment"]


async def test_without_a_camera_the_wall_clock_says_when(gym: Gym) -> None:
    gym.camera = None
    entry = await gym.basket(20.0)
    assert entry["moment"] == {"at": gym.at(20.0 - TAP_S).isoformat()}
    assert (await gym.play(entry["seq"]))["media"] is None


async def test_what_was_tapped_before_the_camera_came_is_in_no_picture(gym: Gym) -> None:
    early = (ORIGIN - timedelta(seconds=5)).isoformat()
    entry = await gym.basket(20.0, tapped_at=early)
    assert entry["moment"] == {"at": (ORIGIN - timedelta(seconds=5 + TAP_S)).isoformat()}


async def test_a_call_that_waited_has_the_time_of_its_tap_not_of_its_arrival(gym: Gym) -> None:
    """The desk was offline for a quarter of an hour; it says where in the game that was."""
    await gym.say(5.0, "clock_start")
    entry = await gym.basket(920.0, tapped_at=gym.at(20.0).isoformat(), period=1, clock_ms=585_000)
    assert moment(entry) == ("main", 20.0 - TAP_S)
    assert (await gym.play(entry["seq"]))["media_from"] == "tap"
    assert await gym.score(19.0) == (0, 0)
    assert await gym.score(20.0) == (2, 0)


async def test_nobody_taps_in_the_future(gym: Gym) -> None:
    """A phone whose clock is wrong."""
    entry = await gym.basket(20.0, tapped_at=gym.at(90.0).isoformat())
    assert moment(entry) == ("main", 20.0 - TAP_S)


@pytest.mark.parametrize("value", ["soon", "2026-01-02T18:00:00", 12, "0001-01-01T00:00:00+23:00"])
async def test_a_time_that_is_none_is_refused(gym: Gym, value: object) -> None:
    with pytest.raises(Problem) as refused:
        await gym.basket(20.0, tapped_at=value)
    assert refused.value.status == 422


async def test_a_basket_that_was_seen_has_the_time_of_the_sighting(gym: Gym) -> None:
    await gym.see(18.0, at_s=16.5)
    entry = await gym.basket(20.0)
    assert moment(entry) == ("main", 16.5)
    assert entry["moment"]["at"] == gym.at(16.5).isoformat()
    play = await gym.play(entry["seq"])
    assert play["media"] == {"camera": "main", "s": 16.5}
    assert "media_from" not in play
    assert await gym.score(16.4) == (0, 0)
    assert await gym.score(16.5) == (2, 0)


async def test_an_accepted_proposal_keeps_its_time_however_late(gym: Gym) -> None:
    proposal = await gym.see(18.0, at_s=16.5)
    assert proposal is not None
    gym.camera = None  # it left meanwhile
    gym.move(200.0)
    answered = await gym.scorer.accept(gym.game, proposal["id"], {"team": "home"}, "desk.a")
    assert moment(answered.entries[0]) == ("main", 16.5)
    assert answered.entries[0]["moment"]["at"] == gym.at(16.5).isoformat()


async def test_a_tap_that_was_first_gets_the_time_that_the_camera_says_later(gym: Gym) -> None:
    entry = await gym.basket(17.5)
    assert await gym.see(18.5, at_s=17.3) is None
    [sighted] = gym.updates[-1].entries
    assert sighted["type"] == "sighted"
    assert moment(sighted) == ("main", 17.3)
    assert (await gym.play(entry["seq"]))["media"] == {"camera": "main", "s": 17.3}
    assert await gym.score(17.2) == (0, 0)
    assert await gym.score(17.3) == (2, 0)


async def test_a_correction_is_known_when_it_was_made(gym: Gym) -> None:
    basket = await gym.basket(20.0)
    await gym.say(60.0, "amend", links=basket["seq"], value=3)
    await gym.say(90.0, "void", links=basket["seq"])
    scores = [await gym.score(s) for s in (19.0, 20.0, 59.0, 60.0, 89.0, 90.0)]
    assert scores == [(0, 0), (2, 0), (2, 0), (3, 0), (3, 0), (0, 0)]


async def test_what_is_put_into_the_past_is_known_when_it_was_put_there(gym: Gym) -> None:
    basket = await gym.basket(20.0)
    put = await gym.basket(60.0, team="away", after=basket["seq"])
    assert await gym.score(50.0) == (2, 0)
    assert await gym.score(60.0) == (2, 2)
    # Nobody filmed it then.
    assert (await gym.play(put["seq"]))["media"] is None


async def test_what_is_put_into_the_past_with_its_place_in_the_picture_is_there(gym: Gym) -> None:
    await gym.basket(20.0)
    await gym.basket(90.0, "away", media={"camera": "main", "s": 12.0}, period=1, clock_ms=590_000)
    assert await gym.score(12.0) == (0, 2)


async def test_a_slip_that_was_said_again_is_never_shown_to_who_comes_later(gym: Gym) -> None:
    await gym.see(18.0, at_s=16.5)
    await gym.basket(20.0, team="away")
    await gym.say(22.0, "undo")
    again = await gym.basket(23.0)
    assert moment(again) == ("main", 16.5)
    assert await gym.score(16.5) == (2, 0)
    assert (await gym.state(16.5))["seq"] == again["seq"]


async def test_the_answer_says_from_when_until_when_it_holds(gym: Gym) -> None:
    for second in (20.0, 30.0):
        await gym.basket(second)
    found = await gym.state(25.0)
    assert found["from"] == {"camera": "main", "s": 19.6, "at": gym.at(19.6).isoformat()}
    assert found["until"] == {"camera": "main", "s": 29.6, "at": gym.at(29.6).isoformat()}
    assert (found["seq"], found["log_seq"]) == (2, 3)
    assert found["state"]["roster"]["home"]["name"] == "Löwen"
    assert found["state"]["proposals"] == []
    assert (await gym.state(99.0))["until"] is None
    # By the wall clock, for a page without a picture.
    by_wall = await gym.moments.state(gym.game, When(None, (gym.at(25.0) - EPOCH).total_seconds()))
    assert by_wall["until"] == {"at": gym.at(29.6).isoformat()}
    assert by_wall["state"] == found["state"]


async def test_what_comes_out_of_order_leaves_no_trace_of_what_is_not_known(gym: Gym) -> None:
    """A clock is stopped and noted before somebody accepts what the camera saw earlier."""
    proposal = await gym.see(18.0, at_s=16.5)
    assert proposal is not None
    await gym.say(18.5, "timeout", team="away")
    gym.move(19.0)
    await gym.scorer.accept(gym.game, proposal["id"], {"team": "home"}, "desk.a")
    found = await gym.state(17.0)
    assert found["seq"] is None
    assert found["state"]["scoreboard"]["home"]["score"] == 2
    assert found["state"]["scoreboard"]["away"]["timeouts"] == 2
    assert [play["type"] for play in found["state"]["plays"]] == ["field_goal", "period_start"]


async def test_an_old_game_knows_its_camera_from_its_own_log(gym: Gym) -> None:
    await gym.basket(20.0)
    gym.origin = None
    found = await gym.state(20.0)
    assert found["state"]["scoreboard"]["home"]["score"] == 2
    assert found["from"]["at"] == gym.at(20.0 - TAP_S).isoformat()


async def test_a_camera_that_never_was_has_no_moments(gym: Gym) -> None:
    with pytest.raises(Problem) as missing:
        await gym.moments.state(gym.game, When("nowhere", 1.0))
    assert (missing.value.status, missing.value.type) == (404, "unknown-camera")
