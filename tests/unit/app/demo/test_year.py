from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from tests.unit.app.demo.world import random_flights

from bellbuoy.app.demo.flights import MINUTE, NEVER, Flights
from bellbuoy.app.demo.incidents import CELSIUS, INCIDENTS, RAMP, RAMP_WAIT, WIND
from bellbuoy.app.demo.year import (
    JULY,
    MARCH,
    MAY,
    Year,
    held_out,
    live_year,
    planted_arrivals,
    planted_features,
    threshold_of,
    within,
)
from bellbuoy.config.sample import Numbers, Texts
from bellbuoy.windows import to_micro

DAY = 86_400_000_000


def spread(count: int = 4_000) -> Flights:
    """Flights all over the year, late where `block` is long."""
    flights = random_flights(count)
    day = np.arange(count) * 365 // count
    at = to_micro(INCIDENTS[0].at.replace(month=1, day=1)) + day * DAY + DAY // 2
    rng = np.random.default_rng(5)
    block = rng.random(count)
    late = np.where(np.isnan(flights.late), np.nan, (rng.random(count) < block).astype(float))
    landed = np.where(np.isnan(late), NEVER, at + DAY // 12)
    return replace(flights, at=at, planned=at, landed=landed, day=day, block=block, late=late)


def inputs(flights: Flights) -> Mapping[str, Numbers | Texts]:
    names = ("temp", "wind_speed", "wind_dir", "visib")
    made: dict[str, Numbers | Texts] = {name: Numbers(np.full(flights.count, 50.0)) for name in names}
    return made | {"block_minutes": Numbers(flights.block), "carrier": flights.carrier}


@pytest.fixture(scope="module")
def year() -> Year:
    flights = spread()
    return live_year(flights, inputs(flights))


def values(features: Mapping[str, Numbers | Texts], name: str) -> np.ndarray:
    column = features[name]
    assert isinstance(column, Numbers)
    return column.values


def test_the_reference_set_is_whole_days_one_after_the_other(year: Year) -> None:
    days = np.unique(year.reference.at // DAY)
    assert (np.diff(days) == 1).all()
    assert (days[0] * DAY, (days[-1] + 1) * DAY) == (to_micro(MARCH), to_micro(MAY))


def test_no_version_is_trained_on_the_reference_set(year: Year) -> None:
    flights = spread()
    labelled = ~np.isnan(flights.late) & ~held_out(flights.at)
    before = {name: (labelled & (flights.at < to_micro(end))).sum() for name, end in (("v1", MARCH), ("v2", JULY))}
    assert year.trained == before


def test_what_is_live_begins_where_the_reference_set_ends(year: Year) -> None:
    assert year.reference.at.max() < to_micro(MAY) <= year.live.at.min()


def test_the_wind_is_gone_for_two_days_and_only_then() -> None:
    flights = spread()
    seen = planted_features(inputs(flights), flights.at)
    for name in ("wind_speed", "wind_dir"):
        assert np.array_equal(np.isnan(values(seen, name)), within(WIND, flights.at))


def test_the_temperature_is_in_celsius_for_a_week_and_only_then() -> None:
    flights = spread()
    temp = values(planted_features(inputs(flights), flights.at), "temp")
    assert np.array_equal(temp == 10, within(CELSIUS, flights.at))
    assert set(temp.tolist()) == {10.0, 50.0}


def test_other_inputs_are_left_as_they_were() -> None:
    flights = spread()
    before = inputs(flights)
    after = planted_features(before, flights.at)
    assert all(after[name] is before[name] for name in ("visib", "block_minutes", "carrier"))


def slow(flights: Flights) -> np.ndarray:
    """Flights of the carrier whose ramp crews go slow, while they do."""
    there: np.ndarray = within(RAMP, flights.at) & (flights.carrier.codes == 0) & (flights.landed < NEVER)
    return there


def on_time(flights: Flights) -> Flights:
    """The same flights, none of them late by a minute."""
    landed = np.where(flights.landed < NEVER, flights.planned + (flights.block * MINUTE).astype(np.int64), NEVER)
    return replace(flights, landed=landed, late=np.where(np.isnan(flights.late), np.nan, 0.0))


def test_one_carrier_comes_later_to_its_gates_for_four_weeks_and_no_other_does() -> None:
    flights = spread()
    waited = planted_arrivals(flights).landed - flights.landed
    assert slow(flights).any()
    assert np.array_equal(waited, np.where(slow(flights), RAMP_WAIT * MINUTE, 0))


def test_a_flight_that_waits_longer_than_is_forgiven_is_late() -> None:
    flights = on_time(spread())
    known = ~np.isnan(flights.late)
    assert np.array_equal(planted_arrivals(flights).late[known] == 1, slow(flights)[known])


def test_a_flight_that_was_early_enough_is_not_late_for_it() -> None:
    flights = on_time(spread())
    early = replace(flights, landed=np.where(flights.landed < NEVER, flights.landed - RAMP_WAIT * MINUTE, NEVER))
    assert np.nansum(planted_arrivals(early).late) == 0


def test_its_labels_come_as_much_later() -> None:
    flights = spread()
    known = ~np.isnan(flights.late)
    made = live_year(flights, inputs(flights)).live
    meant = dict(
        zip((np.flatnonzero(known) + 1).tolist(), planted_arrivals(flights).landed[known].tolist(), strict=True)
    )
    told = {one: at for one, at in zip(made.id.tolist(), made.label_at.tolist(), strict=True) if at < NEVER}
    assert told.items() <= meant.items()


def test_flights_that_never_arrive_get_no_planted_label() -> None:
    flights = spread()
    assert np.array_equal(np.isnan(planted_arrivals(flights).late), np.isnan(flights.late))


def test_the_second_version_takes_over_in_july(year: Year) -> None:
    codes = year.live.version.codes
    assert (np.diff(codes) >= 0).all()
    assert set(codes.tolist()) == {0, 1}


def test_the_model_learns_what_there_is_to_learn(year: Year) -> None:
    log = year.reference
    known = ~np.isnan(log.late)
    assert log.score[known & (log.late == 1)].mean() > log.score[known & (log.late == 0)].mean() + 0.1


def test_rows_become_visible_in_order_and_after_they_were_scored(year: Year) -> None:
    assert (np.diff(year.live.seen_at) >= 0).all()
    assert (year.live.seen_at > year.live.at).all()


def test_the_same_year_is_made_twice(year: Year) -> None:
    flights = spread()
    again = live_year(flights, inputs(flights))
    assert np.array_equal(again.live.score, year.live.score)
    assert np.array_equal(again.live.late, year.live.late, equal_nan=True)


def test_as_many_are_called_late_as_are(year: Year) -> None:
    known = ~np.isnan(year.reference.late)
    called = (year.reference.score[known] >= threshold_of(year.reference)).mean()
    assert called == pytest.approx(year.reference.late[known].mean(), abs=0.05)
