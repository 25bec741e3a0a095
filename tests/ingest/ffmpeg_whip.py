"""A program: publish 30 pictures a second with FFmpeg's own WHIP muxer.

python -m tests.ingest.ffmpeg_whip URL TOKEN CERT KEY SECONDS SOURCE

SOURCE is WIDTHxHEIGHT for moving noise, or a video file of 30 pictures a second, played once.
"""

from __future__ import annotations

import itertools
import re
import sys
import time
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
from av.video.stream import VideoStream


def pictures(width: int, height: int) -> list[av.VideoFrame]:
    """A second of pictures that are not trivial to encode."""
    rng = np.random.default_rng(1)
    scene = rng.integers(0, 255, (height // 16, width // 8, 3), np.uint8)
    scene = scene.repeat(16, axis=0).repeat(16, axis=1)
    noise = rng.normal(0, 4, (height, width, 1))
    found = []
    for shift in range(30):
        image = np.ascontiguousarray(scene[:, shift * 8 : shift * 8 + width])
        image = np.clip(image + np.roll(noise, shift, axis=0), 0, 255).astype(np.uint8)
        found.append(av.VideoFrame.from_ndarray(image, "bgr24").reformat(format="yuv420p"))
    return found


def endless(width: int, height: int) -> Iterator[av.VideoFrame]:
    """The same second over and over."""
    return itertools.cycle(pictures(width, height))


def film(path: str) -> Iterator[av.VideoFrame]:
    """The pictures of a file."""
    with av.open(path) as container:
        for frame in container.decode(video=0):
            yield frame.reformat(format="yuv420p")


def main(arguments: list[str]) -> None:
    url, token, cert, key, seconds, source = arguments
    options = {"cert_file": cert, "key_file": key, "authorization": token}
    size = re.fullmatch(r"(\d+)x(\d+)", source)
    frames = endless(int(size[1]), int(size[2])) if size else film(source)
    first = next(frames)
    with av.open(url, "w", format="whip", options=options) as container:
        stream = container.add_stream("libx264", rate=30)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = first.width, first.height, "yuv420p"
        stream.bit_rate = 2_500_000
        stream.gop_size = 30
        stream.options = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"}
        began = time.monotonic()
        count = 0
        for frame in itertools.chain([first], frames):
            if count >= float(seconds) * 30:
                break
            frame.pts, frame.time_base = count, Fraction(1, 30)
            container.mux(stream.encode(frame))
            count += 1
            time.sleep(max(0.0, began + count / 30 - time.monotonic()))
    print(count)


if __name__ == "__main__":
    main(sys.argv[1:])
