"""What a decoder must know before the first frame: read from key frames, written as MP4 heads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from server.ingest.bitstream import picture_size
from server.ingest.sample import Sample
from server.ingest.sps import BadParameters, Sps, read_sps
from server.media import fmp4, h264
from server.media.packets import nal_units
from server.media.segments import AUDIO_HZ, VIDEO_HZ, Init, Rendition

MOST_PIXELS_A_SIDE = 0xFFFF


@dataclass(frozen=True)
class H264Head:
    """Equal when the parameter sets are, byte for byte."""

    sets: h264.ParameterSets
    codec = "H264"

    @cached_property
    def sps(self) -> Sps:
        return read_sps(self.sets.sps[0])

    def init(self, init_id: int, rendition: Rendition) -> Init:
        sps = self.sps
        entry = fmp4.avc1(sps.width, sps.height, self.sets.avcc(sps))
        data = fmp4.head(entry, VIDEO_HZ, sps.width, sps.height)
        return Init(init_id, rendition, sps.codecs, sps.width, sps.height, data)


@dataclass(frozen=True)
class Vp8Head:
    """width, height: pixels."""

    width: int
    height: int
    codec = "VP8"

    def init(self, init_id: int, rendition: Rendition) -> Init:
        data = fmp4.head(fmp4.vp08(self.width, self.height), VIDEO_HZ, self.width, self.height)
        return Init(init_id, rendition, "vp08.00.10.08", self.width, self.height, data)


@dataclass(frozen=True)
class OpusHead:
    """All Opus is the same to a decoder: each packet says the rest."""

    codec = "OPUS"

    def init(self, init_id: int, rendition: Rendition) -> Init:
        return Init(init_id, rendition, "opus", 0, 0, fmp4.head(fmp4.opus(AUDIO_HZ), AUDIO_HZ))


Head = H264Head | Vp8Head | OpusHead


def head_of(sample: Sample) -> Head | None:
    """Of a key frame or a sound packet; None where it says nothing that makes sense."""
    if sample.codec == "OPUS":
        return OpusHead()
    if sample.codec == "VP8":
        size = picture_size("VP8", sample.data)
        return Vp8Head(*size) if size is not None and min(size) > 0 else None
    sets = h264.parameter_sets(list(nal_units(sample.data)))
    if sets is None:
        return None
    head = H264Head(sets)
    try:
        fits = max(head.sps.width, head.sps.height) <= MOST_PIXELS_A_SIDE
    except BadParameters:
        return None
    return head if fits else None


def payload(sample: Sample) -> bytes:
    """The frame as MP4 keeps it."""
    if sample.codec == "H264":
        return h264.for_mp4(list(nal_units(sample.data)))
    return sample.data
