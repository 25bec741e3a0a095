"""The web application: every room's addresses, with the parts of one house behind them."""

from __future__ import annotations

from fastapi import FastAPI

from server.access.limits import RateLimit, RequestLimits
from server.api import (
    check,
    clips,
    desk,
    deskroles,
    exports,
    games,
    health,
    media,
    moment,
    pages,
    recordings,
    reference,
    rules,
    setup,
    stats,
)
from server.api.limits import UPLINK_LIMIT, BodyLimit, Only, RequestMeter
from server.api.links import Links
from server.api.problems import install_problem_handlers, problem_response
from server.house import VERSION, House
from server.ingest import whip
from server.live import sockets
from server.media import viewers


def build_app(house: House, links: Links) -> FastAPI:
    """All addresses of the server."""
    app = FastAPI(
        title="Courtside",
        version=VERSION,
        description="Errors are RFC 9457 problem documents; `type` is stable.",
        openapi_url="/api/v1/openapi.json",
        # The usual documentation pages load their script from elsewhere.
        docs_url=None,
        redoc_url=None,
    )
    install_problem_handlers(app)
    access, clock = house.access, house.clock
    app.include_router(health.router(house.look, house.meters))
    app.include_router(
        games.router(
            house.scorer,
            house.moments,
            access,
            links,
            house.erased,
            house.clips.erase_player,
        )
    )
    app.include_router(rules.router(house.scorer, access))
    app.include_router(desk.router(house.scorer, access, house.desks))
    app.include_router(deskroles.router(house.scorer, access, house.desks))
    app.include_router(exports.router(house.scorer, access))
    app.include_router(clips.router(house.clips, access, house.signed, house.shares))
    app.include_router(setup.router(house.setups, house.previews, access))
    app.include_router(stats.router(house.scorer, house.moments, access))
    app.include_router(moment.router(house.moments, access))
    app.include_router(check.router(access, house.tokens, RateLimit(clock, per_s=0.2, burst=5)))
    app.include_router(sockets.router(house.hub, access.authorize))
    app.include_router(recordings.router(house.recorded_bytes, house.erase_pictures, access))
    app.include_router(whip.router(house.cameras, access.authorize))
    app.include_router(viewers.router(house.viewers, access.authorize))
    app.include_router(
        media.router(house.playback, house.pictures, house.signed, access, house.meters)
    )
    app.include_router(pages.router())
    app.include_router(reference.router(app.openapi))
    app.add_middleware(
        BodyLimit,
        # These have their own limit, and say it with the headers that their clients read.
        limits={"/whip/": 1 << 30, "/whep/": 1 << 30, check.UPLINK_PATH: UPLINK_LIMIT},
    )
    # A gym full of phones shares one address and one watcher's token: the limits stop a runaway
    # client, not a crowd; pages cost nothing and are outside them.
    clients = RateLimit(clock, per_s=200, burst=2000)
    addresses = RateLimit(clock, per_s=1000, burst=10_000)
    app.add_middleware(
        Only,
        beginnings=("/api/", "/live/", "/whip/", "/whep/"),
        around=lambda inner: RequestLimits(
            inner, clients=clients, addresses=addresses, refuse=problem_response
        ),
    )
    app.add_middleware(RequestMeter, meters=house.meters)
    return app
