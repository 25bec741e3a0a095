"""The driver between cameras, inference, the books and viewers: frames in, what was seen out."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

import av

from pipeline.boxes import Tracks
from pipeline.vision import Vision
from server.boards import Boards
from server.clock import Clock
from server.inference import Inference
from server.problems import Problem
from server.scorer import Scorer
from server.seen import Captured, Key, Seen
from server.slot import Slot

log = logging.getLogger(__name__)

# What a camera knew (tracks, the rim) is kept for this many cameras that went away.
KEPT = 32
# Sightings wait for the books; a camera that sees more shots than this at once sees ghosts.
MOST_WAITING = 32
# How often the log hears that a camera looks at a game.
WATCHED_EVERY_S = 5.0


class Lookout:
    """Joins the parts for each camera that publishes. Use from the event loop.

    say(game, message): announces without waiting.
    """

    def __init__(
        self,
        inference: Inference,
        scorer: Scorer,
        say: Callable[[str, Mapping[str, Any]], None],
        clock: Clock,
    ) -> None:
        self._inference = inference
        self._scorer = scorer
        self._say = say
        self._clock = clock
        self._past: OrderedDict[Key, Vision] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._due_s: dict[Key, float] = {}
        self._boards = Boards(scorer, say, clock)
        self.watched: set[Key] = set()
        self.refused = 0
        """Sightings that did not become proposals because too many were waiting."""

    def open_sink(self, game: str, camera: str) -> Sink:
        """Look at a camera from now on; what was known of it is taken up again."""
        key = (game, camera)
        slot = self._inference.attach(key, self._on_seen, self._past.pop(key, None))
        self.watched.add(key)
        return Sink(slot, lambda: self._close(key))

    def on_state(self, game: str, camera: str, status: str, why: str) -> None:
        """Tell viewers how a camera is."""
        self._say(game, {"type": "camera", "camera": camera, "status": status, "why": why})

    async def close(self) -> None:
        """Wait for what was seen to be written down."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _close(self, key: Key) -> None:
        self.watched.discard(key)
        self._due_s.pop(key, None)
        self._boards.forget(key)
        vision = self._inference.detach(key)
        if vision is not None:
            self._past[key] = vision
            while len(self._past) > KEPT:
                self._past.popitem(last=False)

    def _on_seen(self, seen: Seen) -> None:
        game, camera = seen.key
        age_ms = 1000 * (self._clock.monotonic_s() - seen.captured_s)
        if seen.tracks is not None:
            self._say(game, tracks_message(seen, seen.tracks, age_ms))
            self._tell_watched(seen.key)
        if seen.board is not None:
            self._do(self._boards.hear(seen.key, seen.board), seen.key)
        for sighting in seen.sightings:
            if len(self._tasks) >= MOST_WAITING:
                self.refused += 1
                log.warning("camera %s/%s sees too much at once", game, camera)
                continue
            ago_s = age_ms / 1000 + seen.media_s - sighting.at_s
            self._do(self._scorer.propose(game, camera, sighting, ago_s), seen.key)

    def _tell_watched(self, key: Key) -> None:
        """Every few seconds: what is said of the game now, this camera should have seen."""
        now_s = self._clock.monotonic_s()
        if now_s >= self._due_s.get(key, now_s):
            self._due_s[key] = now_s + WATCHED_EVERY_S
            self._do(self._scorer.watched(*key), key)

    def _do(self, work: Coroutine[Any, Any, object], key: Key) -> None:
        task = asyncio.create_task(self._done(work, key), name="propose")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _done(self, work: Coroutine[Any, Any, object], key: Key) -> None:
        try:
            await work
        except Problem as problem:
            # The game is over or erased while its camera still films.
            log.info("what %s/%s saw is not kept: %s", *key, problem)


class Sink:
    """Where a camera's pictures go (a `FrameSink` of the ingest room)."""

    def __init__(self, slot: Slot[Captured], close: Callable[[], None]) -> None:
        self._slot = slot
        self._close = close

    def put(self, frame: av.VideoFrame, media_s: float, captured_s: float) -> None:
        """In the decoder's thread: newest wins."""
        self._slot.put(Captured(frame, media_s, captured_s))

    def close(self) -> None:
        """The camera has ended."""
        self._close()


def tracks_message(seen: Seen, tracks: Tracks, age_ms: float) -> dict[str, Any]:
    """What viewers get: boxes in pixels, one decimal, and how old the picture is."""
    return {
        "type": "tracks",
        "camera": seen.key[1],
        "media_s": round(seen.media_s, 3),
        "age_ms": round(age_ms, 1),
        "inference_ms": round(1000 * seen.looked_s, 1),
        "size": list(seen.size),
        "items": [
            {
                "id": int(tracks.id[i]),
                "label": seen.labels[int(tracks.label[i])],
                "xyxy": [round(float(x), 1) for x in tracks.xyxy[i]],
                "score": round(float(tracks.score[i]), 3),
            }
            for i in range(len(tracks))
        ],
    }
