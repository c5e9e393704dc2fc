"""Run by Alembic: migrates on the connection, and in the transaction, that `Database` has opened."""

from alembic import context

from sim.workshop.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
