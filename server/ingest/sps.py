"""What an H264 sequence parameter set says (ITU-T H.264, 7.3.2.1)."""

from __future__ import annotations

from dataclasses import dataclass

# Profiles that say how colour is sampled.
_HIGH = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
_CHROMA_444 = 3
_FRAMES_IN_ORDER_MOST = 255
_MOST_BYTES = 4096
"""That are looked at: what matters stands near the front."""


class BadParameters(ValueError):  # noqa: N818  (what came, not a fault of ours)
    """Parameter sets that make no sense."""


@dataclass(frozen=True, slots=True)
class Sps:
    """What a sequence parameter set says.

    width, height: pixels as shown, after cropping. coded: (width, height) in memory, before it.
    """

    profile: int
    compatibility: int
    level: int
    width: int
    height: int
    coded: tuple[int, int]
    chroma: int
    luma_bits: int
    chroma_bits: int

    @property
    def codecs(self) -> str:
        """RFC 6381."""
        return f"avc1.{self.profile:02X}{self.compatibility:02X}{self.level:02X}"


def read_sps(unit: bytes) -> Sps:
    """unit: with its first byte. Raises BadParameters."""
    bits = _Bits(unit[1:_MOST_BYTES].replace(b"\x00\x00\x03", b"\x00\x00"))
    profile, compatibility, level = bits.take(8), bits.take(8), bits.take(8)
    bits.golomb()  # its id
    chroma, luma_bits, chroma_bits, planes_apart = 1, 8, 8, False
    if profile in _HIGH:
        chroma = bits.golomb(3)
        planes_apart = chroma == _CHROMA_444 and bool(bits.take(1))
        luma_bits, chroma_bits = 8 + bits.golomb(6), 8 + bits.golomb(6)
        bits.take(1)
        if bits.take(1):
            for i in range(8 if chroma != _CHROMA_444 else 12):
                if bits.take(1):
                    _skip_scaling_list(bits, 16 if i < 6 else 64)
    bits.golomb()
    order = bits.golomb(2)
    if order == 0:
        bits.golomb()
    elif order == 1:
        bits.take(1)
        bits.golomb()
        bits.golomb()
        for _ in range(bits.golomb(_FRAMES_IN_ORDER_MOST)):
            bits.golomb()
    bits.golomb()
    bits.take(1)
    columns, rows = bits.golomb() + 1, bits.golomb() + 1
    frames_only = bits.take(1)
    if not frames_only:
        bits.take(1)
    bits.take(1)
    left, right, top, bottom = [bits.golomb() for _ in range(4)] if bits.take(1) else (0, 0, 0, 0)
    across = 2 if chroma in (1, 2) and not planes_apart else 1
    down = (2 if chroma == 1 and not planes_apart else 1) * (2 - frames_only)
    coded = 16 * columns, 16 * rows * (2 - frames_only)
    width, height = coded[0] - across * (left + right), coded[1] - down * (top + bottom)
    if width <= 0 or height <= 0:
        raise BadParameters(f"a picture of {width}x{height}")
    return Sps(profile, compatibility, level, width, height, coded, chroma, luma_bits, chroma_bits)


def _skip_scaling_list(bits: _Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed_golomb()) % 256
        last = following or last


class _Bits:
    """Reads bits from the left; BadParameters past the end."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def take(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise BadParameters("parameter sets that end too early")
        return self._value >> self._left & (1 << count) - 1

    def golomb(self, most: int = 0xFFFF_FFFF) -> int:
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 32:
                raise BadParameters("a number without an end")
        found = (1 << zeros) - 1 + self.take(zeros)
        if found > most:
            raise BadParameters(f"{found} where {most} is the most")
        return found

    def signed_golomb(self) -> int:
        found = self.golomb()
        return (found + 1) // 2 if found & 1 else -(found // 2)
