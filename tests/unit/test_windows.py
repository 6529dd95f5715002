from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.errors import ConfigError
from bellbuoy.windows import (
    MICRO,
    Grain,
    Window,
    format_duration,
    from_micro,
    from_seconds,
    iso,
    parse_duration,
    parse_time,
    to_micro,
    to_seconds,
)

#: Until here a count of microseconds is exact.
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2250, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
GRAINS = st.sampled_from(list(Grain))
SPANS = st.integers(0, 400 * 86_400).map(lambda seconds: timedelta(seconds=seconds))
NOON = datetime(2013, 11, 6, 12, 34, 56, 789, tzinfo=UTC)


@pytest.mark.parametrize(
    ("grain", "start"),
    [
        (Grain.MINUTE, datetime(2013, 11, 6, 12, 34, tzinfo=UTC)),
        (Grain.FIVE_MINUTES, datetime(2013, 11, 6, 12, 30, tzinfo=UTC)),
        (Grain.QUARTER, datetime(2013, 11, 6, 12, 30, tzinfo=UTC)),
        (Grain.HOUR, datetime(2013, 11, 6, 12, tzinfo=UTC)),
        (Grain.DAY, datetime(2013, 11, 6, tzinfo=UTC)),
        (Grain.WEEK, datetime(2013, 11, 4, tzinfo=UTC)),
    ],
)
def test_a_moment_is_in_the_window_that_began_last(grain: Grain, start: datetime) -> None:
    assert grain.floor(NOON) == start


@pytest.mark.parametrize("grain", list(Grain))
def test_a_window_holds_its_own_start(grain: Grain) -> None:
    start = grain.floor(NOON)
    assert grain.floor(start) == start


@pytest.mark.parametrize("grain", list(Grain))
def test_a_window_does_not_hold_its_end(grain: Grain) -> None:
    start = grain.floor(NOON)
    assert grain.floor(start + grain.delta) == start + grain.delta


@pytest.mark.parametrize("grain", list(Grain))
def test_a_moment_before_1970_is_in_a_window_that_began_before_it(grain: Grain) -> None:
    moment = datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    assert grain.floor(moment) <= moment < grain.floor(moment) + grain.delta


def test_weeks_begin_on_monday() -> None:
    assert Grain.WEEK.floor(datetime(2024, 2, 29, tzinfo=UTC)).weekday() == 0


def test_a_moment_of_another_zone_is_in_the_day_of_utc() -> None:
    late = datetime(2024, 3, 1, 23, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert Grain.DAY.floor(late) == datetime(2024, 3, 2, tzinfo=UTC)


@given(MOMENTS, GRAINS)
def test_every_moment_is_in_exactly_the_window_that_it_is_put_in(moment: datetime, grain: Grain) -> None:
    start = grain.floor(moment)
    assert start <= moment < start + grain.delta


@given(MOMENTS, st.sampled_from([grain for grain in Grain if grain is not Grain.DAY]))
def test_narrow_windows_lie_whole_within_wider_ones(moment: datetime, grain: Grain) -> None:
    narrow = Grain.MINUTE.floor(moment)
    assert grain.floor(narrow) == grain.floor(moment)


@given(st.lists(st.integers(-(10**15), 10**15), max_size=9), GRAINS)
def test_many_moments_are_put_into_windows_as_each_alone(micro: list[int], grain: Grain) -> None:
    starts = grain.starts(np.array(micro, np.int64))
    assert starts.tolist() == [to_seconds(grain.floor(from_micro(one))) for one in micro]


@given(st.lists(st.integers(-(10**9), 10**9), max_size=9), GRAINS)
def test_regrouping_what_is_grouped_changes_nothing(seconds: list[int], grain: Grain) -> None:
    once = grain.regroup(np.array(seconds, np.int64))
    assert grain.regroup(once).tolist() == once.tolist()


def test_no_moments_are_in_no_windows() -> None:
    assert Grain.HOUR.starts(np.array([], np.int64)).tolist() == []


@pytest.mark.parametrize("grain", list(Grain))
def test_the_name_of_a_grain_is_its_width(grain: Grain) -> None:
    assert parse_duration(grain.value) == grain.delta
    assert grain.delta.total_seconds() == grain.seconds


@given(MOMENTS)
def test_a_moment_survives_microseconds(moment: datetime) -> None:
    assert from_micro(to_micro(moment)) == moment


@given(MOMENTS)
def test_whole_seconds_leave_out_less_than_one(moment: datetime) -> None:
    assert timedelta(0) <= moment - from_seconds(to_seconds(moment)) < timedelta(seconds=1)


def test_microseconds_are_counted_in_utc_from_any_zone() -> None:
    here = datetime(1970, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    assert to_micro(here) == 0


def test_a_second_is_a_million_microseconds() -> None:
    assert from_micro(3 * MICRO) == from_seconds(3)


def test_windows_are_in_order_of_time() -> None:
    first = Window(from_seconds(0), from_seconds(60))
    wide, second = Window(from_seconds(0), from_seconds(90)), Window(from_seconds(60), from_seconds(120))
    assert sorted([second, wide, first]) == [first, wide, second]


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2013, 11, 4, 10, tzinfo=UTC), "2013-11-04T10:00:00Z"),
        (datetime(2013, 11, 4, 10, 0, 0, 250_000, tzinfo=UTC), "2013-11-04T10:00:00.250000Z"),
        (datetime(2013, 11, 4, 10, tzinfo=timezone(timedelta(hours=5, minutes=30))), "2013-11-04T04:30:00Z"),
    ],
)
def test_a_moment_is_written_in_utc(moment: datetime, text: str) -> None:
    assert iso(moment) == text


@given(MOMENTS)
def test_what_is_written_is_read_as_the_same_moment(moment: datetime) -> None:
    assert parse_time(iso(moment)) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2013-11-04", datetime(2013, 11, 4, tzinfo=UTC)),
        ("2013-11-04T10", datetime(2013, 11, 4, 10, tzinfo=UTC)),
        ("2013-11-04 10:15", datetime(2013, 11, 4, 10, 15, tzinfo=UTC)),
        ("2013-11-04T10:15:00Z", datetime(2013, 11, 4, 10, 15, tzinfo=UTC)),
        ("2013-11-04T10:15:00+02:00", datetime(2013, 11, 4, 8, 15, tzinfo=UTC)),
        ("2013-W45-1", datetime(2013, 11, 4, tzinfo=UTC)),
    ],
)
def test_a_moment_without_a_zone_is_utc(text: str, moment: datetime) -> None:
    read = parse_time(text)
    assert (read, read.utcoffset()) == (moment, timedelta(0))


@pytest.mark.parametrize(
    "text", ["", "now", "yesterday", "04.11.2013", "2013-13-01", "2013-02-30", "12:00", "1383559200"]
)
def test_what_is_no_moment_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError, match="is not a time") as told:
        parse_time(text)
    assert parse_time(told.value.hint.removeprefix("write it as "))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("15m", 900),
        ("6h", 21_600),
        ("7d", 604_800),
        ("2w", 1_209_600),
        ("90s", 90),
        ("1d12h", 129_600),
        ("1h 30m", 5_400),
        (" 1.5h ", 5_400),
        ("0.25s", 0.25),
        ("0d", 0),
        ("PT15M", 900),
        ("P1D", 86_400),
        ("P1DT12H", 129_600),
        ("P2W", 1_209_600),
        ("PT1H30M5S", 5_405),
    ],
)
def test_a_duration_is_read_as_people_and_as_iso_8601_write_it(text: str, seconds: float) -> None:
    assert parse_duration(text).total_seconds() == seconds


@pytest.mark.parametrize(
    "text", ["", " ", "7", "d", "-1d", "7 days", "1y", "7D", "P", "PT", "P1M", "PT1D", "1h,30m", "1d-", "1e3s", "inf"]
)
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError, match="is not a duration") as told:
        parse_duration(text)
    assert told.value.hint == "write it as 15m, 6h or 7d"


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(0), "0s"),
        (timedelta(seconds=-5), "0s"),
        (timedelta(milliseconds=400), "0s"),
        (timedelta(seconds=90), "1m30s"),
        (timedelta(hours=36), "1d12h"),
        (timedelta(days=7), "1w"),
        (timedelta(days=8), "8d"),
        (timedelta(days=28), "4w"),
        (timedelta(days=1, seconds=1), "1d1s"),
    ],
)
def test_a_duration_is_written_with_its_largest_units_first(span: timedelta, text: str) -> None:
    assert format_duration(span) == text


@given(SPANS)
def test_a_duration_that_was_written_is_read_as_the_same(span: timedelta) -> None:
    assert parse_duration(format_duration(span)) == span


@given(SPANS, SPANS)
def test_two_durations_are_written_alike_only_if_they_are_the_same(one: timedelta, other: timedelta) -> None:
    assert (format_duration(one) == format_duration(other)) == (one == other)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"])
def test_a_moment_outside_the_calendar_is_no_time(text: str) -> None:
    with pytest.raises(ConfigError, match="is not a time"):
        parse_time(text)


def test_a_duration_beyond_all_reckoning_is_refused() -> None:
    with pytest.raises(ConfigError, match="too long a duration"):
        parse_duration("99999999999w")
