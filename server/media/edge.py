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

    def kept(self, rendition: Rendition, number: int) -> tuple[Segment, bytes] | None:
        """A segment that is in memory and its bytes; of the open one what is there."""
        found = self._renditions.get(rendition)
        if found is None:
            return None
        # The open one first: meanwhile it may be whole, never the other way round.
        growing = found.open
        kept = found.segments if growing is None else (growing, *found.segments)
        return next((one for one in kept if one[0].number == number), None)

    def data(self, rendition: Rendition, number: int, part: int | None = None) -> bytes | None:
        """Bytes of a finished segment, or of one part (from 0); None when not in memory."""
        if (found := self.kept(rendition, number)) is None:
            return None
        segment, data = found
        if part is None:
            return data if self.has(rendition, number) else None
        if not 0 <= part < len(segment.parts):
            return None
        place = segment.parts[part]
        return data[place.offset : place.offset + place.length]

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
