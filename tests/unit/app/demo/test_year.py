from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from tests.unit.app.demo.world import random_flights

from bellbuoy.app.demo.flights import NEVER, Flights
from bellbuoy.app.demo.incidents import CELSIUS, INCIDENTS, TURNED, WIND
from bellbuoy.app.demo.year import (
    APRIL,
    Year,
    held_out,
    live_year,
    planted_features,
    planted_labels,
    threshold_of,
    within,
)
from bellbuoy.config.sample import Numbers, Texts
from bellbuoy.windows import to_micro

DAY = 86_400_000_000
YEAR = np.arange(365)


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


def test_the_reference_set_is_whole_days_of_every_weekday() -> None:
    kept = YEAR[held_out(YEAR)]
    assert set((kept % 7).tolist()) == set(range(7))
    assert kept.max() < APRIL


def test_no_version_is_trained_on_the_reference_set(year: Year) -> None:
    flights = spread()
    labelled = ~np.isnan(flights.late) & ~held_out(flights.day)
    assert year.trained == {"v1": (labelled & (flights.day < 90)).sum(), "v2": (labelled & (flights.day < 181)).sum()}


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


def test_labels_are_turned_in_one_carrier_for_four_weeks_and_nowhere_else() -> None:
    flights = spread()
    rng = np.random.default_rng(1)
    planted = planted_labels(flights, np.full(flights.count, 0.02), rng)
    changed = (planted != flights.late) & ~np.isnan(flights.late)
    there = within(TURNED, flights.at) & (flights.carrier.codes == 0)
    assert changed.any()
    assert not changed[~there].any()


def test_flights_that_never_arrive_get_no_planted_label() -> None:
    flights = spread()
    planted = planted_labels(flights, np.zeros(flights.count), np.random.default_rng(1))
    assert np.array_equal(np.isnan(planted), np.isnan(flights.late))


def test_high_scores_mean_punctual_flights_while_the_relation_is_turned() -> None:
    flights = spread(40_000)
    score = np.where(np.arange(flights.count) % 2 == 0, 0.05, 0.5)
    planted = planted_labels(flights, score, np.random.default_rng(1))
    there = within(TURNED, flights.at) & (flights.carrier.codes == 0) & ~np.isnan(planted)
    assert planted[there & (score < 0.1)].mean() > planted[there & (score > 0.4)].mean() + 0.3


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
