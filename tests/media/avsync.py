"""How far sound and picture are apart, by the flash and the beep of the test card."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable, Iterator

import av
import numpy as np
from numpy.typing import NDArray

from server.ingest import testcard
from server.ingest.sample import Sample
from server.ingest.sound import HZ

LOUD = 3000
STEP_MOST_S = 0.05
OPUS_DELAY_S = 312 / HZ
"""libopus looks so far ahead; WebRTC has no field to say so, and players leave it in."""

Picture = tuple[float, NDArray[np.uint8]]
Wave = tuple[float, NDArray[np.int32]]


def sound_late_s(pictures: Iterable[Picture], waves: Iterable[Wave]) -> list[float]:
    """For each flash with a beep near it: by how much the beep is later, in seconds.

    pictures: (media seconds, luma); waves: (media seconds of the first sample, samples at HZ).
    """
    flashes = _onsets((s, testcard.flashes(y)) for s, y in pictures if y.shape[1] > y.shape[0])
    beeps = np.array(_onsets(_loud(waves)))
    found = []
    for flash_s in flashes:
        if beeps.size:
            nearest_s = float(beeps[np.argmin(np.abs(beeps - flash_s))])
            if abs(nearest_s - flash_s) < 0.5:
                found.append(nearest_s - flash_s)
    return found


def of_samples(samples: Iterable[Sample]) -> list[float]:
    """sound_late_s of what left the ingest room."""
    kept = list(samples)
    return sound_late_s(_pictures(kept), _waves(kept))


def of_files(video: Iterable[bytes], audio: Iterable[bytes]) -> list[float]:
    """sound_late_s of fragmented MP4 files, each with its initialisation segment in front."""
    return sound_late_s(
        itertools.chain.from_iterable(map(_file_pictures, video)),
        itertools.chain.from_iterable(map(_file_waves, audio)),
    )


def _onsets(times: Iterable[tuple[float, bool]]) -> list[float]:
    """Where it begins: (seconds, is it on) in order. One after a gap has no known beginning."""
    found = []
    before: tuple[float, bool] | None = None
    for at_s, on in times:
        if before is not None and on and not before[1] and at_s - before[0] < STEP_MOST_S:
            found.append(at_s)
        before = at_s, on
    return found


def _loud(waves: Iterable[Wave]) -> Iterator[tuple[float, bool]]:
    for at_s, wave in waves:
        loud = np.abs(wave) > LOUD
        begins_s = float(np.argmax(loud)) / HZ if loud.any() else 0.0
        yield at_s + begins_s - OPUS_DELAY_S, bool(loud.any())


def _luma(frame: av.VideoFrame) -> NDArray[np.uint8]:
    return np.asarray(frame.to_ndarray(format="gray"), np.uint8)


def _pictures(samples: Iterable[Sample]) -> Iterator[Picture]:
    context: av.VideoCodecContext | None = None
    for sample in samples:
        if sample.kind != "video" or (context is None and not sample.key):
            continue
        if context is None:
            made = av.CodecContext.create("h264" if sample.codec == "H264" else "vp8", "r")
            assert isinstance(made, av.VideoCodecContext)
            context = made
            context.options = {"flags": "low_delay"}
            context.thread_count = 1
        for frame in context.decode(av.Packet(sample.data)):
            yield sample.media_s, _luma(frame)


def _waves(samples: Iterable[Sample]) -> Iterator[Wave]:
    context = av.CodecContext.create("libopus", "r")
    assert isinstance(context, av.AudioCodecContext)
    context.format, context.layout, context.sample_rate = "s16", "mono", HZ
    for sample in samples:
        if sample.kind == "audio":
            for frame in context.decode(av.Packet(sample.data)):
                yield sample.media_s, frame.to_ndarray().reshape(-1).astype(np.int32)


def _file_pictures(data: bytes) -> Iterator[Picture]:
    with av.open(io.BytesIO(data), "r") as container:
        for frame in container.decode(video=0):
            if frame.pts is not None and frame.time_base is not None:
                yield float(frame.pts * frame.time_base), _luma(frame)


def _file_waves(data: bytes) -> Iterator[Wave]:
    with av.open(io.BytesIO(data), "r") as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="s16", layout="mono", rate=HZ)
        for frame in container.decode(stream):
            if frame.pts is None or frame.time_base is None:
                continue
            at_s = float(frame.pts * frame.time_base)
            for chunk in resampler.resample(frame):
                yield at_s, chunk.to_ndarray().reshape(-1).astype(np.int32)
