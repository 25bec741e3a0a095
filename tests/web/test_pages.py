"""The pages on a real server in a real browser: what a person does, and what another sees."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.server_process import ServerProcess
from tests.web.conftest import PHONE, Visitor

pytestmark = pytest.mark.e2e


def player(page: Page, team: str, number: str) -> Any:
    return page.locator(f'.team[data-team="{team}"] .player[data-key="{team}-{number}"]')


def action(page: Page, name: str) -> Any:
    return page.locator(f'[data-action="{name}"]')


def score(page: Page, team: str) -> Any:
    return page.locator(f'[data-score="{team}"]')


def start_game(desk: Page) -> None:
    desk.get_by_role("button", name="Start game").click()
    expect(desk.locator("#clock-run")).to_have_text("Stop")


def test_a_tap_at_the_desk_shows_on_every_page(visitor: Visitor) -> None:
    desk = visitor.open("desk")
    watch = visitor.open("watch")
    overlay = visitor.open("overlay")
    expect(watch.locator("#line")).to_have_text("Live")
    start_game(desk)
    expect(watch.locator(".period")).to_have_text("Q1")
    player(desk, "home", "7").click()
    action(desk, "made3").click()
    for page in (desk, watch, overlay):
        expect(score(page, "home")).to_have_text("3")
    expect(watch.locator("#plays li").first).to_contain_text("Lion 7")
    expect(watch.locator("#plays li").first).to_contain_text("three")
    # The other way round: the action first.
    action(desk, "madeft").click()
    player(desk, "away", "00").click()
    expect(score(watch, "away")).to_have_text("1")
    row = watch.locator("#box table").first.locator("tbody tr", has_text="Lion 7")
    expect(row.locator("td.points")).to_have_text("3")
    assert watch.title().startswith("Lions 3–1 Bears")
    assert visitor.complaints == []


def test_undo_takes_back_what_was_tapped(visitor: Visitor) -> None:
    desk = visitor.open("desk")
    start_game(desk)
    player(desk, "home", "4").click()
    action(desk, "made2").click()
    expect(score(desk, "home")).to_have_text("2")
    # The basket asks who passed; a chip answers.
    desk.locator("#after .chip", has_text="5").click()
    expect(desk.locator("#plays li").first).to_contain_text("assist")
    desk.locator("#undo").click()
    expect(desk.locator('#plays li[data-voided="true"]')).to_have_count(1)
    desk.locator("#undo").click()
    expect(score(desk, "home")).to_have_text("0")
    # And again.
    desk.locator("#redo").click()
    expect(score(desk, "home")).to_have_text("2")
    # From the list too.
    player(desk, "away", "10").click()
    action(desk, "made2").click()
    expect(score(desk, "away")).to_have_text("2")
    expect(desk.locator("#plays li").first).to_contain_text("#10")
    desk.locator("#plays li").first.click()
    desk.get_by_role("button", name="Take back").click()
    expect(score(desk, "away")).to_have_text("0")
    assert visitor.complaints == []


def test_clock_and_periods(visitor: Visitor) -> None:
    desk = visitor.open("desk")
    watch = visitor.open("watch")
    start_game(desk)
    expect(watch.locator(".clock")).to_have_attribute("data-running", "true")
    desk.locator("#clock-run").click()
    expect(watch.locator(".clock")).to_have_attribute("data-running", "false")
    desk.locator("#clock-set").click()
    desk.locator("#clock-text").fill("nonsense")
    desk.locator("#clock-dialog .primary").click()
    expect(desk.locator("#clock-trouble")).to_be_visible()
    desk.locator("#clock-text").fill("0:42.5")
    desk.locator("#clock-dialog .primary").click()
    expect(watch.locator(".clock")).to_have_text("42.5")
    desk.get_by_role("button", name="End Q1").click()
    desk.locator("#finish-confirm").click()
    expect(watch.locator(".period")).to_have_text("After Q1")
    desk.get_by_role("button", name="Start next period").click()
    expect(watch.locator(".period")).to_have_text("Q2")
    assert visitor.complaints == []


def test_lineup_and_new_player(visitor: Visitor) -> None:
    desk = visitor.open("desk")
    start_game(desk)
    desk.locator('.team[data-team="home"] .extra button').first.click()
    boxes = desk.locator("#lineup-list input")
    for i in range(5):
        boxes.nth(i).check()
    desk.locator("#lineup-dialog .primary").click()
    players = desk.locator('.team[data-team="home"] .player')
    expect(players).to_have_count(5)
    desk.locator('.team[data-team="home"] .extra button').first.click()
    boxes.nth(0).uncheck()
    boxes.nth(5).check()
    desk.locator("#lineup-dialog .primary").click()
    expect(player(desk, "home", "9")).to_be_visible()
    expect(player(desk, "home", "4")).to_have_count(0)
    desk.locator('.team[data-team="away"] .extra button').nth(1).click()
    desk.locator("#player-number").fill("23")
    desk.locator("#player-dialog .primary").click()
    expect(player(desk, "away", "23")).to_be_visible()
    assert visitor.complaints == []


def test_calls_without_a_network_survive_a_reload_and_arrive_once(visitor: Visitor) -> None:
    context = visitor.context()
    desk = visitor.visit(context, "desk")
    watch = visitor.open("watch")
    start_game(desk)
    expect(desk.locator("#waiting")).to_be_hidden()
    context.route("**/calls", lambda route: route.abort())
    for _ in range(3):
        player(desk, "home", "4").click()
        action(desk, "made2").click()
    expect(score(desk, "home")).to_have_text("6")
    expect(desk.locator("#waiting")).to_have_text("3 kept, will be sent")
    expect(score(watch, "home")).to_have_text("0")
    desk.reload()
    expect(score(desk, "home")).to_have_text("6")
    expect(desk.locator("#waiting")).to_contain_text("3")
    context.unroute("**/calls")
    expect(score(watch, "home")).to_have_text("6")
    expect(desk.locator("#waiting")).to_be_hidden()
    desk.wait_for_timeout(500)
    expect(score(watch, "home")).to_have_text("6")
    assert [c for c in visitor.complaints if "Failed to load resource" not in c] == []


def test_a_refused_call_is_said_in_plain_words(visitor: Visitor) -> None:
    start_game(visitor.open("desk"))
    other = visitor.open("desk")
    other.locator("#undo").click()  # nothing here is its own
    trouble = other.locator("#troubles")
    expect(trouble).to_contain_text("no call of yours to undo")
    trouble.get_by_role("button").click()
    expect(trouble).to_be_empty()


def test_a_name_that_changes_or_is_erased_shows_at_once(
    visitor: Visitor, server: ServerProcess, game: dict[str, Any]
) -> None:
    desk = visitor.open("desk")
    watch = visitor.open("watch")
    start_game(desk)
    player(desk, "home", "7").click()
    action(desk, "made2").click()
    expect(watch.locator("#plays")).to_contain_text("Lion 7")
    at = f"/api/v1/games/{game['game_id']}/players/home-7"
    with server.client(game["tokens"]["desk"]) as client:
        client.patch(at, json={"name": "Zoë"}).raise_for_status()
        expect(watch.locator("#plays")).to_contain_text("#7 Zoë makes a two")
        expect(watch.locator("#box")).to_contain_text("Zoë")
        expect(player(desk, "home", "7")).to_contain_text("Zoë")
        client.delete(at).raise_for_status()
    expect(watch.locator("#plays")).to_contain_text("#7 makes a two")
    expect(watch.locator("#box")).not_to_contain_text("Zoë")
    assert visitor.complaints == []


def test_keys_of_a_laptop(visitor: Visitor) -> None:
    desk = visitor.open("desk", viewport={"width": 1280, "height": 800})
    start_game(desk)
    desk.evaluate("document.activeElement.blur()")
    desk.keyboard.press("1")
    desk.keyboard.press("e")
    expect(score(desk, "home")).to_have_text("3")
    desk.keyboard.press("W")
    desk.keyboard.press("6")
    expect(desk.locator("#hint")).to_contain_text("Two missed")
    desk.keyboard.press("Space")
    expect(desk.locator("#clock-run")).to_have_text("Start")
    desk.keyboard.press("z")  # the clock
    desk.keyboard.press("z")  # the miss
    desk.keyboard.press("z")  # the three
    expect(score(desk, "home")).to_have_text("0")
    assert visitor.complaints == []


def test_the_first_page_makes_a_game(browser: Browser, server: ServerProcess) -> None:
    with browser.new_context(viewport=PHONE) as context:
        page = context.new_page()
        page.goto(server.url)
        expect(page.locator("#none")).to_be_visible()
        page.locator("[name=home-name]").fill("Über-Löwen <b>")
        page.locator("[name=home-players]").fill("4 Ann\nnobody")
        page.locator("#make").click()
        expect(page.locator("#notice")).to_contain_text("nobody")
        page.locator("[name=home-players]").fill("4 Ann\n7 李小龍")
        page.locator("#make").click()
        expect(page.locator(".game .name")).to_have_text("Über-Löwen <b> – Away")
        page.get_by_role("link", name="Desk").click()
        expect(page.locator('.team[data-team="home"] .own')).to_have_text("Über-Löwen <b>")
        expect(player(page, "home", "7")).to_contain_text("李小龍")


def test_elsewhere_the_first_page_asks_for_the_admin_token(
    browser: Browser, server: ServerProcess
) -> None:
    found = re.search(r"Admin token[^:]*: (\S+)", server.words())
    assert found
    with browser.new_context(viewport=PHONE) as context:
        page = context.new_page()
        page.goto(server.url.replace("127.0.0.1", "gym.test"))
        page.locator("#make").click()
        expect(page.locator("#notice")).to_contain_text("admin token")
        page.locator("[name=admin]").fill("wrong")
        page.locator("#make").click()
        expect(page.locator("#make")).to_be_enabled()
        expect(page.locator(".game")).to_have_count(0)
        page.locator("[name=admin]").fill(found[1])
        page.locator("#make").click()
        expect(page.locator(".game .name")).to_have_text("Home – Away")


def test_tokens_leave_the_address_and_stay_in_the_browser(visitor: Visitor) -> None:
    context = visitor.context()
    page = visitor.visit(context, "watch")
    assert "token" not in page.url
    expect(page.locator("#line")).to_have_text("Live")
    page.reload()
    expect(page.locator("#line")).to_have_text("Live")
    stranger = visitor.context().new_page()
    stranger.goto(page.url)
    expect(stranger.locator("#line")).to_have_text("No access")
    expect(stranger.locator("#notice")).to_contain_text("link")


def test_messages_come_as_a_stream_where_websockets_are_refused(visitor: Visitor) -> None:
    context = visitor.context()
    context.add_init_script(
        "window.WebSocket = class { constructor() { setTimeout(() =>"
        " this.onclose?.({ code: 1006 }), 10); } close() {} };"
    )
    watch = visitor.visit(context, "watch")
    desk = visitor.open("desk")
    start_game(desk)
    expect(watch.locator("#line")).to_have_text("Live")
    player(desk, "home", "4").click()
    action(desk, "made2").click()
    expect(score(watch, "home")).to_have_text("2")


@pytest.mark.parametrize("page", ["camera", "desk", "watch"])
@pytest.mark.parametrize("width", [360, 390, 1280])
def test_nothing_is_cut_off_or_too_small_for_a_thumb(
    visitor: Visitor, page: str, width: int
) -> None:
    tab = visitor.open(page, viewport={"width": width, "height": 800})
    expect(tab.locator("main")).to_be_visible()
    tab.wait_for_timeout(500)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    small = tab.evaluate(
        """() => [...document.querySelectorAll("button, .button, select")]
             .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)
             .map((one) => one.textContent)"""
    )
    assert small == []
    nameless = tab.evaluate(
        """() => [...document.querySelectorAll("button, a, input, select, textarea")]
             .filter((one) => !(one.textContent.trim() || one.ariaLabel || one.labels?.length))
             .map((one) => one.outerHTML)"""
    )
    assert nameless == []
