"""How far an incident reaches and what it costs, as cycles tell it and as commands show it."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.test_incidents import incidents, kinds
from tests.acceptance.test_own_rules import DAY, cycles, ruled
from tests.acceptance.town import DAYS, END, START, Row, bellbuoy, town, write

from bellbuoy.windows import iso

VALUE = '\n[value]\nunit = "EUR"\ntrue_positive = 120\nfalse_positive = -15\nfalse_negative = -300\n'
RULE = ruled('null_rate(income){city="Rome"} > 50%') + VALUE
BROKE = 20


def gone_in_rome(rows: list[Row]) -> None:
    """From a day on, Rome has no incomes, and scores that say the opposite."""
    for row in rows:
        if row["city"] == "Rome" and str(row["ts"]) >= (START + BROKE * DAY).isoformat():
            row["income"], row["score"] = "", round(1 - float(str(row["score"])), 4)


def blast(project: Path) -> Mapping[str, Any]:
    """The reach of the one incident that there is."""
    [(row, _)] = incidents(project)
    found: Mapping[str, Any] = row.facts["blast"]
    return found


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town after all its days, with an incident in Rome."""
    project = town(tmp_path_factory.mktemp("blast"), gone_in_rome, RULE)
    cycles(project, [BROKE, BROKE + 1, BROKE + 5, DAYS + 2])
    return project


def test_an_incident_in_a_part_reaches_the_share_of_rows_of_that_part(broken: Path) -> None:
    with (broken / "data" / "log.csv").open(encoding="utf-8") as file:
        since = [row for row in csv.DictReader(file) if row["ts"] >= blast(broken)["since"]]
    rome = sum(row["city"] == "Rome" for row in since) / len(since)
    assert blast(broken)["share"] == pytest.approx(rome, abs=1e-3)


def test_its_loss_is_what_labels_say_against_the_weeks_before(broken: Path) -> None:
    loss = blast(broken)["loss"]
    assert (loss["metric"], loss["how"], loss["against"]) == ("auc", "realised", "before")
    assert loss["from"] == blast(broken)["since"] == iso(START + BROKE * DAY)
    assert 0 < loss["low"] < loss["value"] < loss["high"]


def test_its_cost_is_in_the_models_unit_and_of_all_rows_since(broken: Path) -> None:
    money = blast(broken)["money"]
    assert (money["unit"], money["rows"]) == ("EUR", 60 * (DAYS - BROKE))
    assert money["value"] > 0


def test_a_reach_that_is_revised_is_no_event(broken: Path) -> None:
    [(_, events)] = incidents(broken)
    assert kinds(events) == ["opened", "alarm", "verdict"]


def test_a_command_tells_it_in_plain_words(broken: Path) -> None:
    [(row, _)] = incidents(broken)
    told = bellbuoy("incidents", row.id, "--project", broken, "--now", iso(END + 2 * DAY)).stdout
    effects = [line.split(None, 1)[1] for line in told.splitlines() if line.startswith("  effect")]
    assert [text.split()[0] for text in effects] == ["reaches", "AUC", "about"]
    assert effects[1].endswith("worse than before (realised)")
    assert "EUR lost so far (realised)" in effects[2]


def test_an_alarm_tells_what_it_weighs(broken: Path) -> None:
    told = json.loads(bellbuoy("alarms", "--json", "--project", broken, "--now", iso(END + 2 * DAY)).stdout)
    assert [one["weight"] for one in told["alarms"]] == [pytest.approx(blast(broken)["share"], abs=1e-3)]


def test_it_is_revised_while_it_is_open_and_its_beginning_stands(tmp_path: Path) -> None:
    project = town(tmp_path, gone_in_rome, RULE)
    cycles(project, [BROKE, BROKE + 1])
    early = blast(project)
    cycles(project, [BROKE + 8])
    late = blast(project)
    assert (early["since"], early["money"] != late["money"]) == (late["since"], True)


def test_a_cycle_run_twice_changes_nothing_of_it(tmp_path: Path) -> None:
    project = town(tmp_path, gone_in_rome, RULE)
    cycles(project, [BROKE + 3])
    once = incidents(project)
    cycles(project, [BROKE + 3])
    assert incidents(project) == once


def test_an_incident_that_is_over_keeps_what_it_cost(tmp_path: Path) -> None:
    def for_a_while(rows: list[Row]) -> None:
        gone_in_rome([row for row in rows if str(row["ts"]) < (START + (BROKE + 3) * DAY).isoformat()])

    project = town(tmp_path, for_a_while, RULE)
    cycles(project, [BROKE, BROKE + 1, BROKE + 3])
    open_still = blast(project)
    cycles(project, [BROKE + 8])
    [(row, _)] = incidents(project)
    assert (row.state, row.facts["blast"]) == ("closed", open_still)


def test_an_input_that_matters_weighs_more_once_the_twin_knows_it(tmp_path: Path) -> None:
    def follow(rows: list[Row]) -> None:
        for row in rows:
            row["score"] = round(min(0.99, float(str(row["income"])) / 8_000), 4)

    def spoil(rows: list[Row]) -> None:
        follow(rows)
        gone_in_rome(rows)

    project = town(tmp_path, spoil, RULE)
    with (project / "data" / "normal.csv").open(encoding="utf-8") as file:
        normal: list[Row] = [dict(row) for row in csv.DictReader(file)]
    follow(normal)
    write(project / "data" / "normal.csv", normal)
    cycles(project, [DAYS])
    [(row, _)] = incidents(project)
    [weight] = row.facts["weights"].values()
    # The score is made of income and of nothing else.
    assert weight == pytest.approx(row.facts["blast"]["share"], rel=0.1)
