"""Frames in, tracks and proposals out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

import numpy as np
import pytest

from pipeline.boxes import Tracks
from pipeline.sight import Sighting
from server.clock import ManualClock, SystemClock
from server.gamelog.memory import MemoryLog
from server.inference import Inference
from server.lookout import MOST_WAITING, Lookout, tracks_message
from server.scorer import Scorer
from server.seen import Seen
from tests.inference.support import Scripted, picture
from tests.server_process import GAME

SHOT = Sighting(1, "shot", 3.0, 2.0, 3.5, 0.8, made=0.9)


def tracks(n: int) -> Tracks:
    return Tracks(
        np.arange(1, n + 1, dtype=np.int64),
        np.tile(np.array([1.25, 2.5, 30.06, 40.0], np.float32), (n, 1)),
        np.full(n, 0.87654, np.float32),
        np.zeros(n, np.int64),
    )


def seen(game: str, sightings: tuple[Sighting, ...] = (), found: Tracks | None = None) -> Seen:
    return Seen((game, "main"), 3.5, 0.0, (640, 360), found, sightings, ("player",), 0.01, 0.02)


@dataclass
class Post:
    lookout: Lookout
    scorer: Scorer
    inference: Inference
    said: list[tuple[str, Mapping[str, Any]]]
    announced: list[Mapping[str, Any]]


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    clock = ManualClock(datetime(2026, 11, 22, 12, tzinfo=UTC), elapsed_s=0.5)
    said: list[tuple[str, Mapping[str, Any]]] = []
    announced: list[Mapping[str, Any]] = []

    async def publish(game: str, update: object) -> None:
        return None

    async def announce(game: str, message: Mapping[str, Any]) -> None:
        announced.append(message)

    numbers = count(1)
    scorer = Scorer(MemoryLog(), clock, lambda: f"id-{next(numbers)}", publish, announce)
    inference = Inference(Scripted(), SystemClock())
    inference.start(asyncio.get_running_loop())
    lookout = Lookout(inference, scorer, lambda g, m: said.append((g, m)), clock)
    yield Post(lookout, scorer, inference, said, announced)
    await lookout.close()
    await inference.stop()
    await scorer.close()


def test_tracks_as_viewers_get_them() -> None:
    message = tracks_message(seen("g"), tracks(2), 512.345)
    assert message["type"] == "tracks"
    assert (message["camera"], message["size"]) == ("main", [640, 360])
    assert message["age_ms"] == 512.3
    assert message["items"][1] == {
        "id": 2, "label": "player", "xyxy": [1.2, 2.5, 30.1, 40.0], "score": 0.877,
    }  # fmt: skip


async def test_pictures_go_through_the_detector(post: Post) -> None:
    sink = post.lookout.open_sink("g", "main")
    for n in range(100):
        sink.put(picture(), n / 30, 0.0)
        await asyncio.sleep(0.05)
        if post.said and n >= 2:
            break
    assert [game for game, _ in post.said] == ["g"] * len(post.said)
    assert post.said[-1][1]["type"] == "tracks"
    assert post.said[-1][1]["items"] == []
    sink.close()
    assert post.lookout.watched == set()
    before = len(post.said)
    sink.put(picture(), 1.0, 0.0)
    await asyncio.sleep(0.05)
    assert len(post.said) == before


async def test_a_sighting_becomes_a_proposal(post: Post) -> None:
    game = (await post.scorer.create_game(GAME)).game_id
    await post.scorer.call(game, {"call_id": "1", "type": "period_start"}, "desk")
    post.lookout._on_seen(seen(game, (SHOT,), tracks(1)))
    await post.lookout.close()
    waiting = await post.scorer.proposals(game, "waiting")
    assert [p["media"] for p in waiting] == [{"camera": "main", "s": 3.0}]
    assert post.announced[-1]["type"] == "proposal"
    assert [m["type"] for _, m in post.said] == ["tracks"]


async def test_a_frame_without_tracks_says_none(post: Post) -> None:
    post.lookout._on_seen(seen("g"))
    assert post.said == []


async def test_a_camera_of_an_unknown_game_breaks_nothing(post: Post) -> None:
    post.lookout._on_seen(seen("nowhere", (SHOT,)))
    await post.lookout.close()
    post.lookout.on_state("g", "main", "lost", "no packets")
    assert post.said == [
        ("g", {"type": "camera", "camera": "main", "status": "lost", "why": "no packets"})
    ]


async def test_a_camera_that_sees_ghosts_is_bounded(post: Post) -> None:
    post.lookout._on_seen(seen("g", (SHOT,) * (MOST_WAITING + 5)))
    assert post.lookout.refused == 5
