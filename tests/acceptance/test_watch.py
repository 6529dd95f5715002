"""One model watched by the command line: run, status, readings, as their user has them."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sklearn.metrics import roc_auc_score
from tests.acceptance.town import DAYS, END, MODEL, ROWS, START, Row, bellbuoy, labels, predictions, town, write

from bellbuoy.app.cycle import Cycled
from bellbuoy.app.open import open_app
from bellbuoy.clock import FrozenClock
from bellbuoy.errors import ConfigError
from bellbuoy.web.shapes import ReadingsShape, StatusShape
from bellbuoy.windows import iso

AT = END + timedelta(days=2)
NOW = iso(AT)


def run(project: Path) -> Cycled:
    with open_app(project, FrozenClock(AT)) as app:
        return app.cycle("credit")


def status_of(project: Path, at: datetime = AT) -> dict[str, Any]:
    with open_app(project, FrozenClock(at)) as app:
        document = app.reads.status_json()
    return StatusShape.model_validate(document).model_dump(mode="json")["models"][0]  # type: ignore[no-any-return]


def readings(project: Path, **question: Any) -> list[dict[str, Any]]:
    with open_app(project, FrozenClock(AT)) as app:
        document = app.reads.readings_json("credit", **{"metric": None, **question})
    return ReadingsShape.model_validate(document).model_dump(mode="json")["readings"]  # type: ignore[no-any-return]


def contents(project: Path) -> dict[str, object]:
    """The whole state, but for when a cycle ran and how many have."""
    with sqlite3.connect(project / ".bellbuoy" / "state.db") as state:
        names = [row[0] for row in state.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = sorted(set(names) - {"alembic_version", "model", "ledger", "note"})
        return {name: Counter(state.execute(f"SELECT * FROM {name}")) for name in kept}


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = town(tmp_path_factory.mktemp("watched"))
    run(project)
    return project


def test_a_run_takes_in_every_row_and_joins_every_label(tmp_path: Path) -> None:
    counted = run(town(tmp_path)).counted
    assert (counted.rows, counted.labels, counted.matched) == (DAYS * ROWS, DAYS * ROWS, DAYS * ROWS)


def test_a_second_run_changes_nothing(watched: Path) -> None:
    before = contents(watched)
    run(watched)
    assert contents(watched) == before


def test_day_by_day_ends_in_the_same_readings_as_all_at_once(watched: Path, tmp_path: Path) -> None:
    project = town(tmp_path)
    with open_app(project, FrozenClock(END)) as app:
        for day in range(DAYS + 4):
            app.cycle("credit", START + timedelta(days=day))
    assert readings(project) == readings(watched)


def test_readings_are_what_scikit_learn_says(watched: Path) -> None:
    rows = predictions()
    truth = {row["id"]: row["label"] for row in labels(rows)}
    day = rows[:ROWS]
    oracle = roc_auc_score([truth[row["id"]] for row in day], [row["score"] for row in day])
    assert readings(watched)[0]["value"] == pytest.approx(oracle, abs=0.01)


@pytest.mark.parametrize(
    ("question", "windows", "rows"),
    [
        ({}, DAYS, ROWS),
        ({"grain": "1w"}, 5, 7 * ROWS),
        ({"metric": "roc_auc", "version": "v2"}, 15, ROWS),
        ({"metric": "null_rate", "column": "income"}, DAYS, ROWS),
        ({"metric": "psi", "column": "city"}, DAYS, ROWS),
        ({"segment": "host=host-1"}, DAYS, ROWS // 3),
        ({"start": START + timedelta(days=4), "end": START + timedelta(days=7)}, 3, ROWS),
        ({"metric": "coverage"}, DAYS, ROWS),
    ],
)
def test_readings_can_be_asked_for_any_part(watched: Path, question: dict[str, Any], windows: int, rows: int) -> None:
    found = readings(watched, **question)
    assert (len(found), found[1]["rows"]) == (windows, rows)


@pytest.mark.parametrize(
    ("question", "hint"),
    [
        ({"metric": "acu"}, "auc"),
        ({"metric": "null_rate"}, "income"),
        ({"metric": "null_rate", "column": "incmoe"}, "did you mean 'income'?"),
        ({"grain": "1h"}, "1d"),
        ({"segment": "town=Oslo"}, "city"),
        ({"version": "v7"}, "v1"),
        ({"metric": "auc", "column": "income"}, "leave the column out"),
    ],
)
def test_a_wrong_question_says_how_to_ask(watched: Path, question: dict[str, Any], hint: str) -> None:
    with pytest.raises(ConfigError) as told:
        readings(watched, **question)
    assert hint in str(told.value)


def test_a_wrong_question_exits_2(watched: Path) -> None:
    assert bellbuoy("readings", "credit", "--project", watched, "--metric", "acu").returncode == 2


def test_readings_come_as_csv_too(watched: Path) -> None:
    shown = bellbuoy("readings", "credit", "--project", watched, "--now", NOW, "--csv")
    assert len(shown.stdout.splitlines()) == 1 + DAYS


def test_status_is_one_json_document(watched: Path) -> None:
    shown = bellbuoy("status", "--project", watched, "--now", NOW, "--json")
    status = StatusShape.model_validate(json.loads(shown.stdout)).models[0]
    assert (status.model, status.pipeline, status.champion) == ("ok", "ok", "v2")


def test_a_source_that_has_gone_quiet_is_the_pipelines_trouble(watched: Path) -> None:
    assert status_of(watched, END + timedelta(days=30))["pipeline"] == "trouble"


def emptied(count: int) -> Callable[[list[Row]], None]:
    """Leave the newest rows without an income."""

    def spoil(rows: list[Row]) -> None:
        for row in rows[len(rows) - count :]:
            row["income"] = ""

    return spoil


def test_a_column_that_loses_its_values_is_named_by_the_pipeline_light(tmp_path: Path) -> None:
    project = town(tmp_path, emptied(ROWS))
    run(project)
    assert "income is null in 100\u00a0%" in status_of(project)["why"]["pipeline"]


@pytest.mark.parametrize(("gone", "code"), [(ROWS, 3), (0, 0)])
def test_a_firing_rule_is_an_exit_code(tmp_path: Path, gone: int, code: int) -> None:
    rule = '[[alarms.rule]]\nname = "income-gone"\nwhen = "null_rate(income) > 50%"\nseverity = "critical"\n'
    project = town(tmp_path, emptied(gone), MODEL + rule)
    assert bellbuoy("run", "--once", "--project", project, "--now", NOW, "--fail-on-firing").returncode == code


def test_a_model_that_cannot_be_read_stops_no_other(tmp_path: Path) -> None:
    project = town(tmp_path)
    lost = MODEL.replace("data/log*.csv", "data/lost.csv")
    (project / "models" / "a-lost-one.toml").write_text(lost, encoding="utf-8")
    shown = bellbuoy("run", "--once", "--project", project, "--now", NOW, "--json")
    cycles = json.loads(shown.stdout)["cycles"]
    assert [(bool(one["failed"]), one["rows"]) for one in cycles] == [(True, 0), (False, DAYS * ROWS)]
    assert shown.returncode == 1


def test_a_model_whose_file_is_wrong_stops_no_other(tmp_path: Path) -> None:
    project = town(tmp_path)
    (project / "models" / "wrong.toml").write_text(MODEL.replace("task", "tsak"), encoding="utf-8")
    shown = bellbuoy("run", "--once", "--project", project, "--now", NOW)
    assert shown.returncode == 2
    assert "did you mean" in shown.stderr
    assert f"{DAYS * ROWS:,}" in shown.stdout


def test_rows_that_are_added_are_taken_in_by_the_next_run(tmp_path: Path) -> None:
    project = town(tmp_path)
    run(project)
    write(project / "data" / "log2.csv", predictions(END, 1, first=5_000))
    assert run(project).counted.rows == ROWS


class Heard(list[str]):
    """A listener that remembers what was said, and how many rows came meanwhile."""

    def __call__(self, rows: int, /) -> None:
        self.append(f"{rows}")

    def say(self, what: str, /) -> None:
        self.append(what)


def test_whoever_waits_is_told_what_is_being_done(tmp_path: Path) -> None:
    heard = Heard()
    with open_app(town(tmp_path), FrozenClock(AT)) as app:
        app.cycle("credit", listen=heard)
    assert [one for one in heard if not one.isdecimal()] == [
        "credit: reference set",
        "credit: rows",
        "credit: labels",
        "credit: writing windows",
    ]
