"""Who is publishing: sessions, the one that is live of each camera, take-over, the watchdog."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import av

from server.background import Background, report_failure
from server.clock import Clock
from server.ingest import aiortc_hooks
from server.ingest.ice import IceSettings
from server.ingest.offer import read_offer
from server.ingest.peer import Peer
from server.ingest.registry import Answer, Registry
from server.ingest.sample import EncodedFrame
from server.ingest.sdpfrag import Fragment
from server.ingest.session import (
    Camera,
    Claim,
    FrameSink,
    Limits,
    OnState,
    OpenMedia,
    Session,
    Status,
)
from server.ingest.timeline import CameraLine
from server.ingest.watchdog import Watchdog
from server.meters import Meters
from server.problems import Problem

log = logging.getLogger(__name__)


class Cameras:
    """All publishing sessions of this process. Use from the event loop.

    open_sink(game, camera) is called when a camera's first picture arrives, its sink is closed
    when the camera has ended; open_media is the same for encoded frames. Without `decode` nothing
    is decoded: a camera is live with its first whole key frame, and open_sink is not called.
    on_state(game, camera, status, why) is called on the loop and must not wait: `live`, `lost`,
    `replaced`, `ended`.
    claim takes a camera among processes when its first picture is there, and knows its media
    second 0; without it that is the first picture.

    A second publisher of a camera takes over when its first picture is there (make before
    break): until then the first one stays live. Media time continues.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        new_id: Callable[[], str],
        open_sink: Callable[[str, str], FrameSink],
        on_state: OnState,
        open_media: OpenMedia | None = None,
        decode: bool = True,
        ice: IceSettings | None = None,
        limits: Limits | None = None,
        claim: Claim | None = None,
        meters: Meters | None = None,
    ) -> None:
        aiortc_hooks.check_pins()
        self.ice = ice or IceSettings()
        self.limits = limits or Limits()
        self._clock = clock
        self._new_id = new_id
        self._open_sink = open_sink
        self._open_media = open_media
        self._decode = decode
        self._on_state = on_state
        self._claim = claim
        self._meters = meters
        self._cameras: dict[tuple[str, str], Camera] = {}
        watchdog = Watchdog(
            clock,
            self.limits,
            lambda: self.sessions,
            finish=self._finish,
            say=self._say,
            count=self._count,
        )
        self._sessions: Registry[Session] = Registry(Background("camera watchdog", watchdog.run))

    # --- for WHIP

    async def publish(self, game: str, camera: str, body: bytes) -> Answer[Session]:
        """Answer an offer. Raises Problem 400, 422, 503."""
        offer = read_offer(body)
        self._make_room(game, camera)
        place = self._camera(game, camera)
        session = Session(
            self._new_id(), f'"{self._new_id()}"', game, camera,
            self._clock.monotonic_s(), place, place.line.publisher(),
        )  # fmt: skip

        def picture(image: av.VideoFrame, media_s: float | None, captured_s: float) -> None:
            self._picture(session, image, media_s, captured_s)

        session.peer = Peer(
            f"{game}/{camera}",
            self._clock,
            self.ice,
            on_frame=lambda frame: self._frame(session, frame),
            on_report=session.clock.report,
            on_picture=picture if self._decode else None,
            on_gone=lambda why: self._gone(session, why),
        )
        never = Problem(404, "no-session", "This session never began.")
        return await self._sessions.begin(
            session, session.peer.answer(offer), lambda: self._drop(session, never)
        )

    def session(self, game: str, camera: str, session_id: str) -> Session:
        """Raises Problem 404, and 410 `replaced` when another publisher took over."""
        return self._sessions.find(game, camera, session_id)

    async def trickle(self, session: Session, fragment: Fragment) -> None:
        """Raises Problem 422 for an ICE restart; the session stays as it was."""
        await session.peer.connection.trickle(
            fragment, "Publish again to the same address: the new connection takes over."
        )

    def end(self, session: Session) -> None:
        """The publisher said that it stops."""
        self._finish(session, "the publisher stopped")

    # --- state, for readiness and metrics

    @property
    def sessions(self) -> tuple[Session, ...]:
        return tuple(self._sessions)

    def live(self, game: str, camera: str) -> Session | None:
        place = self._cameras.get((game, camera))
        return None if place is None else place.live

    async def end_game(self, game: str, why: str) -> None:
        """End what publishes to this game."""
        for session in self._sessions:
            if session.game == game:
                self._finish(session, why)

    async def close(self) -> None:
        """End everything and wait for sockets and threads."""
        await self._sessions.close(lambda session: self._finish(session, "the server stops"))

    # --- inside

    def _camera(self, game: str, camera: str) -> Camera:
        key = (game, camera)
        if key not in self._cameras:
            self._cameras[key] = Camera(CameraLine())
        return self._cameras[key]

    def _make_room(self, game: str, camera: str) -> None:
        """One live and one coming publisher a camera; a phone that returns is never refused."""
        self._sessions.check_open()
        mine = [s for s in self._sessions if s.key == (game, camera)]
        for waiting in [s for s in mine if not s.live]:
            self._replace(waiting)
        others = len(self._sessions) - len([s for s in mine if s.live])
        if others >= self.limits.sessions:
            raise Problem(
                503, "too-many-publishers", f"This server takes {self.limits.sessions} cameras.",
                {"Retry-After": "30"},
            )  # fmt: skip

    def _frame(self, session: Session, frame: EncodedFrame) -> None:
        """A frame has left the jitter buffer: it gets its media time here, once for all."""
        media_s = None
        if session.live:
            media_s = session.place.take(session, frame)
        elif session in self._sessions:
            session.waiting.put(frame)
            if frame.key and frame.kind == "video" and not self._decode:
                self._first_picture(session)
        if frame.kind == "video":
            session.peer.decode(frame, media_s)

    def _picture(
        self, session: Session, picture: av.VideoFrame, media_s: float | None, captured_s: float
    ) -> None:
        """In a decoder's thread."""
        if media_s is not None:
            session.place.show(session, picture, media_s, captured_s)
        elif not session.live:
            with suppress(RuntimeError):  # the loop is closed: the process ends
                session.peer.loop.call_soon_threadsafe(self._first_picture, session)

    def _first_picture(self, session: Session) -> None:
        if session not in self._sessions or session.live or session.claiming is not None:
            return
        if self._claim is None or session.place.hold is not None:
            self._go_live(session)
        else:
            session.claiming = asyncio.create_task(
                self._take(session, self._claim), name="claim camera"
            )
            session.claiming.add_done_callback(report_failure)

    async def _take(self, session: Session, claim: Claim) -> None:
        place = session.place
        gone: list[str] = []

        def lost(why: str) -> None:
            # The claim is the camera's, whichever publisher it has by then.
            gone.append(why)
            if place.live is not None:
                self._replace(place.live, why)

        try:
            hold = await claim(session.game, session.camera, lost)
        except Problem as problem:
            self._drop(session, problem)
            return
        if gone:
            # The place may have a newer hold by now, which stays.
            self._sessions.keep(hold.release())
            if session in self._sessions:
                self._replace(session, gone[0])
            return
        place.hold = hold
        if place.line.zero_s is None:
            age_s = (self._clock.now() - hold.origin).total_seconds()
            place.line.zero_s = self._clock.monotonic_s() - age_s
        if session in self._sessions:
            self._go_live(session)
        self._leave_if_idle(place)

    def _go_live(self, session: Session) -> None:
        place = session.place
        before = place.live
        if place.sink is None and self._decode:
            place.sink = self._open_sink(*session.key)
        frames = session.waiting.take()
        if place.line.zero_s is None:
            place.line.zero_s = frames[0].began_s if frames else self._clock.monotonic_s()
        if place.media is None and self._open_media is not None:
            origin = self._origin(place, place.line.zero_s)
            place.media = self._open_media(*session.key, origin, place.want_key_frame)
        place.live = session
        place.publishers += 1
        session.live = True
        if before is not None:
            self._replace(before)
        self._say(session, "live", "")
        for frame in frames:
            place.take(session, frame)

    def _origin(self, place: Camera, zero_s: float) -> datetime:
        """Wall time of a camera's media second 0."""
        if place.hold is not None:
            return place.hold.origin
        return self._clock.now() - timedelta(seconds=self._clock.monotonic_s() - zero_s)

    def _replace(
        self, session: Session, why: str = "another publisher took over this camera"
    ) -> None:
        was_live = session.live
        self._drop(session, Problem(410, "replaced", why.capitalize() + "."), {"why": why})
        if was_live:
            # One that is lost already is a phone that comes back: nobody is there to be told.
            if not session.lost:
                self._say(session, "replaced", why)
            self._leave_if_idle(session.place)

    def _gone(self, session: Session, why: str) -> None:
        if session in self._sessions:
            self._finish(session, why)

    def _finish(self, session: Session, why: str) -> None:
        was_live = session.live
        self._drop(session, Problem(404, "no-session", f"This session has ended: {why}."))
        if was_live:
            self._say(session, "ended", why)
            self._leave_if_idle(session.place)

    def _drop(
        self, session: Session, problem: Problem, farewell: dict[str, str] | None = None
    ) -> None:
        """Take the session away; say nothing."""
        if not self._sessions.remove(session, problem):
            return
        place = session.place
        if place.live is session:
            place.live = None
        session.live = False
        self._count(session)
        session.peer.close(None if farewell is None else {"type": "replaced", **farewell})
        self._sessions.keep(session.peer.wait_closed())
        if not place.line.last_s and not any(s.key == session.key for s in self._sessions):
            self._cameras.pop(session.key, None)  # nothing ever came: nothing to remember

    def _leave_if_idle(self, place: Camera) -> None:
        """Nobody publishes: the sinks end, other processes may have the camera."""
        if place.live is not None:
            return
        if place.sink is not None:
            sink, place.sink = place.sink, None
            sink.close()
        if place.media is not None:
            media, place.media = place.media, None
            media.close()
        if place.hold is not None:
            hold, place.hold = place.hold, None
            self._sessions.keep(hold.release())

    def _count(self, session: Session) -> None:
        """Tell the meters what was lost of a session since they were last told."""
        if self._meters is None:
            return
        for what, total in session.peer.losses().items():
            self._meters.ingest_lost(what, total - session.told.get(what, 0))
            session.told[what] = total

    def _say(self, session: Session, status: Status, why: str) -> None:
        log.info("camera %s/%s is %s %s", session.game, session.camera, status, why)
        self._on_state(session.game, session.camera, status, why)
