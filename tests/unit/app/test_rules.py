from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.stage import model_of

from bellbuoy.alarms.look import Rule
from bellbuoy.alarms.machine import Holds
from bellbuoy.app.rules import names_of, rule_of, rules_of
from bellbuoy.errors import ConfigError, Fault, Faults

NO_VERSIONS = {"path": "log.csv", "columns": {"id": "id", "time": "ts", "score": "score"}}


def rule(when: str = "auc < 0.7", **more: Any) -> dict[str, Any]:
    return {"name": "floor", "when": when, **more}


def made(said: Mapping[str, Any], **more: Any) -> Rule:
    model = model_of(alarms={"rule": [said]}, **more)
    return rule_of(model, model.alarms.rule[0])


def faults(said: Mapping[str, Any], **more: Any) -> list[Fault]:
    """All that is wrong with a rule."""
    try:
        made(said, **more)
    except Faults as why:
        return list(why.faults)
    except ConfigError as why:
        return [Fault(why.message, hint=why.hint)]
    return []


@pytest.mark.parametrize(
    "when",
    [
        "auc < 0.7",
        "null_rate(income) > 0.2",
        'null_rate("income") > 20%',
        'auc{city="Oslo"} < 0.7',
        'auc{city="Oslo", version="v2"} < 0.7',
        'auc{version="v3"} / auc{version="v2"} < 0.95',
        "rows < 5",
        "psi(city) > 0.2",
        "ROC_AUC < 0.7 and rows > 200",
        "rows < 50% of rows offset 7d",
        "auc < baseline - 0.03",
        "mean(income) > 2 * baseline",
    ],
)
def test_a_rule_on_what_is_watched_is_ready(when: str) -> None:
    assert made(rule(when)).name == "floor"


def test_metrics_of_a_rule_have_canonical_names() -> None:
    ready = made(rule("ROC AUC < baseline and missing_rate(income) > 1%", recover="roc_auc_score > 0.8"))
    assert ready.condition.text == "auc < baseline and null_rate(income) > 0.01"
    assert ready.recover is not None
    assert ready.recover.text == "auc > 0.8"


@pytest.mark.parametrize(
    ("when", "message", "hint"),
    [
        ("acu < 0.7", "acu", "auc"),
        ("null_rate(incmoe) > 0.2", "column 'incmoe' is not watched", "did you mean 'income'?"),
        ('auc{cty="Oslo"} < 0.7', "cty", "city"),
        ("rmse > 3", "rmse", ""),
        ("null_rate > 0.2", "null_rate is measured of a column", "null_rate(column)"),
        ("auc", "'auc' is not a rule: at 4", "<="),
        ("auc < hgih", "no metric is called 'hgih'", ""),
        ('mean(income){city="Oslo"} > 1', "column income is not profiled by segment", "full = true"),
        ('duplicate_rate{city="Oslo"} > 1%', "duplicate_rate is not counted by segment", ""),
        ('label_arrivals{version="v2"} < 5', "label_arrivals is not counted by version", "leave the version out"),
        ("rows < rows offset 36h", "offset 1d12h is not whole windows of 1d", "multiple of 1d"),
        ("psi(income) > baseline", "psi is a distance from the baseline already", "psi(income) > 0.3"),
        ("rows < 0.5 * baseline", "the baseline has no rows", "offset 7d"),
        ("rows(income) < 0.5 * baseline", "rows is a total", "offset 7d"),
    ],
)
def test_a_rule_on_anything_else_is_refused_with_a_hint(when: str, message: str, hint: str) -> None:
    (fault,) = faults(rule(when))
    assert message in fault.message
    assert hint in fault.hint


def test_versions_need_a_column_that_has_them() -> None:
    (fault,) = faults(rule('auc{version="v2"} < 0.7'), predictions=NO_VERSIONS)
    assert fault.message == "no column says which version made a prediction"


def test_all_that_is_wrong_with_a_rule_is_told_at_once() -> None:
    said = rule(
        'acu{cty="Oslo"} < 0.7 or null_rate(incmoe) > 1',
        recover="auc >",
        labels={"team": "risk"},
        annotations={"summary": "{{ valeu }}", "more": "{{ labels.taem }}"},
    )
    told = [fault.message for fault in faults(said)]
    assert len(told) == 6
    assert told[3].startswith("recover: 'auc >' is not a rule")
    assert told[4:] == ["'valeu' in annotations.summary is not known", "'labels.taem' in annotations.more is not known"]


@pytest.mark.parametrize("when", ["auc < baseline", "auc < 0.7 and rows > 3", "auc offset 1d < 0.7"])
def test_early_labels_judge_one_metric_against_a_number(when: str) -> None:
    (fault,) = faults(rule(when, early=True))
    assert fault.message == "early judges one metric against a number"


def test_a_total_is_not_told_early() -> None:
    (fault,) = faults(rule("value < 0", early=True), value={"true_positive": 1.0})
    assert fault.hint == "write mean_value, or leave early out"


def test_a_rule_that_cannot_be_judged_stops_no_other_and_is_still_in_the_file() -> None:
    model = model_of(alarms={"pack": "none", "rule": [rule("acu < 0.7"), rule(name="other")]})
    rules, notes = rules_of(model)
    assert [one.name for one in rules] == ["other"]
    assert [(note.code, note.where) for note in notes] == [("bad-rule", "alarms.floor")]
    assert names_of(model) == {"floor", "other"}


def test_a_rule_keeps_all_that_its_table_says() -> None:
    said: dict[str, Any] = {"for": "2h", "keep_firing_for": "1d", "severity": "critical", "labels": {"team": "risk"}}
    ready = made(rule(**said, no_data="alerting", on_error="ok", min_rows=5, annotations={"summary": "{{ value }}"}))
    assert ready.holds == Holds(timedelta(hours=2), timedelta(days=1))
    assert (ready.severity, ready.labels, ready.annotations) == (
        "critical",
        {"team": "risk"},
        {"summary": "{{ value }}"},
    )
    assert (ready.no_data, ready.on_error, ready.min_rows) == ("alerting", "ok", 5)


def test_a_rule_that_says_nothing_more_keeps_its_state_and_wants_ten_rows() -> None:
    ready = made(rule())
    assert (ready.no_data, ready.on_error, ready.min_rows, ready.recover) == ("keep", "keep", 10, None)
    assert (ready.kind, ready.sure, ready.severity, ready.holds) == ("custom", False, "warning", Holds())
