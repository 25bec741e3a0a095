"""Messages without a sequence on their way to the other processes: the newest one counts."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from server.clock import Clock
from server.live.redis import LiveStore, RedisAway
from server.live.room import say_key

TRACKS_EVERY_S = 0.1
PAUSE_S = 0.5
REMEMBERED_GAMES = 1000
REMEMBERED_CAMERAS = 4000

Messages = Mapping[str, Mapping[str, Any]]


class Says:
    """What this process says: how often, what is remembered, what still has to go out."""

    def __init__(self, store: LiveStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._said: OrderedDict[str, dict[str, Mapping[str, Any]]] = OrderedDict()
        self._due_s: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._outbox: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._has_mail = asyncio.Event()
        self._sending = False

    @property
    def sent_all(self) -> bool:
        """Is nothing waiting to go out?"""
        return not self._outbox and not self._sending

    def is_due(self, game_id: str, camera: str) -> bool:
        """May tracks of this camera be said now? Ten times a second in the long run."""
        place, now_s = (game_id, camera), self._clock.monotonic_s()
        due_s = self._due_s.get(place, now_s)
        if now_s < due_s:
            return False
        # From the due time, not from now: 30 frames a second give ten, not seven and a half.
        self._due_s[place] = max(due_s, now_s - TRACKS_EVERY_S) + TRACKS_EVERY_S
        self._due_s.move_to_end(place)
        if len(self._due_s) > REMEMBERED_CAMERAS:
            self._due_s.popitem(last=False)
        return True

    def post(self, game_id: str, name: str, message: Mapping[str, Any]) -> None:
        """Remember under a name, and send soon: while Redis is slow, newer ones replace it."""
        said = self._said.setdefault(game_id, {})
        said[name] = message
        if message["type"] == "camera" and message["status"] != "live":
            said.pop(f"tracks:{message['camera']}", None)
        self._said.move_to_end(game_id)
        if len(self._said) > REMEMBERED_GAMES:
            self._said.popitem(last=False)
        self._outbox[game_id, name] = message
        self._has_mail.set()

    def of(self, game_id: str) -> Messages:
        """The last messages of this process about a game, by name."""
        return self._said.get(game_id, {})

    def forget(self, game_id: str) -> None:
        """The game was erased."""
        self._said.pop(game_id, None)
        for place in [place for place in self._outbox if place[0] == game_id]:
            del self._outbox[place]

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            await self._has_mail.wait()
            self._has_mail.clear()
            mail, self._outbox = self._outbox, {}
            self._sending = True
            try:
                says = [(game, name, said) for (game, name), said in mail.items()]
                await self._store.say(says, patient=True)
            except RedisAway:
                # Again later, unless something newer has come.
                self._outbox = {**mail, **self._outbox}
                await asyncio.sleep(PAUSE_S)
                self._has_mail.set()
            finally:
                self._sending = False


def kept_as(message: Mapping[str, Any]) -> str | None:
    """The name under which the latest is kept; None for what the log has (proposals, names)."""
    return None if message["type"] in ("proposal", "roster") else say_key(message)
