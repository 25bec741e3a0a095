"""What this process knows of each camera's recording: its own live edge, others' by the index."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from server.clock import Clock
from server.media.edge import Edge
from server.media.readers import Readers
from server.media.segments import RENDITIONS, Init, Part, Rendition, Segment

LOOK_AGAIN_S = 1.0
"""How often the shared index is asked for what another process records."""
MOST_RECORDINGS = 32
OVER_AFTER_FINAL = timedelta(minutes=1)
OVER_AFTER = timedelta(minutes=30)
"""A recording that nothing was added to for so long has ended, if nobody said so."""

IsFinal = Callable[[str], Awaitable[bool]]
"""Is the game over?"""


class Source(Protocol):
    """What is asked of the library (server/media/library.py says it in full)."""

    def edge(self, game: str, camera: str) -> Edge | None: ...
    def segments(
        self, game: str, camera: str, rendition: Rendition, from_s: float | None = None
    ) -> list[Segment]: ...
    def inits(self, game: str, camera: str) -> list[Init]: ...
    def read(self, game: str, camera: str, of: Segment, part: Part | None = None) -> bytes: ...


@dataclass(slots=True, eq=False)
class Recording:
    """One camera's. edge: its live end, where this process records it. ended: nothing follows.

    segments: finished ones of each rendition, oldest first, numbers without a hole.
    """

    game: str
    camera: str
    edge: Edge | None = None
    ended: bool = False
    segments: dict[Rendition, list[Segment]] = field(default_factory=dict)
    inits: list[Init] = field(default_factory=list)
    looked_s: float | None = None
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    def last(self, rendition: Rendition) -> Segment | None:
        """The newest finished segment."""
        found = self.segments.get(rendition)
        return found[-1] if found else None

    def open(self, rendition: Rendition) -> Segment | None:
        """The segment that grows now; None between two, and where nobody records."""
        found = self.edge.open_segment(rendition) if self.edge else None
        last = self.last(rendition)
        # The edge finishes a segment before its successor begins, and we follow it at once.
        return None if found is None or (last and found.number <= last.number) else found

    def segment(self, rendition: Rendition, number: int) -> Segment | None:
        """A finished one by its number."""
        found = self.segments.get(rendition, [])
        index = number - found[0].number if found else -1
        return found[index] if 0 <= index < len(found) else None

    def init(self, rendition: Rendition, init_id: int) -> Init | None:
        """An initialisation segment by its id."""
        if self.edge is not None and (found := self.edge.init(rendition, init_id)) is not None:
            return found
        return next((i for i in self.inits if (i.rendition, i.id) == (rendition, init_id)), None)

    @property
    def origin(self) -> datetime | None:
        """Wall time of media second 0, to the second; None before anything came."""
        for rendition in RENDITIONS:
            found = self.segments.get(rendition)
            first = found[0] if found else self.open(rendition)
            if first is not None:
                origin = first.wall_at - timedelta(seconds=first.start_s)
                return (origin + timedelta(seconds=0.5)).replace(microsecond=0)
        return None

    def append(self, segment: Segment) -> bool:
        """True when it is known now; False when something before it is missing."""
        last = self.last(segment.rendition)
        if last is None:
            self.segments[segment.rendition] = [segment]
        elif segment.number == last.number + 1:
            self.segments[segment.rendition].append(segment)
        return last is None or segment.number <= last.number + 1

    def follow(self) -> bool:
        """Take over what the live edge has finished; False when something before it is missing."""
        edge = self.edge
        if edge is None:
            return False
        for rendition in edge.renditions:
            finished, last = edge.segments(rendition), self.last(rendition)
            new = bool(finished) and (last is None or finished[-1].number != last.number)
            if new and not all(self.append(segment) for segment in finished):
                return False
            newest = edge.open_segment(rendition) or self.last(rendition)
            init = edge.init(rendition, newest.init_id) if newest else None
            if init is not None and init not in self.inits:
                self.inits.append(init)
        return True


class Recordings:
    """The most recently watched ones. Use from the event loop.

    is_final: asked seldom, and only of what nobody records here.
    """

    def __init__(self, source: Source, readers: Readers, clock: Clock, is_final: IsFinal) -> None:
        self._source = source
        self._readers = readers
        self._clock = clock
        self._is_final = is_final
        self._known: OrderedDict[tuple[str, str], Recording] = OrderedDict()

    async def find(self, game: str, camera: str) -> Recording:
        """As of now; without any segment when nothing was recorded.

        Raises Problem 503 when the index or the storage does not answer.
        """
        key = (game, camera)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Recording(game, camera)
            if len(self._known) > MOST_RECORDINGS:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        found.edge = self._source.edge(game, camera)
        if found.edge is not None and found.edge.closed:
            found.edge = None
        if found.edge is not None:
            found.ended = False
        if found.looked_s is None or not found.follow():
            await self._look(found)
        return found

    def forget(self, game: str) -> None:
        """The game was erased."""
        for key in [key for key in self._known if key[0] == game]:
            del self._known[key]

    async def _look(self, recording: Recording) -> None:
        """Ask the index for what is new, unless somebody did a moment ago."""
        async with recording.looking:
            now_s = self._clock.monotonic_s()
            if recording.looked_s is not None and now_s - recording.looked_s < LOOK_AGAIN_S:
                return
            game, camera = recording.game, recording.camera
            ends = {
                rendition: last.end_s if (last := recording.last(rendition)) else None
                for rendition in RENDITIONS
            }

            def ask() -> tuple[list[Segment], list[Init]]:
                found: list[Segment] = []
                for rendition, end_s in ends.items():
                    found += self._source.segments(game, camera, rendition, end_s)
                return found, self._source.inits(game, camera)

            segments, inits = await self._readers.read(ask)
            for segment in segments:
                recording.append(segment)
            recording.inits = inits or recording.inits
            recording.looked_s = now_s
            recording.ended = not recording.follow() and await self._is_over(recording)

    async def _is_over(self, recording: Recording) -> bool:
        last = recording.last("video")
        if last is None:
            return False
        silent = self._clock.now() - last.wall_at - timedelta(seconds=last.duration_s)
        if silent > OVER_AFTER:
            return True
        return silent > OVER_AFTER_FINAL and await self._is_final(recording.game)
