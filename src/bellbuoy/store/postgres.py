"""PostgreSQL by psycopg 3 (extra `postgres`)."""

from __future__ import annotations

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL


def postgres_engine(url: URL) -> Engine:
    """An engine whose transactions see one moment throughout."""
    return create_engine(url, isolation_level="REPEATABLE READ", pool_pre_ping=True)
