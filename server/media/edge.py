"""The live end of a recording, in memory: what players at the live edge read, and wait for."""

from __future__ import annotations

import asyncio
from collections import deque

from server.media.segments import Init, Part, Rendition, Segment

REMEMBERED = 8
"""Segments of each rendition whose bytes stay in memory."""


class _Rendition:
    def __init__(self) -> None:
        self.inits: dict[int, Init] = {}
        self.segments: deque[tuple[Segment, bytes]] = deque(maxlen=REMEMBERED)
        self.open: Segment | None = None
        self.data = bytearray()


class Edge:
    """Of one camera that this process records. For the event loop.

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

    def segments(self, rendition: Rendition) -> tuple[Segment, ...]:
        """Finished ones that are still in memory, oldest first."""
        found = self._renditions.get(rendition)
        return () if found is None else tuple(segment for segment, _ in found.segments)

    def open_segment(self, rendition: Rendition) -> Segment | None:
        """The one that grows now, with the parts that are there; None before its first part."""
        found = self._renditions.get(rendition)
        return None if found is None else found.open

    def data(self, rendition: Rendition, number: int, part: int | None = None) -> bytes | None:
        """Bytes of a finished segment, or of one part (from 0); None when not in memory."""
        found = self._renditions.get(rendition)
        if found is None:
            return None
        if found.open is not None and found.open.number == number:
            return None if part is None else _cut(found.open, found.data, part)
        for segment, data in found.segments:
            if segment.number == number:
                return data if part is None else _cut(segment, data, part)
        return None

    def has(self, rendition: Rendition, number: int, part: int | None = None) -> bool:
        """Is that part (from 0), or without one the whole segment, there or past?"""
        found = self._renditions.get(rendition)
        if found is None:
            return False
        last = found.segments[-1][0].number if found.segments else -1
        if number <= last:
            return True
        is_open = found.open is not None and found.open.number == number
        return (
            is_open and part is not None and found.open is not None and part < len(found.open.parts)
        )

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
        if found.open is None or found.open.number != segment.number:
            found.data = bytearray()
        found.open = segment
        found.data += part
        self._wake()

    def finish(self, segment: Segment) -> None:
        """The open segment is whole."""
        found = self._of(segment.rendition)
        found.segments.append((segment, bytes(found.data)))
        found.open, found.data = None, bytearray()
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


def _cut(segment: Segment, data: bytes | bytearray, part: int) -> bytes | None:
    if not 0 <= part < len(segment.parts):
        return None
    place: Part = segment.parts[part]
    return bytes(data[place.offset : place.offset + place.length])
