"""A program: publish with aiortc until somebody ends it. python -m tests.ingest.aiortc_whip URL"""

from __future__ import annotations

import asyncio
import sys

from tests.ingest.clients import AiortcPublisher


async def main(url: str) -> None:
    await AiortcPublisher(url).start()
    await asyncio.sleep(3600)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
