"""A filmed play becomes a clip in seconds, also when the server dies in between."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import httpx
import pytest

from tests.clips import film
from tests.e2e.publisher import publishing
from tests.server_process import running

FPS = 30
# Of picture before a play: there is something to cut.
LEAD_S = 2.0
# From the call to its clip.
CLIP_WITHIN_S = 5.0
# An ended recording is waited for that long, on a busy machine.
WITHIN_S = 30.0
# Most of the test's time is waited after the restart, for what keeps a clip from being lost: a
# dead worker is believed dead after 4 s, a recording to have ended after 6 s, and not before.


def test_a_play_is_a_clip_in_seconds_and_survives_kill_9(tmp_path: Path) -> None:
    shot = film_file(tmp_path / "shot.mp4", seconds=20)
    with running(tmp_path / "data", "--eyes", "off") as server:
        made = server.new_game()
        game, tokens = made["game_id"], made["tokens"]
        with publishing(server, shot, made), server.client(tokens["desk"]) as desk:
            # Shorter than usual: each second of it is a second of this test.
            shorter = desk.patch(f"/api/v1/games/{game}", json={"clips": {"after_s": 1}})
            assert shorter.status_code == 200, shorter.text
            wait_for(lambda: recorded_s(desk, game) >= LEAD_S)
            call(desk, game, call_id="begin", type="period_start", period=1)
            first = call(desk, game, call_id="one", type="steal", team="home", player="7")
            clip = ready(desk, game, first)
            metrics = desk.get("/metrics").text
            data = desk.get(clip["url"]).content
            second = call(desk, game, call_id="two", type="steal", team="home", player="8")
            wait_for(lambda: listed(desk, game, second) is not None)
            server.kill()
        numbers = film.numbers(data)
        # Every picture that was sent, each once, in order; a busy publisher leaves some out.
        assert numbers == sorted(set(numbers))
        assert len(numbers) > 0.7 * (numbers[-1] - numbers[0])
        assert numbers[-1] - numbers[0] == pytest.approx(clip["duration_s"] * FPS, rel=0.1)
        # The film began as the camera went live: its seconds are the camera's.
        assert numbers[0] / FPS < clip["media"]["s"] < numbers[-1] / FPS
        assert seconds_of("courtside_clip_seconds_sum", metrics) < CLIP_WITHIN_S
    port = int(server.url.rpartition(":")[2])
    with (
        running(tmp_path / "data", "--eyes", "off", port=port) as server,
        server.client(tokens["desk"]) as desk,
    ):
        clip = ready(desk, game, second)
        assert len(film.numbers(desk.get(clip["url"]).content)) > FPS


def film_file(path: Path, seconds: int) -> Path:
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream("libx264", rate=FPS, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = film.WIDTH, film.HEIGHT, "yuv420p"
        for number in range(seconds * FPS):
            out.mux(stream.encode(film.picture(number)))
        out.mux(stream.encode(None))
    return path


def call(desk: httpx.Client, game: str, **body: Any) -> int:
    answer = desk.post(f"/api/v1/games/{game}/calls", json=body)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["entries"][-1]["seq"])


def recorded_s(desk: httpx.Client, game: str) -> float:
    """Media seconds of the camera that are recorded."""
    picture = desk.get(f"/api/v1/games/{game}/cameras/main/picture").json()
    return (picture["to_s"] or 0.0) - (picture["from_s"] or 0.0)


def listed(desk: httpx.Client, game: str, seq: int) -> dict[str, Any] | None:
    clips: list[dict[str, Any]] = desk.get(f"/api/v1/games/{game}/clips").json()["clips"]
    return next((clip for clip in clips if clip["seq"] == seq), None)


def ready(desk: httpx.Client, game: str, seq: int) -> dict[str, Any]:
    wait_for(lambda: (listed(desk, game, seq) or {"status": "waiting"})["status"] != "waiting")
    clip = listed(desk, game, seq)
    assert clip is not None
    assert clip["status"] == "ready", clip
    return clip


def wait_for(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def seconds_of(name: str, metrics: str) -> float:
    return sum(float(line.split()[-1]) for line in metrics.splitlines() if line.startswith(name))
