"""Readings and changes by segment and by version, as they are printed: a city whose scores turned upside down."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.town import END, MODEL, START, Row, town

from bellbuoy.app.open import open_app
from bellbuoy.cli.main import main
from bellbuoy.clock import FrozenClock
from bellbuoy.windows import iso

AT = END + timedelta(days=2)
TURNED = START + timedelta(days=20)
Run = Callable[..., str]


def turn(rows: list[Row]) -> None:
    for row in rows:
        if row["city"] == "Rome" and str(row["ts"]) >= TURNED.isoformat():
            row["score"] = round(1 - float(str(row["score"])), 4)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = town(tmp_path_factory.mktemp("parts"), turn)
    with open_app(made, FrozenClock(AT)) as app:
        app.cycle("credit")
    return made


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose rows nothing tells apart, and that has no reference set."""
    model = MODEL.replace('version = "version", ', "").replace(', host = "host"', "")
    model = model.replace('by = ["city"]', "by = []").replace('reference = "data/normal.csv"', "")
    made = town(tmp_path_factory.mktemp("plain"), model=model)
    with open_app(made, FrozenClock(AT)) as app:
        app.cycle("credit")
    return made


@pytest.fixture
def run(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """What a command prints on stdout."""

    def call(*arguments: str, at: Path = project) -> str:
        where = ["--project", str(at), "--now", iso(AT)]
        monkeypatch.setattr(sys, "argv", ["bellbuoy", *arguments, *where])
        with pytest.raises(SystemExit):
            main()
        return capsys.readouterr().out

    return call


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def parts(run: Run, *more: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(run("parts", "credit", "--json", *more))
    return document


def readings(run: Run, *more: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("readings", "credit", "--json", *more))["readings"]
    return found


def test_the_city_that_turned_comes_first(run: Run) -> None:
    found = parts(run)
    first = found["parts"][0]
    assert (first["by"], first["value"]) == ("city", "Rome")
    assert first["proven"] < -0.05
    assert found["change"] < 0


def test_before_it_turned_nothing_is_proven(run: Run) -> None:
    found = parts(run, "--from", iso(START + timedelta(days=10)), "--to", iso(START + timedelta(days=17)))
    assert {one["proven"] for one in found["parts"]} == {0.0}


def test_hosts_cities_and_versions_stand_in_one_table(run: Run) -> None:
    assert {one["by"] for one in parts(run)["parts"]} == {"city", "host", "version"}


def test_parts_of_one_kind_can_be_asked_for(run: Run) -> None:
    assert {one["by"] for one in parts(run, "--by", "host")["parts"]} == {"host"}


def test_a_metric_whose_lower_values_are_better_finds_the_same_city(run: Run) -> None:
    first = parts(run, "--metric", "log_loss")["parts"][0]
    assert first["value"] == "Rome"
    assert first["proven"] > 0


def test_what_was_believed_before_it_turned_has_no_culprit(run: Run) -> None:
    found = parts(run, "--as-of", iso(START + timedelta(days=15)))
    assert found["as_of"] == iso(START + timedelta(days=15))
    assert {one["proven"] for one in found["parts"]} == {0.0}


def test_the_table_says_what_changed_and_by_how_much(run: Run) -> None:
    head, columns, first, *_ = run("parts", "credit").splitlines()
    assert head.startswith("auc from 2024-03-24T00:00:00Z to 2024-03-31T00:00:00Z: 0.")
    assert "usually 0." in head
    assert columns.split()[:2] == ["part", "now"]
    assert first.startswith("city=Rome")


def test_the_csv_has_a_line_for_each_part(run: Run) -> None:
    found = rows_of(run("parts", "credit", "--csv"))
    assert found[0]["value"] == "Rome"
    assert float(found[0]["contribution"]) < 0
    assert len(found) == len(parts(run)["parts"])


def test_before_any_label_came_it_says_so(run: Run) -> None:
    found = parts(run, "--as-of", iso(START + timedelta(hours=5)))
    assert (found["now"], found["parts"]) == (None, [])


@pytest.mark.parametrize("by", ["city", "host", "version"])
def test_readings_of_every_value_add_up_to_those_of_all(run: Run, by: str) -> None:
    assert sum(one["labelled"] for one in readings(run, "--by", by)) == 30 * 60


def test_readings_by_segment_say_of_which_they_are(run: Run) -> None:
    assert {one["segment"]["city"] for one in readings(run, "--by", "city")} == {"Oslo", "Rome", "Lima"}


def test_readings_by_version_say_of_which_they_are(run: Run) -> None:
    assert [one["version"] for one in readings(run, "--by", "version")] == ["v1"] * 15 + ["v2"] * 15


def test_readings_of_a_segment_can_be_had_by_version(run: Run) -> None:
    found = readings(run, "--segment", "city=Rome", "--by", "version")
    assert {(one["segment"]["city"], one["version"]) for one in found} == {("Rome", "v1"), ("Rome", "v2")}


def test_the_csv_of_readings_has_segment_and_version(run: Run) -> None:
    [first, *_] = rows_of(run("readings", "credit", "--csv", "--by", "city", "--version", "v2"))
    assert (first["segment"], first["version"]) == ("city=Lima", "v2")


def test_the_table_of_readings_names_the_part(run: Run) -> None:
    head, first, *_ = run("readings", "credit", "--by", "city", "--grain", "1w").splitlines()
    assert head.startswith("of ")
    assert first.startswith("city=Lima")


def test_the_table_of_all_rows_has_no_such_column(run: Run) -> None:
    assert run("readings", "credit").startswith("window from")


def test_where_nothing_tells_rows_apart_the_change_is_told_alone(run: Run, plain: Path) -> None:
    assert len(run("parts", "credit", at=plain).splitlines()) == 1


def test_without_anything_usual_it_says_that_there_is_nothing_to_compare_with(run: Run, plain: Path) -> None:
    shown = run("parts", "credit", "--from", iso(START), at=plain)
    assert shown.rstrip().endswith("and nothing to compare with")
