"""All tables as lines of JSON and back: from any database that is supported into any other.

Read in one transaction, so a server may go on writing; told apart from what the tables are
called today by their Alembic revision, so an old backup is restored as it was, then migrated.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from server.gamelog.engine import alembic_config, connect_engine, upgrade

# Parents first: entries belong to games.
TABLES = (
    "games", "names", "entries", "calls", "proposals", "labels", "setups", "media_inits",
    "media_segments",
)  # fmt: skip
# Pictures of people leave the server only when somebody asks for it (of recordings only the index
# is kept: whoever copies the files as well has them back); who watches now is no matter for
# tomorrow; clips lie where the recordings lie.
STILLS = "stills"
NOT_KEPT = (STILLS, "watches", "clips", "verticals")
_ROWS_AT_ONCE = 1000
_KEPT_BY_ALEMBIC = "alembic_version"


class BadBackup(Exception):  # noqa: N818  (what was given, not a fault of ours)
    """It is no backup, a damaged one, or one of a newer Courtside."""


class NotEmpty(Exception):  # noqa: N818
    """There are games already: restoring would mix two logs."""


class Snapshot:
    """The database at one moment."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tables = _reflect(connection)
        version = self._tables[_KEPT_BY_ALEMBIC]
        self.revision = str(connection.execute(sa.select(version.c.version_num)).scalar_one())

    def tables(self, stills: bool) -> list[str]:
        """Names, in the order in which they must be restored."""
        wanted = (*TABLES, STILLS) if stills else TABLES
        return [name for name in wanted if name in self._tables]

    def lines(self, table: str) -> Iterator[str]:
        """The rows of a table, one JSON object a line, in the order of its key."""
        found = self._tables[table]
        query = sa.select(found).order_by(*found.primary_key.columns)
        rows = self._connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(query)
        for row in rows.mappings():
            yield json.dumps(dict(row), ensure_ascii=False, default=_bytes_text) + "\n"


@contextmanager
def snapshot(url: str) -> Iterator[Snapshot]:
    """Read a database while others write to it. ValueError when there is none of ours."""
    engine = connect_engine(url)
    try:
        if engine.dialect.name == "postgresql":
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        # SQLite's write-ahead log shows a reader the moment of its first query throughout.
        with engine.begin() as connection:
            if not sa.inspect(connection).has_table(_KEPT_BY_ALEMBIC):
                raise ValueError("there is no Courtside log in this database")
            yield Snapshot(connection)
    finally:
        engine.dispose()


def restore(
    url: str,
    revision: str,
    tables: Mapping[str, tuple[Callable[[], Iterable[str]], int]],
    new_id: Callable[[], str],
) -> None:
    """Fill an empty database, all or nothing.

    tables: name -> its lines and how many there must be, parents first. Each game gets a new
    epoch: what is written from now on is another continuation than the one viewers may know.
    BadBackup, NotEmpty; ValueError for databases that are not supported.
    """
    _require_known(revision)
    engine = connect_engine(url)
    try:
        with engine.execution_options(write=True).begin() as connection:
            _clear(connection)
            upgrade(connection, revision)
            found = _reflect(connection)
            if {*tables, _KEPT_BY_ALEMBIC} != found.keys() & {*tables, *TABLES, _KEPT_BY_ALEMBIC}:
                raise BadBackup(f"its tables are not those of revision {revision}")
            for name, (lines, expected) in tables.items():
                rows = _fill(connection, found[name], lines(), new_id)
                if rows != expected:
                    raise BadBackup(f"{name} has {rows} rows and should have {expected}")
            upgrade(connection)
    except (sa.exc.IntegrityError, sa.exc.DataError) as error:
        raise BadBackup(str(error.orig)) from error
    finally:
        engine.dispose()


def _clear(connection: Connection) -> None:
    """Drop our own tables, which hold no game."""
    found = _reflect(connection)
    games = found.get("games")
    if games is not None and connection.execute(sa.select(games).limit(1)).first():
        raise NotEmpty("the database has games already; restore into an empty one")
    for name in (*NOT_KEPT, *reversed(TABLES), _KEPT_BY_ALEMBIC):
        if name in found:
            found[name].drop(connection)


def _fill(
    connection: Connection, table: sa.Table, lines: Iterable[str], new_id: Callable[[], str]
) -> int:
    count = 0
    rows: list[dict[str, Any]] = []
    for line in lines:
        rows.append(_row(table, line, new_id))
        if len(rows) == _ROWS_AT_ONCE:
            connection.execute(sa.insert(table), rows)
            count, rows = count + len(rows), []
    if rows:
        connection.execute(sa.insert(table), rows)
    return count + len(rows)


def _row(table: sa.Table, line: str, new_id: Callable[[], str]) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise BadBackup(f"{table.name}: {error}") from error
    if not isinstance(row, dict) or row.keys() != set(table.columns.keys()):
        raise BadBackup(f"{table.name}: a row has other columns than the table")
    for column in table.columns:
        if isinstance(column.type, sa.LargeBinary):
            row[column.name] = _text_bytes(table.name, row[column.name])
    return {**row, "epoch": new_id()} if table.name == "games" else row


def _bytes_text(value: Any) -> str:
    return base64.b64encode(value).decode()


def _text_bytes(table: str, value: Any) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (TypeError, ValueError) as error:
        raise BadBackup(f"{table}: {error}") from error


def _require_known(revision: str) -> None:
    scripts = ScriptDirectory.from_config(alembic_config()).walk_revisions()
    if revision not in {script.revision for script in scripts}:
        raise BadBackup(f"a newer Courtside made it (revision {revision}); update this one first")


def _reflect(connection: Connection) -> dict[str, sa.Table]:
    metadata = sa.MetaData()
    metadata.reflect(connection)
    return dict(metadata.tables)
