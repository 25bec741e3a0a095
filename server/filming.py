"""Which camera films a game, in whichever process it publishes: for the moments of entries."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from server.clock import Clock
from server.game.moment import Filmed
from server.live.redis import RedisAway

Message = Mapping[str, Any]

MAIN = "main"
# A camera that is lost for a moment films on; its picture only comes later, or has a gap.
FILMS = ("live", "lost")
FRESH_S = 1.0
KNOWN_GAMES = 1000


class Filming:
    """Asks what was last said about the cameras of a game. Use from the event loop.

    said_here(game): the last messages of this process, by name; said_anywhere: of all, from
    Redis. origin(game, camera): the wall time of its media second 0.
    """

    def __init__(
        self,
        said_here: Callable[[str], Mapping[str, Message]],
        said_anywhere: Callable[[str], Awaitable[Iterable[Message]]],
        origin: Callable[[str, str], Awaitable[datetime | None]],
        clock: Clock,
    ) -> None:
        self._said_here = said_here
        self._said_anywhere = said_anywhere
        self._origin = origin
        self._clock = clock
        self._known: OrderedDict[str, tuple[float, Filmed | None]] = OrderedDict()

    async def films(self, game_id: str) -> Filmed | None:
        """The camera that is live: the main one of several. Asked again after FRESH_S."""
        now_s = self._clock.monotonic_s()
        asked_s, known = self._known.get(game_id, (float("-inf"), None))
        if now_s - asked_s < FRESH_S:
            return known
        found = await self._look(game_id)
        self._known[game_id] = (now_s, found)
        self._known.move_to_end(game_id)
        if len(self._known) > KNOWN_GAMES:
            self._known.popitem(last=False)
        return found

    async def latest(self, game_id: str) -> dict[str, Message]:
        """The last message about each camera of a game."""
        try:
            said: Iterable[Message] = await self._said_anywhere(game_id)
        except RedisAway:
            said = ()
        latest: dict[str, Message] = {}
        for message in (*said, *self._said_here(game_id).values()):
            if message["type"] == "camera":
                camera = str(message["camera"])
                latest[camera] = max(latest.get(camera, message), message, key=_at)
        return latest

    async def _look(self, game_id: str) -> Filmed | None:
        latest = await self.latest(game_id)
        films = [camera for camera, message in latest.items() if message["status"] in FILMS]
        for camera in sorted(films, key=lambda name: (name != MAIN, name)):
            origin = await self._origin(game_id, camera)
            if origin is not None:
                return Filmed(camera, origin)
        return None


def _at(message: Message) -> datetime:
    return datetime.fromisoformat(str(message["at"]))
