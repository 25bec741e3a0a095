"""Which process has a game's camera: the newest publisher wins, everywhere.

A claim takes the camera from whoever has it; the loser is told at once through Redis and, should
that message be lost, when it renews. Without Redis a claim holds within this process, and when
Redis is back the newest claim stays. Nothing that is counted depends on a lease.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from server.background import Background
from server.clock import Clock
from server.live.bus import Bus
from server.live.redis import LiveStore, RedisAway, key

log = logging.getLogger(__name__)

LEASE_S = 6.0
RENEW_S = 2.0
ORIGIN_KEEP_S = 3 * 24 * 3600
TAKEN = "another publisher took over this camera"

# KEYS holder origin; ARGV mark least_ms ttl_ms channel process origin_ms keep
# The stamp comes from Redis, so that clocks of machines need not agree; it always grows.
_CLAIM = """
local time = redis.call('TIME')
local stamp = time[1] * 1000 + math.floor(time[2] / 1000)
local held = redis.call('GET', KEYS[1])
if held then
  local at = tonumber(string.match(held, '^(%d+):'))
  if stamp <= at then stamp = at + 1 end
end
redis.call('SET', KEYS[1], string.format('%d:%s', stamp, ARGV[1]), 'PX', ARGV[2])
redis.call('SET', KEYS[2], ARGV[5], 'NX')
redis.call('EXPIRE', KEYS[2], ARGV[6])
redis.call('PUBLISH', ARGV[3], cjson.encode({from = ARGV[4], stamp = stamp, mark = ARGV[1]}))
return {string.format('%d', stamp), redis.call('GET', KEYS[2])}
"""

# KEYS holder origin; ARGV mark stamp ttl_ms channel process origin_ms keep. 1 = still ours.
_RENEW = """
local held = redis.call('GET', KEYS[1])
local mine = ARGV[2] .. ':' .. ARGV[1]
if held and held ~= mine then
  local at, mark = string.match(held, '^(%d+):(.*)$')
  -- Ours may have a newer stamp: of a claim whose answer came too late.
  if mark ~= ARGV[1] and tonumber(at) >= tonumber(ARGV[2]) then return 0 end
end
redis.call('SET', KEYS[1], mine, 'PX', ARGV[3])
redis.call('SET', KEYS[2], ARGV[6], 'NX')
redis.call('EXPIRE', KEYS[2], ARGV[7])
if held ~= mine then
  redis.call('PUBLISH', ARGV[4],
    cjson.encode({from = ARGV[5], stamp = tonumber(ARGV[2]), mark = ARGV[1]}))
end
return 1
"""

# KEYS holder; ARGV mark stamp
_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[2] .. ':' .. ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
"""

OnLost = Callable[[str], None]


@dataclass(slots=True, eq=False)
class Lease:
    """A camera that is ours until `on_lost`. origin: wall time of its media second 0."""

    game_id: str
    camera: str
    mark: str
    stamp_ms: int
    origin: datetime
    on_lost: OnLost
    _leases: Leases
    confirmed: bool
    """Does Redis know it?"""
    heard: Callable[[Mapping[str, Any]], None] | None = field(default=None, repr=False)

    @property
    def held(self) -> bool:
        """Is it still ours, as far as we know?"""
        return self._leases.has(self)

    async def release(self) -> None:
        """Give the camera back; harmless when it is lost already."""
        await self._leases.release(self)


class Leases:
    """All cameras that this process has. `start` first, `stop` at the end."""

    def __init__(
        self,
        store: LiveStore,
        bus: Bus,
        clock: Clock,
        new_id: Callable[[], str],
        *,
        lease_s: float = LEASE_S,
        renew_s: float = RENEW_S,
    ) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._new_id = new_id
        self._lease_ms = str(int(lease_s * 1000))
        self._renew_s = renew_s
        self._held: dict[tuple[str, str], Lease] = {}
        self._origins: dict[tuple[str, str], datetime] = {}
        self._claim = store.client.register_script(_CLAIM)
        self._renew = store.client.register_script(_RENEW)
        self._release = store.client.register_script(_RELEASE)
        self._renewal = Background("lease-renewal", self._renew_all)

    async def start(self) -> None:
        self._renewal.start()

    async def stop(self) -> None:
        """Give everything back: another process need not wait for the leases to run out."""
        await self._renewal.stop()
        for lease in list(self._held.values()):
            await self.release(lease)

    def abandon(self) -> None:
        """Stop at once without giving anything back: the leases run out by themselves."""
        self._renewal.abandon()
        self._held.clear()

    def has(self, lease: Lease) -> bool:
        return self._held.get((lease.game_id, lease.camera)) is lease

    def held(self) -> list[tuple[str, str]]:
        """(game, camera) of every lease of this process."""
        return list(self._held)

    async def claim(self, game_id: str, camera: str, on_lost: OnLost) -> Lease:
        """Take a camera, from whoever has it. Does not fail: without Redis it is ours here.

        on_lost(why) is called once, on the loop, when somebody newer takes it (perhaps before this
        returns); it must not wait.
        """
        place = (game_id, camera)
        now = self._clock.now()
        origin = self._origins.get(place, now)
        lease = Lease(game_id, camera, self._new_id(), _ms(now), origin, on_lost, self, False)
        before = self._held.get(place)
        self._held[place] = lease
        if before is not None:
            self._tell(before)
            await self._stop_listening(before)
        lease.heard = lambda wire: self._heard(lease, wire)
        await self._bus.listen(self._channel(lease), lease.heard)
        if not self.has(lease):
            # A newer claim came meanwhile; asked for now, Redis would take this one for newer.
            return lease
        try:
            stamp, origin_ms = await self._ask(lease)
            lease.stamp_ms, lease.confirmed = int(stamp), True
            lease.origin = datetime.fromtimestamp(int(origin_ms) / 1000, UTC)
        except RedisAway:
            log.warning("Redis is away: the camera is claimed within this process only")
        self._origins[place] = lease.origin
        return lease

    async def origin(self, game_id: str, camera: str) -> datetime | None:
        """Wall time of a camera's media second 0; None for a camera that never sent."""
        place = (game_id, camera)
        try:
            name = key(game_id, f"origin:{camera}")
            found = await self._store.read(name)
        except RedisAway:
            found = None
        if found is not None:
            self._origins[place] = datetime.fromtimestamp(int(found) / 1000, UTC)
        return self._origins.get(place)

    async def release(self, lease: Lease) -> None:
        if self.has(lease):
            del self._held[lease.game_id, lease.camera]
        await self._stop_listening(lease)
        args = [lease.mark, str(lease.stamp_ms)]
        try:
            await self._store.write(lambda: self._release(keys=self._keys(lease)[:1], args=args))
        except RedisAway:
            log.debug("a lease runs out by itself")

    # Inside

    async def _ask(self, lease: Lease) -> list[str]:
        args = [lease.mark, self._lease_ms, *self._rest(lease)]
        answer = await self._store.write(lambda: self._claim(keys=self._keys(lease), args=args))
        return cast(list[str], answer)

    async def _renew_all(self) -> None:
        while True:
            await asyncio.sleep(self._renew_s)
            for lease in list(self._held.values()):
                try:
                    await self._renew_one(lease)
                except RedisAway:
                    break

    async def _renew_one(self, lease: Lease) -> None:
        args = [lease.mark, str(lease.stamp_ms), self._lease_ms, *self._rest(lease)]
        ours = await self._store.write(lambda: self._renew(keys=self._keys(lease), args=args))
        if ours:
            lease.confirmed = True
        elif self.has(lease):
            await self._lose(lease)

    def _heard(self, lease: Lease, wire: Mapping[str, Any]) -> None:
        """Another process has claimed the camera."""
        if self.has(lease) and int(wire["stamp"]) >= lease.stamp_ms:
            del self._held[lease.game_id, lease.camera]
            self._tell(lease)

    async def _lose(self, lease: Lease) -> None:
        del self._held[lease.game_id, lease.camera]
        self._tell(lease)
        await self._stop_listening(lease)

    def _tell(self, lease: Lease) -> None:
        lease.on_lost(TAKEN)

    async def _stop_listening(self, lease: Lease) -> None:
        if lease.heard is not None:
            await self._bus.unlisten(self._channel(lease), lease.heard)
            lease.heard = None

    def _channel(self, lease: Lease) -> str:
        return key(lease.game_id, f"claims:{lease.camera}")

    def _keys(self, lease: Lease) -> list[str]:
        return [key(lease.game_id, f"{what}:{lease.camera}") for what in ("holder", "origin")]

    def _rest(self, lease: Lease) -> list[str]:
        origin = str(_ms(lease.origin))
        return [self._channel(lease), self._store.process, origin, str(ORIGIN_KEEP_S)]


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
