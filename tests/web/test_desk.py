"""The scorekeeper's page: what one volunteer enters, and mends afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.server_process import ServerProcess
from tests.web.conftest import PHONE, Visitor
from tests.web.test_pages import action, player, score, start_game

pytestmark = pytest.mark.e2e

Entries = list[dict[str, Any]]


class Desk:
    """One scorekeeper's page, and what the log holds of it."""

    def __init__(self, page: Page, server: ServerProcess, game: dict[str, Any]) -> None:
        self.page = page
        self._server = server
        self._game = game

    def tap(self, team: str, number: str, what: str) -> None:
        player(self.page, team, number).click()
        action(self.page, what).click()

    def chip(self, text: str, team: str | None = None) -> Any:
        """A chip of what is asked, by its whole text."""
        side = f'[data-team="{team}"]' if team else ""
        return self.page.locator(f"#after .chip{side}").get_by_text(text, exact=True)

    def settled(self) -> None:
        """Everything has arrived."""
        expect(self.page.locator("#waiting")).to_be_hidden()
        self.page.wait_for_timeout(50)
        expect(self.page.locator("#waiting")).to_be_hidden()

    def log(self, *types: str) -> Entries:
        self.settled()
        with self._server.client(self._game["tokens"]["desk"]) as client:
            answer = client.get(f"/api/v1/games/{self._game['game_id']}/log")
        entries: Entries = answer.json()["entries"]
        return [entry for entry in entries if not types or entry["type"] in types]

    def say(self, calls: Entries) -> Entries:
        """Make calls without the page; their entries."""
        named = [{"call_id": f"t{i}", **call} for i, call in enumerate(calls)]
        with self._server.client(self._game["tokens"]["desk"]) as client:
            answer = client.post(f"/api/v1/games/{self._game['game_id']}/calls", json=named)
        done = answer.json()
        assert [one["status"] for one in done] == [201] * len(calls), done
        return [entry for one in done for entry in one["entries"]]


@pytest.fixture
def desk(visitor: Visitor, server: ServerProcess, game: dict[str, Any]) -> Desk:
    """A game that has begun, its clock stopped: taps at the same time are in order."""
    page = visitor.open("desk")
    start_game(page)
    page.locator("#clock-run").click()
    return Desk(page, server, game)


def test_a_foul_leads_over_the_line_to_the_rebound(desk: Desk, visitor: Visitor) -> None:
    desk.tap("home", "7", "foul")
    expect(desk.page.locator('.side[data-team="home"] .fouls')).to_contain_text("Fouls 1")
    desk.chip("Shooting").click()
    desk.chip("10", "away").click()
    desk.page.locator("#after .primary").click()
    desk.chip("Made").click()
    desk.chip("Missed").click()
    desk.chip("5", "home").click()
    foul, first, second, rebound = desk.log("foul", "free_throw", "rebound")
    assert (foul["kind"], foul["drawn_by"], foul["throws"]) == ("shooting", "away-10", 2)
    for throw, nth in ((first, 1), (second, 2)):
        assert (throw["player"], throw["nth"], throw["of"]) == ("away-10", nth, 2)
        assert throw["links"] == foul["seq"]
    assert (rebound["kind"], rebound["links"]) == ("defensive", second["seq"])
    expect(player(desk.page, "home", "7")).to_contain_text("F1")
    # With a basket: the foul belongs to it and gives one throw.
    desk.tap("away", "11", "made3")
    desk.chip("Paint").click()
    desk.chip("+ Foul").click()
    desk.chip("8", "home").click()
    desk.page.locator("#after .primary").click()
    desk.chip("Made").click()
    basket, foul = desk.log("field_goal")[0], desk.log("foul")[1]
    assert (foul["links"], foul["throws"]) == (basket["seq"], 1)
    assert desk.log("amend")[0]["event"]["tags"] == ["paint"]
    expect(score(desk.page, "away")).to_have_text("5")
    assert visitor.complaints == []


def test_kinds_steals_blocks_and_teams(desk: Desk, visitor: Visitor) -> None:
    desk.tap("home", "7", "turnover")
    desk.chip("Travel").click()
    desk.page.locator("#after .primary").click()
    desk.tap("home", "4", "turnover")
    desk.chip("00", "away").click()
    desk.tap("home", "5", "miss2")
    desk.chip("Blocked").click()
    desk.chip("11", "away").click()
    desk.chip("Dead ball").click()
    # The bench's own, and the team's.
    desk.page.locator('.team[data-team="away"] .own').click()
    action(desk.page, "foul").click()
    desk.chip("Bench technical").click()
    desk.page.locator("#after").get_by_label("Never mind").click()
    desk.page.locator('.team[data-team="away"] .own').click()
    action(desk.page, "foul").click()
    desk.chip("Coach technical").click()
    # Nobody says more: the next tap sends it.
    desk.page.locator('.team[data-team="home"] .own').click()
    action(desk.page, "turnover").click()
    desk.chip("Shot clock").click()
    desk.page.locator('.team[data-team="home"] .own').click()
    action(desk.page, "timeout").click()
    expect(desk.page.locator('.side[data-team="home"] .fouls')).to_contain_text("TO 1")
    travel, lost, team = desk.log("turnover")
    assert (travel["kind"], team["kind"], team.get("player")) == ("travel", "shot_clock", None)
    (steal,) = desk.log("steal")
    assert (steal["player"], steal["links"]) == ("away-00", lost["seq"])
    shot, block, rebound = desk.log("field_goal", "block", "rebound")
    assert block["links"] == rebound["links"] == shot["seq"]
    assert rebound["kind"] == "dead_ball"
    (foul,) = desk.log("foul")
    assert (foul["kind"], foul["throws"], foul.get("player")) == ("coach", 1, None)
    assert visitor.complaints == []


def test_whose_game_is_over_is_marked(desk: Desk) -> None:
    foul = {"type": "foul", "team": "home", "player": "7"}
    desk.say([{"call_id": f"f{i}", **foul} for i in range(4)])
    one = player(desk.page, "home", "7")
    expect(one.locator(".pf")).to_have_attribute("data-high", "true")
    expect(desk.page.locator('.side[data-team="away"] .bonus')).to_be_visible()
    # In the bonus: the desk proposes the free throws.
    desk.tap("home", "7", "foul")
    expect(desk.page.locator("#after .primary")).to_have_text("Foul, 2 free throws")
    desk.page.locator("#after .primary").click()
    expect(one).to_contain_text("OUT")
    # A second technical ends a game, too.
    technical = {"type": "foul", "team": "away", "player": "10", "kind": "technical"}
    desk.say([{"call_id": f"g{i}", **technical} for i in range(2)])
    expect(player(desk.page, "away", "10")).to_contain_text("OUT")


def test_a_foul_that_nobody_finished_survives_a_reload(desk: Desk) -> None:
    desk.tap("home", "7", "foul")
    assert desk.log("foul") == []
    desk.page.reload()
    expect(player(desk.page, "home", "7")).to_contain_text("F1")
    assert [foul["kind"] for foul in desk.log("foul")] == ["personal"]


def test_any_play_is_changed_taken_back_and_put_in(desk: Desk, visitor: Visitor) -> None:
    watch = visitor.open("watch")
    shots = [
        {"type": "field_goal", "team": "home", "player": "4", "value": 2, "made": True,
         "clock_ms": 590_000 - 1000 * i}
        for i in range(24)
    ]  # fmt: skip
    first, second = desk.say(shots)[:2]
    desk.say([{"call_id": "x", "type": "finalize"}])
    expect(desk.page.locator("#plays li")).to_have_count(20)
    desk.page.get_by_role("button", name="All plays").click()
    line = desk.page.locator(f'#plays li[data-key="{first["seq"]}"]')
    line.click()
    dialog = desk.page.locator("#mend-dialog")
    dialog.locator('[data-value="3"]').click()
    dialog.locator("[name=player]").select_option("home-7")
    dialog.locator("[name=clock_ms]").fill("nonsense")
    dialog.locator("#mend-save").click()
    expect(desk.page.locator("#mend-trouble")).to_be_visible()
    dialog.locator("[name=clock_ms]").fill("9:55")
    dialog.locator("[name=clock_ms]").press("Enter")
    expect(line).to_contain_text("Lion 7")
    expect(score(watch, "home")).to_have_text("49")
    (amend,) = desk.log("amend")
    assert amend["event"]["clock_ms"] == 595_000
    # Put in after it: an assist, which then falls with it.
    line.click()
    desk.page.locator("#mend-after").click()
    expect(desk.page.locator("#insert")).to_contain_text("Putting in after")
    desk.tap("home", "5", "assist")
    desk.page.locator("#insert-done").click()
    (assist,) = desk.log("assist")
    assert (assist["after"], assist["clock_ms"]) == (first["seq"], 595_000)
    # Put in before the second: it stands between the two.
    desk.page.locator(f'#plays li[data-key="{second["seq"]}"]').click()
    desk.page.locator("#mend-before").click()
    desk.tap("away", "10", "made3")
    desk.page.locator("#insert-done").click()
    expect(score(watch, "away")).to_have_text("3")
    put_in = desk.log("field_goal")[-1]
    expect(desk.page.locator(f'#plays li[data-key="{put_in["seq"]}"]')).to_have_count(1)
    keys = desk.page.locator("#plays li").evaluate_all("all => all.map(one => one.dataset.key)")
    place = [int(key) for key in keys].index
    assert place(second["seq"]) < place(put_in["seq"]) < place(first["seq"])
    # Take it back, see it struck through, and let it stand again.
    line.click()
    expect(desk.page.locator("#mend-history")).to_contain_text("was a two")
    desk.page.locator("#mend-void").click()
    expect(line).to_have_attribute("data-voided", "true")
    expect(score(watch, "home")).to_have_text("46")
    line.click()
    desk.page.locator("#mend-restore").click()
    expect(line).to_have_attribute("data-voided", "false")
    expect(score(watch, "home")).to_have_text("49")
    assert visitor.complaints == []


def test_what_does_not_fit_is_listed_and_the_score_confirmed(desk: Desk, visitor: Visitor) -> None:
    page = desk.page
    desk.tap("home", "7", "madeft")
    expect(page.locator("#flags")).to_have_text("⚑ 1")
    page.locator("#flags").click()
    expect(page.locator("#flags-list li")).to_contain_text("foul")
    page.locator("#flags-list button").first.click()
    expect(page.locator("#mend-title")).to_contain_text("free throw")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="End Q1").click()
    expect(page.locator("#finish-count")).to_contain_text("1 to check")
    expect(page.locator("#finish-home")).to_have_value("1")
    page.locator("#finish-home").fill("2")
    page.locator("#finish-confirm").click()
    expect(page.locator(".period")).to_have_text("After Q1")
    (confirmed,) = desk.log("confirm")
    assert (confirmed["period"], confirmed["home"], confirmed["away"]) == (1, 2, 0)
    expect(page.locator("#flags")).to_have_text("⚑ 2")
    page.get_by_role("button", name="Final").click()
    expect(page.locator("#finish-level")).to_contain_text("Only 1 of 4")
    page.get_by_role("button", name="End without confirming").click()
    expect(page.locator(".period")).to_have_text("Final")
    assert len(desk.log("confirm")) == 1
    assert visitor.complaints == []


def test_line_ups_arrow_notes_and_an_adjusted_score(desk: Desk, visitor: Visitor) -> None:
    page = desk.page
    page.locator('.team[data-team="home"] .extra button').first.click()
    for i in range(5):
        page.locator("#lineup-list input").nth(i).check()
    page.locator("#lineup-dialog .primary").click()
    desk.tap("home", "8", "sub")
    desk.chip("9", "home").click()
    expect(player(page, "home", "9")).to_be_visible()
    expect(player(page, "home", "8")).to_have_count(0)
    one = desk.log("substitution")[-1]
    assert (one["player_out"], one["player_in"]) == ("home-8", "home-9")
    page.locator("#more").click()
    page.locator("#more-list").get_by_role("button", name="Lions").first.click()
    expect(page.locator(".arrow")).to_have_text("▶")
    page.locator("#more").click()
    page.locator("#note").click()
    page.locator("#note-text").fill("Lights out")
    page.locator("#note-dialog .primary").click()
    expect(page.locator("#plays")).to_contain_text("Lights out")
    page.locator("#more").click()
    page.locator("#adjust").click()
    page.locator("#adjust-away").fill("7")
    page.locator("#adjust-dialog .primary").click()
    expect(page.locator("#adjust-dialog")).to_be_visible()  # it needs its reason
    page.locator("#adjust-reason").fill("The wall says so")
    page.locator("#adjust-dialog .primary").click()
    expect(score(page, "away")).to_have_text("7")
    (adjust,) = desk.log("adjust")
    assert (adjust["team"], adjust["points"]) == ("away", 7)
    assert visitor.complaints == []


def test_where_a_shot_was_taken(desk: Desk, visitor: Visitor) -> None:
    page = desk.page
    page.locator("#help").click()
    page.locator("#spots").check()
    page.locator("#help-dialog .primary").click()
    box = page.locator("#court svg").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.25)
    desk.tap("home", "7", "made2")
    desk.tap("home", "7", "made2")
    shot, other = desk.log("field_goal")
    assert shot["x_m"] == pytest.approx(7.25, abs=0.2)
    assert shot["y_m"] == pytest.approx(4, abs=0.2)
    assert "x_m" not in other
    assert visitor.complaints == []


def test_a_youth_game_without_clock_roster_or_beginning(
    browser: Browser, server: ServerProcess
) -> None:
    with browser.new_context(viewport=PHONE) as context:
        page = context.new_page()
        page.goto(server.url)
        expect(page.locator("#rules option")).not_to_have_count(1)
        page.locator("#rules").select_option("youth")
        page.locator("#league summary").click()
        page.locator("[name=periods]").fill("2")
        page.locator("[name=home-players]").fill("Ann 4\n7\tBen\n8 Cid\n9 Dee\n10 Eve")
        page.locator("#make").click()
        page.get_by_role("link", name="Desk").click()
        page.get_by_role("button", name="Join late").click()
        expect(page.locator("#join-period option")).to_have_count(2)
        expect(page.locator("#join-clock")).to_be_hidden()
        page.locator("#join-home").fill("12")
        page.locator("#join-away").fill("9")
        page.locator("#join-dialog .primary").click()
        expect(page.locator(".period")).to_have_text("H2")
        expect(page.locator(".clock")).to_be_empty()
        expect(score(page, "home")).to_have_text("12")
        # Nobody knows their players: the team scores by big buttons, or a number is typed.
        page.locator('.team[data-team="away"] .quick').get_by_text("+3").click()
        expect(score(page, "away")).to_have_text("12")
        action(page, "made2").click()
        page.locator('.team[data-team="away"] .extra').get_by_label("New player, away").click()
        page.locator("#player-number").fill("#23")
        page.locator("#player-dialog .primary").click()
        expect(player(page, "away", "23")).to_be_visible()
        expect(score(page, "away")).to_have_text("14")
        expect(page.locator("#plays li").first).to_contain_text("#23 makes a two")
        expect(page.locator("#troubles")).to_be_empty()


@pytest.mark.parametrize(("width", "height"), [(360, 740), (844, 390), (1280, 800)])
def test_what_is_asked_fits_and_can_be_tapped(visitor: Visitor, width: int, height: int) -> None:
    page = visitor.open("desk", viewport={"width": width, "height": height})
    start_game(page)
    asked = page.locator("#after")
    for what in ("made2", "foul", "turnover"):
        player(page, "home", "7").click()
        action(page, what).click()
        expect(asked).to_be_visible()
        expect(asked).to_be_in_viewport(ratio=1)
        fits(page, width)
        page.keyboard.press("Escape")
    for opener in ("#more", "#help", "#period"):
        page.locator(opener).click()
        expect(page.locator("dialog[open]")).to_be_in_viewport(ratio=0.9)
        fits(page, width)
        page.keyboard.press("Escape")
    page.locator("#plays li").first.click()
    expect(page.locator("#mend-dialog")).to_be_visible()
    fits(page, width)
    assert visitor.complaints == []


def fits(page: Page, width: int) -> None:
    """Nothing wider than the screen, no button smaller than a thumb or without a name."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wrong = page.evaluate(
        """() => [...document.querySelectorAll("button, select, input")]
             .filter((one) => one.checkVisibility() && one.type !== "checkbox")
             .filter((one) => one.getBoundingClientRect().height < 44
               || !(one.textContent.trim() || one.ariaLabel || one.labels?.length))
             .map((one) => one.outerHTML)"""
    )
    assert wrong == []
