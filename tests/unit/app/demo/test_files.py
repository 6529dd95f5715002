from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bellbuoy.app.check import Level, check_project
from bellbuoy.app.demo.files import by_month, labels, predictions, write_project
from bellbuoy.app.demo.flights import NEVER
from bellbuoy.app.demo.replay import LAST
from bellbuoy.app.demo.settings import INPUTS
from bellbuoy.app.demo.year import HOSTS, VERSIONS, Log, Year, taken
from bellbuoy.config.read import read_project
from bellbuoy.config.sample import Numbers, Texts
from bellbuoy.windows import parse_time, to_micro

HOUR = 3_600_000_000


def log(first: str, count: int = 60) -> Log:
    """Rows a day apart; the last of them has no label, and the first no temperature."""
    rng = np.random.default_rng(3)
    at = to_micro(parse_time(first)) + np.arange(count) * 24 * HOUR
    features: dict[str, Numbers | Texts] = {}
    for one in INPUTS:
        if one.kind == "category":
            features[one.name] = Texts(rng.integers(0, 2, count).astype(np.int32), ("AA", "B'6"))
        else:
            features[one.name] = Numbers(np.where(np.arange(count) == 0, np.nan, rng.random(count)))
    ended = np.arange(count) == count - 1
    codes = rng.integers(0, 2, count).astype(np.int32)
    return Log(
        id=np.arange(1, count + 1),
        at=at,
        seen_at=at + 1_000_000,
        label_at=np.where(ended, NEVER, at + 5 * HOUR),
        version=Texts(codes, VERSIONS),
        host=Texts(codes, HOSTS),
        features=features,
        score=rng.random(count).round(6),
        late=np.where(ended, np.nan, codes.astype(float)),
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_project(folder, Year(log("2013-01-04"), log("2013-04-01"), 0.5, {"v1": 10, "v2": 20}))
    return folder


def test_the_project_checks_out(project: Path) -> None:
    checked = check_project(project, LAST)
    assert [one for one in checked.findings if one.level is not Level.OK] == []


def test_every_input_is_watched_and_has_an_owner(project: Path) -> None:
    features = read_project(project).models["delays"].features
    assert list(features) == [one.name for one in INPUTS]
    assert all(feature.owner and feature.about for feature in features.values())


def test_rows_lie_in_the_file_of_their_month(project: Path) -> None:
    rows = {path.stem: pl.read_parquet(path).height for path in (project / "data" / "predictions").glob("*.parquet")}
    assert rows == {"2013-04": 30, "2013-05": 30}


def test_labels_lie_in_the_file_of_the_month_in_which_they_came(project: Path) -> None:
    told = pl.read_parquet(project / "data" / "labels" / "*.parquet")
    assert told.height == 59
    assert set(told["late"].to_list()) == {0, 1}


def test_what_is_not_known_is_null_and_not_nan(project: Path) -> None:
    temp = pl.read_parquet(project / "data" / "predictions" / "2013-04.parquet")["temp"]
    assert (temp.null_count(), temp.is_nan().sum()) == (1, 0)


def test_the_reference_set_has_its_labels_beside_it(project: Path) -> None:
    reference = pl.read_parquet(project / "data" / "reference.parquet")
    assert reference["late"].null_count() == reference["label_ts"].null_count() == 1


def test_a_decision_is_the_score_against_the_threshold() -> None:
    made = log("2013-04-01")
    decided = predictions(made, 0.4)["prediction"]
    assert isinstance(decided, np.ndarray)
    assert np.array_equal(decided, made.score >= 0.4)


def test_labels_are_whole_numbers() -> None:
    made = labels(taken(log("2013-04-01"), np.arange(59)))["late"]
    assert isinstance(made, np.ndarray)
    assert made.dtype == np.int64


def test_months_are_split_where_they_end() -> None:
    moments = [to_micro(parse_time(text)) for text in ("2013-04-30T23:59:59Z", "2013-05-01", "2013-07-01")]
    parts = [(name, part.tolist()) for name, part in by_month(np.array(moments))]
    assert parts == [("2013-04.parquet", [0]), ("2013-05.parquet", [1]), ("2013-07.parquet", [2])]
