"""What frames say of themselves: real encoders' headers, and anything else."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext
from hypothesis import given
from hypothesis import strategies as st

from server.ingest.bitstream import ParameterSets, is_key, picture_size
from tests.ingest.test_decode import encoded

SIZES = [(1280, 720), (1920, 1080), (720, 1280), (318, 242), (3840, 2160)]


def x264(size: tuple[int, int], profile: str, more: str) -> bytes:
    """A key frame of one grey picture."""
    context = av.CodecContext.create("libx264", "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height = size
    context.pix_fmt = "yuv444p" if profile == "high444" else "yuv420p"
    context.time_base = Fraction(1, 30)
    context.options = {"preset": "ultrafast", "tune": "zerolatency", "profile": profile}
    context.options = {**context.options, "x264-params": more}
    frame = av.VideoFrame.from_ndarray(np.full((size[1], size[0], 3), 90, np.uint8), "bgr24")
    frame.pts = 0
    return b"".join(bytes(packet) for packet in (*context.encode(frame), *context.encode(None)))


def in_memory(size: tuple[int, int]) -> tuple[int, int]:
    """Whole blocks of 16."""
    return -(-size[0] // 16) * 16, -(-size[1] // 16) * 16


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("profile", "more"),
    [("baseline", "keyint=30"), ("high", "cqm=jvt"), ("high444", "cqm=jvt"), ("main", "bframes=0")],
)
def test_the_size_of_a_key_frame(size: tuple[int, int], profile: str, more: str) -> None:
    data = x264(size, profile, more)
    assert is_key("H264", data)
    assert picture_size("H264", data) == in_memory(size)


def test_vp8_says_it_in_each_key_frame() -> None:
    key, delta = encoded(2, "VP8", (640, 360))
    assert picture_size("VP8", key.data) == (640, 360)
    assert picture_size("VP8", delta.data) is None


def test_key_frames_are_told_apart() -> None:
    assert [is_key("H264", f.data) for f in encoded(3, "H264")] == [True, False, False]
    assert [is_key("VP8", f.data) for f in encoded(3, "VP8")] == [True, False, False]
    assert not is_key("VP8", b"")
    assert not is_key("H264", b"\0\0\1")


def units(data: bytes) -> list[bytes]:
    return [unit.rstrip(b"\0") for unit in data.split(b"\0\0\1") if unit.strip(b"\0")]


def test_parameter_sets_stand_before_every_key_frame() -> None:
    sets = ParameterSets()
    whole = encoded(1)[0].data
    sps, pps = (u for u in units(whole) if u[0] & 0x1F in (7, 8))
    bare = b"".join(b"\0\0\0\1" + u for u in units(whole) if u[0] & 0x1F not in (7, 8))
    assert sets.complete(bare) == bare  # nothing is known yet
    assert sets.complete(whole) == whole
    assert units(sets.complete(bare)) == [sps, pps, *units(bare)]
    delta = encoded(2)[1].data
    assert sets.complete(delta) == delta
    newer = encoded(1, size=(240, 320))[0].data
    sets.complete(newer)
    assert picture_size("H264", sets.complete(bare)) == (240, 320)


@given(st.binary(max_size=200), st.sampled_from([b"", b"\0\0\0\1\x67", b"\0\0\1\x67\x64\0\x1f"]))
def test_any_bytes_are_read(data: bytes, before: bytes) -> None:
    for codec in ("H264", "VP8"):
        is_key(codec, before + data)
        size = picture_size(codec, before + data)
        assert size is None or min(size) >= 0
    ParameterSets().complete(before + data)
