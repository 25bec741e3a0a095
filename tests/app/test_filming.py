"""Which camera films a game: what was last said about each, here or in another process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from server.clock import ManualClock
from server.filming import FRESH_S, Filming
from server.game.events import Media
from server.live.redis import RedisAway

START = datetime(2026, 1, 3, 18, 0, tzinfo=UTC)


def said(camera: str, status: str, after_s: float = 0.0) -> dict[str, Any]:
    at = (START + timedelta(seconds=after_s)).isoformat()
    return {"type": "camera", "camera": camera, "status": status, "why": "", "at": at}


class Hall:
    """What two processes say of one game's cameras."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.here: list[dict[str, Any]] = []
        self.elsewhere: list[dict[str, Any]] | None = []
        self.origins = {"main": START, "end": START - timedelta(seconds=5)}
        self.filming = Filming(
            lambda game: {str(n): one for n, one in enumerate(self.here)},
            self._anywhere,
            self._origin,
            self.clock,
        )

    async def _anywhere(self, game: str) -> list[dict[str, Any]]:
        if self.elsewhere is None:
            raise RedisAway("away")
        return self.elsewhere

    async def _origin(self, game: str, camera: str) -> datetime | None:
        return self.origins.get(camera)

    async def camera(self) -> str | None:
        self.clock.advance(FRESH_S)
        found = await self.filming.films("g")
        return None if found is None else found.camera


async def test_the_main_camera_is_taken_and_any_other_without_it() -> None:
    hall = Hall()
    assert await hall.camera() is None
    hall.elsewhere = [said("end", "live"), {"type": "tracks", "camera": "main"}]
    assert await hall.camera() == "end"
    hall.here = [said("main", "lost")]
    assert await hall.camera() == "main"
    hall.here = [said("main", "ended")]
    assert await hall.camera() == "end"


async def test_the_newer_word_counts_whoever_said_it() -> None:
    hall = Hall()
    hall.here = [said("main", "replaced", after_s=1)]
    hall.elsewhere = [said("main", "live", after_s=2)]
    assert await hall.camera() == "main"
    hall.here = [said("main", "ended", after_s=3)]
    assert await hall.camera() is None


async def test_without_redis_this_process_knows_its_own() -> None:
    hall = Hall()
    hall.elsewhere = None
    hall.here = [said("main", "live")]
    assert await hall.camera() == "main"


async def test_media_seconds_count_from_the_origin() -> None:
    hall = Hall()
    hall.here = [said("main", "live")]
    found = await hall.filming.films("g")
    assert found is not None
    assert found.at(START + timedelta(seconds=12.5)) == Media("main", 12.5)
    assert found.at(START - timedelta(seconds=1)) is None
