"""The log in SQL: SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, inspect, update
from sqlalchemy import select as sa_select
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlmodel import col, select

from server.game.entry import Entry
from server.game.events import SCHEMA, SIDES
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
    Proposal,
)
from server.gamelog.tables import CallRow, EntryRow, GameRow, NameRow, ProposalRow, SetupRow

# The database did not do it: gone, locked, full. Other errors are bugs and stay errors.
UNREACHED = (OperationalError, InterfaceError)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


# Built once: building a statement costs more than running it.
_INSERT_CALL = insert(CallRow)
_INSERT_ENTRY = insert(EntryRow)
# Where rows can be locked, the row of the game is: a proposal must not slip in meanwhile.
_LOCKED_COUNT = (
    select(GameRow.proposal_count)
    .where(col(GameRow.game_id) == bindparam("game"))
    .with_for_update(key_share=True)
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
_TEAMS = sa_select(col(NameRow.game_id), col(NameRow.who), col(NameRow.name)).where(
    col(NameRow.who).in_(SIDES)
)


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
            "created_at": _stamp(record.created_at),
            "names_hidden": record.names_hidden,
            "erased": record.erased,
            "token_version": record.token_version,
            "proposal_count": 0,
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
        return [
            Entry(seq, decode(text, schema), by, datetime.fromisoformat(at), call_id)
            for seq, schema, text, by, at, call_id in rows
        ]

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
            if commit.proposals_seen is not None:
                seen = connection.execute(_LOCKED_COUNT, {"game": game_id}).scalar_one()
                if seen != commit.proposals_seen:
                    raise Conflict("a proposal arrived")
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
                        "event": encode(entry.event),
                        "by": entry.by,
                        "at": _stamp(entry.at),
                        "call_id": entry.call_id,
                    }
                    for entry in commit.entries
                ],
            )
            _put_names(connection, game_id, commit.texts)
            if commit.settles is not None:
                _settle(connection, game_id, commit.settles)
            if commit.adds is not None:
                _add_proposal(connection, game_id, commit.adds)

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

    def revoke_tokens(self, game_id: str) -> None:
        with self.writing() as connection:
            connection.execute(
                update(GameRow)
                .where(col(GameRow.game_id) == game_id)
                .values(token_version=GameRow.token_version + 1)
            )

    def erase(self, game_id: str) -> None:
        with self.writing() as connection:
            for table in (NameRow, SetupRow):
                connection.execute(delete(table).where(col(table.game_id) == game_id))
            connection.execute(
                update(GameRow).where(col(GameRow.game_id) == game_id).values(erased=True)
            )

    # Proposals

    def proposal(self, game_id: str, proposal_id: str) -> Proposal | None:
        query = select(ProposalRow.__table__).where(  # type: ignore[attr-defined]
            col(ProposalRow.game_id) == game_id, col(ProposalRow.proposal_id) == proposal_id
        )
        with self.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else _proposal(row)

    def proposals(self, game_id: str, status: str | None = None) -> list[Proposal]:
        query = (
            select(ProposalRow.__table__)  # type: ignore[attr-defined]
            .where(col(ProposalRow.game_id) == game_id)
            .order_by(col(ProposalRow.number))
        )
        if status is not None:
            query = query.where(col(ProposalRow.status) == status)
        with self.reading() as connection:
            return [_proposal(row) for row in connection.execute(query)]

    def proposal_count(self, game_id: str) -> int:
        query = select(GameRow.proposal_count).where(col(GameRow.game_id) == game_id)
        with self.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def add_proposal(self, game_id: str, proposal: Proposal, seq_seen: int) -> None:
        with self.writing() as connection:
            _add_proposal(connection, game_id, proposal)
            last = connection.execute(
                select(func.coalesce(func.max(EntryRow.seq), 0)).where(
                    col(EntryRow.game_id) == game_id
                )
            ).scalar_one()
            if last != seq_seen:
                raise Conflict("the log went on")

    def settle(self, game_id: str, proposal: Proposal) -> None:
        with self.writing() as connection:
            _settle(connection, game_id, proposal)

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


def _add_proposal(connection: Connection, game_id: str, proposal: Proposal) -> None:
    # The row of the game is the lock: one new proposal or one shot at a time.
    number = connection.execute(
        update(GameRow)
        .where(col(GameRow.game_id) == game_id)
        .values(proposal_count=col(GameRow.proposal_count) + 1)
        .returning(col(GameRow.proposal_count))
    ).scalar_one()
    values = {
        **asdict(proposal),
        "game_id": game_id,
        "number": number,
        "created_at": _stamp(proposal.created_at),
        "answered_at": None if proposal.answered_at is None else _stamp(proposal.answered_at),
    }
    connection.execute(insert(ProposalRow), values)


def _settle(connection: Connection, game_id: str, proposal: Proposal) -> None:
    at = proposal.answered_at
    changed = connection.execute(
        update(ProposalRow)
        .where(
            col(ProposalRow.game_id) == game_id,
            col(ProposalRow.proposal_id) == proposal.proposal_id,
            col(ProposalRow.status) == "waiting",
        )
        .values(
            status=proposal.status,
            call_id=proposal.call_id,
            answered_by=proposal.answered_by,
            answered_at=None if at is None else _stamp(at),
        )
    )
    if changed.rowcount != 1:
        raise Conflict(f"proposal {proposal.proposal_id} is answered")


def _proposal(row: Any) -> Proposal:
    at = row.answered_at
    return Proposal(
        proposal_id=row.proposal_id,
        camera=row.camera,
        type=row.type,
        value=row.value,
        made=row.made,
        score=row.score,
        rim_s=row.rim_s,
        start_s=row.start_s,
        end_s=row.end_s,
        created_at=datetime.fromisoformat(row.created_at),
        status=row.status,
        call_id=row.call_id,
        answered_by=row.answered_by,
        answered_at=None if at is None else datetime.fromisoformat(at),
    )
