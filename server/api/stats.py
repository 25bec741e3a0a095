"""Statistics and the shot chart of a game over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request

from server.access.roles import Access
from server.projections.shots import shots
from server.projections.stats import stats
from server.scorer import Scorer
from server.teams import DEFAULT_NAMES


def router(scorer: Scorer, access: Access) -> APIRouter:
    """Reading is for whoever may watch. Both are folded when asked for, in a thread."""
    figures = APIRouter(prefix="/api/v1/games/{game}", tags=["games"])

    @figures.get("/stats")
    async def all_stats(request: Request, game: str) -> dict[str, Any]:
        """Everything that follows from the facts: teams, players, line-ups, leads and runs.
        Shares are of 1, times in milliseconds; null is what cannot be said."""
        who = await access.authorize(request, game, "watch")
        whole = await scorer.whole(game, hide=who.role == "watch")
        found = await asyncio.to_thread(stats, whole.game, whole.record.players)
        for side, team in found["teams"].items():
            team["name"] = whole.names.get(side, DEFAULT_NAMES[side])
        for player in found["players"]:
            player["name"] = whole.names.get(player["id"])
        return {"game_id": game, "seq": whole.game.seq, **found}

    @figures.get("/shots")
    async def chart(request: Request, game: str) -> dict[str, Any]:
        """The field goals that stand, in the order of the game, with place and zone where
        somebody said from where they were taken."""
        who = await access.authorize(request, game, "watch")
        whole = await scorer.whole(game, hide=who.role == "watch")
        found = await asyncio.to_thread(shots, whole.game)
        return {"game_id": game, "seq": whole.game.seq, "shots": found}

    return figures
