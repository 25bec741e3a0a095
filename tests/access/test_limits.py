from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import Message
from starlette.websockets import WebSocket

from server.access.limits import RateLimit, RequestLimits
from server.clock import ManualClock
from server.problems import Problem


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 1, 1, tzinfo=UTC))


def test_a_burst_then_the_rate(clock: ManualClock) -> None:
    limit = RateLimit(clock, per_s=2, burst=5)
    assert [limit.take("a") for _ in range(5)] == [0.0] * 5
    assert limit.take("a") == pytest.approx(0.5)
    assert limit.take("b") == 0.0
    clock.advance(0.5)
    assert limit.take("a") == 0.0
    assert limit.take("a") > 0
    clock.advance(1000)
    assert [limit.take("a") > 0 for _ in range(6)] == [False] * 5 + [True]


def test_waiting_as_long_as_told_is_enough(clock: ManualClock) -> None:
    limit = RateLimit(clock, per_s=3, burst=1)
    limit.take("a")
    for _ in range(20):
        clock.advance(limit.take("a") + 1e-9)
        assert limit.take("a") == 0.0


def test_the_table_is_bounded_and_forgets_the_oldest(clock: ManualClock) -> None:
    limit = RateLimit(clock, per_s=1, burst=1, largest=3)
    for n in range(100):
        limit.take("steady")
        limit.take(f"stranger-{n}")
    assert len(limit) == 3
    assert limit.take("steady") > 0  # it kept asking, so it was never forgotten


@pytest.mark.parametrize(("per_s", "burst"), [(0, 1), (-1, 1), (1, 0)])
def test_a_limit_that_lets_nobody_pass_is_a_mistake(
    clock: ManualClock, per_s: float, burst: int
) -> None:
    with pytest.raises(ValueError, match="nobody"):
        RateLimit(clock, per_s=per_s, burst=burst)


async def home(request: Request) -> PlainTextResponse:
    return PlainTextResponse("here")


async def socket(websocket: WebSocket) -> None:
    await websocket.accept()


def refuse(problem: Problem) -> JSONResponse:
    return JSONResponse(problem.document(), problem.status, dict(problem.headers))


def limited(clock: ManualClock, *, clients: int, addresses: int) -> RequestLimits:
    return RequestLimits(
        Starlette(routes=[Route("/", home), WebSocketRoute("/live", socket)]),
        clients=RateLimit(clock, per_s=1, burst=clients),
        addresses=RateLimit(clock, per_s=1, burst=addresses),
        refuse=refuse,
    )


def browser(app: RequestLimits) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here")


async def test_requests_over_the_limit_are_told_when_to_come_again(clock: ManualClock) -> None:
    async with browser(limited(clock, clients=2, addresses=10)) as http:
        assert [(await http.get("/")).status_code for _ in range(3)] == [200, 200, 429]
        answer = await http.get("/")
        assert answer.headers["retry-after"] == "1"
        assert answer.json()["type"] == "too-many-requests"
        # Another client at the same address.
        assert (await http.get("/?token=mine")).status_code == 200
        clock.advance(1.001)
        assert (await http.get("/")).status_code == 200


async def test_made_up_tokens_do_not_help(clock: ManualClock) -> None:
    async with browser(limited(clock, clients=2, addresses=5)) as http:
        made_up = [{"Authorization": f"Bearer {n}"} for n in range(7)]
        codes = [(await http.get("/", headers=token)).status_code for token in made_up]
        assert codes == [200] * 5 + [429] * 2


async def test_sockets_count_when_they_open(clock: ManualClock) -> None:
    app = limited(clock, clients=1, addresses=10)
    scope = {"type": "websocket", "path": "/live", "headers": [], "query_string": b""}
    scope |= {"client": ("192.0.2.7", 1), "subprotocols": []}

    async def first_answer() -> Message:
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "websocket.connect"}

        async def send(message: Message) -> None:
            sent.append(message)

        await app(dict(scope), receive, send)
        return sent[0]

    assert (await first_answer())["type"] == "websocket.accept"
    assert await first_answer() == {"type": "websocket.close", "code": 1008}
