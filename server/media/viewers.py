"""Who watches by WHEP: sessions, how many there may be, and why each of them ended."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter

from server.background import Background
from server.clock import Clock
from server.ingest import signalling
from server.ingest.ice import IceSettings
from server.ingest.offer import read_offer
from server.ingest.sdpfrag import Fragment
from server.media.packets import payloads
from server.media.streams import Streams
from server.media.viewer import WHYS, Viewer, Why
from server.meters import Meters
from server.problems import Problem

log = logging.getLogger(__name__)

MOST = 20
TICK_S = 1.0
REMEMBERED = 512
FRAMES_CUT_UP = 256
"""Remembered payloads: those since a key frame, which each viewer that comes is sent."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What POST returns."""

    session: Viewer
    sdp: str


class Viewers:
    """All WHEP sessions of this process. Use from the event loop.

    most: sessions at once; each costs this process's event loop some percent of a core.
    """

    def __init__(
        self,
        streams: Streams,
        clock: Clock,
        new_id: Callable[[], str],
        meters: Meters,
        ice: IceSettings | None = None,
        most: int = MOST,
    ) -> None:
        self.ice = ice or IceSettings()
        self.most = most
        self._streams = streams
        self._clock = clock
        self._new_id = new_id
        self._meters = meters
        # Cut up once for all viewers, who are given the same sample within the same moment.
        self._payloads = functools.lru_cache(maxsize=FRAMES_CUT_UP)(payloads)
        self._viewers: dict[str, Viewer] = {}
        self._past: OrderedDict[str, Problem] = OrderedDict()
        self._closing: set[asyncio.Task[None]] = set()
        self._watchdog = Background("viewers' watchdog", self._watch)
        self._closed = False

    async def watch(self, game: str, camera: str, body: bytes) -> Answer:
        """Answer an offer. Raises Problem 400, 409 (nothing to see), 422, 503."""
        offer = read_offer(body, sends=False)
        if self._closed:
            raise Problem(503, "stopping", "The server stops.", {"Retry-After": "10"})
        stream = self._streams.find(game, camera)
        if stream is None or stream.video_codec is None:
            raise Problem(
                409, "not-live", "This camera publishes nothing at the moment.",
                {"Retry-After": "2"},
            )  # fmt: skip
        if len(self._viewers) >= self.most:
            raise Problem(
                503, "too-many-viewers", f"This server shows {self.most} viewers the picture by "
                "WebRTC. Watch by HLS.", {"Retry-After": "30"},
            )  # fmt: skip
        self._watchdog.start()
        viewer = Viewer(
            self._new_id(), f'"{self._new_id()}"', stream, self._clock, self.ice,
            self._payloads, self._meters.viewer_skipped, self._drop,
        )  # fmt: skip
        self._viewers[viewer.id] = viewer
        answered = False
        try:
            sdp = await viewer.answer(offer)
            answered = viewer.id in self._viewers
        finally:
            if not answered:
                self._drop(viewer, "unconnected")
        if not answered:
            raise Problem(503, "busy", "The session ended while it began.", {"Retry-After": "2"})
        log.info("camera %s/%s has a viewer more: %d", game, camera, len(self._viewers))
        return Answer(viewer, sdp)

    def session(self, game: str, camera: str, session_id: str) -> Viewer:
        """Raises Problem 404, and 410 with the reason for one that we ended."""
        viewer = self._viewers.get(session_id)
        if viewer is not None and viewer.stream.key == (game, camera):
            return viewer
        past = self._past.get(f"{game}/{camera}/{session_id}")
        if past is None:
            raise Problem(404, "no-session", "There is no such session.")
        # A new one each time: an exception that is raised again keeps every trace.
        raise Problem(past.status, past.type, past.detail)

    async def trickle(self, session: Viewer, fragment: Fragment) -> None:
        """Raises Problem 422 for an ICE restart; the session stays as it was."""
        await session.connection.trickle(fragment, "Ask for a new one and end this.")

    def end(self, session: Viewer) -> None:
        """The viewer said that it leaves."""
        self._drop(session, "left")

    def __len__(self) -> int:
        return len(self._viewers)

    async def close(self) -> None:
        """End everything and wait for the sockets."""
        self._closed = True
        await self._watchdog.stop()
        for viewer in tuple(self._viewers.values()):
            self._drop(viewer, "stopping")
        if self._closing:
            await asyncio.wait(self._closing)

    # --- inside

    def _drop(self, viewer: Viewer, why: Why) -> None:
        if self._viewers.pop(viewer.id, None) is None:
            return
        viewer.end(why)
        self._meters.viewer_ended(why)
        game, camera = viewer.stream.key
        log.info("camera %s/%s has a viewer less: %s", game, camera, WHYS[why])
        if why != "left":
            # A type of its own for each reason, because pages decide by it what to do next.
            self._past[f"{game}/{camera}/{viewer.id}"] = Problem(
                410, f"viewer-{why}", f"This session has ended: {WHYS[why]}."
            )
        while len(self._past) > REMEMBERED:
            self._past.popitem(last=False)
        task = asyncio.create_task(viewer.connection.wait_closed())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            for viewer in tuple(self._viewers.values()):
                viewer.judge()


def router(viewers: Viewers, authorize: signalling.Authorize) -> APIRouter:
    """WHEP: `/whep/GAME[/CAMERA]`, for role watch."""
    return signalling.router("whep", "watch", viewers, viewers.watch, authorize)
