"""Pages that are behind the game: a camera that films, and pictures whose delay the test makes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from playwright.sync_api import BrowserContext, Page, Route

from tests.e2e.publisher import publishing
from tests.server_process import ServerProcess

# The second on the screen, noted each time the page asks where its picture is; or made up from a
# delay.
HEAD = """
const at = ViewerPlace.prototype.at;
ViewerPlace.prototype.at = function (head, told, nowMs) {
  if (window.delayS) head = {media_s: Date.now() / 1000 - window.originS - window.delayS};
  if (head) window.head = {s: head.media_s, ms: nowMs};
  return at.call(this, head, told, nowMs);
};
"""


@dataclass(frozen=True)
class Hall:
    """A game that is filmed. origin_s: Unix time of the camera's second 0."""

    server: ServerProcess
    game: dict[str, Any]
    origin_s: float

    @property
    def now_s(self) -> float:
        """The camera's second of this moment."""
        return time.time() - self.origin_s

    def page(self, context: BrowserContext, way: str, delay_s: float) -> Page:
        """A page that watches, noting what it shows."""

        def with_head(route: Route) -> None:
            answer = route.fetch()
            route.fulfill(response=answer, body=answer.text() + HEAD)

        page = context.new_page()
        page.route("**/web/viewerplace.js", with_head)
        page.add_init_script(f"window.delayS = {delay_s}; window.originS = {self.origin_s};")
        name, more = ("overlay", f"delay={delay_s:g}") if way == "overlay" else ("watch", "")
        token = self.game["tokens"]["watch"]
        address = f"{self.server.url}/{name}/{self.game['game_id']}?token={token}"
        page.goto(f"{address}&picture={way}&{more}")
        page.locator('[data-score="home"]').wait_for(timeout=30_000)
        return page


@contextmanager
def filmed(server: ServerProcess) -> Iterator[Hall]:
    """A new game with a camera."""
    game = server.new_game()
    with (
        publishing(server, "testcard", game),
        server.client(game["tokens"]["watch"]) as client,
    ):
        yield Hall(server, game, _origin_s(client, game))


def _origin_s(client: httpx.Client, game: dict[str, Any]) -> float:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer = client.get(f"/api/v1/games/{game['game_id']}/cameras/main/picture")
        if answer.status_code == 200 and answer.json()["status"] == "live":
            return datetime.fromisoformat(answer.json()["origin"]).timestamp()
        time.sleep(0.1)
    raise AssertionError("the camera did not come")
