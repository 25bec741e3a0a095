"""Clips and reels over HTTP: the list, the files, links that show one of them to anybody."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from server.access.roles import Access, Identity
from server.access.shares import Share, Shares
from server.access.signed import SignedAddresses
from server.api.body import JsonBody, describe_body
from server.api.storedfile import StoredFile
from server.clips.clips import Clips
from server.clips.gallery import MEDIA_TYPES, Choice, Shown, Stored, chapters, clip_json
from server.clips.rules import KINDS
from server.filming import MAIN
from server.gamelog.clips import Clip
from server.gamelog.verticals import Vertical
from server.problems import Problem
from server.teams import DEFAULT_NAMES

_CAMERA = "clips"
"""What stands for a camera in the signatures of clips' addresses."""
_PLAYER = re.compile(r"(home|away)-[0-9A-Za-z]{1,4}")
_SHOWN = re.compile(r"clip/(\d{1,9})|reel/([^/]*)/([^/]*)")
_SEQ_LIMIT = 2**31 - 1
LONGEST_RANGE_S = 60.0
_Second = Annotated[float, Query(ge=0, le=10**6)]


def router(clips: Clips, access: Access, signed: SignedAddresses, shares: Shares) -> APIRouter:
    """For whoever may watch, or holds a share of that one thing."""
    games = APIRouter(prefix="/api/v1/games/{game}/clips", tags=["clips"])
    gallery = clips.gallery

    async def may(request: Request, game: str, what: str) -> None:
        """Is this file for whoever asks? By its signed address, a share of it, or a token."""
        if await signed.check(request, game, _CAMERA) is not None:
            return
        share = request.query_params.get("share")
        if share is None:
            await access.authorize(request, game, "watch")
        elif await shares.read(share) != Share(game, what):
            raise Problem(403, "share-refused", "This link is for something else.")

    async def signature(game: str) -> str:
        return await signed.query(game, _CAMERA, await gallery.began(game))

    def sent(request: Request, stored: Stored, name: str) -> Response:
        def read(first: int, length: int) -> Any:
            return gallery.read(stored, first, length)

        download = "download" in request.query_params
        return StoredFile(
            request,
            read,
            size=stored.size,
            media_type=stored.media_type,
            tag=stored.tag,
            name=f"{name}.{stored.suffix}" if download else None,
        )

    @games.get("")
    async def listed(
        request: Request, game: str, player: str | None = None, kind: str | None = _TYPE
    ) -> dict[str, Any]:
        """The plays that have a clip, in the order of the game: label, thumbnail, MP4 link.

        `status` is `waiting`, `ready`, `no_picture` or `failed`. The links open without a token
        for at least twelve hours. `reels`: all clips in one file, of the game and of each player.
        """
        who = await access.authorize(request, game, "watch")
        choice, hide = choice_of(player, kind), who.role == "watch"
        everything = await gallery.shown(game, Choice(), hide=hide)
        query = await signature(game)
        path = f"/api/v1/games/{game}/clips"
        rules = await gallery.rules(game)
        return {
            "game_id": game,
            "clips": [
                clip_json(one, lambda name: f"{path}/{name}?{query}")
                for one in everything
                if choice.has(one.fact)
            ],
            "reels": _reels(everything, path, query),
            "rules": rules.document(),
            "may_share": may_share(who, rules.share),
        }

    @games.get("/reel")
    async def contents(
        request: Request, game: str, player: str | None = None, kind: str | None = _TYPE
    ) -> dict[str, Any]:
        """What is in a reel: its clips with their place in it, and what was left out because its
        picture has another size."""
        who = await access.authorize(request, game, "watch")
        choice = choice_of(player, kind)
        made = await gallery.reel(game, choice)
        words = await labels(game, hide=who.role == "watch")
        return {
            "game_id": game,
            "player": player,
            "type": kind,
            "media_type": made.media_type,
            "size_bytes": made.size,
            "duration_s": made.reel.scenes[-1].end_s,
            "scenes": [
                {
                    "seq": scene.clip.seq,
                    "label": words.get(scene.clip.seq, ""),
                    "start_s": scene.start_s,
                    "end_s": scene.end_s,
                }
                for scene in made.reel.scenes
            ],
            "left_out": [
                {"seq": clip.seq, "label": words.get(clip.seq, ""), "why": "another picture"}
                for clip in made.reel.left_out
            ],
        }

    @games.api_route("/reel.mp4", methods=["GET", "HEAD"], response_class=Response)
    async def reel(
        request: Request, game: str, player: str | None = None, kind: str | None = _TYPE
    ) -> Response:
        """All clips one after the other, of the game or of a player, in one file. `download`
        asks for a file to save."""
        choice = choice_of(player, kind)
        await may(request, game, _reel_word(choice))
        return sent(request, await gallery.reel(game, choice), f"{game}-{choice.name}")

    @games.get("/reel.vtt", response_class=Response)
    async def reel_chapters(
        request: Request, game: str, player: str | None = None, kind: str | None = _TYPE
    ) -> Response:
        """The chapters of a reel (WebVTT)."""
        choice = choice_of(player, kind)
        await may(request, game, _reel_word(choice))
        # The address may be anybody's: names that are hidden stay hidden.
        words = await labels(game, hide=True)
        made = await gallery.reel(game, choice)
        text = chapters(made.reel.scenes, lambda seq: words.get(seq, ""))
        headers = {"Cache-Control": "private, no-cache"}
        return Response(text, headers=headers, media_type="text/vtt; charset=utf-8")

    @games.get("/range.mp4", response_class=Response)
    async def some(
        request: Request, game: str, from_s: _Second, to_s: _Second, camera: str = MAIN
    ) -> Response:
        """Any seconds of a camera's recording, for the desk, from the key frame before `from_s`:
        an MP4 (WebM where the camera sent VP8) that is kept nowhere."""
        await access.authorize(request, game, "desk")
        if not 0 < to_s - from_s <= LONGEST_RANGE_S:
            raise Problem(422, "malformed", f"A range has up to {LONGEST_RANGE_S:g} seconds.")
        made = await clips.range(game, camera, from_s, to_s)
        name = f"{game}-{camera}-{made.start_s:.0f}-{made.end_s:.0f}.{made.suffix}"
        headers = {
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{name}"',
        }
        return Response(made.data, headers=headers, media_type=MEDIA_TYPES[made.suffix])

    @games.post(
        "/share",
        status_code=201,
        openapi_extra=describe_body(
            {"seq": 12}, "`seq` of a clip, or `player` and `type` of a reel; neither: the game's."
        ),
    )
    async def share(request: Request, game: str, body: JsonBody) -> JSONResponse:
        """A link that shows one clip or reel to anybody, until the game's tokens are renewed. Who
        may make one is a rule of the game (`clips.share`): the desk, watchers too, or nobody."""
        who = await access.authorize(request, game, "watch")
        rules = await gallery.rules(game)
        if not may_share(who, rules.share):
            raise Problem(403, "sharing-refused", f"Links may be made by: {rules.share}.")
        what = await shareable(game, body)
        token = await shares.make(Share(game, what))
        link = f"{str(request.base_url).rstrip('/')}/clip/{game}?share={token}"
        answer = {"game_id": game, "what": what, "link": link, "share": token}
        return JSONResponse(answer, 201, {"Cache-Control": "no-store"})

    async def shareable(game: str, body: Any) -> str:
        if not isinstance(body, dict) or body.keys() - {"seq", "player", "type"}:
            raise Problem(422, "malformed", "Send seq, or player and type.")
        if "seq" not in body:
            return _reel_word(choice_of(body.get("player"), body.get("type")))
        seq = body["seq"]
        if not isinstance(seq, int) or isinstance(seq, bool) or not 0 < seq <= _SEQ_LIMIT:
            raise Problem(422, "malformed", "seq is the number of an entry.")
        await gallery.one(game, seq, hide=True)
        return f"clip/{seq}"

    @games.get("/shared")
    async def shown(request: Request, game: str, share: str = Query(max_length=2048)) -> Any:
        """What a share shows: title, label, addresses of its files."""
        found = await shares.read(share)
        if found.game != game or (parts := _SHOWN.fullmatch(found.what)) is None:
            raise Problem(403, "share-refused", "This link is for another game.")
        path = f"/api/v1/games/{game}/clips"
        teams = await gallery.teams(game)
        title = " – ".join(teams.get(side, name) for side, name in DEFAULT_NAMES.items())
        if parts[1] is not None:
            one = await gallery.one(game, int(parts[1]), hide=True)
            clip = clip_json(one, lambda name: f"{path}/{name}?share={share}")
            return {"game_id": game, "title": title, "kind": "clip", **clip}
        choice = Choice(parts[2] or None, parts[3] or None)
        query = "".join(
            f"&{name}={value}"
            for name, value in (("player", choice.player), ("type", choice.type))
            if value
        )
        return {
            "game_id": game,
            "title": title,
            "kind": "reel",
            "player": choice.player,
            "type": choice.type,
            "label": await gallery.reel_title(game, choice),
            "url": f"{path}/reel.mp4?share={share}{query}",
            "chapters": f"{path}/reel.vtt?share={share}{query}",
        }

    @games.api_route("/{seq}.{suffix}", methods=["GET", "HEAD"], response_class=Response)
    async def file(request: Request, game: str, seq: int, suffix: str) -> Response:
        """A clip (`mp4`, or `webm` where the camera sent VP8) or its thumbnail (`jpg`), whole or
        a range. 409 `clip-waiting`, `no-picture` or `clip-failed` while there is none."""
        if suffix not in MEDIA_TYPES or not 0 < seq <= _SEQ_LIMIT:
            raise Problem(404, "unknown-clip", f"there is no clip {seq}.{suffix}")
        await may(request, game, f"clip/{seq}")
        stored = await gallery.file(game, seq, suffix)
        return sent(request, stored, await file_name(request, game, seq))

    @games.api_route("/{seq}/vertical.mp4", methods=["GET", "HEAD"], response_class=Response)
    async def vertical(request: Request, game: str, seq: int) -> Response:
        """The clip for a phone's feed: upright (1080x1920), H264 and AAC, with the score as it was
        then. It is made when it is first asked for: 409 `clip-waiting` meanwhile."""
        if not 0 < seq <= _SEQ_LIMIT:
            raise Problem(404, "unknown-clip", f"entry {seq} has no clip")
        await may(request, game, f"clip/{seq}")
        stored = await clips.vertical(game, seq)
        return sent(request, stored, f"{await file_name(request, game, seq)}-vertical")

    async def file_name(request: Request, game: str, seq: int) -> str:
        """After the play, where the file is to be saved."""
        name = f"{game}-{seq}"
        if "download" in request.query_params:
            one = await gallery.one(game, seq, hide=True)
            name = "-".join(re.findall(r"[A-Za-z0-9]+", one.words)) or name
        return name

    async def labels(game: str, *, hide: bool) -> dict[int, str]:
        shown = await gallery.shown(game, Choice(), hide=hide)
        return {one.clip.seq: one.words for one in shown}

    whole = APIRouter()
    whole.include_router(games)
    whole.include_router(_for_admin(clips, access))
    return whole


def _for_admin(clips: Clips, access: Access) -> APIRouter:
    admin = APIRouter(prefix="/api/v1/clips", tags=["clips"])

    @admin.get("/failed")
    async def failed(request: Request) -> dict[str, Any]:
        """Clips of all games that could not be made, and why, for the admin."""
        await access.authorize(request, None, "admin")
        return {"failed": [_failed_json(one) for one in await clips.failed()]}

    @admin.post(
        "/retry",
        status_code=202,
        openapi_extra=describe_body(
            {"game_id": "u14-final", "seq": 12}, "A clip; an empty object: all that failed."
        ),
    )
    async def retry(request: Request, body: JsonBody) -> dict[str, Any]:
        """Try once more, for the admin. 409 `clip-ready` for one that is no failure."""
        await access.authorize(request, None, "admin")
        if body == {}:
            asked = [(one.game_id, one.seq) for one in await clips.failed()]
        else:
            asked = [_asked(body)]
        for game, seq in asked:
            await clips.again(game, seq)
        return {"retried": len(asked)}

    return admin


_TYPE = Query(None, alias="type")


def choice_of(player: Any, kind: Any) -> Choice:
    """Problem 422 for a player's id or a type that is none."""
    if player is not None and not (isinstance(player, str) and _PLAYER.fullmatch(player)):
        raise Problem(422, "malformed", "player is an id like home-7.")
    if kind is not None and kind not in KINDS:
        raise Problem(422, "malformed", f"type is one of {', '.join(KINDS)}.")
    return Choice(player, kind)


def may_share(who: Identity, rule: str) -> bool:
    """May this one make links for anybody?"""
    return rule != "nobody" and who.may(rule)


def _asked(body: Any) -> tuple[str, int]:
    game, seq = (body.get("game_id"), body.get("seq")) if isinstance(body, dict) else (None, None)
    if not isinstance(game, str) or not isinstance(seq, int) or not 0 < seq <= _SEQ_LIMIT:
        raise Problem(422, "malformed", "Send game_id and seq, or an empty object.")
    return game, seq


def _reel_word(choice: Choice) -> str:
    return f"reel/{choice.player or ''}/{choice.type or ''}"


def _reels(everything: Sequence[Shown], path: str, query: str) -> list[dict[str, Any]]:
    """Of the game, then of each player, with how many clips are ready for it."""
    ready = [one for one in everything if one.clip.status == "ready"]
    players = sorted({p for one in ready if (p := getattr(one.fact.event, "player", None))})
    found = []
    for player in (None, *players):
        choice = Choice(player)
        asked = "" if player is None else f"player={player}&"
        count = sum(choice.has(one.fact) for one in ready)
        if count:
            found.append(
                {
                    "player": player,
                    "clips": count,
                    "url": f"{path}/reel.mp4?{asked}{query}",
                    "chapters": f"{path}/reel.vtt?{asked}{query}",
                }
            )
    return found


def _failed_json(one: Clip | Vertical) -> dict[str, Any]:
    found: dict[str, Any] = {
        "game_id": one.game_id,
        "seq": one.seq,
        "vertical": isinstance(one, Vertical),
        "error": one.error,
        "at": None if one.at is None else one.at.isoformat(),
    }
    if isinstance(one, Clip):
        found["media"] = {"camera": one.camera, "s": one.moment_s}
        found["wanted_at"] = one.wanted_at.isoformat()
    return found
