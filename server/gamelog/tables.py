"""The tables. Only ids and numbers in `entries`; names stand apart and can be erased.

Times are ISO 8601 text in UTC with microseconds: SQLite has no time type, and text of one
length sorts as time does.
"""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class GameRow(SQLModel, table=True):
    """home, away: the player ids of the first roster, separated by spaces.

    rules: the name of a rule set, or `custom` with the document of its changes.
    """

    __tablename__ = "games"

    game_id: str = Field(primary_key=True, max_length=32)
    epoch: str = Field(max_length=64)
    rules: str = Field(max_length=32)
    rules_document: str | None = None
    home: str
    away: str
    created_at: str = Field(max_length=40)
    names_hidden: bool
    erased: bool
    token_version: int
    # Grows with each proposal: a writer that decided before one arrived notices.
    proposal_count: int


class NameRow(SQLModel, table=True):
    """All that a person typed and that can be erased.

    who: `home`, `away`, a player's id, or the key of a note's text.
    """

    __tablename__ = "names"

    game_id: str = Field(primary_key=True, max_length=32, foreign_key="games.game_id")
    who: str = Field(primary_key=True, max_length=64)
    name: str


class EntryRow(SQLModel, table=True):
    """event: JSON of schema `schema_version`."""

    __tablename__ = "entries"

    game_id: str = Field(primary_key=True, max_length=32, foreign_key="games.game_id")
    seq: int = Field(primary_key=True)
    schema_version: int
    event: str
    by: str
    at: str = Field(max_length=40)
    call_id: str = Field(max_length=64)


class CallRow(SQLModel, table=True):
    """The answer to a call is the entries first_seq to last_seq: they never change."""

    __tablename__ = "calls"

    game_id: str = Field(primary_key=True, max_length=32, foreign_key="games.game_id")
    call_id: str = Field(primary_key=True, max_length=64)
    body_hash: str = Field(max_length=64)
    first_seq: int
    last_seq: int


class ProposalRow(SQLModel, table=True):
    __tablename__ = "proposals"
    __table_args__ = (Index("proposals_by_status", "game_id", "status"),)

    game_id: str = Field(primary_key=True, max_length=32, foreign_key="games.game_id")
    proposal_id: str = Field(primary_key=True, max_length=64)
    number: int
    camera: str = Field(max_length=32)
    type: str = Field(max_length=32)
    value: int
    made: float
    score: float
    rim_s: float
    start_s: float
    end_s: float
    created_at: str = Field(max_length=40)
    status: str = Field(max_length=16)
    call_id: str | None = Field(default=None, max_length=64)
    answered_by: str | None = None
    answered_at: str | None = Field(default=None, max_length=40)
