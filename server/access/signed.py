"""Signed addresses of media: whoever has one may fetch one camera's media until it expires.

Players and content delivery networks fetch segments without a token, so the address itself says
that it may be fetched. It is the same for all viewers of a camera, or nothing could be cached.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from starlette.requests import HTTPConnection

from server.clock import Clock
from server.problems import Problem

PARAMETER = "sig"
TERM = timedelta(hours=12)
MAC_BYTES = 16
REMEMBERED_S = 2.0
REMEMBERED_GAMES = 1000


class SignedAddresses:
    """Makes and checks the query that is put behind addresses.

    key: the one that tokens are signed with. version_of: the version of a game's tokens; renewing
    them, or erasing the game, ends every address as well (within REMEMBERED_S: a thousand
    requests a second do not ask the database a thousand times).
    """

    def __init__(
        self, key: bytes, clock: Clock, version_of: Callable[[str], Awaitable[int | None]]
    ) -> None:
        self._key = hmac.digest(key, b"media addresses", "sha256")
        self._clock = clock
        self._ask_version = version_of
        # The same few are made and checked over and over.
        self._mac = functools.lru_cache(REMEMBERED_GAMES)(self._make_mac)
        self._versions: OrderedDict[str, tuple[float, asyncio.Future[int | None]]] = OrderedDict()

    async def query(self, game: str, camera: str, since: datetime) -> str:
        """`sig=...` for every address of a camera whose recording began at `since`.

        It changes every 12 hours after `since`, so a game's addresses stay what they are as long
        as it lasts, and each is good for 12 to 24 hours. Problem 404 when there is no such game.
        """
        terms = max(0, (self._clock.now() - since) // TERM)
        expires = int((since + (terms + 2) * TERM).timestamp())
        version = await self._version_of(game)
        if version is None:
            raise Problem(404, "unknown-game", f"There is no game {game!r}.")
        return f"{PARAMETER}={expires}.{self._mac(game, camera, version, expires)}"

    async def check(self, connection: HTTPConnection, game: str, camera: str) -> float | None:
        """Seconds that the signature in an address is still good for; None when it has none.

        Raises Problem 403 for one that is not ours, has expired or was revoked.
        """
        given = connection.query_params.get(PARAMETER)
        if given is None:
            return None
        expires_text, _, mac = given.partition(".")
        version = await self._version_of(game)
        if version is None or not (expires_text.isascii() and expires_text.isdigit()):
            raise _refused("it is not one of this server's")
        expires = int(expires_text[:12])
        ours = self._mac(game, camera, version, expires)
        if not hmac.compare_digest(mac.encode(), ours.encode()):
            raise _refused("it is not one of this server's, or was revoked")
        left_s = expires - self._clock.now().timestamp()
        if left_s <= 0:
            raise _refused("it has expired; load the playlist again")
        return left_s

    async def _version_of(self, game: str) -> int | None:
        now_s = self._clock.monotonic_s()
        asked_s, answer = self._versions.get(game, (float("-inf"), None))
        if answer is None or now_s - asked_s > REMEMBERED_S:
            answer = asyncio.ensure_future(self._ask_version(game))
            self._versions[game] = now_s, answer
            self._versions.move_to_end(game)
            if len(self._versions) > REMEMBERED_GAMES:
                self._versions.popitem(last=False)
        # One who leaves early takes the answer from nobody else.
        return await asyncio.shield(answer)

    def _make_mac(self, game: str, camera: str, version: int, expires: int) -> str:
        said = f"{game}/{camera}/{version}/{expires}".encode()
        mac = hmac.new(self._key, said, hashlib.sha256).digest()[:MAC_BYTES]
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def _refused(why: str) -> Problem:
    return Problem(403, "signature-refused", f"The address is not accepted: {why}.")
