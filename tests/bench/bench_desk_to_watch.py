"""From a tap at the desk to the number on a spectator's page, both real pages in Chromium.

Browser, server, Redis and log run on this one machine, so their work is part of the figure.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.browser import QUIET
from tests.server_process import ServerProcess, running
from tests.support import need
from tests.web.conftest import PHONE

LEAST_CALLS = 50
BETWEEN_MS = 150
GIVE_UP_MS = 10_000

# Times are milliseconds since 1970 with fractions: both pages share this machine's clock.
WATCH = """() => {
  const number = document.querySelector('[data-score="home"]');
  const now = () => performance.timeOrigin + performance.now();
  window.seen = {};
  new MutationObserver(() => {
    const score = number.textContent;
    const changed = now();
    requestAnimationFrame(() => setTimeout(() => { window.seen[score] = [changed, now()]; }));
  }).observe(number, {childList: true, characterData: true, subtree: true});
}"""

TAP = """() => {
  document.querySelector('.team[data-team="home"] .player').click();
  const at = performance.timeOrigin + performance.now();
  document.querySelector('[data-action="madeft"]').click();
  return at;
}"""

# What this machine, as busy as it is, needs for a request that does nothing.
NOTHING = """async () => {
  const from = performance.now();
  await (await fetch("/healthz", {cache: "no-store"})).text();
  return performance.now() - from;
}"""


def main(seconds: float) -> dict[str, object]:
    """At least 50 taps, for about `seconds`."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "data") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=need("chromium"), args=[*QUIET])
        game = server.new_game()
        desk = _open(browser.new_context(viewport=PHONE).new_page(), server, game, "desk")
        watch = _open(browser.new_context(viewport=PHONE).new_page(), server, game, "watch")
        desk.get_by_role("button", name="Start game").click()
        watch.evaluate(WATCH)
        calls = max(LEAST_CALLS, int(seconds * 1000 / (BETWEEN_MS + 100)))
        changed, painted, nothing = _measure(desk, watch, calls)
        browser.close()
    return {
        "calls": calls,
        "tap to number changed p50 (ms)": statistics.median(changed),
        "tap to number changed p95 (ms)": _p95(changed),
        "tap to number painted p50 (ms)": statistics.median(painted),
        "tap to number painted p95 (ms)": _p95(painted),
        "baseline: a request that does nothing p50 (ms)": statistics.median(nothing),
        "baseline: a request that does nothing p95 (ms)": _p95(nothing),
        "tap to number changed p50 / baseline": statistics.median(changed)
        / statistics.median(nothing),
    }


def _open(page: Page, server: ServerProcess, game: dict[str, Any], name: str) -> Page:
    page.goto(f"{server.url}/{name}/{game['game_id']}?token={game['tokens'][name]}")
    page.locator("#line", has_text="Live").wait_for()
    return page


def _measure(desk: Page, watch: Page, calls: int) -> tuple[list[float], list[float], list[float]]:
    """Milliseconds from each tap to the change of the number and to its picture; and of a
    request that does nothing."""
    changed, painted, nothing = [], [], []
    for score in range(1, calls + 1):
        tapped = desk.evaluate(TAP)
        seen = watch.wait_for_function(
            "score => window.seen[score]", arg=str(score), polling=20, timeout=GIVE_UP_MS
        ).json_value()
        changed.append(seen[0] - tapped)
        painted.append(seen[1] - tapped)
        nothing.append(desk.evaluate(NOTHING))
        desk.wait_for_timeout(BETWEEN_MS)
    return changed, painted, nothing


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
