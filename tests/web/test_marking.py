"""Marking the court and the scoreboard: four taps, and the lines come back over the picture."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.server_process import ServerProcess
from tests.web.conftest import Visitor
from tests.web.test_camera import film, is_live
from tests.web.test_desk import fits

pytestmark = pytest.mark.e2e

# As a phone sees them that stands 17 m from the middle and 5 m high: shares of the picture.
COURT = {
    "corner-left-far": (0.079, 0.419),
    "corner-right-far": (0.921, 0.419),
    "throw-left-near": (0.099, 0.592),
    "throw-right-near": (0.901, 0.592),
}


def put(page: Page, x: float, y: float) -> None:
    """Tap the picture, a little off, and drag to the place."""
    box = page.locator(".marker .over").bounding_box()
    assert box
    page.mouse.move(box["x"] + x * box["width"] - 4, box["y"] + y * box["height"] - 4)
    page.mouse.down()
    expect(page.locator(".marker .glass")).to_be_visible()
    page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.mouse.up()
    expect(page.locator(".marker .glass")).to_be_hidden()


def setup(server: ServerProcess, game: dict[str, Any]) -> dict[str, Any]:
    with server.client(game["tokens"]["desk"]) as client:
        answer = client.get(f"/api/v1/games/{game['game_id']}/cameras/main/setup")
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


def test_the_court_is_marked_at_the_camera_and_mended_at_the_desk(
    visitor: Visitor, server: ServerProcess, game: dict[str, Any]
) -> None:
    camera = visitor.open("camera", viewport={"width": 360, "height": 740})
    film(camera)
    is_live(camera)
    expect(camera.locator("#marking .fit")).to_contain_text("not marked yet")
    camera.get_by_role("button", name="Mark the court").click()
    # The first by the small drawing, the others by name.
    camera.locator('.small-court [data-name="corner-left-far"]').click()
    expect(camera.locator(".marker")).to_contain_text("Now tap it in the picture: left corner")
    for name, (x, y) in COURT.items():
        camera.locator(".marker select").select_option(name)
        put(camera, x, y)
    fit = camera.locator(".marker .fit")
    expect(fit).to_contain_text(" cm off")
    expect(camera.locator(".marker .line")).not_to_have_count(0)
    fits(camera, 360)
    kept = setup(server, game)["court"]
    (far,) = [point["px"] for point in kept["points"] if point["mark"] == "corner-right-far"]
    width, height = kept["size"]
    assert far == pytest.approx([0.921 * width, 0.419 * height], abs=4)
    # Two that cannot be: the server says so in words, the last good ones stay.
    camera.locator(".marker select").select_option("corner-right-far")
    put(camera, 0.2, 0.95)
    expect(fit).to_have_attribute("data-mood", "bad")
    assert setup(server, game)["court"] == kept
    camera.get_by_role("button", name="Done").click()
    # Another phone held upright: the marks are said to be of another picture.
    camera.evaluate(
        """() => { const video = document.getElementById("preview");
             Object.defineProperty(video, "videoWidth", { value: 720 });
             Object.defineProperty(video, "videoHeight", { value: 1280 });
             video.dispatchEvent(new Event("resize")); }"""
    )
    expect(camera.locator("#marking .fit")).to_contain_text("The phone was turned")
    assert [one for one in visitor.complaints if "Failed to load" not in one] == []

    desk = visitor.open("desk")
    desk.locator("#help").click()
    desk.locator("#camera-setup").click()
    expect(desk.locator("#marking .fit")).to_contain_text("off")
    desk.locator("#marking").get_by_role("button", name="Right basket").click()
    desk.get_by_role("button", name="Lions: #c0262b").click()
    expect(desk.locator("#shirts")).to_contain_text("Lions: chosen")
    desk.locator("#auto-accept").select_option("0.95")
    expect(desk.locator("#right-so-far")).to_contain_text("nobody has answered")
    fits(desk, 390)
    desk.get_by_role("button", name="Mark the scoreboard").click()
    for x, y in ((0.1, 0.1), (0.3, 0.1), (0.3, 0.2), (0.1, 0.2)):
        put(desk, x, y)
    expect(desk.locator(".marker .fit")).to_contain_text("Kept")
    desk.locator(".marker .over").press("Shift+ArrowRight")
    desk.get_by_role("button", name="Done").click()
    expect(desk.locator("#marking")).to_contain_text("The gym's scoreboard is marked")
    told = setup(server, game)
    assert (told["home_attacks"], told["shirts"]["home"]) == ("right", "#c0262b")
    assert len(told["scoreboard"]["corners"]) == 4
    assert told["court"] == kept
    assert [one for one in visitor.complaints if "Failed to load" not in one] == []
