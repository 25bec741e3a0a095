"""Two scorekeepers with two browsers, and a desk that was offline."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, expect

from tests.server_process import ServerProcess, running
from tests.support import free_port
from tests.web.conftest import Visitor
from tests.web.test_pages import action, player, score, start_game

pytestmark = pytest.mark.e2e


def share(desk: Page) -> None:
    desk.locator("#help").click()
    desk.locator("#share").click()
    expect(desk.locator("#share-list li")).to_have_count(3)


def close(desk: Page) -> None:
    desk.locator("#share-dialog .primary").click()


def part(desk: Page, role: str) -> Any:
    return desk.locator(f'#share-list li[data-key="{role}"]')


def basket(desk: Page, team: str, number: str) -> None:
    player(desk, team, number).click()
    action(desk, "made2").click()


def log(server: ServerProcess, game: dict[str, Any]) -> list[dict[str, Any]]:
    with server.client(game["tokens"]["desk"]) as client:
        answer = client.get(f"/api/v1/games/{game['game_id']}/log")
    entries: list[dict[str, Any]] = answer.json()["entries"]
    return entries


def quiet(desk: Page) -> None:
    """Ask nothing after a tap: these tests tap fast."""
    desk.locator("#help").click()
    desk.locator("#asking").uncheck()
    desk.locator("#help-dialog .primary").click()


def test_a_part_is_taken_asked_for_and_given(visitor: Visitor) -> None:
    ann, bob = visitor.open("desk"), visitor.open("desk")
    start_game(ann)
    share(ann)
    ann.locator("#share-all").click()
    expect(part(ann, "home")).to_contain_text("This desk")
    close(ann)
    expect(ann.locator("#shared")).to_have_text("Yours")
    expect(bob.locator("#shared")).to_have_text("Not yours")
    # What is not his to say is not lost: it waits for him to decide.
    quiet(bob)
    basket(bob, "away", "10")
    card = bob.locator("#conflicts .decision")
    expect(card).to_contain_text("Another desk keeps this")
    card.get_by_role("button", name="Ask for it").click()
    ask = ann.locator("#asks .proposal")
    expect(ask).to_contain_text("asks to score Bears")
    ask.get_by_role("button", name="Give").click()
    expect(bob.locator("#shared")).to_have_attribute("title", "You score Bears")
    expect(ann.locator("#asks")).to_be_hidden()
    card.get_by_role("button", name="Send again").click()
    expect(score(ann, "away")).to_have_text("2")
    expect(bob.locator("#conflicts")).to_be_hidden()
    # After a reload it is still his.
    bob.reload()
    expect(bob.locator("#shared")).to_have_attribute("title", "You score Bears")
    share(bob)
    part(bob, "home").get_by_role("button").click()
    ann.locator("#asks").get_by_role("button", name="Keep").click()
    expect(part(bob, "home")).to_contain_text("Ask for it")
    part(bob, "away").get_by_role("button").click()
    expect(part(bob, "away")).to_contain_text("everyone may")


def test_the_same_basket_from_two_desks_is_decided_by_a_person(visitor: Visitor) -> None:
    ann, bob = visitor.open("desk"), visitor.open("desk")
    for desk in (ann, bob):
        quiet(desk)
    start_game(ann)
    expect(score(bob, "home")).to_have_text("0")
    expect(bob.locator("#clock-run")).to_have_text("Stop")
    bob.context.set_offline(True)
    basket(bob, "home", "7")
    basket(ann, "home", "7")
    expect(score(ann, "home")).to_have_text("2")
    bob.context.set_offline(False)
    card = bob.locator("#conflicts .decision")
    expect(card).to_contain_text("Said twice?", timeout=20_000)
    expect(card.locator(".side").first).to_contain_text("Lion 7")
    expect(card.locator(".side").nth(1)).to_contain_text(re.compile("Desk [0-9a-f]{6}: .*Lion 7"))
    # Until then it counts once, everywhere, also after a reload.
    expect(score(bob, "home")).to_have_text("2")
    bob.reload()
    expect(card).to_contain_text("Said twice?", timeout=20_000)
    card.get_by_role("button", name="Both happened").click()
    expect(score(ann, "home")).to_have_text("4")
    expect(bob.locator("#conflicts")).to_be_hidden()


def test_mine_instead_takes_theirs_back(visitor: Visitor) -> None:
    ann, bob = visitor.open("desk"), visitor.open("desk")
    for desk in (ann, bob):
        quiet(desk)
    start_game(ann)
    expect(bob.locator("#clock-run")).to_have_text("Stop")
    bob.context.set_offline(True)
    player(bob, "home", "7").click()
    action(bob, "made3").click()
    basket(ann, "home", "7")
    bob.context.set_offline(False)
    bob.locator("#conflicts").get_by_role("button", name="Mine instead").click()
    expect(score(ann, "home")).to_have_text("3")
    expect(score(bob, "home")).to_have_text("3")


@pytest.mark.slow
def test_two_hundred_calls_of_an_offline_desk_arrive_in_order_once(
    browser: Browser, tmp_path: Path
) -> None:
    """The network breaks in the middle, the server is killed and the page is reloaded."""
    port = free_port()
    data = tmp_path / "data"
    with running(data, port=port) as server:
        game = server.new_game()
        visitor = Visitor(browser, server, game)
        desk = visitor.open("desk")
        quiet(desk)
        start_game(desk)
        expect(desk.locator("#waiting")).to_be_hidden()
        desk.context.set_offline(True)
        taps = 200
        numbers = ["4", "5", "6", "7", "8"]
        desk.evaluate(
            """([taps, numbers]) => {
              const click = (where) => document.querySelector(where).click();
              for (let n = 0; n < taps; n += 1) {
                const team = n % 2 ? "away" : "home";
                const all = document.querySelectorAll(`.team[data-team="${team}"] .player`);
                all[n % 5].click();
                click('[data-action="made2"]');
              }
            }""",
            [taps, numbers],
        )
        expect(desk.locator("#waiting")).to_contain_text(str(taps))
        said = desk.evaluate(QUEUED)
        assert len(said) == taps
        expect(score(desk, "home")).to_have_text(str(taps))
        breaks(desk.context)
        desk.context.set_offline(False)
        expect(desk.locator("#waiting")).not_to_contain_text(str(taps), timeout=30_000)
        server.kill()
    with running(data, port=port) as server:
        desk.reload()
        expect(desk.locator("#waiting")).to_be_hidden(timeout=60_000)
        expect(score(desk, "home")).to_have_text(str(taps), timeout=30_000)
        baskets = [e for e in log(server, game) if e["type"] == "field_goal"]
        assert [e["call_id"] for e in baskets] == said
        assert desk.evaluate(QUEUED) == []
        visitor.close()


QUEUED = """() => Object.keys(localStorage).filter((key) => key.startsWith("courtside.queue."))
  .sort().map((key) => JSON.parse(localStorage[key]).id)"""


def breaks(context: BrowserContext) -> None:
    """A network that loses questions, and answers to what has arrived, and works now and then."""
    count = 0

    def handle(route: Route) -> None:
        nonlocal count
        count += 1
        if count % 3 == 1:
            return route.abort()
        if count % 3 == 2:
            with suppress(Error):  # the server is away, too
                route.fetch()
            return route.abort()
        return route.continue_()

    context.route("**/calls", handle)
