"""Statistics and the shot chart of a game over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request

from server.access.roles import Access
from server.answers import WholeGame
from server.api.moment import Asked
from server.moments import Moments, When
from server.projections.shots import shots
from server.projections.stats import stats
from server.scorer import Scorer
from server.teams import DEFAULT_NAMES


def router(scorer: Scorer, moments: Moments, access: Access) -> APIRouter:
    """Reading is for whoever may watch. Both are folded when asked for, in a thread; with a
    moment (`camera` and `s`, or `at`) as they were known then."""

    async def whole_game(game: str, asked: When | None, hide: bool) -> WholeGame:
        if asked is None:
            return await scorer.whole(game, hide=hide)
        return await moments.whole(game, asked, hide=hide)

    figures = APIRouter(prefix="/api/v1/games/{game}", tags=["games"])

    @figures.get("/stats")
    async def all_stats(request: Request, game: str, asked: Asked) -> dict[str, Any]:
        """Everything that follows from the facts: teams, players, line-ups, leads and runs.
        Shares are of 1, times in milliseconds; null is what cannot be said."""
        who = await access.authorize(request, game, "watch")
        whole = await whole_game(game, asked, who.role == "watch")
        found = await asyncio.to_thread(stats, whole.game, whole.record.players)
        for side, team in found["teams"].items():
            team["name"] = whole.names.get(side, DEFAULT_NAMES[side])
        for player in found["players"]:
            player["name"] = whole.names.get(player["id"])
        return {"game_id": game, "seq": whole.game.seq, **found}

    @figures.get("/shots")
    async def chart(request: Request, game: str, asked: Asked) -> dict[str, Any]:
        """The field goals that stand, in the order of the game, with place and zone where
        somebody said from where they were taken."""
        who = await access.authorize(request, game, "watch")
        whole = await whole_game(game, asked, who.role == "watch")
        found = await asyncio.to_thread(shots, whole.game)
        return {"game_id": game, "seq": whole.game.seq, "shots": found}

    return figures
