"""How far alarms reach, what they weigh and what an incident costs: whatever the numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.incidents.blast import Compared, loss_of, money_of
from bellbuoy.incidents.reach import reach, weight_of_alarm
from bellbuoy.metrics.reading import Measured
from bellbuoy.store.port import AlarmRow

shares = st.floats(0, 1)
parts = st.sampled_from([("", ""), ("city", "Oslo"), ("city", "Rome"), ("host", "b-2")])
known = st.dictionaries(parts, shares)
metrics = st.sampled_from(["null_rate", "level", "rank", "rows", "misfit", "outcome_gap", "decision_gap", "share"])
effects = st.none() | st.floats(-50, 50)
columns = st.none() | st.sampled_from(["income", "age", "new"])
importances = st.dictionaries(st.sampled_from(["income", "age"]), shares)
readings = st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1e3), st.floats(0, 1e3)).map(
    lambda made: Measured(made[0], made[0] - made[1], made[0] + made[2], 100)
)


@st.composite
def alarms(draw: st.DrawFn) -> AlarmRow:
    """An alarm of the pack, of any part of the rows."""
    (by, segment), metric = draw(parts), draw(metrics)
    facts = {"pack": "once", "effect": draw(effects)}
    row = AlarmRow("m/x", metric, "firing", 0, kind="input", metric=metric, column=draw(columns), facts=facts)
    return replace(row, by=by, segment=segment)


def of(now: Measured, usual: Measured, metric: str = "auc") -> Compared:
    return Compared(metric, now, usual, "realised", "before", 0, 100)


@given(st.lists(alarms()), known)
def test_a_reach_is_a_share_or_not_known(made: list[AlarmRow], rows: dict[tuple[str, str], float]) -> None:
    found = reach(made, rows)
    assert found is None or 0 <= found <= 1


@given(st.lists(alarms()), known)
def test_the_order_of_alarms_does_not_change_the_reach(
    made: list[AlarmRow], rows: dict[tuple[str, str], float]
) -> None:
    assert reach(made, rows) == pytest.approx(reach(made[::-1], rows), abs=1e-4)


@given(st.lists(alarms()), alarms(), known)
def test_one_more_alarm_never_makes_an_incident_smaller(
    made: list[AlarmRow], more: AlarmRow, rows: dict[tuple[str, str], float]
) -> None:
    assert (reach([*made, more], rows) or 0.0) >= (reach(made, rows) or 0.0)


@given(alarms(), known, importances)
def test_a_weight_is_a_share(alarm: AlarmRow, rows: dict[tuple[str, str], float], importance: dict[str, float]) -> None:
    assert 0 <= weight_of_alarm(alarm, rows, importance) <= 1


@given(alarms(), known, known, importances)
def test_an_alarm_of_more_rows_never_weighs_less(
    alarm: AlarmRow,
    few: dict[tuple[str, str], float],
    more: dict[tuple[str, str], float],
    importance: dict[str, float],
) -> None:
    many = {part: max(share, more.get(part, 0.0)) for part, share in few.items()}
    assert weight_of_alarm(alarm, many, importance) >= weight_of_alarm(alarm, few, importance)


@given(readings, readings, st.sampled_from(["auc", "mae"]))
def test_a_loss_lies_within_its_interval(now: Measured, usual: Measured, metric: str) -> None:
    found = loss_of(of(now, usual, metric))
    assert found is not None
    # Four figures are kept of each.
    slack = 1e-3 * (abs(found["value"]) + abs(found["low"]) + abs(found["high"]))
    assert found["low"] - slack <= found["value"] <= found["high"] + slack


@given(readings, readings, st.sampled_from(["auc", "mae"]))
def test_what_is_lost_one_way_is_gained_the_other(now: Measured, usual: Measured, metric: str) -> None:
    lost, gained = loss_of(of(now, usual, metric)), loss_of(of(usual, now, metric))
    assert lost is not None
    assert gained is not None
    assert (lost["value"], lost["low"], lost["high"]) == (-gained["value"], -gained["high"], -gained["low"])


@given(readings, readings, st.integers(0, 10**6))
def test_money_is_the_loss_of_a_row_times_the_rows(now: Measured, usual: Measured, rows: int) -> None:
    cost = money_of(of(now, usual, "mean_value"), rows, None)
    assert cost is not None
    assert cost["value"] == pytest.approx((usual.value - now.value) * rows, rel=1e-3)
