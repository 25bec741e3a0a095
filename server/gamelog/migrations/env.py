"""Alembic's entry point: migrates over the connection that `engine.migrate` passes in."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

from server.gamelog import tables  # noqa: F401  (its classes fill the metadata)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
