"""What an incident costs, by readings of now and of before, and how that is said."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bellbuoy.incidents.blast import Compared, effects, loss_of, money_of, since_of
from bellbuoy.incidents.values import Blast, Cost, Loss
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.store.port import AlarmRow
from bellbuoy.windows import Grain, iso, to_micro, to_seconds

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LOSS: Loss = {
    "metric": "auc", "value": 0.07, "low": 0.05, "high": 0.09, "how": "estimated", "against": "before",
    "from": iso(NOON), "rows": 900,
}  # fmt: skip
COST: Cost = {"value": 1_312.0, "low": 900.0, "high": 1_700.0, "unit": "EUR", "how": "realised", "rows": 900}


def about(value: float, half: float = 0.02) -> Measured:
    return Measured(value, value - half, value + half, 500)


def compared(metric: str, now: Reading, usual: Reading) -> Compared:
    return Compared(metric, now, usual, "realised", "before", to_seconds(NOON), 500)


def loss(metric: str, now: Reading, usual: Reading) -> Loss:
    found = loss_of(compared(metric, now, usual))
    assert found is not None
    return found


OPENED = NOON + HOUR / 2


def alarm(start: datetime | None, fired: datetime = OPENED, kind: str = "input") -> AlarmRow:
    began = None if start is None else to_seconds(start)
    return AlarmRow("m/x", "x", "firing", 0, start=began, fired_at=to_micro(fired), kind=kind)


def since(*starts: datetime | None, known: datetime | None = None) -> datetime:
    told = None if known is None else iso(known)
    return since_by(*map(alarm, starts), told=told)


def since_by(*alarms: AlarmRow, told: str | None = None) -> datetime:
    found = since_of(alarms, to_micro(OPENED), Grain.HOUR, told)
    return datetime.fromtimestamp(found, UTC)


# -- its windows


def test_it_touches_the_window_before_the_one_that_it_was_opened_in() -> None:
    assert since() == since(None) == since(NOON) == NOON - HOUR


def test_an_alarm_on_labels_tells_of_windows_that_are_long_over() -> None:
    assert since(NOON - 30 * HOUR, NOON - HOUR) == NOON - 30 * HOUR


def test_alarms_that_are_judged_by_later_windows_do_not_move_its_beginning() -> None:
    assert since(NOON + 5 * HOUR, known=NOON - 9 * HOUR) == NOON - 9 * HOUR


def test_what_was_believed_before_moves_back_where_an_alarm_tells_of_earlier_days() -> None:
    assert since(NOON - 30 * HOUR, known=NOON - 9 * HOUR) == NOON - 30 * HOUR


LONG_AGO = NOON - 28 * 24 * HOUR


@pytest.mark.parametrize("fired", [OPENED + HOUR, OPENED - 9 * HOUR])
@pytest.mark.parametrize("kind", ["performance", "label", "output"])
def test_what_only_follows_does_not_move_its_beginning(kind: str, fired: datetime) -> None:
    assert since_by(alarm(NOON), alarm(LONG_AGO, fired, kind)) == NOON - HOUR


def test_where_all_are_on_labels_each_says_since_when() -> None:
    first, later = alarm(NOON - 30 * HOUR, kind="performance"), alarm(LONG_AGO, OPENED + 9 * HOUR, "label")
    assert since_by(first, later) == LONG_AGO


def test_what_fires_with_it_says_since_when_though_it_is_on_labels() -> None:
    assert since_by(alarm(NOON), alarm(NOON - 30 * HOUR, kind="performance")) == NOON - 30 * HOUR


# -- what it costs


@pytest.mark.parametrize(("metric", "now", "usual"), [("auc", 0.7, 0.77), ("mae", 0.77, 0.7), ("log_loss", 0.77, 0.7)])
def test_what_reads_worse_is_above_zero_whichever_way_is_better(metric: str, now: float, usual: float) -> None:
    found = loss(metric, about(now), about(usual))
    assert found["value"] == pytest.approx(0.07)
    assert found["low"] < found["value"] < found["high"]


def test_what_reads_better_is_below_zero() -> None:
    assert loss("auc", about(0.8), about(0.7))["value"] == pytest.approx(-0.1)


def test_the_interval_of_the_loss_knows_both_sides() -> None:
    alone = loss("auc", about(0.7, 0.03), about(0.8, 0.0))
    both = loss("auc", about(0.7, 0.03), about(0.8, 0.04))
    assert (alone["low"], alone["high"]) == pytest.approx((0.07, 0.13))
    assert (both["low"], both["high"]) == pytest.approx((0.05, 0.15))


def test_an_interval_that_reaches_further_to_one_side_does_so_in_the_loss() -> None:
    found = loss("auc", Measured(0.7, 0.6, 0.71, 50), about(0.8, 0.0))
    assert (found["low"], found["high"]) == pytest.approx((0.09, 0.2))


def test_a_loss_says_how_it_is_known_from_when_on_and_on_how_many_rows() -> None:
    found = loss("auc", about(0.7), about(0.8))
    assert (found["how"], found["from"], found["rows"]) == ("realised", "2024-03-04T12:00:00Z", 500)


@pytest.mark.parametrize(
    ("now", "usual"),
    [
        (Unmeasured("no labels yet"), about(0.8)),
        (about(0.8), Unmeasured("nothing to compare with yet")),
        (Measured(math.inf, 0.0, math.inf, 3), about(0.8)),
    ],
)
def test_what_cannot_be_measured_is_no_loss_and_no_cost(now: Reading, usual: Reading) -> None:
    assert loss_of(compared("mae", now, usual)) is None
    assert money_of(compared("mean_value", now, usual), 900, "EUR") is None


def test_of_a_metric_that_has_no_better_side_nothing_is_worse() -> None:
    assert loss_of(compared("rows", about(0.8), about(0.7))) is None


def test_a_change_beyond_four_figures_is_no_news() -> None:
    assert loss("auc", about(0.7), about(0.81234567))["value"] == 0.1123


def test_the_cost_is_what_rows_are_worth_less_times_the_rows() -> None:
    found = money_of(compared("mean_value", about(1.5, 0.3), about(2.0, 0.4)), 1_000, "EUR")
    expected = {"value": 500.0, "low": 0.0, "high": 1_000.0, "unit": "EUR", "how": "realised", "rows": 1_000}
    assert found == pytest.approx(expected)


def test_decisions_that_are_worth_more_than_usual_cost_less_than_nothing() -> None:
    found = money_of(compared("mean_value", about(2.5), about(2.0)), 100, None)
    assert found is not None
    assert (found["value"], found["unit"]) == (-50.0, None)


# -- in words


def test_what_is_not_known_is_not_said() -> None:
    assert list(effects(Blast())) == []


def test_what_is_known_is_said_in_plain_words() -> None:
    assert list(effects(Blast(0.24, LOSS, COST))) == [
        "reaches 24\u00a0% of the rows",
        "AUC reads 0.07 worse than before (estimated)",
        "about 1,300 EUR lost so far (realised)",
    ]


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0\u00a0%"), (0.004, "less than 1\u00a0%"), (0.015, "2\u00a0%"), (1.0, "100\u00a0%")]
)
def test_a_share_is_said_in_whole_per_cents(share: float, text: str) -> None:
    assert list(effects(Blast(share))) == [f"reaches {text} of the rows"]


def said(**changes: Any) -> str:
    """A loss that is otherwise, in words."""
    loss: Any = {**LOSS, **changes}
    return next(effects(Blast(loss=loss)))


def test_what_may_be_chance_is_not_called_worse() -> None:
    assert said(low=-0.01) == "AUC reads no worse than before, as far as can be told (estimated)"


def test_where_too_little_came_before_the_baseline_is_named() -> None:
    assert said(against="baseline") == "AUC reads 0.07 worse than on the baseline (estimated)"


def test_what_reads_better_is_said_to() -> None:
    assert said(value=-0.03, low=-0.04, high=-0.02) == "AUC reads 0.03 better than before (estimated)"


def test_a_metric_that_nobody_knows_any_more_has_its_name() -> None:
    assert said(metric="luck").startswith("luck reads 0.07 worse")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1_312.0, "EUR", "about 1,300 EUR lost so far"),
        (1_312.0, None, "about 1,300 lost so far"),
        (-52.4, "EUR", "about 52 EUR gained so far"),
        (0.518, "EUR", "about 0.52 EUR lost so far"),
        (7.0, "EUR", "about 7 EUR lost so far"),
    ],
)
def test_money_is_said_in_two_figures(value: float, unit: str | None, text: str) -> None:
    cost: Cost = {**COST, "value": value, "low": value - 0.1, "high": value + 0.1, "unit": unit}
    assert next(effects(Blast(money=cost))) == f"{text} (realised)"


def test_a_cost_that_may_be_chance_is_no_cost() -> None:
    told = replace(Blast(), money={**COST, "low": -100.0})
    assert next(effects(told)) == "no cost so far that could be told from chance (realised)"
