"""The inference thread: newest frame wins, every camera gets its turn, nothing waits in a queue."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import av
import numpy as np
import pytest

from pipeline.boardwatch import BoardReading
from pipeline.detect import Detector, Finds
from pipeline.picture import to_bgr
from pipeline.setup import Quad, Setup
from pipeline.vision import Vision
from server.clock import SystemClock
from server.inference import Inference
from server.seen import Captured, Key, Seen
from server.simulator.board import BoardStyle, BoardTruth, draw_board
from tests.inference.support import Scripted, Slowed, clip, picture
from tests.support import shared

A: Key = ("one", "main")
B: Key = ("two", "main")


@asynccontextmanager
async def running(detector: Finds) -> AsyncIterator[Inference]:
    inference = Inference(detector, SystemClock())
    inference.start(asyncio.get_running_loop())
    try:
        yield inference
    finally:
        await inference.stop()
        assert not inference.alive


async def until(check: Callable[[], bool], within_s: float = 5.0) -> None:
    ends = time.monotonic() + within_s
    while not check():
        assert time.monotonic() < ends, "it did not happen in time"
        await asyncio.sleep(0.005)


def captured(media_s: float, grey: int = 128) -> Captured:
    return Captured(picture(grey=grey), media_s, time.monotonic())


async def test_a_frame_comes_back_on_the_loop_with_its_times() -> None:
    async with running(Scripted()) as inference:
        seen: list[tuple[Seen, str]] = []
        slot = inference.attach(A, lambda one: seen.append((one, threading.current_thread().name)))
        sent = captured(3.5)
        slot.put(sent)
        await until(lambda: bool(seen))
    one, thread = seen[0]
    assert thread == threading.main_thread().name
    assert (one.key, one.media_s, one.captured_s) == (A, 3.5, sent.captured_s)
    assert one.size == (64, 48)
    assert 0 <= one.age_s < 1


async def test_the_newest_frame_wins_and_losses_are_counted() -> None:
    detector = Scripted(takes_s=0.05)
    async with running(detector) as inference:
        seen: list[Seen] = []
        slot = inference.attach(A, seen.append)
        for step in range(30):
            slot.put(captured(step / 100))
            await asyncio.sleep(0.01)
        await until(lambda: bool(seen) and seen[-1].media_s == 0.29)
    assert slot.put_count == 30
    assert len(seen) + slot.dropped == 30
    assert len(seen) < 12
    assert [one.media_s for one in seen] == sorted(one.media_s for one in seen)


async def test_all_cameras_share_one_batch() -> None:
    detector = Scripted(takes_s=0.05)
    async with running(detector) as inference:
        counts = {A: 0, B: 0}

        def count(seen: Seen) -> None:
            counts[seen.key] += 1

        slots = [inference.attach(A, count), inference.attach(B, count)]
        for step in range(20):
            for slot in slots:
                slot.put(captured(step / 50))
            await asyncio.sleep(0.02)
    assert max(detector.batches) == 2
    assert counts[A] == pytest.approx(counts[B], abs=2)
    assert min(counts.values()) >= 3


async def test_cameras_take_turns_when_the_network_takes_one_picture() -> None:
    detector = Scripted(takes_s=0.02, batch=1)
    keys: list[Key] = [(f"game{i}", "main") for i in range(5)]
    async with running(detector) as inference:
        counts = dict.fromkeys(keys, 0)

        def count(seen: Seen) -> None:
            counts[seen.key] += 1

        slots = [inference.attach(key, count) for key in keys]
        for step in range(100):
            for slot in slots:
                slot.put(captured(step / 100))
            await asyncio.sleep(0.01)
    assert set(detector.batches) == {1}
    assert min(counts.values()) >= 4
    assert max(counts.values()) - min(counts.values()) <= 2


async def test_a_detached_camera_is_not_heard_of_again() -> None:
    async with running(Scripted(takes_s=0.1)) as inference:
        seen: list[Seen] = []
        slot = inference.attach(A, seen.append)
        slot.put(captured(0.0))
        await asyncio.sleep(0.03)
        assert inference.detach(A) is not None
        assert inference.detach(A) is None
        slot.put(captured(1.0))
        await asyncio.sleep(0.15)
    assert seen == []


async def test_a_broken_picture_disturbs_nobody() -> None:
    async with running(Scripted()) as inference:
        seen: list[Seen] = []
        bad, good = inference.attach(A, seen.append), inference.attach(B, seen.append)
        bad.put(Captured(av.VideoFrame(), 0.0, time.monotonic()))
        good.put(captured(1.0))
        await until(lambda: bool(seen))
        assert [one.key for one in seen] == [B]
        assert inference.refused == 1
        assert inference.alive


async def test_a_bug_is_seen_by_whoever_watches(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Scripted):
        def detect(self, images: object, areas: object = ()) -> list[object]:  # type: ignore[override]
            raise ZeroDivisionError("a bug")

    async with running(Broken()) as inference:  # type: ignore[arg-type]
        inference.attach(A, lambda _: None).put(captured(0.0))
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(asyncio.wrap_future(inference.done), 5)
    assert "ended by a bug" in caplog.text


async def test_stop_does_not_block_the_loop() -> None:
    inference = Inference(Scripted(takes_s=0.3), SystemClock())
    inference.start(asyncio.get_running_loop())
    inference.attach(A, lambda _: None).put(captured(0.0))
    await asyncio.sleep(0.05)
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticking = asyncio.create_task(tick())
    await inference.stop()
    ticking.cancel()
    assert ticks >= 10
    assert not inference.alive
    assert inference.done.done()


async def test_a_large_picture_is_taken_smaller() -> None:
    assert to_bgr(picture(1920, 1080)).shape == (720, 1280, 3)
    assert to_bgr(picture(1080, 1920)).shape == (1280, 720, 3)
    assert to_bgr(picture(640, 360)).shape == (360, 640, 3)


@pytest.mark.parametrize("factor", [1.0, 10.0])
async def test_age_stays_bounded_however_slow_the_detector(
    detector: Detector, factor: float
) -> None:
    frames = [frame for frame, _ in clip(shared("video/clips/school_game_sideline.mp4"))][:60]
    async with running(Slowed(detector, factor)) as inference:
        seen: list[Seen] = []
        slot = inference.attach(A, seen.append)
        for step in range(120):
            slot.put(Captured(frames[step % 60], step / 30, time.monotonic()))
            await asyncio.sleep(1 / 30)
        await until(lambda: len(seen) >= 3)
    ages = sorted(one.age_s for one in seen)
    looked = sorted(one.looked_s for one in seen)
    most = int(0.95 * (len(seen) - 1))
    assert ages[most] <= 1.5 * looked[most] + 0.1
    if factor == 1.0:
        assert max(len(one.tracks) for one in seen if one.tracks is not None) >= 3


async def test_a_set_up_reaches_the_eyes_in_their_own_thread() -> None:
    class Eyes(Vision):
        def configure(self, setup: Setup) -> None:
            super().configure(setup)
            told.append((threading.current_thread().name, setup.home_attacks))

    told: list[tuple[str, int | None]] = []
    async with running(Scripted()) as inference:
        seen: list[Seen] = []
        slot = inference.attach(A, seen.append, Eyes(("player", "ball", "rim")))
        inference.configure(A, Setup(home_attacks=0))
        inference.configure(A, Setup(home_attacks=1))
        inference.configure(B, Setup())  # nobody there
        slot.put(captured(0.0))
        await until(lambda: bool(seen))
    assert told == [("inference-cpu", 1)]


async def test_what_may_wait_is_done_between_frames() -> None:
    class Eyes(Vision):
        def spare(self) -> bool:
            done.append(threading.current_thread().name)
            return True

    done: list[str] = []
    async with running(Scripted()) as inference:
        seen: list[Seen] = []
        slot = inference.attach(A, seen.append, Eyes(("player", "ball", "rim")))
        for step in range(20):
            slot.put(captured(step / 20))
            await asyncio.sleep(0.02)
        await until(lambda: len(seen) >= 5)
    assert 1 <= len(done) <= len(seen) + 1
    assert set(done) == {"inference-cpu"}


async def test_a_slow_network_is_given_smaller_pictures() -> None:
    detector = Scripted(takes_s=0.3)
    async with running(detector) as inference:
        slot = inference.attach(A, lambda _: None)
        for step in range(200):
            slot.put(captured(step / 10))
            await asyncio.sleep(0.1)
            # The plan is said before the next picture is looked at by it.
            if inference.going.trouble and detector.areas[-1] != detector.areas[0]:
                break
        usual, now = detector.areas[0], detector.areas[-1]
        assert now is not None
        assert usual is not None
        assert now < usual
        assert "too slow for one game" in inference.going.trouble


async def test_a_scoreboard_that_was_marked_is_read() -> None:
    red, amber = (60, 60, 255), (40, 190, 255)
    style = BoardStyle("segments", red, amber, (60, 50, 160), True, 0.16, 0.0, 0.2, True)
    board = draw_board(BoardTruth(38, 43, "1:46", 3), style)
    shown = av.VideoFrame.from_ndarray(np.pad(board, ((40, 40), (60, 60), (0, 0))), "bgr24")
    quad = Quad((840, 440), ((60.0, 40.0), (780.0, 40.0), (780.0, 400.0), (60.0, 400.0)))
    async with running(Scripted()) as inference:
        boards: list[BoardReading] = []
        slot = inference.attach(A, lambda seen: boards.append(seen.board) if seen.board else None)
        inference.configure(A, Setup(scoreboard=quad))
        for step in range(80):
            slot.put(Captured(shown, step / 4, time.monotonic()))
            await asyncio.sleep(0.15)
            if boards and boards[-1].left is not None:
                break
    last = boards[-1]
    assert last.left is not None
    assert last.right is not None
    assert (last.left.value, last.right.value) == (38, 43)
