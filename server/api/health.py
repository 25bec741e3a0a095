"""Is it alive, is it ready, what does it count."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Response
from starlette.responses import JSONResponse

from server.meters import CONTENT_TYPE, Meters


@dataclass(frozen=True, slots=True)
class Health:
    """What `/readyz` says.

    broken: part -> why this server cannot do its work (503).
    degraded: part -> what is worse than it should be (still ready).
    facts: everything else worth knowing.
    """

    broken: dict[str, str] = field(default_factory=dict)
    degraded: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """`ready`, `degraded` (still ready) or `broken`."""
        return "broken" if self.broken else "degraded" if self.degraded else "ready"


def router(look: Callable[[], Awaitable[Health]], meters: Meters) -> APIRouter:
    """`/healthz`, `/readyz` and `/metrics`, without tokens: they name no person."""
    health = APIRouter(tags=["operations"])

    @health.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Answers while the process lives and its event loop turns."""
        return {"status": "alive"}

    @health.get("/readyz", responses={503: {"description": "A part that it needs is broken"}})
    async def readyz() -> JSONResponse:
        """What this process owns, what is degraded, which inference device it really got."""
        found = await look()
        body = {
            "status": found.status,
            "broken": found.broken,
            "degraded": found.degraded,
            **found.facts,
        }
        headers = {"Cache-Control": "no-store"}
        return JSONResponse(body, status_code=503 if found.broken else 200, headers=headers)

    @health.get("/metrics", response_class=Response)
    async def metrics() -> Response:
        """Counters and histograms in the text format of Prometheus."""
        return Response(meters.exposition(), media_type=CONTENT_TYPE)

    return health
