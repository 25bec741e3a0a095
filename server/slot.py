"""Newest wins, losses are counted: how frames cross from the event loop to a thread."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Slot(Generic[T]):
    """Holds the newest value only.

    Several slots may share one condition, so that one thread waits for all of them.
    `put` never blocks for longer than the holder of the condition takes to look.
    """

    def __init__(self, ready: threading.Condition) -> None:
        self._ready = ready
        self._value: T | None = None
        self.put_count = 0
        self.dropped = 0

    def put(self, value: T) -> None:
        """Replace what is there; a value nobody took counts as dropped."""
        with self._ready:
            self.put_count += 1
            self.dropped += self._value is not None
            self._value = value
            self._ready.notify()

    def take(self) -> T | None:
        """Take the newest value, or None. The caller holds the condition."""
        value, self._value = self._value, None
        return value
