"""The main job on real input: a clip through real WebRTC to a score on a spectator's page."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import filming, picture
from tests.e2e.listener import Listener
from tests.e2e.publisher import ffmpeg_publishing
from tests.server_process import ServerProcess
from tests.support import shared

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

CLIP = "video/clips/three_score_two_miss.mp4"
WINDOW_S = 1.0


def matched(proposals: list[float], labels: list[float]) -> int:
    """How many labels have a proposal within the window, each proposal used once."""
    left = sorted(proposals)
    count = 0
    for label in labels:
        near = [t for t in left if abs(t - label) <= WINDOW_S]
        if near:
            left.remove(min(near, key=lambda t: abs(t - label)))
            count += 1
    return count


def test_a_clip_becomes_a_score(server: ServerProcess, tmp_path: Path) -> None:
    clip = shared(CLIP)
    shots = json.loads(shared("video/clips/shots.json").read_text())[clip.name]
    game = server.new_game()
    tokens = game["tokens"]
    with server.client(tokens["desk"]) as client:
        start = {"call_id": "start", "type": "period_start", "period": 1}
        client.post(f"/api/v1/games/{game['game_id']}/calls", json=start).raise_for_status()
    with Listener(server.url, game["game_id"], tokens["desk"]) as live, filming() as browser:
        phone = browser.new_page(viewport={"width": 390, "height": 844})
        phone.goto(f"{server.url}/watch/{game['game_id']}?token={tokens['watch']}")
        with ffmpeg_publishing(server, clip, game, tmp_path) as publisher:
            assert publisher.wait(60) == 0
        live.wait("camera", 10, status="ended")
        time.sleep(1.5)  # the last shot is decided after the ball has come down
        tracks = live.of("tracks")
        assert max(len(m["items"]) for m in tracks) >= 1, "nobody was tracked"

        seen = {m["proposal"]["id"]: m["proposal"] for m in live.of("proposal")}
        at = [p["media"]["s"] for p in seen.values()]
        found = matched(at, [shot["t"] for shot in shots])
        assert found >= 3, f"{found} of {len(shots)} shots, proposed at {sorted(at)}"
        assert len(at) - found <= 2, f"false ones among {sorted(at)}"

        desk = browser.new_page(viewport={"width": 390, "height": 844})
        desk.goto(f"{server.url}/desk/{game['game_id']}?token={tokens['desk']}")
        first = desk.locator("article.proposal").first
        expect(first).to_be_visible()
        desk.screenshot(path=picture("desk-proposal"))
        accept_as_made(desk, first)
        expect(phone.locator("#board")).to_contain_text("2", timeout=5000)
        phone.screenshot(path=picture("watch-after-accept"))
        with server.client(tokens["watch"]) as client:
            state = client.get(f"/api/v1/games/{game['game_id']}").json()
        assert state["home"]["score"] == 2
        assert state["away"]["score"] == 0


def accept_as_made(desk: Page, card: Locator) -> None:
    """What a thumb does: say that it went in (which is all where the camera asks), accept, tap
    the shooter where nobody is proposed."""
    card.get_by_role("button", name="Made").click()
    accept = card.get_by_role("button", name="Accept")
    if accept.is_visible():
        accept.click()
    if "Who was it?" in desk.locator("#hint").inner_text():
        desk.locator('.team[data-team="home"] button.player').first.click()


def test_chromium_films_a_clip(server: ServerProcess, film: Path) -> None:
    game = server.new_game()
    tokens = game["tokens"]
    with Listener(server.url, game["game_id"], tokens["watch"]) as live, filming(film) as browser:
        page = browser.new_context(permissions=["camera"]).new_page()
        page.goto(f"{server.url}/camera/{game['game_id']}?token={tokens['camera']}")
        page.get_by_role("button", name="Start filming").click(timeout=20_000)
        live.wait("camera", 30, status="live")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if max((len(m["items"]) for m in live.of("tracks")), default=0) >= 5:
                break
            time.sleep(0.2)
        page.screenshot(path=picture("camera-live"))
        most = max(live.of("tracks"), key=lambda m: len(m["items"]))
        assert len(most["items"]) >= 5, "fewer players than half of those on court"
        assert {i["label"] for i in most["items"]} >= {"player"}
        assert most["age_ms"] >= 0
