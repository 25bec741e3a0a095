"""A clip for a phone's feed: what is in it, when it is made, what ends it."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import pytest

from server.clips import verticals
from server.clips.cut import cut
from server.clips.poster import HEIGHT, WIDTH, place, poster, written
from server.clips.story import Score, Story
from server.clips.vertical import VerticalFailed, vertical, write
from tests.clips import film
from tests.clips.conftest import Process, Recording, Site

# saq names a command that redis-py would like to be called otherwise.
pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated setex:DeprecationWarning")

PATH = "/api/v1/games/g1/clips"
WHERE = place(film.WIDTH, film.HEIGHT)
THREE: dict[str, Any] = {"team": "home", "player": "7", "value": 3, "made": True}


@pytest.fixture
def stories(monkeypatch: pytest.MonkeyPatch) -> list[Story]:
    """What is made, in order; really."""
    found: list[Story] = []

    async def noted(clip: bytes, story: Story) -> bytes:
        found.append(story)
        return await vertical(clip, story)

    monkeypatch.setattr(verticals, "vertical", noted)
    return found


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[Story]:
    """The same where nobody looks at the picture."""
    found: list[Story] = []

    async def noted(clip: bytes, story: Story) -> bytes:
        found.append(story)
        return story.to_json().encode()

    monkeypatch.setattr(verticals, "vertical", noted)
    return found


async def basket(process: Process, at_s: float = 21.0) -> int:
    """With as little around it as there can be."""
    await process.scorer.patch_game("g1", {"clips": {"before_s": 1, "after_s": 1}}, "desk")
    seq = await process.say("field_goal", at_s, **THREE)
    await process.settled(seq)
    return seq


async def fetched(client: httpx.AsyncClient, address: str, within_s: float = 100.0) -> bytes:
    """Ask until it is there: what makes it gives way to the other tests."""
    async with asyncio.timeout(within_s):
        while (answer := await client.get(address)).status_code == 409:
            assert answer.json()["type"] == "clip-waiting"
            assert answer.headers["retry-after"] == "2"
            await asyncio.sleep(0.1)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
    return answer.content


def files(process: Process) -> list[str]:
    return [path.name for path in process.storage.folder.rglob("vertical-*")]


async def test_the_whole_picture_with_the_score_as_it_was(
    process: Process, site: Site, stories: list[Story]
) -> None:
    await process.say("field_goal", 5.0, team="away", player="4", value=2, made=True)
    seq = await basket(process)
    clip = (await process.settled(seq)).facts
    address = f"{PATH}/{seq}/vertical.mp4"
    asked = [fetched(site.watch, address) for _ in range(3)]
    data, *others = await asyncio.gather(*asked)
    assert others == [data, data]
    [story] = stories
    assert (story.when, story.words) == ("Q1 10:00", "Lions #7 Ann makes a three")
    before, after = Score(0.0, 0, 2), Score(21.0 - clip["start_s"], 3, 2)
    assert story.scores == (before, after)
    # The index comes first, so that it plays while it is still being loaded.
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(io.BytesIO(data), "r") as file:
        assert [(s.type, s.codec_context.name) for s in file.streams] == [
            ("video", "h264"),
            ("audio", "aac"),
        ]
        pictures = list(file.decode(video=0))
        assert float(file.duration or 0) / av.time_base == pytest.approx(
            clip["end_s"] - clip["start_s"], abs=1 / film.FPS
        )
    first = round(clip["start_s"] * film.FPS)
    frames = [picture.to_ndarray(format="rgb24") for picture in pictures]
    assert {frame.shape for frame in frames} == {(HEIGHT, WIDTH, 3)}
    assert [number(frame) for frame in frames] == list(range(first, first + clip["frames"]))
    drawn = [poster(story, before, False, WHERE), poster(story, after, True, WHERE)]
    changes = (drawn[0] != drawn[1]).any(axis=2)
    for n, frame in enumerate(frames):
        away = [np.abs(frame[changes].astype(np.int16) - one[changes]).mean() for one in drawn]
        happened = first + n >= 21 * film.FPS
        assert away[happened] < 10, n
        assert away[not happened] > 60, n


def number(frame: np.ndarray[Any, Any]) -> int:
    """What `film.picture` drew, out of the tall frame."""
    inside = frame[WHERE.top : WHERE.top + WHERE.height, WHERE.left : WHERE.left + WHERE.width]
    picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(inside), "rgb24")
    return film.number_of(picture.reformat(film.WIDTH, film.HEIGHT))


async def test_no_score_is_told_before_its_basket_and_none_survives_a_correction(
    process: Process, site: Site, quick: list[Story]
) -> None:
    early = await process.say("field_goal", 20.5, team="away", player="4", value=2, made=True)
    seq = await basket(process)
    await process.say("free_throw", 21.5, team="home", player="7", made=True)
    await process.say("field_goal", 35.0, **THREE)
    address = f"{PATH}/{seq}/vertical.mp4"
    await fetched(site.watch, address)
    shown = [(score.home, score.away) for score in quick[-1].scores]
    assert shown == [(0, 0), (0, 2), (3, 2), (4, 2)]
    [old] = files(process)
    await process.say("void", links=early)
    await process.until(lambda: not files(process))
    await fetched(site.watch, address)
    assert [(one.home, one.away) for one in quick[-1].scores] == [(0, 0), (3, 0), (4, 0)]
    await process.say("amend", links=seq, value=2)
    await fetched(site.watch, address)
    assert "makes a two" in quick[-1].words
    assert len(files(process)) == 1
    assert old not in files(process)
    await process.say("void", links=seq)
    await process.until(lambda: not files(process))
    gone = await site.watch.get(address)
    assert (gone.status_code, gone.json()["type"]) == (404, "unknown-clip")


async def test_a_correction_meanwhile_lets_nothing_stale_through(
    process: Process, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(clip: bytes, story: Story) -> bytes:
        begun.set()
        await go_on.wait()
        return story.to_json().encode()

    monkeypatch.setattr(verticals, "vertical", slow)
    seq = await basket(process)
    address = f"{PATH}/{seq}/vertical.mp4"
    assert (await site.watch.get(address)).status_code == 409
    await begun.wait()
    await process.say("amend", links=seq, value=2)
    assert (await site.watch.get(address)).status_code == 409
    go_on.set()
    story = Story.of_json((await fetched(site.watch, address)).decode())
    assert "makes a two" in story.words
    await process.until(lambda: len(files(process)) == 1)


async def test_whoever_may_have_the_clip_may_have_it_upright(
    process: Process, site: Site, quick: list[Story]
) -> None:
    seq, other = await basket(process), await basket(process, 31.0)
    [clip, _] = (await site.watch.get(PATH)).json()["clips"]
    await fetched(site.nobody, clip["vertical"])
    share = (await site.desk.post(f"{PATH}/share", json={"seq": seq})).json()["share"]
    shown = (await site.nobody.get(f"{PATH}/shared?share={share}")).json()
    await fetched(site.nobody, shown["vertical"])
    elsewhere = await site.nobody.get(f"{PATH}/{other}/vertical.mp4?share={share}")
    assert elsewhere.json()["type"] == "share-refused"
    assert (await site.nobody.get(f"{PATH}/{seq}/vertical.mp4")).status_code == 401
    for none in (999, 0, 2**40):
        answer = await site.watch.get(f"{PATH}/{none}/vertical.mp4")
        assert (answer.status_code, answer.json()["type"]) == (404, "unknown-clip"), none
    saved = await site.watch.head(f"{PATH}/{seq}/vertical.mp4?download=1")
    name = "Q1-10-00-Lions-7-Ann-makes-a-three-3-0-vertical.mp4"
    assert saved.headers["content-disposition"] == f'attachment; filename="{name}"'


async def test_fifty_that_wait_are_enough(
    process: Process, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    seq = await basket(process)
    monkeypatch.setattr("server.clips.clips.MOST_VERTICALS", 0)
    answer = await site.watch.get(f"{PATH}/{seq}/vertical.mp4")
    assert (answer.status_code, answer.json()["type"]) == (503, "busy")
    assert answer.headers["retry-after"] == "10"


async def test_without_the_picture_there_is_none(
    process: Process, site: Site, recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.clips.studio.STALLED_S", 0.2)
    recording.lost = set(range(20))
    seq = await process.say("field_goal", 21.0, **THREE)
    await process.settled(seq, "no_picture")
    answer = await site.watch.get(f"{PATH}/{seq}/vertical.mp4")
    assert (answer.status_code, answer.json()["type"]) == (409, "no-picture")


async def test_hidden_and_erased_names_are_on_none(
    process: Process, site: Site, quick: list[Story]
) -> None:
    seq = await basket(process)
    address = f"{PATH}/{seq}/vertical.mp4"
    await fetched(site.desk, address)
    assert "Ann" in quick[-1].words
    await process.scorer.patch_game("g1", {"names_hidden": True}, "desk")
    await fetched(site.desk, address)
    assert quick[-1].words == "Lions #7 makes a three"
    await process.scorer.erase_player("g1", "home-7")
    await process.clips.erase_player("g1", "home-7")
    assert files(process) == []
    assert (await site.desk.get(address)).json()["type"] == "unknown-clip"


async def test_what_cannot_be_made_is_listed_and_tried_again(
    process: Process, site: Site, monkeypatch: pytest.MonkeyPatch, quick: list[Story]
) -> None:
    async def broken(clip: bytes, story: Story) -> bytes:
        raise VerticalFailed("no room")

    seq = await basket(process)
    monkeypatch.setattr("server.clips.jobs.TRIES", 1)
    address = f"{PATH}/{seq}/vertical.mp4"
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(verticals, "vertical", broken)
        async with asyncio.timeout(10):
            while (answer := await site.watch.get(address)).json()["type"] == "clip-waiting":
                await asyncio.sleep(0.05)
    assert answer.json()["type"] == "clip-failed"
    assert "retry-after" not in answer.headers
    [failed] = (await site.admin.get("/api/v1/clips/failed")).json()["failed"]
    told = (failed["seq"], failed["vertical"], failed["error"])
    assert told == (seq, True, "VerticalFailed: no room")
    assert (await site.admin.post("/api/v1/clips/retry", json={})).json() == {"retried": 1}
    await fetched(site.watch, address)


async def test_another_camera_s_codec_and_late_sound_are_in_it_too(tmp_path: Path) -> None:
    story = Story("Lions", "Bears", "Q1 10:00", "Lions #7 makes a three", 0.0, (Score(0.0, 3, 0),))
    clip = cut(film.vp8(10, 1), [film.audio(10.5, 0.5)], 10.5, 10, 11)
    assert clip.suffix == "webm"
    write(clip.data, story, tmp_path / "vertical.mp4")
    with av.open(str(tmp_path / "vertical.mp4")) as file:
        sound = np.concatenate([heard.to_ndarray()[0] for heard in file.decode(audio=0)])
    with av.open(str(tmp_path / "vertical.mp4")) as file:
        assert [number(p.to_ndarray(format="rgb24")) for p in file.decode(video=0)] == [
            *range(10 * film.FPS, 11 * film.FPS)
        ]
    before, after = np.abs(sound[:22_000]).mean(), np.abs(sound[26_000:46_000]).mean()
    assert before < 0.01 < 0.05 < after


async def test_what_is_no_clip_says_why() -> None:
    story = Story("Lions", "Bears", "Q1 10:00", "Lions #7 makes a three", 0.0, (Score(0.0, 0, 0),))
    with pytest.raises(VerticalFailed, match="Invalid data"):
        await vertical(b"no clip", story)


def test_only_names_that_can_be_written_are() -> None:
    for name in ("Ann", "Žalgiris Łódź", "Київ", "Ολυμπιακός", "山田太郎", "김민수", "U14 #2?"):
        assert written(name) == name
    assert written("Lions 🏀") == "Lions"
    assert written("Zoe\u0308 ❤️") == "Zoë"
    for name in ("מכבי", "النصر", "ทีม", "मुंबई", "🏀"):
        assert written(name) is None, name


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (640, 480), (320, 384)])
def test_no_picture_is_cut_off_or_bent(size: tuple[int, int]) -> None:
    where = place(*size)
    assert where.width / where.height == pytest.approx(size[0] / size[1], rel=0.01)
    assert where.left * 2 + where.width == pytest.approx(WIDTH, abs=4)
    assert where.top > 400
    assert where.top + where.height < HEIGHT - 400


@pytest.mark.parametrize("team", ["Basketballgemeinschaft Oberhausen-Nord U14", "W" * 80])
def test_no_name_is_too_long(team: str) -> None:
    words = f"{team} #7 makes a three"
    story = Story(team, team, "Q1 10:00", words, 0.0, (Score(0.0, 102, 99),))
    image = poster(story, story.scores[0], True, WHERE)
    edges = np.concatenate((image[:, :20], image[:, -20:]), axis=1)
    assert (edges == image[0, 0]).all()
