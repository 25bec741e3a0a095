"""The decoder's thread: bounded, honest about losses, ended without waiting."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest

from server.ingest.bitstream import is_key
from server.ingest.decode import KEY_WAIT_S, WAITING_MOST, Decoder
from server.ingest.sample import Codec, EncodedFrame


def encoded(
    count: int, codec: Codec = "H264", size: tuple[int, int] = (320, 240)
) -> list[EncodedFrame]:
    """A key frame and what follows it."""
    context = av.CodecContext.create({"H264": "libx264", "VP8": "libvpx"}[codec], "w")
    assert isinstance(context, av.VideoCodecContext)
    context.width, context.height, context.pix_fmt = *size, "yuv420p"
    context.time_base, context.gop_size = Fraction(1, 30), 1000
    if codec == "H264":
        context.options = {"preset": "ultrafast", "tune": "zerolatency"}
    else:
        context.options = {"deadline": "realtime", "lag-in-frames": "0"}
    found = []
    for n in range(count):
        image = np.full((size[1], size[0], 3), n % 200, np.uint8)
        frame = av.VideoFrame.from_ndarray(image, "bgr24")
        frame.pts, frame.time_base = n, Fraction(1, 30)
        found += [
            EncodedFrame(codec, data, n * 3000, n / 30, n / 30, is_key(codec, data))
            for data in map(bytes, context.encode(frame))
        ]
    return found


class Seen:
    def __init__(self) -> None:
        self.pictures: list[tuple[float | None, float]] = []
        self.trouble: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def picture(self, picture: av.VideoFrame, media_s: float | None, captured_s: float) -> None:
        self.gate.wait(10)
        self.pictures.append((media_s, captured_s))

    def decoder(self) -> Decoder:
        return Decoder("test", self.picture, self.trouble.append)

    def wait(self, count: int) -> None:
        end = time.monotonic() + 5
        while len(self.pictures) < count and time.monotonic() < end:
            time.sleep(0.005)
        assert len(self.pictures) == count


@pytest.mark.parametrize("codec", ["H264", "VP8"])
def test_every_picture_keeps_its_times(codec: Codec) -> None:
    seen, frames = Seen(), encoded(20, codec)
    decoder = seen.decoder()
    for n, frame in enumerate(frames):
        decoder.put(frame, None if n < 2 else 7.0 + n)
    seen.wait(20)
    told = [None, None, *(7.0 + n for n in range(2, 20))]
    assert seen.pictures == [(m, f.captured_s) for m, f in zip(told, frames, strict=True)]
    decoder.close()
    assert decoder.join(2)
    assert seen.trouble == []


def test_a_stream_begins_with_a_key_frame() -> None:
    seen, frames = Seen(), encoded(6)
    decoder = seen.decoder()
    for frame in [*frames[1:3], *frames]:
        decoder.put(frame)
    seen.wait(6)
    assert decoder.dropped == 2
    assert seen.trouble == ["waiting for a key frame"] * 2
    decoder.close()
    assert decoder.join(2)


def test_after_a_loss_a_key_frame_is_waited_for_but_not_for_ever() -> None:
    seen, frames = Seen(), encoded(60)
    decoder = seen.decoder()
    lost = [*frames[:5], replace(frames[6], gap=True), *frames[7:]]
    for frame in lost:
        decoder.put(frame)
    late = [f.captured_s for f in frames if f.captured_s >= frames[6].captured_s + KEY_WAIT_S]
    seen.wait(5 + len(late))
    assert [captured_s for _, captured_s in seen.pictures[5:]] == late
    assert seen.trouble[0] == "waiting for a key frame"
    decoder.close()
    assert decoder.join(2)


def test_what_waits_is_bounded_and_picks_up_at_a_key_frame() -> None:
    seen, frames = Seen(), encoded(4)
    seen.gate.clear()
    decoder = seen.decoder()
    for _ in range(100):
        for frame in frames:
            decoder.put(frame)
            assert decoder.waiting <= WAITING_MOST
    assert decoder.dropped >= 300
    seen.gate.set()
    while decoder.waiting:
        time.sleep(0.01)
    decoder.close()
    assert decoder.join(2)
    assert decoder.decoded + decoder.dropped == 400


def test_garbage_is_trouble_not_the_end() -> None:
    seen, frames = Seen(), encoded(3)
    decoder = seen.decoder()
    decoder.put(frames[0])
    decoder.put(EncodedFrame("H264", b"\0\0\0\1\x65" + b"\xff" * 50, 3000, 0.1, 0.1, True))
    decoder.put(frames[0])
    seen.wait(2)
    assert decoder.errors == 1
    assert len(seen.trouble) == 1
    decoder.close()
    assert decoder.join(2)


def test_there_is_no_memory_for_a_picture_that_is_too_large() -> None:
    """Its publisher is cut off before by what the parameter sets say; this is the second lock."""
    seen = Seen()
    decoder = seen.decoder()
    decoder.put(encoded(1, size=(3840, 2192))[0])
    end = time.monotonic() + 5
    while not decoder.errors and time.monotonic() < end:
        time.sleep(0.005)
    assert decoder.errors == 1
    assert seen.pictures == []
    decoder.close()
    assert decoder.join(2)


def test_the_size_may_change() -> None:
    seen = Seen()
    decoder = seen.decoder()
    for frame in [*encoded(2, size=(320, 240)), *encoded(2, size=(240, 320))]:
        decoder.put(frame)
    seen.wait(4)
    decoder.close()
    assert decoder.join(2)


def test_close_does_not_wait() -> None:
    seen = Seen()
    seen.gate.clear()
    decoder = seen.decoder()
    for frame in encoded(50):
        decoder.put(frame)
    while decoder.waiting == 50:
        time.sleep(0.001)
    began = time.monotonic()
    decoder.close()
    assert time.monotonic() - began < 0.05
    assert not decoder.join(0.05)
    seen.gate.set()
    assert decoder.join(2)
    decoder.put(encoded(1)[0])
    assert decoder.waiting == 0
