"""Reads of the storage for viewers: in a few threads, each file once for all who want it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from server.media.library import MediaUnavailable, NotRecorded
from server.places import Places
from server.problems import Problem

T = TypeVar("T")

THREADS = 4
MOST_READS = 64
KEPT_BYTES = 96 << 20


class Readers:
    """Threads for blocking calls, and the bytes that were read last. Use from the event loop."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._threads = ThreadPoolExecutor(THREADS, "media-reader")
        self._kept_bytes = kept_bytes
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._bytes = 0
        self._reading: dict[Hashable, asyncio.Task[bytes]] = {}
        self.places = Places(MOST_READS, "Too many wait for the storage; try again.")
        """Of reads. When none is free the storage is slow."""

    async def close(self) -> None:
        """Wait for what is under way."""
        await asyncio.to_thread(self._threads.shutdown)

    async def read(self, call: Callable[[], T]) -> T:
        """The result of a blocking call. Problem 503 when the storage does not answer, or too
        many wait for it; 404 for what is not there (any more)."""
        try:
            with self.places.one():
                return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        except NotRecorded as error:
            raise Problem(
                404, "not-found", "There is nothing (any more) at this address."
            ) from error
        except MediaUnavailable as error:
            raise error.problem() from error

    async def file(self, key: Hashable, call: Callable[[], bytes]) -> bytes:
        """The same for a file's bytes: from memory, or one read for all who ask at once."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept
        task = self._reading.get(key)
        if task is None:
            task = self._reading[key] = asyncio.create_task(self._keep(key, call))
            task.add_done_callback(lambda _: self._reading.pop(key, None))
        # A viewer who leaves takes the file from nobody else.
        return await asyncio.shield(task)

    def forget(self, wanted: Callable[[Hashable], bool]) -> None:
        """Keep no bytes whose key is wanted."""
        for key in [key for key in self._kept if wanted(key)]:
            self._bytes -= len(self._kept.pop(key))

    async def _keep(self, key: Hashable, call: Callable[[], bytes]) -> bytes:
        data = await self.read(call)
        if len(data) <= self._kept_bytes // 4:
            self._kept[key] = data
            self._bytes += len(data)
            while self._bytes > self._kept_bytes:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= len(oldest)
        return data
