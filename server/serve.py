"""A server from its settings to its end: bind, build, serve, stop."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from server.api.links import Links
from server.app import build_app
from server.clock import Clock
from server.house import House, open_house
from server.listeners import Listeners, open_listeners
from server.machine import give_pictures_back, switch_threads_often
from server.settings import Settings
from server.web import serve, stop_on_signals


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers."""

    house: House
    listeners: Listeners
    links: Links


Work = Callable[[Running], Awaitable[None]]


async def serve_until_stopped(settings: Settings, clock: Clock, work: Work) -> None:
    """Serve until Ctrl-C or SIGTERM; `work` runs beside it once every address answers and is
    cancelled at the end. What goes wrong in either ends both and is raised.

    Raises ListenError, LogUnavailable, RedisMissing, DeviceError, ModelError, ModelFileError.
    """
    give_pictures_back()
    switch_threads_often()
    stop, ready = asyncio.Event(), asyncio.Event()
    listeners = open_listeners(settings, clock)
    try:
        with stop_on_signals(stop):
            async with open_house(settings, clock) as house:
                # What was loaded so far stays for ever. Unless the collector is told so, it looks
                # through all of it now and then, and the event loop stands still meanwhile.
                gc.collect()
                gc.freeze()
                links = Links(listeners.lan_url)
                running = Running(house, listeners, links)
                await _serve_with(running, stop, ready, work)
    finally:
        listeners.close()


async def _serve_with(
    running: Running, stop: asyncio.Event, ready: asyncio.Event, work: Work
) -> None:
    async def work_when_ready() -> None:
        await ready.wait()
        await work(running)

    app = build_app(running.house, running.links)
    serving = asyncio.create_task(
        serve(app, running.listeners.all, stop, ready, running.house.hub.stop), name="serve"
    )
    working = asyncio.create_task(work_when_ready(), name="work")
    stopping = asyncio.create_task(stop.wait(), name="stop")
    working.add_done_callback(lambda task: stop.set() if _failed(task) else None)
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    working.cancel()
    stop.set()
    for result in await asyncio.gather(serving, working, return_exceptions=True):
        if isinstance(result, Exception):
            raise result


def _failed(task: asyncio.Task[None]) -> bool:
    return not task.cancelled() and task.exception() is not None
