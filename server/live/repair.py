"""Redis is brought to where the log is, in the background, until it is there."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from typing import Any, Protocol

from server.live.redis import LiveStore, RedisAway
from server.problems import Problem
from server.updates import GameState, Json

log = logging.getLogger(__name__)

PAUSE_S = 0.25
PROBE_S = 1.0
LONGEST_UPDATE = 200
TRIES = 5


class Truth(Protocol):
    async def state(self, game_id: str, *, names: bool = True) -> GameState: ...

    async def log(self, game_id: str, after: int = 0) -> list[Json]: ...


class Repair:
    """Games whose live state in Redis may be behind, wrong or gone; a set, so never many."""

    def __init__(self, store: LiveStore, truth: Truth) -> None:
        self.repaired = 0
        self._store = store
        self._truth = truth
        self._wanted: dict[str, Mapping[str, Mapping[str, Any]]] = {}
        self._wake = asyncio.Event()

    def ask(self, game_id: str, said: Mapping[str, Mapping[str, Any]]) -> None:
        """Look at a game soon. said: messages without a sequence that this process has made."""
        self._wanted[game_id] = said
        self._wake.set()

    def wake(self) -> None:
        """Redis may be back."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled. While Redis is away, it is asked once a second whether it is back."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PROBE_S):
                    await self._wake.wait()
            self._wake.clear()
            if self._store.degraded:
                with contextlib.suppress(RedisAway):
                    await self._store.ping()
            for game_id, said in list(self._wanted.items()):
                try:
                    done = await self._mend(game_id, said)
                except RedisAway:
                    break
                except Problem as problem:
                    # Erased: nothing to repair. The log is away: again later.
                    log.info("a game was not repaired in Redis: %s", problem)
                    done = problem.status == 404
                if done:
                    self.repaired += 1
                    if self._wanted.get(game_id) is said:
                        del self._wanted[game_id]
            if self._wanted:
                self._wake.set()
                await asyncio.sleep(PAUSE_S)

    async def _mend(self, game_id: str, said: Mapping[str, Mapping[str, Any]]) -> bool:
        for _ in range(TRIES):
            # Redis first: only what is in the log gets into Redis, so a log that is behind
            # is another log, or one that was put back from a copy.
            place = await self._store.place(game_id)
            state = await self._truth.state(game_id, names=False)
            if place is not None and place == (state.epoch, state.seq):
                return True
            same = place is not None and place[0] == state.epoch and place[1] < state.seq
            if same and place is not None and state.seq - place[1] <= LONGEST_UPDATE:
                await self._append(game_id, place[1], state)
            else:
                await self._store.reset(game_id, place, state.epoch, state.seq, state.sections)
                await self._store.remember(game_id, said)
        return False

    async def _append(self, game_id: str, after: int, state: GameState) -> None:
        entries = await self._truth.log(game_id, after)
        message = {
            "type": "update",
            "epoch": state.epoch,
            "seq": state.seq,
            "entries": [entry for entry in entries if entry["seq"] <= state.seq],
            "state": dict(state.sections),
        }
        await self._store.publish(game_id, message, after + 1, patient=True)
