"""Runs revisions on the connection that :mod:`deepday.store.migrate` hands over, inside its transaction."""

from alembic import context

from deepday.store.schema import metadata

# On SQLite a changed table is a new one that the rows are copied to: "batch" writes migrations that way.
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
