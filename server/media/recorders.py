"""Everything that is recorded in this process: opened with each stream, looked after, closed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from server.clock import Clock
from server.gamelog.log import LogUnavailable
from server.media.archive import Archive
from server.media.edge import Edge
from server.media.index import Index
from server.media.library import MediaUnavailable
from server.media.recorder import Filmed, Recorder
from server.media.recovery import Begun, Recovery
from server.media.storage import Storage
from server.media.tape import RESERVE_BYTES, Tape
from server.media.uploads import Uploader
from server.meters import Gauges, Meters

log = logging.getLogger(__name__)

AGAIN_S = 0.25
LOOK_EVERY_S = 600.0


class Recorders:
    """For the event loop. keep: how long recordings stay, None for ever."""

    def __init__(
        self,
        index: Index,
        storage: Storage,
        clock: Clock,
        meters: Meters,
        keep: timedelta | None = None,
        *,
        reserve_bytes: int = RESERVE_BYTES,
    ) -> None:
        self._index = index
        self._storage = storage
        self._clock = clock
        self._meters = meters
        self._keep = keep
        self._reserve_bytes = reserve_bytes
        self._uploader = Uploader(storage, index)
        self._recovery = Recovery(index, storage, self._uploader)
        self._recorders: dict[tuple[str, str], Recorder] = {}
        self._ending: set[Recorder] = set()
        self.library = Archive(index, storage, self._uploader, self._edge)

    def _edge(self, game: str, camera: str) -> Edge | None:
        recorder = self._recorders.get((game, camera))
        return None if recorder is None else recorder.edge

    # --- for the streams

    def record(self, stream: Filmed) -> Recorder:
        """A consumer that records this stream."""
        game, camera = stream.game, stream.camera
        loop = asyncio.get_running_loop()

        def ended(recorder: Recorder) -> None:
            self._ending.discard(recorder)
            if self._recorders.get((game, camera)) is recorder:
                del self._recorders[game, camera]

        def open_tape(begun: Begun) -> Tape:
            def written(tape: Tape) -> None:
                begun.lock.close()
                with suppress(RuntimeError):  # the loop is closed: the process ends
                    loop.call_soon_threadsafe(ended, recorder)

            return Tape(
                game, camera, self._storage, self._index, self._uploader, self._meters, written,
                reserve_bytes=self._reserve_bytes,
            )  # fmt: skip

        recorder = Recorder(
            stream,
            Edge(game, camera),
            lambda: self._begin(game, camera),
            open_tape,
            self._meters,
            ended,
        )
        self._recorders[game, camera] = recorder
        self._ending.add(recorder)
        return recorder

    def keep(self, stream: Filmed) -> Sequence[Recorder]:
        """The same, as the streams ask for it."""
        return (self.record(stream),)

    async def _begin(self, game: str, camera: str) -> Begun:
        """When the camera is free and the index answers; until then frames wait."""
        while True:
            try:
                begun = await asyncio.to_thread(self._recovery.begin, game, camera)
            except (LogUnavailable, OSError) as error:
                log.error("%s/%s is not recorded yet: %s", game, camera, error)
            else:
                if begun is not None:
                    return begun
            await asyncio.sleep(AGAIN_S)

    # --- for an operator

    def trouble(self, game: str, camera: str) -> str | None:
        """Why a camera that is live is not, or not wholly, recorded at this moment."""
        recorder = self._recorders.get((game, camera))
        return None if recorder is None else recorder.trouble

    @property
    def troubles(self) -> dict[str, str]:
        """What is wrong with recording, by the part that is concerned."""
        found = {
            f"{game}/{camera}": recorder.trouble
            for (game, camera), recorder in self._recorders.items()
            if recorder.trouble is not None
        }
        if self._uploader.trouble is not None:
            found["storage"] = self._uploader.trouble
        return found

    def gauges(self) -> Gauges:
        """For `/metrics`."""
        going = list(self._recorders.values())
        troubled = float(sum(bool(recorder.trouble) for recorder in going))
        return {
            "recordings": ("Cameras that are recorded", float(len(going)), {}),
            "recordings_in_trouble": ("Of those, not wholly recorded now", troubled, {}),
            "segments_to_upload": ("Wait for a remote storage", float(self._uploader.waiting), {}),
        }

    # --- for the house

    async def erase(self, game: str) -> None:
        """Everything of an erased game, whose cameras have ended; what fails, `run` tries again."""
        await self._finish(game)
        try:
            await asyncio.to_thread(self.library.erase, game)
        except (MediaUnavailable, LogUnavailable) as error:
            log.error("the recordings of an erased game are still there: %s", error)

    async def erase_pictures(self, game: str) -> None:
        """What was filmed so far of a game that goes on. Raises Problem 503."""
        await self._finish(game)
        try:
            await asyncio.to_thread(self.library.erase_pictures, game)
        except MediaUnavailable as error:
            raise error.problem("some is still there", retry_s=10) from error

    async def _finish(self, game: str) -> None:
        for recorder in [r for r in self._ending if r.edge.game == game]:
            recorder.close()
            await recorder.wait_closed()

    async def run(self) -> None:
        """Set right what a killed process left, then look after what is kept; until cancelled."""
        while True:
            try:
                await asyncio.to_thread(self._look_after)
            except (MediaUnavailable, LogUnavailable, OSError) as error:
                log.warning("recordings could not be looked after: %s", error)
            await asyncio.sleep(LOOK_EVERY_S)

    async def close(self) -> None:
        """Write what was cut so far, and upload what can be."""
        for recorder in list(self._ending):
            recorder.close()
            await recorder.wait_closed()
        await asyncio.to_thread(self._uploader.close)

    def _look_after(self) -> None:
        self._recovery.set_all_right()
        self.library.erase_what_is_left()
        if self._keep is not None:
            freed = self.library.prune(self._clock.now() - self._keep)
            if freed:
                log.info("recordings older than %s went: %d MB", self._keep, freed >> 20)
