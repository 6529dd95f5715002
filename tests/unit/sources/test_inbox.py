from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from deltalake import DeltaTable
from tests.contract.sources.worlds import drawn

from bellbuoy.clock import SystemClock
from bellbuoy.errors import SourceError
from bellbuoy.sources.inbox import InboxSource
from bellbuoy.sources.port import KeyType, Kind, Mark, Note, NothingYetError, Place, Want
from bellbuoy.sources.pushed import ARRIVED
from bellbuoy.testing import Value

#: Keys are forgotten by the real clock.
NOW = SystemClock().now()
HOUR = timedelta(hours=1)


def inbox(folder: Path) -> InboxSource:
    return InboxSource(Place(inbox="delays/predictions"), folder)


def read(folder: Path, name: str = "x", kind: Kind = Kind.NUMBER, mark: Mark | None = None) -> list[Value]:
    pull = inbox(folder).pull(Want({name: kind}, id="id", key_type=KeyType.WHOLE), mark or {}, NOW + HOUR)
    return drawn(pull, name)


def table(folder: Path) -> DeltaTable:
    return DeltaTable(folder / ".bellbuoy/events/delays/predictions")


def test_before_the_first_push_there_are_no_rows_and_nothing_is_odd(tmp_path: Path) -> None:
    pull = inbox(tmp_path).pull(Want({"x": Kind.NUMBER}), {"cursor": 5}, NOW)
    assert (list(pull), pull.mark, pull.notes) == ([], {"cursor": 5}, [])


def test_before_the_first_push_columns_say_how_to_push(tmp_path: Path) -> None:
    with pytest.raises(NothingYetError, match="nothing was pushed yet") as told:
        inbox(tmp_path).columns()
    assert "/api/v1/models/delays/predictions" in told.value.hint


def test_no_rows_make_no_table(tmp_path: Path) -> None:
    assert inbox(tmp_path).append([], "key", NOW)
    assert not (tmp_path / ".bellbuoy").exists()


def test_a_key_that_is_repeated_counts_once_after_a_restart_too(tmp_path: Path) -> None:
    first = inbox(tmp_path)
    told = [one.append([{"id": 1, "x": 1}], "key", NOW) for one in (first, first, inbox(tmp_path))]
    assert (told, read(tmp_path)) == ([True, False, False], [1.0])


def test_another_key_is_another_push_and_none_is_no_key(tmp_path: Path) -> None:
    for key in ("a", "b", None, None):
        inbox(tmp_path).append([{"id": 1, "x": 1}], key, NOW)
    assert len(read(tmp_path)) == 4


def test_columns_come_and_go_and_no_row_is_lost(tmp_path: Path) -> None:
    for row in ({"id": 1, "x": 1.0}, {"id": 2, "y": "new"}, {"id": 3, "x": 3.0, "y": "both"}):
        inbox(tmp_path).append([row], None, NOW)
    assert read(tmp_path) == [1.0, None, 3.0]
    assert read(tmp_path, "y", Kind.CATEGORY) == [None, "new", "both"]


def test_a_column_that_changes_its_type_keeps_every_value(tmp_path: Path) -> None:
    for value in (1, "2.5", True, "many", None, [1]):
        inbox(tmp_path).append([{"id": 1, "x": value}], None, NOW)
    assert read(tmp_path, "x", Kind.CATEGORY) == ["1", "2.5", "true", "many", None, "[1]"]
    assert read(tmp_path) == [1.0, 2.5, 1.0, None, None, None]


def test_what_changed_its_type_survives_being_put_together(tmp_path: Path) -> None:
    for value in (1, "2.5", 3, "many"):
        inbox(tmp_path).append([{"id": 1, "x": value}], None, NOW)
    table(tmp_path).optimize.compact()
    assert sorted(map(str, read(tmp_path))) == ["1.0", "2.5", "3.0", "None"]


@pytest.mark.parametrize("name", ["X", "", "_bellbuoy_arrived", "a/b~c", 'q"', "a.b", "wind speed", "\n"])
def test_a_column_may_be_called_anything(tmp_path: Path, name: str) -> None:
    inbox(tmp_path).append([{"id": 1, "x": 1, name: "kept"}], None, NOW)
    assert read(tmp_path, name, Kind.CATEGORY) == (["kept"] if name != ARRIVED else [read(tmp_path, ARRIVED)[0]])


def test_an_id_beyond_the_whole_numbers_of_a_double_stays_exact(tmp_path: Path) -> None:
    inbox(tmp_path).append([{"id": 17}], None, NOW)
    inbox(tmp_path).append([{"id": 2**53 + 1}, {"id": 2**53 + 3}], None, NOW)
    pull = inbox(tmp_path).pull(Want({}, id="id"), {}, NOW + HOUR)
    keys = [key for rows in pull if rows.keys is not None for key in rows.keys.tolist()]
    assert keys == [17, 2**53 + 1, 2**53 + 3]


def test_arrival_never_goes_back_whatever_the_clock_does(tmp_path: Path) -> None:
    inbox(tmp_path).append([{"id": 1, "x": 1}], None, NOW)
    pull = inbox(tmp_path).pull(Want({"x": Kind.NUMBER}), {}, NOW)
    assert drawn(pull, "x") == [1.0]
    inbox(tmp_path).append([{"id": 2, "x": 2}], None, NOW - HOUR)
    assert read(tmp_path, mark=json.loads(json.dumps(pull.mark))) == [2.0]


def test_many_pushes_stay_few_files_and_every_row_comes_once(tmp_path: Path) -> None:
    one, found = inbox(tmp_path), list[Value]()
    mark: Mark = {}
    want = Want({"x": Kind.NUMBER}, id="id")
    for at in range(140):
        one.append([{"id": at, "x": at}], None, NOW)
        if at % 30 == 0:
            pull = one.pull(want, mark, NOW + HOUR)
            found += drawn(pull, "x", again=False)
            mark = json.loads(json.dumps(pull.mark))
    found += drawn(one.pull(want, mark, NOW + HOUR), "x", again=False)
    assert found == [float(at) for at in range(140)]
    assert len(table(tmp_path).file_uris()) <= 70


def test_who_reads_while_files_are_put_together_is_not_disturbed(tmp_path: Path) -> None:
    one = inbox(tmp_path)
    for at in range(60):
        one.append([{"id": at, "x": at}], None, NOW)
    pull = one.pull(Want({"x": Kind.NUMBER}), {}, NOW + HOUR)
    first = next(iter(pull))
    for at in range(60, 80):
        one.append([{"id": at, "x": at}], None, NOW)
    assert len(table(tmp_path).file_uris()) < 60
    assert first.count + sum(rows.count for rows in pull) == 60
    assert [note for note in pull.notes if note.code == "unreadable"] == list[Note]()


def test_many_threads_push_at_once_and_no_row_is_lost(tmp_path: Path) -> None:
    one = inbox(tmp_path)

    def push(at: int) -> bool:
        source = one if at % 4 else inbox(tmp_path)
        return source.append([{"id": at, "x": at}], f"key {at % 20}", NOW)

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(push, range(40)))
    assert (sum(told), len(read(tmp_path))) == (20, 20)


PUSH = """
import sys
from pathlib import Path
from bellbuoy.clock import SystemClock
from bellbuoy.sources.inbox import InboxSource
from bellbuoy.sources.port import Place
inbox = InboxSource(Place(inbox="delays/predictions"), Path(sys.argv[1]))
for at in range(15):
    inbox.append([{"id": at, "x": at}], f"key {at}", SystemClock().now())
    inbox.append([{"id": 100 + at, "x": at}], None, SystemClock().now())
"""


def test_processes_push_at_once_and_arrivals_stay_in_the_order_of_commits(tmp_path: Path) -> None:
    pushes = [subprocess.Popen([sys.executable, "-c", PUSH, str(tmp_path)]) for _ in range(3)]
    assert [push.wait() for push in pushes] == [0, 0, 0]
    assert len(read(tmp_path)) == 15 + 3 * 15
    arrivals = read(tmp_path, ARRIVED, Kind.MOMENT)
    assert len(set(arrivals)) == len(arrivals)


ON = """
import sys
from pathlib import Path
from bellbuoy.clock import SystemClock
from bellbuoy.sources.inbox import InboxSource
from bellbuoy.sources.port import Place
inbox = InboxSource(Place(inbox="delays/predictions"), Path(sys.argv[1]))
for at in range(200):
    inbox.append([{"id": at, "x": at}], f"key {at}", SystemClock().now())
    print(at, flush=True)
"""


def test_who_is_killed_and_begins_again_has_pushed_every_row_once(tmp_path: Path) -> None:
    told = 0
    for lines in (7, 23):
        push = subprocess.Popen([sys.executable, "-c", ON, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert push.stdout is not None
        for _ in range(lines):
            told = max(told, int(push.stdout.readline()))
        push.kill()
        push.wait()
        push.stdout.close()
    found = sorted(map(float, map(str, read(tmp_path))))
    assert found == [float(at) for at in range(len(found))]
    assert len(found) > told


def test_a_cursor_that_the_model_names_is_a_column_like_others(tmp_path: Path) -> None:
    inbox(tmp_path).append([{"id": 1, "x": 1, "sent": "2020-01-01T00:00:00Z"}], None, NOW)
    mark = inbox(tmp_path).pull(Want({"x": Kind.NUMBER}, cursor="sent"), {}, NOW)
    list(mark)
    inbox(tmp_path).append([{"id": 2, "x": 2, "sent": "2019-01-01T00:00:00Z"}], None, NOW + HOUR)
    assert drawn(inbox(tmp_path).pull(Want({"x": Kind.NUMBER}, cursor="sent"), mark.mark, NOW + HOUR), "x") == [2.0]


def test_a_place_where_nothing_can_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / ".bellbuoy").write_text("in the way")
    with pytest.raises(SourceError):
        inbox(tmp_path).append([{"id": 1}], None, NOW)
