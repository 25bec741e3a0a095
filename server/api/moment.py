"""The game as of a moment of its picture, over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from server.access.roles import Access
from server.moments import EPOCH, Moments, When
from server.problems import Problem
from server.teams import GAME_ID

# A camera's second 0 and the wall clock's are far apart; both are below this.
_LONGEST_S = 1e10


def when(
    camera: Annotated[str | None, Query(description="with `s`: a camera of the game")] = None,
    s: Annotated[float | None, Query(ge=0, le=_LONGEST_S)] = None,
    at: Annotated[datetime | None, Query(description="wall time, without a camera")] = None,
) -> When | None:
    """The moment in an address, None where there is none. Problem 422."""
    if camera is None and s is None:
        if at is None:
            return None
        if at.tzinfo is None:
            raise Problem(422, "malformed", "at must name its offset from UTC")
        return When(None, (at - EPOCH).total_seconds())
    if camera is None or s is None or at is not None:
        raise Problem(422, "malformed", "a moment is camera and s, or at")
    if not GAME_ID.fullmatch(camera):
        raise Problem(422, "malformed", "a camera's name has 1 to 32 of a-z, 0-9 and -")
    return When(camera, s)


Asked = Annotated[When | None, Depends(when)]


def router(moments: Moments, access: Access) -> APIRouter:
    """For whoever may watch."""
    routes = APIRouter(prefix="/api/v1/games/{game}", tags=["games"])

    @routes.get("/moment")
    async def moment(request: Request, game: str, asked: Asked) -> dict[str, Any]:
        """What may be shown to somebody who has seen the picture up to second `s` of a camera
        (or up to wall time `at`), and from when until when that holds."""
        who = await access.authorize(request, game, "watch")
        if asked is None:
            raise Problem(422, "malformed", "a moment is camera and s, or at")
        return await moments.state(game, asked, hide=who.role == "watch")

    return routes
