"""Clips one after the other: every frame once, in order, with chapters."""

from __future__ import annotations

import io

import av
import pytest

from server.clips.gallery import Choice, chapters
from server.problems import Problem
from tests.clips import film
from tests.clips.conftest import Process, Recording
from tests.clips.film import FPS

pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated setex:DeprecationWarning")


async def steal(process: Process, at_s: float, player: str = "8") -> int:
    seq = await process.say("steal", at_s=at_s, team="home", player=player)
    await process.settled(seq)
    return seq


async def test_a_reel_holds_its_clips_and_shows_no_second_twice(process: Process) -> None:
    first, second = await steal(process, 8.0), await steal(process, 12.0)
    await steal(process, 34.0)
    await steal(process, 20.0, player="7")
    made = await process.clips.gallery.reel("g1", Choice("home-8"))
    data = process.storage.read(made.path)
    # 2 to 12 and 6 to 16 overlap: the first ends as the second begins. 28 to 38 stands apart.
    assert film.numbers(data) == [*range(2 * FPS, 16 * FPS), *range(28 * FPS, 38 * FPS)]
    assert len(data) == made.size
    scenes = made.reel.scenes
    assert [(s.clip.seq, s.start_s, s.end_s) for s in scenes[:2]] == [
        (first, 0.0, 4.0),
        (second, 4.0, 14.0),
    ]
    assert scenes[2].end_s == pytest.approx(24, abs=0.01)
    with av.open(io.BytesIO(data), "r") as file:
        ends = [float((stream.duration or 0) * (stream.time_base or 0)) for stream in file.streams]
    assert ends == [pytest.approx(24, abs=0.05)] * 2
    text = chapters(scenes, lambda seq: f"play {seq} <--")
    assert "00:00:04.000 --> 00:00:14.000\nplay 3 &lt;--" in text


async def test_the_same_clips_are_the_same_reel(process: Process) -> None:
    await steal(process, 8.0)
    made = await process.clips.gallery.reel("g1", Choice())
    assert await process.clips.gallery.reel("g1", Choice()) is made
    await steal(process, 30.0)
    assert (await process.clips.gallery.reel("g1", Choice())).tag != made.tag


async def test_what_has_another_size_is_left_out_and_said(
    process: Process, recording: Recording
) -> None:
    upright = await steal(process, 8.0)
    await steal(process, 28.0)
    recording.turned_s = 14.0
    wide = await steal(process, 20.0)
    made = await process.clips.gallery.reel("g1", Choice())
    assert [clip.seq for clip in made.reel.left_out] == [wide]
    assert upright in [scene.clip.seq for scene in made.reel.scenes]


async def test_no_clip_is_no_reel(process: Process) -> None:
    with pytest.raises(Problem) as none:
        await process.clips.gallery.reel("g1", Choice("home-8"))
    assert (none.value.status, none.value.type) == (404, "no-clips")
