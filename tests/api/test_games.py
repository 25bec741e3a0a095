"""Games over HTTP: made, read, changed, erased, by whoever may."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.api.conftest import Game, problem
from tests.server_process import GAME, ServerProcess
from tests.support import ROOT


def test_a_new_game_has_links_that_a_person_can_open(game: Game, server: ServerProcess) -> None:
    assert set(game.made) >= {"game_id", "links", "tokens"}
    assert set(game.made["tokens"]) == {"camera", "desk", "watch"}
    assert set(game.made["links"]) == {"camera", "desk", "watch", "overlay"}
    for page, link in game.made["links"].items():
        parts = urlsplit(link)
        assert f"{parts.scheme}://{parts.netloc}" == server.url
        assert parts.path == f"/{page}/{game.id}"
        role = "watch" if page == "overlay" else page
        assert parse_qs(parts.query)["token"] == [game.made["tokens"][role]]
        assert game.nobody.get(parts.path).status_code == 200


def test_the_state_names_its_place_in_the_log(game: Game) -> None:
    game.call(call_id="a", type="period_start")
    game.call(call_id="b", type="field_goal", team="home", player="home-4", value=3, made=True)
    state = game.watch.get(game.path).json()
    assert state["game_id"] == game.id
    assert state["epoch"]
    assert (state["seq"], state["period"], state["home"]["score"]) == (2, 1, 3)
    assert state["away"]["score"] == 0
    assert "clock_ms" in state


def test_box_score_as_json_and_as_a_table(game: Game) -> None:
    game.call(call_id="a", type="period_start")
    game.call(call_id="b", type="field_goal", team="away", player="away-00", value=2, made=True)
    box = game.watch.get(f"{game.path}/boxscore").json()
    assert {p["id"]: p["pts"] for p in box["away"]["players"]}["away-00"] == 2
    answer = game.watch.get(f"{game.path}/boxscore.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    line = next(row for row in rows if row["number"] == "00")
    assert (line["team"], line["pts"], line["fgm"]) == ("Bears", "2", "1")
    assert [row["name"] for row in rows[-2:]] == ["Team", "Totals"]
    assert rows[-1]["pts"] == "2"


def test_plays_and_log(game: Game) -> None:
    for n in range(3):
        game.call(call_id=f"p{n}", type="note", text=f"note {n}")
    plays = game.watch.get(f"{game.path}/plays").json()["plays"]
    assert [play["seq"] for play in plays] == sorted(play["seq"] for play in plays)
    log = game.watch.get(f"{game.path}/log", params={"after": 1}).json()
    assert [entry["seq"] for entry in log["entries"]] == [2, 3]
    problem(game.watch.get(f"{game.path}/log", params={"after": "x"}), 422, "malformed")
    problem(game.watch.get(f"{game.path}/log", params={"after": -1}), 422, "malformed")


@pytest.mark.parametrize("path", ["", "/boxscore", "/boxscore.csv", "/plays", "/log", "/proposals"])
def test_reading_needs_a_token_of_this_game(game: Game, server: ServerProcess, path: str) -> None:
    url = game.path + path
    refused = game.nobody.get(url)
    problem(refused, 401, "token-missing")
    assert refused.headers["www-authenticate"].startswith("Bearer")
    assert game.watch.get(url).status_code == 200
    assert game.desk.get(url).status_code == 200, "desk includes watch"
    assert game.nobody.get(url, params={"token": game.made["tokens"]["watch"]}).is_success
    problem(game.camera.get(url), 403, "token-refused")
    other = server.new_game()["tokens"]["desk"]
    problem(game.nobody.get(url, params={"token": other}), 403, "token-refused")
    problem(game.nobody.get(url, params={"token": "x.y.z"}), 401, "token-invalid")
    changed = game.made["tokens"]["desk"][:-3] + "abc"
    problem(game.nobody.get(url, params={"token": changed}), 401, "token-invalid")


def test_watchers_may_not_write(game: Game) -> None:
    body = {"call_id": "a", "type": "period_start"}
    for client in (game.watch, game.camera):
        problem(client.post(f"{game.path}/calls", json=body), 403, "token-refused")
        problem(client.patch(game.path, json={}), 403, "token-refused")
        problem(client.delete(game.path), 403, "token-refused")
        problem(client.delete(f"{game.path}/players/home-4"), 403, "token-refused")
    assert game.desk.get(f"{game.path}/log").json()["entries"] == []


def test_names_change_and_disappear_but_the_log_stays(game: Game) -> None:
    game.call(call_id="a", type="period_start")
    game.call(call_id="b", type="field_goal", team="home", player="home-4", value=2, made=True)
    renamed = game.desk.patch(game.path, json={"home": {"name": "Tigers"}})
    assert renamed.json()["home"]["name"] == "Tigers"
    game.desk.patch(f"{game.path}/players/home-4", json={"name": "Zoë 🏀"})

    def name() -> str | None:
        players = game.watch.get(f"{game.path}/boxscore").json()["home"]["players"]
        found: str | None = next(p["name"] for p in players if p["id"] == "home-4")
        return found

    assert name() == "Zoë 🏀"
    before = game.watch.get(f"{game.path}/log").json()
    assert game.desk.delete(f"{game.path}/players/home-4").status_code == 204
    assert name() is None
    assert game.watch.get(f"{game.path}/log").json() == before
    problem(game.desk.delete(f"{game.path}/players/home-99"), 404, "unknown-player")


def test_hidden_names_are_for_the_desk_only(game: Game) -> None:
    game.desk.patch(game.path, json={"names_hidden": True})
    for suffix in ("/boxscore", "/boxscore.csv"):
        assert "Lion 4" not in game.watch.get(game.path + suffix).text
        assert "Lion 4" in game.desk.get(game.path + suffix).text


def test_an_erased_game_is_gone_for_every_token(game: Game) -> None:
    assert game.desk.delete(game.path).status_code == 204
    for client in (game.desk, game.watch):
        problem(client.get(game.path), 401, "token-invalid")
    problem(game.call(call_id="a", type="period_start"), 401, "token-invalid")


def test_new_links_end_the_old_ones(game: Game, server: ServerProcess) -> None:
    problem(game.watch.post(f"{game.path}/tokens"), 403, "token-refused")
    fresh = game.desk.post(f"{game.path}/tokens")
    assert fresh.status_code == 201
    assert set(fresh.json()) >= {"links", "tokens"}
    problem(game.desk.get(game.path), 401, "token-invalid")
    with server.client(fresh.json()["tokens"]["watch"]) as client:
        assert client.get(game.path).status_code == 200


def test_nobody_lists_all_games_without_the_admin(game: Game, server: ServerProcess) -> None:
    problem(game.nobody.get("/api/v1/games"), 401, "token-missing")
    problem(game.desk.get("/api/v1/games"), 403, "token-refused")
    admin = (server.data / "admin-token").read_text().strip()
    with server.client(admin) as client:
        listed = client.get("/api/v1/games").json()["games"]
        assert game.id in {line["game_id"] for line in listed}
        assert client.get(game.path).status_code == 200
        problem(client.get("/api/v1/games/no-such-game"), 404, "unknown-game")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Host": "elsewhere.example"},
        {"X-Forwarded-For": "198.51.100.7"},
        {"Forwarded": "for=198.51.100.7"},
    ],
)
def test_only_this_machine_makes_games_without_a_token(
    game: Game, server: ServerProcess, headers: dict[str, str]
) -> None:
    problem(game.nobody.post("/api/v1/games", json=GAME, headers=headers), 401, "token-missing")
    problem(game.desk.post("/api/v1/games", json=GAME, headers=headers), 403, "token-refused")
    admin = (server.data / "admin-token").read_text().strip()
    with server.client(admin) as client:
        assert client.post("/api/v1/games", json=GAME, headers=headers).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        [],
        "game",
        {"rules": "chess"},
        {"rules": 4},
        {"rules": {"periods": 2}},
        {"rules": {"base": "youth", "periods": "two"}},
        {"rules": {"base": "youth", "colour": "red"}},
        {"home": 4},
        {"home": {"name": "A", "players": [{"name": "no number"}]}},
        {"home": {"name": "A", "players": [{"number": "4"}, {"number": "4"}]}},
        {"home": {"name": "A", "players": [{"number": "x" * 100}]}},
        {"game_id": "../../etc"},
    ],
)
def test_a_malformed_game_is_refused(game: Game, body: object) -> None:
    answer = game.nobody.post("/api/v1/games", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_league_plays_by_its_own_rules(game: Game, server: ServerProcess) -> None:
    listed = game.nobody.get("/api/v1/rules").json()["rules"]
    youth = next(one for one in listed if one["name"] == "youth")
    assert youth["clock"] == "none"
    own = {"base": "youth", "name": "u12", "periods": 2, "period_minutes": 14, "foul_out": 0}
    made = game.nobody.post("/api/v1/games", json={**GAME, "rules": own}).json()
    path = f"/api/v1/games/{made['game_id']}"
    with server.client(made["tokens"]["desk"]) as desk:
        desk.post(f"{path}/calls", json={"call_id": "a", "type": "period_start"})
        state = desk.get(path).json()
        assert (state["rules"], state["period_label"], state["clock_ms"]) == ("u12", "H1", 840_000)
        assert desk.get(f"{path}/rules").json() == {
            **youth,
            "name": "u12",
            "title": "u12",
            "periods": 2,
            "period_word": "H",
            "period_ms": 840_000,
            "foul_out": 0,
            "foul_windows": [1, 2],
            "timeout_windows": [[1, 2], [2, 2]],
        }
    problem(game.nobody.get(f"{path}/rules"), 401, "token-missing")
    admin = (server.data / "admin-token").read_text().strip()
    with server.client(admin) as client:
        games = client.get("/api/v1/games").json()["games"]
        assert next(g["rules"] for g in games if g["game_id"] == made["game_id"]) == "u12"


def test_the_command_makes_a_game_too(server: ServerProcess, tmp_path: Path) -> None:
    roster = tmp_path / "game.json"
    roster.write_text(json.dumps(GAME))
    command = [sys.executable, "-m", "server.cli", "game", "new", "--url", server.url, "--json"]
    done = subprocess.run([*command, "--file", str(roster)], cwd=ROOT, capture_output=True)
    made = json.loads(done.stdout)
    assert done.returncode == 0
    with server.client(made["tokens"]["watch"]) as client:
        state = client.get(f"/api/v1/games/{made['game_id']}").json()
    assert state["home"]["name"] == "Lions"
    roster.write_text('{"rules": "chess"}')
    refused = subprocess.run([*command, "--file", str(roster)], cwd=ROOT, capture_output=True)
    assert refused.returncode == 2
    assert b"422" in refused.stderr
