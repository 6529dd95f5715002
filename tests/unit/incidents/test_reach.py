"""How many rows alarms reach, and what they are ranked by."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from bellbuoy.incidents.reach import parts_of, reach, reach_of, touched, weight_of_alarm
from bellbuoy.store.port import AlarmRow

SHARES = {("carrier", "EV"): 0.2, ("carrier", "9E"): 0.1, ("host", "b-2"): 0.25, ("", "v2"): 0.5}
IMPORTANCE = {"income": 0.6, "age": 0.3, "debt": 0.1}


def rule(metric: str, value: float | None = 0.4, **changes: Any) -> AlarmRow:
    """An alarm of a rule of one's own."""
    return replace(AlarmRow(f"m/{metric}", f"{metric}-rule", "firing", 0, metric=metric, value=value), **changes)


def pack(metric: str, effect: float | None = 0.3, *, host: str | None = None, **changes: Any) -> AlarmRow:
    """An alarm of the standard pack; of an input, where it has a column."""
    facts = {"pack": "once", "effect": effect, "surprise": 2.0, "host": host}
    kind = "input" if "column" in changes else "performance"
    return replace(AlarmRow(f"m/{metric}", metric, "firing", 0, kind=kind, metric=metric, facts=facts), **changes)


def weight(alarm: AlarmRow, **known: Any) -> float:
    return weight_of_alarm(alarm, known.get("shares", SHARES), known.get("importance", IMPORTANCE), "host")


# -- the part of the rows that it is of


def test_an_alarm_of_all_rows_is_of_no_part() -> None:
    assert parts_of(rule("auc")) == []


def test_an_alarm_is_of_its_segment_and_of_its_version() -> None:
    assert parts_of(rule("auc", by="carrier", segment="EV", version="v2")) == [("carrier", "EV"), ("", "v2")]


def test_an_empty_segment_is_a_part_too() -> None:
    assert parts_of(rule("auc", by="carrier", segment="")) == [("carrier", "")]


@pytest.mark.parametrize(("host", "parts"), [("host", [("host", "b-2")]), ("", [])])
def test_a_version_that_one_host_serves_is_of_that_host_where_hosts_are_named(host: str, parts: object) -> None:
    assert parts_of(pack("version_share", host="b-2"), host) == parts


# -- the rows that it touches


@pytest.mark.parametrize(
    ("alarm", "share"),
    [
        (rule("null_rate"), 0.4),
        (rule("null_rate", 1.7), 1.0),
        (rule("null_rate", None), None),
        (rule("replay_difference", 0.08), 0.08),
        (rule("auc", 0.9), None),
        (rule("rows", 5.0), None),
        (pack("null_rate", -0.7), 0.7),
        (pack("null_rate", None), None),
        (pack("decision_gap", 0.05), 0.05),
        (pack("level", 2.0), None),
        (pack("rows", math.log(0.25)), 0.75),
        (pack("rows", math.log(2.0)), 0.5),
    ],
)
def test_an_alarm_touches_as_many_rows_as_it_says(alarm: AlarmRow, share: float | None) -> None:
    assert touched(alarm) == (share if share is None else pytest.approx(share))


@pytest.mark.parametrize(
    ("alarm", "share"),
    [
        (pack("outcome_gap", by="carrier", segment="EV"), 0.2),
        (pack("null_rate", 0.5, by="carrier", segment="EV"), 0.1),
        (pack("null_rate", 0.5, by="carrier", segment="nobody"), None),
        (pack("outcome_gap", version="v2"), 0.5),
        (pack("outcome_gap", by="carrier", segment="EV", version="v2"), 0.2),
        (pack("version_share", 0.9, host="b-2"), 0.25),
        (pack("outcome_gap"), None),
    ],
)
def test_an_alarm_of_a_part_reaches_no_further_than_the_part(alarm: AlarmRow, share: float | None) -> None:
    assert reach_of(alarm, SHARES, "host") == (share if share is None else pytest.approx(share))


def test_parts_of_one_column_add_up_as_no_row_is_of_two() -> None:
    both = [pack("outcome_gap", by="carrier", segment=name) for name in ("EV", "9E")]
    assert reach(both, SHARES) == pytest.approx(0.3)


def test_two_alarms_of_one_part_reach_as_far_as_one() -> None:
    twice = [pack(name, by="carrier", segment="EV") for name in ("outcome_gap", "log_loss")]
    assert reach(twice, SHARES) == pytest.approx(0.2)


def test_parts_of_different_columns_may_be_the_same_rows() -> None:
    alarms = [pack("outcome_gap", by="carrier", segment="EV"), pack("outcome_gap", by="host", segment="b-2")]
    assert reach(alarms, SHARES) == pytest.approx(0.25)


def test_it_reaches_as_far_as_the_widest_of_its_alarms() -> None:
    alarms = [pack("null_rate", 0.6, column="age"), pack("outcome_gap", by="carrier", segment="EV"), pack("level")]
    assert reach(alarms, SHARES) == pytest.approx(0.6)


def test_where_no_alarm_tells_how_far_it_reaches_is_not_known() -> None:
    assert reach([pack("level"), rule("auc")], SHARES) is None
    assert reach([], SHARES) is None


def test_it_never_reaches_more_than_all_rows() -> None:
    alarms = [pack("outcome_gap", by="carrier", segment=name) for name in ("EV", "9E")]
    assert reach(alarms, dict.fromkeys(SHARES, 0.8)) == 1.0


# -- what it is ranked by


def test_as_many_nulls_weigh_more_in_a_column_that_matters_more() -> None:
    heavy, light = (weight(pack("null_rate", 0.3, column=name)) for name in ("income", "debt"))
    assert (heavy, light) == pytest.approx((0.18, 0.03))


def test_how_surprising_a_change_is_does_not_matter() -> None:
    dull = pack("null_rate", column="income")
    assert weight(replace(dull, facts={**dull.facts, "surprise": 40.0})) == weight(dull)


def test_an_alarm_of_a_part_weighs_as_its_rows_do() -> None:
    assert weight(pack("outcome_gap", by="carrier", segment="EV")) == pytest.approx(0.2)
    assert weight(pack("null_rate", 0.5, column="income", by="carrier", segment="EV")) == pytest.approx(0.06)


def test_of_a_part_whose_rows_are_not_known_all_are_counted() -> None:
    assert weight(pack("outcome_gap", by="carrier", segment="nobody")) == 1.0


def test_what_is_of_no_input_is_of_all_that_the_model_does() -> None:
    assert weight(rule("auc", 0.6)) == weight(pack("level", 2.0, column="score", kind="output")) == 1.0


def test_an_input_that_nothing_is_known_of_counts_as_an_average_one() -> None:
    assert weight(pack("level", 2.0, column="new")) == pytest.approx(1 / 3, abs=1e-4)


def test_without_importance_rows_alone_count() -> None:
    assert weight(pack("null_rate", 0.3, column="debt"), importance={}) == pytest.approx(0.3)
    assert weight(rule("null_rate", 0.3, column="debt"), importance={}) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("alarm", "hit"),
    [
        (pack("rank", -0.1, column="income"), 0.1),
        (pack("share", 0.2, column="income"), 0.2),
        (pack("misfit", math.log(2.0), column="income"), 0.5),
        (pack("level", 9.0, column="income"), 1.0),
        (pack("rank", None, column="income"), 1.0),
    ],
)
def test_a_shift_counts_as_far_as_values_have_moved(alarm: AlarmRow, hit: float) -> None:
    assert weight(alarm) == pytest.approx(0.6 * hit)
