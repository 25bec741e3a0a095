"""A program: many viewers that decode nothing. python -m tests.media.crowd URL COUNT SECONDS

Prints `here` when all are connected, at the end the frames that each of them got.
"""

from __future__ import annotations

import asyncio
import json
import sys

from aiortc.mediastreams import MediaStreamTrack

from server.clock import SystemClock
from server.ingest.tap import Tap
from tests.ingest.conftest import until
from tests.media.watching import Watcher


class Spectator(Watcher):
    """Counts frames."""

    count = 0

    def _track(self, track: MediaStreamTrack) -> None:
        receiver = next(r for r in self.pc.getReceivers() if r.track is track)
        counts = track.kind == "video"

        def on_frame(codec: str, timestamp: int, frame: object) -> None:
            self.count += counts

        self.tap = Tap(receiver, SystemClock(), on_frame, lambda *a: None, lambda why: None)


async def main(url: str, count: int, seconds: float) -> None:
    spectators = [await Spectator(url).start() for _ in range(count)]
    await until(lambda: all(s.count for s in spectators), 20, "a picture for everyone")
    print("here", flush=True)
    before = [s.count for s in spectators]
    await asyncio.sleep(seconds)
    print(json.dumps([s.count - b for s, b in zip(spectators, before, strict=True)]), flush=True)
    await asyncio.gather(*(s.close() for s in spectators))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
