"""Signed tokens: who carries one may do what its role says, in one game.

Nothing is stored for a token. A game's tokens are revoked together by raising the version
number that the game keeps; a token of an older version is refused.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, cast, get_args

import jwt

from server.clock import Clock

Role = Literal["camera", "desk", "watch", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
ALGORITHM = "HS256"
LONGEST = 2048
ISSUER = "courtside"


class BadToken(ValueError):  # noqa: N818  (named for what it is)
    """Not one of our tokens, changed on its way, or too old. The text is safe to show."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says. game: None in an admin token, which is for every game."""

    role: Role
    game: str | None
    version: int
    id: str


class Tokens:
    """Makes and reads tokens with one key (32 bytes)."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def make(
        self,
        role: Role,
        game: str | None,
        version: int,
        token_id: str,
        life: timedelta | None = None,
    ) -> str:
        """A token; without `life` it is good until the game's version is raised."""
        if (role == "admin") != (game is None):
            raise ValueError("an admin token is for no game, every other one is for one")
        now = self._clock.now()
        claims: dict[str, object] = {"role": role, "v": version, "jti": token_id}
        if game is not None:
            claims["game"] = game
        if life is not None:
            claims["exp"] = int((now + life).timestamp())
        return sign(claims, self._key, now)

    def read(self, token: str) -> Claims:
        """The claims of a token that we signed and that has not run out; else BadToken."""
        found = claims_of(token, self._key, "role", "v", "jti", called="the token")
        expires = found.get("exp")
        if expires is not None and not isinstance(expires, int):
            raise BadToken("the token's end is not a time")
        if expires is not None and self._clock.now().timestamp() >= expires:
            raise BadToken("the token has expired")
        role, game, version = found["role"], found.get("game"), found["v"]
        if role not in ROLES or not isinstance(version, int):
            raise BadToken("the token names no role that exists")
        if (role == "admin") != (game is None):
            raise BadToken("the token names no game")
        return Claims(cast(Role, role), game, version, str(found["jti"]))


def sign(claims: Mapping[str, object], key: bytes, now: datetime) -> str:
    """A token that says these things, and that it is ours and of `now`."""
    return jwt.encode({"iss": ISSUER, **claims, "iat": int(now.timestamp())}, key, ALGORITHM)


def claims_of(token: str, key: bytes, *needed: str, called: str) -> dict[str, Any]:
    """What a token says that we signed, `needed` in it. BadToken, which says what is `called` so,
    for any other; whether it has expired is not looked at."""
    if len(token) > LONGEST:
        raise BadToken(f"{called} is too long")
    try:
        return jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            issuer=ISSUER,
            # Times are for the caller to compare, with our clock instead of the library's.
            options={"require": [*needed, "iat"], "verify_exp": False, "verify_iat": False},
        )
    except jwt.InvalidTokenError as error:
        raise BadToken(f"{called} is not one of this server's") from error


def key_from_secret(secret: str) -> bytes:
    """A signing key of the right length from a secret of any length a person gave."""
    return hashlib.sha256(b"courtside signing key\0" + secret.encode()).digest()


def kept_secret(path: Path) -> tuple[str, bool]:
    """The random secret in a file that only we may read, made at first; True if just made.

    Two servers that start together on one folder end with the same secret.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(secrets.token_urlsafe(32))
        out.flush()
        os.fsync(out.fileno())
    try:
        # A link fails where the name exists, so nobody's secret is ever overwritten.
        os.link(fresh, path)
        made = True
    except FileExistsError:
        made = False
    finally:
        fresh.unlink()
    kept = path.read_text().strip()
    if len(kept) < 16:
        raise ValueError(f"{path} holds no usable secret; delete it to get a new one")
    return kept, made
