from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.requests import HTTPConnection

from server.access.roles import Access, is_local, token_of
from server.access.tokens import ROLES, Tokens, key_from_secret
from server.clock import ManualClock
from server.problems import Problem

ADMIN = "the admin token of the tests"


class Versions(dict[str, int]):
    """Versions of the games' tokens."""

    async def of(self, game: str) -> int | None:
        return self.get(game)


@pytest.fixture
def versions() -> Versions:
    return Versions({"game-1": 1, "game-2": 1})


@pytest.fixture
def tokens() -> Tokens:
    return Tokens(key_from_secret("tests"), ManualClock(datetime(2026, 1, 1, tzinfo=UTC)))


@pytest.fixture
def access(versions: Versions, tokens: Tokens) -> Access:
    ids = itertools.count(1)
    return Access(tokens, versions.of, lambda: f"id-{next(ids)}", ADMIN)


def connection(
    token: str | None = None,
    *,
    query: str = "",
    client: str | None = "192.0.2.7",
    kind: str = "http",
    **headers: str,
) -> HTTPConnection:
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {
        "type": kind,
        "path": "/",
        "headers": raw,
        "query_string": query.encode(),
    }
    scope["client"] = None if client is None else (client, 1234)
    return HTTPConnection(scope)


async def refused(access: Access, link: HTTPConnection, game: str | None, role: str) -> Problem:
    with pytest.raises(Problem) as caught:
        await access.authorize(link, game, role)
    return caught.value


INCLUDED = {
    ("camera", "camera"),
    ("desk", "desk"),
    ("desk", "watch"),
    ("watch", "watch"),
    *(("admin", role) for role in ROLES),
}


@pytest.mark.parametrize("asked", ["camera", "desk", "watch"])
@pytest.mark.parametrize("held", ROLES)
async def test_what_each_role_includes(
    access: Access, tokens: Tokens, held: str, asked: str
) -> None:
    issued = await access.issue("game-1")
    token = tokens.make("admin", None, 0, "x") if held == "admin" else issued[held]
    if (held, asked) in INCLUDED:
        who = await access.authorize(connection(token), "game-1", asked)
        assert who.role == held
        assert who.by == held
    else:
        problem = await refused(access, connection(token), "game-1", asked)
        assert problem.status == 403
        assert "insufficient_scope" in problem.headers["WWW-Authenticate"]


@pytest.mark.parametrize("kind", ["http", "websocket"])
async def test_a_token_may_stand_in_the_address(access: Access, kind: str) -> None:
    token = (await access.issue("game-1"))["watch"]
    link = connection(query=f"since=a:1&token={token}", kind=kind)
    assert (await access.authorize(link, "game-1", "watch")).game == "game-1"


async def test_without_a_token_the_answer_says_how(access: Access) -> None:
    problem = await refused(access, connection(), "game-1", "watch")
    assert (problem.status, problem.type) == (401, "token-missing")
    assert problem.headers["WWW-Authenticate"] == 'Bearer realm="courtside"'


@pytest.mark.parametrize("token", ["x", "a.b.c", ADMIN[:-1], ADMIN + "x", "\u00e4"])
async def test_a_bad_token_is_a_401(access: Access, token: str) -> None:
    link = connection(query="") if not token.isascii() else connection(token)
    if not token.isascii():
        link = connection(query="token=%C3%A4")
    problem = await refused(access, link, "game-1", "watch")
    assert problem.status == 401
    assert 'error="invalid_token"' in problem.headers["WWW-Authenticate"]


async def test_another_game_is_a_403(access: Access) -> None:
    token = (await access.issue("game-1"))["desk"]
    assert (await refused(access, connection(token), "game-2", "watch")).status == 403
    assert (await refused(access, connection(token), "nowhere", "watch")).status == 403


async def test_raising_the_version_revokes_the_tokens_of_that_game(
    access: Access, versions: Versions
) -> None:
    old = (await access.issue("game-1"))["desk"]
    other = (await access.issue("game-2"))["desk"]
    versions["game-1"] += 1
    assert (await refused(access, connection(old), "game-1", "desk")).status == 401
    await access.authorize(connection(other), "game-2", "desk")
    await access.authorize(connection((await access.issue("game-1"))["desk"]), "game-1", "desk")


async def test_tokens_of_an_erased_game_are_worth_nothing(
    access: Access, versions: Versions
) -> None:
    token = (await access.issue("game-1"))["desk"]
    del versions["game-1"]
    assert (await refused(access, connection(token), "game-1", "desk")).status == 401
    assert (await refused(access, connection(ADMIN), "game-1", "desk")).status == 404
    with pytest.raises(Problem) as caught:
        await access.issue("game-1")
    assert caught.value.status == 404


async def test_the_admin(access: Access, tokens: Tokens) -> None:
    for token in (ADMIN, tokens.make("admin", None, 0, "x")):
        assert (await access.authorize(connection(token), "game-2", "desk")).role == "admin"
        assert (await access.authorize(connection(token), None, "admin")).role == "admin"
    desk = (await access.issue("game-1"))["desk"]
    assert (await refused(access, connection(desk), None, "admin")).status == 403
    assert (await refused(access, connection(), None, "admin")).status == 401


async def test_without_an_admin_token_nothing_equals_it(tokens: Tokens, versions: Versions) -> None:
    access = Access(tokens, versions.of, lambda: "1", None)
    assert (await refused(access, connection("None"), None, "admin")).status == 401


async def test_creating_a_game(access: Access) -> None:
    local = connection(client="127.0.0.1", host="localhost:8000")
    assert (await access.may_create(local)).role == "admin"
    with pytest.raises(Problem) as caught:
        await access.may_create(connection(host="localhost:8000"))
    assert caught.value.status == 401
    assert (await access.may_create(connection(ADMIN))).role == "admin"


@pytest.mark.parametrize(
    ("client", "headers", "local"),
    [
        ("127.0.0.1", {"host": "127.0.0.1:8000"}, True),
        ("127.0.0.9", {"host": "127.0.0.1"}, True),
        ("::1", {"host": "[::1]:8000"}, True),
        ("::ffff:127.0.0.1", {"host": "LOCALHOST:1"}, True),
        ("127.0.0.1", {"host": "localhost:8000", "origin": "http://localhost:8000"}, True),
        ("127.0.0.1", {"host": "localhost:8000", "origin": "http://[::1]:8000"}, True),
        # Not from here, or for somebody else.
        ("192.0.2.7", {"host": "localhost"}, False),
        (None, {"host": "localhost"}, False),
        ("127.0.0.1", {}, False),
        ("127.0.0.1", {"host": "evil.example"}, False),
        ("127.0.0.1", {"host": "127.0.0.1.evil.example:8000"}, False),
        ("127.0.0.1", {"host": "localhost.evil.example"}, False),
        ("127.0.0.1", {"host": "192.0.2.1:8000"}, False),
        ("127.0.0.1", {"host": "localhost", "origin": "https://evil.example"}, False),
        ("127.0.0.1", {"host": "localhost", "origin": "null"}, False),
        ("127.0.0.1", {"host": "localhost", "x_forwarded_for": "192.0.2.9"}, False),
        ("127.0.0.1", {"host": "localhost", "forwarded": "for=192.0.2.9"}, False),
        ("127.0.0.1", {"host": "localhost", "via": "1.1 proxy"}, False),
    ],
)
def test_what_is_local(client: str | None, headers: dict[str, str], local: bool) -> None:
    assert is_local(connection(client=client, **headers)) is local


@pytest.mark.parametrize(
    ("link", "token"),
    [
        (connection("abc"), "abc"),
        (connection(authorization="bearer  abc "), "abc"),
        (connection(authorization="Basic abc", query="token=def"), "def"),
        (connection("abc", query="token=def"), "abc"),
        (connection(authorization="Bearer ", query="token="), None),
        (connection(), None),
    ],
)
def test_where_the_token_stands(link: HTTPConnection, token: str | None) -> None:
    assert token_of(link) == token


async def test_a_desk_may_say_which_one_it_is(access: Access, tokens: Tokens) -> None:
    token = tokens.make("desk", "game-1", 1, "t")
    plain = await access.authorize(connection(token), "game-1", "desk")
    assert (plain.desk, plain.by) == (None, "desk")
    named = await access.authorize(connection(token, courtside_desk="a-1B"), "game-1", "desk")
    assert (named.desk, named.by) == ("a-1B", "desk.a-1B")
    by_query = await access.authorize(connection(token, query="desk=q"), "game-1", "watch")
    assert by_query.by == "desk.q"
    admin = await access.authorize(connection(ADMIN, courtside_desk="x"), "game-1", "desk")
    assert admin.by == "admin.x"
    watcher = tokens.make("watch", "game-1", 1, "t")
    seen = await access.authorize(connection(watcher, courtside_desk="x"), "game-1", "watch")
    assert seen.by == "watch"
    for name in ("a b", "ü", "x" * 33, "home.1", "'--"):
        link = connection(token, query=f"desk={name}")
        problem = await refused(access, link, "game-1", "desk")
        assert (problem.status, problem.type) == (422, "malformed"), name
