"""The rule sets over HTTP, so that pages can offer them and need not know them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from server.access.roles import Access
from server.game.rules import RULES
from server.scorer import Scorer


def router(scorer: Scorer, access: Access) -> APIRouter:
    """The sets are open to everybody, a game's own rules to whoever may watch it."""
    rules = APIRouter(prefix="/api/v1", tags=["rules"])

    @rules.get("/rules")
    async def rule_sets() -> dict[str, Any]:
        """Every rule set with all its values. Times are milliseconds, lengths metres."""
        return {"rules": [found.document() for found in RULES.values()]}

    @rules.get("/games/{game}/rules")
    async def of_game(request: Request, game: str) -> dict[str, Any]:
        """Every value of the rules that this game is played by."""
        await access.authorize(request, game, "watch")
        return (await scorer.whole(game)).game.rules.document()

    return rules
