"""Setting a camera up over HTTP."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pipeline.court import Floor, landmarks
from server.simulator.camera import Camera
from tests.api.conftest import Game, problem
from tests.server_process import ServerProcess

FIBA = landmarks(Floor(28.0, 15.0, 1.575, 6.75, 6.6))
CORNERS = ("key-left-near", "halfway-near", "halfway-far", "key-left-far")
SIZE = (960, 540)


def seen(marks: tuple[str, ...] = CORNERS, size: tuple[int, int] = SIZE) -> list[dict[str, Any]]:
    """Where a phone beside the court sees the points."""
    phone = Camera.looking(np.array([-4.0, -16, 3]), 1.6, -0.12, 0.01, 0.7 * size[0], size)
    px, _ = phone.project(np.array([(*FIBA[mark], 0.0) for mark in marks]))
    return [{"px": at, "mark": mark} for at, mark in zip(px.tolist(), marks, strict=True)]


def where(game: Game, camera: str = "main") -> str:
    return f"{game.path}/cameras/{camera}/setup"


def test_a_camera_that_nobody_set_up(game: Game) -> None:
    for client in (game.desk, game.camera):
        answer = client.get(where(game))
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert (body["court"], body["scoreboard"], body["home_attacks"]) == (None, None, None)
        assert body["shirts"] == {"home": None, "away": None}
        assert (body["error_m"], body["lines"]) == (None, [])
        assert body["floor"]["marks"]["corner-right-far"] == [14.0, 7.5]
        assert len(body["floor"]["lines"]) > 8


def test_four_taps_say_where_the_court_is(game: Game) -> None:
    points = seen()
    told = {"court": {"size": list(SIZE), "points": points, "media_s": 3.5}}
    answer = game.camera.put(where(game), json=told)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert 0.01 < body["error_m"] < 0.5
    assert body["court"]["media_s"] == 3.5
    drawn = np.concatenate([np.array(line) for line in body["lines"]])
    assert drawn.min() > -20
    assert (drawn < np.array(SIZE) + 20).all()
    tapped = np.array([point["px"] for point in points])
    near = np.hypot(*(drawn[None] - tapped[:, None]).transpose(2, 0, 1)).min(axis=1)
    assert near.max() < 8  # pixels from each mark to the nearest vertex of a line through it
    assert game.desk.get(where(game)).json() == body
    # Each camera has its own.
    assert game.desk.get(where(game, "end")).json()["court"] is None


def test_points_may_be_given_in_metres(game: Game) -> None:
    points = [{"px": one["px"], "xy_m": list(FIBA[one["mark"]])} for one in seen()]
    told = {"court": {"size": list(SIZE), "points": points}}
    assert game.camera.put(where(game), json=told).status_code == 200


def test_the_rest_and_what_is_left_out_stays(game: Game) -> None:
    board = {"size": [960, 540], "corners": [[160, 80], [40, 30], [160, 30], [40, 80]]}
    told: dict[str, Any] = {"scoreboard": board, "home_attacks": "right"}
    game.desk.put(where(game), json=told)
    game.desk.put(where(game), json={"shirts": {"home": "#F0F0f0"}})
    body = game.desk.put(where(game), json={"shirts": {"away": "#20307a"}}).json()
    assert body["shirts"] == {"home": "#f0f0f0", "away": "#20307a"}
    assert body["home_attacks"] == "right"
    # Clockwise from the top left, in whatever order they were tapped.
    assert body["scoreboard"]["corners"] == [[40, 30], [160, 30], [160, 80], [40, 80]]
    body = game.desk.put(where(game), json={"scoreboard": None, "shirts": None}).json()
    assert body["scoreboard"] is None
    assert body["shirts"] == {"home": None, "away": None}
    assert body["home_attacks"] == "right"


def bent(change: Any) -> dict[str, Any]:
    points = seen()
    change(points)
    return {"court": {"size": list(SIZE), "points": points}}


def swap(points: list[dict[str, Any]], a: int, b: int) -> None:
    points[a]["mark"], points[b]["mark"] = points[b]["mark"], points[a]["mark"]


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (bent(lambda p: swap(p, 0, 1)), "marks-do-not-fit", "swapped"),
        (bent(lambda p: p.pop()), "marks-missing", "4"),
        (bent(lambda p: p[0].update(px=p[1]["px"])), "marks-do-not-fit", "one spot"),
        (bent(lambda p: p[0].update(px=[480, 20])), "marks-do-not-fit", "mark"),
        (bent(lambda p: p[0].update(mark="the-bench")), "unknown-mark", "the-bench"),
        (bent(lambda p: p[0].update(xy_m=[1, 2])), "malformed", "mark 1"),
        (bent(lambda p: p[0].update(px=[1e9, 2])), "malformed", "mark 1"),
        (bent(lambda p: p[0].update(px=[True, 2])), "malformed", "mark 1"),
        ({"court": {"size": [0, 5], "points": seen()}}, "malformed", "size"),
        ({"court": 5}, "malformed", "court"),
        ({"cuort": None}, "unknown-field", "cuort"),
        ({"shirts": {"home": "red"}}, "malformed", "#c03020"),
        ({"shirts": {"referee": "#ffffff"}}, "unknown-field", "referee"),
        ({"home_attacks": "up"}, "malformed", "left"),
        (
            {"scoreboard": {"size": [9e9, 9], "corners": []}},
            "malformed",
            "size",
        ),
        (
            {"scoreboard": {"size": [90, 90], "corners": [[0, 0], [9, 9], [20, 20], [30, 30]]}},
            "no-rectangle",
            "four corners",
        ),
        ([], "malformed", "body"),
    ],
)
def test_what_makes_no_sense_is_said_in_words_and_changes_nothing(
    game: Game, body: Any, kind: str, words: str
) -> None:
    before = game.desk.put(where(game), json={"home_attacks": "left"}).json()
    document = problem(game.camera.put(where(game), json=body), 422, kind)
    assert words in document["detail"]
    assert game.desk.get(where(game)).json() == before


def test_watchers_and_strangers_may_not(game: Game, server: ServerProcess) -> None:
    problem(game.watch.get(where(game)), 403, "token-refused")
    problem(game.watch.put(where(game), json={}), 403, "token-refused")
    problem(game.nobody.get(where(game)), 401, "token-missing")
    problem(game.watch.get(f"{game.path}/cameras/main/still"), 403, "token-refused")
    other = server.new_game()["game_id"]
    problem(
        game.camera.put(f"/api/v1/games/{other}/cameras/main/setup", json={}), 403, "token-refused"
    )


def test_a_camera_that_films_nothing_has_no_still(game: Game) -> None:
    problem(game.desk.get(f"{game.path}/cameras/main/still"), 404, "no-still")


def test_it_goes_with_the_game(game: Game, server: ServerProcess) -> None:
    game.desk.put(where(game), json={"home_attacks": "left"})
    assert game.desk.delete(game.path).status_code == 204
    problem(game.desk.get(where(game)), 401, "token-invalid")
    with server.client((server.data / "admin-token").read_text().strip()) as admin:
        assert admin.get(where(game)).status_code == 404
