"""Helpers: a told game played in memory and compared."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from server.feeds.compare import compare
from server.feeds.figures import Figures, figures
from server.feeds.play import Played, play
from server.feeds.told import Told
from server.gamelog.memory import MemoryLog

AT = datetime(2026, 1, 2, 18, 0, tzinfo=UTC)


def played(told: Told) -> Played:
    return play(told, MemoryLog(), AT)


def our_figures(told: Told) -> Figures:
    return figures(played(told))


def compared(told: Told) -> dict[str, Any]:
    return compare(told, our_figures(told), our_figures)
