"""What leaves the ingest room encoded, as it came: one frame of video or one packet of sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["video", "audio"]
Codec = Literal["H264", "VP8", "OPUS"]


@dataclass(frozen=True, slots=True, eq=False)
class EncodedFrame:
    """As it leaves the jitter buffer, on its publisher's own clock.

    data: as in `Sample`. timestamp: unwrapped RTP. began_s, captured_s: monotonic seconds at
    which its first and its last packet arrived. key, gap: as in `Sample`.
    """

    codec: Codec
    data: bytes
    timestamp: int
    began_s: float
    captured_s: float
    key: bool
    gap: bool = False

    @property
    def kind(self) -> Kind:
        return "audio" if self.codec == "OPUS" else "video"


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One encoded frame or sound packet of a camera, in the order in which they are stamped.

    data: of H264 one access unit in Annex B; where decoding can begin, its parameter sets stand
    in front of it. Of VP8 a frame, of Opus a packet.
    media_s: on the camera's line; the decoded picture of it has the same. Grows within each kind.
    captured_s: monotonic seconds at which its last packet arrived.
    key: decoding can begin here (always, for sound).
    gap: something before it was lost.
    publisher: counts up with each publisher of the camera in this process, from 1.
    """

    kind: Kind
    codec: Codec
    data: bytes
    media_s: float
    captured_s: float
    key: bool
    gap: bool
    publisher: int
