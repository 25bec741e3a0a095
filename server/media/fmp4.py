"""Fragmented MP4 (CMAF): the head of a track, its fragments, and reading them back.

libavformat has a muxer for this, but it decides by itself when a fragment ends, guesses how long
its last frame lasts, does not say which bytes it is, and takes no VP8. What is left of the format
without it are the boxes below (ISO/IEC 14496-12; `avcC` of 14496-15, `vpcC` and `dOps` of the
bindings of VP codecs and Opus).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

TRACK = 1
OPUS_PRE_SKIP = 312
"""Samples at 48 kHz that come out of a decoder before the sound begins: what libopus looks ahead,
in browsers and everywhere else. WebRTC does not say it."""
_CHANNELS = 2  # RFC 7587: always said; the packets themselves say what they hold
_UNITY = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
_KEY, _NOT_KEY = 0x0200_0000, 0x0101_0000
_DEFAULT_BASE_IS_MOOF = 0x02_0000
_TRUN = 0x1 | 0x100 | 0x200 | 0x400  # offset of the data; each sample's duration, size, flags


@dataclass(frozen=True, slots=True)
class Frame:
    """One encoded frame in a fragment. data: as the file wants it. duration: ticks."""

    data: bytes
    duration: int
    key: bool


@dataclass(frozen=True, slots=True)
class Fragment:
    """Where one lies in a file. offset, length: bytes. start, duration: ticks."""

    offset: int
    length: int
    start: int
    duration: int
    independent: bool
    frames: int


def avc1(width: int, height: int, avcc: bytes) -> bytes:
    """Sample entry of H264 whose parameter sets stand in `avcc`."""
    return _visual(b"avc1", width, height, _box(b"avcC", avcc))


def vp08(width: int, height: int) -> bytes:
    """Sample entry of VP8: profile 0, 8 bits, 4:2:0, colours as they always were."""
    return _visual(
        b"vp08", width, height, _full(b"vpcC", 1, 0, bytes((0, 10, 8 << 4 | 1 << 1, 2, 2, 2, 0, 0)))
    )


def opus(hz: int) -> bytes:
    """Sample entry of Opus in stereo."""
    dops = struct.pack(">BBHIhB", 0, _CHANNELS, OPUS_PRE_SKIP, hz, 0, 0)
    return _box(
        b"Opus", struct.pack(">6xH8xHH4xI", 1, _CHANNELS, 16, hz << 16), _box(b"dOps", dops)
    )


def head(entry: bytes, hz: int, width: int = 0, height: int = 0) -> bytes:
    """An initialisation segment with one track; without a size it is sound."""
    video = width > 0
    tkhd = struct.pack(
        ">IIII4x8xhhH2x", 0, 0, TRACK, 0, 0, 0, 0 if video else 0x0100
    ) + _UNITY + struct.pack(">II", width << 16, height << 16)  # fmt: skip
    handler = b"vide" if video else b"soun"
    about = _full(b"vmhd", 0, 1, bytes(8)) if video else _full(b"smhd", 0, 0, bytes(4))
    empty = [_full(kind, 0, 0, bytes(4)) for kind in (b"stts", b"stsc", b"stco")]
    table = _box(
        b"stbl",
        _full(b"stsd", 0, 0, struct.pack(">I", 1), entry),
        *empty[:2],
        _full(b"stsz", 0, 0, bytes(8)),
        empty[2],
    )
    data_here = _full(b"dref", 0, 0, struct.pack(">I", 1), _full(b"url ", 0, 1))
    media = _box(
        b"mdia",
        _full(b"mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, hz, 0, 0x55C4, 0)),  # language: und
        _full(b"hdlr", 0, 0, bytes(4), handler, bytes(12), b"Courtside\x00"),
        _box(b"minf", about, _box(b"dinf", data_here), table),
    )
    mvhd = struct.pack(">IIIIIH10x", 0, 0, hz, 0, 1 << 16, 0x0100) + _UNITY
    moov = _box(
        b"moov",
        _full(b"mvhd", 0, 0, mvhd, bytes(24), struct.pack(">I", TRACK + 1)),
        _box(b"trak", _full(b"tkhd", 0, 3, tkhd), media),
        _box(b"mvex", _full(b"trex", 0, 0, struct.pack(">5I", TRACK, 1, 0, 0, 0))),
    )
    return _box(b"ftyp", b"iso6", bytes(4), b"iso6cmfc") + moov


def fragment(sequence: int, start: int, frames: Sequence[Frame]) -> bytes:
    """A moof and its mdat. start: decode time of the first frame, ticks."""
    entries = b"".join(
        struct.pack(">III", frame.duration, len(frame.data), _KEY if frame.key else _NOT_KEY)
        for frame in frames
    )

    def moof(offset: int) -> bytes:
        run = _full(b"trun", 0, _TRUN, struct.pack(">Ii", len(frames), offset), entries)
        return _box(
            b"moof",
            _full(b"mfhd", 0, 0, struct.pack(">I", sequence & 0xFFFF_FFFF)),
            _box(
                b"traf",
                _full(b"tfhd", 0, _DEFAULT_BASE_IS_MOOF, struct.pack(">I", TRACK)),
                _full(b"tfdt", 1, 0, struct.pack(">Q", start)),
                run,
            ),
        )

    before_data = len(moof(0)) + 8
    return moof(before_data) + _box(b"mdat", *(frame.data for frame in frames))


def fragments(data: bytes) -> list[Fragment]:
    """The whole fragments at the beginning of a file; what was cut off after them is left out."""
    found: list[Fragment] = []
    at = 0
    while (moof := _next(data, at, b"moof")) is not None:
        mdat = _next(data, moof, b"mdat")
        if mdat is None:
            break
        try:
            found.append(_read(data[at + 8 : moof], at, mdat - at))
        except (ValueError, struct.error):
            break
        at = mdat
    return found


def _next(data: bytes, at: int, kind: bytes) -> int | None:
    """The end of a box of that kind, if one begins at `at` and is whole."""
    if data[at + 4 : at + 8] != kind:
        return None
    end = at + int.from_bytes(data[at : at + 4], "big")
    return end if at + 8 <= end <= len(data) else None


def _read(moof: bytes, offset: int, length: int) -> Fragment:
    inner = dict(_boxes(dict(_boxes(moof)).get(b"traf", b"")))
    if b"tfdt" not in inner or b"trun" not in inner:
        raise ValueError("a fragment without its times")
    start = int.from_bytes(inner[b"tfdt"][4:12], "big")
    run = inner[b"trun"]
    count = int.from_bytes(run[4:8], "big")
    entries = [struct.unpack_from(">III", run, 12 + 12 * i) for i in range(count)]
    if not entries:
        raise ValueError("a fragment without a frame")
    return Fragment(offset, length, start, sum(e[0] for e in entries), entries[0][2] == _KEY, count)


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        if size < 8:
            raise ValueError("a box that is smaller than its head")
        yield data[at + 4 : at + 8], data[at + 8 : at + size]
        at += size


def _box(kind: bytes, *content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + sum(map(len, content)), kind) + b"".join(content)


def _full(kind: bytes, version: int, flags: int, *content: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *content)


def _visual(kind: bytes, width: int, height: int, *boxes: bytes) -> bytes:
    seventy_two_dpi = 0x0048_0000
    fixed = struct.pack(
        ">6xH16xHHIIIH32xHh", 1, width, height, seventy_two_dpi, seventy_two_dpi, 0, 1, 24, -1
    )
    return _box(kind, fixed, *boxes)


def total(frames: Iterable[Frame]) -> int:
    """Their duration, ticks."""
    return sum(frame.duration for frame in frames)
