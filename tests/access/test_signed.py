"""Signed addresses: the same for everyone, good for a while, worthless for anything else."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import HTTPConnection

from server.access.signed import REMEMBERED_S, TERM, SignedAddresses
from server.clock import ManualClock
from server.problems import Problem

SINCE = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)


class Versions:
    """A games table of two games. asked: how often it was looked at."""

    def __init__(self) -> None:
        self.of: dict[str, int] = {"g": 1, "h": 1}
        self.asked = 0

    async def __call__(self, game: str) -> int | None:
        self.asked += 1
        await asyncio.sleep(0)
        return self.of.get(game)


def connection(query: str) -> HTTPConnection:
    return HTTPConnection(
        {
            "type": "http",
            "method": "GET",
            "path": "/",
            "headers": [],
            "query_string": query.encode(),
        }
    )


def made(after_s: float = 0.0, key: bytes = b"k") -> tuple[SignedAddresses, ManualClock, Versions]:
    clock, versions = ManualClock(SINCE + timedelta(seconds=after_s)), Versions()
    return SignedAddresses(key, clock, versions), clock, versions


async def refused(signed: SignedAddresses, query: str, camera: str = "main") -> str:
    with pytest.raises(Problem) as problem:
        await signed.check(connection(query), "g", camera)
    assert (problem.value.status, problem.value.type) == (403, "signature-refused")
    return problem.value.detail


async def test_an_address_is_good_and_the_same_in_every_process() -> None:
    (one, clock, _), (other, _, _) = made(), made()
    query = await one.query("g", "main", SINCE)
    assert query == await other.query("g", "main", SINCE)
    assert await other.check(connection(query), "g", "main") == 24 * 3600
    clock.advance(3 * 3600)  # a whole game later it is still the same
    assert await one.query("g", "main", SINCE) == query
    assert await one.check(connection(query), "g", "main") == 21 * 3600


@given(st.floats(0, 40 * 24 * 3600))
async def test_every_address_is_good_for_half_a_day_to_a_day(after_s: float) -> None:
    signed, _, _ = made(after_s)
    query = await signed.query("g", "main", SINCE)
    left_s = await signed.check(connection(query), "g", "main")
    assert left_s is not None
    assert TERM.total_seconds() - 1 <= left_s <= 2 * TERM.total_seconds()


async def test_nothing_else_is_opened_by_it() -> None:
    signed, clock, versions = made()
    query = await signed.query("g", "main", SINCE)
    other_key, _, _ = made(key=b"other")
    await refused(other_key, query)
    await refused(signed, query, camera="end")
    with pytest.raises(Problem):
        await signed.check(connection(query), "h", "main")
    expires, _, mac = query.removeprefix("sig=").partition(".")
    for wrong in ("", "x", ".", expires, f"{int(expires) + 1}.{mac}", f"{expires}.{mac[:-1]}",
                  f"-{expires}.{mac}", f"{'9' * 400}.{mac}", "٣.x", f"{expires}.ä"):  # fmt: skip
        assert "not one of" in await refused(signed, f"sig={wrong}") or not wrong
    assert await signed.check(connection("token=abc"), "g", "main") is None
    clock.advance(24 * 3600)
    versions.of["g"] = 1
    assert "expired" in await refused(signed, query)


async def test_renewed_tokens_and_erased_games_end_it_soon() -> None:
    signed, clock, versions = made()
    query = await signed.query("g", "main", SINCE)
    versions.of["g"] = 2
    clock.advance(REMEMBERED_S + 0.1)
    assert "revoked" in await refused(signed, query)
    del versions.of["g"]
    clock.advance(REMEMBERED_S + 0.1)
    await refused(signed, query)
    with pytest.raises(Problem) as gone:
        await signed.query("g", "main", SINCE)
    assert gone.value.status == 404


async def test_a_crowd_asks_the_database_once() -> None:
    signed, _, versions = made()
    query = await signed.query("g", "main", SINCE)
    await asyncio.gather(*(signed.check(connection(query), "g", "main") for _ in range(200)))
    assert versions.asked == 1
