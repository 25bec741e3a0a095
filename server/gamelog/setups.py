"""The set-ups of cameras in SQL: one document for each game and camera, nothing personal in it."""

from __future__ import annotations

from sqlalchemy import delete, insert
from sqlmodel import col, select

from server.gamelog.sql import SqlLog, stands
from server.gamelog.tables import SetupRow


class SetupTable:
    """Beside the log, in its database. Blocking, from any thread; raises LogUnavailable."""

    def __init__(self, log: SqlLog) -> None:
        self._log = log

    def get(self, game_id: str, camera: str) -> str | None:
        """The document; None where nothing was told, or the game was erased."""
        query = select(SetupRow.document).where(
            col(SetupRow.game_id) == game_id, col(SetupRow.camera) == camera
        )
        with self._log.reading() as connection:
            return connection.execute(query).scalar_one_or_none()

    def put(self, game_id: str, camera: str, document: str) -> None:
        """Keep it in place of the one before; nothing is kept of a game that is gone."""
        row = {"game_id": game_id, "camera": camera, "document": document}
        with self._log.writing() as connection:
            if not stands(connection, game_id):
                return
            connection.execute(
                delete(SetupRow).where(
                    col(SetupRow.game_id) == game_id, col(SetupRow.camera) == camera
                )
            )
            connection.execute(insert(SetupRow), row)
