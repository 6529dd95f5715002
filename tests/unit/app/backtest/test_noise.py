"""What the alarms of a replay cost, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.app.backtest.rows import DAY, alarm

from bellbuoy.app.backtest.noise import Noise, Usual, noise_of, spent, usual_of
from bellbuoy.config.texts import Budget
from bellbuoy.store.port import AlarmRow

MONTH = timedelta(days=30)
BUDGET = Budget(1, MONTH)


def noise(*rows: AlarmRow, days: float = 30) -> tuple[Noise, ...]:
    return noise_of(rows, days * DAY, DAY)


def test_a_rule_that_rang_twice_in_sixty_days_rings_once_a_month() -> None:
    (one,) = noise(alarm("drift", 3), alarm("drift", 40), days=60)
    assert (one.rule, one.alarms) == ("drift", 2)
    assert one.monthly == pytest.approx(1.0)


def test_nothing_that_rang_is_no_noise() -> None:
    assert noise() == ()


def test_an_alarm_that_is_over_within_two_windows_is_doubtful() -> None:
    (one,) = noise(alarm("drift", 3, 5))
    assert (one.doubtful, one.brief) == (1, 1.0)


def test_an_alarm_that_lasts_longer_is_not() -> None:
    (one,) = noise(alarm("drift", 3, 5.1))
    assert (one.doubtful, one.brief) == (0, 0.0)


def test_an_alarm_that_goes_on_is_not_doubtful() -> None:
    (one,) = noise(alarm("drift", 29.9))
    assert one.doubtful == 0


def test_an_alarm_that_mature_labels_took_back_is_doubtful() -> None:
    (one,) = noise(alarm("auc", 3, 20, withdrawn_at=1), alarm("auc", 23))
    assert (one.doubtful, one.withdrawn) == (1, 0.5)


def test_an_alarm_that_people_call_false_is_doubtful_however_long_it_rang() -> None:
    (one,) = noise(alarm("auc", 3, 20, mark="false"))
    assert (one.doubtful, one.false) == (1, 1.0)


@pytest.mark.parametrize("mark", ["real", "expected"])
def test_an_alarm_that_people_know_the_cause_of_is_not_doubtful(mark: str) -> None:
    (one,) = noise(alarm("auc", 3, 4, mark=mark))
    assert one.doubtful == 0


def test_what_is_told_for_information_costs_nothing() -> None:
    assert noise(alarm("drift", 3, 4, severity="info")) == ()


def test_the_rule_with_most_doubtful_alarms_comes_first() -> None:
    found = noise(alarm("steady", 1), alarm("steady", 2), alarm("steady", 3), alarm("nervous", 1, 2))
    assert [one.rule for one in found] == ["nervous", "steady"]


def test_a_replay_shorter_than_a_window_is_told_as_a_window_long() -> None:
    (one,) = noise(alarm("drift", 0), days=0)
    assert one.monthly == pytest.approx(30.0)


def test_the_alarm_in_the_middle_stands_for_the_others() -> None:
    (one,) = noise(*(alarm("drift", at, value=value) for at, value in enumerate((0.9, 0.1, 0.4, None))))
    assert one.example.value == 0.4


def test_why_says_what_it_rang_at_and_what_is_usual() -> None:
    (one,) = noise(alarm("drift", 1, value=0.31, threshold=0.25))
    told = replace(one, usual=Usual(0.12, 0.05, 0.24))
    assert told.why == ("rang at 0.31, with the limit at 0.25; usually 0.12, from 0.05 to 0.24 in nine windows of ten")


def test_why_of_a_statistic_of_a_monitor_is_in_its_own_words() -> None:
    (one,) = noise(alarm("drift", 1, value=0.31, facts={"why": "it moved"}))
    assert one.why == "rang at 0.31; it moved"


def of_the_pack(**facts: object) -> Noise:
    rang = alarm("volume", 1, value=4_130.0, threshold=8_000.0, facts={"pack": "once", **facts})
    return noise(rang)[0]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"usual": 9_870.0, "range": [8_000.0, 11_000.0]}, "; usually 9,870, from 8,000 to 11,000"),
        ({"usual": 9_870.0, "range": [None, 11_000.0]}, "; usually 9,870"),
        ({"usual": 0.125, "range": [0.1, 0.15]}, "; usually 0.125, from 0.1 to 0.15"),
        ({}, ""),
    ],
)
def test_why_of_an_alarm_of_the_pack_is_what_its_monitor_finds_usual(facts: dict[str, object], said: str) -> None:
    catalogue = Usual(12.0, 5.0, 24.0)
    assert replace(of_the_pack(**facts), usual=catalogue).why == f"rang at 4,130{said}"


def test_why_of_an_alarm_without_a_value_is_its_reason() -> None:
    (one,) = noise(alarm("gone", 1, reason="no rows came"))
    assert one.why == "no rows came"


def test_the_middle_nine_tenths_are_usual() -> None:
    usual = usual_of([float(number) for number in range(101)])
    assert usual is not None
    assert (usual.value, usual.low, usual.high) == pytest.approx((50.0, 5.0, 95.0))


def test_of_a_handful_of_readings_nothing_is_usual() -> None:
    assert usual_of([1.0] * 7) is None


def test_what_is_doubtful_is_told_against_the_budget() -> None:
    found = noise(alarm("drift", 1, 2), alarm("drift", 9, 10), days=30)
    assert spent(found, BUDGET) == "2 doubtful alarms in 30 days: over the budget of 1 false alarm per 30d."


def test_alarms_that_lasted_cost_nothing_of_the_budget() -> None:
    assert "0 doubtful alarms in 30 days: within" in spent(noise(alarm("drift", 1, 9)), BUDGET)
