"""Games, names, entries, calls, proposals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "games",
        sa.Column("game_id", sa.String(32), primary_key=True),
        sa.Column("epoch", sa.String(64), nullable=False),
        sa.Column("rules", sa.String(32), nullable=False),
        sa.Column("home", sa.String(), nullable=False),
        sa.Column("away", sa.String(), nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("names_hidden", sa.Boolean(), nullable=False),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.Column("proposal_count", sa.Integer(), nullable=False),
    )
    op.create_table(
        "names",
        sa.Column("game_id", sa.String(32), sa.ForeignKey("games.game_id"), primary_key=True),
        sa.Column("who", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
    )
    op.create_table(
        "entries",
        sa.Column("game_id", sa.String(32), sa.ForeignKey("games.game_id"), primary_key=True),
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("call_id", sa.String(64), nullable=False),
    )
    op.create_table(
        "calls",
        sa.Column("game_id", sa.String(32), sa.ForeignKey("games.game_id"), primary_key=True),
        sa.Column("call_id", sa.String(64), primary_key=True),
        sa.Column("body_hash", sa.String(64), nullable=False),
        sa.Column("first_seq", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
    )
    op.create_table(
        "proposals",
        sa.Column("game_id", sa.String(32), sa.ForeignKey("games.game_id"), primary_key=True),
        sa.Column("proposal_id", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("camera", sa.String(32), nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("made", sa.Float(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("rim_s", sa.Float(), nullable=False),
        sa.Column("start_s", sa.Float(), nullable=False),
        sa.Column("end_s", sa.Float(), nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("call_id", sa.String(64)),
        sa.Column("answered_by", sa.String()),
        sa.Column("answered_at", sa.String(40)),
    )
    op.create_index("proposals_by_status", "proposals", ["game_id", "status"])


def downgrade() -> None:
    for table in ("proposals", "calls", "entries", "names", "games"):
        op.drop_table(table)
