"""A camera's eyes for the pages' tests: proposals as the live line tells them, and a still."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import cv2
import numpy as np
from playwright.sync_api import BrowserContext, Route, WebSocketRoute

Json = dict[str, Any]


def picture(width: int = 320, height: int = 180) -> bytes:
    """A court at dusk, as JPEG."""
    floor = np.full((height, width, 3), (70, 120, 170), np.uint8)
    floor[: height // 3] = (60, 50, 45)
    cv2.line(floor, (0, height // 2), (width, height - 20), (235, 235, 235), 2)
    return bytes(cv2.imencode(".jpg", floor)[1])


class Seen:
    """Puts proposals on a page's live line and keeps what the page answers to them."""

    def __init__(self, context: BrowserContext, still: bytes | None = None) -> None:
        self._picture = still or picture()
        self._lines: list[WebSocketRoute] = []
        self._kin: dict[str, list[str]] = {}
        self.answers: list[tuple[str, str, Json]] = []
        """(id of the proposal, verb, body), as they came."""
        context.route_web_socket("**/live/**", self._connect)
        context.route("**/proposals/*/still", self._still)
        context.route("**/proposals/*/*ept", self._answer)
        context.route("**/proposals/*/reject", self._answer)

    def shot(self, proposal_id: str, **more: Any) -> None:
        """A two of home's number 7 that went in."""
        self.tell(
            proposal_id,
            **{
                "type": "field_goal",
                "made": True,
                "probability": 0.97,
                "value": 2,
                "three": 0.03,
                "ask": False,
                **people(("home-7", 0.9), ("home-4", 0.06), ("away-10", 0.02)),
                "still": f"/api/v1/games/g/proposals/{proposal_id}/still",
                "boxes": [
                    {"label": "player", "xyxy": [10, 20, 60, 150]},
                    {"label": "ball", "xyxy": [90, 12, 100, 22]},
                    {"label": "rim", "xyxy": [84, 24, 112, 32]},
                ],
                "size": [320, 180],
                **more,
            },
        )

    def part(self, proposal_id: str, what: str, parent: str, player: str, **more: Any) -> None:
        """What belongs to another proposal."""
        self._kin.setdefault(parent, []).append(proposal_id)
        self.tell(proposal_id, **{"type": what, "links": [parent], **people((player, 0.8)), **more})

    def tell(self, proposal_id: str, **fields: Any) -> None:
        now = datetime.now(UTC).isoformat()
        proposal = {"id": proposal_id, "status": "waiting", "created_at": now, "links": []}
        message = {"type": "proposal", "proposal": {**proposal, **fields}}
        for line in self._lines:
            line.send(json.dumps(message))

    def camera(self) -> None:
        """A camera begins to film."""
        message = {"type": "camera", "camera": "main", "status": "live", "why": ""}
        for line in self._lines:
            line.send(json.dumps(message))

    def _connect(self, line: WebSocketRoute) -> None:
        server = line.connect_to_server()
        server.on_message(line.send)
        line.on_message(server.send)
        self._lines.append(line)

    def _answer(self, route: Route) -> None:
        proposal_id, verb = route.request.url.partition("?")[0].split("/")[-2:]
        body = route.request.post_data_json or {}
        self.answers.append((proposal_id, verb, body))
        route.fulfill(status=201, json={"call_id": f"proposal-{proposal_id}", "entries": []})
        gone = {proposal_id, *self._kin.get(proposal_id, ())}
        for one in gone if verb == "reject" else {proposal_id, *body.get("with", ())}:
            self.tell(one, status=f"{verb}ed")

    def _still(self, route: Route) -> None:
        route.fulfill(status=200, content_type="image/jpeg", body=self._picture)


def people(*players: tuple[str, float]) -> Json:
    """Who may have done it, likeliest first."""
    listed = [{"player": player, "probability": chance} for player, chance in players]
    best, chance = players[0] if players else (None, 0.0)
    named = best if chance >= 0.5 else None
    return {"players": listed, "player": named, "team": named and named.partition("-")[0]}
