"""What was filmed: where each segment of it is, by media time and by wall time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "media_inits",
        sa.Column("game_id", sa.String(32), sa.ForeignKey("games.game_id"), primary_key=True),
        sa.Column("camera", sa.String(32), primary_key=True),
        sa.Column("rendition", sa.String(8), primary_key=True),
        sa.Column("init_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("codecs", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "media_segments",
        sa.Column("game_id", sa.String(32), sa.ForeignKey("games.game_id"), primary_key=True),
        sa.Column("camera", sa.String(32), primary_key=True),
        sa.Column("rendition", sa.String(8), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("init_id", sa.Integer(), nullable=False),
        sa.Column("start_s", sa.Float(), nullable=False),
        sa.Column("duration_s", sa.Float(), nullable=False),
        sa.Column("wall_at", sa.String(40), nullable=False),
        sa.Column("discontinuity", sa.Boolean(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("parts", sa.String(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
    )
    op.create_index(
        "media_segments_by_time", "media_segments", ["game_id", "camera", "rendition", "start_s"]
    )
    op.create_index("media_segments_by_wall_time", "media_segments", ["wall_at"])


def downgrade() -> None:
    for table in ("media_segments", "media_inits"):
        op.drop_table(table)
