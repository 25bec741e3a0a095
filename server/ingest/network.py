"""A bad network, packet by packet: loss, delay, jitter, order, copies, a narrow way.

Pure: time and randomness are passed in. `relay.py` lets real packets go through it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

HELD_BACK_S = 0.025
COPY_AFTER_S = 0.002


@dataclass(frozen=True, slots=True)
class Network:
    """One direction of a way between two peers.

    loss, reorder, duplicate: shares of the packets, 0 to 1. delay_s: each packet takes so long.
    jitter_s: and up to so much longer, at random, in order. reorder: these come HELD_BACK_S
    later than the others, out of order. rate_bps: what passes in a second, None for no limit;
    queue_s: how much may wait for its turn there before packets are dropped.
    """

    loss: float = 0.0
    delay_s: float = 0.0
    jitter_s: float = 0.0
    reorder: float = 0.0
    duplicate: float = 0.0
    rate_bps: int | None = None
    queue_s: float = 0.25

    def __post_init__(self) -> None:
        for name in ("loss", "reorder", "duplicate"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ValueError(f"{name} is a share between 0 and 1")
        if min(self.delay_s, self.jitter_s, self.queue_s) < 0:
            raise ValueError("a packet cannot come before it was sent")
        if self.rate_bps is not None and self.rate_bps <= 0:
            raise ValueError("a way that lets nothing pass has a loss of 1, not a rate of 0")


@dataclass(frozen=True, slots=True)
class Weather:
    """A network that changes. steps: (seconds since the beginning, what is different from then
    on, by the names of Network's fields)."""

    steps: tuple[tuple[float, Mapping[str, Any]], ...] = ()
    first: Network = field(default_factory=Network)

    def __post_init__(self) -> None:
        self.at(float("inf"))  # every step can be taken

    def at(self, elapsed_s: float) -> Network:
        """The network of that moment. A network is cheap to make; keep it while it holds."""
        network = self.first
        for at_s, changes in sorted(self.steps, key=lambda step: step[0]):
            if at_s <= elapsed_s:
                network = replace(network, **changes)
        return network


@dataclass(slots=True)
class Counts:
    """Packets of one direction: came, went on (copies included), and why they did not."""

    taken: int = 0
    sent: int = 0
    lost: int = 0
    crowded_out: int = 0
    bytes_sent: int = 0


class Link:
    """One direction, with what is still under way in it. Not for two threads at once."""

    def __init__(self, network: Network, rng: random.Random) -> None:
        self.network = network
        self.counts = Counts()
        self._rng = rng
        self._to_lose = 0
        self._free_s = float("-inf")
        self._last_due_s = float("-inf")

    def lose(self, packets: int) -> None:
        """Whatever else happens, the next so many packets are lost."""
        self._to_lose += packets

    def due(self, now_s: float, size: int) -> list[float]:
        """When a packet of `size` bytes that comes now arrives at the other end: once, twice, or
        never."""
        network = self.network
        self.counts.taken += 1
        if self._to_lose or self._chance(network.loss):
            self._to_lose = max(0, self._to_lose - 1)
            self.counts.lost += 1
            return []
        passed_s = self._squeeze(now_s, size)
        if passed_s is None:
            self.counts.crowded_out += 1
            return []
        arrives_s = passed_s + network.delay_s + self._rng.random() * network.jitter_s
        if self._chance(network.reorder):
            arrivals = [arrives_s + HELD_BACK_S]
        else:
            self._last_due_s = arrives_s = max(arrives_s, self._last_due_s)
            arrivals = [arrives_s]
        if self._chance(network.duplicate):
            arrivals.append(arrivals[0] + COPY_AFTER_S)
        self.counts.sent += len(arrivals)
        self.counts.bytes_sent += size * len(arrivals)
        return arrivals

    def _chance(self, share: float) -> bool:
        return share > 0 and self._rng.random() < share

    def _squeeze(self, now_s: float, size: int) -> float | None:
        """When the narrow place has let it through; None when too much waits there already."""
        if self.network.rate_bps is None:
            return now_s
        begins_s = max(now_s, self._free_s)
        if begins_s - now_s > self.network.queue_s:
            return None
        self._free_s = begins_s + size * 8 / self.network.rate_bps
        return self._free_s
