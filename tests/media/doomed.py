"""A process that records until somebody kills it: DATA is its folder.

It says the media second of each frame that its recorder was given.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from server.media.storage import Storage
from tests.media.filmed import film
from tests.media.recorded import Stream, begun, open_log, open_room

PACE = 4.0


async def main(data: Path) -> None:
    samples = film(900)
    room = open_room(open_log(data), Storage(data / "media"))
    recorder = room.record(Stream())
    await begun(recorder)
    for sample in samples:
        recorder.put(sample)
        print(sample.media_s, flush=True)
        await asyncio.sleep(1 / 30 / PACE)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
