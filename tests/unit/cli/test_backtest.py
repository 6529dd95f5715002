"""What `bellbuoy backtest` prints of a replay."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.app.backtest.rows import DAY, alarm, day, incident
from tests.unit.stage import model_of

from bellbuoy.app.backtest.noise import noise_of
from bellbuoy.app.backtest.run import Backtest
from bellbuoy.cli import backtest
from bellbuoy.store.port import AlarmRow

Shown = pytest.CaptureFixture[str]
SUSPECT = {
    "column": "income",
    "version": None,
    "segment": {"city": "Oslo"},
    "host": None,
    "owner": None,
    "why": "nulls",
}
QUIET = Backtest(model_of(), day(0), day(30), 30, (), ())


def rang(*rows: AlarmRow) -> Backtest:
    return replace(QUIET, alarms=rows, noise=noise_of(rows, 30 * DAY, DAY))


def test_a_quiet_history_is_told_in_a_line(capsys: Shown) -> None:
    backtest._show(QUIET)
    assert capsys.readouterr().out == (
        "credit: 30 cycles from 2024-03-04T00:00:00Z to 2024-04-03T00:00:00Z\nNothing would have rung.\n"
    )


def test_an_alarm_stands_with_its_column_its_moments_and_its_limit(capsys: Shown) -> None:
    backtest._show(rang(alarm("nulls", 3, 9, column="income", value=0.31234, threshold=0.2)))
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("nulls  income")]
    assert line.split() == [
        "nulls",
        "income",
        "2024-03-07T00:00:00Z",
        "2024-03-13T00:00:00Z",
        "warning",
        "0.3123",
        "0.2",
    ]


def test_an_incident_stands_with_its_verdict_and_whom_it_suspects(capsys: Shown) -> None:
    found = replace(rang(alarm("nulls", 3)), incidents=(incident(3, suspects=[SUSPECT]),))
    backtest._show(found)
    told = capsys.readouterr().out
    assert "pipeline" in told
    assert "income city=Oslo" in told


def test_a_noisy_rule_stands_with_what_it_costs(capsys: Shown) -> None:
    backtest._show(rang(alarm("nulls", 3, 4), alarm("nulls", 7, 8)))
    told = capsys.readouterr().out
    assert "100\u00a0%" in told
    assert told.endswith("2 doubtful alarms in 30 days: over the budget of 1 false alarm per 30d.\n")


def test_what_is_told_for_information_has_no_noise(capsys: Shown) -> None:
    backtest._show(rang(alarm("nulls", 3, 4, severity="info")))
    assert "doubtful" not in capsys.readouterr().out
