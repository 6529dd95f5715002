"""However rows are spread over files and pulls, whatever fails on the way: each is given once (`sources/port.py`)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contract.sources.worlds import values

from bellbuoy.sources.opening import open_inbox, open_source
from bellbuoy.sources.port import Kind, Mark, Place, Want

START = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLACES = {"files": Place(path="rows/*.parquet"), "delta": Place(delta="rows"), "inbox": Place(inbox="m/predictions")}

#: What happens between two pulls: rows appear whose cursor is so many hours ahead, a file breaks or is mended, or
#: files are put together.
ACT = st.lists(st.integers(0, 3), min_size=1, max_size=4) | st.sampled_from(["break", "mend", "compact", "nothing"])
LIFE = st.lists(ACT, min_size=1, max_size=8)


class Life:
    """A place and what happens to it. Ids count up; cursors never go back from one addition to the next."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind, self.folder, self.place = kind, folder, PLACES[kind]
        self.now, self.count, self.files = START, 0, 0
        self.broken: dict[Path, bytes] = {}
        (folder / "rows").mkdir()

    def live(self, act: object) -> None:
        self.now += HOUR
        if isinstance(act, list):
            self._add(sorted(act))
        elif act in {"break", "mend"}:
            self._break() if act == "break" else self._mend()
        elif act == "compact" and self.kind != "files" and not self.broken:
            self._compact()

    def _add(self, ahead: list[int]) -> None:
        ids = [self.count + at for at in range(len(ahead))]
        self.count += len(ids)
        if self.kind == "inbox":
            inbox = open_inbox(self.place, self.folder)
            inbox.append([{"id": id_} for id_ in ids], None, self.now)
            return
        seen = [self.now + hours * timedelta(minutes=10) for hours in ahead]
        table = pa.table({"id": ids, "seen": pa.array(seen, pa.timestamp("us", "UTC"))})
        if self.kind == "delta":
            write_deltalake(self.folder / "rows", table, mode="append")
        else:
            self.files += 1
            pq.write_table(table, self.folder / "rows" / f"{self.files}.parquet")

    def _parquet(self) -> Iterator[Path]:
        table = self._table()
        if table is not None:
            yield from sorted(Path(name) for name in table.file_uris())
        elif self.kind == "files":
            yield from sorted((self.folder / "rows").glob("*.parquet"))

    def _table(self) -> DeltaTable | None:
        where = self.folder / ("rows" if self.kind == "delta" else ".bellbuoy/events/m/predictions")
        return DeltaTable(where) if self.kind != "files" and DeltaTable.is_deltatable(str(where)) else None

    def _break(self) -> None:
        for path in list(self._parquet())[-1:]:
            self.broken.setdefault(path, path.read_bytes())
            path.write_bytes(b"broken")

    def _mend(self) -> None:
        for path, data in self.broken.items():
            path.write_bytes(data)
        self.broken.clear()

    def _compact(self) -> None:
        if (table := self._table()) is not None:
            table.optimize.compact()

    def pull(self, want: Want, mark: Mark) -> tuple[list[tuple[int, bool]], Mark]:
        """Ids of a pull, whether each came `again`, and the mark as the state would keep it."""
        pull = open_source(self.place, self.folder).pull(want, mark, self.now)
        given = [(int(str(id_).removesuffix(".0")), rows.again) for rows in pull for id_ in values(rows.columns["id"])]
        return given, json.loads(json.dumps(pull.mark))


def outcome(kind: str, life: list[object], id_: str | None, cursor: str | None) -> tuple[Counter[int], int]:
    """How often each row counted: every time that it came, unless it was known and came `again`."""
    with TemporaryDirectory() as folder:
        one, mark, counted = Life(kind, Path(folder)), dict[str, object](), Counter[int]()
        for act in [*life, "mend", "nothing"]:
            one.live(act)
            given, mark = one.pull(Want({"id": Kind.NUMBER}, id=id_, cursor=cursor), mark)
            for key, again in given:
                counted[key] += not (again and counted[key] and id_ is not None)
        return counted, one.count


@pytest.mark.parametrize("id_", ["id", None])
@pytest.mark.parametrize("cursor", ["seen", None])
@pytest.mark.parametrize("kind", PLACES)
@given(life=LIFE)
@settings(max_examples=25, deadline=None)
def test_every_row_counts_once(kind: str, cursor: str | None, id_: str | None, life: list[object]) -> None:
    counted, count = outcome(kind, life, id_, cursor)
    assert counted == Counter(range(count))
