"""A real server and a real Chromium for the pages' tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.browser import chromium
from tests.server_process import ServerProcess, running

PHONE: ViewportSize = {"width": 390, "height": 844}
# A name that is not this machine's own: what the server and the browser make of a stranger.
STRANGER = "--host-resolver-rules=MAP gym.test 127.0.0.1"

# page("desk", width=..., height=...) opens a page of a game in a browser of its own.
Open = Callable[..., Page]


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """One `courtside serve` for all; every test makes games of its own."""
    with running(tmp_path_factory.mktemp("serve")) as process:
        yield process


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Ended with this folder's tests: while it lives, no test can run an event loop of its own."""
    with chromium(STRANGER) as opened:
        yield opened


@pytest.fixture
def game(server: ServerProcess) -> dict[str, Any]:
    return server.new_game()


class Visitor:
    """Opens pages of a game and notes every complaint of theirs."""

    def __init__(self, browser: Browser, server: ServerProcess, game: dict[str, Any]) -> None:
        self._browser = browser
        self._server = server
        self._game = game
        self._contexts: list[BrowserContext] = []
        self.url = server.url
        self.game_id = str(game["game_id"])
        self.complaints: list[str] = []

    def open(self, page: str, *, role: str | None = None, **options: Any) -> Page:
        """A page in a fresh browser profile, as somebody who was sent the link."""
        context = self.context(**options)
        return self.visit(context, page, role=role)

    def context(self, **options: Any) -> BrowserContext:
        context = self._browser.new_context(**{"viewport": PHONE, **options})
        context.set_default_timeout(15_000)
        self._contexts.append(context)
        return context

    def visit(self, context: BrowserContext, page: str, *, role: str | None = None) -> Page:
        tab = context.new_page()
        tab.on("console", self._heard)
        tab.on("pageerror", lambda error: self.complaints.append(f"{page}: {error}"))
        token = self._game["tokens"][role or {"overlay": "watch"}.get(page, page)]
        tab.goto(f"{self._server.url}/{page}/{self._game['game_id']}?token={token}")
        return tab

    def close(self) -> None:
        for context in self._contexts:
            context.close()

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.location.get('url', '')}: {message.text}")


@pytest.fixture
def visitor(browser: Browser, server: ServerProcess, game: dict[str, Any]) -> Iterator[Visitor]:
    visitor = Visitor(browser, server, game)
    yield visitor
    visitor.close()
