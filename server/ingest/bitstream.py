"""What an encoded frame says of itself, without decoding it: H264 (Annex B) and VP8."""

from __future__ import annotations

from collections.abc import Iterator

MOST_PIXELS = 3840 * 2176
"""Of a picture in memory: 4K, whose height is rounded up to whole blocks."""

IDR, SPS, PPS = 5, 7, 8
_SLICES = range(1, 6)
# Profiles whose parameter set says how colour is sampled (H.264, 7.3.2.1.1).
_WITH_CHROMA = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)
_MOST_HEADER = 4096
"""Bytes of a parameter set that are looked at; its size stands near the front."""


def is_key(codec: str, data: bytes) -> bool:
    """Can decoding begin here?"""
    if codec == "VP8":
        return bool(data) and not data[0] & 1
    return any(kind in (IDR, SPS) for kind, _, _ in _front(data))


def picture_size(codec: str, data: bytes) -> tuple[int, int] | None:
    """(width, height) in pixels that a key frame announces; None where it says nothing legible.

    Sizes are those in memory, before H264's cropping: a decoder needs room for that.
    """
    if codec == "VP8":
        if len(data) < 10 or data[0] & 1 or data[3:6] != b"\x9d\x01\x2a":
            return None
        return (data[6] | data[7] << 8) & 0x3FFF, (data[8] | data[9] << 8) & 0x3FFF
    for kind, begin, end in _front(data):
        if kind == SPS:
            try:
                return _sps_size(data[begin + 1 : min(end, begin + _MOST_HEADER)])
            except (IndexError, ValueError):
                return None
    return None


class ParameterSets:
    """Keeps one H264 stream's parameter sets, for publishers that do not repeat them."""

    def __init__(self) -> None:
        self._kept: dict[int, bytes] = {}

    def complete(self, data: bytes) -> bytes:
        """The same access unit; one with an IDR has the parameter sets in front of it."""
        found = {kind: data[begin:end] for kind, begin, end in _front(data)}
        for kind in (SPS, PPS):
            if kind in found:
                self._kept[kind] = found[kind]
        missing = [k for k in (SPS, PPS) if k not in found and k in self._kept]
        if IDR not in found or not missing:
            return data
        return b"".join(b"\0\0\0\1" + self._kept[kind] for kind in missing) + data


def _front(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(type, begin, end) of the units up to the first slice, whose end is not looked for."""
    at = data.find(b"\x00\x00\x01")
    while at >= 0 and at + 3 < len(data):
        kind = data[at + 3] & 0x1F
        if kind in _SLICES:
            yield kind, at + 3, len(data)
            return
        after = data.find(b"\x00\x00\x01", at + 3)
        end = len(data) if after < 0 else after
        yield kind, at + 3, end - (after > 0 and data[end - 1] == 0)
        at = after


def _sps_size(payload: bytes) -> tuple[int, int]:
    """Of a sequence parameter set without its first byte. Raises IndexError when it is cut off."""
    bits = _Bits(payload.replace(b"\x00\x00\x03", b"\x00\x00"))
    profile = bits.take(8)
    bits.take(16)
    bits.golomb()  # id
    if profile in _WITH_CHROMA:
        chroma = bits.golomb()
        if chroma == 3:
            bits.take(1)
        bits.golomb()
        bits.golomb()
        bits.take(1)
        if bits.take(1):
            for index in range(12 if chroma == 3 else 8):
                if bits.take(1):
                    _skip_scaling_list(bits, 16 if index < 6 else 64)
    bits.golomb()  # frame numbers
    order = bits.golomb()
    if order == 0:
        bits.golomb()
    elif order == 1:
        bits.take(1)
        bits.golomb()
        bits.golomb()
        for _ in range(min(bits.golomb(), 255)):
            bits.golomb()
    bits.golomb()  # reference frames
    bits.take(1)
    width, height = 16 * (bits.golomb() + 1), 16 * (bits.golomb() + 1)
    return width, height if bits.take(1) else 2 * height


def _skip_scaling_list(bits: _Bits, size: int) -> None:
    scale = 8
    for _ in range(size):
        number = bits.golomb()
        scale = (scale + (number + 1) // 2 * (1 if number & 1 else -1)) % 256
        if scale == 0:
            return


class _Bits:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> int:
        value = 0
        for _ in range(count):
            byte = self._data[self._at >> 3]
            value = value << 1 | byte >> (7 - (self._at & 7)) & 1
            self._at += 1
        return value

    def golomb(self) -> int:
        """An unsigned Exp-Golomb number (H.264, 9.1)."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 32:
                raise ValueError("no such number")
        return (1 << zeros) - 1 + self.take(zeros)
