"""What `bellbuoy backtest` prints of a replay."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.app.backtest.rows import DAY, alarm, day, incident
from tests.unit.stage import model_of

from bellbuoy.alarms.standard.calibrate import Episode, Rehearsal
from bellbuoy.alarms.standard.limits import Place
from bellbuoy.app.backtest.calibrated import Calibrated, calibrated_document
from bellbuoy.app.backtest.document import document
from bellbuoy.app.backtest.noise import noise_of
from bellbuoy.app.backtest.run import Backtest
from bellbuoy.cli import backtest
from bellbuoy.config.texts import Budget
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


REHEARSED = Calibrated(
    Rehearsal(183.0, tuple(Episode(Place("misfit", "so2"), 0, 1, peak) for peak in (1.1, 1.2, 2.0))),
    Budget(1, 90 * DAY),
    {"misfit": 1.26},
)


@pytest.mark.parametrize("rows", [(), (alarm("nulls", 3, 4),)])
def test_a_rehearsal_is_told_last_whether_anything_rang_or_not(capsys: Shown, rows: tuple[AlarmRow, ...]) -> None:
    backtest._show(replace(rang(*rows), calibrated=REHEARSED))
    told = " ".join(capsys.readouterr().out.split())
    assert told.endswith(f" {REHEARSED.text}")


def test_the_document_has_rules_and_the_rehearsal_beside_what_was_promised() -> None:
    told = document(replace(rang(alarm("nulls", 3, 4), alarm("nulls", 7, 9)), calibrated=REHEARSED))
    assert told["rehearsal"] == calibrated_document(REHEARSED)
    assert told["rules"] == [
        {
            "rule": "nulls",
            "alarms": 2,
            "in_30_days": 2.0,
            "doubtful": 2,
            "over_at_once": 1.0,
            "withdrawn": 0.0,
            "marked_false": 0.0,
            "why": rang(alarm("nulls", 3, 4), alarm("nulls", 7, 9)).noise[0].why,
        }
    ]


def test_a_model_without_the_pack_was_not_rehearsed() -> None:
    assert (document(QUIET)["rehearsal"], document(QUIET)["rules"]) == (None, [])


def test_what_is_told_for_information_has_no_noise(capsys: Shown) -> None:
    backtest._show(rang(alarm("nulls", 3, 4, severity="info")))
    assert "doubtful" not in capsys.readouterr().out
