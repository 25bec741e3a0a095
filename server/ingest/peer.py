"""One publisher's WebRTC connection: an offer in, pictures out."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Callable

import av
from aiortc import MediaStreamTrack, RTCDataChannel, RTCRtpReceiver
from aiortc.rtp import RtpPacket

from server.clock import Clock
from server.ingest.bitstream import MOST_PIXELS, ParameterSets, is_key, picture_size
from server.ingest.connection import Connection
from server.ingest.decode import Decoder, OnPicture
from server.ingest.floor import FULL_BPS, BitrateFloor
from server.ingest.ice import IceSettings
from server.ingest.jitter import Frame
from server.ingest.offer import Offer, with_start_bitrate
from server.ingest.sample import Codec, EncodedFrame, Kind
from server.ingest.tap import Tap

log = logging.getLogger(__name__)

KEY_FRAME_EVERY_S = 0.3
CHANNELS_MOST = 4
START_KBPS = FULL_BPS // 1000
OnReport = Callable[[Kind, float, int], None]


class Peer:
    """Receives one video track and one audio track.

    On the loop: on_frame(frame), as it leaves the jitter buffer; on_report(kind, ntp_s,
    timestamp), an RTCP sender report (seconds since 1900, unwrapped RTP); on_gone(why), once,
    when the publisher or the network ended it, not after our own close().
    on_picture runs in the decoder's thread, for frames that were given to `decode`; None: nothing
    is ever decoded.
    """

    def __init__(
        self,
        name: str,
        clock: Clock,
        ice: IceSettings,
        on_frame: Callable[[EncodedFrame], None],
        on_report: OnReport,
        on_picture: OnPicture | None,
        on_gone: Callable[[str], None],
    ) -> None:
        self.name = name
        self.last_picture_s: float | None = None
        """When a picture was last decoded; without a decoder, when a frame was last whole."""
        self._clock = clock
        self._on_frame = on_frame
        self._on_report = on_report
        self._on_picture = on_picture
        self._on_gone: Callable[[str], None] | None = on_gone
        self.loop = asyncio.get_running_loop()
        self.connection = Connection(name, clock, ice)
        self._taps: dict[RTCRtpReceiver, Tap] = {}
        self._video: Tap | None = None
        self._sets = ParameterSets()
        self._size: tuple[int, int] | None = None
        self._broken = True
        """Does what comes build on something that is missing?"""
        self._decoder: Decoder | None = None
        self._cut_off = 0
        self._asked_s = float("-inf")
        self.floor = BitrateFloor()
        self.connection.pc.on("track", self._track)
        self.connection.pc.on("datachannel", self._datachannel)
        self.connection.pc.on("connectionstatechange", self._state_changed)

    # --- negotiation

    async def answer(self, offer: Offer) -> str:
        """The SDP answer. Raises Problem as Connection.answer does; the peer is of no use then:
        close it."""
        self._prefer_h264()
        sdp = await self.connection.answer(
            offer, "None of the offered codecs can be received: send H264 "
            "(baseline, packetization-mode=1) or VP8, and Opus for sound.", on_rtp=self._rtp,
        )  # fmt: skip
        return with_start_bitrate(sdp, START_KBPS)

    def _prefer_h264(self) -> None:
        """H264 first, then VP8: phones encode H264 in hardware, and it can be recorded as it is.

        A publisher that wants VP8 offers VP8 only.
        """
        order = {"video/h264": 0, "video/vp8": 1}
        # Constrained baseline (42e0) before plain baseline (4200).
        known = RTCRtpReceiver.getCapabilities("video")
        codecs = sorted(
            known.codecs if known else [],
            key=lambda c: (
                order.get(c.mimeType.lower(), 2),
                not str(c.parameters.get("profile-level-id", "")).startswith("42e0"),
            ),
        )
        transceiver = self.connection.pc.addTransceiver("video", direction="recvonly")
        transceiver.setCodecPreferences(codecs)

    # --- what arrives

    def _track(self, track: MediaStreamTrack) -> None:
        receiver = next(r for r in self.connection.pc.getReceivers() if r.track is track)
        kind: Kind = "video" if track.kind == "video" else "audio"
        tap = Tap(
            receiver,
            self._clock,
            self._frame if kind == "video" else self._sound,
            functools.partial(self._on_report, kind),
            self.stop_by_force,
            self.floor if kind == "video" else None,
        )
        self._taps[receiver] = tap
        if kind == "video":
            self._video = tap
            if self._on_picture is not None:
                self._decoder = Decoder(self.name, self._picture, self._trouble)

    def _rtp(self, receiver: RTCRtpReceiver, packet: RtpPacket) -> None:
        self._taps[receiver].receive(packet)

    def _frame(self, name: str, timestamp: int, frame: Frame) -> None:
        codec: Codec = "VP8" if name == "VP8" else "H264"
        data = self._sets.complete(frame.data) if codec == "H264" else frame.data
        key = is_key(codec, data)
        if key and not self._size_is_good(codec, data):
            return
        self._broken = (self._broken or frame.gap) and not key
        if self._broken:
            self.want_key_frame()
        elif self._decoder is None:
            self.last_picture_s = frame.captured_s
        self._on_frame(
            EncodedFrame(codec, data, timestamp, frame.began_s, frame.captured_s, key, frame.gap)
        )

    def _size_is_good(self, codec: Codec, data: bytes) -> bool:
        size = picture_size(codec, data)
        if size is not None and size[0] * size[1] > MOST_PIXELS:
            self.stop_by_force(f"a picture of {size[0]}x{size[1]} is too large")
            return False
        if size != self._size:
            log.info("%s sends %s of %s", self.name, codec, size)
            self._size = size
        return True

    def _sound(self, name: str, timestamp: int, frame: Frame) -> None:
        """Opus is handed on; what else may have been agreed upon is left out."""
        if name == "opus":
            self._on_frame(
                EncodedFrame(
                    "OPUS", frame.data, timestamp, frame.began_s, frame.captured_s, True, frame.gap
                )
            )

    def decode(self, frame: EncodedFrame, media_s: float | None) -> None:
        """Give a frame to the decoder, if there is one. media_s: None before the camera is live."""
        if self._decoder is not None:
            self._decoder.put(frame, media_s)

    def _datachannel(self, channel: RTCDataChannel) -> None:
        if len(self.connection.channels) < CHANNELS_MOST:
            self.connection.channels.append(channel)

    def _picture(self, picture: av.VideoFrame, media_s: float | None, captured_s: float) -> None:
        """In the decoder's thread."""
        self.last_picture_s = self._clock.monotonic_s()
        if self._on_picture is not None:
            self._on_picture(picture, media_s, captured_s)

    def _trouble(self, why: str) -> None:
        """In the decoder's thread."""
        log.debug("%s: %s", self.name, why)
        self.want_key_frame()

    def want_key_frame(self) -> None:
        """From any thread; not more often than a publisher can follow."""
        now_s = self._clock.monotonic_s()
        if self._video is None:
            return
        # One that was asked for is on its way for as long as any answer.
        if now_s - self._asked_s >= max(KEY_FRAME_EVERY_S, 2 * self._video.trip_s):
            self._asked_s = now_s
            self._video.want_key_frame()

    @property
    def last_packet_s(self) -> float | None:
        """Monotonic arrival of the last video packet."""
        return None if self._video is None else self._video.last_packet_s

    @property
    def connected(self) -> bool:
        """Have ICE and DTLS succeeded?"""
        return self.connection.pc.connectionState == "connected"

    @property
    def decoder(self) -> Decoder | None:
        return self._decoder

    # --- the end

    def _state_changed(self) -> None:
        state = self.connection.pc.connectionState
        if state == "failed":
            self._gone("the connection failed")
        elif state == "closed":
            self._gone("the publisher closed the connection")

    def losses(self) -> dict[str, int]:
        """How much was lost so far, by the words of Meters.ingest_lost."""
        decoder, guard = self._decoder, self.connection.guard
        return {
            "packets": sum(tap.given_up for tap in self._taps.values()),
            "frames": 0 if decoder is None else decoder.dropped + decoder.errors,
            "datagrams": 0 if guard is None else guard.dropped,
            "publishers": self._cut_off,
        }

    def stop_by_force(self, why: str) -> None:
        """On the loop: this publisher must not go on."""
        self._cut_off = 1
        log.warning("%s is cut off: %s", self.name, why)
        self._gone(why)

    def _gone(self, why: str) -> None:
        if self._on_gone is not None:
            on_gone, self._on_gone = self._on_gone, None
            on_gone(why)

    def close(self, farewell: dict[str, str] | None = None) -> None:
        """Begin to end; never waits. farewell: a last message on the data channels."""
        self._on_gone = None
        if self._decoder is not None:
            self._decoder.close()
        for tap in self._taps.values():
            tap.close()
        self.connection.close(farewell)

    async def wait_closed(self, timeout_s: float = 3.0) -> None:
        """After close(): wait for sockets and the decoder's thread."""
        await self.connection.wait_closed(timeout_s)
        if self._decoder is not None:
            await asyncio.to_thread(self._decoder.join, timeout_s)
