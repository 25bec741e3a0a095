"""The book of sessions: what it knows of those that ended, and what it waits for."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from server.background import Background
from server.ingest.registry import REMEMBERED, Registry
from server.problems import Problem


@dataclass(frozen=True)
class Only:
    """A session of which nothing is but what HTTP knows."""

    id: str
    etag: str = '"1"'
    key: tuple[str, str] = ("g1", "main")


@pytest.fixture
def registry() -> Registry[Only]:
    return Registry(Background("watchdog", looks))


async def looks() -> None:
    await asyncio.Event().wait()


async def answered() -> str:
    return "v=0"


def never() -> None:
    raise AssertionError("it was answered")


def asked(registry: Registry[Only], session_id: str, game: str = "g1") -> Problem:
    """What somebody hears who asks for one that is not there."""
    with pytest.raises(Problem) as refused:
        registry.find(game, "main", session_id)
    return refused.value


async def test_each_who_asks_for_an_ended_session_gets_a_problem_of_his_own(
    registry: Registry[Only],
) -> None:
    session = Only("a")
    assert (await registry.begin(session, answered(), never)).sdp == "v=0"
    assert registry.find("g1", "main", "a") is session
    assert asked(registry, "a", "g2").type == "no-session"
    assert registry.remove(session, Problem(410, "replaced", "By another."))
    assert not registry.remove(session, None)
    first, second = asked(registry, "a"), asked(registry, "a")
    assert first.type == second.type == "replaced"
    assert first is not second
    assert asked(registry, "a", "g2").type == "no-session"
    await registry.close(lambda session: None)


async def test_the_oldest_ends_are_forgotten(registry: Registry[Only]) -> None:
    for number in range(REMEMBERED + 1):
        session = Only(str(number))
        await registry.begin(session, answered(), never)
        registry.remove(session, Problem(410, "replaced", "By another."))
    assert asked(registry, "0").type == "no-session"
    assert asked(registry, "1").type == "replaced"
    await registry.close(lambda session: None)


async def test_a_session_that_ends_while_it_begins_is_refused(registry: Registry[Only]) -> None:
    session = Only("a")

    async def ends() -> str:
        registry.remove(session, None)
        return "v=0"

    with pytest.raises(Problem, match="503 busy"):
        await registry.begin(session, ends(), never)
    await registry.close(lambda session: None)


async def test_what_has_no_answer_is_dropped(registry: Registry[Only]) -> None:
    session = Only("a")

    async def fails() -> str:
        raise Problem(422, "unsupported-codec", "None of these.")

    def drop() -> None:
        registry.remove(session, None)

    with pytest.raises(Problem, match="422"):
        await registry.begin(session, fails(), drop)
    assert session not in registry
    await registry.close(lambda session: None)


async def test_the_end_waits_for_what_is_kept_and_nothing_begins_after_it(
    registry: Registry[Only],
) -> None:
    session = Only("a")
    closed: list[Only] = []

    async def closes() -> None:
        await asyncio.sleep(0.01)
        closed.append(session)

    def end(session: Only) -> None:
        registry.remove(session, None)
        registry.keep(closes())

    await registry.begin(session, answered(), never)
    registry.check_open()
    await registry.close(end)
    assert closed == [session]
    with pytest.raises(Problem, match="503 stopping"):
        registry.check_open()
