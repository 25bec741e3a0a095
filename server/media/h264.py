"""H264 as it comes over the network to how MP4 keeps it (ISO/IEC 14496-15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.ingest.sps import Sps

SPS, PPS, DELIMITER, FILLER = 7, 8, 9, 12
_MOST_BYTES = 0xFFFF


@dataclass(frozen=True, slots=True)
class ParameterSets:
    """All that stood in front of a key frame, in its order."""

    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]

    def avcc(self, first: Sps) -> bytes:
        """The decoder configuration record; four bytes of length before each unit."""
        made = bytes((1, first.profile, first.compatibility, first.level, 0xFF))
        made += bytes((0xE0 | len(self.sps),)) + b"".join(map(_with_length, self.sps))
        made += bytes((len(self.pps),)) + b"".join(map(_with_length, self.pps))
        if first.profile in (100, 110, 122, 144):
            made += bytes(
                (0xFC | first.chroma, 0xF8 | first.luma_bits - 8, 0xF8 | first.chroma_bits - 8, 0)
            )
        return made


def parameter_sets(found: Sequence[bytes]) -> ParameterSets | None:
    """Those among the units; None unless there is at least one of both kinds."""
    small = [unit for unit in found if len(unit) <= _MOST_BYTES]
    sps = tuple(dict.fromkeys(unit for unit in small if unit[0] & 0x1F == SPS))
    pps = tuple(dict.fromkeys(unit for unit in small if unit[0] & 0x1F == PPS))
    return ParameterSets(sps[:31], pps[:255]) if sps and pps else None


def for_mp4(found: Sequence[bytes]) -> bytes:
    """The units with their lengths; without what says nothing.

    Parameter sets stay with their key frame although the head has them too: FFmpeg's HLS reader
    does not take a second head's, and would decode a picture of another size as rubbish.
    """
    return b"".join(
        len(unit).to_bytes(4, "big") + unit
        for unit in found
        if unit[0] & 0x1F not in (DELIMITER, FILLER)
    )


def _with_length(unit: bytes) -> bytes:
    return len(unit).to_bytes(2, "big") + unit
