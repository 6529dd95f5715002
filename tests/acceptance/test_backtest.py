"""A history is replayed before anyone is woken: what is printed, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.town import MODEL, Row, bellbuoy, town

RULE = '\n[[alarms.rule]]\nname = "nulls"\nwhen = "null_rate(income) > 0.3"\nseverity = "critical"\n'
#: What every alarm and every incident says of itself.
ALARM = {"id", "name", "kind", "metric", "column", "segment", "version", "severity", "pending_at", "fired_at"}
ALARM |= {"resolved_at", "value", "threshold", "window"}
EXPECTED = """within = "1h"
[[alarm]]
name = "nulls"
column = "income"
fires = {fires}
resolves = 2024-03-08T00:00:00Z
"""
STRETCH = ("--to", "2024-03-09T00:00:00Z")


def spoil(rows: list[Row]) -> None:
    """Income is null on three days."""
    for row in rows:
        row["income"] = "" if "2024-03-04" <= str(row["ts"]) < "2024-03-07" else row["income"]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return town(tmp_path_factory.mktemp("town"), spoil, MODEL + RULE)


@pytest.fixture(scope="module")
def document(watched: Path) -> Any:
    done = bellbuoy("backtest", "credit", "--project", watched, *STRETCH, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_document_says_what_was_replayed(document: Any) -> None:
    told = [document[key] for key in ("model", "from", "to", "cycles")]
    assert told == ["credit", "2024-03-01T00:00:00Z", "2024-03-09T00:00:00Z", 8]


def test_the_alarm_rang_at_the_midnight_after_the_first_bad_day(document: Any) -> None:
    (alarm,) = [one for one in document["alarms"] if one["name"] == "nulls"]
    assert alarm.keys() >= ALARM
    assert (alarm["fired_at"], alarm["resolved_at"]) == ("2024-03-05T00:00:00Z", "2024-03-08T00:00:00Z")


def test_it_says_what_the_pack_would_have_cost_on_the_reference_set(document: Any) -> None:
    """Twenty days are too few to learn from one half of them and judge the other."""
    told = document["rehearsal"]
    assert (told["days"], told["alarms"], told["monitors"]) == (0.0, 0, [])
    assert (told["budget"], "too short" in told["text"]) == ("1 false alarm per 30d", True)


def test_it_says_how_noisy_each_rule_was(document: Any) -> None:
    (nulls,) = [one for one in document["rules"] if one["rule"] == "nulls"]
    assert (nulls["alarms"], nulls["doubtful"]) == (1, 0)


def test_an_incident_names_alarms_that_are_there(document: Any) -> None:
    there = {alarm["id"] for alarm in document["alarms"]}
    assert all(set(one["alarms"]) <= there for one in document["incidents"])


def test_on_a_terminal_it_says_what_rang_and_what_that_costs(watched: Path) -> None:
    done = bellbuoy("backtest", "credit", "--project", watched, *STRETCH)
    assert "nulls" in done.stdout
    assert "doubtful alarms in 30 days" in done.stdout


@pytest.mark.parametrize(("fires", "code"), [("2024-03-05T00:00:00Z", 0), ("2024-03-04T00:00:00Z", 1)])
def test_a_golden_file_says_whether_it_is_as_it_should_be(watched: Path, tmp_path: Path, fires: str, code: int) -> None:
    path = tmp_path / "expected.toml"
    path.write_text(EXPECTED.format(fires=fires), encoding="utf-8")
    done = bellbuoy("backtest", "credit", "--project", watched, *STRETCH, "--golden", path)
    assert done.returncode == code
    assert ("there was one at 2024-03-05T00:00:00Z" in done.stderr) is (code == 1)


def test_a_golden_file_that_is_wrong_ends_it_at_once(watched: Path, tmp_path: Path) -> None:
    path = tmp_path / "expected.toml"
    path.write_text('quite = ["nulls"]\n', encoding="utf-8")
    done = bellbuoy("backtest", "credit", "--project", watched, "--golden", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "quiet" in done.stderr


def test_a_state_that_is_kept_can_be_looked_at(watched: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    bellbuoy("backtest", "credit", "--project", watched, *STRETCH, "--keep", kept)
    shown = bellbuoy("readings", "credit", "--metric", "rows", "--project", kept, "--json")
    assert len(json.loads(shown.stdout)["readings"]) == 8


def test_a_state_is_not_kept_in_a_project(watched: Path) -> None:
    done = bellbuoy("backtest", "credit", "--project", watched, *STRETCH, "--keep", watched)
    assert done.returncode == 2
    assert "a project is there already" in done.stderr


def test_the_reference_set_can_be_replayed(watched: Path) -> None:
    done = bellbuoy("backtest", "credit", "--project", watched, "--reference", "--json")
    assert (json.loads(done.stdout)["from"], json.loads(done.stdout)["cycles"]) == ("2024-02-10T00:00:00Z", 20)


def test_a_model_that_is_not_there_is_told(watched: Path) -> None:
    done = bellbuoy("backtest", "debit", "--project", watched)
    assert done.returncode == 2
    assert "no model is called 'debit'" in done.stderr
