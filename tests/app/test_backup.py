"""`courtside backup` and `restore`: nothing lost, nothing half restored."""

from __future__ import annotations

import io
import json
import sqlite3
import tarfile
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from click.testing import CliRunner, Result
from sqlmodel import SQLModel

from server.backup import back_up, put_back
from server.cli import main
from server.gamelog.backup import NOT_KEPT, TABLES, BadBackup, NotEmpty
from server.gamelog.engine import alembic_config, connect_engine, upgrade
from server.gamelog.proposal import Changes, Label
from server.gamelog.setups import SetupTable
from server.gamelog.sql import SqlLog
from tests.gamelog.test_log import PROPOSAL, RECORD, commit
from tests.postgres import PostgresServer, postgres
from tests.server_process import running

__all__ = ["postgres"]

NOW = datetime(2026, 5, 1, tzinfo=UTC)
STILL = bytes(range(256))
MANIFEST = "courtside-backup.json"
HEAD = f'"{ScriptDirectory.from_config(alembic_config()).get_current_head()}"'.encode()


@pytest.fixture
def new_id() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"new-{next(numbers)}"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a game in it."""
    folder = tmp_path / "data"
    fill(sqlite(folder))
    (folder / "secret").write_text("s" * 40)
    (folder / "redis").mkdir()
    (folder / "redis" / "dump.rdb").write_text("made anew")
    (folder / "models" / "deep").mkdir(parents=True)
    (folder / "models" / "deep" / "ünï.toml").write_bytes(bytes(range(256)))
    return folder


def sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'courtside.sqlite'}"


def fill(url: str) -> None:
    log = SqlLog.open(url)
    log.add_game(RECORD, {"home": "Löwen", "home-0": "Zoë"})
    label = Label("p1", "field_goal", "accepted", NOW, said={"score": 0.5})
    log.change("g1", Changes(adds=PROPOSAL, still=STILL, labels=(label,)))
    SetupTable(log).put("g1", "main", '{"court":null}')
    for seq in range(1, 1203, 601):
        log.commit(commit(*range(seq, seq + 601), call_id=f"c{seq}"))
    log.close()


def contents(url: str) -> dict[str, Any]:
    log = SqlLog.open(url)
    (line,) = log.games()
    game = line.record.game_id
    found = {
        "epoch": line.record.epoch,
        "record": (line.record.home, line.record.rules, line.record.created_at, line.seq),
        "entries": log.entries(game),
        "names": log.names(game),
        "proposals": log.proposals(game),
        "labels": log.labels(game),
        "answered": log.answered(game, "c602"),
        "setup": SetupTable(log).get(game, "main"),
        "count": log.standing_orders(game),
    }
    log.close()
    return found


def same(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    for name in ours.keys() - {"epoch"}:
        assert ours[name] == theirs[name], name


def test_every_table_is_kept() -> None:
    assert {*TABLES, *NOT_KEPT} == set(SQLModel.metadata.tables)


def test_a_folder_comes_back_as_it_was(
    data: Path, tmp_path: Path, new_id: Callable[[], str]
) -> None:
    file, other = tmp_path / "b.tar.gz", tmp_path / "other"
    rows = back_up(file, data, sqlite(data), NOW)
    assert rows == {
        "games": 1,
        "names": 2,
        "entries": 1202,
        "calls": 2,
        "proposals": 1,
        "labels": 1,
        "setups": 1,
        "media_inits": 0,
        "media_segments": 0,
    }
    assert file.stat().st_mode & 0o777 == 0o600
    assert put_back(file, other, sqlite(other), new_id) == rows
    same(contents(sqlite(other)), contents(sqlite(data)))
    # Another continuation of the log than the one that viewers know.
    assert contents(sqlite(other))["epoch"] == "new-1"
    assert (other / "secret").read_text() == "s" * 40
    assert (other / "models" / "deep" / "ünï.toml").read_bytes() == bytes(range(256))
    assert not (other / "redis").exists()
    with pytest.raises(FileExistsError):
        back_up(file, data, sqlite(data), NOW)


def test_pictures_leave_only_when_they_are_asked_for(
    data: Path, tmp_path: Path, new_id: Callable[[], str]
) -> None:
    without, asked = tmp_path / "without.tar.gz", tmp_path / "with.tar.gz"
    back_up(without, data, sqlite(data), NOW)
    assert back_up(asked, data, sqlite(data), NOW, stills=True)["stills"] == 1
    for file, kept in ((without, None), (asked, STILL)):
        other = tmp_path / file.name.partition(".")[0]
        put_back(file, other, sqlite(other), new_id)
        log = SqlLog.open(sqlite(other))
        assert log.still("g1", "p1") == kept
        log.close()


def test_from_sqlite_to_postgres_and_back(
    data: Path, tmp_path: Path, postgres: PostgresServer, new_id: Callable[[], str]
) -> None:
    there, back = tmp_path / "there", tmp_path / "back"
    url = postgres.new_database()
    back_up(tmp_path / "1.tar.gz", data, sqlite(data), NOW)
    put_back(tmp_path / "1.tar.gz", there, url, new_id)
    same(contents(url), contents(sqlite(data)))
    back_up(tmp_path / "2.tar.gz", there, url, NOW)
    put_back(tmp_path / "2.tar.gz", back, sqlite(back), new_id)
    same(contents(sqlite(back)), contents(sqlite(data)))
    with pytest.raises(NotEmpty, match="games already"):
        put_back(tmp_path / "1.tar.gz", tmp_path / "again", url, new_id)


def test_an_old_backup_is_migrated(tmp_path: Path, new_id: Callable[[], str]) -> None:
    old, other = tmp_path / "old", tmp_path / "other"
    old.mkdir()
    engine = connect_engine(sqlite(old))
    with engine.execution_options(write=True).begin() as connection:
        upgrade(connection, "0001")
        connection.execute(
            sa.text(
                "INSERT INTO games VALUES"
                " ('g1', 'e1', 'fiba', 'home-0', '', '2026-01-02T12:00:00+00:00', 0, 0, 0)"
            )
        )
    engine.dispose()
    back_up(tmp_path / "b.tar.gz", old, sqlite(old), NOW)
    put_back(tmp_path / "b.tar.gz", other, sqlite(other), new_id)
    log = SqlLog.open(sqlite(other))
    record = log.game("g1")
    log.close()
    assert record is not None
    assert (record.home, record.token_version, record.epoch) == (("home-0",), 1, "new-1")


def test_nothing_is_restored_over_something(
    data: Path, tmp_path: Path, new_id: Callable[[], str]
) -> None:
    file = tmp_path / "b.tar.gz"
    back_up(file, data, sqlite(data), NOW)
    other = tmp_path / "other"
    other.mkdir()
    (other / "secret").write_text("mine")
    with pytest.raises(NotEmpty, match="secret is there already"):
        put_back(file, other, sqlite(other), new_id)
    assert [path.name for path in other.iterdir()] == ["secret"]
    # A server that was started once has tables and keys; without a game its tables may go.
    empty = tmp_path / "empty"
    SqlLog.open(sqlite(empty)).close()
    put_back(file, empty, sqlite(empty), new_id)
    same(contents(sqlite(empty)), contents(sqlite(data)))


def test_a_file_that_was_cut_or_changed_is_refused_whole(
    data: Path, tmp_path: Path, new_id: Callable[[], str]
) -> None:
    file = tmp_path / "b.tar.gz"
    back_up(file, data, sqlite(data), NOW)
    whole = file.read_bytes()
    target = tmp_path / "other"
    for length in (0, 1, 100, len(whole) // 2, len(whole) - 1100, len(whole) - 9):
        file.write_bytes(whole[:length])
        with pytest.raises(BadBackup):
            put_back(file, target, sqlite(target), new_id)
    changed = bytearray(whole)
    changed[len(whole) // 2] ^= 0xFF
    file.write_bytes(changed)
    with pytest.raises(BadBackup):
        put_back(file, target, sqlite(target), new_id)
    assert not target.exists()


def members(file: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(file) as tar:
        for member in tar:
            content = tar.extractfile(member)
            assert content is not None
            yield member.name, content.read()


def rewrite(file: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> None:
    kept = [change(name, content) for name, content in members(file)]
    with tarfile.open(file, "w:gz") as tar:
        for item in kept:
            if item is not None:
                member = tarfile.TarInfo(item[0])
                member.size = len(item[1])
                tar.addfile(member, io.BytesIO(item[1]))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda n, c: ("data/../../x", c) if n == "data/secret" else (n, c), "no place"),
        (lambda n, c: ("/etc/x", c) if n == "data/secret" else (n, c), "no place"),
        (lambda n, c: None if n == MANIFEST else (n, c), "cut short"),
        (lambda n, c: None if "calls" in n else (n, c), "calls.jsonl is missing"),
        (lambda n, c: (n, c.replace(b'"format": 1', b'"format": 9')), "format 9"),
        (lambda n, c: (n, b"[]") if n == MANIFEST else (n, c), "manifest"),
        (lambda n, c: (n, b'{"format": 1}') if n == MANIFEST else (n, c), "rows or revision"),
        (lambda n, c: (n, c.replace(HEAD, b'"9999"')), "newer"),
        (lambda n, c: (n, c.replace(HEAD, b'"0001"')), "not those of"),
        (lambda n, c: (n, c.replace(b'"who"', b'"whom"')), "other columns"),
        (lambda n, c: (n, c[c.index(b"\n") + 1 :]) if "entries" in n else (n, c), "1201 rows"),
        (lambda n, c: (n, c + c) if "calls" in n else (n, c), "UNIQUE"),
        (lambda n, c: (n, b"") if "games" in n else (n, c), "games has 0 rows|FOREIGN"),
        (lambda n, c: (n, b"{") if "names" in n else (n, c), "names: "),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(
    data: Path,
    tmp_path: Path,
    new_id: Callable[[], str],
    change: Callable[[str, bytes], tuple[str, bytes] | None],
    why: str,
) -> None:
    file, other = tmp_path / "b.tar.gz", tmp_path / "other"
    back_up(file, data, sqlite(data), NOW)
    rewrite(file, change)
    with pytest.raises(BadBackup, match=why):
        put_back(file, other, sqlite(other), new_id)
    assert not (other / "secret").exists()
    assert not (tmp_path / "x").exists()
    if other.exists():
        with sqlite3.connect(other / "courtside.sqlite") as connection:
            assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
        connection.close()


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_the_commands_say_what_is_wrong(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "b.tar.gz"
    for arguments, words in (
        (("backup", file, "--data", tmp_path / "nothing"), "no folder"),
        (("backup", file, "--data", tmp_path), "no games"),
        (("backup", file, "--data", data, "--database", "mysql://x"), "begins with one of"),
        (("restore", file, "--data", data), "no file"),
    ):
        answer = run(*arguments)
        assert answer.exit_code == 2, answer.output
        assert words in answer.stderr
    away = f"postgresql://nobody@/none?host={tmp_path}"
    assert run("backup", file, "--data", data, "--database", away).exit_code == 3
    assert not list(tmp_path.glob("b.tar.gz*"))
    answer = run("backup", file, "--data", data, "--json")
    assert answer.exit_code == 0
    assert json.loads(answer.stdout)["rows"]["entries"] == 1202
    answer = run("restore", file, "--data", data)
    assert (answer.exit_code, "already" in answer.stderr) == (2, True)
    answer = run("restore", file, "--data", tmp_path / "other")
    assert answer.exit_code == 0
    assert "1 games with 1202 entries" in answer.stdout


def test_a_running_server_is_backed_up_and_goes_on_elsewhere(tmp_path: Path) -> None:
    file, other = tmp_path / "b.tar.gz", tmp_path / "other"
    enough, over = threading.Event(), threading.Event()
    with running(tmp_path / "data") as server:
        game = server.new_game()
        address = f"/api/v1/games/{game['game_id']}"
        token = game["tokens"]["desk"]

        def score() -> None:
            with server.client(token) as client:
                client.post(f"{address}/calls", json={"call_id": "p", "type": "period_start"})
                for number in count():
                    shot = {"type": "field_goal", "team": "home", "player": "4", "made": True}
                    answer = client.post(f"{address}/calls", json={"call_id": f"s{number}", **shot})
                    assert answer.status_code == 201, answer.text
                    if number == 20:
                        enough.set()
                    if over.is_set():
                        return

        scorekeeper = threading.Thread(target=score)
        scorekeeper.start()
        assert enough.wait(30)
        answer = run("backup", file, "--data", server.data)
        over.set()
        scorekeeper.join()
        assert answer.exit_code == 0, answer.stderr
        with server.client(token) as client:
            log = client.get(f"{address}/log").json()["entries"]
    assert run("restore", file, "--data", other).exit_code == 0
    # The links that parents hold are good there too, and the scorekeeper's repeated call counts
    # once.
    with running(other) as server, server.client(token) as client:
        kept = client.get(f"{address}/log").json()["entries"]
        assert 20 < len(kept) < len(log)
        assert kept == log[: len(kept)]
        state = client.get(address).json()
        assert state["home"]["score"] == 2 * (len(kept) - 1)
        assert state["home"]["name"] == "Lions"
        shot = {"type": "field_goal", "team": "home", "player": "4", "made": True}
        again = client.post(f"{address}/calls", json={"call_id": "s3", **shot})
        assert (again.status_code, again.json()["entries"]) == (200, [log[4]])
