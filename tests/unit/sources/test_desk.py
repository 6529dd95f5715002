from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from bellbuoy.errors import SourceError
from bellbuoy.sources.desk import Desk


def test_who_comes_while_work_is_done_is_served_together() -> None:
    sizes: list[int] = []
    begun, going = threading.Event(), threading.Event()

    def act(works: Sequence[int]) -> list[int]:
        sizes.append(len(works))
        begun.set()
        going.wait(10)
        return [work * 2 for work in works]

    desk = Desk(act, most=10)
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(desk.ask, 0)
        begun.wait(10)
        others = [pool.submit(desk.ask, at) for at in range(1, 6)]
        while len(desk._waiting) < 5:
            threading.Event().wait(0.001)
        going.set()
        assert [one.result(10) for one in (first, *others)] == [0, 2, 4, 6, 8, 10]
    assert sizes == [1, 5]


def test_no_more_than_so_many_at_a_time() -> None:
    sizes: list[int] = []

    def act(works: Sequence[int]) -> list[int]:
        sizes.append(len(works))
        return list(works)

    desk = Desk(act, most=2)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(desk.ask, range(1, 30))) == list(range(1, 30))
    assert max(sizes) <= 2


def test_a_failure_is_told_to_everybody_it_concerns_and_to_nobody_after() -> None:
    def act(works: Sequence[int]) -> list[int]:
        if 13 in works:
            raise SourceError("the disk is full")
        return list(works)

    desk = Desk(act, most=1)
    with pytest.raises(SourceError, match="the disk is full"):
        desk.ask(13)
    assert desk.ask(7) == 7


def test_a_fault_of_ours_leaves_nobody_waiting() -> None:
    def act(works: Sequence[int]) -> list[int]:
        return [1 // work for work in works]

    desk = Desk(act, most=1)
    with pytest.raises(ZeroDivisionError):
        desk.ask(0)
    assert desk.ask(1) == 1
