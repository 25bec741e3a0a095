"""What became of the clips of games, in SQL beside the log.

A row says what was cut for an entry, never in words: those are made from the log and the names
when somebody asks. The rows are also the list of what is still to be cut and of what could not
be, so that nothing hangs on a queue that may be lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, func, insert, inspect, update
from sqlalchemy import select as sa_select
from sqlalchemy.engine import Connection
from sqlmodel import col, select

from server.gamelog.sql import SqlLog, stands
from server.gamelog.sqlproposals import stamp
from server.gamelog.tables import ClipRow

Status = Literal["waiting", "ready", "no_picture", "failed", "erased"]


@dataclass(frozen=True, slots=True)
class Clip:
    """One entry's clip. cut: names its picture. wanted_at: since when it could be asked for.

    tries: how often it was begun. at: wall time of the last change of status. error: why it
    failed. facts: of the file, once it is ready. gone_at: since when its entry no longer stands.
    """

    game_id: str
    seq: int
    cut: str
    camera: str
    moment_s: float
    start_s: float
    end_s: float
    wanted_at: datetime
    status: Status = "waiting"
    tries: int = 0
    at: datetime | None = None
    error: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    gone_at: datetime | None = None


class ClipTable:
    """Beside the log, in its database. Blocking, from any thread; raises LogUnavailable."""

    def __init__(self, log: SqlLog) -> None:
        self._log = log

    def of_game(self, game_id: str) -> list[Clip]:
        """All rows, in the order of the log."""
        return self._found(col(ClipRow.game_id) == game_id)

    def get(self, game_id: str, seq: int) -> Clip | None:
        found = self._found(col(ClipRow.game_id) == game_id, col(ClipRow.seq) == seq)
        return found[0] if found else None

    def with_status(self, status: Status, most: int) -> list[Clip]:
        """Of all games, those that wait longest first."""
        return self._found(col(ClipRow.status) == status, col(ClipRow.gone_at).is_(None), most=most)

    def gone_before(self, when: datetime, most: int) -> list[Clip]:
        """Those whose entry has not stood since then."""
        return self._found(col(ClipRow.gone_at) < stamp(when), most=most)

    def counts(self) -> dict[str, int]:
        """How many there are of each status."""
        status = col(ClipRow.status)
        query = select(status, func.count().label("number")).group_by(status)
        with self._log.reading() as connection:
            return {row.status: row.number for row in connection.execute(query)}

    def want(self, clips: Iterable[Clip], gone: Iterable[int], game_id: str, now: datetime) -> None:
        """Rows for clips that are new or show something else than before, and for those whose
        entry stands again; `gone` are the seqs of those that no longer do. Nothing is kept of a
        game that was erased."""
        with self._log.writing() as connection:
            if not stands(connection, game_id):
                return
            for clip in clips:
                _put(connection, clip)
            if seqs := list(gone):
                connection.execute(
                    update(ClipRow)
                    .where(col(ClipRow.game_id) == game_id, col(ClipRow.seq).in_(seqs))
                    .values(gone_at=stamp(now))
                )

    def begun(self, clip: Clip) -> None:
        """One try more."""
        self._set(clip, tries=col(ClipRow.tries) + 1)

    def settled(
        self, clip: Clip, status: Status, now: datetime, *, error: str | None = None, **facts: Any
    ) -> bool:
        """It is ready, or never will be. False when the row shows something else by now."""
        return self._set(clip, status=status, at=stamp(now), error=error, facts=json.dumps(facts))

    def again(self, clip: Clip, now: datetime) -> bool:
        """Try once more what failed or had no picture."""
        return self._set(clip, status="waiting", tries=0, at=stamp(now), error=None)

    def forget(self, clip: Clip) -> bool:
        """The row goes, unless its entry stands again."""
        with self._log.writing() as connection:
            found = connection.execute(
                delete(ClipRow).where(*_same(clip), col(ClipRow.gone_at).is_not(None))
            )
            return found.rowcount > 0

    def erase_game(self, game_id: str) -> None:
        with self._log.writing() as connection:
            connection.execute(delete(ClipRow).where(col(ClipRow.game_id) == game_id))

    def erase(self, clips: Iterable[Clip], now: datetime) -> None:
        """Nothing of them is shown or made again."""
        with self._log.writing() as connection:
            for clip in clips:
                connection.execute(
                    update(ClipRow)
                    .where(col(ClipRow.game_id) == clip.game_id, col(ClipRow.seq) == clip.seq)
                    .values(status="erased", at=stamp(now), error=None, facts="{}")
                )

    def _set(self, clip: Clip, **values: Any) -> bool:
        with self._log.writing() as connection:
            found = connection.execute(update(ClipRow).where(*_same(clip)).values(**values))
            return found.rowcount > 0

    def _found(self, *where: Any, most: int | None = None) -> list[Clip]:
        query = (
            sa_select(*inspect(ClipRow).columns)
            .where(*where)
            .order_by(col(ClipRow.wanted_at), col(ClipRow.seq))
            .limit(most)
        )
        with self._log.reading() as connection:
            return [_clip(row) for row in connection.execute(query)]


def _same(clip: Clip) -> tuple[Any, ...]:
    """The row of this picture; not that of an entry whose moment has moved since."""
    return (
        col(ClipRow.game_id) == clip.game_id,
        col(ClipRow.seq) == clip.seq,
        col(ClipRow.cut) == clip.cut,
        col(ClipRow.status) != "erased",
    )


def _put(connection: Connection, clip: Clip) -> None:
    mine = (col(ClipRow.game_id) == clip.game_id, col(ClipRow.seq) == clip.seq)
    connection.execute(delete(ClipRow).where(*mine, col(ClipRow.status) != "erased"))
    if connection.execute(sa_select(col(ClipRow.seq)).where(*mine)).first() is None:
        connection.execute(
            insert(ClipRow),
            {
                "game_id": clip.game_id,
                "seq": clip.seq,
                "cut": clip.cut,
                "camera": clip.camera,
                "moment_s": clip.moment_s,
                "start_s": clip.start_s,
                "end_s": clip.end_s,
                "wanted_at": stamp(clip.wanted_at),
                "status": clip.status,
                "tries": clip.tries,
                "at": None if clip.at is None else stamp(clip.at),
                "error": clip.error,
                "facts": json.dumps(dict(clip.facts)),
                "gone_at": None if clip.gone_at is None else stamp(clip.gone_at),
            },
        )


def _clip(row: Any) -> Clip:
    return Clip(
        row.game_id,
        row.seq,
        row.cut,
        row.camera,
        row.moment_s,
        row.start_s,
        row.end_s,
        datetime.fromisoformat(row.wanted_at),
        row.status,
        row.tries,
        None if row.at is None else datetime.fromisoformat(row.at),
        row.error,
        json.loads(row.facts),
        None if row.gone_at is None else datetime.fromisoformat(row.gone_at),
    )
