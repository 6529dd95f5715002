from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.unit.stage import model_of

from bellbuoy.alarms.machine import State
from bellbuoy.alarms.step import Moved
from bellbuoy.app.cycle import Cycled, rule_of, rules_of
from bellbuoy.errors import ConfigError
from bellbuoy.profiles.step import Counted
from bellbuoy.sources.port import Note

NOW = datetime(2024, 3, 1, tzinfo=UTC)
DONE = Cycled("credit", NOW, Counted(rows=1_234, labels=56))
GONE = Note("no-files", "predictions", "no file matches log.csv")


def rule(when: str, **more: object) -> dict[str, object]:
    return {"name": "floor", "when": when, **more}


def test_a_cycle_is_told_in_a_line() -> None:
    assert DONE.text == "1,234 rows, 56 labels"


def test_a_cycle_tells_which_alarms_moved_and_why() -> None:
    moved = replace(DONE, moved=(Moved("auc-floor", State.FIRING, "the breach held"),))
    assert moved.text == "1,234 rows, 56 labels, auc-floor is firing: the breach held"


def test_a_cycle_that_failed_tells_only_why() -> None:
    assert replace(DONE, failed="log.csv: no such file").text == "log.csv: no such file"


@pytest.mark.parametrize(
    ("cycled", "code"),
    [
        (DONE, 0),
        (replace(DONE, counted=Counted(notes=(Note("no-zone", "ts", "read as UTC"),))), 0),
        (replace(DONE, counted=Counted(notes=(GONE,))), 1),
        (replace(DONE, failed="gone"), 1),
        (replace(DONE, failed="wrong", wrong=True), 2),
    ],
)
def test_the_exit_code_tells_whose_fault_it_is(cycled: Cycled, code: int) -> None:
    assert cycled.exit_code == code


def test_only_what_could_not_be_had_counts_as_unread() -> None:
    notes = (GONE, Note("no-zone", "ts", "read as UTC"), Note("unreadable", "labels", "torn"))
    assert [note.code for note in replace(DONE, counted=Counted(notes=notes)).unread] == ["no-files", "unreadable"]


@pytest.mark.parametrize(
    "when",
    ["auc < 0.7", "null_rate(income) > 0.2", 'auc{city="Oslo"} < 0.7', "rows < 5", "psi(city) > 0.2", "ROC_AUC < 0.7"],
)
def test_a_rule_on_what_is_watched_is_ready(when: str) -> None:
    model = model_of(alarms={"rule": [rule(when)]})
    assert rule_of(model, model.alarms.rule[0]).name == "floor"


@pytest.mark.parametrize(
    ("when", "message", "hint"),
    [
        ("acu < 0.7", "acu", "auc"),
        ("null_rate(incmoe) > 0.2", "column 'incmoe' is not watched", "did you mean 'income'?"),
        ('auc{cty="Oslo"} < 0.7', "cty", "city"),
        ("rmse > 3", "rmse", ""),
        ("null_rate > 0.2", "null_rate", ""),
        ("auc", "auc", ""),
        ("auc < high", "auc < high", ""),
    ],
)
def test_a_rule_on_anything_else_is_refused_with_a_hint(when: str, message: str, hint: str) -> None:
    model = model_of(alarms={"rule": [rule(when)]})
    with pytest.raises(ConfigError) as told:
        rule_of(model, model.alarms.rule[0])
    assert message in told.value.message
    assert hint in told.value.hint


def test_a_rule_that_cannot_be_judged_stops_no_other() -> None:
    model = model_of(alarms={"pack": "none", "rule": [rule("acu < 0.7"), rule("auc < 0.7", name="other")]})
    rules, notes = rules_of(model)
    assert [one.name for one in rules] == ["other"]
    assert [(note.code, note.where) for note in notes] == [("bad-rule", "alarms.floor")]


def test_a_rule_keeps_how_long_it_holds() -> None:
    model = model_of(alarms={"rule": [rule("auc < 0.7", **{"for": "2h", "keep_firing_for": "1d"})]})
    holds = rule_of(model, model.alarms.rule[0]).holds
    assert (holds.rise.total_seconds(), holds.fall.total_seconds()) == (7_200, 86_400)
