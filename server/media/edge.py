"""The live end of a recording, in memory: what players at the live edge read, and wait for."""

from __future__ import annotations

import asyncio

from server.media.segments import Init, Rendition, Segment

REMEMBERED = 8
"""Segments of each rendition whose bytes stay in memory."""


class _Rendition:
    def __init__(self) -> None:
        self.inits: dict[int, Init] = {}
        self.segments: tuple[tuple[Segment, bytes], ...] = ()
        self.open: tuple[Segment, bytes] | None = None


class Edge:
    """Of one camera that this process records. It grows on the event loop; any thread may read.

    The open segment is a `Segment` that still grows: its duration and parts are those so far.
    """

    def __init__(self, game: str, camera: str) -> None:
        self.game = game
        self.camera = camera
        self.closed = False
        self._renditions: dict[Rendition, _Rendition] = {}
        self._grown = asyncio.Event()

    # --- for players

    @property
    def renditions(self) -> tuple[Rendition, ...]:
        """Those of which something came."""
        return tuple(self._renditions)

    def init(self, rendition: Rendition, init_id: int) -> Init | None:
        """An initialisation segment that was made since the camera went live."""
        found = self._renditions.get(rendition)
        return None if found is None else found.inits.get(init_id)

    @property
    def inits(self) -> list[Init]:
        """All that were made since the camera went live."""
        return [init for found in self._renditions.values() for init in found.inits.values()]

    def segments(self, rendition: Rendition) -> tuple[Segment, ...]:
        """Finished ones that are still in memory, oldest first."""
        found = self._renditions.get(rendition)
        return () if found is None else tuple(segment for segment, _ in found.segments)

    def open_segment(self, rendition: Rendition) -> Segment | None:
        """The one that grows now, with the parts that are there; None before its first part."""
        found = self._renditions.get(rendition)
        return None if found is None or found.open is None else found.open[0]

    def data(self, rendition: Rendition, number: int, part: int | None = None) -> bytes | None:
        """Bytes of a finished segment, or of one part (from 0); None when not in memory."""
        found = self._renditions.get(rendition)
        if found is None:
            return None
        growing = found.open
        if growing is not None and growing[0].number == number:
            return None if part is None else _cut(*growing, part)
        for segment, data in found.segments:
            if segment.number == number:
                return data if part is None else _cut(segment, data, part)
        return None

    def open_data(self, rendition: Rendition, number: int) -> bytes | None:
        """The parts of the open segment that are there; None when it is not this one."""
        found = self._renditions.get(rendition)
        growing = None if found is None else found.open
        return growing[1] if growing is not None and growing[0].number == number else None

    def has(self, rendition: Rendition, number: int, part: int | None = None) -> bool:
        """Is that part (from 0), or without one the whole segment, there or past?"""
        found = self._renditions.get(rendition)
        if found is None:
            return False
        if found.segments and number <= found.segments[-1][0].number:
            return True
        growing = found.open
        if growing is None or part is None or growing[0].number != number:
            return False
        return part < len(growing[0].parts)

    async def wait(
        self, rendition: Rendition, number: int, part: int | None, timeout_s: float
    ) -> bool:
        """Until `has` is true; False after `timeout_s`, or when the camera has ended before."""
        try:
            async with asyncio.timeout(timeout_s):
                while not self.has(rendition, number, part) and not self.closed:
                    await self._grown.wait()
        except TimeoutError:
            return False
        return self.has(rendition, number, part)

    # --- for the recorder

    def add_init(self, init: Init) -> None:
        """An initialisation segment was made."""
        self._of(init.rendition).inits[init.id] = init

    def grow(self, segment: Segment, part: bytes) -> None:
        """The open segment has one part more."""
        found = self._of(segment.rendition)
        before = b"" if found.open is None else found.open[1]
        found.open = segment, before + part
        self._wake()

    def finish(self, segment: Segment) -> None:
        """The open segment is whole."""
        found = self._of(segment.rendition)
        if found.open is not None:
            finished = segment, found.open[1]
            found.segments = (*found.segments, finished)[-REMEMBERED:]
        found.open = None
        self._wake()

    def close(self) -> None:
        """The camera has ended: nobody waits any longer."""
        self.closed = True
        self._wake()

    def _of(self, rendition: Rendition) -> _Rendition:
        return self._renditions.setdefault(rendition, _Rendition())

    def _wake(self) -> None:
        # Each event is for those who wait now; who comes later waits for the next.
        self._grown.set()
        self._grown = asyncio.Event()


def _cut(segment: Segment, data: bytes, part: int) -> bytes | None:
    if not 0 <= part < len(segment.parts):
        return None
    place = segment.parts[part]
    return data[place.offset : place.offset + place.length]
