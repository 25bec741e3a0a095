"""What an encoded frame says of itself, without decoding it: H264 (Annex B) and VP8."""

from __future__ import annotations

from collections.abc import Iterator

from server.ingest.sps import BadParameters, read_sps

MOST_PIXELS = 3840 * 2176
"""Of a picture in memory: 4K, whose height is rounded up to whole blocks."""

IDR, SPS, PPS = 5, 7, 8
_SLICES = range(1, 6)


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
                return read_sps(data[begin:end]).coded
            except BadParameters:
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
