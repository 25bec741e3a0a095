"""Pictures of all pages with a game going on, in screenshots/: `make screenshots`.

Phone and laptop, light and dark. The camera is Chromium's test picture.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.browser import QUIET
from tests.server_process import ServerProcess, running
from tests.support import ROOT, need

OUT = ROOT / "screenshots"
SIZES: dict[str, ViewportSize] = {
    "phone": {"width": 390, "height": 844},
    "laptop": {"width": 1280, "height": 800},
}
GAME = {
    "rules": "fiba",
    "home": {
        "name": "Riverside Falcons U14",
        "players": [
            {"number": number, "name": name}
            for number, name in zip(
                ["00", "4", "7", "10", "13", "22", "31"],
                ["Ann Lee", "Béla Kiss", "Chloë", "Dmitri", "Eun-ji", "Fatima", "Gus"],
                strict=True,
            )
        ],
    },
    "away": {
        "name": "Otters",
        "players": [
            {"number": number, "name": name}
            for number, name in zip(
                ["5", "8", "11", "14", "17", "20", "23"],
                ["Mia", "Noah", "Oskar", "Pia", "Quentin", "Rosa", "Sam"],
                strict=True,
            )
        ],
    },
}


def script() -> Iterator[dict[str, Any]]:
    """A first quarter, told quickly."""
    yield {"type": "period_start"}
    for team in ("home", "away"):
        five = [player["number"] for player in GAME[team]["players"][:5]]  # type: ignore[index]
        yield {"type": "starters", "team": team, "players": [f"{team}-{n}" for n in five]}
    yield {"type": "clock_start"}
    shots = [
        ("home", "7", 2, True),
        ("away", "8", 3, True),
        ("home", "4", 3, False),
        ("home", "10", 2, True),
        ("away", "11", 2, False),
        ("away", "5", 2, True),
        ("home", "7", 3, True),
        ("away", "17", 2, True),
        ("home", "13", 2, True),
    ]
    for i, (team, number, value, made) in enumerate(shots):
        clock_ms = 580_000 - 21_000 * i
        yield {"type": "clock_set", "clock_ms": clock_ms}
        shot = {"type": "field_goal", "team": team, "player": f"{team}-{number}"}
        yield {**shot, "value": value, "made": made}
        if not made:
            yield {"type": "rebound", "team": "home", "player": "home-00"}
    yield {"type": "assist", "team": "home", "player": "home-4"}
    for _ in range(4):
        yield {"type": "foul", "team": "away", "player": "away-8"}


def play(server: ServerProcess, game: dict[str, Any]) -> None:
    with server.client(game["tokens"]["desk"]) as client:
        for i, call in enumerate(script()):
            answer = client.post(
                f"/api/v1/games/{game['game_id']}/calls", json={"call_id": f"c{i}", **call}
            )
            if answer.is_error:
                raise httpx.HTTPStatusError(answer.text, request=answer.request, response=answer)


def pictures(browser: Browser, server: ServerProcess, scheme: str, size: str) -> None:
    game = server.new_game(GAME)
    play(server, game)
    context = browser.new_context(viewport=SIZES[size], color_scheme=scheme)  # type: ignore[arg-type]

    def visit(page: str) -> Page:
        tab = context.new_page()
        token = game["tokens"].get(page, game["tokens"]["watch"])
        tab.goto(f"{server.url}/{page}/{game['game_id']}?token={token}")
        return tab

    def save(tab: Page, name: str) -> None:
        tab.wait_for_timeout(300)
        tab.screenshot(path=OUT / f"{name}-{size}-{scheme}.png", full_page=True)

    camera = visit("camera")
    camera.locator("#again").wait_for(timeout=60_000)
    save(camera, "camera-check")
    camera.locator("#start").click()
    expect(camera.locator("#state")).to_have_text("Live", timeout=30_000)
    camera.locator("#stats").wait_for()
    save(camera, "camera")
    desk = visit("desk")
    desk.locator(".player").first.wait_for()
    save(desk, "desk")
    desk.locator(".player").nth(2).click()
    desk.locator('[data-action="miss2"]').click()
    desk.locator("#plays li", has_text="misses a two").first.wait_for()
    desk.wait_for_timeout(300)
    desk.screenshot(path=OUT / f"desk-after-{size}-{scheme}.png")
    watch = visit("watch")
    watch.locator("#plays li").first.wait_for()
    save(watch, "watch")
    for tab in ("Box", "Team", "Line-ups", "Shots"):
        watch.get_by_role("tab", name=tab).click()
        watch.locator("[role=tabpanel] :is(table, .soft):visible").first.wait_for()
        save(watch, f"watch-{tab.lower()}")
    sheet = visit("sheet")
    sheet.locator("#sheet").wait_for()
    save(sheet, "sheet")
    overlay = visit("overlay")
    overlay.locator("#bug").wait_for()
    save(overlay, "overlay")
    index = context.new_page()
    index.goto(server.url)
    save(index, "index")
    context.close()


def main() -> None:
    OUT.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "data") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=need("chromium"), args=[*QUIET])
        for scheme in ("light", "dark"):
            for size in SIZES:
                pictures(browser, server, scheme, size)
        browser.close()
    print(f"{len(list(OUT.glob('*.png')))} pictures in {OUT}")


if __name__ == "__main__":
    main()
