"""The table of what alarms say has a line for each of the pack, and knows rules from the pack."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bellbuoy.alarms.standard.board import Line
from bellbuoy.alarms.standard.monitors import OF_COLUMNS, OF_ROWS, OLDER, monitor_of
from bellbuoy.incidents.speaks import OF_METRICS, OF_PACK, is_broken, is_of_pack, speech_of, weight_of
from bellbuoy.incidents.values import Verdict
from bellbuoy.store.port import AlarmRow

OUTPUTS = frozenset({"score"})


def of_pack(name: str, severity: str = "warning") -> AlarmRow:
    return AlarmRow(f"m/{name}", name, "firing", 0, severity=severity, facts={"pack": "once"})


def of_rule(metric: str, name: str = "mine") -> AlarmRow:
    return AlarmRow("m/mine", name, "firing", 0, metric=metric)


def pack_names() -> set[str]:
    columns = [monitor_of(Line(metric, column), OUTPUTS) for metric in OF_COLUMNS for column in ("income", "score")]
    return {one.name for one in (*columns, *OF_ROWS.values(), OLDER) if one is not None}


def test_every_alarm_of_the_pack_says_something() -> None:
    assert pack_names() - set(OF_PACK) == set()


@pytest.mark.parametrize("name", sorted(OF_PACK))
def test_nothing_speaks_louder_because_an_input_broke(name: str) -> None:
    speech = OF_PACK[name]
    assert 0 <= speech.behind <= speech.weight
    assert speech.verdict is not Verdict.UNCLEAR


@pytest.mark.parametrize("name", [name for name in OF_PACK if name.startswith("score-")])
def test_what_scores_do_follows_from_a_broken_input(name: str) -> None:
    assert OF_PACK[name].behind < OF_PACK[name].weight


def test_a_rule_is_heard_by_its_metric_whatever_it_is_called() -> None:
    assert speech_of(of_rule("null_rate", "drift")) == OF_METRICS["null_rate"]
    assert not is_of_pack(of_rule("null_rate"))


def test_an_alarm_of_the_pack_is_heard_by_its_name_whatever_its_metric() -> None:
    assert speech_of(replace(of_pack("stale"), metric="replay_difference")) == OF_PACK["stale"]
    assert is_of_pack(of_pack("stale"))


def test_a_rule_on_anything_else_speaks_for_nobody() -> None:
    assert speech_of(of_rule("auc")) is None
    assert speech_of(of_pack("unheard-of")) is None
    assert weight_of(of_rule("auc"), Verdict.MODEL) == 0


def test_an_alarm_weighs_for_its_own_verdict_alone() -> None:
    weights = {one: weight_of(of_pack("replay"), one) for one in Verdict}
    assert [one for one, weight in weights.items() if weight] == [Verdict.MODEL]


def test_what_only_informs_of_the_pipeline_speaks_quietly() -> None:
    quiet, loud = (weight_of(of_pack("null-rate", severity), Verdict.PIPELINE) for severity in ("info", "warning"))
    assert 0 < quiet < loud


def test_drift_that_only_informs_says_as_much_of_the_world_as_it_ever_does() -> None:
    assert speech_of(of_pack("drift", "info")) == OF_PACK["drift"]


@pytest.mark.parametrize(
    ("alarm", "broken"),
    [
        (of_pack("null-rate"), True),
        (of_pack("misfit"), True),
        (of_pack("null-rate", "info"), False),
        (of_pack("drift"), False),
        (of_pack("volume"), False),
        (of_pack("score-null-rate"), False),
        (of_rule("null_rate"), True),
        (of_rule("duplicate_rate"), False),
        (of_rule("psi", "null-rate"), False),
    ],
)
def test_a_column_that_was_delivered_wrong_is_broken(alarm: AlarmRow, broken: bool) -> None:
    assert is_broken(alarm) is broken
