"""How far sound and picture are apart, by the flash and the beep of the test card."""

from __future__ import annotations

from collections.abc import Iterable

import av
import numpy as np

from server.ingest import testcard
from server.ingest.sample import Sample
from server.ingest.sound import HZ

LOUD = 3000
STEP_MOST_S = 0.05
OPUS_DELAY_S = 312 / HZ
"""libopus looks so far ahead; WebRTC has no field to say so, and players leave it in."""


def onsets(times: Iterable[tuple[float, bool]]) -> list[float]:
    """Where it begins: (seconds, is it on) in order. One after a gap has no known beginning."""
    found = []
    before: tuple[float, bool] | None = None
    for at_s, on in times:
        if before is not None and on and not before[1] and at_s - before[0] < STEP_MOST_S:
            found.append(at_s)
        before = at_s, on
    return found


def flash_times(samples: Iterable[Sample]) -> list[float]:
    """Media seconds at which flashes begin."""
    context: av.VideoCodecContext | None = None
    times: list[tuple[float, bool]] = []
    for sample in samples:
        if sample.kind != "video":
            continue
        if context is None:
            if not sample.key:
                continue
            made = av.CodecContext.create("h264" if sample.codec == "H264" else "vp8", "r")
            assert isinstance(made, av.VideoCodecContext)
            context = made
            context.options = {"flags": "low_delay"}
            context.thread_count = 1
        for frame in context.decode(av.Packet(sample.data)):
            luma = np.asarray(frame.to_ndarray()[: frame.height, : frame.width], np.uint8)
            if frame.width > frame.height:
                times.append((sample.media_s, testcard.flashes(luma)))
    return onsets(times)


def beep_times(samples: Iterable[Sample]) -> list[float]:
    """Media seconds at which beeps begin."""
    context = av.CodecContext.create("libopus", "r")
    assert isinstance(context, av.AudioCodecContext)
    context.format, context.layout, context.sample_rate = "s16", "mono", HZ
    times: list[tuple[float, bool]] = []
    for sample in samples:
        if sample.kind != "audio":
            continue
        for frame in context.decode(av.Packet(sample.data)):
            wave = np.abs(frame.to_ndarray().reshape(-1).astype(np.int32))
            loud = wave > LOUD
            begins_s = float(np.argmax(loud)) / HZ if loud.any() else 0.0
            times.append((sample.media_s + begins_s - OPUS_DELAY_S, bool(loud.any())))
    return onsets(times)


def sound_late_s(flashes: Iterable[float], beeps: Iterable[float]) -> list[float]:
    """For each flash with a beep near it: by how much the beep is later, in seconds."""
    heard = np.array(list(beeps))
    found = []
    for flash_s in flashes:
        if heard.size:
            nearest = heard[np.argmin(np.abs(heard - flash_s))]
            if abs(nearest - flash_s) < 0.5:
                found.append(float(nearest - flash_s))
    return found
