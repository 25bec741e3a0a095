"""Recordings by HTTP, as players and caches ask for them."""

from __future__ import annotations

import asyncio
import gzip
import threading
from typing import Any

import httpx
import pytest
from starlette.types import Message

from server.api import mediafile
from server.media import hls, playback, readers
from tests.media.cinema import opened
from tests.media.films import Film, cut_off, film
from tests.media.playlists import check_rules, parse


async def test_a_player_finds_everything_from_the_first_address() -> None:
    async with opened(film()) as cinema:
        index = await cinema.client.get("/media/g/main/index.m3u8")
        assert index.headers["content-type"] == "application/vnd.apple.mpegurl"
        uris = [line for line in index.text.splitlines() if not line.startswith("#")]
        assert len(uris) == 1
        for rendition in ("video", "audio"):
            text = await cinema.text(f"{rendition}.m3u8")
            found = parse(text)
            check_rules(found)
            base = httpx.URL(f"http://cinema/media/g/main/{rendition}.m3u8")
            # Without any token from here on.
            seen = [item.map for item in found.items if item.map_said]
            seen += [item.uri for item in found.items]
            seen += [part.uri for item in found.items for part in item.parts]
            for uri in seen:
                if uri is not None:
                    answer = await cinema.nobody.get(base.join(uri))
                    assert answer.status_code == 200, uri
                    assert answer.headers["content-type"] == f"{rendition}/mp4"
                    assert answer.content[4:8] in (b"ftyp", b"moof", b"styp")
            item = found.finished[-1]
            assert item.uri is not None
            whole = (await cinema.nobody.get(base.join(item.uri))).content
            parts = [(await cinema.nobody.get(base.join(part.uri))).content for part in item.parts]
            assert b"".join(parts) == whole


async def test_who_has_neither_token_nor_signature_gets_nothing() -> None:
    async with opened(film()) as cinema:
        for path in ("index.m3u8", "video.m3u8", "video/0.m4s", "video/init-1.mp4"):
            answer = await cinema.nobody.get(f"/media/g/main/{path}")
            assert (answer.status_code, answer.json()["type"]) == (401, "token-missing")
            assert answer.headers["access-control-allow-origin"] == "*"
            answer = await cinema.nobody.get(f"/media/g/main/{path}?sig=1.x")
            assert (answer.status_code, answer.json()["type"]) == (403, "signature-refused")
            url = str(await cinema.signed(path)).replace("/main/", "/end/")
            assert (await cinema.nobody.get(url)).status_code == 403
        with_token = await cinema.nobody.get(f"/media/g/main/video.m3u8?token={cinema.token}")
        assert with_token.status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "other.m3u8",
        "video/99.m4s",
        "video/99.0.m4s",
        "video/0.99.m4s",
        "video/init-9.mp4",
        "audio/x.m4s",
        "video/..%2f..%2fsecret",
        "video/0.m4s.bak",
    ],
)
async def test_what_is_not_there(path: str) -> None:
    async with opened(film()) as cinema:
        answer = await cinema.client.get(f"/media/g/main/{path}")
        assert answer.status_code == 404, answer.text
        assert answer.headers["cache-control"] == "no-store"


async def test_a_camera_of_which_nothing_came() -> None:
    async with opened(Film()) as cinema:
        for path in ("index.m3u8", "video.m3u8"):
            answer = await cinema.client.get(f"/media/g/main/{path}")
            assert (answer.status_code, answer.json()["type"]) == (404, "no-picture")


async def test_what_caches_are_told() -> None:
    async with opened(film()) as cinema:
        day_s = 24 * 3600 - 60
        segment = await cinema.nobody.get(await cinema.signed("video/0.m4s"))
        assert segment.headers["cache-control"] == f"public, max-age={day_s}, immutable"
        assert segment.headers["etag"] == '"video-0.m4s"'
        again = await cinema.nobody.get(
            await cinema.signed("video/0.m4s"), headers={"If-None-Match": '"video-0.m4s"'}
        )
        assert (again.status_code, again.content) == (304, b"")
        playlist = await cinema.nobody.get(await cinema.signed("video.m3u8"))
        assert playlist.headers["cache-control"] == "public, max-age=1"
        waited = await cinema.nobody.get(
            (await cinema.signed("video.m3u8")).copy_merge_params({"_HLS_msn": "1"})
        )
        assert waited.headers["cache-control"] == f"public, max-age={6 * hls.TARGET_S}"
        by_token = await cinema.client.get("/media/g/main/video.m3u8")
        assert by_token.headers["cache-control"] == "private, max-age=1"


async def test_every_viewer_gets_the_same_addresses() -> None:
    async with opened(film()) as cinema:
        first = await cinema.text("video.m3u8")
        cinema.clock.advance(2 * 3600)
        assert await cinema.text("video.m3u8") == first


async def test_an_address_expires_and_the_playlist_gives_a_new_one() -> None:
    async with opened(film()) as cinema:
        old = await cinema.signed("video/0.m4s")
        cinema.clock.advance(25 * 3600)
        answer = await cinema.nobody.get(old)
        assert (answer.status_code, answer.json()["type"]) == (403, "signature-refused")
        assert "expired" in answer.json()["detail"]
        token = cinema.client.headers["Authorization"]
        assert token
        assert (await cinema.nobody.get(await cinema.signed("video/0.m4s"))).status_code == 200


async def test_playlists_are_packed_for_those_who_can_unpack() -> None:
    async with opened(film()) as cinema:
        url = await cinema.signed("video.m3u8")
        plain = await cinema.nobody.get(url, headers={"Accept-Encoding": "identity"})
        async with cinema.nobody.stream("GET", url, headers={"Accept-Encoding": "gzip"}) as packed:
            raw = b"".join([piece async for piece in packed.aiter_raw()])
        assert packed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(raw) == plain.content
        assert len(raw) < len(plain.content) / 3
        assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("asked", "status", "first", "last"),
    [
        ("bytes=0-99", 206, 0, 99),
        ("bytes=100-", 206, 100, None),
        ("bytes=-50", 206, -50, None),
        ("bytes=0-999999999", 206, 0, None),
        ("bytes=5-2", 200, 0, None),
        ("bytes=0-1,5-6", 200, 0, None),
        ("pages=1-2", 200, 0, None),
        ("bytes=-", 200, 0, None),
        ("bytes=999999999-", 416, 0, None),
        ("bytes=-0", 416, 0, None),
    ],
)
async def test_ranges(asked: str, status: int, first: int, last: int | None) -> None:
    async with opened(film()) as cinema:
        url = await cinema.signed("video/0.m4s")
        whole = (await cinema.nobody.get(url)).content
        answer = await cinema.nobody.get(url, headers={"Range": asked})
        assert answer.status_code == status
        if status == 416:
            assert answer.headers["content-range"] == f"bytes */{len(whole)}"
            return
        wanted = whole[first:] if last is None else whole[first : last + 1]
        assert answer.content == wanted
        if status == 206:
            begin = len(whole) - 50 if first < 0 else first
            end = begin + len(wanted) - 1
            assert answer.headers["content-range"] == f"bytes {begin}-{end}/{len(whole)}"


async def test_head_and_preflight() -> None:
    async with opened(film()) as cinema:
        for path in ("index.m3u8", "video.m3u8", "video/0.m4s"):
            url = await cinema.signed(path)
            whole, head = await cinema.nobody.get(url), await cinema.nobody.head(url)
            assert (head.status_code, head.content) == (200, b"")
            assert head.headers["content-length"] == whole.headers["content-length"]
            assert head.headers["content-type"] == whole.headers["content-type"]
            asked = await cinema.nobody.options(f"/media/g/main/{path}")
            assert asked.status_code == 204
            assert "Range" in asked.headers["access-control-allow-headers"]
            assert whole.headers["access-control-allow-origin"] == "*"


# --- where nobody records


async def test_elsewhere_finished_segments_are_offered() -> None:
    made = film()
    async with opened(made) as owner:
        live = parse(await owner.text("video.m3u8"))
        made.live = False  # as another process sees it
        async with opened(made) as other:
            plain = parse(await other.text("video.m3u8"))
            check_rules(plain)
            assert not any(item.parts for item in plain.items)
            assert plain.hint is None
            assert [i.uri for i in plain.finished] == [i.uri for i in live.finished]
            assert plain.finished[0].uri is not None
            uri = (await other.signed("video.m3u8")).join(plain.finished[0].uri)
            reads = made.reads
            answers = await asyncio.gather(*(other.nobody.get(uri) for _ in range(20)))
            assert {one.status_code for one in answers} == {200}
            assert made.reads == reads + 1  # one read for all


async def test_a_long_playlist_is_packed_once_for_a_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playback, "LARGE", 100)
    monkeypatch.setattr(readers, "MOST_READS", 2)
    packed = 0
    compress = gzip.compress

    def count(*args: Any, **more: Any) -> bytes:
        nonlocal packed
        packed += 1
        return compress(*args, **more)

    async with opened(film()) as cinema:
        url = await cinema.signed("video.m3u8")
        await cinema.nobody.get(url)
        monkeypatch.setattr(gzip, "compress", count)
        cinema.film.end()
        answers = await asyncio.gather(*(cinema.nobody.get(url) for _ in range(20)))
        assert {one.status_code for one in answers} == {200}
        assert packed == 1


async def test_elsewhere_it_follows_what_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playback, "WAIT_ELSEWHERE_S", 1.0)
    made, rest = cut_off(5.9)
    made.live = False
    async with opened(made) as cinema:
        before = parse(await cinema.text("video.m3u8"))
        number = before.finished[-1].number + 1
        made.put(*rest)
        unchanged = parse(await cinema.text("video.m3u8"))
        assert unchanged.finished[-1].number == number - 1  # it looks once a second
        cinema.clock.advance(1.1)
        after = parse(await cinema.text("video.m3u8", _HLS_msn=number))
        assert after.finished[-1].number >= number


# --- the end


async def test_the_end_of_a_game() -> None:
    made = film()
    async with opened(made, seconds=12.0) as cinema:
        made.end()
        cinema.clock.advance(1.1)
        assert not parse(await cinema.text("video.m3u8")).ended
        cinema.facts["final"] = True
        cinema.clock.advance(90)
        for rendition in ("video", "audio"):
            found = parse(await cinema.text(f"{rendition}.m3u8", _HLS_msn=99, _HLS_skip="YES"))
            check_rules(found)
            assert found.ended
        answer = await cinema.nobody.get(await cinema.signed("video.m3u8"))
        assert answer.headers["cache-control"] == f"public, max-age={mediafile.ENDED_S}"


async def test_a_recording_that_nobody_goes_on_with_ends_by_itself() -> None:
    made = film()
    async with opened(made, seconds=12.0) as cinema:
        made.end()
        cinema.clock.advance(1700)
        assert not parse(await cinema.text("video.m3u8")).ended
        cinema.clock.advance(200)
        assert parse(await cinema.text("video.m3u8")).ended


async def test_an_erased_game_is_gone() -> None:
    async with opened(film()) as cinema:
        url = await cinema.signed("video/0.m4s")
        assert (await cinema.nobody.get(url)).status_code == 200
        cinema.film.erase("g")
        cinema.film.live = False
        cinema.facts["version"] = None
        cinema.playback.forget("g")
        cinema.clock.advance(3)
        assert (await cinema.nobody.get(url)).status_code == 403
        answer = await cinema.client.get("/media/g/main/index.m3u8")
        assert answer.status_code == 401


# --- clients that do not behave


async def test_a_client_that_never_reads_is_given_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(mediafile, "SEND_WITHIN_S", 0.05)
    async with opened(film()) as cinema:
        url = await cinema.signed("video/0.m4s")
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)
            if message["type"] == "http.response.body":
                await asyncio.sleep(3600)

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = {
            "type": "http", "method": "GET", "path": url.path, "headers": [],
            "query_string": url.query, "client": ("127.0.0.1", 1), "root_path": "",
        }  # fmt: skip
        await asyncio.wait_for(cinema.app(scope, receive, send), 2)
        assert len(sent) == 2
        assert "given up" in caplog.text
        assert b"courtside_media_given_up_total 1.0" in cinema.meters.exposition()
        assert (await cinema.nobody.get(url)).status_code == 200


async def test_a_storage_that_hangs_holds_up_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "MOST_READS", 2)
    made = film()
    made.live = False
    async with opened(made) as cinema:
        fast = await cinema.signed("video/1.m4s")
        assert (await cinema.nobody.get(fast)).status_code == 200
        hangs = threading.Event()
        real = made.read

        def read(*of: Any, **more: Any) -> bytes:
            hangs.wait(5)
            return real(*of, **more)

        monkeypatch.setattr(made, "read", read)
        waiting = [
            asyncio.create_task(cinema.nobody.get(await cinema.signed(f"{name}/0.m4s")))
            for name in ("video", "audio")
        ]
        await asyncio.sleep(0.05)
        refused = await cinema.nobody.get(await cinema.signed("video/2.m4s"))
        assert (refused.status_code, refused.json()["type"]) == (503, "busy")
        assert (await cinema.nobody.get(fast)).status_code == 200  # in memory
        hangs.set()
        assert {(await one).status_code for one in waiting} == {200}
