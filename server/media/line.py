"""How well one viewer's line carries the picture, judged by what the viewer reports. Pure."""

from __future__ import annotations

from collections import deque
from typing import Literal

Verdict = Literal["well", "skip", "silent", "too-slow"]

SILENT_S = 10.0
"""Viewers report about once a second while they are sent something."""
PAUSE_S = 3.0
"""Longer without anything to send: then there is nothing to report either."""
REPORTS = 3
LOST_MOST = 0.25
"""Above this share sending again only makes it worse."""
SKIPS_MOST, SKIPS_WITHIN_S = 5, 30.0


class Line:
    """`now_s` is any monotonic time.

    skip: the line is full; pass over everything up to the next key frame, which lets it empty.
    too-slow: it was full again and again. silent: nobody reads what is sent.
    """

    def __init__(self) -> None:
        self._lost: deque[float] = deque(maxlen=REPORTS)
        self._skips: deque[float] = deque(maxlen=SKIPS_MOST)
        self._sent_s: float | None = None
        self._unheard_s: float | None = None

    def sent(self, now_s: float) -> None:
        """A frame went out."""
        if self._unheard_s is None or self._sent_s is None or now_s - self._sent_s > PAUSE_S:
            self._unheard_s = now_s
        self._sent_s = now_s

    def report(self, now_s: float, lost: float) -> None:
        """The viewer says which share of the packets since its last report was lost."""
        self._unheard_s = self._sent_s = now_s
        self._lost.append(lost)

    def skipped(self, now_s: float) -> None:
        """Everything up to the next key frame is passed over, for whatever reason."""
        self._skips.append(now_s)
        self._lost.clear()

    def judge(self, now_s: float) -> Verdict:
        """To be asked about once a second."""
        if self._unheard_s is not None and self._sent_s is not None:
            sending = now_s - self._sent_s <= PAUSE_S
            if sending and now_s - self._unheard_s > SILENT_S:
                return "silent"
        if len(self._skips) == SKIPS_MOST and now_s - self._skips[0] <= SKIPS_WITHIN_S:
            return "too-slow"
        if len(self._lost) == REPORTS and sum(self._lost) / REPORTS > LOST_MOST:
            return "skip"
        return "well"
