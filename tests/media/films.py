"""Recordings for tests, cut by the real cutter from pictures and sound that were really encoded."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from fractions import Fraction

import av
import numpy as np

from server.ingest.sample import Sample
from server.media.cutter import Cut, Cutter, Finished, Grown
from server.media.edge import Edge
from server.media.library import NotRecorded
from server.media.segments import Init, Part, Rendition, Segment

FPS = 30
ORIGIN = datetime(2026, 3, 1, 14, 0, tzinfo=UTC)


@functools.cache
def _two_seconds(size: tuple[int, int]) -> tuple[tuple[bytes, bool], ...]:
    """H264 with one key frame, each picture of a brightness of its own."""
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, FPS), Fraction(FPS)
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency", "g": "999"}
    found = []
    for number in range(2 * FPS):
        image = np.full((size[1], size[0], 3), 16 + 3 * number, np.uint8)
        frame = av.VideoFrame.from_ndarray(image, "bgr24")
        frame.pts = number
        found += [(bytes(packet), packet.is_keyframe) for packet in encoder.encode(frame)]
    return tuple(found)


def pictures(
    seconds: float, size: tuple[int, int] = (320, 180), start_s: float = 0.0, publisher: int = 1
) -> tuple[Sample, ...]:
    """A key frame every two seconds, as phones are asked for them."""
    frames = _two_seconds(size)
    return tuple(
        Sample("video", "H264", data, at_s, at_s, key, False, publisher)
        for number in range(round(seconds * FPS))
        for data, key in (frames[number % len(frames)],)
        for at_s in (start_s + number / FPS,)
    )


@functools.cache
def _tone() -> bytes:
    """One Opus packet, from the middle of a tone."""
    encoder = av.CodecContext.create("libopus", "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = 48_000, "stereo", "s16"
    tone = 3000 * np.sin(np.arange(10 * 960) * 440 * 2 * np.pi / 48_000)
    both = np.repeat(tone.astype(np.int16), 2).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(both, "s16", "stereo")
    frame.sample_rate, frame.pts = 48_000, 0
    return [bytes(packet) for packet in encoder.encode(frame)][5]


def sound(seconds: float, start_s: float = 0.0, publisher: int = 1) -> tuple[Sample, ...]:
    """Opus packets of 20 ms."""
    return tuple(
        Sample("audio", "OPUS", _tone(), at_s, at_s, True, False, publisher)
        for at_s in (start_s + number * 0.02 for number in range(round(seconds * 50)))
    )


class Film:
    """A library of one camera in memory, and its live edge. Fed with samples like a recorder."""

    def __init__(self, game: str = "g", camera: str = "main", origin: datetime = ORIGIN) -> None:
        self.game, self.camera = game, camera
        self.live = True
        self.reads = 0
        self._edge = Edge(game, camera)
        self._cutters: dict[Rendition, Cutter] = {
            name: Cutter(name, origin, 0, 1) for name in ("video", "audio")
        }
        self._stored: dict[Rendition, list[tuple[Segment, bytes]]] = {"video": [], "audio": []}
        self._inits: list[Init] = []
        self._data: dict[Rendition, bytes] = {"video": b"", "audio": b""}

    def put(self, *samples: Sample) -> None:
        for sample in sorted(samples, key=lambda one: one.media_s):
            self._take(sample.kind, self._cutters[sample.kind].put(sample))

    def end(self) -> None:
        """The camera stops; other processes see what a server that recorded it has stored."""
        for name, cutter in self._cutters.items():
            self._take(name, cutter.end())
        self._edge.close()
        self.live = False

    def _take(self, name: Rendition, cuts: list[Cut]) -> None:
        for cut in cuts:
            match cut:
                case Init():
                    self._inits.append(cut)
                    self._edge.add_init(cut)
                case Grown():
                    self._data[name] += cut.data
                    self._edge.grow(cut.segment, cut.data)
                case Finished():
                    self._stored[name].append((cut.segment, self._data[name]))
                    self._data[name] = b""
                    self._edge.finish(cut.segment)

    # --- what a Library is asked

    def segments(
        self,
        game: str,
        camera: str,
        rendition: Rendition,
        from_s: float | None = None,
        to_s: float | None = None,
    ) -> list[Segment]:
        return [
            one
            for one, _ in self._of(game, camera, rendition)
            if (from_s is None or one.end_s > from_s) and (to_s is None or one.start_s < to_s)
        ]

    def growing(self, game: str, camera: str, rendition: Rendition) -> Segment | None:
        edge = self.edge(game, camera)
        return None if edge is None else edge.open_segment(rendition)

    def inits(self, game: str, camera: str) -> list[Init]:
        return list(self._inits) if (game, camera) == (self.game, self.camera) else []

    def cameras(self, game: str) -> list[str]:
        return [self.camera]

    def read(self, game: str, camera: str, of: Segment, part: Part | None = None) -> bytes:
        self.reads += 1
        for one, data in self._of(game, camera, of.rendition):
            if one == of:
                return data if part is None else data[part.offset : part.offset + part.length]
        raise NotRecorded

    def erase(self, game: str) -> None:
        for rendition in self._stored.values():
            rendition.clear()
        self._inits.clear()

    def prune(self, before: datetime) -> int:
        return 0

    def usage(self, game: str) -> int:
        return 0

    def edge(self, game: str, camera: str) -> Edge | None:
        return self._edge if self.live and (game, camera) == (self.game, self.camera) else None

    def _of(self, game: str, camera: str, rendition: Rendition) -> list[tuple[Segment, bytes]]:
        return self._stored[rendition] if (game, camera) == (self.game, self.camera) else []


def film(seconds: float = 9.0) -> Film:
    """What a camera has sent so far; the last segment is not finished."""
    return cut_off(seconds, seconds)[0]


def cut_off(seconds: float, whole: float = 9.0) -> tuple[Film, list[Sample]]:
    """The same up to a second, and what comes after it."""
    made, samples = Film(), (*pictures(whole), *sound(whole))
    made.put(*(one for one in samples if one.media_s < seconds))
    return made, [one for one in samples if one.media_s >= seconds]
