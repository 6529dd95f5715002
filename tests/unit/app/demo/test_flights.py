from __future__ import annotations

import numpy as np
import pytest
from tests.unit.app.demo.world import flights

from bellbuoy.app.demo.flights import HOUR, NEVER
from bellbuoy.windows import from_micro, iso


def test_a_flight_is_scored_an_hour_before_it_should_leave() -> None:
    made = flights({})
    assert iso(from_micro(int(made.at[0]))) == "2013-07-01T20:45:00Z"
    assert made.planned[0] - made.at[0] == HOUR


@pytest.mark.parametrize(
    ("row", "minutes"),
    [
        ({}, 75),
        ({"sched_arr_time": 19}, 6 * 60 + 34),
        # In July Honolulu is six hours behind New York and Phoenix three; in January five and two.
        ({"dest": "HNL", "sched_arr_time": 2230}, 4 * 60 + 45 + 6 * 60),
        ({"dest": "PHX", "sched_arr_time": 2000}, 2 * 60 + 15 + 3 * 60),
        ({"dest": "HNL", "sched_arr_time": 2230, "month": 1}, 4 * 60 + 45 + 5 * 60),
        # San Juan is missing from the table of airports; in July its clocks are New York's.
        ({"dest": "SJU", "sched_arr_time": 2145}, 4 * 60),
    ],
)
def test_planned_arrivals_are_wall_clock_times_at_the_destination(row: dict[str, object], minutes: int) -> None:
    assert flights(row).block[0] == minutes


def test_a_label_is_known_when_the_flight_reaches_the_gate() -> None:
    made = flights({"arr_delay": 16})
    assert iso(from_micro(int(made.landed[0]))) == "2013-07-01T23:16:00Z"
    assert made.late[0] == 1


def test_fifteen_minutes_are_not_late_yet() -> None:
    assert flights({"arr_delay": 15}).late[0] == 0


def test_a_cancelled_flight_never_leaves_and_never_gets_a_label() -> None:
    made = flights({"dep_delay": None, "arr_delay": None})
    assert (made.left[0], made.landed[0]) == (NEVER, NEVER)
    assert np.isnan(made.late[0])


def test_a_diverted_flight_leaves_and_never_gets_a_label() -> None:
    made = flights({"dep_delay": 5, "arr_delay": None})
    assert made.left[0] < NEVER == made.landed[0]


def test_flights_come_in_the_order_of_scoring() -> None:
    made = flights({"dest": "HNL"}, {"time_hour": "2013-07-01T12:00:00Z", "dest": "BOS"})
    assert [made.dest.names[code] for code in made.dest.codes] == ["BOS", "HNL"]


def test_days_are_those_of_new_york() -> None:
    made = flights({"month": 12, "day": 31}, {"month": 1, "day": 1})
    assert made.day.tolist() == [364, 0]
    assert made.weekday.tolist() == [1, 1]
