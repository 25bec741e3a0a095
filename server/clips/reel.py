"""Clips one after the other in one file, nothing encoded."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer, OutputContainer

from server.clips.cut import BadSegments, NoPicture, open_output
from server.gamelog.clips import Clip


@dataclass(frozen=True, slots=True)
class Scene:
    """A clip's part in a reel. start_s, end_s: seconds of the reel."""

    clip: Clip
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Reel:
    """scenes: in order. left_out: clips whose picture has another size or form than most."""

    scenes: tuple[Scene, ...]
    left_out: tuple[Clip, ...]
    suffix: str


def join(clips: Sequence[Clip], read: Callable[[Clip], bytes], folder: Path) -> tuple[Reel, Path]:
    """Write the reel of ready clips into `folder`. Where two show the same seconds, the first
    ends as the second begins. NoPicture when there is no clip, BadSegments.
    """
    if not clips:
        raise NoPicture("there is no clip to make a reel of")
    try:
        common = Counter(clip.facts["shape"] for clip in clips).most_common(1)[0][0]
        taken = [clip for clip in clips if clip.facts["shape"] == common]
        left_out = tuple(clip for clip in clips if clip.facts["shape"] != common)
        suffix = str(taken[0].facts["suffix"])
        path = folder / f"reel.{suffix}"
        with open_output(path, suffix) as out:
            scenes = tuple(_joined(out, taken, read))
    except av.FFmpegError as error:
        raise BadSegments(str(error)) from error
    return Reel(scenes, left_out, suffix), path


def _joined(
    out: OutputContainer, clips: Sequence[Clip], read: Callable[[Clip], bytes]
) -> Iterator[Scene]:
    with ExitStack() as stack:
        # The tracks are those of one clip, with sound if any has; its file stays open for them.
        model = next((clip for clip in clips if clip.facts["sound"]), clips[0])
        like = stack.enter_context(_opened(read(model)))
        tracks: dict[str, Any] = {s.type: out.add_stream_from_template(s) for s in like.streams}
        at_s = 0.0
        for clip, after in zip(clips, [*clips[1:], None], strict=True):
            with _opened(read(clip)) as source:
                length_s = _append(out, tracks, source, at_s, _lasts_s(clip, after))
            if length_s > 0:
                yield Scene(clip, round(at_s, 3), round(at_s + length_s, 3))
                at_s += length_s


def _lasts_s(clip: Clip, after: Clip | None) -> float:
    """How much of a clip is shown before the next one goes on with the same seconds."""
    start_s, end_s = clip.facts["start_s"], clip.facts["end_s"]
    if after is not None and after.camera == clip.camera:
        begins_s = after.facts["start_s"]
        if start_s <= begins_s < end_s:
            return float(begins_s - start_s)
    return float(end_s - start_s)


def _append(
    out: OutputContainer, tracks: dict[str, Any], source: InputContainer, at_s: float, most_s: float
) -> float:
    """Write a clip at `at_s`; how many seconds it was."""
    end_s = 0.0
    for packet in source.demux(*(s for s in source.streams if s.type in tracks)):
        if packet.pts is None or packet.time_base is None or not packet.size:
            continue
        packet_s = float(packet.pts * packet.time_base)
        if packet_s >= most_s - 1e-6:
            continue
        if packet.stream.type == "video":
            lasts_s = float((packet.duration or 0) * packet.time_base)
            end_s = max(end_s, min(packet_s + lasts_s, most_s))
        packet.pts += round(at_s / packet.time_base)
        packet.dts = packet.pts
        packet.stream = tracks[packet.stream.type]
        out.mux(packet)
    return end_s


def _opened(data: bytes) -> InputContainer:
    return av.open(io.BytesIO(data), "r")
