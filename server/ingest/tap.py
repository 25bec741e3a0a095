"""Takes what a receiver of aiortc gets, before aiortc queues and decodes it.

Private parts of aiortc, as in aiortc_hooks.py and with the same pins and tests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, cast

from aiortc import RTCRtpReceiver
from aiortc.codecs import depayload
from aiortc.rtcrtpreceiver import StreamStatistics
from aiortc.rtp import (
    RTCP_PSFB_APP,
    RtcpPsfbPacket,
    RtcpSrPacket,
    RtpPacket,
    pack_remb_fci,
    unwrap_rtx,
)

from server.clock import Clock
from server.ingest.floor import BitrateFloor, LossCounter
from server.ingest.jitter import Frame, JitterBuffer
from server.ingest.timeline import RtpUnwrapper

MEND_EVERY_S = 0.02
PROMISE_EVERY_S = 0.5
ABS_SEND_TIME_HZ = 1 << 18
SOUND_PATIENCE_S = 0.1
"""Nobody sends sound again, and a hole of a tenth of a second in it is better than a wait."""

SILENT_S = 0.5
"""A source (SSRC) that is silent for so long may be followed by another one of the same track."""

MOST_SOURCES = 16
"""aiortc remembers each for ever; a publisher has two of each track."""

REPORT_NEAR_S = 30.0
"""A sender report speaks of a moment about now."""


class Tap:
    """Puts a receiver's packets together to encoded frames and hands these on at once.

    aiortc's queues have no bound, its decoder thread is joined on the event loop, and its jitter
    buffer waits for 512 packets where one is lost. Ours stands in the place of all that receives
    RTP; aiortc's own thread is told to end at its birth, so there is nothing left to join.
    Close it with the connection.
    on_frame(codec, timestamp, frame): aiortc's name of the codec, unwrapped RTP.
    on_report(ntp_s, timestamp): an RTCP sender report, seconds since 1900 and unwrapped RTP.
    on_end(why): this publisher must not go on.
    Delete once RTCRtpReceiver has a bounded queue, a jitter buffer with a time limit, gives
    encoded frames and tells of sender reports.
    """

    def __init__(
        self,
        receiver: RTCRtpReceiver,
        clock: Clock,
        on_frame: Callable[[str, int, Frame], None],
        on_report: Callable[[float, int], None],
        on_end: Callable[[str], None],
        floor: BitrateFloor | None = None,
    ) -> None:
        self.last_packet_s: float | None = None
        self._on_frame = on_frame
        self._on_report = on_report
        self._on_end = on_end
        self._clock = clock
        self._floor = floor
        self._receiver = cast(Any, receiver)
        self._unwrapper = RtpUnwrapper()
        self._losses = LossCounter()
        self._codec = ""
        self._source: int | None = None
        self._source_s = 0.0
        self._sources: set[int] = set()
        self._hz = 1
        self._key_wanted = False
        self._working: set[asyncio.Task[None]] = set()
        self._mending: asyncio.Task[None] | None = None
        self._receiver._handle_rtp_packet = self._on_packet
        self._handle_rtcp = self._receiver._handle_rtcp_packet
        self._receiver._handle_rtcp_packet = self._on_rtcp
        self._receiver._RTCRtpReceiver__decoder_queue = self
        self._video = receiver.track.kind == "video"
        self._jitter = (
            JitterBuffer()
            if self._video
            else JitterBuffer(patience_s=SOUND_PATIENCE_S, asks=False, parts=False)
        )
        estimator = self._receiver._RTCRtpReceiver__remote_bitrate_estimator
        self._estimator = (
            FlooredEstimator(estimator, floor, clock, self.losses)
            if floor is not None and estimator is not None
            else None
        )

    def want_key_frame(self) -> None:
        """From any thread: ask the publisher for a key frame with its next packet."""
        self._key_wanted = True

    def losses(self) -> tuple[int, int]:
        """(lost, expected) packets so far."""
        return self._losses.lost, self._losses.expected

    @property
    def given_up(self) -> int:
        """Packets that did not come in time, also not when they were asked for again."""
        return self._jitter.lost

    @property
    def trip_s(self) -> float:
        """How long answers to our requests take; 0 before the first."""
        return self._jitter.trip_s

    def close(self) -> None:
        """Ask for nothing any more."""
        for task in self._working:
            task.cancel()

    def receive(self, packet: RtpPacket) -> None:
        """In the place of RTCRtpReceiver._handle_rtp_packet, which is a coroutine without need."""
        if packet.ssrc not in self._sources:
            if len(self._sources) >= MOST_SOURCES:
                self._on_end(f"it sends more than {MOST_SOURCES} streams in a track")
                return
            self._sources.add(packet.ssrc)
        now_s = self._clock.monotonic_s()
        self.last_packet_s = now_s
        codecs = self._receiver._RTCRtpReceiver__codecs
        codec = codecs.get(packet.payload_type)
        if codec is None:
            return
        if self._estimator is not None and packet.extensions.abs_send_time is not None:
            self._estimate(packet, now_s)
        statistics = self._receiver._RTCRtpReceiver__remote_streams
        if packet.ssrc not in statistics:
            statistics[packet.ssrc] = StreamStatistics(codec.clockRate)
        statistics[packet.ssrc].add(packet)
        if codec.name == "rtx":
            self._losses.retransmitted_apart = True
            original = self._receiver._RTCRtpReceiver__rtx_ssrc.get(packet.ssrc)
            codec = codecs.get(codec.parameters.get("apt"))
            if original is None or codec is None or len(packet.payload) < 2:
                return
            packet = unwrap_rtx(packet, payload_type=codec.payloadType, ssrc=original)
        elif packet.ssrc == self._source:
            self._losses.add(packet.sequence_number)
        try:
            data = depayload(codec, packet.payload) if packet.payload else b""
        except ValueError:
            return
        self._add(packet, codec, data, now_s)
        if self._key_wanted:
            self._key_wanted = False
            if self._video:
                self._work(self._receiver._send_rtcp_pli(packet.ssrc))
        if self._jitter.holes and (self._mending is None or self._mending.done()):
            self._mending = self._work(self._mend())

    # -- parts -------------------------------------------------------------------------------

    async def _on_packet(self, packet: RtpPacket, arrival_time_ms: int) -> None:
        self.receive(packet)

    def _estimate(self, packet: RtpPacket, now_s: float) -> None:
        """Tell the publisher how much it may send, when it is time to."""
        sent = packet.extensions.abs_send_time
        if self._estimator is None or self._floor is None or sent is None:
            return
        self._floor.packet(now_s, sent / ABS_SEND_TIME_HZ, len(packet.payload))
        promise = self._estimator.add(
            arrival_time_ms=int(1000 * now_s),
            abs_send_time=sent,
            payload_size=len(packet.payload) + packet.padding_size,
            ssrc=packet.ssrc,
        )
        ours = self._receiver._RTCRtpReceiver__rtcp_ssrc
        if promise is not None and ours is not None:
            fci = pack_remb_fci(*promise)
            remb = RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=ours, media_ssrc=0, fci=fci)
            self._work(self._receiver._send_rtcp(remb))

    def _add(self, packet: RtpPacket, codec: Any, data: bytes, now_s: float) -> None:
        """To the jitter buffer, and on what is whole then."""
        if packet.ssrc != self._source:
            if self._source is not None:
                if now_s - self._source_s < SILENT_S:
                    return
                self._jitter.restart()
                self._unwrapper = RtpUnwrapper()
            self._source = packet.ssrc
            self._losses.add(packet.sequence_number)
        self._source_s = now_s
        self._codec, self._hz = codec.name, codec.clockRate
        self._jitter.add(packet.sequence_number, packet.timestamp, bool(packet.marker), data, now_s)
        self._hand_on(now_s)

    def _work(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(coroutine, name="tap")
        self._working.add(task)
        task.add_done_callback(self._working.discard)
        return task

    async def _on_rtcp(self, packet: Any) -> None:
        if isinstance(packet, RtcpSrPacket) and packet.ssrc == self._source:
            told = packet.sender_info
            ahead = self._unwrapper.ahead(told.rtp_timestamp)
            if told.ntp_timestamp and abs(ahead) < REPORT_NEAR_S * self._hz:
                self._on_report(
                    told.ntp_timestamp / (1 << 32), self._unwrapper.near(told.rtp_timestamp)
                )
        await self._handle_rtcp(packet)

    async def _mend(self) -> None:
        """While packets are missing: ask for them, and wait no longer than is good."""
        while self._jitter.holes:
            now_s = self._clock.monotonic_s()
            missing = self._jitter.to_ask(now_s)
            if missing:
                await self._receiver._send_rtcp_nack(self._source, missing)
            if self._video and self._jitter.wants_key_frame(now_s):
                await self._receiver._send_rtcp_pli(self._source)
            self._hand_on(now_s)
            await asyncio.sleep(MEND_EVERY_S)

    def _hand_on(self, now_s: float) -> None:
        for frame in self._jitter.take(now_s):
            self._on_frame(self._codec, self._unwrapper.unwrap(frame.timestamp), frame)

    # What aiortc calls in the place of its decoder's queue.

    def get(self) -> None:
        return None

    def put(self, task: Any) -> None:
        """Only aiortc's word that it stops."""


class FlooredEstimator:
    """aiortc's RemoteBitrateEstimator, which never promises less than the floor; nor more, once
    packets were lost or queued: it sees neither, and would fill the queue for ever.

    Delete once aiortc speaks transport-cc, where the publisher estimates for itself.
    """

    def __init__(
        self,
        inner: Any,
        floor: BitrateFloor,
        clock: Clock,
        losses: Callable[[], tuple[int, int]],
    ) -> None:
        self._inner = inner
        self._floor = floor
        self._clock = clock
        self._losses = losses
        self._told_s: float | None = None

    def add(
        self, arrival_time_ms: int, abs_send_time: int, payload_size: int, ssrc: int
    ) -> tuple[int, list[int]] | None:
        estimate = self._inner.add(
            arrival_time_ms=arrival_time_ms,
            abs_send_time=abs_send_time,
            payload_size=payload_size,
            ssrc=ssrc,
        )
        now_s = self._clock.monotonic_s()
        if (
            estimate is None
            and self._told_s is not None
            and (now_s - self._told_s < PROMISE_EVERY_S)
        ):
            return None
        self._told_s = now_s
        least_bps = self._floor.update(now_s, *self._losses())
        if estimate is None or least_bps < self._floor.full_bps:
            return least_bps, list(self._inner.ssrcs)
        return max(estimate[0], least_bps), estimate[1]
