"""The pages in Firefox, which shares no code with the browser of the other tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.firefox import Firefox, firefox
from tests.server_process import ServerProcess
from tests.web.behind import filmed

pytestmark = [pytest.mark.e2e, pytest.mark.alone]

SHOWN = "document.querySelector('#picture video:not(.coming)')"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with firefox(tmp_path_factory.mktemp("firefox")) as browser:
        yield browser


def text(selector: str) -> str:
    return f"document.querySelector('{selector}')?.textContent"


def test_a_tap_at_the_desk_shows_beside_a_picture_that_plays(
    browser: Firefox, server: ServerProcess
) -> None:
    with filmed(server) as hall:
        watch = browser.open(hall.game["links"]["watch"])
        desk = browser.open(hall.game["links"]["desk"])
        began_s = watch.until(f"{SHOWN}?.currentTime")
        watch.until(f"{SHOWN}?.currentTime > {began_s + 1}")
        desk.click("#clock-run")
        desk.until(f"{text('#clock-run')} === 'Stop'")
        desk.click('[data-key="home-7"]')
        desk.click('[data-action="made3"]')
        for page in (desk, watch):
            page.until(f"{text('[data-score=home]')} === '3'")
        watch.until(f"{text('#plays li')}?.includes('Lion 7')")
    assert browser.complaints == []


def test_what_it_films_is_watched_by_webrtc(browser: Firefox, server: ServerProcess) -> None:
    links = server.new_game()["links"]
    camera = browser.open(links["camera"])
    camera.click("#start")
    camera.until(f"{text('#state')} === 'Live'")
    # Debian's Firefox has no H264 in WebRTC.
    camera.until(f"{text('#stats')}?.includes('VP8')")
    watch = browser.open(links["watch"])
    began_s = watch.until(f"{SHOWN}?.srcObject && {SHOWN}.currentTime")
    watch.until(f"{SHOWN}?.currentTime > {began_s + 1}")
    camera.click("#stop")
    watch.until(f"{text('.slate')}?.includes('The camera stopped')")
    assert browser.complaints == []
