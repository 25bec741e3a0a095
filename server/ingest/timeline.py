"""RTP timestamps to seconds on the camera's own time line, picture and sound in step."""

from __future__ import annotations

import statistics
from collections import deque
from dataclasses import dataclass, field

from server.ingest.sample import Kind

HZ: dict[Kind, int] = {"video": 90_000, "audio": 48_000}
WRAP = 1 << 32
LEAST_STEP_S = 0.001
TAKE_OVER_STEP_S = 0.02
BEHIND_S = 10.0
"""What comes so late has not waited on the way: the publisher's clock was set, or it slept."""

AHEAD_S = 2.0
"""Nothing can be taken after it came, but the first of all may have come late."""

WINDOW_S = 2.0
"""Over which the quickest way of a packet is looked for: that one did not queue."""

TURN_BACK = 0.02
TURN_ON = 0.001
"""Share of its speed by which the line may run slower or faster, to come back to the arrivals: a
fiftieth is not seen, and a clock drifts less than a thousandth."""

EARLY_S = 5.0
EARLY_WINDOW_S = 0.5
EARLY_TURN_BACK = 0.1
"""A publisher's first frame is often late (its encoder opens, its path is unknown): that is put
right while viewers are still settling in."""

REPORTS = 3
CLOCK_SET_S = 0.2
"""Between two reports of a track: the publisher's wall clock was set."""

MOST_SKEW_S = 1.5
"""Between picture and sound as they arrive; a report that claims more is wrong."""

STEP_S = 0.02
"""Sound further off than this jumps into step; within, it is turned there by TURN_BACK."""


class RtpUnwrapper:
    """32-bit RTP timestamps to numbers that do not wrap. Frames may come slightly reordered."""

    def __init__(self) -> None:
        self._last: int | None = None

    def unwrap(self, timestamp: int) -> int:
        self._last = self.near(timestamp)
        return self._last

    def near(self, timestamp: int) -> int:
        """The same, without taking it for the newest."""
        return timestamp if self._last is None else self._last + self.ahead(timestamp)

    def ahead(self, timestamp: int) -> int:
        """How far it is after the newest one; 0 for the first."""
        if self._last is None:
            return 0
        return (timestamp - self._last + WRAP // 2) % WRAP - WRAP // 2


class CameraLine:
    """One camera's time line: it never goes back and continues over publishers.

    Second zero is `zero_s` on the monotonic clock; without it, the first frame of all. A new
    publisher's first frame stands where its arrival says, the frames after it follow the
    publisher's own clock, which has no network jitter in it.
    """

    def __init__(self, zero_s: float | None = None) -> None:
        self.zero_s = zero_s
        self.last_s: dict[Kind, float] = {}

    def publisher(self) -> PublisherClock:
        return PublisherClock(self)


@dataclass(slots=True, eq=False)
class _Track:
    """offset_s: what is added to the track's own seconds. due_s: what it is still to change by.

    least_s: the quickest way of a packet since window_s, from the track's own seconds.
    """

    offset_s: float | None = None
    due_s: float = 0.0
    sent_s: float = 0.0
    begun_s: float = 0.0
    least_s: float = 0.0
    window_s: float | None = None
    against_ntp_s: deque[float] = field(default_factory=lambda: deque(maxlen=REPORTS))
    """The track's own seconds less the wall clock of its publisher, of the last reports."""

    @property
    def early(self) -> bool:
        return self.sent_s - self.begun_s < EARLY_S


class PublisherClock:
    """Maps one publisher's frames onto its camera's line.

    The picture leads: it stands where the quickest packets arrive. Sound does the same until RTCP
    sender reports of both tracks have told the publisher's own clock for each; then it is put
    beside the picture by that clock, and stays there whatever the two clocks do.
    """

    def __init__(self, line: CameraLine) -> None:
        self._line = line
        self._tracks: dict[Kind, _Track] = {"video": _Track(), "audio": _Track()}
        self._apart_s: float | None = None

    def media_s(self, kind: Kind, timestamp: int, began_s: float) -> float | None:
        """timestamp: unwrapped RTP. began_s: arrival of its first packet, monotonic seconds.

        Each answer is later than the one before of this kind, whatever the publisher says. None:
        sound that would lie before what was handed on, and has to be left out.
        """
        line, track = self._line, self._tracks[kind]
        if line.zero_s is None:
            line.zero_s = began_s
        arrived_s = began_s - line.zero_s
        last_s = line.last_s.get(kind)
        sent_s = timestamp / HZ[kind]
        if track.offset_s is None or self._jumped(track, sent_s, arrived_s, last_s):
            least_s = 0.0 if last_s is None else last_s + TAKE_OVER_STEP_S
            self._begin(track, max(arrived_s, least_s) - sent_s, sent_s)
        else:
            self._turn(kind, track, sent_s, arrived_s)
        assert track.offset_s is not None  # noqa: S101  (begun above)
        media_s = sent_s + track.offset_s
        if last_s is not None and media_s <= last_s:
            if kind == "audio":
                return None
            media_s = last_s + LEAST_STEP_S
        line.last_s[kind] = media_s
        return media_s

    def report(self, kind: Kind, ntp_s: float, timestamp: int) -> None:
        """A sender report: `timestamp` (unwrapped RTP) is `ntp_s` on the publisher's wall clock."""
        known = self._tracks[kind].against_ntp_s
        relation_s = timestamp / HZ[kind] - ntp_s
        if known and abs(relation_s - statistics.median(known)) > CLOCK_SET_S:
            for track in self._tracks.values():
                track.against_ntp_s.clear()
        known.append(relation_s)
        video, audio = (self._tracks[k].against_ntp_s for k in ("video", "audio"))
        if video and audio:
            self._apart_s = statistics.median(video) - statistics.median(audio)

    # -- parts -------------------------------------------------------------------------------

    def _jumped(self, track: _Track, sent_s: float, arrived_s: float, last_s: float | None) -> bool:
        assert track.offset_s is not None  # noqa: S101  (asked only of a track that began)
        media_s = sent_s + track.offset_s
        newest_s = arrived_s if last_s is None else max(arrived_s, last_s)
        return media_s < arrived_s - BEHIND_S or media_s > newest_s + AHEAD_S

    def _begin(self, track: _Track, offset_s: float, sent_s: float) -> None:
        track.offset_s, track.due_s = offset_s, 0.0
        track.sent_s = track.begun_s = sent_s
        track.window_s = None
        track.against_ntp_s.clear()
        self._apart_s = None

    def _turn(self, kind: Kind, track: _Track, sent_s: float, arrived_s: float) -> None:
        """Bring the track a little nearer to where it belongs."""
        assert track.offset_s is not None  # noqa: S101
        beside_s = self._beside_picture(sent_s, arrived_s) if kind == "audio" else None
        if beside_s is None:
            self._watch_arrivals(track, sent_s, arrived_s)
        elif abs(beside_s - track.offset_s) > STEP_S:
            track.offset_s, track.due_s = beside_s, 0.0
        else:
            track.due_s = beside_s - track.offset_s
        passed_s = min(max(sent_s - track.sent_s, 0.0), WINDOW_S)
        track.sent_s = max(sent_s, track.sent_s)
        back = EARLY_TURN_BACK if kind == "video" and track.early else TURN_BACK
        on = TURN_ON if beside_s is None else TURN_BACK
        turn_s = min(max(track.due_s, -back * passed_s), on * passed_s)
        track.offset_s += turn_s
        track.due_s -= turn_s

    def _beside_picture(self, sent_s: float, arrived_s: float) -> float | None:
        """The offset of sound by the publisher's clock; None while nothing believable is known."""
        picture_s = self._tracks["video"].offset_s
        if self._apart_s is None or picture_s is None:
            return None
        offset_s = picture_s + self._apart_s
        return None if abs(sent_s + offset_s - arrived_s) > MOST_SKEW_S else offset_s

    def _watch_arrivals(self, track: _Track, sent_s: float, arrived_s: float) -> None:
        assert track.offset_s is not None  # noqa: S101
        way_s = arrived_s - sent_s
        if track.window_s is None:
            track.window_s, track.least_s = arrived_s, way_s
        track.least_s = min(track.least_s, way_s)
        if arrived_s - track.window_s >= (EARLY_WINDOW_S if track.early else WINDOW_S):
            track.due_s, track.window_s = track.least_s - track.offset_s, None
