"""The roles of every game's desks, one for all processes: in Redis, beside the camera's lease.

A desk is a page that asks any process at any time, so nobody here renews for it: its own
heartbeat does. A change is compare and set on one value, decided by `deskroles.py`. Without
Redis a role is held within this process; when Redis is back, what it has counts, and a process
whose desks it does not know tells it with their next heartbeat.
"""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from server.clock import Clock
from server.live.deskroles import ROLES, DeskRoles
from server.live.redis import READ_S, WRITE_S, LiveStore, RedisAway, dumps, key
from server.problems import Problem

log = logging.getLogger(__name__)

KEEP_S = 24 * 3600
# Somebody always gets through; heartbeats of a handful of desks never come near this.
TRIES = 20
REMEMBERED_GAMES = 1000

# KEYS roles; ARGV seen fresh keep_s. 1 = it was as seen, and is fresh now.
_CHANGE = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""

Announce = Callable[[str, Mapping[str, Any]], Awaitable[None]]
Change = Callable[[DeskRoles, int], DeskRoles]
"""What becomes of the roles at a wall time in milliseconds."""


@dataclass(frozen=True, slots=True)
class Desks:
    """The roles of a game as they are at `now_ms`. shared: do all processes know them?"""

    roles: DeskRoles
    now_ms: int
    shared: bool = True

    def keeps_out(
        self, desk: str | None, roles: frozenset[str], base: int | None = None
    ) -> str | None:
        """See `DeskRoles.keeps_out`."""
        return self.roles.keeps_out(desk, roles, base, self.now_ms)


class DeskLeases:
    """The desks of all games."""

    def __init__(self, store: LiveStore, clock: Clock, announce: Announce) -> None:
        """announce: tells everyone who watches a game (`desk`)."""
        self._store = store
        self._clock = clock
        self._announce = announce
        self._change = store.client.register_script(_CHANGE)
        # As last seen in Redis, or as held here while Redis is away.
        self._known: OrderedDict[str, DeskRoles] = OrderedDict()

    async def of(self, game_id: str) -> Desks:
        """Who holds what now."""
        try:
            # Every call asks: it waits no longer for this than for being published.
            _, desks = await self._read(game_id, WRITE_S)
        except RedisAway:
            return self._here(game_id)
        return desks

    async def change(self, game_id: str, change: Change) -> Desks:
        """Make a change, and tell everyone when a role went to another desk or is asked for.

        Problem 503 `try-again` when the roles change faster than this one can.
        """
        for _ in range(TRIES):
            try:
                text, before = await self._read(game_id, READ_S)
                roles = change(before.roles, before.now_ms)
                if not await self._write(game_id, text, roles):
                    continue
                after = Desks(roles, before.now_ms)
            except RedisAway:
                before = self._here(game_id)
                after = Desks(change(before.roles, before.now_ms), before.now_ms, shared=False)
            self._remember(game_id, after.roles)
            if _shown(before.roles) != _shown(after.roles):
                await self._announce(game_id, {"type": "desk", "desk": _shown(after.roles)})
            return after
        raise Problem(503, "try-again", "The desk's roles are changing; ask again.")

    async def _read(self, game_id: str, timeout_s: float) -> tuple[str, Desks]:
        """What Redis has, as text and as roles, with its own time: clocks of machines differ."""
        pipe = self._store.client.pipeline(transaction=False)
        pipe.time()
        pipe.get(key(game_id, "desk"))
        (seconds, micros), found = await self._store.run(pipe.execute, timeout_s)
        now_ms = seconds * 1000 + micros // 1000
        if found is None:
            # Never held, or Redis lost it: then what is known here counts.
            return "", Desks(self._known.get(game_id, DeskRoles()), now_ms)
        roles = _parsed(found)
        self._remember(game_id, roles)
        return found, Desks(roles, now_ms)

    async def _write(self, game_id: str, seen: str, roles: DeskRoles) -> bool:
        args = [seen, dumps(roles.to_json()), str(KEEP_S)]
        done = await self._store.run(
            lambda: self._change(keys=[key(game_id, "desk")], args=args), READ_S
        )
        return bool(done)

    def _here(self, game_id: str) -> Desks:
        now_ms = int(self._clock.now().timestamp() * 1000)
        return Desks(self._known.get(game_id, DeskRoles()), now_ms, shared=False)

    def _remember(self, game_id: str, roles: DeskRoles) -> None:
        self._known[game_id] = roles
        self._known.move_to_end(game_id)
        if len(self._known) > REMEMBERED_GAMES:
            self._known.popitem(last=False)


def _parsed(text: str) -> DeskRoles:
    try:
        return DeskRoles.from_json(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError):
        log.warning("the roles of a desk in Redis were not understood; nobody holds them")
        return DeskRoles()


def _shown(roles: DeskRoles) -> dict[str, Any]:
    """What pages see change; when a desk was heard of is no news."""
    return {role: held_json(roles, role) for role in ROLES}


def held_json(roles: DeskRoles, role: str) -> dict[str, Any] | None:
    """A role as clients get it, None when nobody holds it."""
    held = roles.held.get(role)
    return None if held is None else {"desk": held.desk, "asked_by": held.asked_by}
