from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.unit.stage import DAY, HOUR, START, Stage

from bellbuoy.alarms.grammar import parse_rule
from bellbuoy.alarms.look import Look, Rule, look, share
from bellbuoy.alarms.machine import Holds
from bellbuoy.alarms.rule import Breach
from bellbuoy.alarms.step import judged, raised_on, subject_of
from bellbuoy.app.rules import rules_of
from bellbuoy.metrics.maturity import Maturity
from bellbuoy.store.port import AlarmRow
from bellbuoy.testing import Value
from bellbuoy.windows import Window

#: Most fraud is reported after a day or so, most honesty is confirmed after three weeks.
DAYS, SOON, LATE = 60, 1.0, 21.0


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.database.close()


def fraud(
    stage: Stage, rate: dict[int, float], until: datetime, hurry: Collection[int] = ()
) -> list[Mapping[str, Value]]:
    """Days of 400 decisions, three in ten of them frauds, other rates by day; and the labels known by a moment.

    On days of `hurry` all frauds are reported soon and no honesty is. What becomes known later is given back.
    """
    chance, later = random.Random(5), list[Mapping[str, Value]]()
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
            soon = truth > 0 if day in hurry else chance.random() < (0.9 if truth else 0.2)
            known = at + (SOON if soon else LATE) * chance.uniform(0.8, 1.2) * DAY
            (stage.labels.rows if known <= until else later).append({"id": key, "label": truth, "known": known})
    return later


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
    assert found.breach is Breach.YES
    assert 0.1 < found.facts["raised"]["labelled"] < 0.99
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
    assert found.window is not None
    assert NOW - found.window.end > 20 * DAY
    assert "raised" not in found.facts


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
    assert found.window is not None
    assert found.window.start == START + 26 * DAY


def test_without_times_of_labels_their_feed_is_not_watched(tmp_path: Path) -> None:
    stage = Stage(tmp_path, labels={"path": "truth.csv", "columns": {"id": "id", "label": "label"}})
    assert rules_of(stage.model)[0] == []


def test_without_the_pack_there_is_no_alarm_but_ones_own(tmp_path: Path) -> None:
    stage = Stage(tmp_path, alarms={"pack": "none"})
    assert rules_of(stage.model)[0] == []


def test_a_rule_of_the_same_name_takes_the_place_of_the_packs(tmp_path: Path) -> None:
    own = {"name": "label-feed", "when": "coverage < 0.5"}
    (rule,) = rules_of(Stage(tmp_path, alarms={"rule": [own]}).model)[0]
    assert (rule.kind, rule.condition.selectors[0].metric) == ("custom", "coverage")


EARLY = Rule("frauds", parse_rule("base_rate > 0.5"), early=True)


def judge(stage: Stage, old: AlarmRow | None, now: datetime) -> AlarmRow:
    """The alarm of the early rule after a cycle."""
    stage.cycle(now)
    with stage.gauge(now) as gauge:
        row = judged("credit", subject_of(EARLY), old, look(EARLY, gauge, now, raised=raised_on(old)), now)
    assert row is not None
    return row


def test_mature_labels_take_back_what_early_ones_raised(stage: Stage) -> None:
    later = fraud(stage, {}, NOW, hurry=range(DAYS - 6, DAYS))
    raised = judge(stage, None, NOW)
    assert raised.state == "firing"
    stage.labels.rows += later
    row = judge(stage, raised, NOW + 30 * DAY)
    assert (row.state, row.withdrawn_at is not None) == ("resolved", True)
    assert re.fullmatch(r"raised on \d+\u00a0% of labels, withdrawn at \d+\u00a0%", row.reason)


def test_mature_labels_that_bear_an_alarm_out_confirm_it(stage: Stage) -> None:
    later = fraud(stage, dict.fromkeys(range(DAYS - 6, DAYS), 0.75), NOW)
    raised = judge(stage, None, NOW)
    stage.labels.rows += later
    row = judge(stage, raised, NOW + 30 * DAY)
    assert (row.state, row.withdrawn_at, row.facts["confirmed"]) == ("firing", None, True)


def test_until_they_come_the_alarm_stands(stage: Stage) -> None:
    fraud(stage, {}, NOW, hurry=range(DAYS - 6, DAYS))
    raised = judge(stage, None, NOW)
    row = judge(stage, raised, NOW + 2 * DAY)
    assert (row.state, row.fired_at) == ("firing", raised.fired_at)


def plain(stage: Stage, now: datetime, when: str, **more: Any) -> Look:
    """What a rule sees of a stage without early labels."""
    with stage.gauge(now) as gauge:
        return look(Rule("one", parse_rule(when), **more), gauge, now)


def test_a_look_tells_value_limit_and_window_of_its_first_comparison(stage: Stage) -> None:
    stage.add(0, 40)
    stage.cycle(START + DAY)
    found = plain(stage, START + DAY, "rows < 50% of rows offset 1d or rows > 30")
    assert (found.breach, found.value, found.limit) == (Breach.YES, 40, None)
    assert found.window == Window(START, START + DAY)
    assert [part["breach"] for part in found.facts["parts"]] == ["unknown", "yes"]


@pytest.mark.parametrize(("rows", "breach"), [(9, Breach.UNKNOWN), (10, Breach.YES)])
def test_nothing_is_judged_on_too_few_rows(stage: Stage, rows: int, breach: Breach) -> None:
    stage.add(0, rows)
    stage.cycle(START + DAY)
    found = plain(stage, START + DAY, "null_rate(income) < 50%")
    assert found.breach is breach
    assert ("fewer than 10" in found.why) is (breach is Breach.UNKNOWN)


@pytest.mark.parametrize(
    ("rows", "least", "breach"), [(28, 10, Breach.UNKNOWN), (28, 0, Breach.YES), (40, 10, Breach.YES)]
)
def test_of_few_rows_the_whole_interval_must_break_a_rule(stage: Stage, rows: int, least: int, breach: Breach) -> None:
    """Half of the rows have no income, and chance easily makes that of 28 rows that should be 45 %."""
    for place in range(rows):
        stage.add(0, 1, income=None if place % 2 else 1.0)
    stage.cycle(START + DAY)
    found = plain(stage, START + DAY, "null_rate(income) > 45%", min_rows=least)
    assert found.breach is breach
    assert (found.why == "chance could explain it") is (breach is Breach.UNKNOWN)


@pytest.mark.parametrize(("choice", "breach"), [("ok", Breach.NO), ("alerting", Breach.YES), ("keep", Breach.UNKNOWN)])
def test_what_no_data_means_is_the_rules_choice(stage: Stage, choice: str, breach: Breach) -> None:
    stage.add(0, 40, labelled=False)
    stage.cycle(START + DAY)
    found = plain(stage, START + DAY, "auc < 0.7", no_data=choice)
    assert found.breach is breach
    assert found.why.startswith("no labels yet: no window of auc has enough of them")


@pytest.mark.parametrize(("choice", "breach"), [("ok", Breach.NO), ("alerting", Breach.YES), ("keep", Breach.UNKNOWN)])
def test_what_an_error_means_is_the_rules_choice(stage: Stage, choice: str, breach: Breach) -> None:
    stage.add(0, 40)
    stage.cycle(START + DAY)
    found = plain(stage, START + DAY, "rows / null_rate(income) > 3", on_error=choice)
    assert found.breach is breach
    assert found.why.startswith("would be divided by zero")


def test_few_rows_are_no_error_and_no_missing_data(stage: Stage) -> None:
    stage.add(0, 9)
    stage.cycle(START + DAY)
    found = plain(stage, START + DAY, "null_rate(income) > 0", on_error="alerting", no_data="alerting")
    assert found.breach is Breach.UNKNOWN


@pytest.mark.parametrize(("recover", "recovered"), [("rows > 39", Breach.YES), ("rows > 40", Breach.NO)])
def test_a_recovery_is_judged_by_the_same_window(stage: Stage, recover: str, recovered: Breach) -> None:
    stage.add(0, 40)
    stage.cycle(START + DAY)
    assert plain(stage, START + DAY, "rows < 30", recover=parse_rule(recover)).recovered is recovered


@pytest.mark.parametrize(
    ("coverage", "expected", "part"), [(0.6, 0.8, 0.75), (0.9, 0.8, 1.0), (0.6, None, 0.6), (None, 0.8, None)]
)
def test_the_share_of_labels_is_of_those_that_ever_come(
    coverage: float | None, expected: float | None, part: float | None
) -> None:
    assert share(coverage, expected) == (part if part is None else pytest.approx(part))
