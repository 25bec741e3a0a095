"""What the payloads of RTP say: aiortc's own receiving side puts them together again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.ingest.sample import Codec, Sample
from server.media.packets import PAYLOAD_MOST, nal_units, payloads
from tests.media.received import put_together

UNIT = st.builds(
    # A unit's last byte is never zero (its trailing bits), and it holds no start code.
    lambda kind, body: bytes((0x60 | kind,)) + body.replace(b"\x00", b"\x03") + b"\x80",
    st.sampled_from([1, 5, 6, 7, 8, 9]),
    st.integers(0, 4000).flatmap(lambda size: st.binary(min_size=size, max_size=size)),
)


def sample(codec: Codec, data: bytes) -> Sample:
    kind = "audio" if codec == "OPUS" else "video"
    return Sample(kind, codec, data, 0.0, 0.0, True, False, 1)  # type: ignore[arg-type]


@given(st.lists(UNIT, min_size=1, max_size=6), st.booleans())
def test_h264_arrives_as_it_was(units: list[bytes], long_codes: bool) -> None:
    code = b"\x00\x00\x00\x01" if long_codes else b"\x00\x00\x01"
    access_unit = b"".join(code + unit for unit in units)
    found = payloads(sample("H264", access_unit))
    assert all(0 < len(payload) <= PAYLOAD_MOST for payload in found)
    assert list(nal_units(put_together("H264", found))) == units


@given(st.binary(min_size=1, max_size=5000))
def test_vp8_arrives_as_it_was(frame: bytes) -> None:
    found = payloads(sample("VP8", frame))
    assert all(len(payload) <= PAYLOAD_MOST for payload in found)
    assert put_together("VP8", found) == frame


def test_sound_is_one_packet() -> None:
    assert payloads(sample("OPUS", b"sound")) == (b"sound",)


@given(st.binary(max_size=400))
def test_rubbish_is_cut_up_all_the_same(data: bytes) -> None:
    codecs: tuple[Codec, ...] = ("H264", "VP8", "OPUS")
    for codec in codecs:
        payloads(sample(codec, data))


def test_parameter_sets_share_a_packet_with_a_small_picture() -> None:
    units = [b"\x67abc", b"\x68d", b"\x65" + b"e" * 100]
    (only,) = payloads(sample("H264", b"".join(b"\x00\x00\x00\x01" + unit for unit in units)))
    assert only[0] == 0x60 | 24
    assert list(nal_units(put_together("H264", (only,)))) == units
