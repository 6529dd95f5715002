"""A host that answers otherwise than the model does is found by scoring its rows again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression
from tests.acceptance.town import END, MODEL, Row, bellbuoy, labels, town

NOW = f"{(END + timedelta(hours=1)):%FT%TZ}"
RULE = """
[[alarms.rule]]
name = "bad-host"
when = 'replay_difference{host="host-1"} > 5%'
severity = "critical"
"""
REPLAY = '\n[replay]\nartefact = "model.skops"\ninputs = ["income"]\nrows = 60\n'
#: From here on rows of host-1 were scored with the income in thousands.
FAULT = END - timedelta(days=2)


def table(rows: Sequence[Row]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([[float(str(row["income"]))] for row in rows]) / 1_000


def fitted(rows: Sequence[Row]) -> LogisticRegression:
    return LogisticRegression().fit(table(rows) * 1_000, [row["label"] for row in labels(rows)])


def broken(row: Row) -> bool:
    return row["host"] == "host-1" and int(str(row["id"])) % 2 == 0 and str(row["ts"]) >= FAULT.isoformat()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A town whose log was scored by a model that was kept, but for half of the rows of one host."""
    here = tmp_path_factory.mktemp("replay") / "town"

    def score(rows: list[Row]) -> None:
        model = fitted(rows)
        skops.io.dump(model, here / "model.skops")
        right, wrong = (model.predict_proba(table(rows) * unit)[:, 1] for unit in (1_000, 1))
        for row, one, other in zip(rows, right, wrong, strict=True):
            row["score"] = round(float(other if broken(row) else one), 4)

    town(here, score, MODEL + REPLAY + RULE)
    return here


@pytest.fixture(scope="module")
def said(folder: Path) -> Mapping[str, Any]:
    done = bellbuoy("replay", "credit", "--project", folder, "--now", NOW, "--json")
    assert done.returncode == 0, done.stderr
    document: Mapping[str, Any] = json.loads(done.stdout)
    return document


def test_half_of_the_rows_of_one_host_differ_and_of_the_others_none(said: Mapping[str, Any]) -> None:
    hosts = {part["segment"]["host"]: part for part in said["parts"] if part["segment"] and "host" in part["segment"]}
    assert {host: part["differing"] for host, part in hosts.items()} == {"host-0": 0, "host-1": 10, "host-2": 0}
    assert 0.25 < hosts["host-1"]["low"] < 0.5 < hosts["host-1"]["high"] < 0.75


def test_the_part_that_differs_most_is_named_first(said: Mapping[str, Any]) -> None:
    assert said["parts"][0]["segment"] == {"host": "host-1"}
    assert {row["host"] for row in said["worst"]} == {"host-1"}


def test_the_whole_says_how_many_and_how_far(said: Mapping[str, Any]) -> None:
    assert (said["rows"], said["differing"]) == (60, 10)
    assert 0 < said["mean_distance"] < said["max_distance"] <= 1


def test_a_terminal_shows_the_same_in_words(folder: Path) -> None:
    done = bellbuoy("replay", "credit", "--project", folder, "--now", NOW)
    second = done.stdout.splitlines()[3]
    assert second.split()[:3] == ["host=host-1", "20", "10"]
    assert "Farthest apart:" in done.stdout


def test_a_cycle_counts_it_and_a_rule_rings(folder: Path) -> None:
    done = bellbuoy("run", "--once", "--project", folder, "--now", NOW, "--json")
    cycle = json.loads(done.stdout)["cycles"][0]
    assert [alarm["state"] for alarm in cycle["alarms"] if alarm["name"] == "bad-host"] == ["firing"]
    asked = ("--metric", "replay_difference", "--segment", "host=host-1", "--now", NOW)
    readings = json.loads(bellbuoy("readings", "credit", *asked, "--project", folder, "--json").stdout)["readings"]
    assert [(one["value"], one["rows"]) for one in readings] == [(0.5, 20)]


def test_a_model_that_cannot_be_opened_is_told_with_exit_code_1(tmp_path: Path) -> None:
    other = town(tmp_path / "town", model=MODEL + REPLAY)
    done = bellbuoy("replay", "credit", "--project", other, "--now", NOW)
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no model.skops" in done.stderr


def test_a_model_without_replay_is_told_what_to_write(tmp_path: Path) -> None:
    done = bellbuoy("replay", "credit", "--project", town(tmp_path / "town"), "--now", NOW)
    assert done.returncode == 2
    assert '[replay] artefact = "models/delays.skops"' in done.stderr
