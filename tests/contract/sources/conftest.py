from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.contract.sources.worlds import (
    Delta,
    Files,
    Inbox,
    Memory,
    Table,
    World,
    write_csv,
    write_lines,
    write_parquet,
)

KINDS = ("parquet", "csv", "ndjson", "delta", "sqlite", "postgres", "inbox", "memory")
WRITERS = {"parquet": write_parquet, "csv": write_csv, "ndjson": write_lines}
_CLUSTER = ("-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a database in a cluster of our own, gone afterwards."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs or os.geteuid() != 0 or "postgres" not in {user.pw_name for user in pwd.getpwall()}:
        pytest.skip("a PostgreSQL of our own needs its programs in /usr/lib/postgresql, its user, and to be root")
    # Not below pytest's own folder, which is for its user alone: the server runs as another.
    with TemporaryDirectory(prefix="bellbuoy-postgres-") as folder:
        home = Path(folder)
        shutil.chown(home, "postgres", "postgres")
        control, port = programs[-1] / "pg_ctl", _free_port()
        _as_postgres(programs[-1] / "initdb", "-D", home / "data", *_CLUSTER)
        settings = f"-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories={home} -c fsync=off"
        _as_postgres(control, "-D", home / "data", "-o", settings, "-l", home / "log", "-w", "start")
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        _as_postgres(control, "-D", home / "data", "-m", "immediate", "stop")


def _as_postgres(*command: object) -> None:
    subprocess.run(["runuser", "-u", "postgres", "--", *map(str, command)], check=True, capture_output=True, cwd="/")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    kind: str = request.param
    if kind in WRITERS:
        yield Files(kind, tmp_path, WRITERS[kind])
    elif kind in {"sqlite", "postgres"}:
        url = request.getfixturevalue("postgres") if kind == "postgres" else f"sqlite:///{tmp_path}/rows.db"
        table = Table(kind, tmp_path, url)
        yield table
        table.close()
    else:
        made: dict[str, Callable[[], World]] = {
            "delta": lambda: Delta(tmp_path),
            "inbox": lambda: Inbox(tmp_path),
            "memory": Memory,
        }
        yield made[kind]()
