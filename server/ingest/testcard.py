"""A test film: the time of day as a bar code in each picture, a flash at each whole second.

With sound.beeps beside it, whoever receives it can tell how old a picture is and how far sound and
picture are apart.
"""

from __future__ import annotations

import itertools
import time
import zlib
from collections.abc import Iterator

import av
import numpy as np
from numpy.typing import NDArray

from server.clock import Clock

SIZE = (1280, 720)
FPS = 30
FLASH_S = 0.1
BITS = 32
CHECK_BITS = 16
COLUMNS, ROWS = 24, 2
DARK, BRIGHT, MIDDLE = 24, 232, 128
# Shares of the height: the code is above, the flash below; what moves is between them.
CODE_ENDS, FLASH_BEGINS = 0.2, 0.7


def film(clock: Clock, size: tuple[int, int] = SIZE) -> Iterator[tuple[av.VideoFrame, float]]:
    """(yuv420p picture, seconds), for ever and in real time: each is drawn when it is due. One
    whose time has passed is left out, as a camera does."""
    width, height = size
    scene = _scene(width, height)
    begun_s = clock.monotonic_s()
    count = 0
    while True:
        time.sleep(max(0.0, begun_s + count / FPS - clock.monotonic_s()))
        wall_ms = round(clock.now().timestamp() * 1000)
        yield draw(scene, wall_ms, count / FPS), count / FPS
        count = max(count + 1, int((clock.monotonic_s() - begun_s) * FPS))


def draw(scene: NDArray[np.uint8], wall_ms: int, at_s: float) -> av.VideoFrame:
    """One picture. scene: (H, 2 W) uint8, through which the picture moves."""
    height, width = scene.shape[0], scene.shape[1] // 2
    image = np.full((height * 3 // 2, width), MIDDLE, np.uint8)
    luma = image[:height]
    shift = int(at_s * 120) % width
    luma[:] = scene[:, shift : shift + width]
    code = np.where(_cells(wall_ms), BRIGHT, DARK).astype(np.uint8)
    top = int(height * CODE_ENDS)
    rows = np.arange(top) * ROWS // top
    columns = np.arange(width) * COLUMNS // width
    luma[:top] = code[rows[:, None], columns[None, :]]
    flashing = at_s >= 1 and at_s % 1.0 < FLASH_S
    luma[int(height * FLASH_BEGINS) :] = BRIGHT if flashing else DARK
    return av.VideoFrame.from_ndarray(image, "yuv420p")


def read(luma: NDArray[np.uint8]) -> int | None:
    """Milliseconds of the time of day, modulo 2**32, in a picture of any size; None if it has no
    code that is whole. luma: (H, W) uint8, also of a picture turned by quarters."""
    for quarters in range(4):
        cells = _sample(np.rot90(luma, quarters))
        number = _number(cells[:BITS])
        if _number(cells[BITS:]) == _check(number):
            return number
    return None


def age_ms(luma: NDArray[np.uint8], clock: Clock) -> float | None:
    """How long ago a picture was drawn, by this machine's clock; None as in read()."""
    drawn_ms = read(luma)
    if drawn_ms is None:
        return None
    now_ms = clock.now().timestamp() * 1000
    return (now_ms - drawn_ms + 2**31) % 2**32 - 2**31


def flashes(luma: NDArray[np.uint8]) -> bool:
    """Whether the picture (as in read, upright) was drawn in the first FLASH_S of a second."""
    height, width = luma.shape
    below = luma[int(height * (FLASH_BEGINS + 0.1)) : int(height * 0.95), width // 4 :]
    return bool(below.mean() > MIDDLE)


def _scene(width: int, height: int) -> NDArray[np.uint8]:
    rng = np.random.default_rng(1)
    cells = rng.integers(64, 192, (height // 20 + 1, width // 20 + 1), np.uint8)
    large = cells.repeat(20, axis=0).repeat(20, axis=1)[:height, :width]
    grain = rng.normal(0, 3, (height, width))
    one = np.clip(large + grain, 0, 255).astype(np.uint8)
    return np.concatenate([one, one], axis=1)


def _cells(wall_ms: int) -> NDArray[np.bool_]:
    number = wall_ms % 2**BITS
    whole = (number << CHECK_BITS) | _check(number)
    bits = [whole >> place & 1 for place in reversed(range(BITS + CHECK_BITS))]
    return np.array(bits, np.bool_).reshape(ROWS, COLUMNS)


def _sample(luma: NDArray[np.uint8]) -> list[bool]:
    """The middle of each cell."""
    height, width = luma.shape
    cell_h, cell_w = height * CODE_ENDS / ROWS, width / COLUMNS
    found = []
    for row, column in itertools.product(range(ROWS), range(COLUMNS)):
        y, x = (row + 0.5) * cell_h, (column + 0.5) * cell_w
        patch = luma[
            int(y - cell_h / 5) : int(y + cell_h / 5) + 1,
            int(x - cell_w / 5) : int(x + cell_w / 5) + 1,
        ]
        found.append(bool(patch.mean() > MIDDLE))
    return found


def _number(bits: list[bool]) -> int:
    return int("".join("1" if bit else "0" for bit in bits), 2)


def _check(number: int) -> int:
    # Turned over, so that all black and all white are no code.
    return ~zlib.crc32(number.to_bytes(4, "big")) & 0xFFFF
