"""What a recording is made of: initialisation segments, segments, and the parts of a segment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Rendition = Literal["video", "audio"]
RENDITIONS: tuple[Rendition, ...] = ("video", "audio")

VIDEO_HZ = 90_000
AUDIO_HZ = 48_000

PART_S = 0.4
"""No part that players are offered is longer."""

LONGEST_S = 3.4
"""No segment is longer, whatever a publisher sends; it rounds to a target duration of 3."""


@dataclass(frozen=True, slots=True, eq=False)
class Init:
    """The head of a rendition's files (ftyp, moov); each segment names the one that it needs.

    id: counts up with each change of codec, size or parameter sets of one camera's rendition.
    codecs: as RFC 6381 writes it. width, height: pixels, 0 for sound. data: the file.
    """

    id: int
    rendition: Rendition
    codecs: str
    width: int
    height: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a segment that can be played as soon as it is there.

    start_s: media time. independent: decoding can begin at its first frame.
    offset, length: bytes within the segment's file.
    """

    start_s: float
    duration_s: float
    independent: bool
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Segment:
    """About two seconds of one rendition, from a key frame where the publisher sends any.

    number: counts up without a hole for each game, camera and rendition.
    start_s: media time, the same as in the file itself. wall_at: wall time of its start.
    discontinuity: something is missing before it, or the encoder is another.
    size_bytes: 0 when nothing was kept of it (a full disk): a hole of `duration_s`.
    """

    rendition: Rendition
    number: int
    init_id: int
    start_s: float
    duration_s: float
    wall_at: datetime
    parts: tuple[Part, ...]
    discontinuity: bool
    size_bytes: int

    @property
    def end_s(self) -> float:
        """Media time of its end."""
        return self.start_s + self.duration_s

    @property
    def in_parts(self) -> bool:
        """May it be offered in parts? A single frame that lasted too long for one may not."""
        return all(part.duration_s <= PART_S for part in self.parts)

    @property
    def kept(self) -> bool:
        """Is there anything to play?"""
        return self.size_bytes > 0
