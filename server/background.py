"""Work that goes on beside everything else for as long as its part lives."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)


class Background:
    """One task: `start` first, `stop` at the end; a bug that ends it is said at once."""

    def __init__(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._name = name
        self._work = work
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, unless it is under way."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), name=self._name)
            self._task.add_done_callback(report_failure)

    async def stop(self) -> None:
        """End it and wait until it has ended."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None

    def abandon(self) -> None:
        """End it without waiting."""
        if self._task is not None:
            self._task.cancel()


def report_failure(task: asyncio.Task[None]) -> None:
    """A task that ends by a bug ends in sight of everyone."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("%s ended by a bug", task.get_name(), exc_info=error)
