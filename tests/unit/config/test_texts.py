from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.config.texts import Budget, read_budget, read_schedule
from bellbuoy.errors import ConfigError

BUDGETS = st.builds(
    Budget,
    st.one_of(st.integers(0, 99).map(float), st.sampled_from([0.5, 0.25, 1.5])),
    st.integers(1, 5_000).map(lambda hours: timedelta(hours=hours)),
)
FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("1 false alarm per 30d", Budget(1, timedelta(days=30))),
        ("2 false alarms per 1w", Budget(2, timedelta(days=7))),
        ("0.5 false alarms per 90d", Budget(0.5, timedelta(days=90))),
        ("  3  false   alarms per  P30D ", Budget(3, timedelta(days=30))),
        ("0 false alarms per 1d12h", Budget(0, timedelta(hours=36))),
    ],
)
def test_a_budget_is_read_as_it_is_said(text: str, budget: Budget) -> None:
    assert read_budget(text) == budget


@given(BUDGETS)
def test_a_budget_that_was_written_is_read_as_the_same(budget: Budget) -> None:
    assert read_budget(str(budget)) == budget


def test_one_alarm_is_not_written_as_many() -> None:
    one, two = Budget(1, timedelta(days=30)), Budget(2, timedelta(days=7))
    assert (str(one), str(two)) == ("1 false alarm per 30d", "2 false alarms per 1w")


@pytest.mark.parametrize(
    "text", ["", "1", "1 alarm per 30d", "one false alarm per 30d", "-1 false alarms per 30d", "1 false alarm per"]
)
def test_what_is_no_budget_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError, match="is not a budget") as told:
        read_budget(text)
    assert read_budget(told.value.hint.removeprefix("write it as "))


def test_a_budget_of_an_odd_span_says_that_the_span_is_odd() -> None:
    with pytest.raises(ConfigError, match="'month' is not a duration"):
        read_budget("1 false alarm per month")


def test_a_budget_needs_time_to_keep_to() -> None:
    with pytest.raises(ConfigError, match="has no time to keep to"):
        read_budget("1 false alarm per 0d")


@pytest.mark.parametrize(
    "text",
    [
        "0 3 * * *",
        "*/15 * * * *",
        "0-30/10 8-18 * * mon-fri",
        "0 0 1,15 * *",
        "59 23 31 12 7",
        "0 0 * JAN-mar Sun",
        "@hourly",
        "@daily",
        "@weekly",
        "@monthly",
        "@yearly",
    ],
)
def test_a_cron_expression_is_taken_as_it_is(text: str) -> None:
    assert read_schedule(text) == text


@pytest.mark.parametrize("text", ["", "0 3 * *", "0 3 * * * *", "@reboot", "every night", "daily"])
def test_what_is_no_schedule_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ConfigError, match="is not a schedule") as told:
        read_schedule(text)
    assert '"0 3 * * *"' in told.value.hint


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("60 3 * * *", "'60' is no minute", "0 to 59"),
        ("0 24 * * *", "'24' is no hour", "0 to 23"),
        ("0 3 0 * *", "'0' is no day", "1 to 31"),
        ("0 3 32 * *", "'32' is no day", "1 to 31"),
        ("0 3 * 13 *", "'13' is no month", "1 to 12"),
        ("0 3 * foo *", "'foo' is no month", "1 to 12"),
        ("0 3 * * 8", "'8' is no weekday", "0 to 7"),
        ("0 3 * * jan", "'jan' is no weekday", "0 to 7"),
        ("30-10 3 * * *", "'30-10' is no minute", "0 to 59"),
        ("*/0 3 * * *", "'\\*/0' is no minute", "0 to 59"),
        ("1,,2 3 * * *", "'1,,2' is no minute", "0 to 59"),
        ("5- 3 * * *", "'5-' is no minute", "0 to 59"),
    ],
)
def test_a_field_that_is_off_is_named_with_its_limits(text: str, message: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=message) as told:
        read_schedule(text)
    assert hint in told.value.hint


@given(st.tuples(*(st.integers(low, high) for low, high in FIELDS)))
def test_any_numbers_within_their_limits_are_a_schedule(fields: tuple[int, ...]) -> None:
    text = " ".join(map(str, fields))
    assert read_schedule(text) == text


@given(st.integers(0, 4), st.data())
def test_one_number_beyond_its_limit_is_told(place: int, data: st.DataObject) -> None:
    fields = ["*"] * 5
    fields[place] = str(data.draw(st.integers(FIELDS[place][1] + 1, 999)))
    with pytest.raises(ConfigError, match=f"'{fields[place]}' is no"):
        read_schedule(" ".join(fields))
