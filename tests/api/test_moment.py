"""The game as of a moment, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.api.conftest import Game, problem


def test_by_wall_time_without_any_camera(game: Game) -> None:
    game.call(call_id="c1", type="period_start")
    basket = {"type": "field_goal", "team": "home", "value": 2, "made": True}
    moment = game.call(call_id="c2", **basket).json()["entries"][0]["moment"]
    assert set(moment) == {"at"}
    before = datetime.fromisoformat(moment["at"]) - timedelta(milliseconds=1)
    for at, points, plays in ((before.isoformat(), 0, 1), (moment["at"], 2, 2)):
        found = game.watch.get(f"{game.path}/moment", params={"at": at}).json()
        assert found["state"]["scoreboard"]["home"]["score"] == points
        assert found["log_seq"] == 2
        for path, count in (("plays", plays), ("shots", plays - 1)):
            listed = game.watch.get(f"{game.path}/{path}", params={"at": at}).json()[path]
            assert len(listed) == count, path
        stats = game.watch.get(f"{game.path}/stats", params={"at": at}).json()
        assert stats["teams"]["home"]["pts"] == points


def test_a_late_call_says_when_it_was_tapped(game: Game) -> None:
    tapped = datetime.now(UTC) - timedelta(minutes=5)
    answer = game.call(call_id="c1", type="timeout", team="home", tapped_at=tapped.isoformat())
    at = datetime.fromisoformat(answer.json()["entries"][0]["moment"]["at"])
    assert timedelta(0) < tapped - at < timedelta(seconds=1)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"s": "1"},
        {"camera": "main"},
        {"camera": "main", "s": "-1"},
        {"camera": "main", "s": "nan"},
        {"camera": "main", "s": "1e300"},
        {"camera": "Ma/in", "s": "1"},
        {"camera": "main", "s": "1", "at": "2026-01-01T00:00:00Z"},
        {"at": "2026-01-01T00:00:00"},
        {"at": "yesterday"},
        {"at": "0001-01-01T00:00:00+01:00"},
        {"at": "9999-12-31T23:59:59-10:00"},
        {"at": "9999-12-31T23:59:59.999999Z"},
    ],
)
def test_what_is_no_moment_is_refused(game: Game, params: dict[str, str]) -> None:
    assert game.watch.get(f"{game.path}/moment", params=params).status_code == 422


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_any_wall_time_has_an_answer(game: Game, at: str) -> None:
    assert game.watch.get(f"{game.path}/moment", params={"at": at}).status_code == 200


def test_it_is_for_who_may_watch_and_of_cameras_that_were(game: Game) -> None:
    params = {"camera": "main", "s": "1"}
    problem(game.watch.get(f"{game.path}/moment", params=params), 404, "unknown-camera")
    assert game.camera.get(f"{game.path}/moment", params=params).status_code == 403
    assert game.nobody.get(f"{game.path}/moment", params=params).status_code == 401
