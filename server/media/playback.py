"""What viewers are given by HTTP: playlists that wait for what comes next, segments, parts."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from server.clock import Clock
from server.media import hls
from server.media.hls import Asked, Live, Playlist, Report
from server.media.readers import Readers
from server.media.recordings import LOOK_AGAIN_S, MOST_RECORDINGS, Recording, Recordings, Source
from server.media.segments import RENDITIONS, Rendition
from server.meters import Gauges
from server.places import Places
from server.problems import Problem

K = TypeVar("K")
V = TypeVar("V")

MOST_WAITING = 3000
"""Requests that wait for what is not there yet: the others of this server are still answered."""
WAIT_ELSEWHERE_S = float(hls.TARGET_S)
LARGE = 32_768

Query = Callable[[str, str, datetime], Awaitable[str]]
"""query(game, camera, since): what is put behind every address of a camera."""


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A playlist as it is sent. packed: the same, gzip. live: with parts, and what was asked for
    is in it. ended: it will not change any more."""

    plain: bytes
    packed: bytes
    etag: str
    live: bool
    ended: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Making:
    """A playlist that is made, or was; state: of what."""

    state: object
    task: asyncio.Task[Document]

    @property
    def failed(self) -> bool:
        done = self.task.done()
        return done and (self.task.cancelled() or self.task.exception() is not None)


class Playback:
    """All recordings, for viewers. Use from the event loop.

    Where a process records a camera itself it offers the live edge: parts, and playlists that
    wait for the next one. Elsewhere it offers finished segments, from the storage that all share.
    """

    def __init__(
        self,
        source: Source,
        recordings: Recordings,
        readers: Readers,
        clock: Clock,
        query: Query,
    ) -> None:
        self._source = source
        self._recordings = recordings
        self._readers = readers
        self._clock = clock
        self._query = query
        self._playlists: OrderedDict[tuple[str, str, Rendition], Playlist] = OrderedDict()
        self._documents: OrderedDict[tuple[str, str, Rendition, bool], _Making] = OrderedDict()
        self.waits = Places(MOST_WAITING, "Too many players wait; try again.")
        """Of requests for what is not there yet."""

    def gauges(self) -> Gauges:
        """For `/metrics`."""
        refused = self.waits.turned_away + self._readers.places.turned_away
        return {
            "players_waiting": ("For what is not there yet", self.waits.taken, {}),
            "players_turned_away": ("As too many waited, or the storage is slow", refused, {}),
        }

    def forget(self, game: str) -> None:
        """The game was erased."""
        self._recordings.forget(game)
        self._readers.forget(lambda key: isinstance(key, tuple) and key[0] == game)
        for place in [place for place in self._playlists if place[0] == game]:
            del self._playlists[place]
        for address in [address for address in self._documents if address[0] == game]:
            del self._documents[address]

    # --- playlists

    async def multivariant(self, game: str, camera: str) -> Document:
        """The playlist that a player opens. Problem 404 when nothing was recorded yet."""
        recording = await self._recordings.find(game, camera)
        query = await self._signed(recording)
        if not any(init.rendition == "video" for init in recording.inits):
            raise _nothing()
        peaks = (hls.peak_bits_per_s(recording.segments.get(name, ())) for name in RENDITIONS)
        return _document(hls.multivariant(recording.inits, sum(peaks), query))

    async def playlist(
        self, game: str, camera: str, rendition: Rendition, asked: Asked | None, skip: bool
    ) -> Document:
        """One rendition's playlist, once what is `asked` for is in it.

        Problems: 404 when nothing was recorded, 400 for what is too far ahead, 503 when it does
        not come in time or too many wait.
        """
        recording = await self._recordings.find(game, camera)
        growing = recording.open(rendition)
        if recording.last(rendition) is None and growing is None:
            raise _nothing()
        if asked is not None and not recording.ended:
            hls.check_distance(asked, recording.last(rendition), growing)
            with self.waits.one():
                recording = await self._wait(recording, rendition, asked)
        return await self._render(recording, rendition, skip)

    async def _wait(self, recording: Recording, rendition: Rendition, asked: Asked) -> Recording:
        """Until it is there. Problem 503 when it does not come in time."""
        begun_s = self._clock.monotonic_s()
        number, part = asked.number, asked.part
        while (edge := recording.edge) is not None:
            left_s = begun_s + hls.BLOCK_AT_MOST_S - self._clock.monotonic_s()
            came = await edge.wait(rendition, number, part, left_s)
            recording = await self._recordings.find(recording.game, recording.camera)
            if not came:
                if recording.edge is not None:
                    raise _not_in_time()
                continue
            whole = recording.segment(rendition, number)
            if part is None or whole is None or part < len(whole.parts):
                return recording
            # Behind the last part of a segment comes the first one of the next (6.2.5.2).
            number, part = number + 1, 0
        # Waiting is not promised here; a little of it saves answers without anything new.
        while self._clock.monotonic_s() < begun_s + WAIT_ELSEWHERE_S and not recording.ended:
            last = recording.last(rendition)
            if last is not None and last.number >= number:
                break
            await asyncio.sleep(LOOK_AGAIN_S / 2)
            recording = await self._recordings.find(recording.game, recording.camera)
        return recording

    async def _render(self, recording: Recording, rendition: Rendition, skip: bool) -> Document:
        query = await self._signed(recording)
        place = (recording.game, recording.camera, rendition)
        playlist = self._playlists.get(place)
        if playlist is None or playlist.query != query:
            playlist = Playlist(rendition, query)
        _put(self._playlists, place, playlist)
        for segment in recording.segments.get(rendition, [])[len(playlist.segments) :]:
            playlist.add(segment)
        live = None
        if recording.edge is not None:
            live = Live(recording.open(rendition), _reports(recording, rendition))
        parts = len(live.open.parts) if live and live.open else 0
        state = (query, len(playlist.segments), parts, live and live.reports, recording.ended)
        making = self._documents.get((*place, skip))
        if making is None or making.state != state or making.failed:
            text = playlist.text(live=live, ended=recording.ended, skip=skip)
            work = _pack(text, live=live is not None, ended=recording.ended)
            making = _Making(state, asyncio.create_task(work))
        _put(self._documents, (*place, skip), making)
        # All who waited for the same part are here at once; whoever leaves takes it from nobody.
        return await asyncio.shield(making.task)

    async def _signed(self, recording: Recording) -> str:
        origin = recording.origin
        if origin is None:
            raise _nothing()
        return await self._query(recording.game, recording.camera, origin)

    # --- files

    async def init(self, game: str, camera: str, rendition: Rendition, init_id: int) -> bytes:
        """An initialisation segment. Problem 404."""
        recording = await self._recordings.find(game, camera)
        found = recording.init(rendition, init_id)
        if found is None:
            raise _no_file()
        return found.data

    async def file(
        self, game: str, camera: str, rendition: Rendition, number: int, part: int | None
    ) -> bytes:
        """A segment or one of its parts; the part that is hinted is waited for.

        Problem 404 for what is not there, also for a hinted part that never came.
        """
        recording = await self._recordings.find(game, camera)
        edge = recording.edge
        if edge is not None:
            if part is not None and self._is_hinted(recording, rendition, number, part):
                with self.waits.one():
                    await edge.wait(rendition, number, part, hls.BLOCK_AT_MOST_S)
            data = edge.data(rendition, number, part)
            if data is not None:
                return data
        segment = recording.segment(rendition, number)
        if segment is None or not segment.kept:
            raise _no_file()
        if part is not None and part >= len(segment.parts):
            raise _no_file()
        piece = None if part is None else segment.parts[part]
        return await self._readers.file(
            (game, camera, rendition, number, part),
            lambda: self._source.read(game, camera, segment, piece),
        )

    def _is_hinted(
        self, recording: Recording, rendition: Rendition, number: int, part: int
    ) -> bool:
        if (growing := recording.open(rendition)) is not None:
            return (number, part) == (growing.number, len(growing.parts))
        last = recording.last(rendition)
        return (number, part) == (last.number + 1 if last else 0, 0)


def _reports(recording: Recording, rendition: Rendition) -> tuple[Report, ...]:
    """Where the other rendition is."""
    reports = []
    for other in RENDITIONS:
        if other == rendition:
            continue
        newest = recording.open(other) or recording.last(other)
        if newest is not None:
            last_part = len(newest.parts) - 1 if newest.in_parts else None
            reports.append(Report(other, newest.number, last_part))
    return tuple(reports)


async def _pack(text: str, *, live: bool, ended: bool) -> Document:
    """Not among the reads: a storage that hangs does not hold up the playlists of long games."""
    if len(text) < LARGE:
        return _document(text, live=live, ended=ended)
    return await asyncio.to_thread(_document, text, live=live, ended=ended)


def _document(text: str, *, live: bool = False, ended: bool = False) -> Document:
    plain = text.encode()
    etag = f'"{hashlib.blake2b(plain, digest_size=12).hexdigest()}"'
    return Document(plain, gzip.compress(plain, 4, mtime=0), etag, live, ended)


def _put(kept: OrderedDict[K, V], key: K, value: V) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > 4 * MOST_RECORDINGS:
        kept.popitem(last=False)


def _nothing() -> Problem:
    return Problem(404, "no-picture", "Nothing of this camera was recorded yet.")


def _no_file() -> Problem:
    return Problem(404, "not-found", "There is nothing (any more) at this address.")


def _not_in_time() -> Problem:
    return Problem(
        503, "not-in-time", "The camera sends nothing at the moment.", {"Retry-After": "1"}
    )
