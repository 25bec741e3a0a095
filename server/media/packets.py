"""Encoded frames to the payloads of RTP packets: H264 (RFC 6184), VP8 (RFC 7741), Opus (RFC 7587).

Pure. The payloads are the same for every viewer, so a frame is cut up once for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from server.ingest.sample import Sample

PAYLOAD_MOST = 1200
"""Bytes: with all headers below what tunnels and IPv6 let through."""
HZ = {"H264": 90_000, "VP8": 90_000, "OPUS": 48_000}

_START_CODE = re.compile(rb"\x00\x00\x01")
_STAP_A, _FU_A = 24, 28
_FIRST, _LAST = 0x80, 0x40
_IMPORTANCE = 0x60
_VP8_FIRST, _VP8_LATER = b"\x10", b"\x00"


def payloads(sample: Sample) -> tuple[bytes, ...]:
    """In sending order; the last one carries the marker. Empty for a frame without content."""
    if sample.codec == "H264":
        return tuple(_h264(nal_units(sample.data)))
    if sample.codec == "VP8":
        return tuple(_vp8(sample.data))
    return (sample.data,) if sample.data else ()


def nal_units(annex_b: bytes) -> Iterator[bytes]:
    """Without start codes, and without the zeros that may stand before these."""
    starts = [found.end() for found in _START_CODE.finditer(annex_b)]
    ends = [*(start - 3 for start in starts[1:]), len(annex_b)]
    for start, after in zip(starts, ends, strict=False):
        if unit := annex_b[start:after].rstrip(b"\x00"):
            yield unit


def _h264(units: Iterable[bytes]) -> Iterator[bytes]:
    """Small units share a packet (STAP-A), large ones are cut up (FU-A)."""
    together: list[bytes] = []
    size = 1
    for unit in units:
        if together and size + 2 + len(unit) > PAYLOAD_MOST:
            yield _joined(together)
            together, size = [], 1
        if len(unit) > PAYLOAD_MOST:
            yield from _cut(unit)
        else:
            together.append(unit)
            size += 2 + len(unit)
    if together:
        yield _joined(together)


def _joined(units: list[bytes]) -> bytes:
    if len(units) == 1:
        return units[0]
    importance = max(unit[0] & _IMPORTANCE for unit in units)
    parts = [bytes((importance | _STAP_A,))]
    for unit in units:
        parts += (len(unit).to_bytes(2, "big"), unit)
    return b"".join(parts)


def _cut(unit: bytes) -> Iterator[bytes]:
    indicator, kind = unit[0] & 0xE0 | _FU_A, unit[0] & 0x1F
    step = PAYLOAD_MOST - 2
    for at in range(1, len(unit), step):
        edge = (_FIRST if at == 1 else 0) | (_LAST if at + step >= len(unit) else 0)
        yield bytes((indicator, edge | kind)) + unit[at : at + step]


def _vp8(frame: bytes) -> Iterator[bytes]:
    """Without picture ids: viewers pass over frames, each in another place."""
    step = PAYLOAD_MOST - 1
    for at in range(0, len(frame), step):
        yield (_VP8_LATER if at else _VP8_FIRST) + frame[at : at + step]
