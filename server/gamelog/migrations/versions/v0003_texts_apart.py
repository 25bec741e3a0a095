"""What people wrote leaves the entries, so that it can be erased; rule sets may be custom."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_entries = sa.table(
    "entries",
    *(sa.column(name) for name in ("game_id", "seq", "event", "call_id")),
)
_names = sa.table("names", *(sa.column(name) for name in ("game_id", "who", "name")))


def upgrade() -> None:
    op.add_column("games", sa.Column("rules_document", sa.String()))
    connection = op.get_bind()
    for row in connection.execute(_with_text()).all():
        event = json.loads(row.event)
        said = _said(event)
        if said is None:
            continue
        # As server/gamelog/texts.py does it today; a migration must not change with it.
        key = f"note-{hashlib.sha256(row.call_id.encode()).hexdigest()[:32]}"
        name = {"game_id": row.game_id, "who": key, "name": said["text"]}
        connection.execute(_names.insert(), name)
        said["text"] = key
        _store(connection, row, event)


def downgrade() -> None:
    connection = op.get_bind()
    texts = {
        (row.game_id, row.who): row.name
        for row in connection.execute(sa.select(_names).where(_names.c.who.like("note-%")))
    }
    for row in connection.execute(_with_text()).all():
        event = json.loads(row.event)
        said = _said(event)
        if said is not None:
            said["text"] = texts.get((row.game_id, said["text"]), "")
            _store(connection, row, event)
    connection.execute(_names.delete().where(_names.c.who.like("note-%")))
    op.drop_column("games", "rules_document")


def _with_text() -> sa.Select[Any]:
    # A handful of entries in a game has a text at all.
    return sa.select(_entries).where(_entries.c.event.like('%"text":%'))


def _said(event: dict[str, Any]) -> dict[str, Any] | None:
    """The part of an event that has the text: itself, or what it was amended to."""
    while isinstance(event.get("event"), dict):
        event = event["event"]
    return event if isinstance(event.get("text"), str) else None


def _store(connection: sa.Connection, row: Any, event: dict[str, Any]) -> None:
    connection.execute(
        _entries.update()
        .where(_entries.c.game_id == row.game_id, _entries.c.seq == row.seq)
        .values(event=json.dumps(event, ensure_ascii=False, separators=(",", ":")))
    )
