"""Proposals of every kind, linked, with stills; what was answered to them, kept to learn from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("games", sa.Column("auto_accept", sa.Float()))
    with op.batch_alter_table("proposals") as proposals:
        proposals.alter_column("rim_s", new_column_name="at_s", existing_type=sa.Float())
        proposals.alter_column("value", nullable=True, existing_type=sa.Integer())
        proposals.alter_column("made", nullable=True, existing_type=sa.Float())
        proposals.add_column(sa.Column("happened_at", sa.String(40)))
        proposals.add_column(sa.Column("parent", sa.String(64)))
        proposals.add_column(sa.Column("details", sa.String(), nullable=False, server_default="{}"))
        proposals.add_column(sa.Column("opened", sa.Integer(), nullable=False, server_default="1"))
        proposals.add_column(sa.Column("seq", sa.Integer()))
    op.execute("UPDATE proposals SET happened_at = created_at")
    with op.batch_alter_table("proposals") as proposals:
        proposals.alter_column("happened_at", nullable=False, existing_type=sa.String(40))
        proposals.create_index("proposals_by_number", ["game_id", "number"])
    op.create_table(
        "stills",
        sa.Column("game_id", sa.String(32), sa.ForeignKey("games.game_id"), primary_key=True),
        sa.Column("proposal_id", sa.String(64), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "labels",
        sa.Column("game_id", sa.String(32), sa.ForeignKey("games.game_id"), primary_key=True),
        sa.Column("label_id", sa.String(64), primary_key=True),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("camera", sa.String(32)),
        sa.Column("seq", sa.Integer()),
        sa.Column("details", sa.String(), nullable=False),
    )
    op.create_index("labels_by_type", "labels", ["type", "at"])
    op.create_table(
        "watches",
        sa.Column("game_id", sa.String(32), sa.ForeignKey("games.game_id"), primary_key=True),
        sa.Column("camera", sa.String(32), primary_key=True),
        sa.Column("at", sa.String(40), nullable=False),
    )


def downgrade() -> None:
    for table in ("watches", "labels", "stills"):
        op.drop_table(table)
    # What the older version has no words for.
    op.execute("DELETE FROM proposals WHERE type <> 'field_goal' OR value IS NULL OR made IS NULL")
    op.execute("UPDATE proposals SET status = 'rejected' WHERE status = 'expired'")
    with op.batch_alter_table("proposals") as proposals:
        proposals.drop_index("proposals_by_number")
        for column in ("happened_at", "parent", "details", "opened", "seq"):
            proposals.drop_column(column)
        proposals.alter_column("at_s", new_column_name="rim_s", existing_type=sa.Float())
        proposals.alter_column("value", nullable=False, existing_type=sa.Integer())
        proposals.alter_column("made", nullable=False, existing_type=sa.Float())
    op.drop_column("games", "auto_accept")
