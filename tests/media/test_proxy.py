"""The proxy of deploy/nginx.conf in front of the real addresses: HTTP/2, and one wait for all."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from server.certificates import self_signed
from server.media.segments import PART_S
from tests.ingest.conftest import until
from tests.media.cinema import on_a_port, opened
from tests.media.films import Film, pictures
from tests.media.playlists import parse
from tests.support import ROOT, free_port, need

pytestmark = pytest.mark.alone


@asynccontextmanager
async def nginx(upstream: str, folder: Path) -> AsyncIterator[str]:
    """The shipped configuration, with the names of this machine in it. Yields its address."""
    program, port = need("nginx"), free_port()
    files = self_signed(folder, "127.0.0.1", datetime.now(UTC))
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    for shipped, here in (
        ("127.0.0.1:8000", upstream.removeprefix("http://")),
        ("listen 443 ", f"listen 127.0.0.1:{port} "),
        ("/etc/letsencrypt/live/courtside.example.org/fullchain.pem", str(files.cert)),
        ("/etc/letsencrypt/live/courtside.example.org/privkey.pem", str(files.key)),
        ("/var/cache/nginx/courtside", str(folder / "cache")),
    ):
        assert shipped in text, shipped
        text = text.replace(shipped, here)
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/log;\n"
        f"events {{}}\nhttp {{ access_log off; {paths}\n{text}\n}}\n"
    )
    process = await asyncio.create_subprocess_exec(
        program, "-c", str(config), "-p", str(folder), "-e", str(folder / "log")
    )
    try:
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                assert process.returncode is None, (folder / "log").read_text()
                await asyncio.sleep(0.02)
            else:
                writer.close()
                break
        yield f"https://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def test_a_crowd_that_waits_is_one_request(tmp_path: Path) -> None:
    film = Film()
    film.put(*(one for one in pictures(9.0) if one.media_s < 6.9))
    async with (
        opened(film) as cinema,
        on_a_port(cinema.app) as upstream,
        nginx(upstream, tmp_path) as url,
        httpx.AsyncClient(base_url=url, verify=False, timeout=10, trust_env=False) as crowd,
    ):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        _, writer = await asyncio.open_connection(
            "127.0.0.1", httpx.URL(url).port, ssl=context, server_hostname="127.0.0.1"
        )
        assert writer.get_extra_info("ssl_object").selected_alpn_protocol() == "h2"
        writer.close()

        path = (await cinema.signed("video.m3u8")).raw_path.decode()
        found = parse((await crowd.get(path)).text)
        growing = found.items[-1]
        waits = f"{path}&_HLS_msn={growing.number}&_HLS_part={len(growing.parts)}"
        answers = [asyncio.create_task(crowd.get(waits)) for _ in range(40)]
        await until(lambda: cinema.playback.waits.taken == 1, 5, "the first of them")
        await asyncio.sleep(0.5)
        assert cinema.playback.waits.taken == 1
        film.put(*(one for one in pictures(9.0) if 6.9 <= one.media_s < 6.9 + 2 * PART_S))
        said = [await one for one in answers]
        assert {one.status_code for one in said} == {200}
        assert len({one.text for one in said}) == 1
        assert [one.headers["x-cache"] for one in said].count("HIT") == 39

        segment = (await cinema.signed("video/0.m4s")).raw_path.decode()
        first, again = await crowd.get(segment), await crowd.get(segment)
        assert (first.headers["x-cache"], again.headers["x-cache"]) == ("MISS", "HIT")
        ranged = await crowd.get(segment, headers={"Range": "bytes=8-15"})
        assert (ranged.status_code, ranged.content) == (206, first.content[8:16])
        # What was asked for by token stays with who asked.
        token = {"Authorization": f"Bearer {cinema.token}"}
        for _ in range(2):
            mine = await crowd.get("/media/g/main/video.m3u8", headers=token)
            assert (mine.status_code, mine.headers["x-cache"]) == (200, "MISS")
        assert (await crowd.get("/media/g/main/video.m3u8")).status_code == 401
