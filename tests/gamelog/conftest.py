"""Every kind of log, for tests that must hold for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.gamelog.log import Log
from server.gamelog.memory import MemoryLog
from server.gamelog.sql import SqlLog
from tests.postgres import postgres

__all__ = ["postgres"]

KINDS = ("memory", "sqlite", "postgres")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres").new_database())
    return f"sqlite:///{tmp_path}/log.db"


@pytest.fixture(params=KINDS)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    opened: Log
    if request.param == "memory":
        opened = MemoryLog()
    elif request.param == "sqlite":
        opened = SqlLog.open(f"sqlite:///{tmp_path}/log.db")
    else:
        opened = SqlLog.open(request.getfixturevalue("postgres").migrated_database())
    yield opened
    opened.close()


@pytest.fixture
def opener(url: str) -> Iterator[Callable[[], SqlLog]]:
    """Opens the same database again and again, as other processes do."""
    opened: list[SqlLog] = []

    def open_log() -> SqlLog:
        opened.append(SqlLog.open(url))
        return opened[-1]

    yield open_log
    for log in opened:
        log.close()
