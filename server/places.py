"""A bound on what is done at once: whoever finds no place is told to come again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from server.problems import Problem


class Places:
    """For the event loop. taken: how many are taken now. turned_away: how often none was free."""

    def __init__(self, most: int, full: str, retry_s: int = 1) -> None:
        """full: what is said when all are taken. retry_s: after how long to try again."""
        self._most = most
        self._full = full
        self._retry_s = retry_s
        self.taken = 0
        self.turned_away = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Take a place for as long as it lasts. Problem 503 `busy`."""
        if self.taken >= self._most:
            self.turned_away += 1
            raise Problem(503, "busy", self._full, {"Retry-After": str(self._retry_s)})
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1
