from __future__ import annotations

import json
import math
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from bellbuoy.app.compare import Comparison, FindingKind, compare
from bellbuoy.app.compare.document import document_of
from bellbuoy.app.compare.page import page_of
from bellbuoy.errors import ConfigError
from bellbuoy.metrics.reading import Measured

START = datetime(2024, 3, 1)  # noqa: DTZ001 - logs often have no zone
ROWS = 2_000
Frame = dict[str, Any]


def frame(seed: int, rows: int = ROWS) -> Frame:
    random = np.random.default_rng(seed)
    return {
        "id": [f"r{seed}-{n}" for n in range(rows)],
        "ts": [START + timedelta(minutes=30 * n) for n in range(rows)],
        "age": random.normal(40, 8, rows),
        "income": random.lognormal(8, 1, rows),
        "city": random.choice(["Oslo", "Bergen", "Hamar"], rows, p=[0.6, 0.3, 0.1]).tolist(),
    }


def compared(folder: Path, usual: Frame, now: Frame) -> Comparison:
    for name, columns in (("usual", usual), ("now", now)):
        pl.DataFrame(columns, strict=False).write_parquet(folder / f"{name}.parquet")
    return compare(folder / "usual.parquet", folder / "now.parquet")


def changed(folder: Path, **columns: object) -> Comparison:
    """What a second sample of the same distribution shows when some of its columns are replaced, or (None) dropped."""
    now = frame(2) | columns
    return compared(folder, frame(1), {name: column for name, column in now.items() if column is not None})


def kinds(found: Comparison) -> list[tuple[str, FindingKind]]:
    return [(finding.column, finding.kind) for finding in found.findings]


def test_two_samples_of_one_distribution_differ_in_nothing(tmp_path: Path) -> None:
    assert kinds(changed(tmp_path)) == []


@pytest.mark.parametrize("rows", [60, 1_000])
def test_fifty_columns_without_change_give_findings_one_time_in_twenty_at_most(tmp_path: Path, rows: int) -> None:
    random = np.random.default_rng(rows)

    def sample(size: int) -> Frame:
        names = [f"n{place}" for place in range(25)] + [f"c{place}" for place in range(25)]
        draws = [random.lognormal(0, 1, size) if place % 2 else random.poisson(1, size) for place in range(25)]
        draws += [(random.random(size) ** 3 * 30).astype(int).astype(str) for _ in range(25)]
        return dict(zip(names, draws, strict=True))

    noisy = [bool(compared(tmp_path, sample(3_000), sample(rows)).findings) for _ in range(12)]
    assert sum(noisy) <= 2


def test_a_column_that_vanished_leads(tmp_path: Path) -> None:
    assert kinds(changed(tmp_path, age=None)) == [("age", FindingKind.VANISHED)]


def test_a_new_column_is_told(tmp_path: Path) -> None:
    assert kinds(changed(tmp_path, fresh=np.arange(ROWS) % 7)) == [("fresh", FindingKind.ADDED)]


def test_a_column_that_changed_its_type_is_told(tmp_path: Path) -> None:
    assert kinds(changed(tmp_path, age=["old", "young"] * (ROWS // 2))) == [("age", FindingKind.RETYPED)]


def test_a_column_that_is_all_null_is_told_once(tmp_path: Path) -> None:
    assert kinds(changed(tmp_path, age=pl.Series([None] * ROWS, dtype=pl.Float64))) == [("age", FindingKind.ALL_NULL)]


def test_a_column_that_is_null_throughout_and_has_no_type_is_no_other_type(tmp_path: Path) -> None:
    assert kinds(changed(tmp_path, age=[None] * ROWS)) == [("age", FindingKind.ALL_NULL)]


def test_a_constant_column_is_told_with_its_value(tmp_path: Path) -> None:
    found = changed(tmp_path, age=np.full(ROWS, 41.0))
    assert (kinds(found), found.findings[0].message) == ([("age", FindingKind.CONSTANT)], "is always 41 now")


def test_a_rare_value_that_does_not_occur_in_a_small_file_is_no_constant(tmp_path: Path) -> None:
    usual = {"flag": [1] + [0] * 999}
    assert kinds(compared(tmp_path, usual, {"flag": [0] * 60})) == []


@pytest.mark.parametrize(
    ("value", "kind"),
    [(None, FindingKind.NULLS), (math.nan, FindingKind.NANS), (math.inf, FindingKind.INFINITIES)],
)
def test_values_that_are_none_are_told_by_what_they_are(tmp_path: Path, value: float, kind: FindingKind) -> None:
    ages = [value if place % 10 == 0 else one for place, one in enumerate(frame(2)["age"])]
    found = changed(tmp_path, age=ages)
    assert ("age", kind) == kinds(found)[0]
    assert "10\u00a0% of the rows" in found.findings[0].message


def test_new_categories_are_named(tmp_path: Path) -> None:
    cities = ["OSL" if city == "Oslo" else city for city in frame(2)["city"]]
    found = changed(tmp_path, city=cities)
    assert kinds(found)[0] == ("city", FindingKind.UNSEEN)
    assert found.findings[0].message.endswith("%: OSL")


def test_a_factor_is_another_unit(tmp_path: Path) -> None:
    found = changed(tmp_path, age=frame(2)["age"] * 12)
    assert kinds(found)[0] == ("age", FindingKind.SCALED)
    assert "12 times" in found.findings[0].message


def test_drift_is_told_with_its_direction(tmp_path: Path) -> None:
    found = changed(tmp_path, age=frame(2)["age"] + 6)
    assert kinds(found) == [("age", FindingKind.DRIFT)]
    assert re.search("median (39|40)[.0-9]* → (45|46)[.0-9]*,", found.findings[0].message)


def test_drift_that_began_at_once_says_when(tmp_path: Path) -> None:
    later = np.where(np.arange(ROWS) >= 20 * 48, 20.0, 0.0)
    found = changed(tmp_path, age=frame(2)["age"] + later)
    assert "at once on 2024-03-21" in found.findings[0].message


def test_what_changed_in_the_last_week_is_told_with_its_day(tmp_path: Path) -> None:
    later = np.where(np.arange(ROWS) >= 36 * 48, 60.0, 0.0)
    found = changed(tmp_path, age=frame(2)["age"] + later)
    assert any("at once on 2024-04-06" in finding.message for finding in found.findings)


def test_one_cool_week_in_a_season_is_no_change_at_once(tmp_path: Path) -> None:
    day = np.arange(ROWS) // 48
    weather = np.sin(day / 2) * 20 + np.where((day >= 20) & (day < 27), -30.0, 0.0)
    found = changed(tmp_path, age=frame(2)["age"] + weather)
    assert "moved" in found.findings[0].message
    assert "at once" not in found.findings[0].message


def test_what_changed_in_the_first_days_of_a_file_cannot_be_called_sudden(tmp_path: Path) -> None:
    later = np.where(np.arange(ROWS) >= 8 * 48, 20.0, 0.0)
    found = changed(tmp_path, age=frame(2)["age"] + later)
    assert "at once" not in found.findings[0].message


def test_a_reason_never_says_that_something_stayed(tmp_path: Path) -> None:
    wide = 1013 + (frame(2)["age"] - 40) * 3
    found = compared(tmp_path, {"pressure": 1013 + frame(1)["age"] - 40}, {"pressure": wide})
    words = found.findings[0].message
    assert "median" not in words
    assert "90\u00a0% of the values within" in words


def test_times_are_told_as_how_long_after_the_row_they_are(tmp_path: Path) -> None:
    seen = [at + timedelta(seconds=30 + place % 40) for place, at in enumerate(frame(1)["ts"])]
    late = [at + timedelta(seconds=90 + place % 40) for place, at in enumerate(frame(2)["ts"])]
    found = compared(tmp_path, frame(1) | {"seen": seen}, frame(2) | {"seen": late})
    messages = [finding.message for finding in found.findings]
    assert "leaves its old range of 30 to 69\u00a0s after ts in 100\u00a0%: 90 to 129" in messages
    assert "50\u00a0s after ts (32 to 68)" in page_of(found)


def test_columns_that_changed_places_are_named_together(tmp_path: Path) -> None:
    now, half = frame(2), np.arange(ROWS) >= ROWS / 2
    now["age"], now["income"] = np.where(half, now["income"], now["age"]), np.where(half, now["age"], now["income"])
    found = compared(tmp_path, frame(1), now)
    assert set(kinds(found)[:2]) == {("age", FindingKind.SWAPPED), ("income", FindingKind.SWAPPED)}


def test_the_worst_column_comes_first(tmp_path: Path) -> None:
    found = changed(tmp_path, age=frame(2)["age"] + 6, city=None)
    assert [column.name for column in found.columns][:2] == ["city", "age"]


def test_ids_and_times_are_told_and_not_compared(tmp_path: Path) -> None:
    now = frame(2)
    now["id"] = [*now["id"][:-30], *now["id"][:10], *frame(1)["id"][:20]]
    found = compared(tmp_path, frame(1), now)
    assert (found.now.ids is not None and found.now.ids.repeated, found.shared_ids) == (10, 20)
    assert found.left_out == {"id": "the id", "ts": "the time"}


def test_the_span_of_a_file_is_told(tmp_path: Path) -> None:
    time = changed(tmp_path).now.time
    assert time is not None
    assert time.first is not None
    assert time.first.replace(tzinfo=None) == START


def scored(seed: int, skill: float) -> Frame:
    random, columns = np.random.default_rng(seed), frame(seed)
    label = random.integers(0, 2, ROWS)
    score = np.clip(0.5 + skill * (label - 0.5) + random.normal(0, 0.2, ROWS), 0, 1)
    return columns | {"score": score, "label": label}


def test_performance_is_compared_where_both_files_have_the_truth(tmp_path: Path) -> None:
    found = compared(tmp_path, scored(1, 0.6), scored(2, 0.1))
    auc = next(line for line in found.performance if line.metric == "auc")
    assert isinstance(auc.usual, Measured)
    assert isinstance(auc.now, Measured)
    assert (auc.now.high < auc.usual.low, auc.change) == (True, "worse")


def test_the_document_says_what_became_of_performance(tmp_path: Path) -> None:
    document: Any = document_of(compared(tmp_path, scored(1, 0.6), scored(2, 0.1)))
    assert {line["metric"]: line["change"] for line in document["performance"]}["auc"] == "worse"


def test_performance_that_chance_explains_is_no_change(tmp_path: Path) -> None:
    found = compared(tmp_path, scored(1, 0.6), scored(2, 0.6))
    assert next(line.change for line in found.performance if line.metric == "auc") == ""


def test_the_truth_that_only_one_file_has_is_no_finding(tmp_path: Path) -> None:
    now = scored(2, 0.6)
    del now["label"]
    found = compared(tmp_path, scored(1, 0.6), now)
    assert (kinds(found), found.left_out["label"]) == ([], "the truth, which only the first file has")


def test_files_of_two_kinds_compare(tmp_path: Path) -> None:
    pl.DataFrame(frame(1)).write_csv(tmp_path / "usual.csv")
    pl.DataFrame(frame(2)).write_ndjson(tmp_path / "now.ndjson")
    assert kinds(compare(tmp_path / "usual.csv", tmp_path / "now.ndjson")) == []


def test_columns_without_a_time_compare(tmp_path: Path) -> None:
    usual, now = ({"age": frame(seed)["age"]} for seed in (1, 2))
    assert kinds(compared(tmp_path, usual, now)) == []


def test_one_row_compares(tmp_path: Path) -> None:
    assert kinds(compared(tmp_path, {"age": [1.0]}, {"age": [2.0]})) == []


def test_a_hundred_thousand_categories_compare(tmp_path: Path) -> None:
    usual, now = ({"page": [f"/{n % 100_000}" for n in range(seed, 150_000 + seed)]} for seed in (0, 50_000))
    assert kinds(compared(tmp_path, usual, now)) == []


@pytest.mark.parametrize("name", ["gone.parquet", "empty.csv", "head.csv", "broken.parquet", "notes.docx"])
def test_a_file_without_rows_is_refused_with_its_name(tmp_path: Path, name: str) -> None:
    texts = {"empty.csv": "", "head.csv": "a,b\n", "broken.parquet": "PAR1 and no more", "notes.docx": "x"}
    if name in texts:
        (tmp_path / name).write_text(texts[name], encoding="utf-8")
    pl.DataFrame(frame(1)).write_parquet(tmp_path / "usual.parquet")
    with pytest.raises(ConfigError, match=name):
        compare(tmp_path / "usual.parquet", tmp_path / name)


def test_the_document_is_finite_json(tmp_path: Path) -> None:
    found = changed(tmp_path, age=[math.inf] * ROWS, income=[None] * ROWS)
    assert json.loads(json.dumps(document_of(found), allow_nan=False))["findings"]


def test_the_page_is_whole_and_escapes_what_it_is_given(tmp_path: Path) -> None:
    found = changed(tmp_path, city=["<script>alert(1)</script>"] * ROWS)
    page = page_of(found)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert page.count("<svg") == 6


def test_listeners_are_told_of_all_rows(tmp_path: Path) -> None:
    changed(tmp_path)
    told: list[int] = []
    compare(tmp_path / "usual.parquet", tmp_path / "now.parquet", listen=told.append)
    assert sum(told) == 2 * ROWS
