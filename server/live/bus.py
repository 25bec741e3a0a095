"""One subscription connection to Redis for each process; messages go to callbacks by channel."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import redis.asyncio
from redis.exceptions import RedisError

from server.background import Background

log = logging.getLogger(__name__)

Heard = Callable[[Mapping[str, Any]], None]

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 2.0
SUBSCRIBE_S = 0.5
# Silence this long is answered with a ping, so that a dead connection is noticed.
SILENCE_S = 5.0


class Bus:
    """Hears what other processes say; says by `on_up` when messages may have been missed.

    client: used for nothing else. process: our own
    messages, which everyone here has already, are passed over.
    """

    def __init__(self, client: redis.asyncio.Redis, process: str) -> None:
        self._client = client
        self._process = process
        self._heard: dict[str, list[Heard]] = {}
        self._on_up: list[Callable[[], None]] = []
        self._pubsub: redis.asyncio.client.PubSub | None = None
        self._listening = Background("live-bus", self._run)
        self._confirmed: dict[str, asyncio.Event] = {}
        self.up = False
        self.malformed = 0

    def on_up(self, call: Callable[[], None]) -> None:
        """Called after every connection: whatever was said before was perhaps not heard."""
        self._on_up.append(call)

    async def start(self) -> None:
        self._listening.start()

    async def stop(self) -> None:
        await self._listening.stop()
        await self._client.aclose()

    async def listen(self, channel: str, heard: Heard) -> None:
        """Call `heard` with every message of a channel. Returns when Redis has confirmed it,
        so that what is read afterwards misses nothing, or soon when Redis is away."""
        listeners = self._heard.setdefault(channel, [])
        listeners.append(heard)
        if len(listeners) == 1:
            self._confirmed[channel] = asyncio.Event()
            await self._send(subscribe=channel)
        if self.up and channel in self._confirmed:
            try:
                async with asyncio.timeout(SUBSCRIBE_S):
                    await self._confirmed[channel].wait()
            except TimeoutError:
                log.warning("Redis did not confirm a subscription in time")

    async def unlisten(self, channel: str, heard: Heard) -> None:
        listeners = self._heard.get(channel, [])
        if heard in listeners:
            listeners.remove(heard)
        if not listeners and self._heard.pop(channel, None) is not None:
            self._confirmed.pop(channel, None)
            await self._send(unsubscribe=channel)

    async def _send(self, *, subscribe: str | None = None, unsubscribe: str | None = None) -> None:
        pubsub = self._pubsub
        if pubsub is None or not self.up:
            return  # the next connection subscribes to everything that is wanted
        try:
            async with asyncio.timeout(SUBSCRIBE_S):
                if subscribe is not None:
                    await pubsub.subscribe(subscribe)
                if unsubscribe is not None:
                    await pubsub.unsubscribe(unsubscribe)
        except (RedisError, OSError, TimeoutError) as error:
            log.info("subscription not changed, Redis is away: %s", error)

    async def _run(self) -> None:
        pause_s, known = FIRST_PAUSE_S, ""
        while True:
            pubsub = self._pubsub = self._client.pubsub()
            try:
                async with asyncio.timeout(2.0):
                    await pubsub.subscribe(f"courtside:process:{self._process}", *self._heard)
                self.up = True
                pause_s, known = FIRST_PAUSE_S, ""
                for call in self._on_up:
                    call()
                await self._hear(pubsub)
            except (RedisError, OSError, TimeoutError) as error:
                why = f"{type(error).__name__}: {error}"
                if self.up or why != known:  # once, not at each attempt
                    log.warning("Redis is away, each process goes on by itself: %s", why)
                known = why
            finally:
                self.up = False
                self._pubsub = None
                await pubsub.aclose()  # type: ignore[no-untyped-call]
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def _hear(self, pubsub: redis.asyncio.client.PubSub) -> None:
        asked = False
        while True:
            raw = await pubsub.get_message(timeout=SILENCE_S)
            if raw is None:
                if asked:
                    raise TimeoutError("no answer to a ping")
                await pubsub.ping()
                asked = True
                continue
            asked = False
            if raw["type"] == "subscribe" and raw["channel"] in self._confirmed:
                self._confirmed[raw["channel"]].set()
            elif raw["type"] == "message":
                self._pass_on(raw["channel"], raw["data"])

    def _pass_on(self, channel: str, data: str) -> None:
        try:
            wire = json.loads(data)
            if wire["from"] != self._process:
                for heard in list(self._heard.get(channel, ())):
                    heard(wire)
        except (ValueError, KeyError, TypeError) as error:
            # From another version of us, or from a stranger; what it meant is in the log.
            self.malformed += 1
            log.warning("a message of another process was not understood: %r", error)
