"""HTTP Live Streaming playlists of a recording, as text (RFC 8216bis). No clock, no I/O.

A playlist begins with the game's first segment and only grows: viewers can go back all the way.
Numbers in brackets name the requirements of the draft's sections.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from server.media.segments import LONGEST_S, PART_S, Init, Rendition, Segment
from server.problems import Problem

TARGET_S = int(LONGEST_S + 0.5)
"""Never changes, and no rounded duration of a segment is above it (6.2.1)."""
SKIP_UNTIL_S = 6 * TARGET_S
PARTS_LISTED_S = 3 * TARGET_S
"""Parts are listed this near to the end (6.2.2)."""
BLOCK_AT_MOST_S = 3.0 * TARGET_S
MOST_SEGMENTS_AHEAD = 2
MOST_PARTS_AHEAD = int(3 / PART_S) if PART_S < 1 else 3
"""Whoever asks for something further away did not read the playlist (6.2.5.2)."""

SERVER_CONTROL = (
    f"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL={SKIP_UNTIL_S:.1f},"
    f"HOLD-BACK={3 * TARGET_S:.1f},PART-HOLD-BACK={3 * PART_S:.1f}"
)
PLAIN_CONTROL = f"#EXT-X-SERVER-CONTROL:CAN-SKIP-UNTIL={SKIP_UNTIL_S:.1f}"


@dataclass(frozen=True, slots=True)
class Report:
    """Where another rendition is by now. part: index of its last part, None without parts."""

    rendition: Rendition
    number: int
    part: int | None


@dataclass(frozen=True, slots=True)
class Live:
    """The live end of a rendition. open: the segment that grows, None between two."""

    open: Segment | None
    reports: tuple[Report, ...] = ()


class Playlist:
    """One rendition's media playlist. `add` each finished segment in order; ask for the `text`.

    query: put behind every address in it, so that players need nothing else to fetch them.
    """

    def __init__(self, rendition: Rendition, query: str) -> None:
        self.rendition = rendition
        self.query = query
        self.segments: list[Segment] = []
        self._tags: list[str] = []
        self._files: list[str] = []
        self._whole: list[str] = []

    @property
    def last(self) -> Segment | None:
        """The newest finished segment."""
        return self.segments[-1] if self.segments else None

    def add(self, segment: Segment) -> None:
        """ValueError when it is not the next one, or longer than a playlist may promise."""
        before = self.last
        if before is not None and segment.number != before.number + 1:
            raise ValueError(f"segment {segment.number} does not follow {before.number}")
        if segment.duration_s >= TARGET_S + 0.5:
            raise ValueError(f"segment {segment.number} has {segment.duration_s} s")
        tags = self._tags_of(segment, before)
        if not segment.kept:
            tags += "#EXT-X-GAP\n"
        file = f"#EXTINF:{segment.duration_s:.5f},\n{self._address(f'{segment.number}.m4s')}\n"
        self.segments.append(segment)
        self._tags.append(tags)
        self._files.append(file)
        self._whole.append(tags + file)

    def text(self, *, live: Live | None = None, ended: bool = False, skip: bool = False) -> str:
        """The playlist as of now.

        live: with parts, for players at the live edge; None where this process does not record,
        or nothing is live. ended: nothing will follow. skip: only what is new to a player that
        has read the playlist lately (a delta update).
        """
        tail_s = sum(part.duration_s for part in live.open.parts) if live and live.open else 0.0
        first = 0 if not skip or ended else self._first_within(SKIP_UNTIL_S, tail_s)
        with_parts = len(self.segments)
        if live is not None:
            with_parts = max(first, self._first_within(PARTS_LISTED_S, tail_s))
        pieces = [self._head(live, ended)]
        if first:
            pieces.append(f"#EXT-X-SKIP:SKIPPED-SEGMENTS={first}\n")
            # The tag in force was skipped. Said again, the rest can be played by itself.
            if self.segments[first].init_id == self.segments[first - 1].init_id:
                pieces.append(self._map(self.segments[first]))
        pieces += self._whole[first:with_parts]
        for index in range(with_parts, len(self.segments)):
            segment = self.segments[index]
            parts = self._parts(segment) if segment.kept and segment.in_parts else ""
            pieces += (self._tags[index], parts, self._files[index])
        if live is not None:
            pieces.append(self._live_end(live))
        if ended:
            pieces.append("#EXT-X-ENDLIST\n")
        return "".join(pieces)

    # --- inside

    def _head(self, live: Live | None, ended: bool) -> str:
        lines = ["#EXTM3U", "#EXT-X-VERSION:9", f"#EXT-X-TARGETDURATION:{TARGET_S}"]
        if live is not None:
            lines += [SERVER_CONTROL, f"#EXT-X-PART-INF:PART-TARGET={PART_S}"]
        elif not ended:
            lines.append(PLAIN_CONTROL)
        first = self.segments[0] if self.segments else live.open if live else None
        lines.append(f"#EXT-X-MEDIA-SEQUENCE:{first.number if first else 0}")
        lines.append("#EXT-X-PLAYLIST-TYPE:EVENT")
        return "\n".join(lines) + "\n"

    def _tags_of(self, segment: Segment, before: Segment | None) -> str:
        lines = []
        if before is not None and (segment.discontinuity or segment.init_id != before.init_id):
            lines.append("#EXT-X-DISCONTINUITY\n")
        if before is None or segment.init_id != before.init_id:
            lines.append(self._map(segment))
        moment = segment.wall_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{moment}\n")
        return "".join(lines)

    def _map(self, segment: Segment) -> str:
        return f'#EXT-X-MAP:URI="{self._address(f"init-{segment.init_id}.mp4")}"\n'

    def _parts(self, segment: Segment) -> str:
        return "".join(
            f"#EXT-X-PART:DURATION={part.duration_s:.5f},"
            f'URI="{self._address(f"{segment.number}.{index}.m4s")}"'
            f"{',INDEPENDENT=YES' if part.independent else ''}\n"
            for index, part in enumerate(segment.parts)
        )

    def _live_end(self, live: Live) -> str:
        lines = []
        if live.open is not None:
            number, part = live.open.number, len(live.open.parts)
            lines += [self._tags_of(live.open, self.last), self._parts(live.open)]
        else:
            number, part = (self.last.number + 1 if self.last else 0), 0
        hint = self._address(f"{number}.{part}.m4s")
        lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="{hint}"\n')
        for report in live.reports:
            of = "" if report.part is None else f",LAST-PART={report.part}"
            lines.append(
                f'#EXT-X-RENDITION-REPORT:URI="{report.rendition}.m3u8?{self.query}",'
                f"LAST-MSN={report.number}{of}\n"
            )
        return "".join(lines)

    def _address(self, name: str) -> str:
        return f"{self.rendition}/{name}?{self.query}"

    def _first_within(self, span_s: float, tail_s: float) -> int:
        """Index of the first segment any of which is within `span_s` of the playlist's end."""
        index, left_s = len(self.segments), span_s - tail_s
        while index > 0 and left_s > 0:
            index -= 1
            left_s -= self.segments[index].duration_s
        return index


@dataclass(frozen=True, slots=True)
class Asked:
    """The segment, and the part of it, that a player wants to see in the playlist before it is
    answered (6.2.5.2). part: None for the whole segment."""

    number: int
    part: int | None


def read_directives(msn: str | None, part: str | None) -> Asked | None:
    """`_HLS_msn` and `_HLS_part` as numbers, None when not given. Raises Problem 400."""
    if msn is None:
        if part is not None:
            raise _refused("_HLS_part needs _HLS_msn.")
        return None
    return Asked(_decimal("_HLS_msn", msn), None if part is None else _decimal("_HLS_part", part))


def check_distance(asked: Asked, last: Segment | None, live: Segment | None) -> None:
    """Problem 400 for what is too far ahead of the last segment, or of the parts that are there."""
    first_to_come = live.number if live else last.number + 1 if last else 0
    if asked.number > first_to_come - 1 + MOST_SEGMENTS_AHEAD:
        raise _refused("_HLS_msn is too far ahead.")
    there = len(live.parts) if live and live.number == asked.number else 0
    if (
        asked.part is not None
        and asked.number >= first_to_come
        and asked.part >= there + MOST_PARTS_AHEAD
    ):
        raise _refused("_HLS_part is too far ahead.")


def _decimal(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise _refused(f"{name} is a decimal number.")
    return int(text)


def _refused(why: str) -> Problem:
    return Problem(400, "malformed-request", why)


def multivariant(inits: Sequence[Init], bits_per_s: int, query: str) -> str:
    """The playlist that a player opens: the picture with its sound.

    inits: all of the recording, oldest first; at least one of video. bits_per_s: the peak of
    both renditions together. There is no second variant without sound: a player that has too
    little bandwidth would change to silence, and Chromium's stops when it does. Who cannot play
    the sound opens the picture's own playlist.
    """
    video = [init for init in inits if init.rendition == "video"]
    sound = [init.codecs for init in inits if init.rendition == "audio"]
    codecs = ",".join(dict.fromkeys([*(init.codecs for init in video), *sound]))
    largest = max(video, key=lambda init: init.width * init.height)
    lines, group = ["#EXTM3U", "#EXT-X-VERSION:9"], ""
    if sound:
        lines.append(
            '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Gym",DEFAULT=YES,AUTOSELECT=YES,'
            f'URI="audio.m3u8?{query}"'
        )
        group = ',AUDIO="sound"'
    lines.append(
        f'#EXT-X-STREAM-INF:BANDWIDTH={max(1, bits_per_s)},CODECS="{codecs}",'
        f"RESOLUTION={largest.width}x{largest.height}{group},CLOSED-CAPTIONS=NONE"
    )
    lines.append(f"video.m3u8?{query}")
    return "\n".join(lines) + "\n"


def peak_bits_per_s(segments: Sequence[Segment]) -> int:
    """Of one rendition, in whichever segment it was highest; 0 without any."""
    # A stump of a few frames has the peak of its key frame, which no buffer notices.
    rates = (8 * s.size_bytes / max(s.duration_s, 1.0) for s in segments)
    return int(max(rates, default=0))


def gaps(segments: Sequence[Segment], least_s: float = 0.25) -> list[tuple[float, float]]:
    """From and to media second of what was not recorded between the first segment and the last."""
    kept = [segment for segment in segments if segment.kept]
    return [
        (before.end_s, after.start_s)
        for before, after in pairwise(kept)
        if after.start_s - before.end_s >= least_s
    ]
