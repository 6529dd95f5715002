from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bellbuoy.alarms.grammar import parse_rule
from bellbuoy.alarms.look import Look, Rule
from bellbuoy.alarms.machine import Holds
from bellbuoy.alarms.rule import Breach
from bellbuoy.alarms.step import Subject, dressed, ended, judged, newest_of_each, raised_on, subject_of, summary
from bellbuoy.store.port import AlarmRow
from bellbuoy.windows import Window, iso, to_micro

MIDNIGHT = datetime(2024, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
FLOOR = parse_rule("auc < 0.7")
UNKNOWN = Look(Breach.UNKNOWN, "no traffic")


def look_at(value: float, hour: int, **more: Any) -> Look:
    start = MIDNIGHT + (hour - 1) * HOUR
    return Look(Breach.of(value < 0.7), value=value, limit=0.7, window=Window(start, start + HOUR), **more)


@dataclass
class Life:
    """An alarm's rows, as a state would keep them."""

    subject: Subject
    rows: dict[str, AlarmRow] = field(default_factory=dict)

    def see(self, value: float | None, hour: int, *, gap: int = 0, **more: Any) -> AlarmRow | None:
        seen = UNKNOWN if value is None else look_at(value, hour, **more)
        return self.look(seen, hour, gap=gap)

    def look(self, seen: Look, hour: int, *, gap: int = 0) -> AlarmRow | None:
        old = newest_of_each(sorted(self.rows.values(), key=lambda row: row.since)).get(self.subject.name)
        new = judged("delays", self.subject, old, seen, MIDNIGHT + hour * HOUR, gap * HOUR)
        if new is not None:
            self.rows[new.id] = new
        return new

    def row(self, value: float | None, hour: int, **more: Any) -> AlarmRow:
        """The row after a look that leaves one."""
        row = self.see(value, hour, **more)
        assert row is not None
        return row


def life(rise: int = 0, fall: int = 0, series: str = "") -> Life:
    return Life(Subject("floor", series, Holds(rise * HOUR, fall * HOUR), metric="auc"))


def test_a_rule_that_never_breached_leaves_nothing() -> None:
    assert life().see(0.8, 1) is None
    assert life().see(None, 1) is None


def test_a_firing_alarm_tells_since_when_and_by_which_window() -> None:
    row = life().row(0.6, 3)
    assert (row.state, row.value, row.threshold, row.fired_at) == ("firing", 0.6, 0.7, row.since)
    assert row.id == f"delays/floor/{iso(MIDNIGHT + 3 * HOUR)}"


def test_an_alarm_of_one_of_many_series_has_the_series_in_its_id() -> None:
    assert life(series="income").row(0.6, 3).id == f"delays/floor/income/{iso(MIDNIGHT + 3 * HOUR)}"


def test_an_alarm_says_of_what_it_is() -> None:
    subject = Subject("floor", "x", Holds(), "input", "critical", "null_rate", "income", "city", "Rome", "v2")
    row = Life(subject).row(0.6, 1)
    assert (row.kind, row.severity, row.metric) == ("input", "critical", "null_rate")
    assert (row.column, row.by, row.segment, row.version) == ("income", "city", "Rome", "v2")


def test_the_alarm_of_a_rule_is_of_the_first_metric_of_its_condition() -> None:
    rule = Rule("both", parse_rule('psi(income){city="Rome"} > 1 and rows{version="v2"} > 9'), severity="info")
    one = subject_of(rule)
    assert (one.name, one.metric, one.column, one.by, one.segment) == ("both", "psi", "income", "city", "Rome")
    assert (one.version, one.severity) == (None, "info")


def test_an_alarm_that_is_over_stays_as_it_ended() -> None:
    one = life()
    one.see(0.6, 3)
    ended = one.row(0.8, 5)
    assert ended.state == "resolved"
    assert one.see(None, 30) == ended
    assert one.row(0.85, 40) == ended


def test_looking_twice_at_the_same_window_changes_nothing() -> None:
    one = life()
    first = one.row(0.6, 3)
    assert one.row(0.6, 3) == first


@pytest.mark.parametrize("value", [0.6, 0.8, None])
def test_a_second_look_at_one_moment_changes_nothing_whatever_was_seen(value: float | None) -> None:
    one = life(rise=1, fall=1)
    for hour, seen in enumerate((0.6, 0.6, 0.8), 1):
        one.see(seen, hour)
    assert one.see(value, 4) == one.see(value, 4)


def test_each_firing_is_an_alarm_of_its_own() -> None:
    one = life()
    for hour, value in enumerate((0.6, 0.8, 0.6, 0.8), 1):
        one.see(value, hour)
    assert [row.resolved_at is not None for row in one.rows.values()] == [True, True]


def test_breaches_that_never_fired_share_one_row() -> None:
    one = life(rise=2)
    for hour, value in enumerate((0.6, 0.8, 0.6, 0.8, 0.6), 1):
        one.see(value, hour)
    assert [row.state for row in one.rows.values()] == ["pending"]


def test_no_reading_keeps_a_firing_alarm_firing_and_says_why() -> None:
    one = life()
    one.see(0.6, 1)
    row = one.row(None, 2)
    assert (row.state, row.value, row.reason) == ("firing", 0.6, "no traffic; the state is kept")


def test_what_fires_goes_on_until_it_has_recovered() -> None:
    one = life()
    one.see(0.6, 1)
    almost = one.row(0.71, 2, recovered=Breach.NO)
    assert (almost.state, almost.reason) == ("firing", "back within the limit, not recovered yet")
    assert one.row(0.75, 3, recovered=Breach.YES).state == "resolved"


def test_a_pending_breach_is_over_without_a_recovery() -> None:
    one = life(rise=2)
    one.see(0.6, 1)
    assert one.row(0.71, 2, recovered=Breach.NO).state == "inactive"


def test_clocks_stand_still_while_nobody_looks() -> None:
    one = life(rise=2)
    one.see(0.6, 1)
    again = one.row(0.6, 10, gap=9)
    assert (again.state, again.pending_at) == ("pending", to_micro(MIDNIGHT + HOUR))
    assert again.reason == "the breach began (our cycle did not run: nobody looked for 9h, and clocks stood still)"
    assert one.row(0.6, 11).state == "pending"
    assert one.row(0.6, 12).state == "firing"


def test_a_breach_that_is_over_after_the_gap_never_fires() -> None:
    one = life(rise=2)
    one.see(0.6, 1)
    assert one.row(0.8, 10, gap=9).state == "inactive"


RAISED = {"raised": {"start": 0, "end": 3_600, "labelled": 0.61}}
BACK = Look(Breach.NO, value=0.8, withdrawn="raised on 61 % of labels, withdrawn at 98 %")


def test_mature_labels_take_back_what_early_ones_raised() -> None:
    one = life(fall=9)
    one.see(0.6, 1, facts=RAISED)
    row = one.look(BACK, 40)
    assert row is not None
    assert (row.state, row.resolved_at, row.withdrawn_at) == ("resolved", row.since, row.since)
    assert row.reason == BACK.withdrawn
    assert raised_on(row) is None


def test_an_alarm_that_is_over_can_still_be_taken_back() -> None:
    one = life()
    one.see(0.6, 1, facts=RAISED)
    over = one.row(0.8, 5)
    row = one.look(BACK, 40)
    assert row is not None
    assert (row.resolved_at, row.withdrawn_at) == (over.resolved_at, to_micro(MIDNIGHT + 40 * HOUR))


def test_what_it_was_raised_on_stays_as_it_was_when_more_labels_have_come() -> None:
    one = life()
    one.see(0.6, 1, facts=RAISED)
    row = one.row(0.6, 2, facts={"raised": {"start": 0, "end": 7_200, "labelled": 0.8}})
    assert row.facts["raised"] == RAISED["raised"]


@pytest.mark.parametrize("value", [0.6, 0.8])
def test_what_mature_labels_confirmed_is_not_taken_back(value: float) -> None:
    one = life()
    one.see(0.6, 1, facts=RAISED)
    one.see(value, 2)
    assert raised_on(one.row(value, 3, confirmed=True)) is None
    assert raised_on(one.row(value, 4, facts=RAISED if value < 0.7 else {})) is None


def test_the_next_alarm_is_not_confirmed_with_the_last() -> None:
    one = life()
    one.see(0.6, 1, facts=RAISED)
    one.see(0.8, 2)
    assert raised_on(one.row(0.6, 3, facts=RAISED, confirmed=True)) == RAISED["raised"]


def test_clocks_are_stopped_once_however_often_one_moment_is_looked_at() -> None:
    one = life(rise=2)
    one.see(0.6, 1)
    assert one.row(0.6, 10, gap=9) == one.row(0.6, 10, gap=9)


def test_an_alarm_of_mature_labels_was_raised_on_no_early_ones() -> None:
    assert raised_on(None) is None
    assert raised_on(life().row(0.6, 1)) is None


def standing(state: str, name: str = "floor", facts: Mapping[str, Any] | None = None) -> AlarmRow:
    return AlarmRow(f"delays/{name}/1", name, state, 5, facts={"when": "auc < 0.7"} if facts is None else facts)


@pytest.mark.parametrize(("before", "after"), [("pending", "inactive"), ("firing", "resolved")])
def test_the_open_alarm_of_a_rule_that_is_gone_ends(before: str, after: str) -> None:
    ((old, new),) = ended([standing(before)], {"other"}, MIDNIGHT)
    assert (old.state, new.state, new.reason) == (before, after, "the rule is gone")
    assert (new.resolved_at is not None) is (after == "resolved")


def test_no_other_alarm_ends_with_a_rule_that_is_gone() -> None:
    of_a_monitor = standing("firing", "drift", facts={})
    assert list(ended([standing("firing", "other"), standing("resolved"), of_a_monitor], {"other"}, MIDNIGHT)) == []


def test_a_rule_named_as_a_monitor_of_the_pack_knows_none_of_its_alarms() -> None:
    mine, of_the_pack = standing("firing", "volume"), standing("firing", "volume", facts={"pack": "once"})
    assert newest_of_each([mine, of_the_pack]) == {"volume": mine}
    assert newest_of_each([of_the_pack]) == {}


def test_an_alarm_of_the_pack_does_not_end_with_a_rule_of_its_name() -> None:
    both = standing("firing", "volume", facts={"pack": "once", "when": "rows < 9"})
    assert list(ended([both], {"other"}, MIDNIGHT)) == []


def test_annotations_are_filled_in_with_what_was_read() -> None:
    texts = {"summary": "{{ model }}: {{ metric }} is {{ value }}, below {{ threshold }} for {{ labels.team }}"}
    rule = Rule("floor", FLOOR, labels={"team": "risk"}, annotations=texts)
    row = dressed(life().row(0.6, 1), rule, "delays")
    assert row.facts["annotations"] == {"summary": "delays: auc is 0.6, below 0.7 for risk"}
    assert (row.facts["labels"], row.facts["when"]) == ({"team": "risk"}, "auc < 0.7")


def test_a_segment_is_named_in_a_template_as_it_is_asked_for() -> None:
    rule = Rule("floor", FLOOR, annotations={"summary": "{{ segment }} at {{ window }}, {{ column }}"})
    row = dressed(replace(life().row(0.6, 1), by="city", segment="Rome"), rule, "delays")
    assert row.facts["annotations"] == {"summary": f"city=Rome at {iso(MIDNIGHT)}, –"}


def test_an_alarm_is_told_with_what_it_read_and_its_limit() -> None:
    row = life().row(0.6, 1)
    assert summary(row, FLOOR).startswith("auc is 0.6, the limit is < 0.7, window from 2024-03-01T00:00:00Z")


def test_an_alarm_of_several_conditions_is_told_by_those_that_hold() -> None:
    parts = [
        {"text": "auc", "test": "<", "breach": "yes", "value": 0.6, "limit": 0.7},
        {"text": "rows", "test": ">", "breach": "no", "value": 5.0, "limit": 200.0},
    ]
    row = life().row(0.6, 1, facts={"parts": parts})
    assert summary(row, parse_rule("auc < 0.7 or rows > 200")).startswith("auc is 0.6, the limit is < 0.7, window")
