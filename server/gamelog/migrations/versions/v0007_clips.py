"""Clips: what is to be cut, what was, what could not be; which plays of a game get one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("games", sa.Column("clips", sa.String()))
    op.create_table(
        "clips",
        sa.Column("game_id", sa.String(32), sa.ForeignKey("games.game_id"), primary_key=True),
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("cut", sa.String(96), nullable=False),
        sa.Column("camera", sa.String(32), nullable=False),
        sa.Column("moment_s", sa.Float(), nullable=False),
        sa.Column("start_s", sa.Float(), nullable=False),
        sa.Column("end_s", sa.Float(), nullable=False),
        sa.Column("wanted_at", sa.String(40), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(40)),
        sa.Column("error", sa.String()),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("gone_at", sa.String(40)),
    )
    op.create_index("clips_by_status", "clips", ["status", "wanted_at"])


def downgrade() -> None:
    op.drop_table("clips")
    op.drop_column("games", "clips")
