"""Bad input: each kind is told in a clear sentence, nothing that was good is lost, and the cycle goes on."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet
from tests.acceptance.town import DAYS, END, MODEL, ROWS, START, Row, labels, predictions, town, write

from bellbuoy.app.cycle import Cycled
from bellbuoy.app.open import open_app
from bellbuoy.clock import FrozenClock

AT = END + timedelta(days=2)
ALL = DAYS * ROWS
ANY_FILE = MODEL.replace("data/log*.csv", "data/log*")


def run(project: Path, at: datetime = AT) -> Cycled:
    with open_app(project, FrozenClock(at)) as app:
        return app.cycle("credit")


def codes(done: Cycled) -> set[str]:
    return {note.code for note in done.notes}


def reading(project: Path, metric: str, column: str | None = None, **more: Any) -> list[float | None]:
    with open_app(project, FrozenClock(AT)) as app:
        points = app.reads.readings_json("credit", metric=metric, column=column, **more)["readings"]
    return [point["value"] for point in points]  # type: ignore[attr-defined]


def spoiled(change: Callable[[Row], object], count: int = ROWS) -> Callable[[list[Row]], None]:
    """Change the rows of the last day."""

    def spoil(rows: list[Row]) -> None:
        for row in rows[len(rows) - count :]:
            change(row)

    return spoil


def test_a_missing_file_is_told_and_read_once_it_is_there(tmp_path: Path) -> None:
    project = town(tmp_path)
    (project / "data" / "log.csv").rename(project / "log.csv")
    assert "no file" in str(run(project).failed)
    (project / "log.csv").rename(project / "data" / "log.csv")
    assert run(project).counted.rows == ALL


@pytest.mark.parametrize(
    ("name", "content"),
    [("log2.csv", b""), ("log2.parquet", b"PAR1 this is no Parquet"), ("log2.parquet", b"")],
)
def test_a_file_that_cannot_be_read_is_told_and_the_others_count(tmp_path: Path, name: str, content: bytes) -> None:
    project = town(tmp_path, model=ANY_FILE)
    (project / "data" / name).write_bytes(content)
    done = run(project)
    assert (done.counted.rows, "unreadable" in codes(done)) == (ALL, True)


def test_a_file_with_names_and_no_rows_is_no_fault(tmp_path: Path) -> None:
    project = town(tmp_path)
    header = (project / "data" / "log.csv").read_text(encoding="utf-8").splitlines()[0]
    (project / "data" / "log2.csv").write_text(header + "\n", encoding="utf-8")
    assert run(project).counted.rows == ALL


def test_no_rows_in_the_span_is_an_empty_answer(tmp_path: Path) -> None:
    project = town(tmp_path)
    run(project)
    assert reading(project, "auc", start=END + timedelta(days=9), end=END + timedelta(days=10)) == []


def test_a_column_that_vanishes_counts_as_null_and_is_told(tmp_path: Path) -> None:
    project = town(tmp_path)
    more = predictions(END, 1, first=9_000)
    write(project / "data" / "log2.csv", [{k: v for k, v in row.items() if k != "income"} for row in more])
    assert "no-column" in codes(run(project))
    assert reading(project, "null_rate", "income")[-1] == 1.0


def test_a_column_that_changes_its_type_is_told_and_counts_as_null(tmp_path: Path) -> None:
    project = town(tmp_path, spoiled(lambda row: row.update(income="high")))
    assert "odd-number" in codes(run(project))
    assert reading(project, "null_rate", "income")[-2:] == [0.0, 1.0]


def test_a_column_of_nulls_alone_is_measured_as_that(tmp_path: Path) -> None:
    project = town(tmp_path, spoiled(lambda row: row.update(income=""), ALL))
    run(project)
    assert reading(project, "null_rate", "income") == [1.0] * DAYS
    assert reading(project, "mean", "income") == [None] * DAYS


def test_rows_logged_twice_count_once_and_are_counted_as_repeats(tmp_path: Path) -> None:
    project = town(tmp_path, lambda rows: rows.extend([dict(row) for row in rows[-ROWS:]]))
    done = run(project)
    assert (done.counted.rows, done.counted.duplicates) == (ALL, ROWS)
    assert reading(project, "rows")[-1] == ROWS


@pytest.mark.parametrize("write_id", [lambda number: f"{number}.0", lambda number: f" {number}"])
def test_ids_written_otherwise_in_the_labels_still_join(tmp_path: Path, write_id: Callable[[object], str]) -> None:
    project = town(tmp_path)
    rows = labels(predictions())
    table = pa.Table.from_pylist([{**row, "id": write_id(row["id"])} for row in rows])
    (project / "data" / "truth.csv").unlink()
    parquet.write_table(table, project / "data" / "truth.parquet")
    model = project / "models" / "credit.toml"
    model.write_text(MODEL.replace("truth*.csv", "truth*.parquet"), encoding="utf-8")
    assert run(project).counted.matched == ALL


def test_labels_of_unknown_ids_are_counted_and_join_when_their_prediction_comes(tmp_path: Path) -> None:
    project = town(tmp_path)
    early = predictions(END, 1, first=9_000)
    write(project / "data" / "truth2.csv", labels(early))
    assert run(project).counted.unknown == ROWS
    write(project / "data" / "log2.csv", early)
    assert run(project).counted.matched == ROWS


def test_times_without_a_zone_are_utc_and_that_is_said_once_a_column(tmp_path: Path) -> None:
    project = town(tmp_path, spoiled(lambda row: row.update(ts=str(row["ts"]).removesuffix("+00:00")), ALL))
    done = run(project)
    assert [note.where for note in done.notes if note.code == "no-zone"] == ["ts"]
    assert len(reading(project, "rows")) == DAYS


def test_rows_from_the_future_are_counted_as_such(tmp_path: Path) -> None:
    later = (AT + timedelta(days=40)).isoformat()
    project = town(tmp_path, spoiled(lambda row: row.update(ts=later)))
    assert run(project).counted.rows == ALL
    assert reading(project, "future_rate")[-1] == 1.0


def test_a_row_without_a_time_is_taken_for_when_it_became_visible(tmp_path: Path) -> None:
    project = town(tmp_path, spoiled(lambda row: row.update(ts="")))
    run(project)
    assert reading(project, "rows") == [ROWS] * DAYS


def test_infinities_are_values_of_their_own(tmp_path: Path) -> None:
    project = town(tmp_path, spoiled(lambda row: row.update(income="inf")))
    run(project)
    assert reading(project, "infinity_rate", "income")[-1] == 1.0
    assert math.isfinite(reading(project, "mean", "income")[0] or math.inf)


def with_polars(rows: list[Row], path: Path) -> None:
    pl.DataFrame(rows).write_parquet(path)


def with_pyarrow(rows: list[Row], path: Path) -> None:
    parquet.write_table(pa.Table.from_pylist(rows), path)


@pytest.mark.parametrize("write_file", [with_polars, with_pyarrow])
def test_nan_in_parquet_is_seen_whoever_wrote_it(tmp_path: Path, write_file: Callable[[list[Row], Path], None]) -> None:
    project = town(tmp_path, model=ANY_FILE)
    rows = predictions(END, 1, first=9_000)
    for row in rows[::2]:
        row["income"] = math.nan
    write_file(rows, project / "data" / "log2.parquet")
    run(project)
    assert reading(project, "nan_rate", "income")[-1] == 0.5


def test_a_string_of_a_megabyte_is_one_category(tmp_path: Path) -> None:
    project = town(tmp_path, lambda rows: rows[-1].update(city="x" * 1_000_000))
    assert run(project).counted.rows == ALL
    assert reading(project, "distinct", "city")[-1] == 4


def test_a_hundred_thousand_categories_fit(tmp_path: Path) -> None:
    model = MODEL.replace('by = ["city"]', "by = []")
    project = town(tmp_path, model=model)
    moment = END.isoformat()
    one = predictions(END, 1)[0]
    many = [{**one, "id": 50_000 + n, "ts": moment, "seen_at": moment} for n in range(100_000)]
    write(project / "data" / "log2.csv", [{**row, "city": f"town-{n}"} for n, row in enumerate(many)])
    assert run(project).counted.rows == ALL + 100_000
    assert reading(project, "distinct", "city")[-1] == pytest.approx(100_000, rel=0.2)


@pytest.mark.parametrize("score", ["1.7", "-0.1", "nan", "", "often"])
def test_a_score_that_is_no_probability_is_never_judged_and_stops_nothing(tmp_path: Path, score: str) -> None:
    project = town(tmp_path, spoiled(lambda row: row.update(score=score)))
    assert run(project).counted.rows == ALL
    assert reading(project, "coverage")[-2:] == [1.0, 0.0]


def test_a_label_that_means_nothing_is_left_out(tmp_path: Path) -> None:
    project = town(tmp_path)
    rows = labels(predictions())
    for row in rows[:ROWS]:
        row["label"] = ""
    write(project / "data" / "truth.csv", rows)
    assert run(project).counted.matched == ALL - ROWS


def test_time_that_goes_back_loses_nothing(tmp_path: Path) -> None:
    project = town(tmp_path)
    run(project, START + timedelta(days=20))
    run(project, START + timedelta(days=10))
    run(project)
    assert reading(project, "rows") == [ROWS] * DAYS
