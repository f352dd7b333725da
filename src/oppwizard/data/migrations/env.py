"""Alembic's entry: runs the steps on the connection it was handed, inside that connection's transaction."""

from alembic import context
from sqlmodel import SQLModel

from oppwizard.data import tables

assert tables.MODELS  # importing them declares every table

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
)
context.run_migrations()
