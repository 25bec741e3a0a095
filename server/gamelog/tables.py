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
    # Grows with each change of a proposal: a writer that decided before it notices.
    proposal_count: int
    auto_accept: float | None = None
    # JSON: which plays get a clip, where that is not as usual.
    clips: str | None = None


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
    """details: JSON of what nobody asks the database for."""

    __tablename__ = "proposals"
    __table_args__ = (
        Index("proposals_by_status", "game_id", "status"),
        Index("proposals_by_number", "game_id", "number"),
    )

    game_id: str = Field(primary_key=True, max_length=32, foreign_key="games.game_id")
    proposal_id: str = Field(primary_key=True, max_length=64)
    number: int
    camera: str = Field(max_length=32)
    type: str = Field(max_length=32)
    value: int | None = None
    made: float | None = None
    score: float
    at_s: float
    start_s: float
    end_s: float
    created_at: str = Field(max_length=40)
    happened_at: str = Field(max_length=40)
    parent: str | None = Field(default=None, max_length=64)
    details: str
    opened: int
    status: str = Field(max_length=16)
    call_id: str | None = Field(default=None, max_length=64)
    seq: int | None = None
    answered_by: str | None = None
    answered_at: str | None = Field(default=None, max_length=40)


class StillRow(SQLModel, table=True):
    """A picture of people: apart from everything else, so that it can be erased."""

    __tablename__ = "stills"

    game_id: str = Field(primary_key=True, max_length=32, foreign_key="games.game_id")
    proposal_id: str = Field(primary_key=True, max_length=64)
    number: int
    jpeg: bytes


class LabelRow(SQLModel, table=True):
    """What was answered to a proposal, or was not proposed; details: JSON, without names."""

    __tablename__ = "labels"
    __table_args__ = (Index("labels_by_type", "type", "at"),)

    game_id: str = Field(primary_key=True, max_length=32, foreign_key="games.game_id")
    label_id: str = Field(primary_key=True, max_length=64)
    type: str = Field(max_length=32)
    outcome: str = Field(max_length=16)
    at: str = Field(max_length=40)
    camera: str | None = Field(default=None, max_length=32)
    seq: int | None = None
    details: str


class WatchRow(SQLModel, table=True):
    """When a camera last looked at a game."""

    __tablename__ = "watches"

    game_id: str = Field(primary_key=True, max_length=32, foreign_key="games.game_id")
    camera: str = Field(primary_key=True, max_length=32)
    at: str = Field(max_length=40)


class SetupRow(SQLModel, table=True):
    """What a person told about a camera: the court, the scoreboard, the shirts. document: JSON."""

    __tablename__ = "setups"

    game_id: str = Field(primary_key=True, max_length=32, foreign_key="games.game_id")
    camera: str = Field(primary_key=True, max_length=32)
    document: str


class ClipRow(SQLModel, table=True):
    """The clip of an entry; facts: JSON of the file that was made. See gamelog/clips.py."""

    __tablename__ = "clips"
    __table_args__ = (Index("clips_by_status", "status", "wanted_at"),)

    game_id: str = Field(primary_key=True, max_length=32, foreign_key="games.game_id")
    seq: int = Field(primary_key=True)
    cut: str = Field(max_length=96)
    camera: str = Field(max_length=32)
    moment_s: float
    start_s: float
    end_s: float
    wanted_at: str = Field(max_length=40)
    status: str = Field(max_length=16)
    tries: int
    at: str | None = Field(default=None, max_length=40)
    error: str | None = None
    facts: str
    gone_at: str | None = Field(default=None, max_length=40)


class VerticalRow(SQLModel, table=True):
    """The vertical clip of an entry that somebody asked for. See gamelog/verticals.py."""

    __tablename__ = "verticals"
    __table_args__ = (Index("verticals_by_status", "status", "at"),)

    game_id: str = Field(primary_key=True, max_length=32, foreign_key="games.game_id")
    seq: int = Field(primary_key=True)
    name: str = Field(max_length=128)
    status: str = Field(max_length=16)
    at: str = Field(max_length=40)
    size_bytes: int
    error: str | None = None


class MediaInitRow(SQLModel, table=True):
    """An initialisation segment of a recording. data: the file."""

    __tablename__ = "media_inits"

    game_id: str = Field(primary_key=True, max_length=32, foreign_key="games.game_id")
    camera: str = Field(primary_key=True, max_length=32)
    rendition: str = Field(primary_key=True, max_length=8)
    init_id: int = Field(primary_key=True)
    codecs: str = Field(max_length=64)
    width: int
    height: int
    data: bytes


class MediaSegmentRow(SQLModel, table=True):
    """A piece of a recording. parts: JSON. open: it is being written, or its writer died."""

    __tablename__ = "media_segments"
    __table_args__ = (
        Index("media_segments_by_time", "game_id", "camera", "rendition", "start_s"),
        Index("media_segments_by_wall_time", "wall_at"),
    )

    game_id: str = Field(primary_key=True, max_length=32, foreign_key="games.game_id")
    camera: str = Field(primary_key=True, max_length=32)
    rendition: str = Field(primary_key=True, max_length=8)
    number: int = Field(primary_key=True)
    init_id: int
    start_s: float
    duration_s: float
    wall_at: str = Field(max_length=40)
    discontinuity: bool
    size_bytes: int
    parts: str
    open: bool
