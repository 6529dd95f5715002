"""The ledger finds the newest record of each key, in memory and on disk, however its files are merged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bellbuoy.store import ledger as ledger_module
from bellbuoy.store.ledger import UNLOGGED, Ledger, order_of
from bellbuoy.store.port import LedgerPart

LAYOUT = np.dtype([("at", "<i8"), ("value", "<f8")])


def records(*rows: tuple[int, float]) -> np.ndarray:
    return np.array(list(rows), LAYOUT)


def keys(*values: int) -> np.ndarray:
    return np.array(values, np.uint64)


def found(ledger: Ledger, *wanted: int) -> dict[int, float]:
    known, rows = ledger.find(keys(*wanted))
    values = [] if rows is None else rows["value"].tolist()
    return dict(zip(keys(*wanted)[known].tolist(), values, strict=True))


def reopened(folder: Path, rows: list[LedgerPart]) -> Ledger:
    return Ledger(folder, "labels", rows)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path, "labels", [])


def test_what_was_added_is_found_at_once(ledger: Ledger) -> None:
    ledger.append(keys(7, 3), records((1, 0.7), (2, 0.3)))
    assert found(ledger, 3, 5, 7) == {3: 0.3, 7: 0.7}


def test_records_come_in_the_order_of_the_keys_asked_for(ledger: Ledger) -> None:
    ledger.append(keys(1, 2, 3), records((1, 0.1), (1, 0.2), (1, 0.3)))
    ledger.append(keys(9), records((1, 0.9)))
    assert found(ledger, 9, 2, 1, 3) == {9: 0.9, 2: 0.2, 1: 0.1, 3: 0.3}


def test_the_newest_record_of_a_key_wins(ledger: Ledger) -> None:
    for value in (0.1, 0.2, 0.3):
        ledger.append(keys(7), records((1, value)))
    assert found(ledger, 7) == {7: 0.3}


def test_of_equal_keys_in_one_batch_the_last_wins(ledger: Ledger) -> None:
    ledger.append(keys(7, 3, 7), records((1, 0.1), (1, 0.5), (1, 0.2)))
    assert found(ledger, 7) == {7: 0.2}


def test_files_hold_what_was_added(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append(keys(7, 3), records((5, 0.7), (2, 0.3)))
    rows = ledger.rows()
    assert [(row.rows, row.first, row.last) for row in rows] == [(2, 2, 5)]
    assert found(reopened(tmp_path, rows), 3, 7) == {3: 0.3, 7: 0.7}


def test_nothing_is_written_before_it_is_asked_for(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append(keys(7), records((5, 0.7)))
    assert list(tmp_path.iterdir()) == []


def test_an_empty_batch_leaves_no_file(ledger: Ledger) -> None:
    ledger.append(keys(), records())
    assert ledger.rows() == []


def test_what_is_too_much_for_memory_is_written_on_the_way(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "_HELD", 2)
    ledger.append(keys(1, 2), records((1, 0.1), (1, 0.2)))
    assert len(list(tmp_path.iterdir())) == 2


def test_many_cycles_leave_few_files(ledger: Ledger, tmp_path: Path) -> None:
    rows: list[LedgerPart] = []
    for cycle in range(100):
        ledger = reopened(tmp_path, rows)
        ledger.append(keys(cycle, 1_000), records((cycle, cycle), (cycle, cycle)))
        rows = ledger.rows()
    assert len(rows) < 15
    assert found(reopened(tmp_path, rows), 0, 57, 1_000) == {0: 0.0, 57: 57.0, 1_000: 99.0}


def test_files_that_nobody_vouches_for_are_swept(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append(keys(1), records((1, 0.1)))
    kept = ledger.rows()
    dying = reopened(tmp_path, kept)
    dying.append(keys(2), records((1, 0.2)))
    dying.rows()
    reopened(tmp_path, kept).sweep()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"{kept[0].name}.{part}.npy" for part in ("keys", "rows")
    ]


def test_files_of_another_kind_are_left_alone(tmp_path: Path) -> None:
    other = Ledger(tmp_path, "predictions", [])
    other.append(keys(1), records((1, 0.1)))
    other.rows()
    reopened(tmp_path, []).sweep()
    assert len(list(tmp_path.iterdir())) == 2


def test_old_files_are_forgotten_whole(ledger: Ledger) -> None:
    ledger.append(keys(1), records((5, 0.1)))
    ledger.rows()
    ledger.append(keys(2), records((9, 0.2)))
    ledger.forget(before=6)
    assert found(ledger, 1, 2) == {2: 0.2}


def test_a_field_that_older_files_lack_is_nothing_there(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append(keys(1), records((5, 0.1)))
    wider = reopened(tmp_path, ledger.rows())
    wider.append(
        keys(2), np.array([(6, 0.2, 4, 0.5)], [("at", "<i8"), ("value", "<f8"), ("by", "<i4"), ("score", "<f8")])
    )
    known, rows = wider.find(keys(1, 2))
    assert known.all()
    assert rows is not None
    assert (rows["by"].tolist(), np.isnan(rows["score"]).tolist()) == ([0, 4], [True, False])


@pytest.mark.parametrize(
    "ids", [[3, 1, 2], [7, 7, 3], [5], [], [2**63 + 5, 0, 9], [10, 900_000, 11], [4, 2, 4, 2, 3], [9, 8, 7, 6]]
)
def test_the_order_of_keys_is_that_of_a_stable_sort(ids: list[int]) -> None:
    found = np.array(ids, np.uint64)
    assert order_of(found).tolist() == np.argsort(found, kind="stable").tolist()


def every(ledger: Ledger, *wanted: int) -> list[tuple[int, float]]:
    of_each, rows = ledger.every(keys(*wanted))
    return list(zip(of_each.tolist(), [] if rows is None else rows["value"].tolist(), strict=True))


def test_every_record_of_a_key_is_there_in_the_order_of_arrival(ledger: Ledger) -> None:
    ledger.append(keys(7, 3, 7), records((9, 0.1), (1, 0.3), (1, 0.2)))
    ledger.rows()
    ledger.append(keys(7), records((5, 0.4)))
    assert every(ledger, 7) == [(7, 0.1), (7, 0.2), (7, 0.4)]


def test_every_record_of_several_keys_comes_with_its_key(ledger: Ledger) -> None:
    ledger.append(keys(1, 2, 2, 5), records((1, 0.1), (1, 0.2), (2, 0.3), (1, 0.5)))
    assert every(ledger, 0, 2, 4, 5, 9) == [(2, 0.2), (2, 0.3), (5, 0.5)]


@pytest.mark.parametrize("added", [(), (3,)])
def test_of_keys_that_are_not_there_is_no_record(ledger: Ledger, added: tuple[int, ...]) -> None:
    ledger.append(keys(*added), records(*[(1, 0.1) for _ in added]))
    assert every(ledger, 7) == []
    assert every(ledger) == []


def test_merged_files_keep_equal_keys_in_the_order_of_arrival(ledger: Ledger, tmp_path: Path) -> None:
    for cycle in range(40):
        ledger.append(keys(7, cycle), records((100 - cycle, cycle), (0, 0)))
        ledger = reopened(tmp_path, ledger.rows())
    assert len(ledger.parts) < 10
    assert [value for key, value in every(ledger, 7) if value] == list(range(1, 40))
    assert found(ledger, 7) == {7: 39.0}


def test_forgetting_tells_the_newest_moment_that_is_gone(ledger: Ledger) -> None:
    for at in (5, 7, 9):
        ledger.append(keys(at), records((at, 0.1)))
        ledger.rows()
    assert ledger.forget(before=9) == 7
    assert ledger.forget(before=9) is None


def test_records_are_kept_until_a_later_moment_where_one_is_said(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append(keys(1), records((5, 0.1)), until=20)
    ledger.append(keys(2), records((6, 0.2)), until=3)
    (row,) = ledger.rows()
    assert (row.first, row.last) == (5, 20)
    assert reopened(tmp_path, [row]).forget(before=20) is None


def test_a_merged_file_is_kept_for_as_long_as_any_of_its_parts(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append(keys(1), records((1, 0.1)), until=90)
    for at in range(2, 30):
        ledger = reopened(tmp_path, ledger.rows())
        ledger.append(keys(at), records((at, 0.1)))
    assert max(row.last for row in ledger.rows()) == 90


def test_forgotten_files_stay_on_the_disk_until_the_sweep(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append(keys(1), records((5, 0.1)))
    ledger.rows()
    ledger.forget(before=6)
    assert len(list(tmp_path.iterdir())) == 2
    ledger.sweep()
    assert list(tmp_path.iterdir()) == []


def test_a_coded_field_that_older_files_lack_says_that_nobody_looked(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append(keys(1), records((5, 0.1)))
    wider = reopened(tmp_path, ledger.rows())
    wider.append(keys(2), np.array([(6, 0.2, 0)], [("at", "<i8"), ("value", "<f8"), ("by:origin", "<i4")]))
    _, rows = wider.find(keys(1, 2))
    assert rows is not None
    assert rows["by:origin"].tolist() == [UNLOGGED, 0]
