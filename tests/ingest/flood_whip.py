"""A program: publish, then send 200 Mbps. python -m tests.ingest.flood_whip URL TOKEN"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Any

from aiortc.rtp import RtpPacket

from tests.ingest.clients import AiortcPublisher

BPS = 200e6


async def main(url: str) -> None:
    publisher = await AiortcPublisher(url).start()
    sender: Any = publisher.pc.getSenders()[0]
    transport = sender.transport
    while transport.state != "connected" or publisher.track.count < 30:
        await asyncio.sleep(0.05)
    payload_type = publisher.pc.getTransceivers()[0]._codecs[0].payloadType or 0
    packet = RtpPacket(payload_type=payload_type, ssrc=77, payload=bytes(1150))
    began_s, sent = time.monotonic(), 0
    while transport.state == "connected":
        while sent * 8 < BPS * (time.monotonic() - began_s):
            packet.sequence_number = (packet.sequence_number + 1) & 0xFFFF
            await transport._send_rtp(packet.serialize())
            sent += 1200
        await asyncio.sleep(0)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
