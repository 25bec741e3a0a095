"""The live edge by HTTP: players wait for what is not there yet."""

from __future__ import annotations

import asyncio

import pytest

from server.media import hls, playback
from server.media.segments import PART_S
from tests.media.cinema import opened
from tests.media.films import cut_off, film
from tests.media.playlists import check_rules, parse


async def test_a_playlist_waits_for_the_part_that_is_asked_for() -> None:
    made, rest = cut_off(6.9)
    async with opened(made) as cinema:
        before = parse(await cinema.text("video.m3u8"))
        growing = before.items[-1]
        asked = {"_HLS_msn": growing.number, "_HLS_part": len(growing.parts)}
        answer = asyncio.create_task(cinema.text("video.m3u8", **asked))
        await asyncio.sleep(0.05)
        assert not answer.done()
        assert cinema.playback.waits.taken == 1
        made.put(*(one for one in rest if one.media_s < 6.9 + 2 * PART_S))
        after = parse(await asyncio.wait_for(answer, 1))
        assert len(after.items[-1].parts) > len(growing.parts)
        assert cinema.playback.waits.taken == 0


async def test_a_part_behind_the_last_one_is_the_first_of_the_next_segment() -> None:
    made, rest = cut_off(5.5)
    async with opened(made) as cinema:
        growing = parse(await cinema.text("video.m3u8")).items[-1]
        answer = asyncio.create_task(
            cinema.text("video.m3u8", _HLS_msn=growing.number, _HLS_part=5)
        )
        await asyncio.sleep(0.02)
        made.put(*(one for one in rest if one.media_s < 6.02))
        await asyncio.sleep(0.02)
        assert not answer.done()  # the segment is finished with five parts, 0 to 4
        made.put(*(one for one in rest if 6.02 <= one.media_s < 6.9))
        found = parse(await asyncio.wait_for(answer, 1))
        assert found.items[-1].number == growing.number + 1
        assert found.items[-1].parts


async def test_the_hinted_part_is_waited_for_and_no_other() -> None:
    made, rest = cut_off(6.9)
    async with opened(made) as cinema:
        found = parse(await cinema.text("video.m3u8"))
        assert found.hint is not None
        hinted = (await cinema.signed("video.m3u8")).join(found.hint)
        answer = asyncio.create_task(cinema.nobody.get(hinted))
        await asyncio.sleep(0.02)
        assert not answer.done()
        made.put(*(one for one in rest if one.media_s < 6.9 + 2 * PART_S))
        part = await asyncio.wait_for(answer, 1)
        assert part.status_code == 200
        assert part.content[4:8] == b"moof"
        number, index = found.items[-1].number, len(found.items[-1].parts)
        further = await cinema.nobody.get(await cinema.signed(f"video/{number}.{index + 3}.m4s"))
        assert further.status_code == 404


async def test_nothing_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hls, "BLOCK_AT_MOST_S", 0.05)
    async with opened(film(6.9)) as cinema:
        growing = parse(await cinema.text("video.m3u8")).items[-1]
        asked = {"_HLS_msn": growing.number}
        answer = await cinema.nobody.get(
            (await cinema.signed("video.m3u8")).copy_merge_params(asked)
        )
        assert (answer.status_code, answer.json()["type"]) == (503, "not-in-time")
        assert answer.headers["retry-after"] == "1"


async def test_directives_that_make_no_sense_are_refused_at_once() -> None:
    async with opened(film()) as cinema:
        url = await cinema.signed("video.m3u8")
        for asked in ({"_HLS_part": "1"}, {"_HLS_msn": "x"}, {"_HLS_msn": "9"},
                      {"_HLS_msn": "4", "_HLS_part": "40"}):  # fmt: skip
            answer = await cinema.nobody.get(url.copy_merge_params(asked))
            assert (answer.status_code, answer.json()["type"]) == (400, "malformed-request"), asked


async def test_only_so_many_may_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playback, "MOST_WAITING", 3)
    made, rest = cut_off(6.9)
    async with opened(made) as cinema:
        growing = parse(await cinema.text("video.m3u8")).items[-1]
        url = (await cinema.signed("video.m3u8")).copy_merge_params({"_HLS_msn": growing.number})
        waiting = [asyncio.create_task(cinema.nobody.get(url)) for _ in range(3)]
        await asyncio.sleep(0.02)
        refused = await cinema.nobody.get(url)
        assert (refused.status_code, refused.json()["type"]) == (503, "busy")
        assert cinema.playback.waits.turned_away == 1
        assert (await cinema.nobody.get(await cinema.signed("video.m3u8"))).status_code == 200
        made.put(*rest)
        assert {(await one).status_code for one in waiting} == {200}


async def test_who_leaves_while_waiting_makes_room() -> None:
    async with opened(film(6.9)) as cinema:
        growing = parse(await cinema.text("video.m3u8")).items[-1]
        waits = asyncio.create_task(cinema.text("video.m3u8", _HLS_msn=growing.number))
        await asyncio.sleep(0.02)
        assert cinema.playback.waits.taken == 1
        waits.cancel()
        await asyncio.wait([waits])
        assert cinema.playback.waits.taken == 0


async def test_a_delta_update_over_http() -> None:
    made = film(40.0)
    async with opened(made) as cinema:
        whole = parse(await cinema.text("video.m3u8"))
        delta = parse(await cinema.text("video.m3u8", _HLS_skip="YES"))
        check_rules(delta)
        assert delta.skipped == len(whole.finished) - len(delta.finished) > 5
        assert [i.uri for i in delta.items] == [i.uri for i in whole.items[delta.skipped :]]
