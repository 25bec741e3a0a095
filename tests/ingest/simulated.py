"""A publisher, a bad network and our receiving side in a time of their own: minutes in a second.

The network, the jitter buffer, the bitrate's floor and aiortc's estimator are the real ones; the
publisher does what an encoder does that is asked for packets, for key frames and for less.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aiortc.rate import RemoteBitrateEstimator

from server.clock import ManualClock
from server.ingest.floor import BitrateFloor, LossCounter
from server.ingest.jitter import JitterBuffer
from server.ingest.network import Link, Weather
from server.ingest.tap import ABS_SEND_TIME_HZ, MEND_EVERY_S, FlooredEstimator

FPS = 30
PAYLOAD = 1200
HEADERS = 60
FEEDBACK = 100
KEY_EVERY_S = 2.0
KEY_TIMES = 3.0
HISTORY = 512
WEATHER_EVERY_S = 0.05
ASKED_KEY_EVERY_S = 0.3
Event = tuple[float, int, Callable[[], None]]


@dataclass(frozen=True, slots=True)
class Packet:
    """number: of the sequence. frame: count of the picture. again: sent again on request."""

    number: int
    frame: int
    key: bool
    last: bool
    sent_s: float
    size: int
    again: bool = False


@dataclass
class Run:
    """seconds of a publisher of most_bps behind a network of `weather`.

    shown: (when, count of the picture), as a decoder shows them that waits for a key frame after
    a loss.
    """

    weather: Weather
    seconds: float
    seed: int = 1
    most_bps: int = 2_000_000
    shown: list[tuple[float, int]] = field(default_factory=list)
    key_frames_asked: int = 0
    bitrates: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
        self._events: list[Event] = []
        self._count = itertools.count()
        self._rng = random.Random(f"{self.seed} sizes")
        first = self.weather.at(0.0)
        self.there = Link(first, random.Random(f"{self.seed} there"))
        self.back = Link(first, random.Random(f"{self.seed} back"))
        self._numbers = itertools.count()
        self._history: deque[Packet] = deque(maxlen=HISTORY)
        self._allowed_bps: int | None = None
        self._want_key = True
        self._key_s = 0.0
        self._debt = 0.0
        self._jitter = JitterBuffer()
        self._floor = BitrateFloor()
        self._losses = LossCounter()
        self._losses.retransmitted_apart = True
        self._estimator = FlooredEstimator(
            RemoteBitrateEstimator(), self._floor, self._clock,
            lambda: (self._losses.lost, self._losses.expected),
        )  # fmt: skip
        self._mending = False
        self._broken = True
        self._asked_key_s = float("-inf")
        self._keys: dict[int, bool] = {}

    def play(self) -> Run:
        """All of it."""
        self._at(0.0, self._weather_changes)
        for count in range(int(self.seconds * FPS)):
            self._at(count / FPS, partial(self._publish, count))
        while self._events and self._events[0][0] < self.seconds:
            at_s, _, event = heapq.heappop(self._events)
            self._clock.elapsed_s = at_s
            event()
        return self

    def lose_one_at(self, at_s: float) -> None:
        """Lose the first packet on the way to us from that moment on."""
        self._at(at_s, lambda: self.there.lose(1))

    def ages_s(self, from_s: float = 0.0, to_s: float = float("inf")) -> list[float]:
        """How old each picture was that was shown then."""
        return [at_s - n / FPS for at_s, n in self.shown if from_s <= at_s < to_s]

    def gaps_s(self, from_s: float = 0.0) -> list[float]:
        """From each picture to the next."""
        times = [at_s for at_s, _ in self.shown if at_s >= from_s]
        return [later - earlier for earlier, later in itertools.pairwise(times)]

    # --- the publisher

    def _publish(self, count: int) -> None:
        now_s = self._clock.elapsed_s
        bps = min(self.most_bps, self._allowed_bps or self.most_bps)
        self.bitrates.append(bps)
        key = self._want_key or now_s - self._key_s >= KEY_EVERY_S
        if key:
            self._want_key, self._key_s = False, now_s
        # What a key frame has too much, the frames after it have too little.
        mean = bps / 8 / FPS
        wanted = KEY_TIMES * mean if key else max(0.2 * mean, mean - self._debt / FPS * 2)
        size = int(wanted * self._rng.uniform(0.8, 1.2))
        self._debt = max(0.0, self._debt + size - mean)
        self._keys[count] = key
        parts = -(-size // PAYLOAD)
        for part in range(parts):
            packet = Packet(next(self._numbers), count, key, part == parts - 1, now_s, PAYLOAD)
            self._history.append(packet)
            self._send(packet)

    def _send(self, packet: Packet) -> None:
        for due_s in self.there.due(self._clock.elapsed_s, packet.size + HEADERS):
            self._at(due_s, lambda: self._arrive(packet))

    def _asked(self, numbers: list[int]) -> None:
        wanted = set(numbers)
        for packet in [p for p in self._history if p.number & 0xFFFF in wanted]:
            fields = {name: getattr(packet, name) for name in Packet.__slots__}
            self._send(Packet(**{**fields, "again": True}))

    def _key_asked(self) -> None:
        self._want_key = True

    # --- our side

    def _arrive(self, packet: Packet) -> None:
        now_s = self._clock.elapsed_s
        sent = int(packet.sent_s * ABS_SEND_TIME_HZ) & 0xFFFFFF
        if not packet.again:
            self._losses.add(packet.number & 0xFFFF)
        self._floor.packet(now_s, sent / ABS_SEND_TIME_HZ, packet.size)
        told = self._estimator.add(int(now_s * 1000), sent, packet.size, 2 if packet.again else 1)
        if told is not None:
            self._tell(lambda: setattr(self, "_allowed_bps", told[0]))
        self._jitter.add(
            packet.number & 0xFFFF, packet.frame * 3000, packet.last, b"x" * packet.size, now_s
        )
        self._hand_on()
        if self._jitter.holes and not self._mending:
            self._mending = True
            self._mend()

    def _mend(self) -> None:
        now_s = self._clock.elapsed_s
        missing = self._jitter.to_ask(now_s)
        if missing:
            self._tell(lambda: self._asked(missing))
        if self._jitter.wants_key_frame(now_s):
            self._ask_key_frame(now_s)
        self._hand_on()
        self._mending = bool(self._jitter.holes)
        if self._mending:
            self._at(now_s + MEND_EVERY_S, self._mend)

    def _hand_on(self) -> None:
        now_s = self._clock.elapsed_s
        for frame in self._jitter.take(now_s):
            count = frame.timestamp // 3000
            self._broken = (self._broken or frame.gap) and not self._keys[count]
            if not self._broken:
                self.shown.append((now_s, count))
            elif now_s - self._asked_key_s >= max(ASKED_KEY_EVERY_S, 2 * self._jitter.trip_s):
                self._ask_key_frame(now_s)

    def _ask_key_frame(self, now_s: float) -> None:
        self._asked_key_s = now_s
        self.key_frames_asked += 1
        self._tell(self._key_asked)

    def _tell(self, what: Callable[[], None]) -> None:
        for due_s in self.back.due(self._clock.elapsed_s, FEEDBACK):
            self._at(due_s, what)

    # --- time

    def _at(self, at_s: float, event: Callable[..., Any]) -> None:
        heapq.heappush(self._events, (at_s, next(self._count), event))

    def _weather_changes(self) -> None:
        now_s = self._clock.elapsed_s
        self.there.network = self.back.network = self.weather.at(now_s)
        self._at(now_s + WEATHER_EVERY_S, self._weather_changes)
