"""Who watches by WHEP: sessions, how many there may be, and why each of them ended."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable

from fastapi import APIRouter

from server.background import Background
from server.clock import Clock
from server.ingest import signalling
from server.ingest.ice import IceSettings
from server.ingest.offer import read_offer
from server.ingest.registry import Answer, Registry
from server.ingest.sdpfrag import Fragment
from server.media.packets import payloads
from server.media.streams import Streams
from server.media.viewer import WHYS, Viewer, Why
from server.meters import Meters
from server.problems import Problem

log = logging.getLogger(__name__)

MOST = 20
TICK_S = 1.0
FRAMES_CUT_UP = 256
"""Remembered payloads: those since a key frame, which each viewer that comes is sent."""


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
        self._sessions: Registry[Viewer] = Registry(Background("viewers' watchdog", self._watch))

    async def watch(self, game: str, camera: str, body: bytes) -> Answer[Viewer]:
        """Answer an offer. Raises Problem 400, 409 (nothing to see), 422, 503."""
        offer = read_offer(body, sends=False)
        self._sessions.check_open()
        stream = self._streams.find(game, camera)
        if stream is None or stream.video_codec is None:
            raise Problem(
                409, "not-live", "This camera publishes nothing at the moment.",
                {"Retry-After": "2"},
            )  # fmt: skip
        if len(self._sessions) >= self.most:
            raise Problem(
                503, "too-many-viewers", f"This server shows {self.most} viewers the picture by "
                "WebRTC. Watch by HLS.", {"Retry-After": "30"},
            )  # fmt: skip
        viewer = Viewer(
            self._new_id(), f'"{self._new_id()}"', stream, self._clock, self.ice,
            self._payloads, self._meters.viewer_skipped, self._drop,
        )  # fmt: skip
        answer = await self._sessions.begin(
            viewer, viewer.answer(offer), lambda: self._drop(viewer, "unconnected")
        )
        log.info("camera %s/%s has a viewer more: %d", game, camera, len(self))
        return answer

    def session(self, game: str, camera: str, session_id: str) -> Viewer:
        """Raises Problem 404, and 410 with the reason for one that we ended."""
        return self._sessions.find(game, camera, session_id)

    async def trickle(self, session: Viewer, fragment: Fragment) -> None:
        """Raises Problem 422 for an ICE restart; the session stays as it was."""
        await session.connection.trickle(fragment, "Ask for a new one and end this.")

    def end(self, session: Viewer) -> None:
        """The viewer said that it leaves."""
        self._drop(session, "left")

    def __len__(self) -> int:
        return len(self._sessions)

    async def close(self) -> None:
        """End everything and wait for the sockets."""
        await self._sessions.close(lambda viewer: self._drop(viewer, "stopping"))

    # --- inside

    def _drop(self, viewer: Viewer, why: Why) -> None:
        # A type of its own for each reason, because pages decide by it what to do next.
        problem = Problem(410, f"viewer-{why}", f"This session has ended: {WHYS[why]}.")
        if not self._sessions.remove(viewer, None if why == "left" else problem):
            return
        viewer.end(why)
        self._meters.viewer_ended(why)
        log.info("camera %s/%s has a viewer less: %s", *viewer.key, WHYS[why])
        self._sessions.keep(viewer.connection.wait_closed())

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            for viewer in self._sessions:
                viewer.judge()


def router(viewers: Viewers, authorize: signalling.Authorize) -> APIRouter:
    """WHEP: `/whep/GAME[/CAMERA]`, for role watch."""
    return signalling.router("whep", "watch", viewers, viewers.watch, authorize)
