from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bellbuoy.web import words

NO_BREAK = "\u00a0"
NOON = datetime(2013, 11, 4, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0 %"),
        (0.0004, "< 0.1 %"),
        (0.004, "0.4 %"),
        (0.416, "42 %"),
        (0.995, "99.5 %"),
        (0.9996, "> 99.9 %"),
        (1.0, "100 %"),
        (None, "–"),
        (math.nan, "–"),
    ],
)
def test_a_share_can_be_told_from_nothing_and_from_all(value: float | None, text: str) -> None:
    assert words.share(value) == text.replace(" ", NO_BREAK)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "–"), (math.inf, "–"), (-3.0, "0 s"), (45, "45 s"), (840, "14 min"), (10_800, "3 h"), (777_600, "9 days")],
)
def test_an_age_is_told_in_the_largest_unit_that_fits(seconds: float | None, text: str) -> None:
    assert words.age(seconds) == text.replace(" ", NO_BREAK)


def test_a_moment_is_told_in_utc() -> None:
    assert words.moment(NOON.astimezone(timezone(timedelta(hours=9)))) == "4 Nov 2013 12:30 UTC"
    assert words.moment(datetime(2013, 11, 4, tzinfo=UTC)) == "4 Nov 2013"
    assert words.moment(None) == "–"


def test_a_moment_at_which_time_stands_still_has_its_hour() -> None:
    assert words.as_of(datetime(2014, 1, 1, tzinfo=UTC)) == "as of 1 Jan 2014 00:00 UTC"


@pytest.mark.parametrize(
    ("hours", "text"), [(1, "4 Nov 2013 12:30–13:30"), (24, "4 Nov 2013"), (168, "week of 4 Nov 2013")]
)
def test_a_window_is_told_by_its_width(hours: int, text: str) -> None:
    assert words.window(NOON, NOON + timedelta(hours=hours)) == text


def test_an_interval_of_signed_numbers_has_no_dash_between() -> None:
    assert words.interval(0.7, 0.8) == "0.700–0.800"
    assert words.interval(-0.2, 0.1) == "−0.200 to 0.100"
    assert words.interval(None, 0.1) == words.interval(0.1, math.inf) == ""


def test_a_count_has_its_thousands_apart() -> None:
    assert [words.count(value) for value in (336_776, 0, None, math.nan)] == ["336,776", "0", "–", "–"]


def test_a_number_that_is_none_is_a_dash() -> None:
    assert [words.number(value) for value in (0.7421, None, math.inf)] == ["0.742", "–", "–"]


@pytest.mark.parametrize(("name", "title"), [("auc", "AUC"), ("log_loss", "Log loss"), ("", "")])
def test_a_metric_has_a_title(name: str, title: str) -> None:
    assert words.metric_title(name) == title


def test_one_is_not_many() -> None:
    assert [words.plural(many, "model") for many in (0, 1, 1_200)] == ["0 models", "1 model", "1,200 models"]
