"""A server that goes away and comes back, as seen from pages that stay open."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.server_process import running
from tests.support import free_port
from tests.web.conftest import Visitor
from tests.web.test_pages import action, player, score, start_game

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_pages_follow_a_server_that_was_killed_and_came_back(
    browser: Browser, tmp_path: Path
) -> None:
    port = free_port()
    with running(tmp_path / "data", port=port) as server:
        game = server.new_game()
        visitor = Visitor(browser, server, game)
        desk = visitor.open("desk")
        watch = visitor.open("watch")
        start_game(desk)
        player(desk, "home", "4").click()
        action(desk, "made2").click()
        expect(score(watch, "home")).to_have_text("2")
        server.kill()
        expect(watch.locator("#line")).to_have_text("Reconnecting")
        expect(score(watch, "home")).to_have_text("2")
        player(desk, "home", "4").click()
        action(desk, "made3").click()
        expect(score(desk, "home")).to_have_text("5")
        expect(desk.locator("#waiting")).to_contain_text("1")
    with running(tmp_path / "data", port=port):
        expect(watch.locator("#line")).to_have_text("Live", timeout=30_000)
        expect(score(watch, "home")).to_have_text("5", timeout=30_000)
        expect(desk.locator("#waiting")).to_be_hidden()
        visitor.close()
