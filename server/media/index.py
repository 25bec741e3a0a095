"""Where each segment of a recording is, in SQL beside the log. Blocking, from any thread."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.engine import Connection, Row
from sqlalchemy.orm import aliased
from sqlmodel import col

from server.gamelog.sql import SqlLog
from server.gamelog.sqlproposals import stamp
from server.gamelog.tables import GameRow, MediaInitRow, MediaSegmentRow
from server.media.segments import RENDITIONS, Init, Part, Rendition, Segment

_SEGMENT, _INIT = MediaSegmentRow, MediaInitRow


class GameGone(Exception):  # noqa: N818
    """The game was erased: nothing of it may be kept."""


class Index:
    """Each method raises LogUnavailable when the database cannot be reached."""

    def __init__(self, log: SqlLog) -> None:
        self._log = log

    # --- for the recorder

    def next(self, game: str, camera: str) -> Mapping[Rendition, tuple[int, int]]:
        """The numbers that the next segment and the next head of each rendition have."""
        segments = (
            select(col(_SEGMENT.rendition), func.max(_SEGMENT.number) + 1)
            .where(col(_SEGMENT.game_id) == game, col(_SEGMENT.camera) == camera)
            .group_by(col(_SEGMENT.rendition))
        )
        inits = (
            select(col(_INIT.rendition), func.max(_INIT.init_id) + 1)
            .where(col(_INIT.game_id) == game, col(_INIT.camera) == camera)
            .group_by(col(_INIT.rendition))
        )
        with self._log.reading() as connection:
            numbers = {row[0]: int(row[1]) for row in connection.execute(segments)}
            heads = {row[0]: int(row[1]) for row in connection.execute(inits)}
        return {r: (numbers.get(r, 0), heads.get(r, 1)) for r in RENDITIONS}

    def add_init(self, game: str, camera: str, init: Init) -> None:
        """Raises GameGone, and Conflict when another process has used its number."""
        row = {
            "game_id": game,
            "camera": camera,
            "rendition": init.rendition,
            "init_id": init.id,
            "codecs": init.codecs,
            "width": init.width,
            "height": init.height,
            "data": init.data,
        }
        with self._log.writing() as connection:
            _check_there(connection, game)
            connection.execute(insert(_INIT), row)

    def begin(self, game: str, camera: str, segment: Segment) -> None:
        """It is being written. Raises GameGone, and Conflict when another process writes it."""
        with self._log.writing() as connection:
            _check_there(connection, game)
            connection.execute(insert(_SEGMENT), _row(game, camera, segment, is_open=True))

    def finish(self, game: str, camera: str, segment: Segment) -> None:
        """It is as it will stay. Raises GameGone."""
        with self._log.writing() as connection:
            _check_there(connection, game)
            connection.execute(delete(_SEGMENT).where(*_is(game, camera, segment)))
            connection.execute(insert(_SEGMENT), _row(game, camera, segment, is_open=False))

    # --- for the library

    def segments(
        self,
        game: str,
        camera: str,
        rendition: Rendition,
        from_s: float | None = None,
        to_s: float | None = None,
    ) -> list[tuple[Segment, bool]]:
        """Those that touch the span, in order, each with whether it is still open."""
        query = _segments().where(
            col(_SEGMENT.game_id) == game,
            col(_SEGMENT.camera) == camera,
            col(_SEGMENT.rendition) == rendition,
        )
        if from_s is not None:
            ends = col(_SEGMENT.start_s) + col(_SEGMENT.duration_s) > from_s
            query = query.where(ends | col(_SEGMENT.open))
        if to_s is not None:
            query = query.where(col(_SEGMENT.start_s) < to_s)
        with self._log.reading() as connection:
            rows = connection.execute(query.order_by(col(_SEGMENT.number))).all()
        return [(_segment(row), row.open) for row in rows]

    def inits(self, game: str, camera: str) -> list[Init]:
        """Of both renditions."""
        query = (
            select(_INIT.__table__)  # type: ignore[attr-defined]
            .where(col(_INIT.game_id) == game, col(_INIT.camera) == camera)
            .order_by(col(_INIT.rendition), col(_INIT.init_id))
        )
        with self._log.reading() as connection:
            return [
                Init(row.init_id, row.rendition, row.codecs, row.width, row.height, row.data)
                for row in connection.execute(query)
            ]

    def usage(self, game: str) -> dict[str, int]:
        """Bytes of each camera of a game."""
        query = (
            select(col(_SEGMENT.camera), func.sum(_SEGMENT.size_bytes))
            .where(col(_SEGMENT.game_id) == game)
            .group_by(col(_SEGMENT.camera))
            .having(func.sum(_SEGMENT.size_bytes) > 0)
            .order_by(col(_SEGMENT.camera))
        )
        with self._log.reading() as connection:
            return {row[0]: int(row[1]) for row in connection.execute(query)}

    # --- for the caretaker

    def unfinished(self) -> list[tuple[str, str]]:
        """(game, camera) of which a segment is open."""
        query = (
            select(col(_SEGMENT.game_id), col(_SEGMENT.camera)).where(col(_SEGMENT.open)).distinct()
        )
        with self._log.reading() as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]

    def open_segments(self, game: str, camera: str) -> list[Segment]:
        """Those that are being written, or whose writer died."""
        query = _segments().where(
            col(_SEGMENT.game_id) == game, col(_SEGMENT.camera) == camera, col(_SEGMENT.open)
        )
        with self._log.reading() as connection:
            return [_segment(row) for row in connection.execute(query)]

    def filmed_before(self, moment: datetime, most: int) -> list[tuple[str, str, Segment]]:
        """(game, camera, segment) of finished ones, oldest first."""
        query = (
            _segments()
            .where(col(_SEGMENT.wall_at) < stamp(moment), ~col(_SEGMENT.open))
            .order_by(col(_SEGMENT.wall_at))
            .limit(most)
        )
        with self._log.reading() as connection:
            return [(row.game_id, row.camera, _segment(row)) for row in connection.execute(query)]

    def forget(self, gone: Iterable[tuple[str, str, Segment]]) -> None:
        """Their files are no more."""
        with self._log.writing() as connection:
            for game, camera, segment in gone:
                connection.execute(delete(_SEGMENT).where(*_is(game, camera, segment)))

    def forget_game(self, game: str) -> None:
        """All of it."""
        with self._log.writing() as connection:
            connection.execute(delete(_SEGMENT).where(col(_SEGMENT.game_id) == game))
            connection.execute(delete(_INIT).where(col(_INIT.game_id) == game))

    def forget_pictures(self, game: str) -> None:
        """All of it but the last numbers: what comes next must not be taken for what was."""
        newest = aliased(_SEGMENT)
        is_last = col(_SEGMENT.number) == (
            select(func.max(newest.number))
            .where(
                col(newest.game_id) == col(_SEGMENT.game_id),
                col(newest.camera) == col(_SEGMENT.camera),
                col(newest.rendition) == col(_SEGMENT.rendition),
            )
            .scalar_subquery()
        )
        of_game = col(_SEGMENT.game_id) == game
        nothing = {"size_bytes": 0, "duration_s": 0.0, "parts": "[]", "open": False}
        with self._log.writing() as connection:
            connection.execute(delete(_SEGMENT).where(of_game, ~is_last))
            connection.execute(update(_SEGMENT).where(of_game).values(**nothing))

    def of_erased_games(self) -> list[str]:
        """Games that were erased while their recordings could not be."""
        query = (
            select(col(_INIT.game_id))
            .join(GameRow, col(GameRow.game_id) == col(_INIT.game_id))
            .where(col(GameRow.erased))
            .distinct()
        )
        with self._log.reading() as connection:
            return list(connection.execute(query).scalars())


def _segments() -> Select[Any]:
    return select(_SEGMENT.__table__)  # type: ignore[attr-defined]


def _check_there(connection: Connection, game: str) -> None:
    there = select(col(GameRow.game_id)).where(
        col(GameRow.game_id) == game, col(GameRow.erased).is_(False)
    )
    if connection.execute(there.with_for_update(key_share=True)).first() is None:
        raise GameGone(game)


def _is(game: str, camera: str, segment: Segment) -> tuple[Any, ...]:
    return (
        col(_SEGMENT.game_id) == game,
        col(_SEGMENT.camera) == camera,
        col(_SEGMENT.rendition) == segment.rendition,
        col(_SEGMENT.number) == segment.number,
    )


def _row(game: str, camera: str, segment: Segment, *, is_open: bool) -> dict[str, Any]:
    parts = [
        (part.start_s, part.duration_s, int(part.independent), part.offset, part.length)
        for part in segment.parts
    ]
    return {
        "game_id": game,
        "camera": camera,
        "rendition": segment.rendition,
        "number": segment.number,
        "init_id": segment.init_id,
        "start_s": segment.start_s,
        "duration_s": segment.duration_s,
        "wall_at": stamp(segment.wall_at),
        "discontinuity": segment.discontinuity,
        "size_bytes": segment.size_bytes,
        "parts": json.dumps([] if is_open else parts, separators=(",", ":")),
        "open": is_open,
    }


def _segment(row: Row[Any]) -> Segment:
    return Segment(
        cast(Rendition, row.rendition),
        row.number,
        row.init_id,
        row.start_s,
        row.duration_s,
        datetime.fromisoformat(row.wall_at),
        tuple(Part(p[0], p[1], bool(p[2]), p[3], p[4]) for p in json.loads(row.parts)),
        row.discontinuity,
        row.size_bytes,
    )
