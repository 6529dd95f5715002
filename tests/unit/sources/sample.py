"""Files for the tests of sources, and what comes out of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from tests.contract.sources.worlds import drawn

from bellbuoy.sources.duck import Reader
from bellbuoy.sources.files import FileSource
from bellbuoy.sources.port import Kind, Note, Place, Pull, Want
from bellbuoy.testing import Value

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def parquet(path: Path, **columns: object) -> None:
    pq.write_table(pa.table(columns), path)


def pulled(folder: Path, pattern: str, want: Want) -> Pull:
    """A whole pull from the start, with its notes; its batches are kept."""
    pull = FileSource(Place(path=pattern), folder).pull(want, {}, NOW)
    batches = list(pull)
    pull.batches = iter(batches)
    return pull


def column(folder: Path, pattern: str, name: str, kind: Kind = Kind.NUMBER) -> tuple[list[Value], list[Note]]:
    """One column of some files, and what was noted."""
    pull = pulled(folder, pattern, Want({name: kind}))
    return drawn(pull, name), pull.notes


def asked(expression: str) -> object:
    """One value that DuckDB computes."""
    with Reader() as reader:
        return reader.ask(f"SELECT {expression}", "")[0][0]
