from __future__ import annotations

import base64
import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.access.tokens import BadToken, Tokens, kept_secret, key_from_secret
from server.clock import ManualClock

KEY = key_from_secret("a secret of the tests")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def tokens(clock: ManualClock) -> Tokens:
    return Tokens(KEY, clock)


def test_what_is_written_is_read(tokens: Tokens) -> None:
    claims = tokens.read(tokens.make("desk", "game-1", 3, "id-1"))
    assert (claims.role, claims.game, claims.version, claims.id) == ("desk", "game-1", 3, "id-1")


def test_a_token_without_a_life_never_runs_out(tokens: Tokens, clock: ManualClock) -> None:
    token = tokens.make("watch", "game-1", 1, "id-1")
    clock.advance(10 * 365 * 86400)
    assert tokens.read(token).role == "watch"


def test_a_life_ends(tokens: Tokens, clock: ManualClock) -> None:
    token = tokens.make("watch", "game-1", 1, "id-1", timedelta(hours=1))
    clock.advance(3599)
    tokens.read(token)
    clock.advance(1)
    with pytest.raises(BadToken, match="expired"):
        tokens.read(token)


def test_another_key_is_refused(tokens: Tokens, clock: ManualClock) -> None:
    other = Tokens(key_from_secret("another secret altogether"), clock)
    with pytest.raises(BadToken):
        tokens.read(other.make("admin", None, 0, "id-1"))


def claims(**changes: object) -> dict[str, object]:
    whole: dict[str, object] = {"iss": "courtside", "role": "desk", "game": "game-1", "v": 1}
    whole |= {"iat": 0, "jti": "1"} | changes
    return {name: value for name, value in whole.items() if value is not None}


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"iss": None},
        {"role": "owner"},
        {"role": ["admin"]},
        {"role": None},
        {"game": None},
        {"role": "admin"},  # with a game
        {"v": "1"},
        {"v": None},
        {"jti": None},
        {"exp": "soon"},
    ],
)
def test_signed_but_not_ours_in_content(tokens: Tokens, changes: dict[str, object]) -> None:
    with pytest.raises(BadToken):
        tokens.read(jwt.encode(claims(**changes), KEY, "HS256"))


def test_other_algorithms_are_refused(tokens: Tokens) -> None:
    with pytest.raises(BadToken):
        tokens.read(jwt.encode(claims(), "", "none"))
    with pytest.raises(BadToken):
        tokens.read(jwt.encode(claims(), KEY * 2, "HS512"))
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    body = base64.urlsafe_b64encode(json.dumps(claims()).encode()).rstrip(b"=").decode()
    for signature in ("", "x"):
        with pytest.raises(BadToken):
            tokens.read(f"{head}.{body}.{signature}")


@given(st.one_of(st.text(max_size=200), st.text("abcXYZ019._-", max_size=300)))
def test_no_text_breaks_the_reader(text: str) -> None:
    with pytest.raises(BadToken):
        Tokens(KEY, ManualClock(datetime(2026, 1, 1, tzinfo=UTC))).read(text)


def test_every_changed_character_is_noticed(tokens: Tokens) -> None:
    token = tokens.make("watch", "game-1", 1, "id-1")
    for at in range(len(token) - 1):  # the last one may hold bits that are not used
        changed = "A" if token[at] != "A" else "B"
        with pytest.raises(BadToken):
            tokens.read(token[:at] + changed + token[at + 1 :])


def test_too_long_is_not_even_decoded(tokens: Tokens) -> None:
    with pytest.raises(BadToken, match="too long"):
        tokens.read("a" * 3000)


def test_only_admins_are_for_no_game(tokens: Tokens) -> None:
    with pytest.raises(ValueError, match="no game"):
        tokens.make("desk", None, 1, "1")
    with pytest.raises(ValueError, match="no game"):
        tokens.make("admin", "game-1", 1, "1")


def test_a_secret_is_made_once_and_for_us_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret"
    first, made = kept_secret(path)
    assert made
    assert len(first) >= 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert kept_secret(path) == (first, False)
    assert [p.name for p in path.parent.iterdir()] == ["secret"]


def test_servers_that_start_together_get_the_same_secret(tmp_path: Path) -> None:
    found: list[tuple[str, bool]] = []
    threads = [
        threading.Thread(target=lambda: found.append(kept_secret(tmp_path / "secret")))
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({secret for secret, _ in found}) == 1
    assert sum(made for _, made in found) == 1


def test_an_empty_secret_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("\n")
    with pytest.raises(ValueError, match="delete it"):
        kept_secret(tmp_path / "secret")
