"""A state is made, found again, and refused when it is not ours to touch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from bellbuoy.errors import StateError
from bellbuoy.store.database import Database
from bellbuoy.store.migrate import head, version
from bellbuoy.store.tables import METADATA

OPEN = (
    "import sys, pathlib; from bellbuoy.store.database import Database; Database.open(sys.argv[1], pathlib.Path('.'))"
)


def test_migrations_end_in_the_tables_that_the_program_knows(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_a_fresh_state_has_the_newest_version(database: Database) -> None:
    with database.engine.connect() as connection:
        assert version(connection) == head()


def test_opening_again_keeps_what_is_there(url: str, tmp_path: Path) -> None:
    for cycle in range(2):
        opened = Database.open(url, tmp_path)
        with opened.beat("m", cycle) as beat:
            beat.finish(at=1, facts={})
        opened.close()


def test_a_state_of_a_newer_program_is_refused(url: str, tmp_path: Path) -> None:
    opened = Database.open(url, tmp_path)
    with opened.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'from the future'"))
    opened.close()
    with pytest.raises(StateError, match="from the future"):
        Database.open(url, tmp_path)


def test_processes_that_open_at_once_do_no_harm(url: str) -> None:
    children = [subprocess.Popen([sys.executable, "-c", OPEN, url], stderr=subprocess.PIPE) for _ in range(3)]
    ends = [child.communicate()[1].decode()[-500:] for child in children]
    assert [child.returncode for child in children] == [0, 0, 0], ends
