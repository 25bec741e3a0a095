"""Cards of what the camera saw: one tap says a play, one more mends a field of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from pipeline.sight import Sighting
from server.books import Books
from server.clock import SystemClock
from server.gamelog.sql import SqlLog
from server.referee import Referee
from server.settings import DATABASE
from tests.server_process import ServerProcess
from tests.web.conftest import Visitor
from tests.web.seen import Seen, people
from tests.web.test_desk import fits
from tests.web.test_pages import action, player, score, start_game

pytestmark = pytest.mark.e2e

LAPTOP = {"width": 1280, "height": 800}


def desk_that_sees(visitor: Visitor, **options: Any) -> tuple[Page, Seen]:
    context = visitor.context(**options)
    seen = Seen(context)
    page = visitor.visit(context, "desk")
    start_game(page)
    page.locator("#clock-run").click()
    seen.camera()
    expect(page.locator("#proposals .nothing")).to_be_visible()
    return page, seen


def card(page: Page) -> Locator:
    return page.locator("article.proposal").first


def button(page: Page, name: str) -> Locator:
    return card(page).get_by_role("button", name=name, exact=True)


def test_a_whole_play_is_one_tap_and_a_mended_field_one_more(visitor: Visitor) -> None:
    page, seen = desk_that_sees(visitor)
    seen.shot("s1")
    seen.part("a1", "assist", "s1", "home-5")
    expect(card(page)).to_contain_text("Two made, #7 Lion 7")
    expect(card(page)).to_contain_text("Assist: probably #5 Lion 5")
    button(page, "Accept").click()
    expect(page.locator("#proposals .nothing")).to_be_visible()
    expect(page.locator("#after")).to_be_hidden()  # the pass is known
    # Another shooter, and no pass: two taps more.
    seen.shot("s2")
    seen.part("a2", "assist", "s2", "home-5")
    button(page, "#4 Lion 4").click()
    button(page, "Assist, #5 Lion 5").click()
    button(page, "Accept").click()
    # Nobody knows who: accepting asks, a tap on the player says it, and then who rebounded.
    seen.shot("s3", made=False, probability=0.1, **people(("home-7", 0.4)))
    button(page, "Accept").click()
    expect(page.locator("#hint")).to_contain_text("Who was it?")
    player(page, "away", "10").click()
    expect(page.locator("#after")).to_contain_text("Rebound?")
    # It did not happen, nor what belongs to it.
    seen.shot("s4")
    seen.part("b4", "block", "s4", "away-11")
    button(page, "It did not happen").click()
    expect(page.locator("#proposals .nothing")).to_be_visible()
    two = {"made": True, "value": 2, "team": "home"}
    assert seen.answers == [
        ("s1", "accept", {**two, "player": "home-7", "with": ["a1"]}),
        ("s2", "accept", {**two, "player": "home-4"}),
        ("a2", "reject", {}),
        ("s3", "accept", {"made": False, "value": 2, "team": "away", "player": "away-10"}),
        ("s4", "reject", {}),
    ]
    assert visitor.complaints == []


def test_the_desk_is_asked_only_what_the_camera_does_not_know(visitor: Visitor) -> None:
    page, seen = desk_that_sees(visitor, viewport=LAPTOP)
    seen.shot("s1", ask=True, probability=0.5, three=0.5)
    expect(card(page)).to_contain_text("Did it go in?")
    expect(card(page).get_by_role("group", name="Points, in doubt")).to_be_visible()
    # It stops nobody from entering something else.
    player(page, "away", "11").click()
    action(page, "steal").click()
    page.keyboard.press("Escape")
    button(page, "3").click()
    button(page, "Missed").click()
    # The keyboard says the same.
    seen.shot("s2")
    page.evaluate("document.activeElement.blur()")
    for key in "cvy":
        page.keyboard.press(key)
    seen.shot("s3", ask=True)
    page.wait_for_timeout(500)
    page.keyboard.press("Y")
    seen.shot("s4")
    page.wait_for_timeout(500)
    page.keyboard.press("n")
    expect(page.locator("#proposals .nothing")).to_be_visible()
    said = {one: (verb, body) for one, verb, body in seen.answers}
    home_7 = {"team": "home", "player": "home-7"}
    assert said["s1"] == ("accept", {"made": False, "value": 3, **home_7})
    assert said["s2"] == ("accept", {"made": True, "value": 3, "team": "home", "player": "home-4"})
    assert said["s3"] == ("accept", {"made": False, "value": 2, **home_7})
    assert said["s4"] == ("reject", {})
    assert visitor.complaints == []


def test_a_mended_card_accepts_itself_unless_more_is_said(visitor: Visitor) -> None:
    page, seen = desk_that_sees(visitor)
    seen.shot("s1")
    button(page, "3").click()
    expect(card(page)).to_contain_text("Accepting")
    page.wait_for_timeout(1_200)
    # What is tapped again, or was seen since, is to be read first.
    button(page, "2").click()
    page.wait_for_timeout(1_200)
    seen.part("a1", "assist", "s1", "home-5")
    page.wait_for_timeout(1_200)
    assert seen.answers == []
    expect(page.locator("#proposals .nothing")).to_be_visible()
    seven = {"made": True, "value": 2, "team": "home", "player": "home-7"}
    assert seen.answers == [("s1", "accept", {**seven, "with": ["a1"]})]
    # What is being entered meanwhile is not taken for it, nor let go.
    seen.shot("s2")
    button(page, "#4 Lion 4").click()
    player(page, "away", "11").click()
    action(page, "foul").click()
    expect(page.locator("#proposals .nothing")).to_be_visible()
    expect(page.locator("#after")).to_contain_text("Shooting")
    assert seen.answers[1] == ("s2", "accept", {**seven, "player": "home-4"})
    page.locator("#undo").click()
    # A player who was chosen before may be meant for it: only Accept says so. So it is for who
    # wants it so.
    player(page, "home", "5").click()
    seen.shot("s3")
    button(page, "3").click()
    expect(card(page)).not_to_contain_text("Accepting")
    button(page, "Accept").click()
    page.locator("#help").click()
    page.locator("#settling").uncheck()
    page.keyboard.press("Escape")
    seen.shot("s4")
    button(page, "3").click()
    expect(card(page)).not_to_contain_text("Accepting")
    button(page, "Accept").click()
    three = {**seven, "value": 3}
    assert seen.answers[2:] == [
        ("s3", "accept", {**three, "player": "home-5"}),
        ("s4", "accept", three),
    ]
    # It is still asked whether it went in, whoever is looked for.
    seen.shot("s5", ask=True)
    button(page, "Another player: tap one of the teams").click()
    player(page, "away", "12").click()
    button(page, "Missed").click()
    expect(page.locator("#proposals .nothing")).to_be_visible()
    away = {"made": False, "value": 2, "team": "away", "player": "away-12"}
    assert seen.answers[4:] == [("s5", "accept", away)]
    assert visitor.complaints == []


def test_nothing_moves_under_the_finger(visitor: Visitor) -> None:
    page, seen = desk_that_sees(visitor)

    def places() -> list[Any]:
        return [
            page.locator(where).first.bounding_box()
            for where in ('.player[data-key="home-4"]', '[data-action="made2"]', "#clock-run")
        ]

    expect(page.locator("#waiting")).to_be_hidden()
    before = places()
    seen.shot("s1")
    accept = button(page, "Accept").bounding_box()
    seen.shot("s2", **people(("away-10", 0.9)))
    seen.shot("s3", **people(("away-11", 0.9)))
    seen.part("a1", "assist", "s1", "home-5")
    expect(page.locator(".more")).to_have_text("+2 ›")
    assert places() == before
    assert button(page, "Accept").bounding_box() == accept
    expect(card(page)).to_contain_text("#7 Lion 7")
    # A second tap at once is not taken for the card that has come into its place.
    button(page, "Accept").dblclick()
    expect(card(page)).to_contain_text("#10")
    assert [one for one, _, _ in seen.answers] == ["s1"]
    page.locator(".more").click()
    expect(card(page)).to_contain_text("#11")
    # What the scorekeeper said himself goes by itself, with a word.
    seen.tell("s3", status="absorbed")
    expect(page.locator(".ghost")).to_contain_text("You had it already")
    assert places() == before
    expect(page.locator(".ghost")).to_have_count(0)
    expect(card(page)).to_contain_text("#10")
    assert visitor.complaints == []


def test_answers_without_a_network_wait_like_calls(visitor: Visitor) -> None:
    page, seen = desk_that_sees(visitor)
    seen.shot("s1")
    seen.part("a1", "assist", "s1", "home-5")
    seen.shot("s2", **people(("away-10", 0.9)))
    page.context.route("**/accept", lambda route: route.abort())
    button(page, "Accept").click()
    expect(score(page, "home")).to_have_text("2")
    expect(page.locator("#waiting")).to_have_text("1 kept, will be sent")
    expect(card(page)).to_contain_text("#10")
    # Taken back before it went out.
    page.locator("#undo").click()
    expect(score(page, "home")).to_have_text("0")
    page.locator("#redo").click()
    page.context.unroute("**/accept")
    expect(page.locator("#waiting")).to_be_hidden()
    assert [one for one, _, _ in seen.answers] == ["s1"]
    assert [one for one in visitor.complaints if "Failed to load resource" not in one] == []


@pytest.mark.parametrize(("width", "height"), [(360, 740), (844, 390), (820, 1180), (1280, 800)])
def test_cards_fit_every_screen(visitor: Visitor, width: int, height: int) -> None:
    page, seen = desk_that_sees(visitor, viewport={"width": width, "height": height})
    seen.shot("s1", ask=True)
    seen.part("a1", "assist", "s1", "home-5")
    seen.shot("s2")
    expect(button(page, "Missed")).to_be_in_viewport(ratio=1)
    fits(page, width)
    button(page, "Show the picture").click()
    expect(page.locator("#still-dialog img")).to_be_visible()
    expect(page.locator("#still-dialog")).to_be_in_viewport(ratio=0.9)
    page.keyboard.press("Escape")
    assert visitor.complaints == []


def test_the_real_server_takes_a_whole_play(
    visitor: Visitor, server: ServerProcess, game: dict[str, Any]
) -> None:
    start_game(visitor.open("desk"))
    game_id = game["game_id"]
    log = SqlLog.open(f"sqlite:///{server.data / DATABASE}")
    try:
        # Another process of the same house, whose camera sees it.
        proposals = Books(log, SystemClock(), iter(["s1", "a1"]).__next__, Referee()).proposals
        still = np.full((270, 480, 3), 90, np.uint8)
        shot = Sighting(
            1, "shot", 5.0, 4.0, 5.5, 0.95, made=0.97, three=0.02, home=0.97, still=still,
            players=(("home", "7", 0.93),), size=(960, 540),
            boxes=(("player", (100.0, 100.0, 200.0, 400.0)),),
        )  # fmt: skip
        proposals.propose(game_id, "main", shot)
        assist = Sighting(
            2, "assist", 5.0, 4.0, 5.5, 0.9, home=0.97, players=(("home", "5", 0.9),), parent=1
        )
        proposals.propose(game_id, "main", assist)
    finally:
        log.close()
    desk = visitor.open("desk")
    expect(card(desk)).to_contain_text("Two made, #7 Lion 7")
    expect(card(desk)).to_contain_text("Assist: #5 Lion 5")
    button(desk, "Show the picture").click()
    expect(desk.locator("#still-dialog img")).to_be_visible()
    desk.keyboard.press("Escape")
    button(desk, "Accept").click()
    expect(score(desk, "home")).to_have_text("2")
    expect(desk.locator("#plays")).to_contain_text("#5 Lion 5: assist")
    desk.locator("#undo").click()
    expect(score(desk, "home")).to_have_text("0")
    expect(card(desk)).to_contain_text("Two made, #7 Lion 7")
    button(desk, "3").click()
    button(desk, "Accept").click()
    expect(score(desk, "home")).to_have_text("3")
    assert visitor.complaints == []
