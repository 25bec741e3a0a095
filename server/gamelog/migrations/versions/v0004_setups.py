"""What a person told about a camera: where the court is, the scoreboard, the shirts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "setups",
        sa.Column("game_id", sa.String(32), sa.ForeignKey("games.game_id"), primary_key=True),
        sa.Column("camera", sa.String(32), primary_key=True),
        sa.Column("document", sa.String(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("setups")
