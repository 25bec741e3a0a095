"""HTTP Live Streaming of what cameras film: playlists, segments, and the state of the picture."""

from __future__ import annotations

import functools
import re
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from server.access.roles import Access
from server.access.signed import SignedAddresses
from server.api.mediafile import CORS, PREFLIGHT, MediaFile, playlist_response
from server.api.setup import CameraName
from server.media import hls
from server.media.playback import Playback
from server.media.segments import RENDITIONS, Rendition
from server.meters import Meters
from server.pictures import Pictures
from server.problems import Problem

NAME = re.compile(r"[a-z0-9-]{1,32}")
_FILE = re.compile(r"init-(\d{1,9})\.mp4|(\d{1,9})\.m4s|(\d{1,9})\.(\d{1,4})\.m4s")
METHODS = ["GET", "HEAD"]

Handler = Callable[[Request], Awaitable[Response]]


def router(
    playback: Playback,
    pictures: Pictures,
    signed: SignedAddresses,
    access: Access,
    meters: Meters,
) -> APIRouter:
    """For viewers, players and content delivery networks."""
    media = APIRouter(tags=["media"])

    async def may(request: Request) -> tuple[str, str, float | None]:
        """Game, camera, seconds that the address may be cached by others (None: it was a token
        that opened it)."""
        game, camera = request.path_params["game"], request.path_params["camera"]
        if not NAME.fullmatch(game) or not NAME.fullmatch(camera):
            raise _not_found()
        left_s = await signed.check(request, game, camera)
        if left_s is None:
            await access.authorize(request, game, "watch")
        return game, camera, left_s

    async def index(request: Request) -> Response:
        game, camera, left_s = await may(request)
        document = await playback.multivariant(game, camera)
        return playlist_response(request, document, left_s, waited=False, meters=meters)

    async def playlist(request: Request) -> Response:
        game, camera, left_s = await may(request)
        of = _rendition(request.path_params["rendition"])
        asked = hls.read_directives(
            request.query_params.get("_HLS_msn"), request.query_params.get("_HLS_part")
        )
        skip = request.query_params.get("_HLS_skip") in ("YES", "v2")
        document = await playback.playlist(game, camera, of, asked, skip)
        waited = asked is not None and document.live
        return playlist_response(request, document, left_s, waited=waited, meters=meters)

    async def file(request: Request) -> Response:
        game, camera, left_s = await may(request)
        name, of = request.path_params["name"], _rendition(request.path_params["rendition"])
        found = _FILE.fullmatch(name)
        if found is None:
            raise _not_found()
        init_id, segment, parent, part = found.groups()
        if init_id is not None:
            data = await playback.init(game, camera, of, int(init_id))
        elif segment is not None:
            data = await playback.file(game, camera, of, int(segment), None)
        else:
            data = await playback.file(game, camera, of, int(parent), int(part))
        return MediaFile(request, data, f"{of}/mp4", f'"{of}-{name}"', left_s, meters)

    async def preflight(request: Request) -> Response:
        return Response(None, 204, PREFLIGHT)

    base = "/media/{game}/{camera}"
    for path, handler in (
        ("/index.m3u8", index),
        ("/{rendition}.m3u8", playlist),
        ("/{rendition}/{name}", file),
    ):
        # Plain routes: players ask a hundred times as often as pages, and need no schema.
        media.add_route(base + path, _readable(handler), METHODS, include_in_schema=False)
        media.add_route(base + path, preflight, ["OPTIONS"], include_in_schema=False)

    @media.get("/api/v1/games/{game}/cameras/{camera}/picture")
    async def picture(request: Request, game: str, camera: CameraName) -> dict[str, Any]:
        """What there is to see: whether the camera is live, where to get the picture, what was
        recorded and what is missing of it. Times are media seconds."""
        await access.authorize(request, game, "watch")
        return await pictures.of(game, camera)

    return media


def _rendition(name: str) -> Rendition:
    for known in RENDITIONS:
        if name == known:
            return known
    raise _not_found()


def _not_found() -> Problem:
    return Problem(404, "not-found", "There is nothing at this address.")


def _readable(handler: Handler) -> Handler:
    """Players of other origins may read our refusals as well."""

    @functools.wraps(handler)
    async def guarded(request: Request) -> Response:
        try:
            return await handler(request)
        except Problem as problem:
            problem.headers = {**CORS, **problem.headers}
            raise

    return guarded
