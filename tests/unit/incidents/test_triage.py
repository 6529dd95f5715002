"""What alarms say of model, pipeline and world, and who is suspected for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bellbuoy.incidents.suspects import Change, Context, summary_of
from bellbuoy.incidents.triage import judge
from bellbuoy.incidents.values import Judgement, Verdict
from bellbuoy.store.port import AlarmRow

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)
RELEASE = Change(NOON, "version v3 came", "v3")
KINDS = {"label-gap": "performance", "log-loss": "performance", "error-size": "performance", "volume": "volume"}


def rule(metric: str, **changes: Any) -> AlarmRow:
    """An alarm of a rule of one's own."""
    return replace(AlarmRow(f"m/{metric}", f"{metric}-rule", "firing", 0, metric=metric, value=0.4), **changes)


def pack(name: str, column: str | None = None, *, surprise: float | None = 2.0, **changes: Any) -> AlarmRow:
    """An alarm of the standard pack."""
    facts = {"pack": "once", "surprise": surprise, "about": f"{name} of {column or 'all rows'}", "effect": 0.3}
    kind = KINDS.get(name, "output" if name.startswith(("score", "older")) else "input")
    metric = changes.pop("metric", name.replace("-", "_"))
    row = AlarmRow(f"m/{name}/{column}", name, "firing", 0, kind=kind, metric=metric, column=column, facts=facts)
    return replace(row, **changes)


def judged(*alarms: AlarmRow, **context: Any) -> Judgement:
    return judge(alarms, Context(**context))


def verdict(*alarms: AlarmRow, **context: Any) -> Verdict:
    return judged(*alarms, **context).verdict


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("null_rate", Verdict.PIPELINE),
        ("duplicate_rate", Verdict.PIPELINE),
        ("label_shortfall", Verdict.PIPELINE),
        ("replay_difference", Verdict.MODEL),
        ("auc", Verdict.UNCLEAR),
        ("psi", Verdict.UNCLEAR),
    ],
)
def test_what_a_rule_watches_says_whom_it_speaks_for(metric: str, expected: Verdict) -> None:
    assert verdict(rule(metric)) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("null-rate", Verdict.PIPELINE),
        ("stale", Verdict.PIPELINE),
        ("volume", Verdict.PIPELINE),
        ("misfit", Verdict.PIPELINE),
        ("older-version", Verdict.MODEL),
        ("score-misfit", Verdict.MODEL),
        ("score-constant", Verdict.MODEL),
        ("label-gap", Verdict.WORLD),
    ],
)
def test_what_the_pack_watches_says_whom_it_speaks_for(name: str, expected: Verdict) -> None:
    assert verdict(pack(name, "income")) is expected


def test_where_an_input_broke_what_scores_and_labels_do_follows_from_it() -> None:
    follows = pack("score-misfit", "score"), pack("label-gap"), pack("drift", "income")
    assert verdict(*follows) is not Verdict.PIPELINE
    assert verdict(*follows, pack("null-rate", "income")) is Verdict.PIPELINE


def test_scores_that_no_longer_follow_from_sound_inputs_are_the_models_fault() -> None:
    assert verdict(pack("score-misfit", "score"), pack("label-gap")) is Verdict.MODEL


def test_labels_that_no_longer_follow_from_sound_scores_are_of_the_world() -> None:
    assert verdict(pack("label-gap"), pack("log-loss"), pack("drift", "age")) is Verdict.WORLD


def test_a_few_rows_without_values_do_not_explain_scores_that_went_wrong_in_all() -> None:
    few = pack("null-rate", "income", severity="info")
    assert verdict(few, pack("score-misfit", "score")) is Verdict.MODEL


def test_labels_that_are_off_on_one_host_of_many_tell_of_the_host() -> None:
    here = pack("label-gap", by="host", segment="b-2")
    assert verdict(here, host="host") is not Verdict.WORLD
    assert verdict(here, pack("score-misfit", "score", by="host", segment="b-2"), host="host") is Verdict.MODEL
    assert verdict(replace(here, by="city"), host="host") is Verdict.WORLD


def test_a_part_of_the_rows_is_not_taken_for_a_host_where_none_are_named() -> None:
    assert verdict(pack("label-gap", by="", segment="")) is Verdict.WORLD


def test_what_would_show_and_does_not_speaks_against() -> None:
    against = {one.verdict for one in judged(pack("label-gap")).evidence if one.weight < 0}
    assert against == {Verdict.PIPELINE, Verdict.MODEL}
    assert not [one for one in judged(pack("null-rate", "income")).evidence if one.weight < 0]
    both = judged(pack("null-rate", "income"), pack("label-gap")).evidence
    assert not [one for one in both if one.weight < 0 and one.verdict is Verdict.PIPELINE]


def test_evidence_comes_with_what_weighs_most_first() -> None:
    weights = [one.weight for one in judged(pack("log-loss"), pack("score-misfit", "score"), pack("drift")).evidence]
    assert weights == sorted(weights, reverse=True)


def test_scores_are_shares_of_one_and_the_greatest_is_believed() -> None:
    found = judged(rule("null_rate"), rule("replay_difference"))
    assert sum(found.scores.values()) == pytest.approx(1, abs=1e-3)
    assert set(found.scores) == {"model", "pipeline", "world"}
    assert found.confidence == max(found.scores.values()) > 0.5


def test_a_rule_on_performance_speaks_for_nobody() -> None:
    found = judged(rule("auc", kind="performance"))
    assert not found.evidence
    assert found.confidence == pytest.approx(1 / 3, abs=1e-3)


def test_a_version_that_just_came_is_suspected() -> None:
    found = judged(rule("auc"), changes=(RELEASE,))
    assert found.verdict is Verdict.MODEL
    assert found.before == ({"at": "2024-03-04T12:00:00Z", "text": "version v3 came"},)


@pytest.mark.parametrize("broken", [rule("null_rate"), pack("volume"), pack("null-rate", "income")])
def test_a_version_that_just_came_is_not_suspected_where_rows_come_wrong(broken: AlarmRow) -> None:
    found = judged(rule("auc"), broken, changes=(RELEASE,))
    assert (found.verdict, found.scores["model"]) == (Verdict.PIPELINE, found.scores["world"])


def test_a_change_of_data_is_told_and_blames_no_version() -> None:
    found = judged(rule("auc"), changes=(Change(NOON, "debt is a new column"),))
    assert found.verdict is Verdict.UNCLEAR
    assert found.before[0]["text"] == "debt is a new column"


def test_many_alarms_that_say_one_thing_weigh_little_more_than_one() -> None:
    [one] = judged(rule("null_rate")).evidence
    [many] = judged(*(rule("null_rate", column=f"c{number}") for number in range(40))).evidence
    assert one.weight < many.weight < 2 * one.weight
    assert many.why.endswith("and 39 more like it")


def test_what_is_over_speaks_more_quietly_than_what_fires() -> None:
    fires, over = judged(rule("null_rate"), rule("auc")), judged(rule("null_rate", state="resolved"), rule("auc"))
    assert fires.verdict is over.verdict is Verdict.PIPELINE
    assert over.confidence < fires.confidence
    assert verdict(rule("null_rate", state="resolved"), rule("replay_difference")) is Verdict.MODEL


def test_what_mature_labels_took_back_says_nothing() -> None:
    back = pack("label-gap", state="resolved", withdrawn_at=5)
    assert judged(back, rule("null_rate")) == judged(rule("null_rate"))


def test_what_is_over_is_no_suspect_while_something_fires() -> None:
    over = pack("null-rate", "age", state="resolved")
    assert [one.column for one in judged(over, pack("null-rate", "income")).suspects] == ["income"]
    assert [one.column for one in judged(over).suspects] == ["age"]


def test_once_all_is_over_what_fired_still_tells() -> None:
    assert verdict(rule("null_rate", state="resolved")) is Verdict.PIPELINE


def test_the_order_of_alarms_does_not_matter() -> None:
    alarms = [pack("null-rate", "income"), pack("score-misfit", "score"), pack("label-gap"), rule("auc")]
    one, other = judged(*alarms), judged(*reversed(alarms))
    assert (one.verdict, one.scores, one.suspects) == (other.verdict, other.scores, other.suspects)


def test_the_headline_is_of_the_alarm_that_speaks_for_the_verdict() -> None:
    told = pack("null-rate", "income", facts={"pack": "once", "annotations": {"summary": "income is gone"}})
    assert judged(told).headline == "Income is gone"
    assert judged(pack("drift", "age", surprise=40.0), told).headline.startswith("Income is gone")


def test_of_those_that_speak_as_much_the_headline_is_of_the_loudest_and_counts_the_rest() -> None:
    many = [pack("null-rate", name, surprise=size) for name, size in [("age", 2.0), ("income", 9.0), ("debt", 3.0)]]
    assert judged(*many).headline == "Null-rate of income, and 2 more"


def test_what_is_of_all_rows_has_a_headline_and_no_suspect() -> None:
    found = judged(pack("volume"))
    assert (found.suspects, found.headline) == ((), "Volume of all rows")


def test_an_alarm_without_a_summary_is_told_by_what_it_is_of() -> None:
    row = rule("null_rate", column="income", by="origin", segment="")
    assert summary_of(row) == "null_rate-rule of income where origin is empty fires"


def test_it_reaches_the_share_of_rows_that_an_alarm_tells() -> None:
    assert judged(rule("null_rate"), rule("auc", value=0.9)).blast.share == 0.4
    assert judged(rule("auc", value=0.9)).blast.share is None


def test_of_an_alarm_of_the_pack_it_reaches_as_far_as_the_share_has_moved() -> None:
    falls = replace(pack("null-rate", "income"), facts={"pack": "once", "effect": -0.7}, value=0.1)
    assert judged(falls).blast.share == 0.7
    assert judged(pack("scale", "income", metric="level")).blast.share is None


def test_it_reaches_a_part_of_the_rows_as_far_as_that_has_rows() -> None:
    here = pack("label-gap", by="city", segment="Oslo")
    assert judged(here, shares={("city", "Oslo"): 0.12, ("city", "Bergen"): 0.9}).blast.share == 0.12


def test_it_never_reaches_more_than_all_rows() -> None:
    assert judged(rule("null_rate", value=1.7)).blast.share == 1.0


def test_no_alarms_are_no_verdict() -> None:
    found = judged()
    assert (found.verdict, found.headline) == (Verdict.UNCLEAR, "Nothing rings any more")
