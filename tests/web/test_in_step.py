"""Nobody sees the score before the shot: the real pages, behind a game that is filmed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.server_process import ServerProcess
from tests.web.behind import Hall, filmed
from tests.web.conftest import PHONE

pytestmark = [pytest.mark.e2e, pytest.mark.alone]


@pytest.fixture(scope="module")
def hall(server: ServerProcess) -> Iterator[Hall]:
    with filmed(server) as hall:
        yield hall


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=PHONE)
    context.set_default_timeout(15_000)
    yield context
    context.close()


class Desk:
    def __init__(self, client: httpx.Client, game: dict[str, Any]) -> None:
        self._client = client
        self._path = f"/api/v1/games/{game['game_id']}"

    def basket(self, call_id: str, second: float | None = None) -> float:
        """Two points for home, seen at a second of the camera; its moment, that second."""
        body = {"call_id": call_id, "type": "field_goal", "team": "home", "made": True, "value": 2}
        if second is not None:
            body["media"] = {"camera": "main", "s": second}
        answer = self._client.post(f"{self._path}/calls", json=body).raise_for_status()
        moment: dict[str, Any] = answer.json()["entries"][-1]["moment"]
        assert moment["camera"] == "main"
        return float(moment["s"])

    def points(self) -> int:
        return int(self._client.get(self._path).json()["home"]["score"])


@pytest.fixture
def desk(hall: Hall) -> Iterator[Desk]:
    with hall.server.client(hall.game["tokens"]["desk"]) as client:
        yield Desk(client, hall.game)


def delay(page: Page, seconds: float) -> None:
    """The picture comes so much later from now on."""
    page.evaluate("seconds => { window.delayS = seconds; }", seconds)


def second(page: Page) -> float:
    """On the screen now."""
    found: float = page.evaluate("() => Date.now() / 1000 - window.originS - window.delayS")
    return found


def test_a_score_waits_for_the_picture_and_goes_back_with_it(
    hall: Hall, desk: Desk, context: BrowserContext
) -> None:
    points = desk.points()
    page = hall.page(context, "none", 4.0)
    home = page.locator('[data-score="home"]')
    expect(home).to_have_text(str(points))
    seen_s = desk.basket("waits", hall.now_s)
    assert home.inner_text() == str(points)
    assert str(points + 2) not in page.title()
    expect(home).to_have_text(str(points + 2))
    assert second(page) >= seen_s
    expect(page).to_have_title(f"Lions {points + 2}–0 Bears · Courtside")
    # Back before it, and live again.
    delay(page, hall.now_s - seen_s + 2)
    expect(home).to_have_text(str(points))
    expect(page.locator("#plays li")).to_have_count(points // 2)
    delay(page, 0.3)
    expect(home).to_have_text(str(points + 2))


def test_a_page_that_opens_behind_shows_the_score_of_there(
    hall: Hall, desk: Desk, context: BrowserContext
) -> None:
    points = desk.points()
    desk.basket("tapped")
    page = hall.page(context, "none", 30.0)
    home = page.locator('[data-score="home"]')
    # Half a minute ago the camera may not have filmed yet.
    expect(home).to_have_text(re.compile(rf"^({points}|0)$"))
    delay(page, 0.3)
    expect(home).to_have_text(str(points + 2))


def test_live_score_first_is_remembered(hall: Hall, desk: Desk, context: BrowserContext) -> None:
    page = hall.page(context, "none", 600.0)
    home = page.locator('[data-score="home"]')
    expect(home).to_have_text("0")
    page.get_by_role("button", name="Live score first").click()
    desk.basket("first", hall.now_s)
    expect(home).to_have_text(str(desk.points()))
    again = hall.page(context, "none", 600.0)
    expect(again.locator('[data-score="home"]')).to_have_text(str(desk.points()))
    again.get_by_role("button", name="Live score first").click()
    expect(again.locator('[data-score="home"]')).to_have_text("0")


def test_an_overlay_with_a_delay_needs_no_picture(
    hall: Hall, desk: Desk, context: BrowserContext
) -> None:
    points = desk.points()
    page = hall.page(context, "overlay", 4.0)
    home = page.locator('[data-score="home"]')
    expect(home).to_have_text(str(points))  # what was told before it is four seconds late, too
    seen_s = desk.basket("overlay", hall.now_s)
    assert home.inner_text() == str(points)
    expect(home).to_have_text(str(points + 2))
    assert second(page) >= seen_s
