"""A real PostgreSQL for tests: its own cluster in a temporary folder, on a unix socket.

Use the fixtures by importing them in a conftest: `from tests.postgres import postgres`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlmodel import SQLModel

from server.gamelog.engine import open_engine
from tests.support import missing

# Where distributions keep the programs that are not on PATH.
PLACES = "/usr/lib/postgresql/*/bin"


def find_programs() -> Path | None:
    """The folder with initdb and postgres, the newest version first."""
    found = sorted(Path("/").glob(PLACES.lstrip("/") + "/initdb"), key=_version, reverse=True)
    if found:
        return found[0].parent
    on_path = shutil.which("initdb")
    return None if on_path is None else Path(on_path).resolve().parent


def _version(path: Path) -> float:
    try:
        return float(path.parent.parent.name)
    except ValueError:
        return 0.0


class PostgresServer:
    """A running cluster. Each test gets a database of its own."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._numbers = count(1)
        self._migrated: str | None = None

    def new_database(self) -> str:
        """The URL of a database without tables."""
        name = f"test{next(self._numbers)}"
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self._url(name)

    def migrated_database(self) -> str:
        """The URL of a database with empty tables: always the same one, for a test at a time.
        Emptying it is quicker than making and migrating another."""
        if self._migrated is None:
            self._migrated = self.new_database()
            open_engine(self._migrated).dispose()
        tables = ", ".join(SQLModel.metadata.tables)
        with psycopg.connect(self._migrated, autocommit=True) as connection:
            connection.execute(f"TRUNCATE {tables}".encode())
        return self._migrated

    def _url(self, database: str) -> str:
        return f"postgresql://courtside@/{database}?host={self._home}"


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a cluster, and remove it at the end. Skips where PostgreSQL is not installed."""
    programs = find_programs()
    if programs is None:
        missing("PostgreSQL (initdb)")
        raise AssertionError
    home = Path(tempfile.mkdtemp(prefix="ctp-", dir="/tmp"))  # a socket's path must be short
    as_user: list[str] = []
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        as_user = ["runuser", "-u", "postgres", "--"]
        shutil.chown(home, "postgres", "postgres")
    data = home / "data"

    def run(program: str, *arguments: str) -> None:
        command = [*as_user, str(programs / program), *arguments]
        subprocess.run(command, cwd=home, check=True, capture_output=True, timeout=120)

    try:
        run("initdb", "-D", str(data), "-U", "courtside", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses= -c unix_socket_directories={home} -c fsync=off"
        run("pg_ctl", "-D", str(data), "-l", str(home / "log"), "-o", options, "-w", "start")
        try:
            yield PostgresServer(home)
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One cluster for the whole run; each test asks it for a database of its own."""
    with postgres_server() as server:
        yield server
