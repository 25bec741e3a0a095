"""What viewers are told of a camera's picture."""

from __future__ import annotations

import pytest

from tests.media.cinema import Cinema, opened
from tests.media.films import Film, film, pictures, sound


async def told(cinema: Cinema) -> dict[str, object]:
    answer = await cinema.client.get("/api/v1/games/g/cameras/main/picture")
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


async def test_the_picture_before_anything_came() -> None:
    async with opened(Film()) as cinema:
        assert await told(cinema) == {
            "camera": "main", "status": "none", "media_s": None, "origin": None, "whep": None,
            "hls": None, "hls_silent": None, "from_s": None, "to_s": None, "gaps": [],
            "codecs": {"video": None, "audio": None},
            "recording": None,
        }  # fmt: skip


async def test_the_picture_of_a_live_camera_with_a_gap() -> None:
    made = Film()
    made.put(*pictures(6.0), *sound(6.0))
    made.put(*pictures(6.0, start_s=30.0, publisher=2), *sound(6.0, start_s=30.0, publisher=2))
    async with opened(made, seconds=36.2) as cinema:
        cinema.facts["said"] = {"main": {"type": "camera", "status": "live"}}
        found = await told(cinema)
        assert (found["status"], found["media_s"]) == ("live", 36.2)
        assert found["origin"] == "2026-03-01T14:00:00+00:00"
        assert found["from_s"] == 0.0
        assert isinstance(found["to_s"], float)
        assert 35.0 < found["to_s"] <= 36.0
        assert found["gaps"] == [[pytest.approx(6.0, abs=0.05), pytest.approx(30.0, abs=0.05)]]
        assert found["codecs"] == {"video": "avc1.42C00D", "audio": "opus"}
        # Its addresses need no token.
        for name in ("hls", "hls_silent"):
            assert (await cinema.nobody.get(str(found[name]))).status_code == 200
        for status in ("lost", "ended"):
            cinema.facts["said"] = {"main": {"type": "camera", "status": status}}
            assert (await told(cinema))["status"] == status


async def test_only_viewers_of_the_game_are_told() -> None:
    async with opened(film()) as cinema:
        answer = await cinema.nobody.get("/api/v1/games/g/cameras/main/picture")
        assert answer.status_code == 401
