"""What befalls a phone while it films: a bad network, another one, a turn, a locked screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from server.ingest.encode import BITRATE, Picture
from server.ingest.network import Weather


@dataclass(frozen=True, slots=True)
class Phone:
    """Times are seconds since its first connection.

    weather: of its network, each way; seed: of the chances in it. rotate_s: it is turned a
    quarter. change_s: its network is gone at once, and it publishes again over another one.
    locks: (from, seconds) in which the screen is locked and nothing leaves it, not even signs of
    life. bitrates: (from, bits a second) that it encodes at the most; BITRATE before the
    first.
    """

    weather: Weather = field(default_factory=Weather)
    seed: int = 1
    rotate_s: tuple[float, ...] = ()
    change_s: tuple[float, ...] = ()
    locks: tuple[tuple[float, float], ...] = ()
    bitrates: tuple[tuple[float, int], ...] = ()

    @property
    def needs_relay(self) -> bool:
        """Does anything happen on the way of its packets?"""
        return self.weather != Weather() or bool(self.change_s or self.locks)

    def locked(self, elapsed_s: float) -> bool:
        """Is the screen locked at that moment?"""
        return any(begins <= elapsed_s < begins + lasts for begins, lasts in self.locks)

    def next_change_s(self, elapsed_s: float) -> float | None:
        """When the network changes next, after that moment."""
        return min((at for at in self.change_s if at > elapsed_s), default=None)

    def bitrate(self, elapsed_s: float) -> int:
        """Bits a second that it encodes at the most at that moment."""
        begun = [step for step in self.bitrates if step[0] <= elapsed_s]
        return max(begun, key=lambda step: step[0])[1] if begun else BITRATE


def turned(pictures: Iterable[Picture], rotate_s: tuple[float, ...]) -> Iterator[Picture]:
    """The pictures of a phone that is turned a quarter at these seconds of the source: upright
    they are as wide as they were high before."""
    for picture, at_s in pictures:
        quarters = sum(at <= at_s for at in rotate_s) % 4
        yield (_turn(picture, _TURNS[quarters - 1]) if quarters else picture), at_s


_TURNS = (cv2.ROTATE_90_COUNTERCLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE)


def _turn(picture: NDArray[np.uint8] | av.VideoFrame, turn: int) -> Any:
    if not isinstance(picture, av.VideoFrame):
        return cv2.rotate(picture, turn)
    # Plane by plane: by way of BGR it costs four times as much. & ~3: a chroma plane is made of
    # whole rows of the picture either way.
    width, height = picture.width & ~3, picture.height & ~3
    whole = picture.reformat(width=width, height=height, format="yuv420p").to_ndarray()
    luma, rest = whole[:height], whole[height:].reshape(2, height // 2, width // 2)
    planes = [cv2.rotate(plane, turn) for plane in (luma, *rest)]
    image = np.concatenate([planes[0], *(p.reshape(-1, planes[0].shape[1]) for p in planes[1:])])
    return av.VideoFrame.from_ndarray(image, "yuv420p")
