from __future__ import annotations

import numpy as np
import pytest
from tests.unit.app.demo.world import flights, random_flights, sample, tables, texts, until

from bellbuoy.app.demo.features import (
    WEATHER,
    features_of,
    plane_age,
    recent_delay,
    same_hour,
    still_waiting,
    weather_at,
)
from bellbuoy.app.demo.flights import MINUTE
from bellbuoy.config.sample import Numbers
from bellbuoy.windows import parse_time, to_micro

NOON = to_micro(parse_time("2013-07-01T12:00:00Z"))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_delay_is_known_only_once_the_flight_has_left(seed: int) -> None:
    world = random_flights(seed=seed)
    for row in range(0, world.count, 7):
        then = until(world, int(world.at[row]))
        for by in (world.origin, world.carrier):
            assert recent_delay(world, by)[row] == pytest.approx(recent_delay(then, by)[row], nan_ok=True)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_stands_at_the_gate_is_told_from_what_was_known_then(seed: int) -> None:
    world = random_flights(seed=seed)
    then = [still_waiting(until(world, int(world.at[row])))[row] for row in range(0, world.count, 7)]
    assert still_waiting(world)[::7].tolist() == then


def test_recent_delays_are_the_mean_of_two_hours_at_the_airport() -> None:
    world = random_flights()
    row = world.count // 2
    at, origin = world.at[row], world.origin.codes
    recent = (world.left <= at) & (world.left > at - 120 * MINUTE) & (origin == origin[row])
    assert recent.sum() > 2
    assert recent_delay(world, world.origin)[row] == pytest.approx(world.wait[recent].mean())


def test_no_delay_is_known_before_the_first_flight_left() -> None:
    assert np.isnan(recent_delay(random_flights(), random_flights().origin)[0])


def test_a_flight_that_never_leaves_is_off_the_board_in_the_end() -> None:
    cancelled = {"dep_delay": None, "arr_delay": None, "time_hour": "2013-07-01T12:00:00Z", "minute": 0}
    soon, late = {"time_hour": "2013-07-01T14:00:00Z"}, {"time_hour": "2013-07-01T20:00:00Z"}
    assert still_waiting(flights(cancelled, soon, late)).tolist() == [0, 1, 0]


def test_the_timetable_is_counted_by_airport_and_hour() -> None:
    made = flights({}, {"minute": 5}, {"origin": "EWR"}, {"time_hour": "2013-07-01T22:00:00Z"})
    counts = same_hour(made)
    of = dict(
        zip(zip(made.origin.codes.tolist(), (made.planned // (60 * MINUTE)).tolist(), strict=True), counts, strict=True)
    )
    assert sorted(of.values()) == [1, 1, 2]


def weather(*hours: str) -> dict[str, float]:
    """Temperatures seen at noon: each observation's is its hour."""
    columns: dict[str, list[object]] = {name: [float(hour[:2]) for hour in hours] for name in WEATHER}
    table = sample(
        {"origin": ["JFK"] * len(hours), "time_hour": [f"2013-07-01T{hour}:00Z" for hour in hours], **columns},
        ("time_hour",),
    )
    return {name: float(values[0]) for name, values in weather_at(table, texts(["JFK"]), np.array([NOON])).items()}


def test_weather_is_the_newest_observation_by_then() -> None:
    assert weather("13:00", "11:00", "10:00")["temp"] == 11


def test_an_observation_of_that_very_moment_counts() -> None:
    assert weather("11:00", "12:00")["temp"] == 12


@pytest.mark.parametrize("hours", [("08:59",), ("12:01", "13:00")])
def test_stale_weather_and_weather_to_come_are_no_weather(hours: tuple[str, ...]) -> None:
    assert all(np.isnan(value) for value in weather(*hours).values())


def test_an_airport_without_observations_has_no_weather() -> None:
    table = tables([{}]).weather
    assert np.isnan(weather_at(table, texts(["EWR"]), np.array([NOON]))["temp"]).all()


def test_the_age_of_a_plane_is_null_where_nobody_wrote_it_down() -> None:
    ages = plane_age(tables([{}]).planes, texts(["N1", "N2", "N3"]))
    assert ages.tolist() == pytest.approx([10, np.nan, np.nan], nan_ok=True)


def test_there_is_one_value_a_flight_for_every_input() -> None:
    tabled = tables([{}, {"dest": "HNL"}])
    lengths = {
        len(column.values) if isinstance(column, Numbers) else len(column.codes)
        for column in features_of(flights({}, {"dest": "HNL"}), tabled).values()
    }
    assert lengths == {2}
