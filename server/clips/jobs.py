"""The queue of jobs on Redis: saq, made to rest while Redis is away.

What must be done is known from the table of clips, so a queue that was lost is filled again, and
a job that came twice finds its work done.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import redis.asyncio
from redis.exceptions import RedisError
from saq.job import Job, Status
from saq.queue.redis import RedisQueue
from saq.types import Context, TimersDict, WorkerInfo
from saq.worker import Worker

log = logging.getLogger(__name__)

AT_ONCE = 8
"""Jobs of one process; most of them wait for the picture to be recorded."""
TRIES = 4
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 20.0
LONGEST_S = 90
"""A job that takes longer is taken from its worker, where nothing else is said."""
SILENT_S = 4
"""A job whose worker has not said for so long that it lives is given to another."""
_AWAY_S = 0.5
_AWAY = (RedisError, OSError)

Work = Callable[[str, int, str], Awaitable[None]]
"""game, seq, name of the cut. What it raises is tried again, then handed to `Failed`."""
Failed = Callable[[str, int, str, str], Awaitable[None]]
"""The same and why, after the last try."""


class Jobs:
    """One for each process; all processes of a Redis share the work."""

    def __init__(
        self,
        url: str,
        work: Work,
        failed: Failed,
        *,
        name: str = "clips",
        at_once: int = AT_ONCE,
        longest_s: int = LONGEST_S,
    ) -> None:
        """name: of the queue. at_once: jobs of this process that run beside each other."""
        # The braces keep all keys in one slot of a Redis Cluster.
        self._queue = JobQueue(redis.asyncio.from_url(url), name=f"{{courtside}}:{name}")
        self._longest_s = longest_s
        self._work = work
        self._failed = failed
        self._worker = _Worker(
            self._queue,
            functions=[("cut", self._run)],
            concurrency=at_once,
            after_process=self._after,
            timers=TimersDict(schedule=1, worker_info=3600, sweep=1, abort=1),
        )
        self._task: asyncio.Task[None] | None = None
        # It tells of every job that comes and goes, and of each that waits as we end.
        logging.getLogger("saq").setLevel(logging.ERROR)

    def start(self) -> None:
        """Begin to work."""
        self._task = asyncio.create_task(self._worker.start(), name="clips-worker")

    async def stop(self) -> None:
        """Let jobs go back to the queue and end."""
        self._worker.event.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=5)
        try:
            await self._queue.disconnect()
        except _AWAY:
            log.debug("Redis was gone before the queue was closed")

    async def put(self, game: str, seq: int, cut: str) -> bool:
        """Ask for a clip, once however often it is asked. False while Redis is away."""
        job = Job(
            "cut",
            kwargs={"game": game, "seq": seq, "cut": cut},
            key=f"{game}:{cut}",
            timeout=self._longest_s,
            heartbeat=SILENT_S,
            retries=TRIES,
            retry_delay=FIRST_PAUSE_S,
            retry_backoff=LONGEST_PAUSE_S,
            ttl=-1,  # nothing is kept of a job that is done: the table knows
        )
        try:
            async with asyncio.timeout(1):
                await self._queue.enqueue(job)
        except (*_AWAY, TimeoutError) as error:
            log.debug("a clip waits for Redis: %s", error)
            return False
        return True

    async def waiting(self) -> int:
        """Jobs that nobody works on yet; 0 while Redis is away."""
        try:
            async with asyncio.timeout(1):
                return await self._queue.count("queued")
        except (*_AWAY, TimeoutError):
            return 0

    async def _run(self, context: Context, *, game: str, seq: int, cut: str) -> None:
        alive = asyncio.create_task(_say_alive(context["job"]))
        try:
            await self._work(game, seq, cut)
        finally:
            alive.cancel()

    async def _after(self, context: Context) -> None:
        job, error = context["job"], context.get("exception")
        if error is not None and job.status == Status.FAILED:
            asked = job.kwargs or {}
            why = f"{type(error).__name__}: {error}"
            await self._failed(asked["game"], asked["seq"], asked["cut"], why)


async def _say_alive(job: Job) -> None:
    while True:
        await asyncio.sleep(SILENT_S / 3)
        try:
            await job.update()
        except _AWAY:
            return  # the job is done all the same, perhaps by two


class _Worker(Worker[Context]):
    """The server itself listens to signals."""

    SIGNALS = []  # noqa: RUF012


class JobQueue(RedisQueue):
    """While Redis is away there is nothing to do: no busy loop, no trace in the log."""

    async def dequeue(
        self,
        timeout: float = 0.0,  # noqa: ASYNC109  (as it is there)
        poll_interval: float = 0.0,
    ) -> Job | None:
        try:
            return await super().dequeue(timeout, poll_interval)
        except _AWAY:
            await asyncio.sleep(_AWAY_S)
            return None

    async def schedule(self, lock: int = 1) -> list[str]:
        try:
            return await super().schedule(lock)
        except _AWAY:
            return []

    async def sweep(self, lock: int = 60, abort: float = 5.0) -> list[str]:
        try:
            return await super().sweep(lock, abort)
        except _AWAY:
            return []
        except RuntimeError as error:
            # A slow worker's job was done just as it was to be given to another: nothing to do.
            if not str(error).endswith("doesn't exist"):
                raise
            return []

    async def jobs(self, job_keys: Any) -> list[Job | None]:
        try:
            return await super().jobs(job_keys)
        except _AWAY:
            return []

    async def write_worker_info(self, worker_id: str, info: WorkerInfo, ttl: int) -> None:
        """Nobody reads it: /metrics says what there is to know."""
