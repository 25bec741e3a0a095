"""What waits for one viewer, and when each picture of it is to be shown. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from server.ingest.sample import Sample

MOST_BYTES = 2 << 20
SOUND_MOST = 50
"""Packets of sound, a second, that outlive the pictures that are passed over."""
GAP_S = 1.0
"""After a loss the picture stands still so long at most: what builds on a lost frame shows rubbish,
but a publisher that never sends the key frame it is asked for is better seen so than not at all."""
CAUGHT_UP_S = 0.1


class Backlog:
    """A bounded queue of samples that passes over pictures only up to a key frame."""

    def __init__(self) -> None:
        self._waiting: deque[Sample] = deque()
        self._bytes = 0
        self._hold_until_s: float | None = None
        """Pictures before this media second are passed over, but for a key frame."""

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def holds(self) -> bool:
        """Are pictures passed over until a key frame comes, however long that takes?"""
        return self._hold_until_s == float("inf")

    def begin(self, samples: Iterable[Sample]) -> None:
        """With these, pictures only: their sound would come too late. None: with a key frame."""
        self.skip()
        self._waiting.clear()
        self._bytes = 0
        for sample in samples:
            if sample.kind == "video":
                self.put(sample)

    def put(self, sample: Sample) -> bool:
        """False when it is too much: everything up to the next key frame is passed over."""
        if sample.kind == "video" and not self._wanted(sample):
            return True
        self._waiting.append(sample)
        self._bytes += len(sample.data)
        if self._bytes > MOST_BYTES:
            self.skip()
            return False
        return True

    def take(self) -> Sample | None:
        if not self._waiting:
            return None
        sample = self._waiting.popleft()
        self._bytes -= len(sample.data)
        return sample

    def skip(self) -> None:
        """Pass over all pictures up to the next key frame."""
        sound = [sample for sample in self._waiting if sample.kind == "audio"]
        self._waiting = deque(sound[-SOUND_MOST:])
        self._bytes = sum(len(sample.data) for sample in self._waiting)
        self._hold_until_s = float("inf")

    def _wanted(self, sample: Sample) -> bool:
        if sample.key:
            self._hold_until_s = None
        elif self._hold_until_s is None and sample.gap:
            self._hold_until_s = sample.media_s + GAP_S
        if self._hold_until_s is not None and sample.media_s < self._hold_until_s:
            return False
        self._hold_until_s = None
        return True


class ShowTimes:
    """The times that pictures are sent with.

    A player keeps the distance that its first pictures have from their times for long. Those since
    the last key frame come late, so they are given the time of now; all others keep their own.
    now_at_0_s: the monotonic moment at which media second 0 came, if there are such.
    """

    def __init__(self, now_at_0_s: float | None) -> None:
        self._now_at_0_s = now_at_0_s
        self._last_s = float("-inf")

    @property
    def catching_up(self) -> bool:
        return self._now_at_0_s is not None

    def of(self, media_s: float, now_s: float) -> float:
        """Media second to show it at: later than the one before."""
        if self._now_at_0_s is not None:
            late_s = now_s - self._now_at_0_s - CAUGHT_UP_S
            if media_s >= late_s:
                self._now_at_0_s = None
            else:
                media_s = late_s
        self._last_s = max(media_s, self._last_s + 0.001)
        return self._last_s
