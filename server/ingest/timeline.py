"""RTP timestamps to seconds on the camera's own time line."""

from __future__ import annotations

VIDEO_HZ = 90_000
WRAP = 1 << 32
LEAST_STEP_S = 0.001
JUMP_S = 10.0


class RtpUnwrapper:
    """32-bit RTP timestamps to numbers that do not wrap. Frames may come slightly reordered."""

    def __init__(self) -> None:
        self._last: int | None = None

    def unwrap(self, timestamp: int) -> int:
        if self._last is None:
            self._last = timestamp
        else:
            ahead = (timestamp - self._last + WRAP // 2) % WRAP - WRAP // 2
            self._last += ahead
        return self._last


class CameraLine:
    """One camera's time line: it never goes back and continues over publishers.

    Second zero is `zero_s` on the monotonic clock; without it, the first frame of all. A new
    publisher's first frame stands where its arrival says, the frames after it follow the
    publisher's own clock, which has no network jitter in it.
    """

    def __init__(self, zero_s: float | None = None) -> None:
        self.zero_s = zero_s
        self.last_s: float | None = None

    def publisher(self) -> PublisherClock:
        return PublisherClock(self)


class PublisherClock:
    """Maps one publisher's frames onto its camera's line."""

    def __init__(self, line: CameraLine) -> None:
        self._line = line
        self._first: int | None = None
        self._base_s = 0.0

    def media_s(self, timestamp: int, captured_s: float) -> float:
        """timestamp: unwrapped RTP, 90 kHz. captured_s: arrival, monotonic seconds.

        The answer is always later than the one before, whatever the publisher says.
        """
        line = self._line
        if line.zero_s is None:
            line.zero_s = captured_s
        arrived_s = captured_s - line.zero_s
        if self._first is None:
            self._first, self._base_s = timestamp, arrived_s
        media_s = self._base_s + (timestamp - self._first) / VIDEO_HZ
        if abs(media_s - arrived_s) > JUMP_S:
            # The publisher's clock was set, or it slept: start again from the arrival.
            self._first, self._base_s = timestamp, arrived_s
            media_s = arrived_s
        if line.last_s is not None:
            media_s = max(media_s, line.last_s + LEAST_STEP_S)
        line.last_s = media_s
        return media_s
