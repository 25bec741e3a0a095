"""The live addresses as a browser sees them: a real server, real sockets."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
import uvicorn
import websockets
from fastapi import FastAPI, Request
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse

from server.access.roles import Identity
from server.live import sockets
from server.live.sockets import Patience, parse_since
from server.problems import Problem
from tests.live.conftest import GAME, Checker, Process, Stage, until

REVOKED: set[str] = set()


async def authorize(connection: HTTPConnection, game: str, role: str) -> Identity:
    token = connection.query_params.get("token")
    if token is None or token in REVOKED:
        raise Problem(401, "token-missing", "Send a token.", {"WWW-Authenticate": "Bearer"})
    if token == "camera":
        raise Problem(403, "token-refused", "No.")
    return Identity("desk" if token == "desk" else "watch", game, "1")


@asynccontextmanager
async def serving(process: Process, patience: Patience | None = None) -> AsyncIterator[str]:
    """host:port of a server with the live addresses."""
    app = FastAPI()
    app.include_router(sockets.router(process.hub, authorize, patience))

    @app.exception_handler(Problem)
    async def refuse(request: Request, problem: Problem) -> JSONResponse:
        return JSONResponse(problem.document(), problem.status, dict(problem.headers))

    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve([listener]))
    try:
        await until(lambda: server.started)
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listener.close()


async def read(connection: websockets.ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(await asyncio.wait_for(connection.recv(), 5))
    return message


async def until_closed(connection: websockets.ClientConnection) -> None:
    while True:
        await read(connection)


async def test_snapshot_updates_and_resume(stage: Stage) -> None:
    a, b = await stage.process("a"), await stage.process("b")
    async with serving(a) as host:
        address = f"ws://{host}/live/{GAME}?token=watch"
        async with websockets.connect(address) as viewer:
            snapshot = await read(viewer)
            assert snapshot["type"] == "snapshot"
            assert snapshot["state"]["roster"]["home"] == [{"id": "home-7"}]
            await b.call()
            update = await read(viewer)
            assert (update["type"], update["seq"]) == ("update", 1)
        await b.call()
        await b.call()
        since = f"{update['epoch']}:{update['seq']}"
        async with websockets.connect(f"{address}&since={since}") as viewer:
            seen = 1
            while seen < 3:
                update = await read(viewer)
                assert update["type"] == "update"
                assert update["entries"][0]["seq"] == seen + 1
                seen = update["seq"]
        await until(lambda: a.hub.viewers_here == 0)


async def test_names_are_for_the_desk_where_the_game_hides_them(stage: Stage) -> None:
    a = await stage.process("a")
    async with (
        serving(a) as host,
        websockets.connect(f"ws://{host}/live/{GAME}?token=desk") as desk,
        websockets.connect(f"ws://{host}/live/{GAME}?token=watch") as watch,
    ):
        assert (await read(desk))["state"]["roster"]["home"][0]["name"] == "Ann"
        assert "name" not in (await read(watch))["state"]["roster"]["home"][0]
        stage.books.names["home-7"] = "Bea"
        await a.hub.announce(GAME, {"type": "roster"})
        renewed = await read(desk)
        assert renewed["type"] == "snapshot"
        assert renewed["state"]["roster"]["home"][0]["name"] == "Bea"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (GAME, 4401),
        (f"{GAME}?token=camera", 4403),
        ("nowhere?token=watch", 4404),
    ],
)
async def test_closing_codes(stage: Stage, path: str, code: int) -> None:
    async with serving(await stage.process("a")) as host:
        async with websockets.connect(f"ws://{host}/live/{path}") as viewer:
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await viewer.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == code


async def test_a_token_revoked_meanwhile_ends_the_socket(stage: Stage) -> None:
    a = await stage.process("a")
    quick = Patience(heartbeat_s=0.05, recheck_s=0.1)
    async with (
        serving(a, quick) as host,
        websockets.connect(f"ws://{host}/live/{GAME}?token=soon-revoked") as viewer,
    ):
        await read(viewer)
        assert (await read(viewer))["type"] == "ping"
        REVOKED.add("soon-revoked")
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await until_closed(viewer)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401


async def test_a_full_server_says_so(stage: Stage) -> None:
    a = await stage.process("a")
    async with serving(a, Patience(viewers=1)) as host:
        address = f"{host}/live/{GAME}?token=watch"
        async with websockets.connect(f"ws://{address}") as viewer:
            await read(viewer)
            async with websockets.connect(f"ws://{address}") as second:
                with pytest.raises(websockets.ConnectionClosed) as closed:
                    await second.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4429
            async with httpx.AsyncClient() as client:
                answer = await client.get(
                    f"http://{address}", headers={"Accept": "text/event-stream"}
                )
            assert answer.status_code == 429


async def test_a_viewer_on_a_stalled_network_gets_a_snapshot_and_costs_no_memory(
    stage: Stage,
) -> None:
    a = await stage.process("a")
    async with (
        serving(a) as host,
        # Uncompressed: a padding of one letter would never fill a buffer.
        websockets.connect(
            f"ws://{host}/live/{GAME}?token=watch", max_queue=1, compression=None, close_timeout=1
        ) as stalled,
    ):
        await read(stalled)
        # The client reads nothing: its queue, both kernel buffers and the server's fill up.
        await a.hub.announce(GAME, {"type": "camera", "camera": "main", "status": "live"})
        for _ in range(600):
            update = stage.books.append(GAME)
            padded = {**update.sections, "padding": "x" * 20_000}
            await a.hub.publish(
                GAME, type(update)(GAME, update.epoch, update.seq, update.entries, padded)
            )
            await asyncio.sleep(0)
        await until(lambda: a.hub.renewals >= 1)
        viewer = Checker()
        while viewer.seq != 600:
            message = await read(stalled)
            viewer.take(message)
        assert viewer.state["scoreboard"] == {"score": 600}


class Events:
    """A reader of server-sent events."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def next(self) -> tuple[str | None, dict[str, Any]]:
        """(id, data) of the next event."""
        place: str | None = None
        async with asyncio.timeout(5):
            async for line in self._lines:
                if line.startswith("id: "):
                    place = line[4:]
                elif line.startswith("data: "):
                    return place, json.loads(line[6:])
        raise AssertionError("the stream ended")


@asynccontextmanager
async def listening(url: str, last_id: str | None = None) -> AsyncIterator[Events]:
    headers = {"Accept": "text/event-stream"}
    if last_id is not None:
        headers["Last-Event-ID"] = last_id
    async with httpx.AsyncClient() as client, client.stream("GET", url, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        yield Events(answer.aiter_lines())


async def test_server_sent_events_are_the_same_messages_and_resume(stage: Stage) -> None:
    a = await stage.process("a")
    async with serving(a) as host:
        address = f"{host}/live/{GAME}?token=watch"
        async with websockets.connect(f"ws://{address}") as viewer:
            async with listening(f"http://{address}") as events:
                place, message = await events.next()
                assert message == await read(viewer)
                assert place == f"{stage.books.epoch}:0"
                await a.call()
                place, message = await events.next()
                assert message == await read(viewer)
                await a.hub.announce(GAME, {"type": "flags", "camera": "main", "flags": [1]})
                nowhere, message = await events.next()
                assert nowhere is None
                assert (
                    message
                    == await read(viewer)
                    == {"type": "flags", "camera": "main", "flags": [1]}
                )
            await a.call()
            async with listening(f"http://{address}&since=x:1", last_id=place) as events:
                _, message = await events.next()
                assert (message["type"], message["seq"]) == ("update", 2)
        await until(lambda: a.hub.viewers_here == 0)


async def test_a_listener_who_takes_nothing_is_gone_after_a_while(stage: Stage) -> None:
    a = await stage.process("a")
    async with serving(a, Patience(send_s=0.3)) as host:
        name, _, port = host.partition(":")
        loop = asyncio.get_running_loop()
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setblocking(False)
            await loop.sock_connect(client, (name, int(port)))
            request = f"GET /live/{GAME}?token=watch HTTP/1.1\r\nHost: {host}\r\n"
            accept = "Accept: text/event-stream\r\n\r\n"
            await loop.sock_sendall(client, (request + accept).encode())
            await until(lambda: a.hub.viewers_here == 1)
            async with asyncio.timeout(20):
                while a.hub.viewers_here:
                    update = stage.books.append(GAME)
                    padded = {**update.sections, "padding": "x" * 50_000}
                    await a.hub.publish(GAME, replace(update, sections=padded))
                    await asyncio.sleep(0.002)


async def test_refusals_over_http_are_problems(stage: Stage) -> None:
    async with serving(await stage.process("a")) as host, httpx.AsyncClient() as client:
        url = f"http://{host}/live"
        events = {"Accept": "text/event-stream"}
        assert (await client.get(f"{url}/{GAME}?token=watch")).status_code == 406
        missing = await client.get(f"{url}/{GAME}", headers=events)
        assert missing.status_code == 401
        assert missing.headers["www-authenticate"] == "Bearer"
        unknown = await client.get(f"{url}/nowhere?token=watch", headers=events)
        assert (unknown.status_code, unknown.json()["type"]) == (404, "unknown-game")


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("log-1:7", ("log-1", 7)),
        ("a:b:7", ("a:b", 7)),
        (None, None),
        ("", None),
        ("7", None),
        (":7", None),
        ("log-1:-7", None),
        ("log-1:7.0", None),
        ("log-1:٧", None),
        ("log-1:" + "9" * 40, None),
    ],
)
def test_parse_since(text: str | None, since: tuple[str, int] | None) -> None:
    assert parse_since(text) == since
