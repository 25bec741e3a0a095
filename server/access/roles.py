"""Who may: every request and socket passes `Access.authorize`."""

from __future__ import annotations

import hmac
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address

from starlette.requests import HTTPConnection

from server.access.tokens import BadToken, Claims, Role, Tokens
from server.problems import Problem

# What a role includes besides itself.
INCLUDES: dict[Role, frozenset[Role]] = {
    "camera": frozenset({"camera"}),
    "desk": frozenset({"desk", "watch"}),
    "watch": frozenset({"watch"}),
    "admin": frozenset({"camera", "desk", "watch", "admin"}),
}

# Which of a game's desks asks: each page or program makes itself a name and keeps it.
DESK_HEADER = "courtside-desk"
DESK_ID = re.compile(r"[A-Za-z0-9-]{1,32}")

OF_A_GAME: tuple[Role, ...] = ("camera", "desk", "watch")

# The version that tokens of a game must have; None when there is no such game.
VersionOf = Callable[[str], Awaitable[int | None]]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks. game: None for an admin. token_id: tells tokens of one role apart.

    desk: the name of this desk among those of the game; None for one that gave none.
    """

    role: Role
    game: str | None
    token_id: str
    desk: str | None = None

    @property
    def by(self) -> str:
        """As it stands in entries: the role and which desk, nothing personal."""
        return self.role if self.desk is None else f"{self.role}.{self.desk}"

    def may(self, role: str) -> bool:
        """Does this identity's role include another?"""
        return role in INCLUDES[self.role]


LOCAL = Identity("admin", None, "loopback")


class Access:
    """Decides by token, role and game.

    version_of: the version of a game's tokens (see tokens.py). new_id: for the ids of tokens.
    admin_token: a shared secret that counts as an admin token besides the signed ones.
    """

    def __init__(
        self,
        tokens: Tokens,
        version_of: VersionOf,
        new_id: Callable[[], str],
        admin_token: str | None = None,
    ) -> None:
        self._tokens = tokens
        self._version_of = version_of
        self._new_id = new_id
        self._admin_token = admin_token.encode() if admin_token else None

    async def authorize(
        self, connection: HTTPConnection, game: str | None, *roles: str
    ) -> Identity:
        """The identity behind a request or socket that may act as one of `roles` in `game`.

        game: None for what concerns no single game (role admin).
        Problems: 401 without a token, or with one that is not good (any more); 403 for another
        game or a role that includes none of `roles`; 404 for an admin when no such game exists;
        422 for a desk whose name is none.
        """
        token = token_of(connection)
        if token is None:
            raise _who_are_you()
        claims = self._claims(token)
        if claims.role == "admin":
            if game is not None and await self._version_of(game) is None:
                raise Problem(404, "unknown-game", f"There is no game {game!r}.")
            return Identity("admin", None, claims.id, desk_of(connection))
        if game is not None and claims.game != game:
            raise _not_enough("This token is for another game.")
        if await self._version_of(claims.game or "") != claims.version:
            raise _bad_token("the token was revoked, or its game was erased")
        desk = desk_of(connection) if "desk" in INCLUDES[claims.role] else None
        identity = Identity(claims.role, claims.game, claims.id, desk)
        if game is None or not any(identity.may(role) for role in roles):
            takes = " or ".join(roles)
            raise _not_enough(f"A token for {claims.role} may not do this; it takes {takes}.")
        return identity

    async def may_create(self, connection: HTTPConnection) -> Identity:
        """Creating a game: open to programs and pages of this machine, else for the admin."""
        if is_local(connection):
            return LOCAL
        return await self.authorize(connection, None, "admin")

    async def issue(self, game: str) -> dict[str, str]:
        """Fresh tokens of a game: camera, desk, watch. Problem 404 when there is no such game."""
        version = await self._version_of(game)
        if version is None:
            raise Problem(404, "unknown-game", f"There is no game {game!r}.")
        return {role: self._tokens.make(role, game, version, self._new_id()) for role in OF_A_GAME}

    def _claims(self, token: str) -> Claims:
        ours = self._admin_token
        if ours is not None and hmac.compare_digest(token.encode(), ours):
            return Claims("admin", None, 0, "token")
        try:
            return self._tokens.read(token)
        except BadToken as error:
            raise _bad_token(str(error)) from error


def token_of(connection: HTTPConnection) -> str | None:
    """From `Authorization: Bearer`, else from `?token=`; None when there is neither."""
    scheme, _, value = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value.strip():
        return value.strip()
    return connection.query_params.get("token") or None


def desk_of(connection: HTTPConnection) -> str | None:
    """From the header `Courtside-Desk`, else from `?desk=`; None when there is neither."""
    given = connection.headers.get(DESK_HEADER) or connection.query_params.get("desk")
    if not given:
        return None
    if DESK_ID.fullmatch(given) is None:
        raise Problem(422, "malformed", "A desk's name has 1 to 32 letters, digits and -.")
    return given


def is_local(connection: HTTPConnection) -> bool:
    """Does the request come from this machine, and does nothing hint at another origin?

    A proxy on this machine speaks for others, a page of another site can make a browser here
    send requests (it shows in Origin), and a name that resolves to this machine can be anyone's
    (it shows in Host). All three need a token.
    """
    client = connection.client
    if client is None or not _is_loopback(client.host):
        return False
    headers = connection.headers
    if any(name in headers for name in ("forwarded", "x-forwarded-for", "x-real-ip", "via")):
        return False
    if not _is_loopback(_host_of(headers.get("host", ""))):
        return False
    origin = headers.get("origin")
    return origin is None or _is_loopback(_host_of(origin.partition("://")[2]))


def _host_of(place: str) -> str:
    if place.startswith("["):
        return place[1:].partition("]")[0]
    return place.rpartition(":")[0] if ":" in place else place


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _who_are_you() -> Problem:
    return Problem(
        401,
        "token-missing",
        "Send a token: Authorization: Bearer, or ?token= in the address.",
        {"WWW-Authenticate": 'Bearer realm="courtside"'},
    )


def _bad_token(why: str) -> Problem:
    challenge = 'Bearer realm="courtside", error="invalid_token"'
    return Problem(401, "token-invalid", f"Not accepted: {why}.", {"WWW-Authenticate": challenge})


def _not_enough(why: str) -> Problem:
    challenge = 'Bearer realm="courtside", error="insufficient_scope"'
    return Problem(403, "token-refused", why, {"WWW-Authenticate": challenge})
