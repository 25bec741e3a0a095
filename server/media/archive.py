"""The library of recordings as it is kept: an index in SQL, files in a storage, a live edge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from server.media.edge import Edge
from server.media.index import Index
from server.media.segments import Init, Part, Rendition, Segment
from server.media.storage import Storage, name_of
from server.media.uploads import Uploader

_PRUNED_AT_ONCE = 500


class Archive:
    """A `Library`: blocking calls, from any thread but the event loop's; `edge` anywhere."""

    def __init__(
        self,
        index: Index,
        storage: Storage,
        uploader: Uploader,
        edge: Callable[[str, str], Edge | None],
    ) -> None:
        self._index = index
        self._storage = storage
        self._uploader = uploader
        self._edge = edge

    def edge(self, game: str, camera: str) -> Edge | None:
        """The live end of what this process records now."""
        return self._edge(game, camera)

    def segments(
        self,
        game: str,
        camera: str,
        rendition: Rendition,
        from_s: float | None = None,
        to_s: float | None = None,
    ) -> list[Segment]:
        """Finished segments that overlap that media time, in order, without holes in numbers.

        One of which nothing was kept (a full disk, a crash) is a hole: `kept` is False.
        """
        # The edge first: what leaves it meanwhile is in the index by then.
        here = {s.number: s for s in self._uploader.pending(game, camera, rendition)}
        edge = self._edge(game, camera)
        if edge is not None:
            here.update((s.number, s) for s in edge.segments(rendition))
        found = {}
        for segment, is_open in self._index.segments(game, camera, rendition, from_s, to_s):
            if segment.number not in here:
                found[segment.number] = (segment, is_open)
        for segment in here.values():
            before = to_s is None or segment.start_s < to_s
            if before and (from_s is None or segment.end_s > from_s):
                found[segment.number] = (segment, False)
        closed = _without_open([found[number] for number in sorted(found)])
        while from_s is None and closed and not closed[0].kept:
            closed.pop(0)
        return closed

    def growing(self, game: str, camera: str, rendition: Rendition) -> Segment | None:
        """The open segment of what this process records now, with the parts that are there."""
        edge = self._edge(game, camera)
        return None if edge is None else edge.open_segment(rendition)

    def inits(self, game: str, camera: str) -> list[Init]:
        """Of both renditions, in the order in which they were made."""
        found = {(i.rendition, i.id): i for i in self._index.inits(game, camera)}
        edge = self._edge(game, camera)
        if edge is not None:
            found.update(((i.rendition, i.id), i) for i in edge.inits)
        return [found[key] for key in sorted(found)]

    def cameras(self, game: str) -> list[str]:
        """Those of which something was recorded."""
        return list(self._index.usage(game))

    def read(self, game: str, camera: str, of: Segment, part: Part | None = None) -> bytes:
        """A segment's file, or one part of it (an Init carries its own bytes). Of an open one
        what there was of it when it was asked for."""
        offset, length = (0, of.size_bytes) if part is None else (part.offset, part.length)
        edge = self._edge(game, camera)
        kept = None if edge is None else edge.kept(of.rendition, of.number)
        if kept is not None:
            return kept[1][offset : offset + length]
        return self._storage.read(name_of(game, camera, of), offset, length)

    def usage(self, game: str) -> int:
        """Bytes that a game's recordings take."""
        return sum(self._index.usage(game).values())

    def usage_by_camera(self, game: str) -> dict[str, int]:
        """The same, of each camera."""
        return self._index.usage(game)

    def erase(self, game: str) -> None:
        """Everything that was recorded of a game. When it raises, some is left: call again."""
        self._uploader.forget(game)
        # Files first: the index is how anybody would find those that are left.
        self._storage.erase(game)
        self._index.forget_game(game)

    def erase_pictures(self, game: str) -> None:
        """The same of a game that goes on: what is filmed from now on has numbers of its own."""
        self._uploader.forget(game)
        self._storage.erase(game)
        self._index.forget_pictures(game)

    def erase_what_is_left(self) -> None:
        """Of games that were erased while their recordings could not be."""
        for game in self._index.of_erased_games():
            self.erase(game)

    def prune(self, before: datetime) -> int:
        """What was filmed before that moment goes; how many bytes it was."""
        freed = 0
        while gone := self._index.filmed_before(before, _PRUNED_AT_ONCE):
            self._storage.remove(name_of(*item) for item in gone)
            self._index.forget(gone)
            freed += sum(segment.size_bytes for _, _, segment in gone)
        return freed


def _without_open(found: list[tuple[Segment, bool]]) -> list[Segment]:
    """Open ones are holes up to what follows; the last is still being written elsewhere."""
    while found and found[-1][1]:
        found.pop()
    if not found:
        return []
    closed = []
    for (segment, is_open), after in zip(found, [*found[1:], None], strict=True):
        if after is not None and (is_open or not segment.kept):
            lasts_s = max(segment.duration_s, after[0].start_s - segment.start_s)
            closed.append(replace(segment, duration_s=lasts_s, parts=(), size_bytes=0))
        else:
            closed.append(segment)
    return closed
