"""The picture handed over to a media engine that shows it to thousands, without encoding."""

from __future__ import annotations

import asyncio
import functools
import json
import logging
import random
import re
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, cast
from urllib.parse import urlsplit

from server.clock import Clock
from server.ingest.sample import Sample
from server.media import forward_program
from server.media.backlog import Backlog
from server.media.streams import Stream
from server.meters import Gauges, Meters

log = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
STAYED_S = 30.0
"""Who was connected so long may try again at once."""
STALLED_S = 10.0
"""An engine that takes nothing for so long is given up."""
PIPE_BYTES = 1 << 20
"""On their way to the program; what it does not take waits in the backlog, which has a bound."""
GOODBYE_S = 3.0
State = Literal["connecting", "live", "lost"]
_PLACES = re.compile(r"\{(game|camera)\}")


@dataclass(frozen=True, slots=True)
class Target:
    """Where to. url: {game} and {camera} in it are replaced. game: only this one; None for all."""

    url: str
    game: str | None = None

    def of(self, game: str, camera: str) -> str | None:
        """The address for one camera; None when it is not to be forwarded there."""
        if self.game not in (None, game):
            return None
        names = {"game": game, "camera": camera}
        return _PLACES.sub(lambda place: names[place[1]], self.url)


class Forwarder:
    """Takes a camera's samples and keeps a program that sends them; reconnects by itself.

    An engine that is too slow costs itself pictures up to the next key frame, nobody else.
    """

    def __init__(self, stream: Stream, url: str, clock: Clock, meters: Meters) -> None:
        self.stream = stream
        self.state: State = "connecting"
        self.why = ""
        self.since_s = clock.monotonic_s()
        self._url = url
        self._clock = clock
        self._meters = meters
        self._backlog = Backlog()
        self._arrived = asyncio.Event()
        self._closed = asyncio.Event()
        self.work = asyncio.create_task(self._run(), name="forward")

    @property
    def to(self) -> str:
        """Scheme and host: the rest of the address may be a secret."""
        parts = urlsplit(self._url)
        return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")

    # --- samples in

    def put(self, sample: Sample) -> None:
        """Never waits."""
        if not self._backlog.put(sample):
            self._meters.forward_skipped()
            self.stream.want_key_frame()
        self._arrived.set()

    def close(self) -> None:
        """The camera has ended: what waits is sent, for a moment."""
        self._closed.set()
        self._arrived.set()

    # --- and out

    async def _run(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._closed.is_set():
            self._say("connecting")
            try:
                why = await self._once()
            except OSError as error:
                why = f"its process did not start: {error.strerror}"
            if self._closed.is_set():
                return
            stayed = self.state == "live" and self._clock.monotonic_s() - self.since_s > STAYED_S
            pause_s = FIRST_PAUSE_S if stayed else min(LONGEST_PAUSE_S, pause_s * 2)
            self._meters.forward_lost()
            self._say("lost", why)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s * random.uniform(0.7, 1.3)):
                    await self._closed.wait()

    def _say(self, state: State, why: str = "") -> None:
        self.state, self.why, self.since_s = state, why, self._clock.monotonic_s()
        level = logging.WARNING if state == "lost" else logging.INFO
        game, camera = self.stream.key
        log.log(level, "%s/%s to %s is %s %s", game, camera, self.to, state, why)

    async def _once(self) -> str:
        """One run of the program. Returns why it ended."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", forward_program.__name__, stdin=PIPE, stdout=PIPE,
            start_new_session=True,  # Ctrl-C is for the server, which says goodbye
        )  # fmt: skip
        pipe, lines = cast(StreamWriter, process.stdin), cast(StreamReader, process.stdout)
        heard = asyncio.create_task(self._hear(lines))
        try:
            return await self._feed(pipe, heard)
        except asyncio.CancelledError:
            # No time for a goodbye: it may hang in an engine's socket for ever.
            with suppress(ProcessLookupError):
                process.kill()
            raise
        finally:
            pipe.close()
            await self._end(process)
            heard.cancel()

    async def _feed(self, pipe: StreamWriter, heard: asyncio.Task[str]) -> str:
        """Until the camera or the program has ended. Returns why the program ended."""
        order = {"url": self._url, "sound": self.stream.audio}
        pipe.transport.set_write_buffer_limits(high=PIPE_BYTES)
        pipe.write(json.dumps(order).encode() + b"\n")
        self._backlog.begin(self.stream.since_key)
        while not heard.done():
            sample = self._backlog.take()
            if sample is None:
                if self._closed.is_set():
                    return ""
                self._arrived.clear()
                waiting = asyncio.create_task(self._arrived.wait())
                await asyncio.wait([waiting, heard], return_when=asyncio.FIRST_COMPLETED)
                waiting.cancel()
                continue
            pipe.write(forward_program.write(sample))
            try:
                async with asyncio.timeout(STALLED_S):
                    await pipe.drain()
            except TimeoutError:
                return f"it took nothing for {STALLED_S:.0f} s"
            except ConnectionError:
                break
        return await heard

    async def _hear(self, lines: StreamReader) -> str:
        """What the program says, to its end; the last error."""
        why = "it ended"
        async for line in lines:
            word, _, rest = line.decode().strip().partition(" ")
            if word == "live":
                self._say("live")
            elif word == "error":
                why = rest
        return why

    async def _end(self, process: Process) -> None:
        try:
            async with asyncio.timeout(GOODBYE_S if self._closed.is_set() else 0.5):
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


class Forwards:
    """All forwarding of this process."""

    def __init__(self, targets: Sequence[Target], clock: Clock, meters: Meters) -> None:
        self._targets = tuple(targets)
        self._clock = clock
        self._meters = meters
        self._running: dict[Forwarder, None] = {}

    def keep(self, stream: Stream) -> list[Forwarder]:
        """For Streams: those who take this camera."""
        found = []
        for target in self._targets:
            if (url := target.of(stream.game, stream.camera)) is not None:
                forwarder = Forwarder(stream, url, self._clock, self._meters)
                self._running[forwarder] = None
                forwarder.work.add_done_callback(functools.partial(self._done, forwarder))
                found.append(forwarder)
        return found

    def _done(self, forwarder: Forwarder, work: asyncio.Task[None]) -> None:
        del self._running[forwarder]

    @property
    def all(self) -> tuple[Forwarder, ...]:
        return tuple(self._running)

    @property
    def trouble(self) -> str:
        """Empty while every media engine has what it should."""
        lost = [forwarder for forwarder in self._running if forwarder.state == "lost"]
        if not lost:
            return ""
        return f"{len(lost)} of {len(self._running)} not connected; {lost[0].to}: {lost[0].why}"

    def facts(self) -> list[dict[str, object]]:
        """For `/readyz`: without secrets."""
        now_s = self._clock.monotonic_s()
        return [
            {
                "game": forwarder.stream.game,
                "camera": forwarder.stream.camera,
                "to": forwarder.to,
                "state": forwarder.state,
                "why": forwarder.why,
                "for_s": round(now_s - forwarder.since_s),
            }
            for forwarder in self._running
        ]

    def gauges(self) -> Gauges:
        """For `/metrics`."""
        live = sum(forwarder.state == "live" for forwarder in self._running)
        return {
            "forwards": ("Cameras that are to be handed over", len(self._running), {}),
            "forwards_live": ("Those of them that a media engine takes", live, {}),
        }

    async def close(self) -> None:
        """After the cameras: end what still says goodbye."""
        works = [forwarder.work for forwarder in self._running]
        for forwarder in self.all:
            forwarder.close()
        if works:
            _, late = await asyncio.wait(works, timeout=GOODBYE_S + 1)
            for work in late:
                work.cancel()
            if late:
                await asyncio.wait(late)
