"""Opening the database: SQLite made durable, PostgreSQL by URL, tables brought up to date."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url

# How long a writer waits for another process's transaction.
BUSY_MS = 10_000
# A server that is gone without a word must not hold the one writer for minutes.
_PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
MIGRATIONS = Path(__file__).parent / "migrations"
# Any number that no other program takes an advisory lock on.
_MIGRATION_LOCK = 0x636F757274


def open_engine(url: str, sleep: Callable[[float], None] = time.sleep) -> Engine:
    """An engine for `sqlite:///FILE` or `postgresql://...`, tables migrated.

    Connections that are to write ask for execution option `write`. ValueError for other
    databases and for one that a newer program wrote. Safe when two processes open the same
    database at once.
    """
    engine = connect_engine(url, sleep)
    try:
        migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def connect_engine(url: str, sleep: Callable[[float], None] = time.sleep) -> Engine:
    """The same with the tables as they are found."""
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return _open_sqlite(parsed, sleep)
    if backend in {"postgresql", "postgres"}:
        return sa.create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            pool_size=2,
            connect_args=_PATIENCE,
        )
    raise ValueError(f"no support for {backend} databases; use sqlite or postgresql")


def migrate(engine: Engine) -> None:
    """Bring the tables to the newest revision; whoever comes second waits and finds it done."""
    with engine.execution_options(write=True).begin() as connection:
        upgrade(connection)


def upgrade(connection: Connection, revision: str = "head") -> None:
    """The same inside a transaction, up to any revision."""
    config = alembic_config()
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise ValueError(f"a newer Courtside wrote this database ({error})") from error


def alembic_config() -> Config:
    """Where our migrations are."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _open_sqlite(url: URL, sleep: Callable[[float], None]) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ValueError("a SQLite database needs a file: the log is the truth")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url.set(drivername="sqlite"))

    # The driver begins transactions late and by itself; we begin them, and writers at once, so
    # that two never deadlock in the middle.
    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        _use_wal(cursor, sleep)
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        write = connection.get_execution_options().get("write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _use_wal(cursor: sqlite3.Cursor, sleep: Callable[[float], None]) -> None:
    # Changing the journal mode does not wait for the busy timeout: with another process
    # opening the same new file it fails at once, and a moment later it is done already.
    for _ in range(BUSY_MS // 50):
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            sleep(0.05)
        else:
            return
    cursor.execute("PRAGMA journal_mode = WAL")
