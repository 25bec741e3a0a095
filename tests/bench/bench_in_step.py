"""Is the score ever shown before the shot, and how long after it?

A camera films, shots fall at known seconds of its picture, and a scorekeeper says so as people
do: after a while that differs each time. Home's shots were seen by a camera (the call carries the
second), away's were only tapped. Real pages in Chromium watch by WebRTC, by the recording, at
simulated delays without a picture (which costs them nothing), and the overlay with a fixed delay.
What a page shows is compared with the second of the picture that it shows.
"""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import httpx
from playwright.sync_api import Page

from tests.bench.scorekeeper import delay_s
from tests.browser import chromium
from tests.server_process import running
from tests.web.behind import Hall, filmed
from tests.web.conftest import PHONE

BETWEEN_S = 1.0
DELAYS_S = (0.3, 3.0, 6.0, 20.0)
"""WebRTC, low-latency HLS, HLS through a network of caches, a viewer who went back."""

OVERLAY_S = 6.0
LEAST_S = 20.0

# [home or away, the score, the second on the screen] of every change.
SEEN = """() => {
  window.seen = [];
  for (const side of ["home", "away"]) {
    const number = document.querySelector(`[data-score="${side}"]`);
    new MutationObserver(() => {
      const {s, ms} = window.head
        ?? {s: Date.now() / 1000 - window.originS - window.delayS, ms: performance.now()};
      window.seen.push([side, Number(number.textContent), s + (performance.now() - ms) / 1000]);
    }).observe(number, {childList: true, characterData: true, subtree: true});
  }
}"""


@dataclass(frozen=True, order=True)
class Shot:
    """told_s: when it is told; both are seconds of the picture."""

    told_s: float
    at_s: float
    side: str


def main(seconds: float) -> dict[str, object]:
    """Shots for about `seconds`: a third of them for the simulated delays, a third for each way
    of a real picture."""
    each_s = max(LEAST_S, seconds / 3)
    figures: dict[str, object] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "data", "--eyes", "off") as server,
        chromium() as browser,
    ):
        for ways in (
            {
                **{f"{delay_s:g} s behind": ("none", delay_s) for delay_s in DELAYS_S},
                f"overlay, {OVERLAY_S:g} s": ("overlay", OVERLAY_S),
            },
            {"by WebRTC": ("whep", 0.0)},
            {"by the recording": ("mse", 0.0)},
        ):
            with filmed(server) as hall, server.client(hall.game["tokens"]["desk"]) as desk:
                pages = {
                    name: hall.page(browser.new_context(viewport=PHONE), way, delay_s)
                    for name, (way, delay_s) in ways.items()
                }
                for name, page in pages.items():
                    if not name.startswith("overlay"):
                        page.wait_for_function("() => window.head !== undefined", timeout=30_000)
                    page.evaluate(SEEN)
                longest_s = max(delay_s for _, delay_s in ways.values())
                shots = _play(desk, hall, each_s, longest_s, next(iter(pages.values())))
                for name, page in pages.items():
                    seen = page.evaluate("() => window.seen")
                    for side, told in (("home", "seen"), ("away", "tapped")):
                        at_s = sorted(shot.at_s for shot in shots if shot.side == side)
                        figures |= _figures(f"{name}, {told}", at_s, side, seen)
                    page.context.close()
    return figures


def _figures(name: str, at_s: list[float], side: str, seen: list[Any]) -> dict[str, object]:
    """at_s: of the shots, in order. seen: (side, score, second on the screen)."""
    late = []
    for n, at in enumerate(at_s, start=1):
        shown = [second for of, score, second in seen if of == side and score >= n]
        if shown:
            late.append(min(shown) - at)
    if len(late) < 2:
        return {f"{name}: shown": len(late)}
    return {
        f"{name}: shown": len(late),
        f"{name}: early (share)": sum(value < 0 for value in late) / len(late),
        f"{name}: the earliest (ms)": 1000 * min(late),
        f"{name}: late p50 (ms)": 1000 * statistics.median(late),
        f"{name}: late p95 (ms)": 1000 * statistics.quantiles(late, n=20)[-1],
    }


def _play(
    desk: httpx.Client, hall: Hall, seconds: float, longest_s: float, page: Page
) -> list[Shot]:
    """Make shots, tell them when they are told, and wait until all are shown."""
    random = Random(5)
    begin = hall.now_s + 1.0
    shots = []
    for n in range(int(seconds / BETWEEN_S)):
        at_s = begin + BETWEEN_S * (n + random.random())
        told_s = at_s + delay_s(random)
        shots.append(Shot(told_s, at_s, random.choice(("home", "away"))))
    _say(desk, hall, {"call_id": "start", "type": "period_start"})
    for number, shot in enumerate(sorted(shots), start=1):
        while (left_s := shot.told_s - hall.now_s) > 0:
            # The pages' observers run in the browser; this only lets playwright breathe.
            page.wait_for_timeout(min(50.0, 1000 * left_s))
        body = {"call_id": f"shot{number}", "type": "free_throw", "team": shot.side, "made": True}
        if shot.side == "home":
            body["media"] = {"camera": "main", "s": shot.at_s}
        _say(desk, hall, body)
    page.wait_for_timeout(1000 * (longest_s + 6))
    return shots


def _say(desk: httpx.Client, hall: Hall, body: dict[str, Any]) -> None:
    desk.post(f"/api/v1/games/{hall.game['game_id']}/calls", json=body).raise_for_status()
