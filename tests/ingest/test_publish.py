"""`courtside publish`: a file, or the simulator, as a phone."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from server.clock import SystemClock
from server.ingest.encode import EncoderThread, Outbox, Pacer, file_pictures
from server.ingest.publish import ReplacedError, publish_frames
from server.ingest.whipclient import PublishError
from tests.ingest.conftest import TOKEN, WATCH_TOKEN, House, Opener, until
from tests.support import free_port, shared


def drawn(seconds: float) -> Iterator[tuple[NDArray[np.uint8], float]]:
    for count in range(int(seconds * 30)):
        image = np.full((180, 320, 3), count % 250, np.uint8)
        yield image, count / 30


async def test_a_file_is_played_in_real_time_to_its_end(house: House) -> None:
    clip = shared("video/clips/one_score_one_miss.mp4")
    states: list[str] = []
    done = await publish_frames(
        file_pictures(clip), f"{house.url}/whip/g1", TOKEN, on_state=states.append
    )
    assert states == ["connecting", "live", "ended"]
    assert done.connections == 1
    assert 2.8 < done.played_s < 3.2
    await until(lambda: house.statuses() == ["live", "ended"], what="the end")
    sink = house.sink()
    assert set(sink.sizes) == {(960, 540)}
    assert len(sink.media) > done.pictures - 5
    assert sink.media[-1] == pytest.approx(done.played_s, abs=0.3)


async def test_pictures_of_a_program_are_published(house: House) -> None:
    done = await publish_frames(drawn(1.5), f"{house.url}/whip/g1/second", TOKEN)
    assert done.pictures > 30
    assert set(house.sink("g1", "second").sizes) == {(320, 180)}


async def test_a_refusal_is_said_with_the_servers_words(house: House) -> None:
    with pytest.raises(PublishError, match="A watcher cannot publish") as caught:
        await publish_frames(drawn(1), f"{house.url}/whip/g1", WATCH_TOKEN)
    assert caught.value.type == "wrong-role"


async def test_nobody_there() -> None:
    with pytest.raises(PublishError, match="does not answer"):
        await publish_frames(
            drawn(1), f"http://127.0.0.1:{free_port()}/whip/g1", TOKEN, reconnect=False
        )


async def test_a_replaced_publisher_stops_and_says_why(house: House) -> None:
    url = f"{house.url}/whip/g1"
    first = asyncio.create_task(publish_frames(drawn(60), url, TOKEN))
    await until(lambda: house.statuses() == ["live"], what="the first")
    stop = asyncio.Event()
    second = asyncio.create_task(publish_frames(drawn(60), url, TOKEN, stop=stop))
    with pytest.raises(ReplacedError, match="took over"):
        await asyncio.wait_for(first, 10)
    assert house.statuses() == ["live", "replaced", "live"]
    media = house.sink().media
    assert media == sorted(set(media))
    stop.set()
    await asyncio.wait_for(second, 5)
    await until(lambda: house.statuses()[-1] == "ended", what="the end")
    assert len(house.sinks[("g1", "main")]) == 1


async def test_a_publisher_returns_after_a_lost_connection(opener: Opener) -> None:
    house = await opener()
    stop = asyncio.Event()
    states: list[str] = []
    task = asyncio.create_task(
        publish_frames(drawn(60), f"{house.url}/whip/g1", TOKEN, stop=stop, on_state=states.append)
    )
    await until(lambda: len(house.sink().media) > 10, what="pictures")
    await house.cameras.end_game("g1", "a test ended it")
    await until(lambda: house.statuses() == ["live", "ended", "live"], what="the return")
    stop.set()
    done = await asyncio.wait_for(task, 5)
    assert done.connections == 2
    assert states == ["connecting", "live", "lost", "connecting", "live", "ended"]


async def test_no_video_is_an_error(house: House, tmp_path: Path) -> None:
    path = tmp_path / "broken.mp4"
    path.write_bytes(b"no video at all" * 100)
    with pytest.raises((ValueError, OSError)):
        await publish_frames(file_pictures(path), f"{house.url}/whip/g1", TOKEN)


def test_a_loop_goes_on_in_time() -> None:
    clip = shared("video/clips/one_score_one_miss.mp4")
    times = []
    for _, pts_s in file_pictures(clip, loop=True):
        times.append(pts_s)
        if pts_s > 7:
            break
    steps = np.diff(times)
    assert steps.min() > 0.02
    assert steps.max() < 0.06


def test_a_phone_held_upright(tmp_path: Path) -> None:
    turned = tmp_path / "turned.mp4"
    image = np.zeros((64, 64, 3), np.uint8)
    image[:32, :, 2] = 255  # red above, blue below
    image[32:, :, 0] = 255
    with av.open(str(turned), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "bgr24")))
        container.mux(stream.encode(None))
    # The note, as telephones write it: to be looked at, turn a quarter clockwise.
    data = bytearray(turned.read_bytes())
    matrix = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    at = data.index(b"tkhd") + 4 + 40
    data[at : at + len(matrix)] = matrix
    turned.write_bytes(data)
    picture, _ = next(iter(file_pictures(turned)))
    assert isinstance(picture, np.ndarray)
    assert picture.shape == (64, 64, 3)
    blue_left = picture[:, :16].mean(axis=(0, 1))
    red_right = picture[:, 48:].mean(axis=(0, 1))
    assert blue_left[0] > 200
    assert red_right[2] > 200


async def test_no_frame_is_too_large_for_a_network_that_got_narrow() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (20, 180, 320, 3), np.uint8)
    # A still picture, then another one each time: a frame may be as large as the buffer lets it.
    pictures = ((noise[max(0, count - 40)], count / 30) for count in range(60))
    outbox = Outbox()
    outbox.open()
    encoder = EncoderThread(pictures, outbox, SystemClock(), lambda pts_s: 2_000_000)
    encoder.start()
    try:
        first = (await _taken(outbox)).size
        outbox.allow(500_000)
        sizes = [(await _taken(outbox)).size for _ in range(55)]
    finally:
        await asyncio.to_thread(encoder.stop)
    assert first > 20_000
    assert max(sizes[-20:]) < 10_000


async def _taken(outbox: Outbox) -> av.Packet[av.VideoStream]:
    packet = await asyncio.wait_for(outbox.take(), 5)
    assert packet is not None
    return packet


def test_a_slow_source_is_played_slower() -> None:
    pacer = Pacer()
    now_s, sent = 0.0, 0
    for count in range(600):  # a source of 10 pictures a second that says it has 30
        wait_s = pacer.wait_s(now_s, count / 30)
        sent += wait_s is not None
        now_s += (wait_s or 0.0) + 0.1
    assert sent >= 600 / (3 + 1)


def test_a_live_source_goes_on_at_once_after_the_machine_stood_still() -> None:
    pacer, now_s, count, sent = Pacer(live=True), 0.0, 0, 0
    while now_s < 20.0:
        now_s = max(now_s, count / 30) + (1.6 if count == 150 else 0.0)
        wait_s = pacer.wait_s(now_s, count / 30)
        sent += wait_s is not None
        now_s += (wait_s or 0.0) + 0.01
        count = max(count + 1, int(now_s * 30))  # as `testcard.film`
    assert sent >= (20.0 - 1.7) * 30


def test_a_source_on_time_loses_nothing() -> None:
    pacer = Pacer()
    now_s = 0.0
    for count in range(300):
        wait_s = pacer.wait_s(now_s, count / 30)
        assert wait_s is not None
        now_s += wait_s + 0.02
    assert now_s == pytest.approx(300 / 30, abs=0.1)
