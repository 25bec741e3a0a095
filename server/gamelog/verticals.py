"""Which vertical clips somebody asked for and what became of them, in SQL beside the clips."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, func, insert, inspect, update
from sqlalchemy import select as sa_select
from sqlmodel import col, select

from server.gamelog.sql import SqlLog, stands
from server.gamelog.sqlproposals import stamp
from server.gamelog.tables import VerticalRow

Status = Literal["waiting", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class Vertical:
    """One entry's vertical clip. name: of the picture and of all that is written on it. at: wall
    time of the last change of status. error: why it failed."""

    game_id: str
    seq: int
    name: str
    at: datetime
    status: Status = "waiting"
    size_bytes: int = 0
    error: str | None = None


class VerticalTable:
    """Beside the log, in its database. Blocking, from any thread; raises LogUnavailable."""

    def __init__(self, log: SqlLog) -> None:
        self._log = log

    def get(self, game_id: str, seq: int) -> Vertical | None:
        found = self._found(col(VerticalRow.game_id) == game_id, col(VerticalRow.seq) == seq)
        return found[0] if found else None

    def of_game(self, game_id: str) -> list[Vertical]:
        return self._found(col(VerticalRow.game_id) == game_id)

    def failed(self, most: int) -> list[Vertical]:
        """Of all games, the oldest first."""
        return self._found(col(VerticalRow.status) == "failed", most=most)

    def count(self, status: Status) -> int:
        query = select(func.count()).where(col(VerticalRow.status) == status)
        with self._log.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def want(self, asked: Vertical) -> None:
        """In place of what was there for its entry. Nothing is kept of a game that was erased."""
        with self._log.writing() as connection:
            if not stands(connection, asked.game_id):
                return
            connection.execute(delete(VerticalRow).where(*_entry(asked)))
            connection.execute(
                insert(VerticalRow),
                {
                    "game_id": asked.game_id,
                    "seq": asked.seq,
                    "name": asked.name,
                    "status": asked.status,
                    "at": stamp(asked.at),
                    "size_bytes": asked.size_bytes,
                    "error": asked.error,
                },
            )

    def settled(
        self,
        asked: Vertical,
        status: Status,
        now: datetime,
        *,
        size_bytes: int = 0,
        error: str | None = None,
    ) -> bool:
        """It is ready, or failed. False when something else is asked for by now, or nothing."""
        with self._log.writing() as connection:
            found = connection.execute(
                update(VerticalRow)
                .where(*_entry(asked), col(VerticalRow.name) == asked.name)
                .values(status=status, at=stamp(now), size_bytes=size_bytes, error=error)
            )
            return found.rowcount > 0

    def forget(self, gone: Iterable[Vertical]) -> None:
        """Their rows go, unless something else is asked for by now."""
        with self._log.writing() as connection:
            for one in gone:
                same = col(VerticalRow.name) == one.name
                connection.execute(delete(VerticalRow).where(*_entry(one), same))

    def erase_game(self, game_id: str) -> None:
        with self._log.writing() as connection:
            connection.execute(delete(VerticalRow).where(col(VerticalRow.game_id) == game_id))

    def _found(self, *where: Any, most: int | None = None) -> list[Vertical]:
        query = (
            sa_select(*inspect(VerticalRow).columns)
            .where(*where)
            .order_by(col(VerticalRow.at), col(VerticalRow.seq))
            .limit(most)
        )
        with self._log.reading() as connection:
            return [
                Vertical(
                    row.game_id,
                    row.seq,
                    row.name,
                    datetime.fromisoformat(row.at),
                    row.status,
                    row.size_bytes,
                    row.error,
                )
                for row in connection.execute(query)
            ]


def _entry(one: Vertical) -> tuple[Any, ...]:
    return (col(VerticalRow.game_id) == one.game_id, col(VerticalRow.seq) == one.seq)
