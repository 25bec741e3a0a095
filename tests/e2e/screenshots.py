"""Pictures of all pages with a game going on, in screenshots/: `make screenshots`.

Phone, tablet and laptop, light and dark. The camera is Chromium's test picture; what is marked
and what cards show is a simulated game.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
from playwright.sync_api import Browser, Page, ViewportSize, expect

from pipeline.court import landmarks
from server.evaluation.simulated_film import FLOOR
from server.simulator.game import SimulatedGame
from tests.browser import chromium
from tests.server_process import ServerProcess, running
from tests.support import ROOT
from tests.web.seen import Json, Seen, people

OUT = ROOT / "screenshots"
SIZES: dict[str, ViewportSize] = {
    "phone": {"width": 390, "height": 844},
    "tablet": {"width": 820, "height": 1180},
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


class Gym:
    """A picture of a simulated game with what is known of it."""

    def __init__(self) -> None:
        game = SimulatedGame(4, size=(960, 540), court="full")
        image, truth = next(game.frames())
        self.still = bytes(cv2.imencode(".jpg", image)[1])
        self.boxes = [
            {"label": box.label, "xyxy": list(box.xyxy)}
            for box in truth.boxes
            if box.id == "ball" or (box.label == "player" and box.visible > 0.9)
        ][:4]
        self.marks: dict[str, list[float]] = {}
        camera = game.camera
        assert camera
        for name, (x, y) in landmarks(FLOOR).items():
            (at,), (depth,) = camera.project(np.array([[x, y, 0.0]]))
            if depth > 0.5 and 12 < at[0] < 948 and 12 < at[1] < 528:
                self.marks[name] = [float(at[0]), float(at[1])]


def cards(seen: Seen, gym: Gym) -> None:
    """A play that is clear, and one that is asked about."""
    seen_of: Json = {"boxes": gym.boxes, "size": [960, 540], "period": 1, "clock_ms": 398_000}
    seen.shot("s1", **seen_of, **people(("home-7", 0.72), ("home-10", 0.2), ("away-8", 0.05)))
    seen.part("a1", "assist", "s1", "home-4")
    unsure = people(("away-8", 0.6), ("away-11", 0.3))
    seen.shot("s2", **seen_of, ask=True, probability=0.5, three=0.5, value=3, **unsure)
    seen.part("r2", "rebound", "s2", "home-13", kind="defensive")
    seen.shot("s3", **seen_of)


def mark(tab: Page, gym: Gym) -> None:
    """Mark the court in the gym's picture, as far as it is in it."""
    tab.get_by_role("button", name="Mark the court").click()
    over = tab.locator(".marker .over")
    over.wait_for()
    tab.wait_for_timeout(300)
    for name, (x, y) in gym.marks.items():
        box = over.bounding_box()
        assert box
        tab.locator(".marker select").select_option(name)
        tab.mouse.click(box["x"] + x / 960 * box["width"], box["y"] + y / 540 * box["height"])
    tab.locator(".marker .line").first.wait_for()
    tab.wait_for_timeout(500)


def pictures(browser: Browser, server: ServerProcess, scheme: str, size: str, gym: Gym) -> None:
    game = server.new_game(GAME)
    play(server, game)
    context = browser.new_context(viewport=SIZES[size], color_scheme=scheme)  # type: ignore[arg-type]
    seen = Seen(context, gym.still)
    context.route(
        "**/cameras/main/still",
        lambda route: route.fulfill(status=200, content_type="image/jpeg", body=gym.still),
    )

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
    mark(camera, gym)
    camera.screenshot(path=OUT / f"camera-marking-{size}-{scheme}.png")
    camera.get_by_role("button", name="Done").click()
    desk = visit("desk")
    desk.locator(".player").first.wait_for()
    save(desk, "desk")
    desk.locator(".player").nth(2).click()
    desk.locator('[data-action="miss2"]').click()
    desk.locator("#plays li", has_text="misses a two").first.wait_for()
    desk.wait_for_timeout(300)
    desk.screenshot(path=OUT / f"desk-after-{size}-{scheme}.png")
    cards(seen, gym)
    desk.locator("#proposals .still img").first.wait_for()
    desk.wait_for_timeout(500)
    desk.screenshot(path=OUT / f"desk-cards-{size}-{scheme}.png")
    desk.locator("#help").click()
    desk.locator("#camera-setup").click()
    desk.locator("#marking .fit").wait_for()
    desk.wait_for_timeout(500)
    desk.screenshot(path=OUT / f"desk-camera-{size}-{scheme}.png")
    desk.keyboard.press("Escape")
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
    gym = Gym()
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "data") as server,
        chromium() as browser,
    ):
        for scheme in ("light", "dark"):
            for size in SIZES:
                pictures(browser, server, scheme, size, gym)
    print(f"{len(list(OUT.glob('*.png')))} pictures in {OUT}")


if __name__ == "__main__":
    main()
