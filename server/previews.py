"""What a camera sees this moment, as a small JPEG, for whoever sets it up.

The newest picture of each camera is held in memory and encoded only when somebody asks; another
process asks the one that has the camera over Redis' channels, which keep nothing. So no still is
ever written to a disk, and none outlives its camera.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

import av
import cv2

from server.clock import Clock
from server.ingest.session import FrameSink
from server.live.bus import Bus
from server.live.redis import LiveStore, RedisAway, dumps, key

log = logging.getLogger(__name__)

WIDEST_PX = 960
QUALITY = 80
"""Of JPEG: lines on the floor stay sharp enough to be marked."""

OLDEST_S = 10.0
"""A camera whose last picture is older shows nothing."""

FRESH_S = 1.0
"""Who asks again within that time gets the same still."""

ELSEWHERE_S = 1.0
"""So long another process has to answer."""


@dataclass(frozen=True, slots=True)
class Still:
    """jpeg: the file. media_s: when it was taken, on the camera's time line."""

    jpeg: bytes
    media_s: float


class _Passing:
    """Holds the newest picture on its way to the next sink."""

    def __init__(self, onward: FrameSink, close: Callable[[], None]) -> None:
        self._onward = onward
        self._close = close
        self.newest: tuple[av.VideoFrame, float, float] | None = None
        self.still: tuple[Still, float] | None = None
        self.making = asyncio.Lock()

    def put(self, frame: av.VideoFrame, media_s: float, captured_s: float) -> None:
        self.newest = frame, media_s, captured_s
        self._onward.put(frame, media_s, captured_s)

    def close(self) -> None:
        self._close()
        self._onward.close()


class Previews:
    """For the event loop."""

    def __init__(self, store: LiveStore, bus: Bus, clock: Clock) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._cameras: dict[tuple[str, str], _Passing] = {}
        self._listening: dict[str, Callable[[Mapping[str, Any]], None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Wait for what was begun."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    def through(self, game: str, camera: str, onward: FrameSink) -> FrameSink:
        """A sink that shows this camera's pictures to whoever asks, and passes them on."""
        place = (game, camera)

        def closed() -> None:
            if self._cameras.get(place) is passing:
                del self._cameras[place]
            if not any(other == game for other, _ in self._cameras):
                heard = self._listening.pop(game, None)
                if heard is not None:
                    self._start(self._bus.unlisten(key(game, "still"), heard))

        passing = self._cameras[place] = _Passing(onward, closed)
        if game not in self._listening:
            heard = self._listening[game] = self._answerer(game)
            self._start(self._bus.listen(key(game, "still"), heard))
        return passing

    async def of(self, game: str, camera: str) -> Still | None:
        """What the camera sees; None when it shows nothing, here or in any other process."""
        if (game, camera) in self._cameras:
            return await self._here(game, camera)
        return await self._elsewhere(game, camera)

    async def _here(self, game: str, camera: str) -> Still | None:
        passing = self._cameras.get((game, camera))
        if passing is None:
            return None
        async with passing.making:
            now_s, newest = self._clock.monotonic_s(), passing.newest
            if passing.still is not None and now_s - passing.still[1] < FRESH_S:
                return passing.still[0]
            if newest is None or now_s - newest[2] > OLDEST_S:
                return None
            still = Still(await asyncio.to_thread(jpeg_of, newest[0]), newest[1])
            if self._cameras.get((game, camera)) is not passing:
                return None  # it has ended meanwhile
            passing.still = still, now_s
            return still

    async def _elsewhere(self, game: str, camera: str) -> Still | None:
        answered: asyncio.Future[Still] = asyncio.get_running_loop().create_future()

        def heard(wire: Mapping[str, Any]) -> None:
            if wire.get("camera") == camera and not answered.done():
                jpeg = base64.b64decode(wire["jpeg"])
                answered.set_result(Still(jpeg, float(wire["media_s"])))

        channel = key(game, "still")
        await self._bus.listen(channel, heard)
        try:
            await self._publish(channel, {"ask": camera})
            async with asyncio.timeout(ELSEWHERE_S):
                return await answered
        except (TimeoutError, RedisAway):
            return None
        finally:
            await self._bus.unlisten(channel, heard)

    def _answerer(self, game: str) -> Callable[[Mapping[str, Any]], None]:
        def heard(wire: Mapping[str, Any]) -> None:
            camera = wire.get("ask")
            if isinstance(camera, str) and (game, camera) in self._cameras:
                self._start(self._tell(game, camera))

        return heard

    async def _tell(self, game: str, camera: str) -> None:
        still = await self._here(game, camera)
        if still is None:
            return
        jpeg = base64.b64encode(still.jpeg).decode()
        message = {"camera": camera, "jpeg": jpeg, "media_s": still.media_s}
        try:
            await self._publish(key(game, "still"), message)
        except RedisAway:
            log.info("a still could not be handed to another process: Redis is away")

    async def _publish(self, channel: str, message: Mapping[str, Any]) -> None:
        wire = dumps({"from": self._store.process, **message})
        await self._store.write(lambda: self._store.client.publish(channel, wire))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="preview")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def jpeg_of(picture: av.VideoFrame) -> bytes:
    """At most `WIDEST_PX` wide."""
    scale = min(1.0, WIDEST_PX / picture.width)
    width, height = (
        max(2, round(side * scale / 2) * 2) for side in (picture.width, picture.height)
    )
    plain = picture.reformat(width=width, height=height, format="bgr24").to_ndarray()
    done, coded = cv2.imencode(".jpg", plain, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise ValueError("the picture could not be encoded")
    return coded.tobytes()
