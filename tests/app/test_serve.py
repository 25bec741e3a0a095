"""A server's life: start, stop, kill, start again, two at once, https for phones."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from tests.server_process import ServerProcess, running
from tests.support import ROOT, free_port


def score(server: ServerProcess, made: dict[str, object], call_id: str) -> httpx.Response:
    tokens = made["tokens"]
    assert isinstance(tokens, dict)
    with server.client(tokens["desk"]) as client:
        body = {"call_id": call_id, "type": "field_goal", "team": "home", "value": 2, "made": True}
        return client.post(f"/api/v1/games/{made['game_id']}/calls", json=body)


def start(server: ServerProcess, made: dict[str, object]) -> None:
    tokens = made["tokens"]
    assert isinstance(tokens, dict)
    with server.client(tokens["desk"]) as client:
        body = {"call_id": "start", "type": "period_start"}
        client.post(f"/api/v1/games/{made['game_id']}/calls", json=body).raise_for_status()


def redis_of(data: Path) -> int:
    return int(json.loads((data / "redis" / "redis.pid").read_text())["pid"])


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"


@pytest.fixture
def with_a_terminal() -> Iterator[None]:
    """Under `nohup` our children would ignore SIGHUP, as they should there."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.usefixtures("with_a_terminal")
def test_it_stops_soon_and_takes_its_redis_along(tmp_path: Path, how: signal.Signals) -> None:
    with running(tmp_path / "data") as server:
        made = server.new_game()
        redis = redis_of(server.data)
        assert is_alive(redis)
        game, token = made["game_id"], made["tokens"]["watch"]
        events = {"Accept": "text/event-stream", "Authorization": f"Bearer {token}"}
        address = f"{server.url.replace('http', 'ws')}/live/{game}?token={token}"
        with (
            connect(address) as socket,
            server.client() as client,
            client.stream("GET", f"/live/{game}", headers=events) as stream,
        ):
            assert json.loads(socket.recv(5))["type"] == "snapshot"
            assert stream.status_code == 200
            begun = time.monotonic()
            assert server.stop(how) == 0, server.words()
            assert time.monotonic() - begun < 8
        assert not is_alive(redis)
        assert "Traceback" not in server.words()
        assert "ERROR" not in server.words()


def test_a_background_job_of_a_script_stops_too(tmp_path: Path) -> None:
    """A shell starts its background jobs with SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with running(tmp_path / "data") as server:
            assert server.stop(signal.SIGINT) == 0
    finally:
        signal.signal(signal.SIGINT, before)


def test_after_kill_9_the_game_is_as_it_was_acknowledged(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(data) as first:
        made = first.new_game()
        start(first, made)
        for n in range(10):
            assert score(first, made, f"c{n}").status_code == 201
        first.kill()
    with running(data) as second, second.client(made["tokens"]["watch"]) as client:
        assert client.get(f"/api/v1/games/{made['game_id']}").json()["home"]["score"] == 20
        assert score(second, made, "c9").status_code == 200, "answered before, not counted twice"
        assert score(second, made, "c10").status_code == 201
        assert client.get(f"/api/v1/games/{made['game_id']}").json()["home"]["score"] == 22


def test_two_servers_on_one_folder_share_games(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(data) as one, running(data) as other:
        made = one.new_game()
        start(other, made)
        address = f"{other.url.replace('http', 'ws')}/live/{made['game_id']}"
        with connect(f"{address}?token={made['tokens']['watch']}") as viewer:
            assert json.loads(viewer.recv(5))["type"] == "snapshot"
            assert score(one, made, "a").status_code == 201
            deadline = time.monotonic() + 5
            while time.monotonic() < deadline:
                message = json.loads(viewer.recv(5))
                if message["type"] == "update":
                    break
            assert message["state"]["scoreboard"]["home"]["score"] == 2
        assert score(other, made, "a").status_code == 200


def test_redis_may_be_away_at_the_start(tmp_path: Path) -> None:
    url = f"redis://127.0.0.1:{free_port()}"
    with running(tmp_path / "data", "--redis", url) as server:
        made = server.new_game()
        start(server, made)
        assert score(server, made, "a").status_code == 201
        with server.client() as client:
            ready = client.get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["status"] == "degraded"
        assert "redis" in ready.json()["degraded"]
        assert server.stop() == 0


def test_https_for_phones_with_our_own_certificate(tmp_path: Path) -> None:
    port = free_port()
    options = ("--lan", "--https-port", str(port))
    with running(tmp_path / "data", *options) as server:
        made = server.new_game()
        phone = httpx.URL(made["links"]["camera"])
        assert (phone.scheme, phone.port) == ("https", port)
        assert made["links"]["desk"].startswith(server.url)
        trust = ssl.create_default_context(cafile=str(server.data / "tls" / "lan-cert.pem"))
        with httpx.Client(verify=trust, trust_env=False) as client:
            assert client.get(str(phone.copy_with(query=None))).status_code == 200
            # From the LAN nobody makes games without the admin's token.
            assert (
                client.post(f"https://{phone.host}:{port}/api/v1/games", json={}).status_code == 401
            )
            token = (server.data / "admin-token").read_text().strip()
            answer = client.post(
                f"https://{phone.host}:{port}/api/v1/games",
                json={},
                headers={"Authorization": f"Bearer {token}"},
            )
            assert answer.json()["links"]["watch"].startswith(f"https://{phone.host}:{port}/")
        assert "own" in server.words(), "says what the phone will ask"


def test_a_given_secret_and_admin_token_are_used(tmp_path: Path) -> None:
    env = {"COURTSIDE_SECRET": "s" * 20, "COURTSIDE_ADMIN_TOKEN": "a" * 20}
    with running(tmp_path / "one", env=env) as one:
        made = one.new_game()
        with one.client("a" * 20) as client:
            assert client.get("/api/v1/games").status_code == 200
        assert not (one.data / "admin-token").exists()
        assert "a" * 20 not in one.words()
    database = f"sqlite:///{tmp_path / 'one' / 'courtside.sqlite'}"
    with (
        running(tmp_path / "two", "--database", database, env=env) as two,
        two.client(made["tokens"]["desk"]) as client,
    ):
        assert client.get(f"/api/v1/games/{made['game_id']}").status_code == 200


def test_the_demo_films_a_game_and_stops_everything(tmp_path: Path) -> None:
    port = free_port()
    log = tmp_path / "demo.log"
    with log.open("wb") as out:
        demo = subprocess.Popen(
            [
                sys.executable, "-m", "server.cli", "demo", "--json", "--no-lan",
                "--port", str(port), "--data", str(tmp_path / "data"),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=out,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        assert demo.stdout is not None
        line = demo.stdout.readline()
        assert line, log.read_text()
        told = json.loads(line)
        assert set(told["links"]) >= {"watch", "desk", "camera", "overlay"}
        watch = httpx.URL(told["links"]["watch"])
        address = f"ws://127.0.0.1:{port}/live/{told['game_id']}?token={watch.params['token']}"
        with connect(address) as viewer:
            deadline = time.monotonic() + 60
            while json.loads(viewer.recv(60))["type"] != "tracks":
                assert time.monotonic() < deadline, log.read_text()
        desk = httpx.URL(told["links"]["desk"])
        setup = httpx.get(
            f"http://127.0.0.1:{port}/api/v1/games/{told['game_id']}/cameras/main/setup",
            headers={"Authorization": f"Bearer {desk.params['token']}"},
        ).json()
        assert setup["error_m"] < 0.5, "the court of the drawn game is marked"
        assert setup["shirts"]["home"]
        children = _children(demo.pid)
        assert children
        demo.send_signal(signal.SIGINT)
        assert demo.wait(20) == 0, log.read_text()
        assert not [pid for pid in children if is_alive(pid)]
    finally:
        demo.kill()
        demo.communicate()


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(word) for word in text.split()]
