"""Links that show one thing to anybody: a clip, or a reel.

A share is a signed token that no other address takes. Renewing a game's tokens, or erasing the
game, ends all its shares too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from server.access.tokens import BadToken, claims_of, sign
from server.clock import Clock
from server.problems import Problem


@dataclass(frozen=True, slots=True)
class Share:
    """what: a word of whoever made it, like `clip/12`."""

    game: str
    what: str


class Shares:
    """Makes and reads shares with the key of the tokens.

    version_of: the version of a game's tokens; None when there is no such game.
    """

    def __init__(
        self, key: bytes, clock: Clock, version_of: Callable[[str], Awaitable[int | None]]
    ) -> None:
        self._key = key
        self._clock = clock
        self._version_of = version_of

    async def make(self, share: Share) -> str:
        """Its token. Problem 404 when there is no such game."""
        version = await self._version_of(share.game)
        if version is None:
            raise Problem(404, "unknown-game", f"There is no game {share.game!r}.")
        claims = {"share": share.what, "game": share.game, "v": version}
        return sign(claims, self._key, self._clock.now())

    async def read(self, token: str) -> Share:
        """What it shows. Problem 403 `share-refused` for one that is not ours or was revoked."""
        try:
            found = claims_of(token, self._key, "share", "game", "v", called="it")
        except BadToken as error:
            raise _refused(str(error)) from error
        game, what = str(found["game"]), str(found["share"])
        if await self._version_of(game) != found["v"]:
            raise _refused("it was revoked, or its game was erased")
        return Share(game, what)


def _refused(why: str) -> Problem:
    return Problem(403, "share-refused", f"This link is not good: {why}.")
