from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from tests.unit.stage import DAY, HOUR, START, Stage

from bellbuoy.alarms.machine import Holds
from bellbuoy.alarms.rule import Breach, parse_rule
from bellbuoy.alarms.step import Look, Rule, look
from bellbuoy.app.cycle import rules_of
from bellbuoy.metrics.maturity import Maturity
from bellbuoy.testing import Value

#: Most fraud is reported after a day or so, most honesty is confirmed after three weeks.
DAYS, SOON, LATE = 60, 1.0, 21.0


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.database.close()


def fraud(stage: Stage, rate: dict[int, float], until: datetime) -> None:
    """Days of 400 decisions, three in ten of them frauds, other rates by day; and the labels known by a moment."""
    chance = random.Random(5)
    for day in range(DAYS):
        for place in range(400):
            key, at = len(stage.predictions.rows), START + day * DAY + place * HOUR / 60
            row: Mapping[str, Value] = {
                "id": key,
                "ts": at,
                "score": chance.random(),
                "income": 1.0,
                "city": "Oslo",
                "version": "v1",
            }
            stage.predictions.rows.append(row)
            truth = int(chance.random() < rate.get(day, 0.3))
            soon = chance.random() < (0.9 if truth else 0.2)
            known = at + (SOON if soon else LATE) * chance.uniform(0.8, 1.2) * DAY
            if known <= until:
                stage.labels.rows.append({"id": key, "label": truth, "known": known})


def seen(stage: Stage, when: str, now: datetime, *, early: bool) -> Look:
    rule = Rule("frauds", parse_rule(when), Holds(), early=early)
    with stage.gauge(now) as gauge:
        return look(rule, gauge, now)


NOW = START + DAYS * DAY


def test_early_labels_that_are_all_of_one_kind_do_not_ring(stage: Stage) -> None:
    fraud(stage, {}, NOW)
    stage.cycle(NOW)
    with stage.gauge(NOW) as gauge:
        young = gauge.newest("base_rate")[-5]
    assert young.maturity is Maturity.PROVISIONAL
    assert getattr(young.reading, "value", 0) > 0.55  # what has come says that most are frauds
    assert seen(stage, "base_rate > 0.5", NOW, early=True).breach is Breach.NO


def test_a_change_rings_long_before_its_labels_are_complete(stage: Stage) -> None:
    fraud(stage, dict.fromkeys(range(DAYS - 6, DAYS), 0.75), NOW)
    stage.cycle(NOW)
    found = seen(stage, "base_rate > 0.5", NOW, early=True)
    assert found.taken is not None
    assert (found.breach, found.taken.maturity) == (Breach.YES, Maturity.PROVISIONAL)
    assert seen(stage, "base_rate > 0.5", NOW, early=False).breach is Breach.NO


def test_a_segment_of_an_hourly_model_rings_early_too(tmp_path: Path) -> None:
    stage = Stage(tmp_path, grain="1h")
    fraud(stage, dict.fromkeys(range(DAYS - 6, DAYS), 0.75), NOW)
    stage.cycle(NOW)
    for when in ("base_rate > 0.5", 'base_rate{city="Oslo"} > 0.5'):
        assert seen(stage, when, NOW, early=True).breach is Breach.YES


def test_a_total_is_not_judged_early(tmp_path: Path) -> None:
    stage = Stage(tmp_path, value={"true_positive": 1.0})
    fraud(stage, {}, NOW)
    stage.cycle(NOW)
    with stage.gauge(NOW) as gauge:
        assert list(gauge.early("value")) == []
        assert list(gauge.early("mean_value")) != []


def test_the_looks_are_few_however_many_windows_wait(tmp_path: Path) -> None:
    stage = Stage(tmp_path, grain="1h")
    fraud(stage, {}, NOW)
    stage.cycle(NOW)
    with stage.gauge(NOW) as gauge:
        looks = list(gauge.early("base_rate"))
    assert 3 <= len(looks) <= 12
    ends = [(one.window.start, one.window.end) for one in looks]
    assert all(later[0] >= earlier[1] for later, earlier in pairwise(ends))


def test_without_early_the_newest_window_with_its_labels_is_judged(stage: Stage) -> None:
    fraud(stage, {}, NOW)
    stage.cycle(NOW)
    found = seen(stage, "base_rate > 0.5", NOW, early=False)
    assert found.taken is not None
    assert found.taken.maturity is Maturity.MATURE
    assert NOW - found.taken.window.end > 20 * DAY


def feed(stage: Stage, now: datetime) -> Look:
    rule = next(rule for rule in rules_of(stage.model)[0] if rule.name == "label-feed")
    with stage.gauge(now) as gauge:
        return look(rule, gauge, now)


def test_a_feed_that_stops_rings_as_an_alarm_of_labels(stage: Stage) -> None:
    for day in range(30):
        stage.add(day, 60, labelled=day < 27)
    stage.cycle(START + 30 * DAY)
    rule = next(rule for rule in rules_of(stage.model)[0] if rule.name == "label-feed")
    assert (rule.kind, feed(stage, START + 30 * DAY).breach) == ("label", Breach.YES)


def test_a_feed_that_goes_on_does_not_ring(stage: Stage) -> None:
    for day in range(30):
        stage.add(day, 60)
    stage.cycle(START + 30 * DAY)
    assert feed(stage, START + 30 * DAY).breach is Breach.NO


def test_a_performance_rule_does_not_judge_windows_whose_labels_stopped(stage: Stage) -> None:
    for day in range(30):
        stage.add(day, 60, labelled=day < 27)
    stage.cycle(START + 30 * DAY)
    found = seen(stage, "auc < 0.9", START + 30 * DAY, early=False)
    assert found.taken is not None
    assert found.taken.window.start == START + 26 * DAY


def test_without_times_of_labels_their_feed_is_not_watched(tmp_path: Path) -> None:
    stage = Stage(tmp_path, labels={"path": "truth.csv", "columns": {"id": "id", "label": "label"}})
    assert rules_of(stage.model)[0] == []


def test_without_the_pack_there_is_no_alarm_but_ones_own(tmp_path: Path) -> None:
    stage = Stage(tmp_path, alarms={"pack": "none"})
    assert rules_of(stage.model)[0] == []


def test_a_rule_of_the_same_name_takes_the_place_of_the_packs(tmp_path: Path) -> None:
    own = {"name": "label-feed", "when": "coverage < 0.5"}
    (rule,) = rules_of(Stage(tmp_path, alarms={"rule": [own]}).model)[0]
    assert (rule.kind, rule.condition.metric) == ("custom", "coverage")
