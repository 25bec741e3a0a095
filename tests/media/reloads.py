"""A program: many low-latency players that only reload. python -m tests.media.reloads URL N SECONDS

URL: of a media playlist, signed. Each player has a connection of its own, asks for what comes
next and for a delta update, and asks again as soon as it is answered. Prints how many answers
there were, their bytes, and how many were no 200.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from dataclasses import dataclass
from urllib.parse import urlsplit

HINT = re.compile(rb'PRELOAD-HINT:TYPE=PART,URI="[a-z]+/(\d+)\.(\d+)\.m4s')
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass(slots=True)
class Count:
    answers: int = 0
    bytes: int = 0
    refused: int = 0


async def play(url: str, count: Count, until_s: float) -> None:
    """One player."""
    loop = asyncio.get_running_loop()
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    ask = ""
    while loop.time() < until_s:
        head = f"GET {parts.path}?{parts.query}{ask} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n"
        writer.write(head.encode())
        said = await reader.readuntil(b"\r\n\r\n")
        found = LENGTH.search(said)
        assert found is not None, said
        body = await reader.readexactly(int(found[1]))
        count.answers += 1
        count.bytes += len(body)
        if not said.startswith(b"HTTP/1.1 200"):
            count.refused += 1
            await asyncio.sleep(0.5)
        elif (hint := HINT.search(body)) is not None:
            ask = f"&_HLS_msn={int(hint[1])}&_HLS_part={int(hint[2])}&_HLS_skip=YES"
    writer.close()


async def main(url: str, players: int, seconds: float) -> None:
    count = Count()
    until_s = asyncio.get_running_loop().time() + seconds
    await asyncio.gather(*(play(url, count, until_s) for _ in range(players)))
    print(json.dumps([count.answers, count.bytes, count.refused]))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
