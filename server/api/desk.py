"""What the desk does: calls, and answers to what the camera proposes."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import JSONResponse, Response

from server.access.roles import Access
from server.api.body import JsonBody, OptionalJsonBody, describe_body
from server.live.desklease import DeskLeases
from server.scorer import Scorer

_CALL = {
    "call_id": "9f2c",
    "type": "field_goal",
    "team": "home",
    "player": "home-4",
    "value": 2,
    "made": True,
}


# A picture of children is in no cache but the page's own.
_PRIVATE = {"Cache-Control": "private, no-store"}

ProposalId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


def router(scorer: Scorer, access: Access, leases: DeskLeases) -> APIRouter:
    """Everything here needs the desk's token, reading proposals the watcher's."""
    desk = APIRouter(prefix="/api/v1/games/{game}", tags=["desk"])

    @desk.post(
        "/calls",
        status_code=201,
        openapi_extra=describe_body(_CALL, "One call, or a list of calls that stand alone."),
        responses={200: {"description": "The same call again, or a list"}},
    )
    async def call(request: Request, game: str, body: JsonBody) -> JSONResponse:
        """Make a call. The same `call_id` and body again answers 200 with the first entries,
        with another body 409 `call-id-reused`; a refused call changes nothing. A late one
        (`base`) that meets what others said is 409 `conflict`, with both sides."""
        who = await access.authorize(request, game, "desk")
        desks = await leases.of(game)
        if isinstance(body, list):
            return JSONResponse(await scorer.calls(game, body, who.by, desks))
        answered = await scorer.call(game, body, who.by, desks)
        return JSONResponse(answered.document(), 200 if answered.again else 201)

    @desk.get("/proposals")
    async def proposals(
        request: Request,
        game: str,
        status: str | None = Query(None, description="waiting, accepted, ..."),
    ) -> dict[str, Any]:
        """What the camera proposed, oldest first."""
        await access.authorize(request, game, "watch")
        return {"game_id": game, "proposals": await scorer.proposals(game, status)}

    @desk.post(
        "/proposals/{proposal}/accept",
        status_code=201,
        openapi_extra=describe_body(
            {"team": "home", "player": "home-4", "value": 2, "with": ["5e1f"]},
            "Corrections.",
            required=False,
        ),
    )
    async def accept(
        request: Request, game: str, proposal: ProposalId, body: OptionalJsonBody
    ) -> JSONResponse:
        """Make the call that is proposed, with corrections; counts once, however often sent.
        `with`: proposals that belong to it and are accepted in the same call, all or none."""
        who = await access.authorize(request, game, "desk")
        desks = await leases.of(game)
        answered = await scorer.accept(game, proposal, body or {}, who.by, desks)
        return JSONResponse(answered.document(), 200 if answered.again else 201)

    @desk.get("/proposals/{proposal}/still", response_class=Response)
    async def still(request: Request, game: str, proposal: ProposalId) -> Response:
        """The picture of the moment (JPEG), for the desk only; 404 `no-still` without one."""
        await access.authorize(request, game, "desk")
        picture = await scorer.still(game, proposal)
        return Response(picture, media_type="image/jpeg", headers=_PRIVATE)

    @desk.post("/proposals/{proposal}/reject")
    async def reject(request: Request, game: str, proposal: ProposalId) -> dict[str, Any]:
        """Say that it did not happen, nor what belongs to it. Again is no error."""
        who = await access.authorize(request, game, "desk")
        return await scorer.reject(game, proposal, who.by)

    return desk
