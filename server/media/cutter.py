"""Samples of one rendition in; heads, parts and segments out. Pure: no clock, no file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from server.ingest.sample import Sample
from server.media import fmp4
from server.media.heads import Head, head_of, payload
from server.media.segments import (
    AUDIO_HZ,
    LONGEST_S,
    PART_S,
    VIDEO_HZ,
    Init,
    Part,
    Rendition,
    Segment,
)

SEGMENT_S = 2.0
"""How long a segment of sound is, and about how long one of pictures."""
LEAST_S = 1.0
"""A key frame that somebody else asked for cuts no shorter segment."""
HOLE_S = {"video": 2.0, "audio": PART_S}
"""Without a frame for longer than this, nothing is there. A phone on a bad network may send a
picture a second; sound never pauses so long."""
KEY_WAIT_S = 4.0
"""After a loss frames are left out so long at most: what builds on a lost one shows rubbish, but
from a publisher that never sends the key frame it is asked for that is better than nothing."""
HEADS_MOST = 256
"""Of one rendition: a phone that is turned needs two, whoever sends more means no good."""
_PARTS_MOST = 64  # of one segment; fragments are numbered over all segments


@dataclass(frozen=True, slots=True, eq=False)
class Grown:
    """The segment has one part more, its last. data: the bytes of that part."""

    segment: Segment
    data: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Finished:
    """The segment is whole."""

    segment: Segment


Cut = Init | Grown | Finished


@dataclass(frozen=True, slots=True, eq=False)
class _Frame:
    tick: int
    data: bytes
    key: bool


class Cutter:
    """Of one rendition of a camera, for as long as this process records it.

    origin: wall time of media second 0. number, init_id: of the next segment and the next head.
    """

    def __init__(self, rendition: Rendition, origin: datetime, number: int, init_id: int) -> None:
        self.rendition = rendition
        self.left_out = 0
        """Frames that nobody could have decoded: before any head, or after a loss."""
        self.key_s: float | None = None
        """Media time of the newest key frame."""
        self.breaks = 0
        """How often something was missing, or another encoder began."""
        self._origin = origin
        self._hz = VIDEO_HZ if rendition == "video" else AUDIO_HZ
        self._least = round(self._hz * (LEAST_S if rendition == "video" else SEGMENT_S))
        self._most = round(self._hz * LONGEST_S)
        self._part_most = round(self._hz * PART_S)
        self._hole = round(self._hz * HOLE_S[rendition])
        self._number = number
        self._init_id = init_id
        self._head: Head | None = None
        self._current_id = 0
        self._ids: dict[Head, int] = {}
        self._publisher: int | None = None
        self._lost_s: float | None = None
        self._broken = True
        self._segment: Segment | None = None
        self._start = 0
        self._frames: list[_Frame] = []
        self._end = 0
        self._usual = self._hz // 50
        self._cuts: list[Cut] = []

    def put(self, sample: Sample) -> list[Cut]:
        """What this sample completes, in order."""
        head = self._known(head_of(sample)) if sample.key else None
        missing = sample.gap or self._lost_s is not None
        begun = self._head is not None and self._head.codec == sample.codec
        if (head is None and (sample.key or not begun)) or self._builds_on_lost(sample):
            self.left_out += 1
            return []
        tick = round(sample.media_s * self._hz)
        changed = head is not None and head != self._head
        changed |= self._is_new(sample)
        if self._segment is not None:
            # It has a frame: what came last is always held back, until it is known how long it is.
            tick = max(tick, self._frames[-1].tick + 1)
            lasted = tick - self._frames[-1].tick
            # Where something is missing nobody knows how long the last frame was to be seen.
            hole = lasted > (self._part_most if changed or missing else self._hole)
            self._segment = self._end_frame(self._segment, tick, hole)
            if changed or (hole and self.rendition == "video"):
                self.break_here()
            cuts_here = sample.key and tick - self._start >= self._least
            is_long = not self._frames and tick - self._start + self._part_most > self._most
            if self._broken or lasted > self._part_most or cuts_here or is_long:
                self._finish()
        if head is not None:
            self._use(head)
        self._publisher = sample.publisher
        if sample.key:
            self.key_s = sample.media_s
        if self._segment is None:
            self._segment = self._begin(tick)
        self._frames.append(_Frame(tick, payload(sample), sample.key))
        return self._given()

    def end(self) -> list[Cut]:
        """What was still open: nothing more comes."""
        if self._segment is not None:
            usual = self._frames[-1].tick + self._usual
            self._segment = self._end_frame(self._segment, usual, hole=False)
        self._finish()
        return self._given()

    def break_here(self) -> None:
        """The next frame begins a segment that says that something is missing before it."""
        if not self._broken:
            self._broken = True
            self.breaks += 1

    # --- inside

    def _known(self, head: Head | None) -> Head | None:
        return head if head in self._ids or len(self._ids) < HEADS_MOST else None

    def _builds_on_lost(self, sample: Sample) -> bool:
        if sample.key:
            self._lost_s = None
        elif self._lost_s is None and (
            sample.gap or self._is_new(sample) or self._is_after_hole(sample)
        ):
            self._lost_s = sample.media_s
        return self._lost_s is not None and sample.media_s - self._lost_s < KEY_WAIT_S

    def _is_new(self, sample: Sample) -> bool:
        return self._publisher not in (None, sample.publisher)

    def _is_after_hole(self, sample: Sample) -> bool:
        # Players that go on after a hole begin anew.
        if self.rendition == "audio" or not self._frames:
            return False
        return sample.media_s * self._hz - self._frames[-1].tick > self._hole

    def _use(self, head: Head) -> None:
        if head not in self._ids:
            self._ids[head] = self._init_id
            self._cuts.append(head.init(self._init_id, self.rendition))
            self._init_id += 1
        self._head, self._current_id = head, self._ids[head]

    def _end_frame(self, segment: Segment, tick: int, hole: bool) -> Segment:
        """The newest frame ends where the next one begins; a part that is full is closed."""
        first, last = self._frames[0].tick, self._frames[-1].tick
        if hole:
            tick = min(last + self._usual, first + self._part_most)
        self._usual = tick - last
        if tick - first > self._part_most:
            # It lasted longer than those before it: it is for the next part.
            *before, newest = self._frames
            if before:
                segment = self._close_part(segment, before, last)
            # One that is too long for a part is a segment of its own, which is offered whole.
            alone = tick - last > self._part_most
            if segment.parts and (alone or last - self._start + self._part_most > self._most):
                self._cuts.append(Finished(segment))
                segment = self._begin(last)
            self._frames, first = [newest], last
        self._end = tick
        if tick - first + self._usual > self._part_most:
            segment = self._close_part(segment, self._frames, tick)
            self._frames = []
        return segment

    def _close_part(self, segment: Segment, frames: list[_Frame], end: int) -> Segment:
        ends = [*(frame.tick for frame in frames[1:]), end]
        data = fmp4.fragment(
            segment.number * _PARTS_MOST + len(segment.parts),
            frames[0].tick,
            [
                fmp4.Frame(frame.data, until - frame.tick, frame.key)
                for frame, until in zip(frames, ends, strict=True)
            ],
        )
        part = Part(
            frames[0].tick / self._hz,
            (end - frames[0].tick) / self._hz,
            frames[0].key,
            segment.size_bytes,
            len(data),
        )
        grown = replace(
            segment,
            duration_s=(end - self._start) / self._hz,
            parts=(*segment.parts, part),
            size_bytes=segment.size_bytes + len(data),
        )
        self._cuts.append(Grown(grown, data))
        return grown

    def _begin(self, tick: int) -> Segment:
        self._start, start_s = tick, tick / self._hz
        segment = Segment(
            self.rendition, self._number, self._current_id, start_s, 0.0,
            self._origin + timedelta(seconds=start_s), (), self._broken and self._number > 0, 0,
        )  # fmt: skip
        self._number += 1
        self._broken = False
        return segment

    def _finish(self) -> None:
        if self._segment is None:
            return
        if self._frames:
            self._segment = self._close_part(self._segment, self._frames, self._end)
            self._frames = []
        self._cuts.append(Finished(self._segment))
        self._segment = None

    def _given(self) -> list[Cut]:
        cuts, self._cuts = self._cuts, []
        return cuts
