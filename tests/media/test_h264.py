"""Reading parameter sets: real ones, and whatever a stranger may send."""

from __future__ import annotations

from fractions import Fraction

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.ingest.sps import BadParameters, read_sps
from server.media import fmp4, h264
from server.media.packets import nal_units
from tests.media.filmed import film

GOOD = next(unit for unit in nal_units(film(1)[0].data) if unit[0] & 0x1F == h264.SPS)


@pytest.mark.parametrize("size", [(320, 240), (1280, 720), (180, 318), (642, 362)])
@pytest.mark.parametrize("profile", ["baseline", "high"])
def test_the_size_is_the_shown_one(size: tuple[int, int], profile: str) -> None:
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = *size, "yuv420p"
    context.framerate = Fraction(30)
    context.options = {"preset": "veryfast", "profile": profile}
    (packet, *_) = [*context.encode(av.VideoFrame(*size, "yuv420p")), *context.encode(None)]
    sets = h264.parameter_sets(list(nal_units(bytes(packet))))
    assert sets is not None
    sps = read_sps(sets.sps[0])
    assert (sps.width, sps.height) == size
    assert sps.codecs[:7] == {"baseline": "avc1.42", "high": "avc1.64"}[profile]
    assert sets.avcc(sps)[:4] == b"\x01" + sets.sps[0][1:4]


@given(st.binary(max_size=60))
def test_no_parameter_set_does_harm(data: bytes) -> None:
    try:
        sps = read_sps(b"\x67" + data)
    except BadParameters:
        return
    assert 0 < sps.width <= sps.coded[0]
    assert 0 < sps.height <= sps.coded[1]


@given(st.integers(0, 200), st.integers(0, 255))
def test_no_cut_off_or_damaged_one_does_harm(at: int, value: int) -> None:
    for bad in (GOOD[:at], GOOD[:at] + bytes([value]) + GOOD[at + 1 :]):
        if bad:
            try:
                read_sps(bad)
            except BadParameters:
                continue


@given(st.binary(max_size=200), st.integers(0, 400))
def test_what_was_cut_off_or_damaged_is_no_fragment(noise: bytes, at: int) -> None:
    good = fmp4.fragment(1, 90_000, [fmp4.Frame(b"frame", 3000, True)] * 3)
    assert fmp4.fragments(good + good[:at]) == fmp4.fragments(good) * (1 + (at >= len(good))) or (
        at >= len(good)
    )
    assert fmp4.fragments(good + noise)[:1] == fmp4.fragments(good)
    fmp4.fragments(noise)
    damaged = bytearray(good)
    damaged[at % len(good)] ^= 0xFF
    fmp4.fragments(bytes(damaged))
