"""From a tap at the desk to the number on a spectator's page, both real pages in Chromium.

Browser, server, Redis and log run on this one machine, so their work is part of the figure.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser import chromium
from tests.server_process import ServerProcess, running
from tests.web.conftest import PHONE

LEAST_CALLS = 50
BETWEEN_MS = 150
# A game that is nearly over, whose first basket is corrected again and again.
GAME_ENTRIES = 600
LEAST_CORRECTIONS = 20
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

# A correction as the desk's page sends it, without its dialogs; the moment it was sent.
CORRECT = """async ([path, token, body]) => {
  const at = performance.timeOrigin + performance.now();
  const headers = {"Content-Type": "application/json", Authorization: `Bearer ${token}`};
  const answer = await fetch(path, {method: "POST", headers, body: JSON.stringify(body)});
  if (!answer.ok) throw new Error(await answer.text());
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
        chromium() as browser,
    ):
        game = server.new_game()
        desk = _open(browser.new_context(viewport=PHONE).new_page(), server, game, "desk")
        watch = _open(browser.new_context(viewport=PHONE).new_page(), server, game, "watch")
        desk.get_by_role("button", name="Start game").click()
        watch.evaluate(WATCH)
        calls = max(LEAST_CALLS, int(seconds * 1000 / (BETWEEN_MS + 100)))
        changed, painted, nothing = _measure(desk, watch, calls)
        corrected = _correct(server, game, desk, watch, max(LEAST_CORRECTIONS, calls // 4))
    return {
        "calls": calls,
        "tap to number changed p50 (ms)": statistics.median(changed),
        "tap to number changed p95 (ms)": _p95(changed),
        "tap to number painted p50 (ms)": statistics.median(painted),
        "tap to number painted p95 (ms)": _p95(painted),
        f"correction in a game of {GAME_ENTRIES} entries to number changed p50 (ms)": (
            statistics.median(corrected)
        ),
        f"correction in a game of {GAME_ENTRIES} entries to number changed p95 (ms)": _p95(
            corrected
        ),
        "baseline: a request that does nothing p50 (ms)": statistics.median(nothing),
        "baseline: a request that does nothing p95 (ms)": _p95(nothing),
        "tap to number changed p50 / baseline": statistics.median(changed)
        / statistics.median(nothing),
        "correction to number changed p50 / baseline": statistics.median(corrected)
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


def _correct(
    server: ServerProcess, game: dict[str, Any], desk: Page, watch: Page, times: int
) -> list[float]:
    """Milliseconds from each correction of a basket of the first period to the changed number.

    The rest of the game comes after it, so everything is folded again."""
    path, token = f"/api/v1/games/{game['game_id']}/calls", game["tokens"]["desk"]
    basket = {"type": "field_goal", "team": "home", "value": 2, "made": True, "clock_ms": 600_000}
    miss = {"type": "field_goal", "team": "away", "value": 2, "made": False, "clock_ms": 300_000}
    with server.client(token) as client:
        made = client.post(path, json={"call_id": "first", **basket}).raise_for_status().json()
        seq = made["entries"][0]["seq"]
        for first in range(seq, GAME_ENTRIES, 40):
            rest = range(first, min(first + 40, GAME_ENTRIES))
            calls = [{"call_id": f"rest{number}", **miss} for number in rest]
            client.post(path, json=calls).raise_for_status()
        score = client.get(path.removesuffix("/calls")).json()["home"]["score"]
    home = watch.locator('[data-score="home"]')
    home.filter(has_text=str(score)).wait_for()
    taken = []
    for number in range(times):
        value = 3 if number % 2 == 0 else 2
        body = {"call_id": f"amend{number}", "type": "amend", "links": seq, "value": value}
        watch.evaluate("window.seen = {}")
        sent = desk.evaluate(CORRECT, [path, token, body])
        shown = str(score + value - 2)
        seen = watch.wait_for_function(
            "score => window.seen[score]", arg=shown, polling=20, timeout=GIVE_UP_MS
        ).json_value()
        taken.append(seen[0] - sent)
        desk.wait_for_timeout(BETWEEN_MS)
    return taken


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
