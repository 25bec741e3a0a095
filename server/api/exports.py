"""A game as files for other programs."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from server.access.roles import Access
from server.exports.formats import FORMATS, Format
from server.exports.gamebook import GameBook
from server.exports.media import NoMediaTimes
from server.problems import Problem
from server.scorer import Scorer


def router(scorer: Scorer, access: Access) -> APIRouter:
    """For whoever may watch; names that are hidden from watchers are left out for them."""
    exports = APIRouter(prefix="/api/v1/games/{game}", tags=["exports"])

    async def written(request: Request, game: str, form: Format) -> Response:
        who = await access.authorize(request, game, "watch")
        whole = await scorer.whole(game, hide=who.role == "watch")
        record = whole.record

        def write() -> str:
            book = GameBook(game, record.created_at, whole.game, record.players, whole.names)
            return form.write(book)

        try:
            # Folding a long game takes longer than the event loop may wait.
            text = await asyncio.to_thread(write)
        except NoMediaTimes as why:
            raise Problem(409, "no-media-times", str(why)) from why
        headers = {
            "Content-Disposition": f'attachment; filename="{game}-{form.file}"',
            "Cache-Control": "no-store",
        }
        return Response(text, headers=headers, media_type=form.media_type)

    @exports.get("/exports")
    async def listed(request: Request, game: str) -> dict[str, Any]:
        """The formats, each with its address."""
        await access.authorize(request, game, "watch")
        return {
            "game_id": game,
            "exports": [
                {
                    "name": form.name,
                    "about": form.about,
                    "media_type": form.media_type,
                    "file": f"{game}-{form.file}",
                    "needs_media": form.of_camera,
                    "url": f"/api/v1/games/{game}/exports/{form.name}",
                }
                for form in FORMATS.values()
            ],
        }

    @exports.get("/exports/{name}", response_class=Response)
    async def export(request: Request, game: str, name: str) -> Response:
        """The game in one format, as a file. 409 `no-media-times` where a format needs them and
        no camera gave any."""
        form = FORMATS.get(name)
        if form is None:
            known = ", ".join(FORMATS)
            raise Problem(404, "unknown-format", f"There is no format {name!r}; there are {known}.")
        return await written(request, game, form)

    @exports.get("/boxscore.csv", response_class=Response)
    async def boxscore_csv(request: Request, game: str) -> Response:
        """The box score as a table (text/csv, UTF-8)."""
        return await written(request, game, FORMATS["boxscore-csv"])

    return exports
