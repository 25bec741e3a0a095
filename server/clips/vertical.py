"""A clip as phones' feeds want it: upright, H264 and AAC, the score burnt in.

This is the one place where the server encodes video. It runs as a process of its own that gives
way to everything else (`python -m server.clips.vertical`): a thread would hold the interpreter's
lock, and the event loop with it, whenever the machine has no time for it.
"""

from __future__ import annotations

import asyncio
import io
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from numpy.typing import NDArray

from server.clips.cut import open_output
from server.clips.poster import HEIGHT, WIDTH, Place, place, poster
from server.clips.story import Story

_NICE = 10
"""A tenth of the time of whoever wants the processor too. With 19 it were a seventieth, and a
clip would never come to its end beside a camera that is looked at."""
_SOUND_HZ = 48_000
# `superfast` takes a fifth less time and makes files of three times the size.
_X264 = {"preset": "veryfast", "crf": "23", "threads": "1"}

Planes = NDArray[np.uint8]
"""A frame as yuv420p: (1.5 height, width)."""


class VerticalFailed(Exception):  # noqa: N818  (told to an operator by its text)
    """The process that makes it ended badly."""


async def vertical(clip: bytes, story: Story) -> bytes:
    """The clip (MP4 or WebM) as an upright MP4, of the same length. VerticalFailed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        made, said = await process.communicate(story.to_json().encode() + b"\n" + clip)
    finally:
        if process.returncode is None:  # we were cancelled
            process.kill()
            await process.wait()
    if process.returncode != 0:
        last = said.decode(errors="replace").strip().rpartition("\n")[2]
        raise VerticalFailed(last or f"it ended with {process.returncode}")
    return made


def main() -> None:
    """The story, a line's end and the clip from standard input; the file to standard output."""
    os.nice(_NICE)
    text, _, clip = sys.stdin.buffer.read().partition(b"\n")
    with tempfile.TemporaryDirectory(prefix="courtside-vertical-") as folder:
        path = Path(folder) / "vertical.mp4"
        write(clip, Story.of_json(text.decode()), path)
        sys.stdout.buffer.write(path.read_bytes())


def write(clip: bytes, story: Story, path: Path) -> None:
    """The same here and now. Raises av.FFmpegError for a clip that cannot be read."""
    with av.open(io.BytesIO(clip), "r") as source, open_output(path, "mp4") as out:
        shown: Any = source.streams.video[0]
        shown.thread_type, shown.codec_context.thread_count = "SLICE", 1
        picture = _video(out, shown)
        frames = _Frames(story, place(shown.codec_context.width, shown.codec_context.height))
        tracks: list[Any] = [shown]
        sound = None
        if source.streams.audio:
            tracks.append(source.streams.audio[0])
            sound = _Sound(out, tracks[1])
        for packet in source.demux(tracks):
            if packet.stream.index == shown.index:
                for frame in shown.decode(packet):
                    out.mux(picture.encode(frames.around(frame)))
            elif sound is not None:
                for heard in tracks[1].decode(packet):
                    out.mux(sound.encoded(heard))
        out.mux(picture.encode(None))
        if sound is not None:
            out.mux(sound.encoded(None))


def _video(out: Any, shown: Any) -> Any:
    track = out.add_stream("libx264", rate=shown.average_rate or 30, options=_X264)
    track.width, track.height, track.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    track.time_base = track.codec_context.time_base = shown.time_base
    # The picture's numbers stay as they are, so they mean the same colours.
    for name in ("color_range", "color_primaries", "color_trc", "colorspace"):
        setattr(track.codec_context, name, getattr(shown.codec_context, name))
    return track


class _Frames:
    """Puts pictures into their frames; each frame is drawn once."""

    def __init__(self, story: Story, where: Place) -> None:
        self._story = story
        self._where = where
        self._drawn: dict[tuple[int, bool], Planes] = {}

    def around(self, frame: VideoFrame) -> VideoFrame:
        planes = self._frame(frame.time or 0.0).copy()
        where = self._where
        small = _planes(frame.reformat(where.width, where.height, "yuv420p"))
        for inside, whole, by in zip(
            _split(small, where.width, where.height),
            _split(planes, WIDTH, HEIGHT),
            (1, 2, 2),
            strict=True,
        ):
            top, left = where.top // by, where.left // by
            whole[top : top + inside.shape[0], left : left + inside.shape[1]] = inside
        made = VideoFrame.from_ndarray(planes, "yuv420p")
        made.pts, made.time_base, made.duration = frame.pts, frame.time_base, frame.duration
        return made

    def _frame(self, at_s: float) -> Planes:
        story = self._story
        # A thousandth: a frame at the moment itself shows the play.
        number = sum(score.from_s <= at_s + 1e-3 for score in story.scores) - 1
        key = (number, story.told_s <= at_s + 1e-3)
        if key not in self._drawn:
            image = poster(story, story.scores[number], key[1], self._where)
            drawn = VideoFrame.from_ndarray(image, "rgb24")
            drawn = drawn.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)
            self._drawn[key] = _planes(drawn)
        return self._drawn[key]


def _planes(frame: VideoFrame) -> Planes:
    return frame.to_ndarray().astype(np.uint8, copy=False)


def _split(planes: Planes, width: int, height: int) -> Iterator[Planes]:
    """Y, U and V of it, as views."""
    flat, whole = planes.reshape(-1), width * height
    yield flat[:whole].reshape(height, width)
    for at in (whole, whole + whole // 4):
        yield flat[at : at + whole // 4].reshape(height // 2, width // 2)


class _Sound:
    """Sound as AAC: every phone plays it and every feed takes it, which is not so of Opus."""

    def __init__(self, out: Any, heard: Any) -> None:
        self._track = out.add_stream("aac", rate=_SOUND_HZ, layout="stereo")
        self._track.bit_rate = 128_000
        self._graph = Graph()
        # Silence where there is a hole, and from the clip's first second on.
        self._graph.link_nodes(
            self._graph.add_abuffer(template=heard),
            self._graph.add("aresample", "async=1:first_pts=0"),
            self._graph.add(
                "aformat", f"sample_fmts=fltp:sample_rates={_SOUND_HZ}:channel_layouts=stereo"
            ),
            self._graph.add("asetnsamples", "n=1024:p=0"),
            self._graph.add("abuffersink"),
        ).configure()

    def encoded(self, heard: AudioFrame | None) -> list[Any]:
        """None: the end."""
        self._graph.push(heard)
        packets = []
        while True:
            try:
                frame = self._graph.pull()
            except (av.BlockingIOError, av.EOFError):
                break
            packets += self._track.encode(frame)
        return packets if heard is not None else packets + self._track.encode(None)


if __name__ == "__main__":
    main()
