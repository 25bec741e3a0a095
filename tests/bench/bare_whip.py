"""A program: what aiortc alone needs to receive a publisher. python -m tests.bench.bare_whip

It prints its address. Nothing is decoded, nothing is kept.
"""

from __future__ import annotations

import asyncio
import queue
import socket
from typing import Any

import aiortc.rtcrtpreceiver
import uvicorn
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from fastapi import FastAPI, Request, Response


def take(loop: object, frames: queue.Queue[Any], *rest: object) -> None:
    """In the place of aiortc's decoder thread: frames are taken and let go."""
    while frames.get() is not None:
        pass


async def main() -> None:
    aiortc.rtcrtpreceiver.decoder_worker = take  # type: ignore[assignment]
    app, kept = FastAPI(), []

    @app.post("/whip", response_class=Response)
    async def whip(request: Request) -> Response:
        pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        kept.append(pc)
        sdp = (await request.body()).decode()
        await pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        await pc.setLocalDescription(await pc.createAnswer())
        headers = {"Location": "/whip/1"}
        return Response(pc.localDescription.sdp, 201, headers, "application/sdp")

    @app.get("/whip")
    async def packets() -> int:
        """How many have come."""
        reports = [await pc.getStats() for pc in kept]
        return sum(
            getattr(one, "packetsReceived", 0) for report in reports for one in report.values()
        )

    sock = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{sock.getsockname()[1]}/whip", flush=True)
    config = uvicorn.Config(app, log_level="error", lifespan="off", ws="none", access_log=False)
    await uvicorn.Server(config).serve(sockets=[sock])


if __name__ == "__main__":
    asyncio.run(main())
