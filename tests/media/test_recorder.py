"""Recording for real: files and index on a disk, crashes, full and slow disks, erasing."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import IO

import pytest

from server.gamelog.log import LogUnavailable
from server.gamelog.sql import SqlLog
from server.media import tape
from server.media.library import NotRecorded
from server.media.recorders import Recorders
from server.media.segments import PART_S, Segment
from server.media.storage import Storage, name_of
from tests.media.filmed import film
from tests.media.films import sound
from tests.media.recorded import (
    CAMERA,
    GAME,
    ORIGIN,
    Stream,
    begun,
    open_log,
    open_room,
    record,
    times,
)
from tests.support import ROOT


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqlLog]:
    opened = open_log(tmp_path)
    yield opened
    opened.close()


async def test_every_frame_of_picture_and_sound_is_found_again(log: SqlLog, tmp_path: Path) -> None:
    room = open_room(log, Storage(tmp_path / "media"))
    pictures, packets = film(150), sound(5.0)
    samples = sorted([*pictures, *packets], key=lambda sample: sample.media_s)
    await record(room, samples)
    library = room.library
    assert times(library) == pytest.approx([s.media_s for s in pictures], abs=1e-4)
    assert sum(s.duration_s for s in library.segments(GAME, CAMERA, "audio")) == pytest.approx(5.0)
    assert [s.number for s in library.segments(GAME, CAMERA, "video")] == [0, 1, 2]
    assert [s.number for s in library.segments(GAME, CAMERA, "video", 2.5, 4.0)] == [1]
    assert library.cameras(GAME) == [CAMERA]
    files = sum(path.stat().st_size for path in (tmp_path / "media").rglob("*.m4s"))
    assert library.usage(GAME) == files > 0
    segment = library.segments(GAME, CAMERA, "video")[1]
    assert segment.wall_at == ORIGIN + timedelta(seconds=segment.start_s)
    parts = b"".join(library.read(GAME, CAMERA, segment, part) for part in segment.parts)
    assert parts == library.read(GAME, CAMERA, segment)


async def test_a_camera_that_comes_again_continues_its_numbers(log: SqlLog, tmp_path: Path) -> None:
    storage = Storage(tmp_path / "media")
    await record(open_room(log, storage), film(90))
    later = [replace(s, media_s=s.media_s + 60.0) for s in film(90)]
    room = open_room(log, storage)
    await record(room, later)
    segments = room.library.segments(GAME, CAMERA, "video")
    assert [s.number for s in segments] == [0, 1, 2, 3]
    assert [s.discontinuity for s in segments] == [False, False, True, False]
    assert len(times(room.library)) == 180


async def test_a_key_frame_is_asked_for_in_time(log: SqlLog, tmp_path: Path) -> None:
    stream = Stream()
    await record(open_room(log, Storage(tmp_path / "media")), film(62, key_every=999), stream)
    assert stream.asked == 62 - 54, "from 1.8 s after the last one on; the stream asks seldom"


async def test_the_live_edge_says_each_part_at_once(log: SqlLog, tmp_path: Path) -> None:
    room = open_room(log, Storage(tmp_path / "media"))
    recorder = room.record(Stream())
    await begun(recorder)
    edge = room.library.edge(GAME, CAMERA)
    assert edge is not None
    waiting = asyncio.create_task(edge.wait("video", 0, 1, 5.0))
    for sample in film(27):
        recorder.put(sample)
    assert await waiting
    growing = edge.open_segment("video")
    assert growing is not None
    assert len(growing.parts) == 2
    assert edge.data("video", 0, 1) is not None
    assert room.library.growing(GAME, CAMERA, "video") == growing
    parts = [edge.data("video", 0, part) or b"" for part in range(2)]
    assert room.library.read(GAME, CAMERA, growing) == b"".join(parts)
    assert not await edge.wait("video", 0, 2, 0.05)
    forever = asyncio.create_task(edge.wait("video", 9, None, 60.0))
    await asyncio.sleep(0)
    recorder.close()
    assert not await forever, "nobody waits for a camera that has ended"
    await recorder.wait_closed()
    assert room.library.growing(GAME, CAMERA, "video") is None
    assert room.library.read(GAME, CAMERA, growing) == b"".join(parts)


def test_killed_in_the_middle_it_loses_one_part_at_most(log: SqlLog, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.media.doomed", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        given = []
        for line in process.stdout:
            given.append(float(line))
            if given[-1] > 3.1:
                break
        process.kill()
        given += [float(line) for line in process.stdout if line.endswith("\n")]
    room = open_room(log, Storage(tmp_path / "media"))
    assert given[-1] - max(times(room.library), default=0.0) > PART_S, "it is not known yet"
    with (tmp_path / "media" / GAME / CAMERA / "video-1-000001.m4s").open("ab") as half:
        half.write(b"\0\0\1\0moof and then the power went")
    asyncio.run(_one_look(room))
    found = times(room.library)
    assert found == pytest.approx(given[: len(found)], abs=1e-4)
    # The part in the making, and the frame that is held until the next one says how long it is.
    assert given[-1] - found[-1] <= PART_S + 2 / 30
    asyncio.run(record(room, [replace(s, media_s=s.media_s + 30.0) for s in film(60)]))
    numbers = [s.number for s in room.library.segments(GAME, CAMERA, "video")]
    assert numbers == list(range(numbers[-1] + 1))


async def _one_look(room: Recorders) -> None:
    looking = asyncio.create_task(room.run())
    await asyncio.sleep(0.5)
    looking.cancel()
    await asyncio.wait([looking])


class Disk(Storage):
    """A real folder whose free space and speed the test decides."""

    free = 1 << 40
    gate: threading.Event | None = None

    def free_bytes(self) -> int:
        if self.gate is not None:
            self.gate.wait(20)
        return min(self.free, super().free_bytes())


async def _play(room: Recorders, disk: Disk, seconds: float, change: dict[int, int]) -> list[str]:
    """Troubles at each of the film's seconds; change: second -> free bytes from then on."""
    recorder = room.record(Stream())
    troubles = []
    for count, sample in enumerate(film(round(seconds * 30), key_every=30)):
        if count % 30 == 0:
            disk.free = change.get(count // 30, disk.free)
        recorder.put(sample)
        await asyncio.sleep(0.001)
        if count % 30 == 29:
            await asyncio.sleep(0.05)
            troubles.append(room.trouble(GAME, CAMERA) or "")
    recorder.close()
    await recorder.wait_closed()
    await asyncio.sleep(0.01)
    return troubles


async def test_on_a_full_disk_recording_stops_with_an_alarm_and_resumes(
    log: SqlLog, tmp_path: Path
) -> None:
    disk = Disk(tmp_path / "media")
    room = open_room(log, disk, reserve_bytes=1000)
    troubles = await _play(room, disk, 10, {0: 1 << 40, 3: 999, 6: 1 << 40})
    assert troubles[0] == troubles[1] == ""
    assert "must stay" in troubles[5]
    assert troubles[-1] == "", "it goes on by itself"
    segments = room.library.segments(GAME, CAMERA, "video")
    assert [s.number for s in segments] == list(range(len(segments)))
    kept = [s.kept for s in segments]
    assert kept[0]
    assert kept[-1]
    assert 1 <= kept.count(False) <= 5
    hole = kept.index(False)
    assert segments[hole].end_s == pytest.approx(segments[hole + 1].start_s)
    with pytest.raises(NotRecorded):
        room.library.read(GAME, CAMERA, segments[hole])


async def test_a_write_that_fails_leaves_whole_parts_only(
    log: SqlLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = 0

    def failing(file: IO[bytes], data: bytes) -> None:
        nonlocal written
        written += 1
        if written == 3:
            file.write(data[:100])
            raise OSError(28, "No space left on device")
        file.write(data)

    monkeypatch.setattr(tape, "_write_all", failing)
    room = open_room(log, Storage(tmp_path / "media"))
    await record(room, film(150))
    first, *rest = room.library.segments(GAME, CAMERA, "video")
    assert len(first.parts) == 2
    assert room.library.read(GAME, CAMERA, first) == b"".join(
        room.library.read(GAME, CAMERA, first, part) for part in first.parts
    )
    assert all(len(s.parts) >= 3 for s in rest)
    assert len(times(room.library)) == 150 - 36


async def test_a_slow_disk_is_said_and_holds_nobody_up(
    log: SqlLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tape, "WAITING_MOST_BYTES", 100_000)
    disk = Disk(tmp_path / "media")
    disk.gate = threading.Event()
    room = open_room(log, disk)
    recorder = room.record(Stream())
    await begun(recorder)
    samples = film(400)
    before_s = time.monotonic()
    for sample in samples[:200]:
        recorder.put(sample)
    assert time.monotonic() - before_s < 10.0, "the disk stands still for twenty"
    assert "too slow" in (room.trouble(GAME, CAMERA) or "")
    assert room.troubles == {f"{GAME}/{CAMERA}": room.trouble(GAME, CAMERA)}
    edge = room.library.edge(GAME, CAMERA)
    assert edge is not None
    assert edge.segments("video")[-1].end_s > 5.5, "live viewers do not notice"
    disk.gate.set()
    for sample in samples[200:]:
        recorder.put(sample)
        await asyncio.sleep(0.01)
    assert room.trouble(GAME, CAMERA) is None
    recorder.close()
    await recorder.wait_closed()
    assert times(room.library)[-1] == pytest.approx(samples[-1].media_s, abs=1e-4)


async def test_while_the_index_is_away_files_are_written_and_told_later(
    log: SqlLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = open_room(log, Storage(tmp_path / "media"))
    index = room.library._index
    real = index.begin
    away = True

    def begin(*args: object) -> None:
        if away:
            raise LogUnavailable("away")
        real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(index, "begin", begin)
    recorder = room.record(Stream())
    samples = film(150)
    for count, sample in enumerate(samples):
        recorder.put(sample)
        if count == 90:
            await asyncio.sleep(0.3)
            assert "index" in (room.trouble(GAME, CAMERA) or "")
            away = False
        await asyncio.sleep(0.001)
    recorder.close()
    await recorder.wait_closed()
    assert len(times(room.library)) == 150
    assert room.trouble(GAME, CAMERA) is None


async def test_erasing_a_game_leaves_nothing(log: SqlLog, tmp_path: Path) -> None:
    room = open_room(log, Storage(tmp_path / "media"))
    await record(room, film(90))
    log.erase(GAME)
    await room.erase(GAME)
    assert not list((tmp_path / "media").rglob("*.m4s"))
    assert room.library.cameras(GAME) == []
    assert room.library.inits(GAME, CAMERA) == []
    await record(room, film(90))
    assert not list((tmp_path / "media").rglob("*.m4s")), "nothing of an erased game is kept"


async def test_pictures_can_go_while_the_game_stays(log: SqlLog, tmp_path: Path) -> None:
    room = open_room(log, Storage(tmp_path / "media"))
    await record(room, film(120))
    await room.erase_pictures(GAME)
    assert not list((tmp_path / "media").rglob("*.m4s"))
    assert room.library.segments(GAME, CAMERA, "video") == []
    assert room.library.usage(GAME) == 0
    await record(room, [replace(s, media_s=s.media_s + 60.0) for s in film(90)])
    numbers = [s.number for s in room.library.segments(GAME, CAMERA, "video")]
    assert numbers == [2, 3], "a cache must not take them for what was there before"


async def test_what_could_not_be_erased_is_erased_later(log: SqlLog, tmp_path: Path) -> None:
    room = open_room(log, Storage(tmp_path / "media"))
    await record(room, film(60))
    log.erase(GAME)
    await _one_look(room)
    assert not list((tmp_path / "media").rglob("*.m4s"))


async def test_old_recordings_go(log: SqlLog, tmp_path: Path) -> None:
    room = open_room(log, Storage(tmp_path / "media"))
    await record(room, film(180))
    first, *rest = room.library.segments(GAME, CAMERA, "video")
    freed = room.library.prune(ORIGIN + timedelta(seconds=1))
    assert freed == first.size_bytes
    assert room.library.segments(GAME, CAMERA, "video") == rest
    assert len(list((tmp_path / "media").rglob("*.m4s"))) == len(rest)


async def test_a_camera_that_another_process_writes_waits_for_it(
    log: SqlLog, tmp_path: Path
) -> None:
    one, other = (open_room(log, Storage(tmp_path / "media")) for _ in range(2))
    first = one.record(Stream())
    samples = film(120)
    for sample in samples[:90]:
        first.put(sample)
    await begun(first)
    second = other.record(Stream())
    for sample in samples[60:]:
        second.put(replace(sample, media_s=sample.media_s + 4.0))
    waiting = asyncio.create_task(begun(second))
    await asyncio.sleep(0.4)
    assert not waiting.done()
    first.close()
    await first.wait_closed()
    await waiting
    second.close()
    await second.wait_closed()
    segments = other.library.segments(GAME, CAMERA, "video")
    assert [s.number for s in segments] == [0, 1, 2]
    assert all(s.kept for s in segments)


def test_a_files_name_is_made_of_nothing_that_leads_elsewhere() -> None:
    segment = Segment("video", 12, 3, 0.0, 0.0, ORIGIN, (), False, 0)
    assert name_of("g1", "main", segment) == "g1/main/video-3-000012.m4s"


async def test_a_bug_that_keeps_a_recording_from_beginning_is_said(
    log: SqlLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    room = open_room(log, Storage(tmp_path / "media"))

    def begin(game: str, camera: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(room._recovery, "begin", begin)
    recorder = room.record(Stream())
    async with asyncio.timeout(5):
        while "begin a recording ended by a bug" not in caplog.text:
            await asyncio.sleep(0.01)
    recorder.close()
