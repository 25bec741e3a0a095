"""The camera page: its check, filming by WHIP, taking over, coming back."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, Response, expect

from tests.server_process import ServerProcess
from tests.web.conftest import Visitor

pytestmark = [pytest.mark.e2e, pytest.mark.alone]


def film(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Start filming|Take over")).click(timeout=30_000)


def is_live(page: Page) -> None:
    expect(page.locator("#state")).to_have_text("Live", timeout=20_000)


def test_check_then_film_then_stop(visitor: Visitor) -> None:
    camera = visitor.open("camera")
    watch = visitor.open("watch")
    expect(camera.locator('#checks li[data-status="ok"]')).to_have_count(5, timeout=30_000)
    film(camera)
    began = time.monotonic()
    is_live(camera)
    # With sound, for which Chromium alone would halve the size at first.
    expect(camera.locator("#sound")).to_be_visible()
    expect(camera.locator("#stats")).to_contain_text("1280×720", timeout=15_000)
    print(f"1280x720 with sound {time.monotonic() - began:.1f} s after the tap")
    expect(camera.locator("#stats")).to_contain_text("Mbit/s", timeout=10_000)
    expect(camera.locator("#stats")).to_contain_text("H264")
    expect(watch.locator("#camera")).to_have_text("Camera live")
    camera.get_by_role("button", name="Stop filming").click()
    expect(camera.locator("#state")).to_have_text("Stopped")
    expect(watch.locator("#camera")).to_have_text("Camera off")
    assert visitor.complaints == []


def test_a_replaced_camera_stops_says_why_and_does_not_fight_back(visitor: Visitor) -> None:
    first = visitor.open("camera")
    film(first)
    is_live(first)
    second = visitor.open("camera")
    film(second)
    is_live(second)
    expect(first.locator("#state")).to_have_text("Replaced", timeout=15_000)
    expect(first.locator("#notice")).to_contain_text("stopped filming")
    second.wait_for_timeout(4_000)
    expect(second.locator("#state")).to_have_text("Live")
    expect(first.locator("#state")).to_have_text("Replaced")
    # Only a person takes it back.
    film(first)
    is_live(first)
    expect(second.locator("#state")).to_have_text("Replaced", timeout=15_000)


def test_leaving_the_page_ends_the_session(visitor: Visitor) -> None:
    camera = visitor.open("camera")
    watch = visitor.open("watch")
    film(camera)
    is_live(camera)
    expect(watch.locator("#camera")).to_have_text("Camera live")
    camera.goto("about:blank")
    expect(watch.locator("#camera")).to_have_text("Camera off", timeout=3_000)


def test_a_lost_session_is_made_again(
    visitor: Visitor, server: ServerProcess, game: dict[str, Any]
) -> None:
    camera = visitor.open("camera")
    sessions: list[str] = []

    def note(answer: Response) -> None:
        if answer.url.endswith("/main") and answer.status == 201:
            sessions.append(answer.headers["location"])

    camera.on("response", note)
    film(camera)
    is_live(camera)
    with server.client(game["tokens"]["camera"]) as client:
        assert client.delete(sessions[0]).status_code == 200
    # The word for it is gone again in no time; what it leaves is another session.
    for _ in range(200):
        if len(sessions) > 1:
            break
        camera.wait_for_timeout(100)
    assert len(sessions) > 1
    is_live(camera)


def test_without_permission_the_page_says_what_to_do(visitor: Visitor) -> None:
    context = visitor.context()
    context.add_init_script(
        "navigator.mediaDevices.getUserMedia = () =>"
        " Promise.reject(new DOMException('no', 'NotAllowedError'));"
    )
    camera = visitor.visit(context, "camera")
    film(camera)
    expect(camera.locator("#notice")).to_contain_text("Allow it")


def test_an_insecure_page_says_so_first(
    visitor: Visitor, server: ServerProcess, game: dict[str, Any]
) -> None:
    camera = visitor.context().new_page()
    address = server.url.replace("127.0.0.1", "gym.test")
    camera.goto(f"{address}/camera/{game['game_id']}?token={game['tokens']['camera']}")
    first = camera.locator("#checks li").first
    expect(first).to_have_attribute("data-status", "bad")
    expect(first).to_contain_text("https")
    expect(camera.locator("#again")).to_be_visible(timeout=30_000)
    expect(camera.locator("#start")).to_be_disabled()
