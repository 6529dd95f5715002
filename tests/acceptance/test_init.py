"""`bellbuoy init` on real tables: the corpus beside the repository, and small ones made here."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from bellbuoy.app.init import Tables, start_project
from bellbuoy.config.read import read_project
from bellbuoy.config.spec import Model
from bellbuoy.errors import ConfigError
from bellbuoy.testing import FakeClock
from bellbuoy.windows import Grain, parse_time

BELLBUOY = Path(sys.executable).parent / "bellbuoy"
CORPUS = Path(os.environ.get("BELLBUOY_CORPUS") or Path(__file__).parents[2].parent / "shared" / "corpus")
CASES = sorted(path.parent for path in CORPUS.glob("*/schema.json"))
NOW = FakeClock(parse_time("2030-01-01")).now()
KINDS = {"number": "numeric", "category": "categorical"}


def bellbuoy(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BELLBUOY, *arguments], capture_output=True, text=True, check=False, timeout=120, cwd=cwd)


def made_from(case: Path, folder: Path) -> Model:
    tables = Tables(*(str(case / f"{name}.parquet") for name in ("predictions", "labels", "reference")))
    start_project(folder / "delays", tables, NOW)
    return read_project(folder / "delays").models["delays"]


def roles(model: Model) -> dict[str, Any]:
    """What a model's file says, in the words of the corpus."""
    columns, labels = model.predictions.columns, model.labels
    assert labels is not None
    scores = columns.score if isinstance(columns.score, dict) else None
    return {
        "task": model.task.value,
        "positive_class": model.positive if model.task == "binary" else None,
        "classes": list(scores) if scores else [0, 1] if model.task == "binary" else None,
        "threshold": model.predictions.threshold,
        "id": columns.id,
        "ts": columns.time,
        "ingest_ts": model.predictions.cursor,
        "model_version": columns.version,
        "host": columns.host,
        "label": labels.columns.label,
        "label_ts": labels.columns.time,
        "score": None if scores else columns.score,
        "score_columns": list(scores.values()) if scores else None,
        "prediction": columns.prediction,
        "features": {name: KINDS[str(one.kind)] for name, one in model.features.items()},
    }


@pytest.mark.skipif(not CASES, reason=f"no corpus of cases at {CORPUS}: set BELLBUOY_CORPUS")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_columns_of_a_real_log_are_understood(case: Path, tmp_path: Path) -> None:
    said = json.loads((case / "schema.json").read_text(encoding="utf-8"))
    model = made_from(case, tmp_path)
    found = roles(model)
    assert found == {key: said[key] for key in found}
    assert set(said["segments"]) <= set(model.segments.by)
    assert model.grain is Grain.DAY


@pytest.mark.skipif(not CASES, reason=f"no corpus of cases at {CORPUS}: set BELLBUOY_CORPUS")
def test_a_real_project_checks_out_with_nothing_edited(tmp_path: Path) -> None:
    made_from(CASES[0], tmp_path)
    shown = bellbuoy("check", "--json", "--project", tmp_path / "delays")
    findings = json.loads(shown.stdout)["findings"]
    assert {one["level"] for one in findings} == {"ok"}
    assert shown.returncode == 0


def log(rows: int = 300) -> pl.DataFrame:
    times = pl.datetime_range(parse_time("2024-03-01"), parse_time("2024-06-01"), "1h", time_zone="UTC", eager=True)
    scores = [row * 37 % 100 / 100 for row in range(rows)]
    columns = {"id": [f"r{row}" for row in range(rows)], "ts": times[:rows], "score": scores}
    return pl.DataFrame(columns | {"approved": [score >= 0.5 for score in scores]})


def truth(rows: int = 300) -> pl.DataFrame:
    return pl.DataFrame({"id": [f"r{row}" for row in range(rows)], "label": [row % 2 for row in range(rows)]})


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    log().write_parquet(folder / "log.parquet")
    truth().write_csv(folder / "truth.csv")
    return folder


def test_init_makes_a_project_that_checks_out(data: Path, tmp_path: Path) -> None:
    first = bellbuoy("init", tmp_path / "loans", "--predictions", data / "log.parquet", "--labels", data / "truth.csv")
    assert first.returncode == 0
    assert bellbuoy("check", "--project", tmp_path / "loans").returncode == 0


def test_init_tells_its_guesses_as_json(data: Path, tmp_path: Path) -> None:
    shown = bellbuoy("init", tmp_path / "loans", "--predictions", data / "log.parquet", "--json")
    document = json.loads(shown.stdout)
    assert (document["model"], [Path(one).name for one in document["files"]]) == (
        "loans",
        ["bellbuoy.toml", "loans.toml"],
    )
    assert {"key": "task", "value": "binary", "why": "score lies in 0..1"}.items() <= document["guesses"][0].items()


def test_paths_are_written_as_seen_from_the_project(data: Path, tmp_path: Path) -> None:
    bellbuoy("init", "loans", "--predictions", f"{data.name}/*.parquet", cwd=tmp_path)
    text = (tmp_path / "loans" / "models" / "loans.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["predictions"]["path"] == "../data/*.parquet"


def test_the_project_moves_together_with_its_data(data: Path, tmp_path: Path) -> None:
    bellbuoy("init", tmp_path, "--predictions", data / "log.parquet", "--name", "loans")
    shutil.copytree(tmp_path, tmp_path.parent / f"{tmp_path.name}-moved")
    assert bellbuoy("check", "--project", tmp_path.parent / f"{tmp_path.name}-moved").returncode == 0


def test_a_folder_stands_for_its_tables(data: Path, tmp_path: Path) -> None:
    (data / "truth.csv").unlink()
    assert bellbuoy("init", tmp_path / "loans", "--predictions", data).returncode == 0
    assert 'path = "../data"' in (tmp_path / "loans" / "models" / "loans.toml").read_text(encoding="utf-8")


def test_nothing_is_ever_overwritten(data: Path, tmp_path: Path) -> None:
    bellbuoy("init", tmp_path / "loans", "--predictions", data / "log.parquet")
    before = (tmp_path / "loans" / "bellbuoy.toml").stat()
    again = bellbuoy("init", tmp_path / "loans", "--predictions", data / "log.parquet")
    assert (again.returncode, "is there already" in again.stderr) == (2, True)
    assert (tmp_path / "loans" / "bellbuoy.toml").stat() == before


def test_a_refusal_writes_nothing(data: Path, tmp_path: Path) -> None:
    log().drop("ts").write_parquet(data / "log.parquet")
    shown = bellbuoy("init", tmp_path / "loans", "--predictions", data / "log.parquet")
    assert (shown.returncode, "says when" in shown.stderr) == (2, True)
    assert not (tmp_path / "loans").exists()


def test_a_file_that_is_not_there_is_the_users_fault(tmp_path: Path) -> None:
    shown = bellbuoy("init", tmp_path / "loans", "--predictions", tmp_path / "nowhere.parquet")
    assert (shown.returncode, "no such file" in shown.stderr) == (2, True)


def test_a_name_that_no_address_can_hold_is_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be a model's name"):
        start_project(tmp_path / "loans", Tables(str(data / "log.parquet")), NOW, "../loans")


def test_times_written_as_text_are_understood(data: Path, tmp_path: Path) -> None:
    log().with_columns(pl.col("ts").dt.strftime("%Y-%m-%dT%H:%M:%SZ")).write_parquet(data / "log.parquet")
    start_project(tmp_path / "loans", Tables(str(data / "log.parquet")), NOW)
    assert read_project(tmp_path / "loans").models["loans"].predictions.columns.time == "ts"


def test_ids_of_64_bits_stay_apart(data: Path, tmp_path: Path) -> None:
    ids = [2**62 + row for row in range(300)]
    log().with_columns(id=pl.Series(ids)).write_parquet(data / "log.parquet")
    truth().with_columns(id=pl.Series(ids)).write_parquet(data / "truth.parquet")
    start_project(tmp_path / "loans", Tables(str(data / "log.parquet"), str(data / "truth.parquet")), NOW)
    shown = bellbuoy("check", "--json", "--project", tmp_path / "loans")
    assert "300 of 300 have their prediction" in shown.stdout


def test_a_log_without_rows_is_told_to_be_empty(data: Path, tmp_path: Path) -> None:
    log().head(0).write_parquet(data / "log.parquet")
    with pytest.raises(ConfigError, match="no row"):
        start_project(tmp_path / "loans", Tables(str(data / "log.parquet")), NOW)


def started(tmp_path: Path, predictions: Path | str, labels: Path | None = None) -> tuple[Model, tuple[str, ...]]:
    tables = Tables(str(predictions), None if labels is None else str(labels))
    made = start_project(tmp_path / "loans", tables, NOW)
    return read_project(tmp_path / "loans").models["loans"], made.warnings


def in_database(folder: Path) -> Path:
    with sqlite3.connect(folder / "loans.db") as database:
        database.execute("CREATE TABLE decisions (id TEXT, ts TEXT, score REAL)")
        rows = [(f"r{row}", f"2024-03-{1 + row % 28:02}T00:00:00", row * 37 % 100 / 100) for row in range(300)]
        database.executemany("INSERT INTO decisions VALUES (?, ?, ?)", rows)
    database.close()
    return folder / "loans.db"


def test_a_table_of_a_database_is_understood_and_its_file_found_from_the_project(tmp_path: Path) -> None:
    model, _ = started(tmp_path, f"sqlite:///{in_database(tmp_path)}#decisions")
    assert (model.predictions.sql, model.predictions.url) == ("decisions", "sqlite:///../loans.db")
    assert bellbuoy("check", "--project", tmp_path / "loans").returncode == 0


def test_a_database_without_a_table_is_told_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as told:
        started(tmp_path, "sqlite:///hotel.db")
    assert "sqlite:///hotel.db#decisions" in told.value.hint
    assert "docs/how-to/point-it-at-your-data.md" in told.value.hint


def test_labels_that_join_nothing_are_warned_of_with_both_ids(data: Path, tmp_path: Path) -> None:
    truth().with_columns(id=pl.concat_str(pl.lit("x"), "id")).write_csv(data / "truth.csv")
    _, (warning,) = started(tmp_path, data / "log.parquet", data / "truth.csv")
    assert "id is r0, r1, r2 in the predictions, and id xr0, xr1, xr2 in the labels" in warning


def test_labels_that_join_are_not_warned_of(data: Path, tmp_path: Path) -> None:
    assert started(tmp_path, data / "log.parquet", data / "truth.csv")[1] == ()


def words(decided: bool) -> pl.DataFrame:
    """Labels in words: late where the score is high (half the time), ok else."""
    late = [row * 37 % 100 >= 50 for row in range(300)]
    made = pl.DataFrame({"id": [f"r{row}" for row in range(300)], "label": ["late" if one else "ok" for one in late]})
    return made if decided else made.with_columns(label=pl.Series(["ok", "ok", "late"] * 100))


@pytest.mark.parametrize("decision", [pl.col("approved").cast(pl.Int8), pl.col("approved")])
def test_the_positive_class_is_one_of_the_labels_however_decisions_are_written(
    data: Path, tmp_path: Path, decision: pl.Expr
) -> None:
    log().with_columns(approved=decision).rename({"approved": "decision"}).write_parquet(data / "log.parquet")
    words(decided=True).write_csv(data / "truth.csv")
    model, _ = started(tmp_path, data / "log.parquet", data / "truth.csv")
    columns = model.predictions.columns
    assert (model.positive, model.predictions.threshold, columns.prediction) == ("late", 0.5, None)


def test_where_nothing_tells_labels_apart_both_are_named(data: Path, tmp_path: Path) -> None:
    log().drop("score").with_columns(prediction=pl.col("approved")).write_parquet(data / "log.parquet")
    words(decided=False).write_csv(data / "truth.csv")
    started(tmp_path, data / "log.parquet", data / "truth.csv")
    text = (tmp_path / "loans" / "models" / "loans.toml").read_text(encoding="utf-8")
    assert 'positive = "late"' in text
    assert "the rarer of late and ok" in text


def test_a_table_of_labels_given_as_predictions_is_told_what_was_seen(data: Path, tmp_path: Path) -> None:
    log().select("id", ts="ts").with_columns(label=pl.lit(1)).write_parquet(data / "log.parquet")
    with pytest.raises(ConfigError) as told:
        started(tmp_path, data / "log.parquet")
    assert told.value.hint == "call it score or prediction; there are id, ts, label"
