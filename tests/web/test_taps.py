"""What the simulated scorekeeper of the evaluation counts is what the page really takes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from server.evaluation.taps import COST
from tests.web.conftest import Visitor
from tests.web.seen import people
from tests.web.test_pages import action, player
from tests.web.test_proposals import button, desk_that_sees

pytestmark = pytest.mark.e2e

COUNT = """() => { window.taps = 0;
  addEventListener("click", (event) => { window.taps += event.isTrusted; }, true); }"""


def taps(page: Page) -> int:
    """How many since the last time that was asked."""
    found = page.evaluate("() => { const all = window.taps; window.taps = 0; return all; }")
    return int(found)


def chip(page: Page, text: str, team: str = "") -> None:
    side = f'[data-team="{team}"]' if team else ""
    page.locator(f"#after .chip{side}").get_by_text(text, exact=True).click()


def test_the_model_of_the_scorekeeper_taps_as_often_as_the_page_asks(visitor: Visitor) -> None:
    page, seen = desk_that_sees(visitor)
    page.evaluate(COUNT)
    # By hand.
    player(page, "home", "7").click()
    action(page, "made2").click()
    chip(page, "5", "home")
    assert taps(page) == COST["field_goal"] + COST["assist"]
    player(page, "home", "7").click()
    action(page, "miss3").click()
    chip(page, "10", "away")
    assert taps(page) == COST["field_goal"] + COST["rebound"]
    player(page, "home", "7").click()
    action(page, "turnover").click()
    chip(page, "11", "away")
    assert taps(page) == COST["turnover"] + COST["steal"]
    player(page, "home", "7").click()
    action(page, "foul").click()
    chip(page, "Shooting")
    chip(page, "10", "away")
    page.locator("#after .primary").click()
    assert taps(page) == COST["foul"]
    chip(page, "Made")
    chip(page, "Missed")
    assert taps(page) == 2 * COST["free_throw"]
    chip(page, "5", "home")
    assert taps(page) == COST["rebound"]
    # With cards.
    seen.shot("s1")
    seen.part("a1", "assist", "s1", "home-5")
    button(page, "Accept").click()
    assert taps(page) == COST["accept"]
    for name, mend in (("s2", "Missed"), ("s3", "3"), ("s4", "#4 Lion 4")):
        seen.shot(name)
        button(page, mend).click()
        expect(page.locator("#proposals .nothing")).to_be_visible()
        assert taps(page) == COST["mend"]
    # A player who is not offered: accepting asks, wherever it was asked from.
    seen.shot("s5")
    button(page, "Another player: tap one of the teams").click()
    player(page, "away", "12").click()
    assert taps(page) == COST["other"] + COST["mend"]
    expect(page.locator("#proposals .nothing")).to_be_visible()
    # Who may have done it, and who else of the team plays.
    for name, who in (("s6", "#7 Lion 7"), ("s6b", "#8 Lion 8")):
        seen.shot(name, **(people(("home-7", 0.3)) | {"team": "home"}))
        button(page, who).click()
        expect(page.locator("#proposals .nothing")).to_be_visible()
        assert taps(page) == COST["mend"]
    # An assist that was none is left out; one that may not have been is asked for by a chip.
    seen.shot("s7")
    seen.part("a7", "assist", "s7", "home-5")
    button(page, "Assist, #5 Lion 5").click()
    expect(page.locator("#proposals .nothing")).to_be_visible()
    assert taps(page) == COST["mend"]
    seen.shot("s8")
    seen.part("a8", "assist", "s8", "home-5", score=0.4)
    button(page, "Accept").click()
    chip(page, "5", "home")
    assert taps(page) == COST["accept"] + COST["assist"]
    # What comes after its shot is in the book is no card: the chip that says so is marked.
    player(page, "home", "7").click()
    action(page, "miss2").click()
    seen.tell(
        "r8", type="rebound", links=["gone"], parent_seq=9, score=0.95, **people(("away-10", 0.9))
    )
    expect(page.locator('#after .chip[data-seen="true"]')).to_have_text("10")
    chip(page, "10", "away")
    seen.tell("r8", status="absorbed")
    assert taps(page) == COST["field_goal"] + COST["rebound"]
    # Made or missed: the answer accepts.
    seen.shot("s9", ask=True)
    button(page, "Made").click()
    assert taps(page) == COST["accept"]
    seen.shot("s9b", ask=True)
    button(page, "#4 Lion 4").click()
    button(page, "Missed").click()
    assert taps(page) == COST["mend"] + COST["accept"]
    seen.shot("s10")
    button(page, "It did not happen").click()
    assert taps(page) == COST["reject"]
    # What is too unsure has no card.
    seen.tell("t1", type="turnover", score=0.7, **people(("home-7", 0.9)))
    expect(page.locator(".more")).to_have_text("+1 ›")
    expect(page.locator("article.proposal")).to_have_count(0)
    page.get_by_role("button", name="End Q1").click()
    page.locator("#finish-confirm").click()
    page.get_by_role("button", name="Start next period").click()
    assert taps(page) == COST["period"]
    assert visitor.complaints == []
