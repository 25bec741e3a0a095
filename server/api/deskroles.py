"""Sharing a game's desk: who keeps the clock, the home side, the away side."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse

from server.access.roles import Access, Identity
from server.api.body import JsonBody, OptionalJsonBody, describe_body
from server.live.desklease import DeskLeases, Desks, held_json
from server.live.deskroles import ANSWER_MS, ROLES, SILENCE_MS
from server.problems import Problem
from server.scorer import Scorer


def router(scorer: Scorer, access: Access, leases: DeskLeases) -> APIRouter:
    """Everything here needs the desk's token; to hold a role, a desk says which one it is."""
    desk = APIRouter(prefix="/api/v1/games/{game}/desk", tags=["desk"])

    @desk.get("")
    async def read(request: Request, game: str) -> dict[str, Any]:
        """Who holds which role."""
        who = await access.authorize(request, game, "desk")
        return _document(game, who, await leases.of(game))

    @desk.post(
        "",
        openapi_extra=describe_body(
            {"roles": ["home"], "ask": True}, "The roles to take; none for a heartbeat.",
            required=False,
        ),
        responses={202: {"description": "Asked for; the holder has not answered yet"}},
    )  # fmt: skip
    async def claim(request: Request, game: str, body: OptionalJsonBody) -> JSONResponse:
        """Take roles, or say that this desk is still there. A role that another desk holds is
        409 `desk-held`, or asked for with `ask`; ask again until it is yours or refused."""
        who = await access.authorize(request, game, "desk")
        mine = _name(who)
        given = _object(body or {}, {"roles", "ask"})
        roles = _roles(given.get("roles", []))
        ask = _flag(given, "ask", False)
        seq = await _seq(scorer, game) if roles else 0
        after = await leases.change(
            game,
            lambda now, now_ms: now.heard(mine, now_ms).claim(mine, roles, now_ms, seq, ask=ask),
        )
        document = _document(game, who, after)
        held = after.roles.held
        lacking = [role for role in roles if role in held and held[role].desk != mine]
        if lacking and not ask:
            raise Problem(
                409,
                "desk-held",
                f"Another desk keeps {' and '.join(lacking)}; ask for it.",
                extra={"roles": document["roles"]},
            )
        return JSONResponse(document, 202 if lacking else 200)

    @desk.post("/answer", openapi_extra=describe_body({"roles": ["home"], "give": True}))
    async def answer(request: Request, game: str, body: JsonBody) -> dict[str, Any]:
        """Give the roles to the desk that asks for them, or keep them."""
        who = await access.authorize(request, game, "desk")
        mine = _name(who)
        given = _object(body, {"roles", "give"})
        roles, give = _roles(given.get("roles")), _flag(given, "give", None)
        seq = await _seq(scorer, game)
        after = await leases.change(
            game,
            lambda now, now_ms: now.heard(mine, now_ms).answer(mine, roles, now_ms, seq, give=give),
        )
        return _document(game, who, after)

    @desk.delete("")
    async def release(
        request: Request,
        game: str,
        role: Annotated[list[str] | None, Query(description="All of this desk's, if none.")] = None,
    ) -> dict[str, Any]:
        """Give up roles, or what was asked for; a desk that asks for one gets it."""
        who = await access.authorize(request, game, "desk")
        mine = _name(who)
        roles = ROLES if role is None else _roles(role)
        seq = await _seq(scorer, game)
        after = await leases.change(game, lambda now, now_ms: now.release(mine, roles, now_ms, seq))
        return _document(game, who, after)

    return desk


def _document(game: str, who: Identity, desks: Desks) -> dict[str, Any]:
    """The roles as clients get them."""
    roles: dict[str, Any] = {}
    for role in ROLES:
        held = desks.roles.held.get(role)
        shown = held_json(desks.roles, role)
        if held is not None and shown is not None:
            since = datetime.fromtimestamp(held.since_ms / 1000, UTC)
            shown |= {"since": since.isoformat(), "silent": held.silent(desks.now_ms)}
        roles[role] = shown
    return {
        "game_id": game,
        "you": who.desk,
        "roles": roles,
        "silence_s": SILENCE_MS / 1000,
        "answer_s": ANSWER_MS / 1000,
        "shared": desks.shared,
    }


async def _seq(scorer: Scorer, game: str) -> int:
    return (await scorer.state(game, names=False)).seq


def _name(who: Identity) -> str:
    if who.desk is None:
        raise Problem(422, "desk-unnamed", "Say which desk you are: header Courtside-Desk.")
    return who.desk


def _object(body: object, known: set[str]) -> Mapping[str, Any]:
    if not isinstance(body, Mapping):
        raise Problem(422, "malformed", "The body is a JSON object.")
    unknown = {str(name) for name in body} - known
    if unknown:
        raise Problem(422, "unknown-field", f"There is no field {', '.join(sorted(unknown))}.")
    return body


def _roles(given: object) -> list[str]:
    if not isinstance(given, list) or not all(role in ROLES for role in given):
        raise Problem(422, "malformed", f"roles is a list of {', '.join(ROLES)}.")
    return list(dict.fromkeys(given))


def _flag(given: Mapping[str, Any], name: str, default: bool | None) -> bool:
    value = given.get(name, default)
    if not isinstance(value, bool):
        raise Problem(422, "malformed", f"{name} is true or false.")
    return value
