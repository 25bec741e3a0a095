"""How headless Chromium is started for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from playwright.async_api import Page, async_playwright
from playwright.sync_api import Browser, sync_playwright

from tests.support import need

# It asks nobody, films its own test picture, and calls no one outside.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)
AUTOPLAY = "--autoplay-policy=no-user-gesture-required"


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """A browser, with these arguments besides the usual ones."""
    path = need("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*QUIET, *arguments])
        try:
            yield browser
        finally:
            browser.close()


@asynccontextmanager
async def chromium_page(*arguments: str, **options: Any) -> AsyncIterator[Page]:
    """The same for an event loop: an empty page, with Playwright's options of a context."""
    path = need("chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=[*QUIET, *arguments])
        try:
            yield await browser.new_page(**options)
        finally:
            await browser.close()
