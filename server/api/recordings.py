"""What was filmed of a game, in bytes, and taking it away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request

from server.access.roles import Access

SizeOf = Callable[[str], Awaitable[dict[str, int]]]
"""Bytes of each camera of a game. Raises Problem."""
Erase = Callable[[str], Awaitable[None]]


def router(size_of: SizeOf, erase: Erase, access: Access) -> APIRouter:
    """For the desk: recordings show people, whoever keeps the score may take them away."""
    recordings = APIRouter(prefix="/api/v1/games", tags=["media"])

    @recordings.get("/{game}/recordings")
    async def sizes(request: Request, game: str) -> dict[str, Any]:
        """How much is kept of each camera."""
        await access.authorize(request, game, "desk")
        cameras = await size_of(game)
        return {
            "game_id": game,
            "bytes": sum(cameras.values()),
            "cameras": {name: {"bytes": size} for name, size in cameras.items()},
        }

    @recordings.delete("/{game}/recordings", status_code=204)
    async def delete(request: Request, game: str) -> None:
        """Erase all that was filmed of a game, and the clips of it; its score stays. A camera
        that is live is cut off."""
        await access.authorize(request, game, "desk")
        await erase(game)

    return recordings
