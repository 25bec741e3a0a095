"""The live state of games in Redis: snapshot, tail, last messages, presence.

Everything here can be lost and is rebuilt from the log. All keys of a game carry its name as a
hash tag, so that scripts work on a Redis Cluster. Writes are conditional on `seq`: whoever
comes late, twice or out of order changes nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from server.clock import Clock

T = TypeVar("T")
Wrote = Literal["ok", "old", "gap", "empty", "epoch"]

WRITE_S = 0.05
READ_S = 0.5
TAIL_LENGTH = 500
# A game that nobody touches for this long leaves Redis; the log has it.
KEEP_S = 7 * 24 * 3600
PRESENCE_S = 20


class RedisAway(Exception):  # noqa: N818  (a state of the world, not a fault of ours)
    """Redis does not answer in time, or the circuit is open because it lately did not."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What Redis knows of a game. place: (epoch, seq), None without a state; tail: the updates
    that led there, oldest first; last: the latest messages without a sequence; sections: the
    state at that place, without names.
    """

    place: tuple[str, int] | None
    sections: Mapping[str, Any]
    tail: tuple[Mapping[str, Any], ...]
    last: tuple[Mapping[str, Any], ...]


# KEYS snap tail; ARGV epoch first seq message length channel wire keep section value ...
_PUBLISH = """
local epoch, seq = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'seq'))
if not seq then return 'empty' end
if epoch ~= ARGV[1] then return 'epoch' end
if tonumber(ARGV[3]) <= tonumber(seq) then return 'old' end
if tonumber(ARGV[2]) > tonumber(seq) + 1 then return 'gap' end
redis.call('HSET', KEYS[1], 'seq', ARGV[3], unpack(ARGV, 9))
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[5], ARGV[3] .. '-0', 'u', ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[8])
redis.call('EXPIRE', KEYS[2], ARGV[8])
redis.call('PUBLISH', ARGV[6], ARGV[7])
return 'ok'
"""

# KEYS snap tail; ARGV seen_epoch seen_seq epoch seq channel wire keep section value ...
# Compare and set: only what the caller saw is overwritten ('' stands for nothing there).
_RESET = """
local epoch, seq = unpack(redis.call('HMGET', KEYS[1], 'epoch', 'seq'))
if (epoch or '') ~= ARGV[1] or (seq or '') ~= ARGV[2] then return 'old' end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[1], 'epoch', ARGV[3], 'seq', ARGV[4], unpack(ARGV, 8))
redis.call('EXPIRE', KEYS[1], ARGV[7])
redis.call('PUBLISH', ARGV[5], ARGV[6])
return 'ok'
"""

# KEYS seen; ARGV process count keep. Returns the viewers of all processes that still report.
_PRESENCE = """
local now = tonumber(redis.call('TIME')[1])
if tonumber(ARGV[2]) > 0 then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. ':' .. now)
  redis.call('EXPIRE', KEYS[1], ARGV[3])
else
  redis.call('HDEL', KEYS[1], ARGV[1])
end
local total, all = 0, redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local count, at = string.match(all[i + 1], '^(%d+):(%d+)$')
  if now - tonumber(at) > tonumber(ARGV[3]) then
    redis.call('HDEL', KEYS[1], all[i])
  else
    total = total + tonumber(count)
  end
end
return total
"""


def key(game_id: str, what: str) -> str:
    """Name of a key or channel; the braces are the hash tag of Redis Cluster."""
    return f"courtside:{{{game_id}}}:{what}"


def connect(url: str) -> redis.asyncio.Redis:
    """A client that never retries by itself (the circuit and the repair know better when) and
    never times out by itself: whoever asks says how long.

    No socket_timeout also because redis-py puts it into asyncio.wait_for, which before Python
    3.12 loses a cancellation that arrives as the wait ends; tasks then never stop.
    """
    client: redis.asyncio.Redis = redis.asyncio.from_url(
        url,
        decode_responses=True,
        socket_timeout=None,
        socket_connect_timeout=READ_S,
        retry=Retry(NoBackoff(), 0),
    )
    return client


class Circuit:
    """Stops asking a Redis that does not answer, and lets one question through now and then."""

    def __init__(self, clock: Clock, *, first_s: float = 0.1, longest_s: float = 2.0) -> None:
        self._clock = clock
        self._first_s = first_s
        self._longest_s = longest_s
        self._pause_s = first_s
        self._closed_until_s: float | None = None

    @property
    def degraded(self) -> bool:
        """True from the first failure to the next success."""
        return self._closed_until_s is not None

    def may_try(self) -> bool:
        """At most one trial in every pause."""
        if self._closed_until_s is None:
            return True
        now_s = self._clock.monotonic_s()
        if now_s < self._closed_until_s:
            return False
        self._closed_until_s = now_s + self._pause_s
        return True

    def failed(self) -> None:
        if self.degraded:
            self._pause_s = min(self._pause_s * 2, self._longest_s)
        self._closed_until_s = self._clock.monotonic_s() + self._pause_s

    def worked(self) -> None:
        self._pause_s = self._first_s
        self._closed_until_s = None


class LiveStore:
    """Commands for the live state; every method raises RedisAway and nothing else.

    process: names this process in presence and on channels. Writes wait `write_s` at most,
    reads, which only the background makes, longer.
    """

    def __init__(
        self,
        client: redis.asyncio.Redis,
        clock: Clock,
        process: str,
        *,
        write_s: float = WRITE_S,
        read_s: float = READ_S,
        tail_length: int = TAIL_LENGTH,
    ) -> None:
        self.client = client
        self.process = process
        self.circuit = Circuit(clock)
        self._write_s = write_s
        self._read_s = read_s
        self._tail_length = tail_length
        self._publish = client.register_script(_PUBLISH)
        self._reset = client.register_script(_RESET)
        self._presence = client.register_script(_PRESENCE)

    @property
    def degraded(self) -> bool:
        """Did Redis fail to answer lately?"""
        return self.circuit.degraded

    async def run(self, command: Callable[[], Awaitable[T]], timeout_s: float) -> T:
        """Ask Redis, through the circuit. RedisAway when it is not there, in time."""
        if not self.circuit.may_try():
            raise RedisAway("not asked: it did not answer a moment ago")
        try:
            async with asyncio.timeout(timeout_s):
                answer = await command()
        except (RedisError, OSError, TimeoutError) as error:
            self.circuit.failed()
            raise RedisAway(f"{type(error).__name__}: {error}") from error
        self.circuit.worked()
        return answer

    async def write(self, command: Callable[[], Awaitable[T]]) -> T:
        """A short command of another part of this room, within the time of a write."""
        return await self.run(command, self._write_s)

    async def read(self, name: str) -> str | None:
        """A plain value."""
        found = await self.run(lambda: self.client.get(name), self._read_s)
        return None if found is None else str(found)

    async def ping(self) -> None:
        """RedisAway unless Redis answers."""
        await self.run(lambda: self.client.ping(), self._read_s)

    async def publish(
        self, game_id: str, message: Mapping[str, Any], first_seq: int, *, patient: bool = False
    ) -> Wrote:
        """Add one update to snapshot and tail and tell every process, if it is the next one.

        message: the update as viewers get it (epoch, seq, entries, state).
        patient: a repair in the background may wait longer than a call.
        """
        text = dumps(message)
        seq = str(message["seq"])
        wire = f'{{"from":"{self.process}","message":{text}}}'
        args = [str(message["epoch"]), str(first_seq), seq, text, str(self._tail_length)]
        args += [key(game_id, "say"), wire, str(KEEP_S), *_sections(message["state"])]
        keys = [key(game_id, "snap"), key(game_id, "tail")]
        timeout_s = self._read_s if patient else self._write_s
        return cast(Wrote, await self.run(lambda: self._publish(keys=keys, args=args), timeout_s))

    async def reset(
        self,
        game_id: str,
        seen: tuple[str, int] | None,
        epoch: str,
        seq: int,
        sections: Mapping[str, Any],
    ) -> Wrote:
        """Put the state of the log in the place of what Redis had (`seen`: epoch and seq)."""
        seen_epoch, seen_seq = (seen[0], str(seen[1])) if seen else ("", "")
        wire = dumps({"from": self.process, "reset": True})
        args = [seen_epoch, seen_seq, epoch, str(seq), key(game_id, "say"), wire, str(KEEP_S)]
        args += _sections(sections)
        keys = [key(game_id, "snap"), key(game_id, "tail")]
        return cast(Wrote, await self.run(lambda: self._reset(keys=keys, args=args), self._read_s))

    async def place(self, game_id: str) -> tuple[str, int] | None:
        """(epoch, seq) that Redis has, None when it knows nothing of the game."""
        name = key(game_id, "snap")
        epoch, seq = await self.run(
            lambda: cast(Awaitable[list[Any]], self.client.hmget(name, ["epoch", "seq"])),
            self._read_s,
        )
        return (str(epoch), int(seq)) if epoch is not None and seq is not None else None

    async def load(self, game_id: str) -> Stored:
        """Everything of a game in one round trip."""
        pipe = self.client.pipeline(transaction=False)
        pipe.hgetall(key(game_id, "snap"))
        pipe.xrevrange(key(game_id, "tail"), count=self._tail_length)
        pipe.hvals(key(game_id, "last"))
        snap, tail, last = await self.run(pipe.execute, self._read_s)
        place = (str(snap["epoch"]), int(snap["seq"])) if "seq" in snap else None
        sections = {name[2:]: json.loads(snap[name]) for name in snap if name.startswith("s:")}
        updates = tuple(json.loads(fields["u"]) for _, fields in reversed(tail))
        return Stored(place, sections, updates, tuple(json.loads(text) for text in last))

    async def say(
        self, says: Sequence[tuple[str, str | None, Mapping[str, Any]]], *, patient: bool = False
    ) -> None:
        """Tell every process messages without a sequence.

        says: (game, name under which the latest one is kept or None, message).
        """
        pipe = self.client.pipeline(transaction=False)
        for game_id, name, message in says:
            text = dumps(message)
            if name is not None:
                pipe.hset(key(game_id, "last"), name, text)
                if message.get("type") == "camera" and message.get("status") != "live":
                    pipe.hdel(key(game_id, "last"), f"tracks:{message['camera']}")
                pipe.expire(key(game_id, "last"), KEEP_S)
            pipe.publish(key(game_id, "say"), f'{{"from":"{self.process}","message":{text}}}')
        await self.run(pipe.execute, self._read_s if patient else self._write_s)

    async def remember(self, game_id: str, said: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep last messages again after Redis has lost them; newer ones stay."""
        pipe = self.client.pipeline(transaction=False)
        for name, message in said.items():
            pipe.hsetnx(key(game_id, "last"), name, dumps(message))
        if said:
            pipe.expire(key(game_id, "last"), KEEP_S)
            await self.run(pipe.execute, self._read_s)

    async def last(self, game_id: str) -> tuple[Mapping[str, Any], ...]:
        """The last messages without a sequence that any process said about a game."""
        found = await self.run(
            lambda: cast(Awaitable[list[str]], self.client.hvals(key(game_id, "last"))),
            self._write_s,
        )
        return tuple(json.loads(text) for text in found)

    async def command(self, game_id: str, word: str) -> None:
        """Tell the other processes a word about a game: `forget`."""
        wire = dumps({"from": self.process, word: True})
        await self.run(
            lambda: self.client.publish(key(game_id, "say"), wire),
            self._write_s,
        )

    async def presence(self, game_id: str, count: int) -> int:
        """Report this process's viewers of a game; returns those of all processes."""
        args = [self.process, str(count), str(PRESENCE_S)]
        keys = [key(game_id, "seen")]
        return int(await self.run(lambda: self._presence(keys=keys, args=args), self._read_s))

    async def forget(self, game_id: str) -> None:
        """Erase a game."""
        names = [key(game_id, what) for what in ("snap", "tail", "last", "seen", "desk")]
        await self.run(lambda: self.client.delete(*names), self._read_s)


def dumps(value: object) -> str:
    """Compact JSON; refuses NaN, which no browser reads."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _sections(state: Mapping[str, Any]) -> list[str]:
    flat: list[str] = []
    for name, value in state.items():
        flat += [f"s:{name}", dumps(value)]
    return flat
