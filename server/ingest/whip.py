"""WHIP (RFC 9725): a publisher comes in by HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from server.ingest import signalling
from server.ingest.cameras import Cameras


def router(cameras: Cameras, authorize: signalling.Authorize) -> APIRouter:
    """`/whip/GAME[/CAMERA]`, for role camera."""
    return signalling.router("whip", "camera", cameras, cameras.publish, authorize)
