"""The picture from a camera page to watch pages, through the real server."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.server_process import running
from tests.web.conftest import Visitor
from tests.web.test_camera import film, is_live

pytestmark = [pytest.mark.e2e, pytest.mark.alone]

# As on a network that lets no UDP through: the answer comes, the connection never does.
NO_WEBRTC = """RTCPeerConnection.prototype.setRemoteDescription = () => new Promise(() => {});"""
SHOWN = "video:not(.coming)"
BY_WEBRTC = f"() => Boolean(document.querySelector('{SHOWN}')?.srcObject)"
BY_RECORDING = f"() => document.querySelector('{SHOWN}')?.src.startsWith('blob:') ?? false"
TIME_S = f"() => document.querySelector('{SHOWN}')?.currentTime ?? -1"
GO_BACK = (
    """(bar) => { bar.value = Number(bar.min) + 0.5; bar.dispatchEvent(new Event("change")); }"""
)


@pytest.fixture
def hall(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """Visits a server that records and does not look: the picture alone."""
    with running(tmp_path_factory.mktemp("hall"), "--eyes", "off") as server:
        visitor = Visitor(browser, server, server.new_game())
        yield visitor
        visitor.close()


def until(page: Page, condition: str, timeout_s: float = 20) -> None:
    """The pages' own rules forbid what page.wait_for_function does."""
    end = time.monotonic() + timeout_s
    while not page.evaluate(condition):
        assert time.monotonic() < end, condition
        page.wait_for_timeout(50)


def moves(page: Page) -> None:
    at: float = page.evaluate(TIME_S)
    until(page, f"() => ({TIME_S})() > {at + 0.2}")


def test_watch_live_go_back_lose_the_camera_and_have_it_again(hall: Visitor) -> None:
    camera = hall.open("camera")
    film(camera)
    is_live(camera)
    by_webrtc = hall.open("watch")
    until(by_webrtc, BY_WEBRTC)
    moves(by_webrtc)
    blocked = hall.context()
    blocked.add_init_script(NO_WEBRTC)
    by_recording = hall.visit(blocked, "watch")
    until(by_recording, BY_RECORDING)
    moves(by_recording)
    expect(by_recording.get_by_role("button", name="Tap for sound")).to_be_visible()

    # Whoever goes back leaves WebRTC, and has it again with one press.
    live = by_webrtc.get_by_role("button", name="Live", exact=True)
    by_webrtc.get_by_role("slider", name="Moment of the game").evaluate(GO_BACK)
    until(by_webrtc, BY_RECORDING)
    expect(live).to_have_attribute("aria-pressed", "false")
    moves(by_webrtc)
    live.click()
    until(by_webrtc, BY_WEBRTC)
    expect(live).to_have_attribute("aria-pressed", "true")

    camera.goto("about:blank")
    for page in (by_webrtc, by_recording):
        expect(page.locator(".slate")).to_contain_text("The camera stopped", timeout=15_000)
    again = hall.open("camera")
    film(again)
    is_live(again)
    for page in (by_webrtc, by_recording):
        expect(page.locator(".slate")).to_be_hidden(timeout=15_000)
    until(by_webrtc, BY_WEBRTC)
    moves(by_webrtc)
    moves(by_recording)
