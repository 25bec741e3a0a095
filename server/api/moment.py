"""The game as of a moment of its picture, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from server.access.roles import Access
from server.moments import EPOCH, Moments, When
from server.problems import Problem
from server.teams import GAME_ID

# A camera's second 0 and the wall clock's are far apart; both are below this.
_LONGEST_S = 1e10
# What can be written as a time in UTC; a time with an offset may lie outside.
_FIRST_S = (datetime.min.replace(tzinfo=UTC) - EPOCH).total_seconds()
_LAST_S = (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) - EPOCH).total_seconds()


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
        wall_s = (at - EPOCH).total_seconds()
        if not _FIRST_S <= wall_s <= _LAST_S:
            raise Problem(422, "malformed", "at is before the year 1 or after the year 9999 in UTC")
        return When(None, wall_s)
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
