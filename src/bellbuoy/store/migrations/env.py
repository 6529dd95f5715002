"""Alembic's entry: migrations run on the connection that the program gives."""

from __future__ import annotations

from alembic import context

from bellbuoy.store.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True)
context.run_migrations()
