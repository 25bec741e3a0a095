"""What is counted, for `/metrics` and `/readyz`. One instance for each server, passed in."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from server.clock import Clock

_SECONDS = (0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0)
_DELAYS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)
_STAGES = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.035, 0.05, 0.1, 0.25, 1.0)
_CLIPS = (1.0, 2.0, 3.0, 4.0, 5.0, 7.5, 10.0, 20.0, 60.0, 300.0)
_BATCHES = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0)
_REMEMBERED = 600
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Gauges = Mapping[str, tuple[str, float, Mapping[str, str]]]
"""name -> (what it is, value, labels)."""


class Meters:
    """Counters and histograms; safe to call from any thread.

    No label carries a game's name: their number has no bound, and they are nobody's business.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._age = self._histogram("frame_age_seconds", "Capture of a frame to its tracks")
        self._looked = self._histogram("inference_seconds", "One batch in the network")
        self._delay = self._histogram("loop_delay_seconds", "Lateness of the event loop", _DELAYS)
        self._pictures = self._counter("pictures_looked", "Pictures that went through the network")
        self._batch = self._histogram("batch_pictures", "Pictures in one batch", _BATCHES)
        self._seen = self._counter("frames_seen", "Frames whose tracks were handed over")
        self._dropped = self._counter("frames_dropped", "Frames that a newer one replaced")
        self._stages = Histogram(
            "courtside_stage_seconds",
            "One stage of a frame on its way; detect: of a batch; gap: work between frames",
            ["stage"],
            buckets=_STAGES,
            registry=self.registry,
        )
        self._plans = self._counter("plans_changed", "Changes of how closely cameras are looked at")
        self._requests = Counter(
            "courtside_http_requests",
            "Answered requests",
            ["method", "status"],
            registry=self.registry,
        )
        self._calls = Counter(
            "courtside_calls",
            "Calls by what became of them; problem: why one was not accepted",
            ["outcome", "problem"],
            registry=self.registry,
        )
        self._proposals = Counter(
            "courtside_proposals",
            "Proposals of cameras by what became of them",
            ["type", "status"],
            registry=self.registry,
        )
        self._publishers_lost = Counter(
            "courtside_ingest_lost",
            "Of publishers; packets that never came, frames that were not decoded, datagrams that "
            "were none or too many, publishers that were cut off",
            ["what"],
            registry=self.registry,
        )
        self._viewers_ended = Counter(
            "courtside_viewers_ended",
            "Viewers by WebRTC whose session ended; why: one of our own words",
            ["why"],
            registry=self.registry,
        )
        self._viewers_skipped = self._counter(
            "viewers_skipped", "Times that a viewer by WebRTC was too slow up to the next key frame"
        )
        self._clips = Histogram(
            "courtside_clip_seconds",
            "Accepted play to its clip, by what became of it",
            ["status"],
            buckets=_CLIPS,
            registry=self.registry,
        )
        self._media = Counter(
            "courtside_media_sent_bytes",
            "To players by HTTP; kind: video, audio, playlist",
            ["kind"],
            registry=self.registry,
        )
        self._given_up = self._counter("media_given_up", "Players that did not take a file in time")
        self._recorded = self._counter("recorded_bytes", "Written of recordings")
        self._parts_lost = Counter(
            "courtside_recording_parts_lost",
            "Parts that were not recorded; why: the disk refused (disk), or was too slow (slow)",
            ["why"],
            registry=self.registry,
        )
        self._left_out = self._counter(
            "recording_frames_left_out", "Frames that nobody could have decoded, not recorded"
        )
        self._forwards_skipped = self._counter(
            "forwards_skipped", "Times that a media engine was too slow up to the next key frame"
        )
        self._forwards_lost = self._counter(
            "forwards_lost", "Connections to a media engine that ended or never came about"
        )
        self._recent: deque[float] = deque(maxlen=_REMEMBERED)

    def frame_seen(self, key: tuple[str, str], age_s: float, looked_s: float) -> None:
        """The tracks of a frame were handed over."""
        self._seen.inc()
        self._age.observe(age_s)

    def frames_dropped(self, key: tuple[str, str], count: int) -> None:
        """Newer frames replaced this many."""
        self._dropped.inc(count)

    def batch_looked(self, pictures: int, looked_s: float) -> None:
        """The network looked at one batch."""
        self._pictures.inc(pictures)
        self._looked.observe(looked_s)
        self._batch.observe(pictures)

    def stage_took(self, stage: str, seconds: float) -> None:
        """One stage of the frame path was done; stage: one of our own words."""
        self._stages.labels(stage).observe(seconds)

    def plan_changed(self) -> None:
        """The inference thread looks more, or less, closely from now on."""
        self._plans.inc()

    def loop_delay(self, seconds: float) -> None:
        """The event loop was this late."""
        self._delay.observe(seconds)
        self._recent.append(seconds)

    def request(self, method: str, status: int) -> None:
        """A request was answered."""
        self._requests.labels(method, str(status)).inc()

    def call_answered(self, *, again: bool, merged: bool) -> None:
        """A call was accepted, or answered again, or another desk had said the same."""
        outcome = "merged" if merged else "again" if again else "accepted"
        self._calls.labels(outcome, "").inc()

    def call_refused(self, problem: str) -> None:
        """A call was refused; problem: the type of the problem, one of our words."""
        outcome = "conflict" if problem == "conflict" else "refused"
        self._calls.labels(outcome, problem).inc()

    def proposal(self, kind: str, status: str) -> None:
        """A proposal was made, answered, or made room for others."""
        self._proposals.labels(kind, status).inc()

    def ingest_lost(self, what: str, count: int) -> None:
        """Of a publisher: `packets`, `frames`, `datagrams`, or `publishers` cut off."""
        self._publishers_lost.labels(what).inc(count)

    def viewer_ended(self, why: str) -> None:
        """A viewer's WebRTC session ended."""
        self._viewers_ended.labels(why).inc()

    def viewer_skipped(self) -> None:
        """Pictures were passed over for a viewer that did not keep up."""
        self._viewers_skipped.inc()

    def clip(self, status: str, seconds: float) -> None:
        """The clip of a play was made, or never will be, so long after the play was accepted."""
        self._clips.labels(status).observe(max(0.0, seconds))

    def media_sent(self, kind: str, size: int) -> None:
        """A player is sent a playlist or a file of this many bytes."""
        self._media.labels(kind).inc(size)

    def media_given_up(self) -> None:
        """A player did not take a file in time."""
        self._given_up.inc()

    def recorded(self, size_bytes: int) -> None:
        """So much was written of a recording."""
        self._recorded.inc(size_bytes)

    def part_lost(self, why: str) -> None:
        """A part of a recording could not be written; why: `disk` or `slow`."""
        self._parts_lost.labels(why).inc()

    def frames_left_out(self, count: int) -> None:
        """Frames without a head, or that build on lost ones, were not recorded."""
        self._left_out.inc(count)

    def forward_skipped(self) -> None:
        """Pictures were passed over for a media engine that did not keep up."""
        self._forwards_skipped.inc()

    def forward_lost(self) -> None:
        """A media engine was not or is no longer connected."""
        self._forwards_lost.inc()

    def loop_delay_ms(self) -> dict[str, float]:
        """p50, p99 and the worst of the last minute, milliseconds."""
        ordered = sorted(self._recent)
        if not ordered:
            return {}
        places = {"p50": 0.5, "p99": 0.99, "max": 1.0}
        return {
            name: round(1000 * ordered[min(len(ordered) - 1, int(len(ordered) * at))], 2)
            for name, at in places.items()
        }

    def gauges(self, read: Callable[[], Gauges]) -> None:
        """Ask `read` for values at each scrape."""
        self.registry.register(_Asked(read))

    def exposition(self) -> bytes:
        """The page of `/metrics`."""
        return generate_latest(self.registry)

    def _histogram(self, name: str, about: str, buckets: tuple[float, ...] = _SECONDS) -> Histogram:
        return Histogram(f"courtside_{name}", about, buckets=buckets, registry=self.registry)

    def _counter(self, name: str, about: str) -> Counter:
        return Counter(f"courtside_{name}", about, registry=self.registry)


class _Asked(Collector):
    """Gauges that are read from the parts themselves."""

    def __init__(self, read: Callable[[], Gauges]) -> None:
        self._read = read

    def describe(self) -> Iterable[GaugeMetricFamily]:
        # The registry asks here instead of calling `collect` before the parts are ready.
        return ()

    def collect(self) -> Iterable[GaugeMetricFamily]:
        for name, (about, value, labels) in self._read().items():
            family = GaugeMetricFamily(f"courtside_{name}", about, labels=list(labels))
            family.add_metric(list(labels.values()), value)
            yield family


async def watch_loop(meters: Meters, clock: Clock, every_s: float = 0.1) -> None:
    """Tell `meters` how late the loop is, until cancelled."""
    while True:
        before = clock.monotonic_s()
        await asyncio.sleep(every_s)
        meters.loop_delay(max(0.0, clock.monotonic_s() - before - every_s))
