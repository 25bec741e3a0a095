"""A play becomes a clip, and the clip follows what becomes of the play."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from server.clips.gallery import Choice
from server.problems import Problem
from tests.clips import film
from tests.clips.conftest import Open, Process, Recording, without
from tests.clips.film import FPS
from tests.redis_server import RedisServer

# saq names a command that redis-py would like to be called otherwise.
pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated setex:DeprecationWarning")

SHOT: dict[str, Any] = {"team": "home", "player": "7", "value": 2, "made": True}


def frames(process: Process, path: str) -> list[int]:
    return film.numbers(process.storage.read(path))


async def labels(process: Process, *, hide: bool = False) -> list[str]:
    shown = await process.clips.gallery.shown("g1", Choice(), hide=hide)
    return [one.words for one in shown]


async def test_a_basket_gets_a_clip_that_holds_the_shot(process: Process) -> None:
    seq = await process.say("field_goal", at_s=21.0, **SHOT)
    clip = await process.settled(seq)
    shown = frames(process, clip.facts["path"])
    assert shown == list(range(14 * FPS, 25 * FPS))  # 15 to 25, from the key frame at 14
    assert 21 * FPS in shown
    assert clip.facts["sound"]
    assert clip.facts["gaps"] == []
    assert process.storage.read(clip.facts["thumbnail"]).startswith(b"\xff\xd8")
    assert await labels(process) == ["Q1 10:00 Lions #7 Ann makes a two (2-0)"]


async def test_what_gets_a_clip_is_a_matter_of_the_game(process: Process) -> None:
    missed = await process.say("field_goal", at_s=10.0, **{**SHOT, "made": False})
    rebound = await process.say("rebound", at_s=11.0, team="away", player="4", kind="defensive")
    steal = await process.say("steal", at_s=14.0, team="home", player="8")
    unseen = await process.say("field_goal", **SHOT)
    await process.settled(steal)
    assert [clip.seq for clip in process.table.of_game("g1")] == [steal]
    await process.scorer.patch_game("g1", {"clips": {"types": ["rebound"], "before_s": 2}}, "desk")
    clip = await process.settled(rebound)
    await process.until(lambda: process.table.get("g1", steal).gone_at is not None)  # type: ignore[union-attr]
    assert clip.start_s == 9.0
    assert process.table.get("g1", missed) is None
    assert process.table.get("g1", unseen) is None


async def test_the_clip_waits_for_the_picture(process: Process, recording: Recording) -> None:
    recording.upto_s = 22.0
    seq = await process.say("field_goal", at_s=21.0, **SHOT)
    await process.until(lambda: (c := process.table.get("g1", seq)) is not None and c.tries == 1)
    with pytest.raises(Problem) as waits:
        await process.clips.gallery.file("g1", seq, "mp4")
    assert (waits.value.type, waits.value.headers["Retry-After"]) == ("clip-waiting", "2")
    recording.upto_s = 25.2  # the segment to 26 still grows
    clip = await process.settled(seq, within_s=2)
    assert frames(process, clip.facts["path"])[-1] == 25 * FPS - 1


async def test_a_correction_relabels_a_void_removes_and_an_undo_restores(process: Process) -> None:
    seq = await process.say("field_goal", at_s=21.0, **SHOT)
    before = await process.settled(seq)
    await process.say("amend", links=seq, player="8", value=3)
    assert await labels(process) == ["Q1 10:00 Lions #8 makes a three (3-0)"]
    assert (await process.settled(seq)).facts == before.facts
    await process.say("void", links=seq)
    await process.until(lambda: process.table.get("g1", seq).gone_at is not None)  # type: ignore[union-attr]
    assert await labels(process) == []
    with pytest.raises(Problem) as gone:
        await process.clips.gallery.file("g1", seq, "mp4")
    assert gone.value.type == "unknown-clip"
    await process.say("undo")
    again = await process.settled(seq)
    assert again.facts["path"] == before.facts["path"]
    assert await labels(process) == ["Q1 10:00 Lions #8 makes a three (3-0)"]


async def test_another_moment_moves_the_clip(process: Process) -> None:
    seq = await process.say("field_goal", at_s=21.0, **SHOT)
    before = await process.settled(seq)
    await process.say("amend", links=seq, media={"camera": "main", "s": 31.0})
    await process.until(
        lambda: (
            (c := process.table.get("g1", seq)) is not None
            and c.cut != before.cut
            and c.status == "ready"
        )
    )
    after = await process.settled(seq)
    assert 31 * FPS in frames(process, after.facts["path"])
    await process.until(lambda: not process.storage.path(before.facts["path"]).exists())


async def test_what_nobody_recorded_is_said(process: Process, recording: Recording) -> None:
    recording.lost = set(range(20))
    seq = await process.say("field_goal", at_s=21.0, **SHOT)
    await process.settled(seq, "no_picture")
    with pytest.raises(Problem) as none:
        await process.clips.gallery.file("g1", seq, "mp4")
    assert none.value.type == "no-picture"


async def test_a_camera_that_turned_gives_the_picture_of_the_moment(
    process: Process, recording: Recording
) -> None:
    recording.turned_s = 20.0
    seq = await process.say("field_goal", at_s=21.0, **SHOT)
    clip = await process.settled(seq)
    assert (clip.facts["width"], clip.facts["height"]) == (film.WIDTH, 2 * film.HEIGHT)
    assert clip.facts["gaps"] == [[15.0, 20.0]]


async def test_a_failure_is_tried_again_and_then_listed(
    process: Process, recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.clips.jobs.FIRST_PAUSE_S", 0.05)
    recording.broken = 1
    seq = await process.say("steal", at_s=14.0, team="home", player="8")
    assert (await process.settled(seq)).tries == 2
    recording.broken = 100
    bad = await process.say("steal", at_s=24.0, team="home", player="8")
    failed = await process.settled(bad, "failed", within_s=20)
    assert failed.error == "MediaUnavailable: the disk is asleep"
    assert [clip.seq for clip in await process.clips.gallery.failed()] == [bad]
    recording.broken = 0
    await process.clips.again("g1", bad)
    await process.settled(bad)
    assert await process.clips.gallery.failed() == []


async def test_clips_wait_while_redis_is_away(process: Process, redis: RedisServer) -> None:
    async with without(redis):
        async with asyncio.timeout(2):
            seq = await process.say("field_goal", at_s=21.0, **SHOT)
        await process.until(lambda: process.table.get("g1", seq) is not None)
        await asyncio.sleep(1)
        clip = process.table.get("g1", seq)
        assert clip is not None
        assert (clip.status, clip.tries) == ("waiting", 0)
    await process.settled(seq, within_s=15)


async def test_what_takes_its_worker_down_each_time_is_given_up(
    process: Process, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.clips.keeper.MOST_TRIES", 2)
    async with without(redis):
        seq = await process.say("field_goal", at_s=21.0, **SHOT)
        clip = await process.settled(seq, "waiting")
        for _ in range(3):
            process.table.begun(clip)
        failed = await process.settled(seq, "failed")
    assert failed.error == "begun 3 times and never ended"


async def test_two_processes_make_each_clip_once(open_process: Open, process: Process) -> None:
    await open_process()
    seqs = [await process.say("steal", at_s=10.0 + n, team="home", player="8") for n in range(6)]
    clips = [await process.settled(seq) for seq in seqs]
    assert [clip.tries for clip in clips] == [1] * 6


async def test_nothing_stays_of_a_player_who_is_erased(process: Process) -> None:
    mine = await process.say("field_goal", at_s=21.0, **SHOT)
    other = await process.say("steal", at_s=30.0, team="home", player="8")
    clip, _ = await process.settled(mine), await process.settled(other)
    reel = await process.clips.gallery.reel("g1", Choice())
    await process.scorer.erase_player("g1", "home-7")
    await process.clips.gallery.erase_player("g1", "home-7")
    assert [
        one.clip.seq for one in await process.clips.gallery.shown("g1", Choice(), hide=False)
    ] == [other]
    assert not process.storage.path(clip.facts["path"]).exists()
    assert not process.storage.path(reel.path).exists()
    await process.say("amend", links=mine, value=3)
    await asyncio.sleep(0.5)
    assert process.table.get("g1", mine).status == "erased"  # type: ignore[union-attr]
