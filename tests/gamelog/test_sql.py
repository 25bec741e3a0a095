"""What only a database can promise: durability, several processes, migrations."""

from __future__ import annotations

import multiprocessing
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

from server.game.events import Amended, Note, PeriodStarted
from server.gamelog.engine import MIGRATIONS, alembic_config, migrate, open_engine
from server.gamelog.log import Conflict, LogUnavailable, Orders
from server.gamelog.proposal import Changes, Label
from server.gamelog.sql import SqlLog
from server.gamelog.texts import take_texts, text_key
from tests.gamelog.test_log import NOON, REBOUND, RECORD, commit
from tests.postgres import PostgresServer


def test_the_migrations_make_the_tables_that_the_code_uses(url: str) -> None:
    engine = open_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
    migrate(engine)  # again: nothing to do
    engine.dispose()


def _downgrade(engine: sa.Engine, revision: str) -> None:
    config = alembic_config()
    with engine.execution_options(write=True).begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def test_what_older_versions_wrote_into_entries_moves_out_and_back(url: str) -> None:
    log = SqlLog.open(url)
    log.add_game(RECORD, {"home-0": "Zoë"})
    note = Note(period=1, clock_ms=0, text="Zoë fell")
    amended = Amended(period=1, clock_ms=0, links=1, event=note)
    for seq, call_id, event in ((1, "c1", note), (2, "c2", amended)):
        (taken,), texts = take_texts(call_id, [event])
        log.commit(replace(commit(seq, call_id=call_id, event=taken), texts=texts))
    log.commit(commit(3, call_id="c3", event=PeriodStarted(period=1, clock_ms=600_000)))
    before = log.entries("g1")
    log.close()
    engine = open_engine(url)
    # Back to before texts stood apart: their keys and rows are gone, the entries say them.
    _downgrade(engine, "0002")
    with engine.connect() as connection:
        columns = {column["name"] for column in sa.inspect(connection).get_columns("games")}
        assert "rules_document" not in columns
    migrate(engine)
    with engine.connect() as connection:
        stored = connection.execute(sa.text("SELECT event FROM entries ORDER BY seq")).scalars()
        assert not any("Zoë" in event for event in stored)
    engine.dispose()
    log = SqlLog.open(url)
    texts = {text_key("c1"): "Zoë fell", text_key("c2"): "Zoë fell"}
    assert log.names("g1") == {"home-0": "Zoë", **texts}
    assert log.entries("g1") == before
    engine = open_engine(url)
    _downgrade(engine, "0002")
    with engine.connect() as connection:
        stored = connection.execute(sa.text("SELECT event FROM entries ORDER BY seq")).scalars()
        assert [event.count("Zoë fell") for event in stored] == [1, 1, 0]
    engine.dispose()
    log.close()


def test_shots_that_older_versions_proposed_are_still_there(url: str) -> None:
    log = SqlLog.open(url)
    log.add_game(RECORD, {})
    plain = replace(REBOUND, type="field_goal", value=2, made=0.75, offensive=None)
    log.change("g1", Changes(adds=plain, still=b"jpeg"))
    rebound = replace(REBOUND, proposal_id="r2")
    log.change("g1", Changes(adds=rebound, labels=(Label("l", "rebound", "missed", NOON),)))
    log.close()
    engine = open_engine(url)
    _downgrade(engine, "0004")
    with engine.connect() as connection:
        (row,) = connection.execute(sa.text("SELECT rim_s, made FROM proposals")).all()
        assert tuple(row) == (13.5, 0.75)
    engine.dispose()
    log = SqlLog.open(url)
    assert log.proposals("g1") == [plain]
    assert (log.still("g1", "r1"), log.labels()) == (None, [])
    assert log.standing_orders("g1") == Orders(2, None)
    log.close()


def test_migrations_are_inside_the_package() -> None:
    assert (MIGRATIONS / "env.py").is_file()
    assert list((MIGRATIONS / "versions").glob("v0*.py"))


def _open_and_close(url: str) -> int:
    SqlLog.open(url).close()
    return 1


def test_two_processes_may_start_at_once(url: str) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(3) as pool:
        assert pool.map(_open_and_close, [url] * 3) == [1, 1, 1]


def test_what_was_committed_is_there_for_the_next_process(opener: Callable[[], SqlLog]) -> None:
    first = opener()
    first.add_game(RECORD, {})
    first.commit(commit(1, 2))
    second = opener()
    assert second.game("g1") == RECORD
    assert [entry.seq for entry in second.entries("g1")] == [1, 2]


def test_one_of_two_writers_wins_each_number(opener: Callable[[], SqlLog]) -> None:
    logs = [opener(), opener()]
    logs[0].add_game(RECORD, {})

    def write(writer: int) -> int:
        won = 0
        while won < 10:
            last = len(logs[writer].entries("g1"))
            try:
                logs[writer].commit(commit(last + 1, call_id=f"{writer}-{won}"))
            except Conflict:
                continue
            won += 1
        return won

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(write, range(2))) == [10, 10]
    entries = logs[0].entries("g1")
    assert [entry.seq for entry in entries] == list(range(1, 21))
    assert len({entry.call_id for entry in entries}) == 20


def test_sqlite_syncs_fully_and_uses_a_write_ahead_log(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/deep/er/log.db")
    with engine.connect() as connection:
        assert connection.execute(sa.text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(sa.text("PRAGMA synchronous")).scalar() == 2
        assert connection.execute(sa.text("PRAGMA foreign_keys")).scalar() == 1
    engine.dispose()


def test_a_locked_database_is_said_to_be_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.gamelog.engine.BUSY_MS", 100)
    log = SqlLog.open(f"sqlite:///{tmp_path}/log.db")
    log.add_game(RECORD, {})
    blocker = sqlite3.connect(tmp_path / "log.db", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(LogUnavailable):
        log.commit(commit(1))
    blocker.execute("ROLLBACK")
    blocker.close()
    log.commit(commit(1))
    log.close()


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/x", "oracle://x"]
)
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"SQLite|no support"):
        open_engine(url)


def test_a_database_out_of_reach_is_said_to_be_unavailable(tmp_path: Path) -> None:
    with pytest.raises(LogUnavailable):
        SqlLog.open(f"postgresql://nobody@/none?host={tmp_path}")


def test_postgres_urls_of_both_spellings(postgres: PostgresServer) -> None:
    url = postgres.new_database()
    SqlLog.open(url.replace("postgresql://", "postgres://")).close()


def test_a_connection_that_was_cut_is_made_anew(postgres: PostgresServer) -> None:
    url = postgres.migrated_database()
    log = SqlLog.open(url)
    log.add_game(RECORD, {})
    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    log.commit(commit(1))
    assert len(log.entries("g1")) == 1
    log.close()


_WRITER = """
import sys
from server.gamelog.sql import SqlLog
from server.gamelog.texts import take_texts, text_key
from tests.gamelog.test_log import NOON, REBOUND, RECORD, commit
log = SqlLog.open(sys.argv[1])
log.add_game(RECORD, {})
for seq in range(1, 100_000):
    log.commit(commit(seq, call_id=str(seq)))
    print(seq, flush=True)
"""


def test_a_killed_writer_loses_nothing_it_acknowledged(
    url: str, opener: Callable[[], SqlLog]
) -> None:
    writer = subprocess.Popen([sys.executable, "-c", _WRITER, url], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    acknowledged = 0
    for line in writer.stdout:
        acknowledged = int(line)
        if acknowledged == 25:
            writer.kill()
    writer.wait()
    writer.stdout.close()
    entries = opener().entries("g1")
    # One more may have been written whose answer was never heard.
    assert len(entries) in (acknowledged, acknowledged + 1)
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))


def test_a_full_disk_refuses_and_keeps_what_was_there(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/log.db")
    log = SqlLog(engine)
    log.add_game(RECORD, {})
    log.commit(commit(1))
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    full = commit(*range(2, 400), call_id="c2")
    with pytest.raises(LogUnavailable, match="full"):
        log.commit(full)
    assert [entry.seq for entry in log.entries("g1")] == [1]
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 100000")
    log.commit(full)
    assert len(log.entries("g1")) == 399
    log.close()


def test_a_database_of_a_newer_program_is_left_alone(url: str) -> None:
    engine = open_engine(url)
    with engine.execution_options(write=True).begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(ValueError, match="newer"):
        open_engine(url)


def test_tokens_are_revoked_for_every_process(opener: Callable[[], SqlLog]) -> None:
    first, second = opener(), opener()
    first.add_game(RECORD, {})
    first.revoke_tokens("g1")
    first.revoke_tokens("g1")
    record = second.game("g1")
    assert record is not None
    assert record.token_version == RECORD.token_version + 2
