"""Addresses that are listened on."""

from __future__ import annotations

import asyncio
import socket

from server.listeners import bind


async def test_small_messages_are_sent_at_once() -> None:
    found: asyncio.Queue[int] = asyncio.Queue()

    def accepted(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = writer.get_extra_info("socket")
        found.put_nowait(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    listener = bind("127.0.0.1", 0)
    async with await asyncio.start_server(accepted, sock=listener.socket):
        _, writer = await asyncio.open_connection(*listener.socket.getsockname())
        assert await found.get() == 1
        writer.close()
        await writer.wait_closed()
