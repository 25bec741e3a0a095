"""Games over HTTP: make, read, change, erase."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse

from server.access.roles import Access
from server.api.body import JsonBody, describe_body
from server.api.links import Links
from server.api.moment import Asked
from server.moments import Moments
from server.scorer import Scorer

PREFIX = "/api/v1/games"
_GAME = {
    "rules": "fiba",
    "home": {"name": "Lions", "players": [{"number": "4", "name": "Ann"}, {"number": "00"}]},
    "away": {"name": "Bears", "players": [{"number": "7", "name": "Bea"}]},
}
_RULES = (
    "Rosters, and `rules`: the name of a set of `/api/v1/rules`, or what a league changes of one, "
    'like `{"base": "youth", "periods": 2, "period_minutes": 14, "foul_out": 0}`.'
)
Erased = Callable[[str], Awaitable[None]]
"""Told that a game was erased, so that every other part forgets it too."""
PlayerErased = Callable[[str, str], Awaitable[None]]
"""The same of a player."""


def router(
    scorer: Scorer,
    moments: Moments,
    access: Access,
    links: Links,
    erased: Erased,
    player_erased: PlayerErased,
) -> APIRouter:
    """Making a game is open on a loopback address, else for the admin; reading is for whoever
    may watch, changing for the desk."""
    games = APIRouter(prefix=PREFIX, tags=["games"])

    async def hand_out(request: Request, game: str) -> dict[str, Any]:
        tokens = await access.issue(game)
        pages = links.of_game(str(request.base_url), game, tokens)
        return {"game_id": game, "links": pages, "tokens": tokens}

    @games.post("", status_code=201, openapi_extra=describe_body(_GAME, _RULES))
    async def create(request: Request, body: JsonBody) -> JSONResponse:
        """Make a game. The tokens are shown this once; whoever has a link has its token."""
        await access.may_create(request)
        created = await scorer.create_game(body)
        handed = await hand_out(request, created.game_id)
        where = {"Location": f"{PREFIX}/{created.game_id}", "Cache-Control": "no-store"}
        return JSONResponse(handed, 201, where)

    @games.post("/{game}/tokens", status_code=201)
    async def renew(request: Request, game: str) -> JSONResponse:
        """New tokens and links; every older one stops working. For a link in wrong hands."""
        await access.authorize(request, game, "desk")
        await scorer.revoke_tokens(game)
        return JSONResponse(await hand_out(request, game), 201, {"Cache-Control": "no-store"})

    @games.get("")
    async def list_games(request: Request) -> dict[str, Any]:
        """All games, for the admin: a browser lists the games whose tokens it holds."""
        await access.authorize(request, None, "admin")
        return {"games": await scorer.games()}

    @games.get("/{game}")
    async def state(request: Request, game: str) -> dict[str, Any]:
        """The scoreboard and its place in the log (`epoch`, `seq`)."""
        await access.authorize(request, game, "watch")
        return (await scorer.state(game)).document()

    @games.get("/{game}/boxscore")
    async def boxscore(request: Request, game: str) -> dict[str, Any]:
        """Every player's line, the team's own and the totals."""
        who = await access.authorize(request, game, "watch")
        return await scorer.boxscore(game, hide=who.role == "watch")

    @games.get("/{game}/plays")
    async def plays(request: Request, game: str, asked: Asked) -> dict[str, Any]:
        """Every play in the order of the game, oldest first, voided ones marked; with a moment
        (`camera` and `s`, or `at`) as they were known then."""
        who = await access.authorize(request, game, "watch")
        hide = who.role == "watch"
        if asked is None:
            return {"game_id": game, "plays": await scorer.plays(game, hide=hide)}
        return {"game_id": game, "plays": await moments.plays(game, asked, hide=hide)}

    @games.get("/{game}/log")
    async def log(
        request: Request, game: str, after: int = Query(0, ge=0, le=2**53)
    ) -> dict[str, Any]:
        """The entries of the log after a seq: with ids, without names."""
        who = await access.authorize(request, game, "watch")
        hide = who.role == "watch"
        return {"game_id": game, "entries": await scorer.log(game, after, names=True, hide=hide)}

    @games.patch("/{game}", openapi_extra=describe_body({"home": {"name": "Lions U14"}}))
    async def patch(request: Request, game: str, body: JsonBody) -> dict[str, Any]:
        """Change names of teams and players, add players, hide names from watchers."""
        who = await access.authorize(request, game, "desk")
        await scorer.patch_game(game, body, who.by)
        return (await scorer.state(game)).document()

    @games.delete("/{game}", status_code=204)
    async def erase(request: Request, game: str) -> None:
        """Erase every name and revoke every token. The log, which has only ids, stays."""
        await access.authorize(request, game, "desk")
        await scorer.erase_game(game)
        await erased(game)

    @games.patch("/{game}/players/{player}", openapi_extra=describe_body({"name": "Ann"}))
    async def patch_player(
        request: Request, game: str, player: str, body: JsonBody
    ) -> dict[str, Any]:
        """Change a player's name."""
        await access.authorize(request, game, "desk")
        await scorer.patch_player(game, player, body)
        return dict((await scorer.state(game)).sections["roster"])

    @games.delete("/{game}/players/{player}", status_code=204)
    async def erase_player(request: Request, game: str, player: str) -> None:
        """Erase a player's name, stills and clips; the player shows as a number from now on."""
        await access.authorize(request, game, "desk")
        await scorer.erase_player(game, player)
        await player_erased(game, player)

    return games
