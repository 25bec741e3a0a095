"""The log in SQL: SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, inspect, update
from sqlalchemy import select as sa_select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlmodel import col, select

from server.game.entry import Entry
from server.game.events import SCHEMA, SIDES
from server.gamelog import sqlproposals
from server.gamelog.codec import decode, encode
from server.gamelog.engine import open_engine
from server.gamelog.log import (
    CallRecord,
    Commit,
    Conflict,
    GameExists,
    GameLine,
    GameRecord,
    LogUnavailable,
    Orders,
)
from server.gamelog.proposal import Changes, Label, Proposal
from server.gamelog.sqlproposals import stamp
from server.gamelog.tables import (
    CallRow,
    ClipRow,
    EntryRow,
    GameRow,
    LabelRow,
    NameRow,
    SetupRow,
    StillRow,
    VerticalRow,
)

# The database did not do it: gone, locked, full. Other errors are bugs and stay errors.
UNREACHED = (OperationalError, InterfaceError)


# Built once: building a statement costs more than running it.
_INSERT_CALL = insert(CallRow)
_INSERT_ENTRY = insert(EntryRow)
_LAST = select(func.coalesce(func.max(EntryRow.seq), 0)).where(
    col(EntryRow.game_id) == bindparam("game")
)

# Two looks at the end of each game's index, not a walk over all entries.
_OF_GAME = col(EntryRow.game_id) == col(GameRow.game_id)
_GAMES = (
    sa_select(
        *inspect(GameRow).columns,
        sa_select(func.max(EntryRow.seq)).where(_OF_GAME).scalar_subquery().label("seq"),
        sa_select(col(EntryRow.at))
        .where(_OF_GAME)
        .order_by(col(EntryRow.seq).desc())
        .limit(1)
        .scalar_subquery()
        .label("last_at"),
    )
    .where(col(GameRow.erased).is_(False))
    .order_by(col(GameRow.created_at).desc(), col(GameRow.game_id).desc())
)
# Where rows can be locked, the row of the game is: it must not be erased meanwhile.
_STANDS = (
    select(GameRow.game_id)
    .where(col(GameRow.game_id) == bindparam("game"), col(GameRow.erased).is_(False))
    .with_for_update(key_share=True)
)
_TEAMS = sa_select(col(NameRow.game_id), col(NameRow.who), col(NameRow.name)).where(
    col(NameRow.who).in_(SIDES)
)


def stands(connection: Connection, game_id: str) -> bool:
    """Whether a game is there and not erased; so it stays until the transaction ends."""
    return connection.execute(_STANDS, {"game": game_id}).first() is not None


class SqlLog:
    """One database, migrated when opened. A game is for one thread at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(write=True)
        # SQLite has one writer; who waits for it here does not poll for its turn.
        self._writing = Lock()

    @classmethod
    def open(cls, url: str) -> SqlLog:
        """Open and migrate. LogUnavailable when the database cannot be reached."""
        try:
            return cls(open_engine(url))
        except UNREACHED as error:
            raise LogUnavailable(str(error.orig)) from error

    def close(self) -> None:
        self._engine.dispose()

    # Games

    def add_game(self, record: GameRecord, names: Mapping[str, str]) -> None:
        row = {
            "game_id": record.game_id,
            "epoch": record.epoch,
            **_rules_columns(record.rules),
            "home": " ".join(record.home),
            "away": " ".join(record.away),
            "created_at": stamp(record.created_at),
            "names_hidden": record.names_hidden,
            "erased": record.erased,
            "token_version": record.token_version,
            "proposal_count": 0,
            "auto_accept": record.auto_accept,
            "clips": record.clips,
        }
        try:
            with self.writing() as connection:
                connection.execute(insert(GameRow), row)
                _put_names(connection, record.game_id, names)
        except Conflict as conflict:
            raise GameExists(record.game_id) from conflict

    def game(self, game_id: str) -> GameRecord | None:
        with self.reading() as connection:
            row = connection.execute(
                select(GameRow.__table__).where(col(GameRow.game_id) == game_id)  # type: ignore[attr-defined]
            ).first()
        return None if row is None else _record(row)

    def games(self) -> list[GameLine]:
        with self.reading() as connection:
            rows = connection.execute(_GAMES).all()
            teams: dict[str, dict[str, str]] = {}
            for row in connection.execute(_TEAMS):
                teams.setdefault(row.game_id, {})[row.who] = row.name
        return [
            GameLine(
                _record(row),
                row.seq or 0,
                datetime.fromisoformat(row.last_at or row.created_at),
                teams.get(row.game_id, {}),
            )
            for row in rows
        ]

    # Entries

    def entries(self, game_id: str, after: int = 0, upto: int | None = None) -> list[Entry]:
        query = (
            sa_select(
                col(EntryRow.seq),
                col(EntryRow.schema_version),
                col(EntryRow.event),
                col(EntryRow.by),
                col(EntryRow.at),
                col(EntryRow.call_id),
            )
            .where(col(EntryRow.game_id) == game_id, col(EntryRow.seq) > after)
            .order_by(col(EntryRow.seq))
        )
        if upto is not None:
            query = query.where(col(EntryRow.seq) <= upto)
        with self.reading() as connection:
            rows = connection.execute(query).all()
        found = []
        for seq, schema, text, by, at, call_id in rows:
            event, tap = decode(text, schema)
            found.append(Entry(seq, event, by, datetime.fromisoformat(at), call_id, tap))
        return found

    def answered(self, game_id: str, call_id: str) -> CallRecord | None:
        query = select(CallRow.body_hash, CallRow.first_seq, CallRow.last_seq).where(
            col(CallRow.game_id) == game_id, col(CallRow.call_id) == call_id
        )
        with self.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else CallRecord(call_id, *row)

    def commit(self, commit: Commit) -> None:
        call, game_id = commit.call, commit.game_id
        with self.writing() as connection:
            sqlproposals.change(connection, game_id, commit.changes)
            connection.execute(
                _INSERT_CALL,
                {
                    "game_id": game_id,
                    "call_id": call.call_id,
                    "body_hash": call.body_hash,
                    "first_seq": call.first_seq,
                    "last_seq": call.last_seq,
                },
            )
            connection.execute(
                _INSERT_ENTRY,
                [
                    {
                        "game_id": game_id,
                        "seq": entry.seq,
                        "schema_version": SCHEMA,
                        "event": encode(entry.event, entry.tap),
                        "by": entry.by,
                        "at": stamp(entry.at),
                        "call_id": entry.call_id,
                    }
                    for entry in commit.entries
                ],
            )
            _put_names(connection, game_id, commit.texts)

    # Names

    def names(self, game_id: str) -> dict[str, str]:
        query = select(NameRow.who, NameRow.name).where(col(NameRow.game_id) == game_id)
        with self.reading() as connection:
            return {row.who: row.name for row in connection.execute(query)}

    def set_names(self, game_id: str, names: Mapping[str, str | None]) -> None:
        with self.writing() as connection:
            connection.execute(
                delete(NameRow).where(
                    col(NameRow.game_id) == game_id, col(NameRow.who).in_(list(names))
                )
            )
            _put_names(connection, game_id, {w: n for w, n in names.items() if n is not None})

    def hide_names(self, game_id: str, hidden: bool) -> None:
        with self.writing() as connection:
            connection.execute(
                update(GameRow).where(col(GameRow.game_id) == game_id).values(names_hidden=hidden)
            )

    def set_auto_accept(self, game_id: str, threshold: float | None) -> None:
        with self.writing() as connection:
            connection.execute(
                update(GameRow).where(col(GameRow.game_id) == game_id).values(auto_accept=threshold)
            )

    def set_clips(self, game_id: str, rules: str | None) -> None:
        with self.writing() as connection:
            connection.execute(
                update(GameRow).where(col(GameRow.game_id) == game_id).values(clips=rules)
            )

    def revoke_tokens(self, game_id: str) -> None:
        with self.writing() as connection:
            connection.execute(
                update(GameRow)
                .where(col(GameRow.game_id) == game_id)
                .values(token_version=GameRow.token_version + 1)
            )

    def erase(self, game_id: str) -> None:
        with self.writing() as connection:
            personal = (NameRow, SetupRow, StillRow, LabelRow, ClipRow, VerticalRow)
            sqlproposals.erase(connection, game_id, personal)
            connection.execute(
                update(GameRow).where(col(GameRow.game_id) == game_id).values(erased=True)
            )

    # Proposals

    def proposal(self, game_id: str, proposal_id: str) -> Proposal | None:
        with self.reading() as connection:
            found = sqlproposals.proposals(connection, game_id, proposal_id=proposal_id)
        return found[0] if found else None

    def proposals(self, game_id: str, status: str | None = None) -> list[Proposal]:
        with self.reading() as connection:
            return sqlproposals.proposals(connection, game_id, status=status)

    def proposals_of(self, game_id: str, seqs: Iterable[int]) -> list[Proposal]:
        with self.reading() as connection:
            return sqlproposals.proposals(connection, game_id, seqs=seqs)

    def newest_proposals(self, game_id: str, most: int) -> list[Proposal]:
        with self.reading() as connection:
            return sqlproposals.proposals(connection, game_id, most=most)

    def standing_orders(self, game_id: str) -> Orders:
        query = select(GameRow.proposal_count, GameRow.auto_accept).where(
            col(GameRow.game_id) == game_id
        )
        with self.reading() as connection:
            return Orders(*connection.execute(query).one())

    def change(self, game_id: str, changes: Changes, seq_seen: int | None = None) -> None:
        with self.writing() as connection:
            sqlproposals.change(connection, game_id, changes)
            if (
                seq_seen is not None
                and connection.execute(_LAST, {"game": game_id}).scalar_one() != seq_seen
            ):
                raise Conflict("the log went on")

    def still(self, game_id: str, proposal_id: str) -> bytes | None:
        with self.reading() as connection:
            return sqlproposals.still(connection, game_id, proposal_id)

    def erase_stills(self, game_id: str) -> None:
        with self.writing() as connection:
            sqlproposals.erase(connection, game_id, (StillRow,))

    def labels(self, game_id: str | None = None, most: int | None = None) -> list[Label]:
        with self.reading() as connection:
            return sqlproposals.labels(connection, game_id, most)

    def watch(self, game_id: str, camera: str, at: datetime) -> None:
        with self.writing() as connection:
            sqlproposals.watch(connection, game_id, camera, at)

    def watched_at(self, game_id: str) -> datetime | None:
        with self.reading() as connection:
            return sqlproposals.watched_at(connection, game_id)

    # For the other tables of this database

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except UNREACHED as error:
            raise LogUnavailable(str(error.orig)) from error

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        try:
            with self._writing, self._writer.begin() as connection:
                yield connection
        except IntegrityError as error:
            raise Conflict(str(error.orig)) from error
        except UNREACHED as error:
            raise LogUnavailable(str(error.orig)) from error


def _record(row: Any) -> GameRecord:
    return GameRecord(
        game_id=row.game_id,
        epoch=row.epoch,
        rules=row.rules_document or row.rules,
        home=tuple(row.home.split()),
        away=tuple(row.away.split()),
        created_at=datetime.fromisoformat(row.created_at),
        names_hidden=row.names_hidden,
        erased=row.erased,
        token_version=row.token_version,
        auto_accept=row.auto_accept,
        clips=row.clips,
    )


def _rules_columns(rules: str) -> dict[str, str | None]:
    """A rule set is a name, or a document that is longer than one."""
    if rules.startswith("{"):
        return {"rules": "custom", "rules_document": rules}
    return {"rules": rules, "rules_document": None}


def _put_names(connection: Connection, game_id: str, names: Mapping[str, str]) -> None:
    if names:
        rows = [{"game_id": game_id, "who": who, "name": name} for who, name in names.items()]
        connection.execute(insert(NameRow), rows)
