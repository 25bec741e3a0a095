"""What a call costs on a long game: deciding, keeping, folding, folding again."""

from __future__ import annotations

import gc
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import count, islice
from pathlib import Path
from typing import Any

from server.book import Book
from server.books import Books
from server.clock import SystemClock
from server.game.entry import Entry
from server.game.events import FieldGoal
from server.gamelog.engine import open_engine
from server.gamelog.log import Log
from server.gamelog.memory import MemoryLog
from server.gamelog.sql import SqlLog
from server.projections.sheet import Sheet
from server.projections.stats import stats
from server.referee import Referee
from tests.bench.long_game import NEW_GAME, Body, calls


def main(seconds: float) -> dict[str, object]:
    """CPU times are of this thread alone, so a busy machine disturbs them little."""
    # As `serve` does once everything is loaded: the collector never looks at it again.
    gc.collect()
    gc.freeze()
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        durable = f"sqlite:///{Path(folder) / 'durable.db'}"
        appends = {
            "memory": _appends(MemoryLog(), seconds),
            "SQLite": _appends(SqlLog.open(durable), seconds),
            "SQLite without its sync": _appends(_unsynced(Path(folder) / "quick.db"), seconds),
        }
    for log, (cpu_ms, wall_ms) in appends.items():
        figures[f"append at 600 entries, {log}, CPU ms p50"] = _at(cpu_ms, 0.5)
        figures[f"append at 600 entries, {log}, wall ms p95"] = _at(wall_ms, 0.95)
    for size in (600, 5_000, 20_000):
        for name, value in _corrections(size, seconds).items():
            figures[f"{size} entries: {name}"] = value
    return figures


def _books(log: Log) -> tuple[Books, str]:
    numbers = count(1)
    books = Books(log, SystemClock(), lambda: f"id-{next(numbers)}", Referee())
    return books, books.people.create_game(NEW_GAME).game_id


def _fill(books: Books, game: str, bodies: Iterable[Body]) -> None:
    for body in bodies:
        books.rulings.call(game, body, "desk")


def _appends(log: Log, seconds: float) -> tuple[list[float], list[float]]:
    """CPU and wall milliseconds of each call from entry 600 on."""
    books, game = _books(log)
    bodies = calls(900)
    _fill(books, game, islice(bodies, 600))
    cpu_ms, wall_ms = [], []
    until = time.monotonic() + seconds / 10
    for body in bodies:
        if time.monotonic() > until:
            break
        cpu, wall = time.thread_time(), time.perf_counter()
        books.rulings.call(game, body, "desk")
        cpu_ms.append((time.thread_time() - cpu) * 1e3)
        wall_ms.append((time.perf_counter() - wall) * 1e3)
    log.close()
    return cpu_ms, wall_ms


def _corrections(size: int, seconds: float) -> dict[str, float]:
    """What voids all over a game of `size` cost, and how many times that of a loop that only
    counts is a fold of everything."""
    log = MemoryLog()
    books, game = _books(log)
    _fill(books, game, calls(size))
    record = books.reading.record(game)
    entries = log.entries(game)
    players = record.players
    folded = Book(record, entries).game
    loop_ms = _cpu_ms(lambda: _plain_loop(entries))
    fold_ms = _cpu_ms(lambda: Sheet(folded, players).sections())
    stats_ms = _cpu_ms(lambda: stats(folded, players))
    shots = [entry.seq for entry in entries if isinstance(entry.event, FieldGoal)]
    taken = []
    until = time.monotonic() + seconds / 5
    for n, seq in enumerate(shots[:: max(1, len(shots) // 100)]):
        if time.monotonic() > until:
            break
        void = {"call_id": f"v{n}", "type": "void", "links": seq}
        cpu = time.thread_time()
        books.rulings.call(game, void, "desk")
        taken.append((time.thread_time() - cpu) * 1e3)
    return {
        "correction, CPU ms p50": _at(taken, 0.5),
        "correction, CPU ms p95": _at(taken, 0.95),
        "correction p95, x plain loop": _at(taken, 0.95) / loop_ms,
        "all projections folded, CPU ms": fold_ms,
        "all projections folded, x plain loop": fold_ms / loop_ms,
        "statistics on demand, CPU ms": stats_ms,
    }


def _plain_loop(entries: Sequence[Entry]) -> Counter[tuple[str | None, str]]:
    """One pass that counts: what no fold of the same entries can be faster than."""
    counts: Counter[tuple[str | None, str]] = Counter()
    for entry in entries:
        event: Any = entry.event
        if event.name == "field_goal":
            counts[event.player, "fga"] += 1
            if event.made:
                counts[event.player, "fgm"] += 1
                counts[event.player, "pts"] += event.value
        elif event.name in ("rebound", "foul"):
            counts[event.player, event.name] += 1
    return counts


def _cpu_ms(work: Callable[[], object]) -> float:
    """The best of several tries."""
    best = float("inf")
    for _ in range(5):
        begun = time.thread_time()
        work()
        best = min(best, time.thread_time() - begun)
    return best * 1e3


def _unsynced(path: Path) -> SqlLog:
    engine = open_engine(f"sqlite:///{path}")
    # The one connection that a single thread uses keeps the setting.
    raw = engine.raw_connection()
    raw.cursor().execute("PRAGMA synchronous = OFF")
    raw.close()
    return SqlLog(engine)


def _at(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]
