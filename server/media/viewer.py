"""One viewer's WebRTC connection: a camera's encoded frames go out as they came in."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Literal

from aiortc import RTCRtpSender

from server.clock import Clock
from server.ingest.aiortc_sending import PayloadSender
from server.ingest.connection import Connection
from server.ingest.ice import IceSettings
from server.ingest.offer import Offer
from server.ingest.sample import Sample
from server.media.backlog import MOST_BYTES, Backlog, ShowTimes
from server.media.line import Line
from server.media.packets import HZ
from server.media.streams import Stream

log = logging.getLogger(__name__)

Why = Literal["left", "ended", "codec", "too-slow", "silent", "lost", "unconnected", "stopping"]
WHYS: dict[Why, str] = {
    "left": "the viewer left",
    "ended": "the camera has ended",
    "codec": "the camera changed to another codec; ask again",
    "too-slow": "this line is too slow for the picture",
    "silent": "nothing was read for some time",
    "lost": "the connection was lost",
    "unconnected": "the connection never came about",
    "stopping": "the server stops",
}

BEGIN_MOST_BYTES = 1 << 20
"""A viewer that comes gets no more at once: else a new key frame is asked for."""
BEGIN_BPS = 12e6
"""How fast a viewer is brought from the last key frame to now."""
TOGETHER = 24
"""Packets that leave at once; a key frame in one piece overflows small buffers on the way."""
BETWEEN_S = 0.002
CONNECT_WITHIN_S = 15.0
TIME_EVERY_S = 1.0


class Viewer:
    """Takes a stream's samples and sends them; a slow one costs itself the picture, nobody else.

    payloads(sample) cuts a frame up; it is the same for all viewers. on_skip() is called when
    frames are passed over up to the next key frame; on_gone(viewer, why) once, when it ended by
    itself. Use from the event loop.
    """

    def __init__(
        self,
        viewer_id: str,
        etag: str,
        stream: Stream,
        clock: Clock,
        ice: IceSettings,
        payloads: Callable[[Sample], Sequence[bytes]],
        on_skip: Callable[[], None],
        on_gone: Callable[[Viewer, Why], None],
    ) -> None:
        self.id = viewer_id
        self.etag = etag
        self.stream = stream
        self.connection = Connection("viewer", clock, ice)
        self.connection.pc.on("connectionstatechange", self._state_changed)
        self._codec = stream.video_codec or ""
        self._clock = clock
        self._payloads = payloads
        self._on_skip = on_skip
        self._on_gone: Callable[[Viewer, Why], None] | None = on_gone
        self._senders: dict[str, PayloadSender] = {}
        self._backlog = Backlog()
        self._arrived = asyncio.Event()
        self._times = ShowTimes(None)
        self._line = Line()
        self._told_s = float("-inf")
        self._work: asyncio.Task[None] | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The game and the camera."""
        return self.stream.key

    # --- negotiation

    async def answer(self, offer: Offer) -> str:
        """The SDP answer. Raises Problem as Connection.answer does, 422 also for a viewer that
        cannot play this camera's codec."""
        self._add("video", self._codec)
        if "\nm=audio" in offer.sdp:
            self._add("audio", "OPUS")
        sdp = await self.connection.answer(
            offer, f"This camera sends {self._codec}, and Opus for sound; "
            "the offer has something else only.", channel="time",
        )  # fmt: skip
        self._work = asyncio.create_task(self._run(), name="viewer")
        return _with_zero(sdp, self._senders["video"].zero)

    def _add(self, kind: Literal["video", "audio"], codec: str) -> None:
        transceiver = self.connection.pc.addTransceiver(kind, direction="sendonly")
        wanted = (f"{kind}/{codec.lower()}", f"{kind}/rtx")
        known = RTCRtpSender.getCapabilities(kind).codecs
        transceiver.setCodecPreferences([c for c in known if c.mimeType.lower() in wanted])
        self._senders[kind] = PayloadSender(
            transceiver.sender, HZ[codec], self._report, self.stream.want_key_frame
        )

    # --- samples in

    def put(self, sample: Sample) -> None:
        """Never waits."""
        if sample.kind == "video" and sample.codec != self._codec:
            self._gone("codec")
        elif sample.kind in self._senders:
            if not self._backlog.put(sample):
                self._skipped()
            self._arrived.set()

    def close(self) -> None:
        """The camera has ended."""
        self._gone("ended")

    def _skipped(self) -> None:
        self._line.skipped(self._clock.monotonic_s())
        self._on_skip()

    def _report(self, lost: float) -> None:
        self._line.report(self._clock.monotonic_s(), lost)

    def judge(self) -> None:
        """To be called about once a second: skips what this line cannot carry, or ends it."""
        verdict = self._line.judge(self._clock.monotonic_s())
        if verdict == "silent" or verdict == "too-slow":
            self._gone(verdict)
        elif verdict == "skip" or self._senders["video"].waiting_bytes > MOST_BYTES:
            self._backlog.skip()
            self._skipped()
        elif self._backlog.holds:
            # Not at once: a line that was full a moment ago has no room for it.
            self.stream.want_key_frame()

    # --- and out

    async def _run(self) -> None:
        try:
            async with asyncio.timeout(CONNECT_WITHIN_S):
                await self._senders["video"].opened.wait()
        except TimeoutError:
            self._gone("unconnected")
            return
        try:
            self._begin()
            await self._send_all()
        except ConnectionError:
            log.debug("a viewer's connection was lost", exc_info=True)
        finally:
            self._gone("lost")

    def _begin(self) -> None:
        """With what there is since the last key frame, or with the next one."""
        since_key = self.stream.since_key
        if not since_key or sum(len(sample.data) for sample in since_key) > BEGIN_MOST_BYTES:
            self._backlog.begin(())
            self.stream.want_key_frame()
        else:
            self._backlog.begin(since_key)
            self._times = ShowTimes(since_key[-1].captured_s - since_key[-1].media_s)
        self.stream.attach(self, from_key=False)

    async def _send_all(self) -> None:
        while True:
            sample = self._backlog.take()
            if sample is None:
                self._arrived.clear()
                await self._arrived.wait()
            elif (sender := self._senders[sample.kind]).opened.is_set():
                await self._send(sample, sender)

    async def _send(self, sample: Sample, sender: PayloadSender) -> None:
        media_s = sample.media_s
        if sample.kind == "video":
            media_s = self._times.of(media_s, self._clock.monotonic_s())
            self._tell(media_s, sender)
        payloads = self._payloads(sample)
        taken_s = self.stream.origin.timestamp() + media_s
        for begin in range(0, len(payloads), TOGETHER):
            if begin:
                await asyncio.sleep(BETWEEN_S)
            some = payloads[begin : begin + TOGETHER]
            last = begin + TOGETHER >= len(payloads)
            await sender.send(some, media_s, taken_s, last=last)
        self._line.sent(self._clock.monotonic_s())
        if sample.kind == "video" and self._times.catching_up:
            await asyncio.sleep(8 * len(sample.data) / BEGIN_BPS)

    def _tell(self, media_s: float, sender: PayloadSender) -> None:
        """Once a second: which RTP timestamp is which media second."""
        now_s = self._clock.monotonic_s()
        if now_s - self._told_s >= TIME_EVERY_S and self.connection.say(
            {"rtp": sender.rtp(media_s), "media_s": round(media_s, 6)}
        ):
            self._told_s = now_s

    # --- the end

    def _state_changed(self) -> None:
        if self.connection.pc.connectionState in ("failed", "closed"):
            self._gone("lost")

    def _gone(self, why: Why) -> None:
        if self._on_gone is not None:
            on_gone = self._on_gone
            self.end(why)
            on_gone(self, why)

    def end(self, why: Why) -> None:
        """Begin to end; never waits. Again is the same as once."""
        self._on_gone = None
        self.stream.detach(self)
        if self._work is not None:
            self._work.cancel()
        self.connection.close({"type": "ended", "reason": why, "why": WHYS[why]})


def _with_zero(sdp: str, zero: int) -> str:
    """The answer with the RTP timestamp of media second 0, for those without the data channel.

    A picture's media second is ((its timestamp - zero) modulo 2^32) / 90000.
    """
    before, video, section = sdp.partition("m=video")
    first, end, rest = section.partition("\r\n")
    return f"{before}{video}{first}{end}a=x-media-zero:{zero}\r\n{rest}"
