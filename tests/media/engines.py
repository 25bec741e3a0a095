"""Media engines that others made, and what they got from us."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support import free_port, need

_NGINX = """
load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off; master_process off; pid {folder}/pid; error_log {folder}/log info;
events {{}}
rtmp {{ server {{ listen 127.0.0.1:{port}; chunk_size 4096;
  application live {{ live on; record all; record_path {folder}; }} }} }}
"""


@asynccontextmanager
async def nginx_rtmp(folder: Path, port: int | None = None) -> AsyncIterator[int]:
    """nginx with its RTMP module, which writes what it gets to `folder`. Gives its port."""
    program = need("nginx")
    port = port or free_port()
    folder.mkdir(exist_ok=True)
    config = folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=folder, port=port))
    process = await asyncio.create_subprocess_exec(
        program, "-c", str(config), "-p", str(folder), "-e", str(folder / "log"),
        "-g", "user root;",
    )  # fmt: skip
    try:
        await _answers(port)
        yield port
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@asynccontextmanager
async def ffmpeg_rtsp(path: Path) -> AsyncIterator[int]:
    """FFmpeg as an RTSP server for one publisher, which writes what it gets to `path`."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        need("ffmpeg"), "-v", "error", "-rtsp_flags", "listen",
        "-i", f"rtsp://127.0.0.1:{port}/live", "-c", "copy", "-y", str(path),
        stdin=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        # It takes one connection only: nobody may knock to see whether it is there.
        await asyncio.sleep(0.7)
        yield port
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _answers(port: int) -> None:
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise AssertionError("the media engine did not start")
