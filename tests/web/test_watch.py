"""What watchers see beyond the score: corrections, tabs, files and the sheet to print."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.server_process import GAME, ServerProcess
from tests.web.conftest import Visitor

pytestmark = pytest.mark.e2e

HOME = ["home-4", "home-5", "home-6", "home-7", "home-8"]


class Desk:
    """Makes calls as a desk does, without its page."""

    def __init__(self, client: httpx.Client, game: dict[str, Any]) -> None:
        self._client = client
        self._path = f"/api/v1/games/{game['game_id']}/calls"
        self._calls = 0

    def say(self, kind: str, /, **fields: Any) -> int:
        """The number of the call's first entry."""
        self._calls += 1
        body = {"call_id": f"c{self._calls}", "type": kind, **fields}
        answer = self._client.post(self._path, json=body)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["entries"][0]["seq"])


@pytest.fixture
def desk(server: ServerProcess, game: dict[str, Any]) -> Iterator[Desk]:
    with server.client(game["tokens"]["desk"]) as client:
        yield Desk(client, game)


def test_a_correction_is_said_and_marked(visitor: Visitor, desk: Desk) -> None:
    desk.say("period_start")
    basket = desk.say("field_goal", team="home", player="7", value=2, made=True)
    desk.say("field_goal", team="away", player="00", value=2, made=True)
    watch = visitor.open("watch")
    expect(watch.locator('[data-score="home"]')).to_have_text("2")
    expect(watch.locator("#corrected")).to_be_hidden()
    desk.say("amend", links=basket, value=3)
    expect(watch.locator('[data-score="home"]')).to_have_text("3")
    expect(watch.locator("#corrected")).to_have_text(
        "Corrected: #7 Lion 7 makes a three (was a two)"
    )
    marked = watch.locator('#plays li[data-corrected="true"]')
    expect(marked).to_have_count(1)
    expect(marked.locator(".mended")).to_contain_text("was a two")
    desk.say("void", links=basket)
    expect(watch.locator('[data-score="home"]')).to_have_text("0")
    expect(watch.locator("#corrected")).to_contain_text("taken back")
    expect(watch.locator('#plays li[data-voided="true"]')).to_have_count(1)
    # What was corrected before one came is marked in the list, and not news.
    late = visitor.open("watch")
    expect(late.locator('#plays li[data-corrected="true"]')).to_have_count(1)
    expect(late.locator("#corrected")).to_be_hidden()
    assert visitor.complaints == []


def test_the_tabs_show_the_whole_game(visitor: Visitor, desk: Desk) -> None:
    desk.say("starters", team="home", players=HOME)
    desk.say("period_start")
    place = {"period": 1, "clock_ms": 540_000, "x_m": 12.5, "y_m": 0.5}
    desk.say("field_goal", team="home", player="7", value=2, made=True, **place)
    desk.say("field_goal", team="home", player="4", value=2, made=False, **place)
    watch = visitor.open("watch")
    expect(watch.locator("#plays")).to_be_visible()
    expect(watch.locator("#counted")).to_be_hidden()
    watch.get_by_role("tab", name="Box").click()
    expect(watch.locator("#plays")).to_be_hidden()
    row = watch.locator("#box tbody tr", has_text="Lion 7")
    expect(row).to_contain_text("1:00")
    expect(row).to_contain_text("+2")
    watch.get_by_role("tab", name="Team").click()
    line = watch.locator("#team-stats tr", has_text="In the paint")
    expect(line.locator("td").first).to_have_text("2")
    watch.get_by_role("tab", name="Line-ups").click()
    expect(watch.locator("#lineups tbody tr").first).to_contain_text("Lion 8")
    expect(watch.locator("#lineups")).to_contain_text("Bears: nobody said")
    watch.keyboard.press("ArrowRight")
    expect(watch.locator("#court circle.made")).to_have_count(1)
    expect(watch.locator("#court .missed")).to_have_count(1)
    # The game goes on while one looks.
    desk.say("field_goal", team="home", player="7", value=2, made=True, **place)
    expect(watch.locator("#court circle.made")).to_have_count(2)
    watch.locator("#shot-sides button", has_text="Bears").click()
    expect(watch.locator("#court circle.made")).to_have_count(0)
    assert visitor.complaints == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("tab", ["Box", "Team", "Line-ups", "Shots"])
def test_no_tab_is_wider_than_the_window(
    visitor: Visitor, desk: Desk, tab: str, width: int
) -> None:
    desk.say("starters", team="home", players=HOME)
    desk.say("period_start")
    desk.say("field_goal", team="home", player="7", value=3, made=True, x_m=6.0, y_m=1.0)
    watch = visitor.open("watch", viewport={"width": width, "height": 844})
    watch.get_by_role("tab", name=tab).click()
    expect(watch.locator("[role=tabpanel] table:visible").first).to_be_visible()
    assert watch.evaluate("document.documentElement.scrollWidth") <= width


def test_a_viewer_who_may_not_share_is_offered_the_reel_to_play_and_save(visitor: Visitor) -> None:
    def clip(seq: int) -> dict[str, Any]:
        where = {
            "url": f"/{seq}.mp4?sig=s",
            "thumbnail": "/web/icon.svg",
            "vertical": f"/{seq}/vertical.mp4?sig=s",
            "media": {"camera": "main"},
        }
        size = {"duration_s": 11.0, "width": 64, "height": 64, "gaps": []}
        return {"seq": seq, "label": f"Basket {seq}", "status": "ready", **where, **size}

    reel = {"player": None, "clips": 2, "url": "/reel.mp4?sig=s", "chapters": "/reel.vtt?sig=s"}
    answer = {"clips": [clip(1), clip(2)], "reels": [reel], "may_share": False}
    context = visitor.context()
    context.route("**/api/v1/games/*/clips", lambda route: route.fulfill(json=answer))
    context.route("**/vertical.mp4?*", lambda route: route.fulfill(status=206, body="v"))
    watch = visitor.visit(context, "watch")
    expect(watch.locator("#line")).to_have_text("Live")
    watch.get_by_role("tab", name="Clips").click()
    expect(watch.locator("#clip-list li")).to_have_count(2)
    expect(watch.locator("#clip-list .reel")).to_have_text("All 2 clipsPlaySave")
    watch.get_by_role("button", name="For social media").first.click()
    link = watch.get_by_role("link", name="Save upright clip")
    expect(link).to_have_attribute("href", "/2/vertical.mp4?sig=s&download=1")
    assert visitor.complaints == []


def test_files_come_without_a_token_in_an_address(visitor: Visitor, desk: Desk) -> None:
    desk.say("period_start")
    watch = visitor.open("watch")
    watch.locator("#files summary").click()
    with watch.expect_download() as coming:
        watch.get_by_role("button", name="Box score for a spreadsheet").click()
    assert coming.value.suggested_filename.endswith("-boxscore.csv")
    assert coming.value.url.startswith("blob:")
    assert coming.value.path().read_text().startswith("team,number,name,pts")
    watch.get_by_role("button", name="Sportscode").click()
    expect(watch.locator("#notice")).to_contain_text("media time")


def test_the_sheet_has_the_score_the_fouls_and_room_to_sign(visitor: Visitor, desk: Desk) -> None:
    desk.say("starters", team="home", players=HOME)
    desk.say("period_start")
    desk.say("field_goal", team="home", player="7", value=3, made=True)
    foul = desk.say("foul", team="home", player="4", kind="personal", throws=2)
    desk.say("free_throw", team="away", player="00", made=True, links=foul)
    desk.say("timeout", team="away", period=1, clock_ms=400_000)
    desk.say("period_end", clock_ms=0)
    desk.say("finalize")
    context = visitor.context()
    visitor.visit(context, "watch")
    sheet = context.new_page()
    # The link on the watch page: the browser holds the token already.
    sheet.goto(f"{visitor.url}/sheet/{visitor.game_id}")
    expect(sheet.locator("h1")).to_have_text("Lions – Bears")
    row = sheet.locator('[data-team="home"] tbody tr', has_text="Lion 4")
    expect(row.locator(".foul").first).to_have_text("P21")
    expect(row.locator(".in")).to_have_text("⊗")
    expect(sheet.locator('td.who[data-how="three"]')).to_have_text("7")
    expect(sheet.locator('td.point[data-how="one"]')).to_have_text("1")
    expect(sheet.locator(".winner")).to_have_text("Winner: Lions")
    expect(sheet.locator('[data-team="away"] .boxes').first).to_have_text("4")
    expect(sheet.locator(".names li")).to_have_count(8)
    for paper in ("A4", "Letter"):
        pages = sheet.pdf(format=paper, landscape=True, prefer_css_page_size=False)
        assert pages.count(b"/Type /Page\n") + pages.count(b"/Type /Page ") == 1
    assert visitor.complaints == []


def test_a_game_without_a_clock_shows_none(browser: Browser, server: ServerProcess) -> None:
    game = server.new_game({**GAME, "rules": "youth"})
    visitor = Visitor(browser, server, game)
    try:
        with server.client(game["tokens"]["desk"]) as client:
            desk = Desk(client, game)
            desk.say("period_start")
            desk.say("field_goal", team="home", player="7", value=2, made=True)
        watch, overlay = visitor.open("watch"), visitor.open("overlay")
        expect(watch.locator('[data-score="home"]')).to_have_text("2")
        expect(watch.locator(".board .clock")).to_have_text("")
        expect(watch.locator("#plays .when").first).to_have_text("Q1")
        watch.get_by_role("tab", name="Box").click()
        expect(watch.locator("#box thead").first).not_to_contain_text("MIN")
        expect(overlay.locator("#period")).to_have_text("Q1")
        expect(overlay.locator("#clock")).to_have_text("")
    finally:
        visitor.close()


FRAMES = """wanted => {
  localStorage.setItem("courtside.boxes", wanted);
  window.drawnFrames = 0;
  const request = window.requestAnimationFrame;
  window.requestAnimationFrame = drawn => { window.drawnFrames += 1; return request(drawn); };
}"""


@pytest.mark.parametrize(("wanted", "drawn"), [("no", False), ("yes", True)])
def test_only_boxes_that_are_wanted_are_drawn_at_every_frame(
    visitor: Visitor, wanted: str, drawn: bool
) -> None:
    context = visitor.context()
    context.add_init_script(f"({FRAMES})('{wanted}')")
    watch = visitor.visit(context, "watch")
    watch.wait_for_timeout(1_000)
    before = watch.evaluate("window.drawnFrames")
    watch.wait_for_timeout(1_000)
    assert (watch.evaluate("window.drawnFrames") > before) is drawn
