"""The picture on the pages, played from a recording whose troubles the test makes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import PHONE
from tests.web.film import Film, screening

pytestmark = [pytest.mark.e2e, pytest.mark.alone]

PLAYHEAD = "window.picture?.playhead()?.media_s ?? null"
HELD_S = """() => { const { buffered } = document.querySelector("video"); let held = 0;
  for (let i = 0; i < buffered.length; i += 1) held += buffered.end(i) - buffered.start(i);
  return held; }"""


class Cinema:
    """Opens pages that show films."""

    def __init__(self, browser: Browser, stack: ExitStack) -> None:
        self._browser = browser
        self._stack = stack

    def show(self, film: Film, script: str = "") -> Page:
        """A page with the picture of a film; `script` runs before the page's own."""
        address = self._stack.enter_context(screening(film))
        context = self._browser.new_context(viewport=PHONE)
        self._stack.callback(context.close)
        context.add_init_script(script)
        page = context.new_page()
        page.goto(address)
        return page


@pytest.fixture
def cinema(browser: Browser) -> Iterator[Cinema]:
    with ExitStack() as stack:
        yield Cinema(browser, stack)


def head(page: Page) -> float | None:
    found: float | None = page.evaluate(PLAYHEAD)
    return found


def until(page: Page, words: str, timeout_s: float = 10) -> Any:
    """Until an expression is true."""
    return page.wait_for_function(words, polling=50, timeout=timeout_s * 1000)


def plays(page: Page, from_s: float, to_s: float = 1e9) -> None:
    """Something between these media seconds is on the screen, and it moves."""
    until(page, f"(({PLAYHEAD}) ?? -1) >= {from_s}")
    at = head(page)
    assert at is not None
    assert at <= to_s
    until(page, f"({PLAYHEAD}) > {at + 0.2}")


def test_live_back_and_live_again(cinema: Cinema) -> None:
    film = Film([(0.0, None)], began_at_s=60.0)
    page = cinema.show(film)
    plays(page, 57)
    at = head(page)
    assert at is not None
    assert film.now_s - at < 4
    expect(page.get_by_role("button", name="Tap for sound")).to_be_visible()

    bar = page.get_by_role("slider", name="Moment of the game")
    bar.evaluate("(bar) => { bar.value = 20; bar.dispatchEvent(new Event('change')); }")
    plays(page, 20, 23)
    assert "behind live" in str(bar.get_attribute("aria-valuetext"))
    assert page.evaluate("picture.playhead().live") is False
    bar.press("ArrowLeft")
    plays(page, 15, 20)

    page.get_by_role("button", name="Live").click()
    plays(page, film.now_s - 4)
    assert page.evaluate("picture.playhead().live") is True
    assert page.evaluate("ways") == ["mse"]


def test_a_lost_camera_says_so_and_comes_back_over_the_gap(cinema: Cinema) -> None:
    film = Film([(0.0, None)], began_at_s=9.0, sizes=("320x180", "180x320"))
    page = cinema.show(film)
    plays(page, 5)
    film.stop("lost")
    slate = page.locator(".slate")
    expect(slate).to_contain_text("Camera lost", timeout=8_000)
    # The score may go on: this picture cannot be spoiled by it.
    assert head(page) is None
    assert page.evaluate("document.querySelector('video').videoWidth") == 320
    back_s = film.now_s
    film.resume()
    plays(page, back_s)
    expect(slate).to_be_hidden()
    assert page.evaluate("document.querySelector('video').videoWidth") == 180
    expect(page.locator(".gaps i")).to_have_count(1)
    # Going back before the gap and playing on jumps over it.
    page.evaluate(f"picture.seek({film.recorded[0][1]} - 1.6)")
    until(page, f"({PLAYHEAD}) < {back_s}")
    plays(page, back_s)


def test_what_has_ended_can_be_watched_from_its_start(cinema: Cinema) -> None:
    page = cinema.show(Film([(100.0, 130.0)], status="ended", began_at_s=500.0))
    slate = page.locator(".slate")
    expect(slate).to_contain_text("The camera has stopped", timeout=8_000)
    page.get_by_role("button", name="Watch from the start").click()
    plays(page, 100, 103)
    expect(slate).to_be_hidden()
    expect(page.get_by_role("button", name="Live")).to_be_hidden()
    expect(page.locator(".when")).to_contain_text("/ 0:30")


def test_missing_pieces_and_missing_sound_do_not_stop_it(cinema: Cinema) -> None:
    film = Film([(0.0, 30.0)], status="ended", began_at_s=60.0)
    film.broken = {"/video/6.m4s": 404, "audio.m3u8": 500}
    page = cinema.show(film)
    expect(page.locator(".slate")).to_contain_text("stopped", timeout=8_000)
    page.evaluate("picture.seek(10)")
    plays(page, 10, 12)
    plays(page, 14)  # segment 6 is from 12 to 14
    expect(page.get_by_role("button", name="Tap for sound")).to_be_hidden()


def test_a_missing_first_piece_does_not_keep_it_from_beginning(cinema: Cinema) -> None:
    film = Film([(0.0, 30.0)], status="ended", began_at_s=60.0)
    film.broken = {"/video/5.m4s": 404}
    page = cinema.show(film)
    expect(page.locator(".slate")).to_contain_text("stopped", timeout=8_000)
    page.evaluate("picture.seek(10)")
    plays(page, 12)  # segment 5 is from 10 to 12


def test_a_browser_without_room_keeps_playing(cinema: Cinema) -> None:
    """What it holds stays bounded, and full buffers are no end."""
    room_s = 7
    full = f"""const append = SourceBuffer.prototype.appendBuffer;
    window.refused = 0;
    SourceBuffer.prototype.appendBuffer = function (data) {{
      const {{ buffered }} = this;
      let held = 0;
      for (let i = 0; i < buffered.length; i += 1) held += buffered.end(i) - buffered.start(i);
      if (held < {room_s}) return append.call(this, data);
      refused += 1;
      throw new DOMException("full", "QuotaExceededError");
    }};"""
    page = cinema.show(Film([(0.0, 300.0)], status="ended", began_at_s=600.0), full)
    expect(page.locator(".slate")).to_contain_text("stopped", timeout=8_000)
    page.evaluate("picture.seek(100)")
    plays(page, 100)
    # As if time ran: a faster picture, which the player itself never asks for here.
    page.evaluate("setInterval(() => { document.querySelector('video').playbackRate = 3; }, 20)")
    plays(page, 110)
    assert page.evaluate("refused") > 0
    assert page.evaluate(HELD_S) < room_s + 2


def test_before_the_first_picture_it_waits_and_then_begins(cinema: Cinema) -> None:
    film = Film([(0.0, 0.0)], status="none")
    page = cinema.show(film)
    expect(page.locator(".slate")).to_contain_text("No camera yet")
    film.recorded = [(film.now_s, None)]
    film.status = "live"
    began = time.monotonic()
    page.evaluate("picture.tell({ status: 'live', at: new Date().toISOString() })")
    plays(page, 0)
    assert time.monotonic() - began < 6
