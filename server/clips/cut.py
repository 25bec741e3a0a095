"""A clip out of recorded segments: cut at key frames, nothing encoded but the thumbnail."""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.frame import VideoFrame

# A frame that stands longer than that is a hole in the picture and no slow camera.
HOLE_S = 0.75
_THUMBNAIL_WIDTH = 480
_THUMBNAIL_QUALITY = 80


class NoPicture(Exception):  # noqa: N818  (an answer, not a fault)
    """Nothing was recorded of that time, or nothing that decoding can begin with."""


class BadSegments(Exception):  # noqa: N818
    """What was recorded cannot be read."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A clip. start_s: media time of its first frame; the clip itself begins at 0.

    suffix: `mp4`, or `webm` where the camera sent VP8. frames: pictures in it. end_s: media
    time. gaps: from and to where there is no picture, media seconds, the asked time's ends
    included. sound: is there any? thumbnail: JPEG of the moment. shape: the same for clips that
    one track of a file can hold: codec, size and parameter sets.
    """

    data: bytes
    suffix: str
    start_s: float
    end_s: float
    frames: int
    width: int
    height: int
    codec: str
    shape: str
    sound: bool
    gaps: tuple[tuple[float, float], ...]
    thumbnail: bytes

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


def cut(video: bytes, audio: Sequence[bytes], moment_s: float, start_s: float, end_s: float) -> Cut:
    """The clip from the last key frame at or before `start_s` to `end_s`.

    video: an initialisation segment and the segments that need it, one after the other; their
    times are media times. audio: the same, once for each initialisation; the first that can be
    read is taken. NoPicture, BadSegments.
    """
    try:
        with ExitStack() as stack:
            source = stack.enter_context(_opened(video))
            if not source.streams.video:
                raise BadSegments("there is no picture in it")
            stream = source.streams.video[0]
            packets = _from_key(_packets(source, stream.index), start_s, end_s)
            if not packets:
                raise NoPicture(f"no picture between {start_s:.1f} s and {end_s:.1f} s")
            first_s, last_s = _at(packets[0]), _end(packets)
            sounds = _sounds(audio, first_s, last_s, stack)
            codec = stream.codec_context
            suffix = "webm" if codec.name == "vp8" else "mp4"
            thumbnail = _picture(packets, moment_s)
            gaps = _gaps([_at(packet) for packet in packets], start_s, end_s)
            tracks = [packets, sounds] if sounds else [packets]
            return Cut(
                data=_written(suffix, tracks, first_s),
                suffix=suffix,
                start_s=first_s,
                end_s=last_s,
                frames=len(packets),
                width=codec.width,
                height=codec.height,
                codec=codec.name,
                shape=_shape(codec.name, codec.width, codec.height, codec.extradata or b""),
                sound=bool(sounds),
                gaps=gaps,
                thumbnail=thumbnail,
            )
    except av.FFmpegError as error:
        raise BadSegments(str(error)) from error


def _shape(codec: str, width: int, height: int, parameters: bytes) -> str:
    return hashlib.sha256(f"{codec} {width} {height} ".encode() + parameters).hexdigest()[:16]


def _opened(data: bytes) -> InputContainer:
    return av.open(io.BytesIO(data), "r", format="mp4")


def _packets(source: InputContainer, index: int) -> Iterator[Packet[Any]]:
    for packet in source.demux(source.streams[index]):
        if packet.pts is not None and packet.size:
            yield packet


def _at(packet: Packet[Any]) -> float:
    return float(packet.pts * packet.time_base)  # type: ignore[operator]


def _end(packets: Sequence[Packet[Any]]) -> float:
    """Media time at which the last packet has been shown as long as the one before it."""
    last = packets[-1]
    if last.duration:
        return _at(last) + float(last.duration * last.time_base)
    return _at(last) + (_at(last) - _at(packets[-2]) if len(packets) > 1 else 1 / 30)


def _from_key(packets: Iterable[Packet[Any]], start_s: float, end_s: float) -> list[Packet[Any]]:
    """From the last key frame at or before the start (else the first after it) to the end."""
    found: list[Packet[Any]] = []
    for packet in packets:
        at_s = _at(packet)
        if at_s >= end_s:
            break
        if packet.is_keyframe and at_s <= start_s:
            found.clear()
        if found or packet.is_keyframe:
            found.append(packet)
    # What ends before the clip begins is the picture of something else.
    return found if found and _end(found) > start_s else []


def _sounds(
    audio: Sequence[bytes], first_s: float, last_s: float, stack: ExitStack
) -> list[Packet[Any]]:
    """The sound of that time; nothing when there is none. The files stay open in `stack`."""
    for data in audio:
        try:
            source = stack.enter_context(_opened(data))
        except av.FFmpegError:
            continue  # a picture without sound is better than none
        if source.streams.audio:
            index = source.streams.audio[0].index
            found = [p for p in _packets(source, index) if first_s <= _at(p) < last_s]
            if found:
                return found
    return []


def _gaps(times: Sequence[float], start_s: float, end_s: float) -> tuple[tuple[float, float], ...]:
    before = [at_s for at_s in times if at_s <= start_s]
    shown = [before[-1] if before else start_s, *times[len(before) :]]
    pairs = zip(shown, [*shown[1:], end_s], strict=True)
    return tuple((round(a, 3), round(b, 3)) for a, b in pairs if b - a > HOLE_S)


def _picture(packets: Sequence[Packet[Any]], moment_s: float) -> bytes:
    """The frame of the moment as JPEG."""
    upto = [n for n, packet in enumerate(packets) if _at(packet) <= moment_s] or [0]
    keys = [n for n in upto if packets[n].is_keyframe]
    frame: VideoFrame | None = None
    for packet in packets[keys[-1] : upto[-1] + 1]:
        for shown in packet.decode():
            frame = shown
    for shown in packets[0].stream.codec_context.decode(None) if frame is None else ():
        frame = shown
    if frame is None:
        raise BadSegments("no frame of it can be decoded")
    width = min(_THUMBNAIL_WIDTH, frame.width)
    height = max(2, round(frame.height * width / frame.width))
    small = frame.reformat(width, height, "bgr24").to_ndarray()
    _, jpeg = cv2.imencode(".jpg", small, (cv2.IMWRITE_JPEG_QUALITY, _THUMBNAIL_QUALITY))
    return jpeg.tobytes()


def _written(suffix: str, tracks: Sequence[Sequence[Packet[Any]]], first_s: float) -> bytes:
    """The packets as a file that plays while it is still being loaded."""
    # The index is moved to the front at the end, which takes a real file.
    with tempfile.TemporaryDirectory(prefix="courtside-clip-") as folder:
        path = Path(folder) / f"clip.{suffix}"
        with open_output(path, suffix) as out:
            streams = [out.add_stream_from_template(track[0].stream) for track in tracks]
            shifts = [round(first_s / track[0].time_base) for track in tracks]
            timed = [
                (_at(packet), packet, streams[n], shifts[n])
                for n, track in enumerate(tracks)
                for packet in _rising(track)
            ]
            for _, packet, stream, shift in sorted(timed, key=lambda one: one[0]):
                packet.pts = (packet.pts or 0) - shift
                packet.dts = packet.pts
                packet.stream = stream
                out.mux(packet)
        return path.read_bytes()


def _rising(track: Sequence[Packet[Any]]) -> Iterator[Packet[Any]]:
    """Without what a publisher that took over sent of a time that was there already."""
    last_s = -1.0
    for packet in track:
        if (at_s := _at(packet)) > last_s:
            last_s = at_s
            yield packet


def open_output(path: Path, suffix: str) -> OutputContainer:
    """A file for MP4 or WebM with its index in front."""
    options = {"movflags": "+faststart"} if suffix == "mp4" else {"cues_to_front": "1"}
    return av.open(str(path), "w", format=suffix, options=options)
