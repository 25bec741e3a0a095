"""What was recorded: found by media time, read, counted, erased. Any process may ask."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from server.media.edge import Edge
from server.media.segments import Init, Part, Rendition, Segment
from server.problems import Problem


class NotRecorded(LookupError):  # noqa: N818  (a state of the world)
    """There is nothing (any more) to read."""


class MediaUnavailable(OSError):  # noqa: N818  (a state of the world)
    """The storage does not answer, or refuses."""

    def problem(self, so: str = "try again", retry_s: int = 2) -> Problem:
        """What a client is told: `so` follows from it, and after how long to try again."""
        detail, headers = f"The storage does not answer; {so}.", {"Retry-After": str(retry_s)}
        return Problem(503, "media-unavailable", detail, headers)


class Library(Protocol):
    """All recordings. Blocking calls, from any thread but the event loop's; `edge` on the loop.

    They raise LogUnavailable when the index cannot be reached, MediaUnavailable when the
    storage cannot, NotRecorded for what is not there (any more).
    """

    def segments(
        self,
        game: str,
        camera: str,
        rendition: Rendition,
        from_s: float | None = None,
        to_s: float | None = None,
    ) -> list[Segment]:
        """Finished segments that overlap that media time, in order, without holes in numbers."""
        ...

    def growing(self, game: str, camera: str, rendition: Rendition) -> Segment | None:
        """The open segment of what this process records now, with the parts that are there."""
        ...

    def inits(self, game: str, camera: str) -> list[Init]:
        """Of both renditions, in the order in which they were made."""
        ...

    def cameras(self, game: str) -> list[str]:
        """Those of which something was recorded."""
        ...

    def read(self, game: str, camera: str, of: Segment, part: Part | None = None) -> bytes:
        """A segment's file, or one part of it (an Init carries its own bytes). Of an open one
        what there was of it when it was asked for."""
        ...

    def erase(self, game: str) -> None:
        """Everything that was recorded of a game."""
        ...

    def prune(self, before: datetime) -> int:
        """What was filmed before that moment goes; how many bytes it was."""
        ...

    def usage(self, game: str) -> int:
        """Bytes that a game's recordings take."""
        ...

    def edge(self, game: str, camera: str) -> Edge | None:
        """The live end of what this process records now."""
        ...
