"""What the queue does when a worker and its sweeper meet."""

from __future__ import annotations

import pytest
from redis.asyncio import from_url
from saq.job import Job

from server.clips.jobs import JobQueue
from tests.redis_server import RedisServer


class DoneMeanwhile(JobQueue):
    """Its worker ends each job just as another takes it away."""

    async def abort(self, job: Job, error: str, ttl: float = 5) -> None:
        await super().abort(job, error, ttl)
        await self.redis.delete(job.id)


@pytest.mark.filterwarnings("ignore:Call to deprecated setex:DeprecationWarning")  # by saq
async def test_a_job_that_is_done_while_it_is_swept_is_no_error(redis: RedisServer) -> None:
    queue = DoneMeanwhile(from_url(redis.url), name="clips")
    await queue.enqueue(Job("cut", key="one"))
    assert await queue.dequeue(1.0) is not None
    assert await queue.sweep() == []
    await queue.disconnect()
