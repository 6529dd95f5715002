from __future__ import annotations

import json

import numpy as np

from bellbuoy.profiles.waiting import Waiting
from bellbuoy.windows import MICRO

DAY = 86_400 * MICRO


def days(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64) * DAY


def waiting(*numbers: int) -> Waiting:
    made = Waiting()
    made.come(days(*numbers))
    return made


def test_labels_come_and_go() -> None:
    some = waiting(1, 2, 30)
    some.go(days(2))
    assert some.total == 2


def test_there_are_never_less_than_none() -> None:
    some = waiting(1)
    some.go(days(1, 2, 30))
    assert some.total == 0


def test_weeks_that_are_over_wait_no_more() -> None:
    some = waiting(1, 2, 8, 30)
    some.forget(14 * DAY)
    assert some.total == 1


def test_a_week_waits_until_its_end() -> None:
    some = waiting(1, 8)
    some.forget(14 * DAY - 1)
    assert some.total == 1


def test_what_is_remembered_goes_through_json() -> None:
    some = waiting(1, 2, 30, -3)
    kept = json.loads(json.dumps(some.facts()))
    assert kept["waiting"] == 4
    assert Waiting.of(kept) == some


def test_nothing_is_remembered_of_a_model_without_cycles() -> None:
    assert Waiting.of({}).total == 0
