"""What every address has in common: problems, headers, pages, health."""

from __future__ import annotations

import json
import re

import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from tests.api.conftest import Game, problem
from tests.server_process import ServerProcess


def test_unknown_addresses_and_methods(game: Game) -> None:
    problem(game.nobody.get("/nope"), 404, "not-found")
    answer = game.nobody.put("/healthz")
    problem(answer, 405, "method-not-allowed")
    assert "GET" in answer.headers["allow"]
    problem(game.nobody.get("/api/v1/games/Bad_Name"), 401, "token-missing")


def test_pages_are_the_same_for_everyone_and_private(game: Game) -> None:
    for path in ("/", "/camera/x", "/desk/x", "/watch/x", "/overlay/x", "/sheet/x"):
        answer = game.nobody.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "noindex" in answer.headers["x-robots-tag"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"
        again = game.nobody.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_everything_that_pages_load_is_there(game: Game) -> None:
    wanted = set()
    for path in ("/", "/camera/x", "/desk/x", "/watch/x", "/overlay/x", "/sheet/x"):
        wanted |= set(re.findall(r'(?:src|href)="(/web/[^"]+)"', game.nobody.get(path).text))
    assert wanted
    seen: set[str] = set()
    while wanted - seen:
        name = (wanted - seen).pop()
        seen.add(name)
        answer = game.nobody.get(name)
        assert answer.status_code == 200, name
        wanted |= {f"/web/{found}" for found in re.findall(r'from "\./([^"]+)"', answer.text)}
    assert any(name.endswith(".js") for name in seen)


@pytest.mark.parametrize("name", ["__init__.py", "..%2fserver%2fcli.py", "%2e%2e/pyproject.toml"])
def test_nothing_but_the_public_files_is_served(game: Game, name: str) -> None:
    problem(game.nobody.get(f"/web/{name}"), 404, "not-found")


def test_robots_stay_out(game: Game) -> None:
    assert "Disallow: /" in game.nobody.get("/robots.txt").text


def test_ready_says_what_it_really_runs_on(game: Game) -> None:
    ready = game.nobody.get("/readyz")
    assert ready.status_code == 200
    body = ready.json()
    assert body["status"] == "ready"
    assert body["inference"]["requested"] == "auto"
    assert body["inference"]["obtained"] in ("cpu", "cuda")
    assert body["inference"]["provider"].endswith("ExecutionProvider")
    assert body["cameras"] == []
    assert game.id not in ready.text


def test_metrics_are_prometheus_text_without_names(game: Game) -> None:
    answer = game.nobody.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = {f.name: f for f in text_string_to_metric_families(answer.text)}
    assert "courtside_loop_delay_seconds" in families
    assert "courtside_frame_age_seconds" in families
    assert families["courtside_redis_degraded"].samples[0].value == 0
    assert game.id not in answer.text


def test_the_api_describes_itself(game: Game) -> None:
    document = game.nobody.get("/api/v1/openapi.json").json()
    paths = document["paths"]
    assert "post" in paths["/api/v1/games"]
    assert "requestBody" in paths["/api/v1/games/{game}/calls"]["post"]
    assert not [p for p in paths if p.startswith(("/desk/", "/watch/"))]
    page = game.nobody.get("/api")
    assert "/api/v1/games/{game}/calls" in page.text
    assert page.headers["content-type"] == "text/html; charset=utf-8"


def test_the_uplink_check_counts_and_is_limited(game: Game) -> None:
    path = "/api/v1/check/uplink"
    problem(game.nobody.post(path, content=b"x"), 401, "token-missing")
    problem(game.watch.post(path, content=b"x"), 403, "token-refused")
    assert game.camera.post(path, content=b"x" * 1_500_000).json() == {"bytes": 1_500_000}
    problem(game.camera.post(path, content=b"x" * 2_500_000), 413, "too-large")
    for _ in range(10):
        answer = game.camera.post(path, content=b"x")
    problem(answer, 429, "too-many-requests")
    assert int(answer.headers["retry-after"]) >= 1


def test_tokens_do_not_reach_the_log(game: Game, server: ServerProcess) -> None:
    game.nobody.get(game.path, params={"token": game.made["tokens"]["watch"]})
    assert game.made["tokens"]["watch"] not in server.words()


def test_who_watches_an_erased_game_is_sent_away(game: Game, server: ServerProcess) -> None:
    address = f"{server.url.replace('http', 'ws')}/live/{game.id}"
    with connect(f"{address}?token={game.made['tokens']['watch']}") as viewer:
        assert json.loads(viewer.recv(5))["type"] == "snapshot"
        assert game.desk.delete(game.path).status_code == 204
        with pytest.raises(ConnectionClosedError):
            list(viewer)  # whatever was on its way, until the server closes
    assert viewer.close_code in (4404, 4401)


def test_a_crowd_behind_one_address_may_load_pages(game: Game) -> None:
    statuses = {game.nobody.get("/robots.txt").status_code for _ in range(400)}
    assert statuses == {200}
