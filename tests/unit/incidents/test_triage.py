"""What alarms say of model, pipeline and world, tabulated; and who is suspected for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bellbuoy.incidents.triage import SPEAKS, Change, Context, judge, summary_of
from bellbuoy.incidents.values import Verdict
from bellbuoy.store.port import AlarmRow

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)
RELEASE = Change(NOON, "version v3 came", "v3")


def alarm(metric: str, **changes: Any) -> AlarmRow:
    return replace(AlarmRow(f"m/{metric}", f"{metric}-rule", "firing", 0, metric=metric, value=0.4), **changes)


@pytest.mark.parametrize(
    ("metric", "verdict"),
    [
        ("null_rate", Verdict.PIPELINE),
        ("duplicate_rate", Verdict.PIPELINE),
        ("label_shortfall", Verdict.PIPELINE),
        ("replay_difference", Verdict.MODEL),
        ("auc", Verdict.UNCLEAR),
        ("psi", Verdict.UNCLEAR),
    ],
)
def test_what_an_alarm_watches_says_whom_it_speaks_for(metric: str, verdict: Verdict) -> None:
    assert judge([alarm(metric)], Context()).verdict is verdict


@pytest.mark.parametrize("metric", sorted(SPEAKS))
def test_evidence_names_its_weight(metric: str) -> None:
    [evidence] = judge([alarm(metric)], Context()).evidence
    assert (evidence.verdict, evidence.weight) == SPEAKS[metric]


def test_scores_are_shares_of_one() -> None:
    judged = judge([alarm("null_rate")], Context())
    assert sum(judged.scores.values()) == pytest.approx(1, abs=1e-3)
    assert judged.confidence == judged.scores["pipeline"] == pytest.approx(0.909, abs=1e-3)


def test_a_rule_on_performance_speaks_for_nobody() -> None:
    judged = judge([alarm("auc", kind="performance")], Context())
    assert not judged.evidence
    assert judged.confidence == pytest.approx(1 / 3, abs=1e-3)


def test_a_version_that_just_came_is_suspected() -> None:
    judged = judge([alarm("auc")], Context(changes=(RELEASE,)))
    assert judged.verdict is Verdict.MODEL
    assert judged.before == ({"at": "2024-03-04T12:00:00Z", "text": "version v3 came"},)


def test_a_version_that_just_came_is_not_suspected_where_rows_come_wrong() -> None:
    judged = judge([alarm("auc"), alarm("null_rate")], Context(changes=(RELEASE,)))
    assert (judged.verdict, judged.scores["model"]) == (Verdict.PIPELINE, judged.scores["world"])


def test_a_change_of_data_is_told_and_blames_no_version() -> None:
    judged = judge([alarm("auc")], Context(changes=(Change(NOON, "debt is a new column"),)))
    assert judged.verdict is Verdict.UNCLEAR
    assert judged.before[0]["text"] == "debt is a new column"


def test_many_alarms_of_one_metric_weigh_little_more_than_one() -> None:
    [evidence] = judge([alarm("null_rate", column=f"c{number}") for number in range(40)], Context()).evidence
    assert 3 < evidence.weight < 6
    assert evidence.why.endswith("and 39 more like it")


def test_what_fires_counts_and_not_what_is_over() -> None:
    over = alarm("null_rate", state="resolved")
    assert judge([over, alarm("replay_difference")], Context()).verdict is Verdict.MODEL


def test_once_all_is_over_what_fired_still_tells() -> None:
    assert judge([alarm("null_rate", state="resolved")], Context()).verdict is Verdict.PIPELINE


def test_who_speaks_for_the_verdict_is_suspected_first() -> None:
    alarms = [alarm("auc", by="origin", segment="JFK"), alarm("null_rate", column="income")]
    suspects = judge(alarms, Context()).suspects
    assert [one.column for one in suspects] == ["income", "origin"]
    assert suspects[1].segment == {"origin": "JFK"}


def test_a_suspect_has_the_owner_of_its_column_else_of_the_model() -> None:
    context = Context(owners={"income": "crm"}, owner="ml")
    suspects = judge([alarm("null_rate", column="income"), alarm("zero_rate", column="age")], context).suspects
    assert [one.owner for one in suspects] == ["crm", "ml"]


def test_a_host_is_suspected_as_a_host() -> None:
    [suspect] = judge([alarm("replay_difference", by="host", segment="h3")], Context(host="host")).suspects
    assert (suspect.host, suspect.column, suspect.segment) == ("h3", None, None)


def test_rows_of_no_part_name_no_suspect() -> None:
    assert judge([alarm("duplicate_rate")], Context()).suspects == ()


def test_the_headline_is_of_the_alarm_that_speaks_loudest() -> None:
    told = alarm("null_rate", facts={"annotations": {"summary": "income is gone"}})
    assert judge([alarm("auc"), told], Context()).headline == "Income is gone"


def test_an_alarm_without_a_summary_is_told_by_what_it_is_of() -> None:
    row = alarm("null_rate", column="income", by="origin", segment="")
    assert summary_of(row) == "null_rate-rule of income where origin is empty fires"


def test_it_reaches_the_share_of_rows_that_an_alarm_tells() -> None:
    assert judge([alarm("null_rate"), alarm("auc", value=0.9)], Context()).blast.share == 0.4
    assert judge([alarm("auc", value=0.9)], Context()).blast.share is None


def test_no_alarms_are_no_verdict() -> None:
    judged = judge([], Context())
    assert (judged.verdict, judged.headline) == (Verdict.UNCLEAR, "Nothing rings any more")
