"""Recordings to cut from, made by real encoders: each frame shows its own number."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame

from server.media import fmp4

FPS = 10
WIDTH, HEIGHT = 320, 192
_BITS = 16
_CELL = WIDTH // _BITS


def picture(number: int, width: int = WIDTH, height: int = HEIGHT) -> VideoFrame:
    """A frame with its number in black and white cells along the top."""
    image = np.full((height, width, 3), 90, np.uint8)
    for bit in range(_BITS):
        white = number >> bit & 1
        image[0:64, bit * _CELL : (bit + 1) * _CELL] = 255 if white else 0
    image[64:, : 1 + number % width] = (40, 160, 40)
    return VideoFrame.from_ndarray(image, "bgr24")


def number_of(frame: VideoFrame) -> int:
    """What `picture` drew."""
    grey = frame.to_ndarray(format="gray")
    cells = (grey[16:48, bit * _CELL + 4 : (bit + 1) * _CELL - 4].mean() for bit in range(_BITS))
    return sum(1 << bit for bit, level in enumerate(cells) if level > 128)


def numbers(data: bytes) -> list[int]:
    """The numbers of all frames of a file, decoded to its end."""
    with av.open(io.BytesIO(data), "r") as file:
        return [number_of(frame) for frame in file.decode(video=0)]


def _fragments(codec: str, frames: Iterator[Any], options: dict[str, str], **stream: Any) -> bytes:
    out = io.BytesIO()
    muxed = {"avoid_negative_ts": "disabled"}
    if codec == "libopus":
        muxed |= {"movflags": "empty_moov+default_base_moof+frag_discont"}
        muxed |= {"frag_duration": "2000000"}
    else:
        muxed["movflags"] = "empty_moov+default_base_moof+frag_keyframe+frag_discont"
    with av.open(out, "w", format="mp4", options=muxed) as container:
        track: Any = container.add_stream(codec, options=options)
        for name, value in stream.items():
            setattr(track, name, value)
        for frame in frames:
            container.mux(track.encode(frame))
        container.mux(track.encode(None))
    return out.getvalue()


def video(
    start_s: float,
    seconds: float,
    *,
    skip: tuple[float, float] = (0.0, 0.0),
    size: tuple[int, int] = (WIDTH, HEIGHT),
    key_s: float = 2.0,
) -> bytes:
    """An initialisation segment and its segments, times from `start_s` on. Frame n is at n / FPS
    seconds of media time. skip: frames between those media times are missing."""

    def frames() -> Iterator[VideoFrame]:
        for n in range(round(start_s * FPS), round((start_s + seconds) * FPS)):
            if skip[0] <= n / FPS < skip[1]:
                continue
            yield _at(picture(n, *size), n)

    every = str(round(key_s * FPS))
    options = {"g": every, "keyint_min": every, "sc_threshold": "0", "bf": "0"}
    options |= {"preset": "ultrafast", "tune": "zerolatency", "x264-params": "scenecut=0"}
    return _fragments(
        "libx264",
        frames(),
        options,
        width=size[0],
        height=size[1],
        pix_fmt="yuv420p",
        time_base=Fraction(1, FPS),
        framerate=Fraction(FPS),
    )


def vp8(start_s: float, seconds: float) -> bytes:
    """The same as a camera without H264 sends it, in one fragment."""
    encoder: Any = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base = Fraction(1, FPS)
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    first = round(start_s * FPS)
    packets = [
        packet
        for n in range(first, round((start_s + seconds) * FPS))
        for packet in encoder.encode(_at(picture(n), n))
    ]
    frames = [fmp4.Frame(bytes(p), 90_000 // FPS, bool(p.is_keyframe)) for p in packets]
    head = fmp4.head(fmp4.vp08(WIDTH, HEIGHT), 90_000, WIDTH, HEIGHT)
    return head + fmp4.fragment(1, first * 90_000 // FPS, frames)


def _at(frame: VideoFrame, number: int) -> VideoFrame:
    frame.pts, frame.time_base = number, Fraction(1, FPS)
    return frame


def audio(start_s: float, seconds: float) -> bytes:
    """The sound beside it: Opus."""

    def frames() -> Iterator[Any]:
        for n in range(round(start_s * 50), round((start_s + seconds) * 50)):
            wave = np.sin(np.arange(960) * 0.05).astype(np.float32)[None] * 8000
            frame = av.AudioFrame.from_ndarray(wave.astype(np.int16), "s16", "mono")
            frame.sample_rate, frame.pts = 48_000, n * 960
            frame.time_base = Fraction(1, 48_000)
            yield frame

    return _fragments("libopus", frames(), {"frame_duration": "20"}, rate=48_000, layout="mono")


def pieces(data: bytes) -> tuple[bytes, list[bytes]]:
    """The initialisation segment and the fragments of a file, each of which is two seconds."""
    starts = [found.start() - 4 for found in re.finditer(b"moof", data)]
    ends = [*starts[1:], data.rindex(b"mfra") - 4]
    return data[: starts[0]], [data[a:b] for a, b in zip(starts, ends, strict=True)]
