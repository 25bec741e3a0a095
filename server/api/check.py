"""What the camera page's self-check asks the server."""

from __future__ import annotations

from fastapi import APIRouter, Request

from server.access.limits import RateLimit
from server.access.roles import Access, token_of
from server.access.tokens import BadToken, Tokens

UPLINK_PATH = "/api/v1/check/uplink"


def router(access: Access, tokens: Tokens, limit: RateLimit) -> APIRouter:
    """limit: for each game; an uplink test moves megabytes."""
    check = APIRouter(tags=["check"])

    @check.post(UPLINK_PATH)
    async def uplink(request: Request) -> dict[str, int]:
        """Takes up to 2 MB and says how many bytes came; the page takes the time. Needs the
        camera token of any game."""
        game = _game_of(tokens, token_of(request))
        await access.authorize(request, game, "camera")
        limit.check(game)
        received = 0
        async for chunk in request.stream():
            received += len(chunk)
        return {"bytes": received}

    return check


def _game_of(tokens: Tokens, token: str | None) -> str:
    """The game that a token names, empty when it names none; the gate judges the token."""
    try:
        return tokens.read(token or "").game or ""
    except BadToken:
        return ""
