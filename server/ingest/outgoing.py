"""A phone's pictures and sound on one connection, each with the time at which it was taken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from aiortc import RTCPeerConnection, RTCRtpSender, RTCRtpTransceiver
from aiortc.codecs.h264 import H264Encoder

from server.clock import Clock
from server.ingest import aiortc_hooks, encode, sound
from server.ingest.aiortc_sending import PayloadSender
from server.ingest.encode import Outbox
from server.ingest.sound import Player


class Outgoing:
    """Make it before the offer, run it beside the connection.

    zero_s: the monotonic time of the source's second 0, known before anything is sent.
    """

    def __init__(
        self,
        pc: RTCPeerConnection,
        outbox: Outbox,
        player: Player | None,
        zero_s: Callable[[], float | None],
        clock: Clock,
    ) -> None:
        self._outbox = outbox
        self._player = player
        self._zero_s = zero_s
        self._wall_less_monotonic_s = clock.now().timestamp() - clock.monotonic_s()
        self._cutter = H264Encoder()
        video = _sendonly(pc, "video", "video/H264")
        self._video = PayloadSender(video.sender, encode.HZ, _ignore, outbox.want_key)
        aiortc_hooks.on_bitrate_allowed(video.sender, outbox.allow)
        self._audio: PayloadSender | None = None
        if player is not None:
            audio = _sendonly(pc, "audio", "audio/opus")
            self._audio = PayloadSender(audio.sender, sound.HZ, _ignore, lambda: None)

    async def run(self) -> None:
        """Until the source has ended, or the connection. Raises what reading the sound raises."""
        await asyncio.gather(self._send_pictures(), self._send_sound())

    async def _send_pictures(self) -> None:
        with suppress(ConnectionError):
            while (packet := await self._outbox.take()) is not None:
                payloads, timestamp = self._cutter.pack(packet)
                await self._send(self._video, payloads, timestamp / encode.HZ)

    async def _send_sound(self) -> None:
        if self._player is None or self._audio is None:
            return
        # The player may be at it since the connection before.
        await self._audio.opened.wait()
        with suppress(ConnectionError):
            while (taken := await self._player.take()) is not None:
                data, at_s = taken
                await self._send(self._audio, [data], at_s)

    async def _send(self, sender: PayloadSender, payloads: list[bytes], at_s: float) -> None:
        zero_s = self._zero_s() or 0.0
        await sender.send(payloads, at_s, self._wall_less_monotonic_s + zero_s + at_s)


def _sendonly(pc: RTCPeerConnection, kind: str, codec: str) -> RTCRtpTransceiver:
    transceiver = pc.addTransceiver(kind, direction="sendonly")
    known = RTCRtpSender.getCapabilities(kind)
    wanted = (codec, f"{kind}/rtx")
    transceiver.setCodecPreferences([c for c in known.codecs if c.mimeType in wanted])
    return transceiver


def _ignore(lost: float) -> None:
    """What a receiver report says: the receiver's REMB says more."""
