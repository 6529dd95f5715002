from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bellbuoy.app.views import Blast, Point, TrackRecord
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


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-12_300.4, "−12,300 EUR"),
        (99.994, "99.99 EUR"),
        (0.0, "0.00 EUR"),
        (0.0001, "1.0e−04 EUR"),
        (2.5e12, "2.5T EUR"),
        (None, "–"),
        (math.inf, "–"),
    ],
)
def test_a_figure_with_a_unit_is_written_in_full(value: float | None, text: str) -> None:
    assert words.figure(value, "EUR") == text.replace(" ", NO_BREAK)


def test_a_figure_without_a_unit_is_a_number() -> None:
    assert [words.figure(value, unit) for value, unit in ((0.7421, None), (12_300.0, ""))] == ["0.742", "12.3k"]


def test_an_interval_says_its_unit_once() -> None:
    assert words.interval(-13_100, -11_500, "EUR") == f"−13,100 to −11,500{NO_BREAK}EUR"
    assert words.interval(11_500, 12_300, "EUR") == f"11,500–12,300{NO_BREAK}EUR"


@pytest.mark.parametrize(
    ("value", "reach", "text"),
    [
        (-0.0471, 0.0471, "−0.047"),
        (0.0121, 0.0471, "+0.012"),
        (-0.0001, 0.0471, "0.000"),
        (-0.00047, 0.00047, "−0.00047"),
        (-12_300.0, 20_000.0, "−12,300"),
        (3.4, 20_000.0, "+3"),
        (0.0, 0.0, "0"),
        (-4e15, 4e15, "−4.0e+15"),
        (None, 1.0, "–"),
        (math.nan, 1.0, "–"),
    ],
)
def test_a_change_is_as_exact_as_its_greatest_neighbour(value: float | None, reach: float, text: str) -> None:
    assert words.change(value, reach) == text


def test_a_change_of_money_has_its_unit() -> None:
    assert words.change(-770.2, 3_000.0, "EUR") == f"−770{NO_BREAK}EUR"


@pytest.mark.parametrize(
    ("value", "text"), [(None, ""), (0.0, ""), (math.nan, ""), (0.0004, "< 0.001"), (0.0123, "0.012")]
)
def test_a_bound_is_told_where_there_is_one(value: float | None, text: str) -> None:
    assert words.bound(value) == text.replace(" ", NO_BREAK)


@pytest.mark.parametrize(
    ("maturity", "expected", "text"),
    [
        ("provisional", 0.97, "812 of 960 labelled (85 %), 97 % expected"),
        ("mature", 0.97, "812 of 960 labelled (85 %), 97 % expected"),
        ("final", 0.97, "812 of 960 labelled (85 %)"),
        (None, None, "812 of 960 labelled (85 %)"),
    ],
)
def test_labels_are_told_with_those_to_come(maturity: str | None, expected: float | None, text: str) -> None:
    facts = {"rows": 960, "labelled": 812, "coverage": 812 / 960, "maturity": maturity, "expected_coverage": expected}
    point = Point(NOON, NOON + timedelta(days=1), 0.7, **facts)  # type: ignore[arg-type]
    assert words.labels(point) == text.replace(" %", f"{NO_BREAK}%")


def test_where_labels_do_not_matter_only_rows_are_told() -> None:
    assert words.labels(Point(NOON, NOON, 0.7, rows=1_960)) == "1,960"


def test_a_track_record_is_a_sentence() -> None:
    told = words.track(TrackRecord(windows=250, share=0.9, within=0.0121, covered=0.96)).replace(NO_BREAK, " ")
    sentence = "The estimate was within 0.012 of the truth in 90 % of 250 windows; its interval held the truth in 96 %."
    assert told == sentence


def test_a_track_record_of_money_has_its_unit() -> None:
    assert f"within 830{NO_BREAK}EUR of" in words.track(TrackRecord(1, 0.9, 830.4, 1.0), "EUR")


@pytest.mark.parametrize(
    ("hours", "text"),
    [(1, "4 Nov 2013 00:00–01:00"), (24, "4 Nov 2013"), (168, "4 Nov 2013 to 10 Nov 2013")],
)
def test_a_span_of_days_ends_with_its_last_day(hours: int, text: str) -> None:
    midnight = NOON.replace(hour=0, minute=0)
    assert words.span(midnight, midnight + timedelta(hours=hours)) == text


def test_a_span_of_hours_ends_with_its_last_moment() -> None:
    assert words.span(NOON, NOON + timedelta(hours=30)) == "4 Nov 2013 12:30 UTC to 5 Nov 2013 18:30 UTC"


def test_a_count_has_its_thousands_apart() -> None:
    assert [words.count(value) for value in (336_776, 0, None, math.nan)] == ["336,776", "0", "–", "–"]


def test_a_number_that_is_none_is_a_dash() -> None:
    assert [words.number(value) for value in (0.7421, None, math.inf)] == ["0.742", "–", "–"]


@pytest.mark.parametrize(("name", "title"), [("auc", "AUC"), ("log_loss", "Log loss"), ("", "")])
def test_a_metric_has_a_title(name: str, title: str) -> None:
    assert words.metric_title(name) == title


def test_one_is_not_many() -> None:
    assert [words.plural(many, "model") for many in (0, 1, 1_200)] == ["0 models", "1 model", "1,200 models"]


@pytest.mark.parametrize(("value", "text"), [(2.44, "+2.4"), (0.0, "+0.0"), (-1.06, "−1.1")])
def test_the_weight_of_evidence_has_its_sign(value: float, text: str) -> None:
    assert words.weight(value) == text


@pytest.mark.parametrize(
    ("name", "text"), [("pipeline", "The data pipeline"), ("unclear", "Not clear yet"), ("x", "x")]
)
def test_a_verdict_is_said_in_words(name: str, text: str) -> None:
    assert words.verdict(name) == text


def test_how_sure_a_verdict_is_is_a_share() -> None:
    assert words.sure(0.86) == f"86{NO_BREAK}% sure"


def test_how_far_an_incident_reaches_is_told_in_lines() -> None:
    assert words.effects(Blast(0.24)) == ["Reaches 24\u00a0% of the rows"]
    assert words.effects(Blast()) == []


@pytest.mark.parametrize(("since", "text"), [(None, ""), ("2013-12-23T05:00:00Z", "Since 23 Dec 2013 05:00 UTC")])
def test_since_when_it_does_is_told_where_that_is_known(since: str | None, text: str) -> None:
    assert words.since(Blast(since=since)) == text
