"""One camera's encoded frames into its recording: a consumer of its stream."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from server.background import report_failure
from server.ingest.sample import Sample
from server.media.cutter import SEGMENT_S, Cut, Cutter, Finished, Grown
from server.media.edge import Edge
from server.media.recovery import Begun
from server.media.segments import RENDITIONS, Init, Rendition
from server.media.tape import Tape
from server.meters import Meters

log = logging.getLogger(__name__)

KEY_FRAME_AFTER_S = SEGMENT_S - 0.2
"""A key frame is asked for when the newest is so old: the segment then ends in time."""
LAST_S = 10.0
LATE_BYTES = 2 << 20
WAITING_MOST_BYTES = 32 << 20
"""Of frames that come before it is known which segment is next."""


class Filmed(Protocol):
    """The stream that is recorded."""

    @property
    def game(self) -> str: ...
    @property
    def camera(self) -> str: ...
    @property
    def origin(self) -> datetime: ...
    def want_key_frame(self) -> None: ...


class Recorder:
    """Cuts on the event loop, which takes microseconds, and has a Tape write.

    begin: takes the camera, and says which numbers are next. open_tape: gives it a tape.
    The edge grows before anything is written: a disk's trouble is not seen by live viewers.
    """

    def __init__(
        self,
        stream: Filmed,
        edge: Edge,
        begin: Callable[[], Awaitable[Begun]],
        open_tape: Callable[[Begun], Tape],
        meters: Meters,
        on_end: Callable[[Recorder], None],
    ) -> None:
        self.edge = edge
        self.tape: Tape | None = None
        self._stream = stream
        self._open_tape = open_tape
        self._meters = meters
        self._on_end = on_end
        self._cutters: dict[Rendition, Cutter] = {}
        self._waiting: deque[Sample] = deque()
        self._waiting_bytes = 0
        self._closed = False
        self._beginning = asyncio.create_task(self._begin(begin), name="begin a recording")
        self._beginning.add_done_callback(report_failure)

    def put(self, sample: Sample) -> None:
        """Of the stream, in order."""
        if self._cutters:
            self._cut(sample)
            return
        self._waiting.append(sample)
        self._waiting_bytes += len(sample.data)
        while self._waiting_bytes > WAITING_MOST_BYTES:
            self._waiting_bytes -= len(self._waiting.popleft().data)
            self._meters.frames_left_out(1)

    def close(self) -> None:
        """The camera has ended; what is open is finished and written."""
        if self._closed:
            return
        self._closed = True
        for cutter in self._cutters.values():
            self._hand_on(cutter.end())
        self.edge.close()
        if self.tape is not None:
            self.tape.close()
        else:
            self._beginning.cancel()
            self._on_end(self)

    async def wait_closed(self) -> None:
        """Until everything is written, or has had its time."""
        if self.tape is not None:
            await asyncio.to_thread(self.tape.join, LAST_S)

    @property
    def trouble(self) -> str | None:
        """Why not everything is recorded at this moment."""
        if self.tape is not None:
            return self.tape.trouble
        return "it waits for the index" if self._waiting_bytes > LATE_BYTES else None

    # --- inside

    async def _begin(self, begin: Callable[[], Awaitable[Begun]]) -> None:
        begun = await begin()
        if self._closed:
            begun.lock.close()
            return
        self.tape = self._open_tape(begun)
        self._cutters = {r: Cutter(r, self._stream.origin, *begun.numbers[r]) for r in RENDITIONS}
        while self._waiting:
            self._cut(self._waiting.popleft())

    def _cut(self, sample: Sample) -> None:
        cutter = self._cutters[sample.kind]
        breaks, left_out = cutter.breaks, cutter.left_out
        self._hand_on(cutter.put(sample))
        if cutter.left_out > left_out:
            self._meters.frames_left_out(cutter.left_out - left_out)
        if sample.kind == "video":
            if cutter.breaks > breaks:
                self._cutters["audio"].break_here()
            if cutter.key_s is None or sample.media_s - cutter.key_s >= KEY_FRAME_AFTER_S:
                self._stream.want_key_frame()

    def _hand_on(self, cuts: list[Cut]) -> None:
        for cut in cuts:
            if isinstance(cut, Init):
                self.edge.add_init(cut)
            elif isinstance(cut, Grown):
                self.edge.grow(cut.segment, cut.data)
            elif isinstance(cut, Finished):
                self.edge.finish(cut.segment)
            if self.tape is not None:
                self.tape.put(cut)
