"""A viewer that reads the test card: how old each picture is, and how long it stood still.

It receives with our own buffer (tap.py), as a good player does; aiortc's own would measure itself.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import av
import httpx
import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack

from server.clock import SystemClock
from server.ingest import testcard
from server.ingest.bitstream import is_key
from server.ingest.decode import Decoder
from server.ingest.jitter import Frame
from server.ingest.relay import Relay, nameless, through
from server.ingest.sample import EncodedFrame
from server.ingest.tap import Tap
from tests.ingest.conftest import WATCH_TOKEN

CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class Seen:
    """One picture. at_s: monotonic time at which it could be shown. age_ms: since it was drawn;
    None where the card could not be read."""

    at_s: float
    age_ms: float | None
    size: tuple[int, int]


@dataclass(eq=False)
class Cards:
    """Pictures as they were shown. Its `put` is also a FrameSink's."""

    seen: list[Seen] = field(default_factory=list)

    def put(self, frame: av.VideoFrame, media_s: float | None, captured_s: float) -> None:
        """In a decoder's thread."""
        luma = np.asarray(frame.to_ndarray()[: frame.height, : frame.width], np.uint8)
        at_s = time.monotonic()
        age_ms = testcard.age_ms(luma, CLOCK)
        self.seen.append(Seen(at_s, age_ms, (frame.width, frame.height)))

    def close(self) -> None:
        """As a FrameSink."""

    def ages_ms(self, from_s: float = 0.0) -> list[float]:
        """Of the pictures shown since that monotonic moment, those that could be read."""
        return [one.age_ms for one in self.seen if one.at_s >= from_s and one.age_ms is not None]

    def gaps_s(self, from_s: float = 0.0) -> list[float]:
        """From each picture since then to the next one."""
        times = [one.at_s for one in self.seen if one.at_s >= from_s]
        return [later - earlier for earlier, later in itertools.pairwise(times)]


def frozen_share(gaps_s: Sequence[float]) -> float:
    """The share of the time for which the picture stood still, as browsers count it: a gap is a
    freeze from three usual ones, and from a usual one and 150 ms, on."""
    usual_s = float(np.median(gaps_s))
    bound_s = max(3 * usual_s, usual_s + 0.15)
    return sum(gap_s for gap_s in gaps_s if gap_s > bound_s) / sum(gaps_s)


class Glass:
    """Watches by WHEP. url: of the stream. relay: its network, if it is to have one."""

    def __init__(self, url: str, token: str = WATCH_TOKEN, relay: Relay | None = None) -> None:
        self.cards = Cards()
        self.sound_packets = 0
        self._url = url
        self._token = token
        self._relay = relay
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._pc.on("track", self._track)
        self._decoder = Decoder("glass", self.cards.put, lambda why: self._want_key_frame())
        self._taps: dict[str, Tap] = {}
        self._asked_s = 0.0

    async def open(self) -> Glass:
        """Ask for the stream; the pictures come later."""
        self._pc.addTransceiver("video", direction="recvonly")
        self._pc.addTransceiver("audio", direction="recvonly")
        await self._pc.setLocalDescription(await self._pc.createOffer())
        offer = self._pc.localDescription.sdp
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/sdp"}
        async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
            said = nameless(offer) if self._relay else offer
            answer = await http.post(self._url, content=said, headers=headers)
        assert answer.status_code == 201, answer.text
        sdp = through(self._relay, answer.text) if self._relay else answer.text
        await self._pc.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
        return self

    async def close(self) -> None:
        """The viewer leaves."""
        self._decoder.close()
        for tap in self._taps.values():
            tap.close()
        await self._pc.close()

    def _track(self, track: MediaStreamTrack) -> None:
        receiver = next(r for r in self._pc.getReceivers() if r.track is track)
        take = self._frame if track.kind == "video" else self._sound
        self._taps[track.kind] = Tap(
            receiver, CLOCK, take, lambda ntp_s, timestamp: None, lambda why: None
        )

    def _frame(self, codec: str, timestamp: int, frame: Frame) -> None:
        key = is_key(codec, frame.data)
        encoded = EncodedFrame(
            "VP8" if codec == "VP8" else "H264", frame.data, timestamp, frame.began_s,
            frame.captured_s, key, frame.gap,
        )  # fmt: skip
        self._decoder.put(encoded)

    def _sound(self, codec: str, timestamp: int, frame: Frame) -> None:
        self.sound_packets += 1

    def _want_key_frame(self) -> None:
        """Players ask about as often."""
        if time.monotonic() - self._asked_s >= 0.3:
            self._asked_s = time.monotonic()
            self._taps["video"].want_key_frame()
