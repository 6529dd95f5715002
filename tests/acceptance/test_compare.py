"""`bellbuoy compare` as it is installed, on real histories and on files that are wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

BELLBUOY = Path(sys.executable).parent / "bellbuoy"
CORPUS = Path(os.environ.get("BELLBUOY_CORPUS") or Path(__file__).parents[2].parent / "shared" / "corpus")
CASES = {
    "p03": {"origin_delay_3h"},
    "p04": {"temp", "dewp"},
    "p05": {"carrier"},
    "p16": {"so2", "no2"},
}
THERE = [case for case in CASES if (CORPUS / case).is_dir()]


def bellbuoy(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BELLBUOY, *arguments], capture_output=True, text=True, check=False, timeout=120, cwd=cwd)


def told(shown: subprocess.CompletedProcess[str]) -> Any:
    assert shown.returncode == 0, shown.stderr
    return json.loads(shown.stdout)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    ages = [20 + n % 40 for n in range(600)]
    pl.DataFrame({"age": ages, "city": ["Oslo", "Hamar"] * 300}).write_parquet(tmp_path / "a.parquet")
    pl.DataFrame({"age": [None] * 300 + ages[:300], "city": ["Oslo", "Hamar"] * 300}).write_parquet(
        tmp_path / "b.parquet"
    )
    return tmp_path


@pytest.mark.parametrize("case", THERE)
def test_the_guilty_columns_of_a_real_incident_come_first(case: str) -> None:
    found = told(bellbuoy("compare", "reference.parquet", "predictions.parquet", "--json", cwd=CORPUS / case))
    guilty = CASES[case]
    assert {column["name"] for column in found["columns"][: len(guilty)]} == guilty
    assert found["findings"][0]["column"] in guilty


def test_the_terminal_shows_what_is_wrong(files: Path) -> None:
    shown = bellbuoy("compare", files / "a.parquet", files / "b.parquet")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "age is null in 50\u00a0% of the rows, and was in 0\u00a0%" in shown.stdout


def test_the_same_file_twice_differs_in_nothing(files: Path) -> None:
    shown = bellbuoy("compare", files / "a.parquet", files / "a.parquet")
    assert "Nothing differs by more than chance in 2 columns." in shown.stdout


def test_the_page_is_one_file_that_needs_no_other(files: Path) -> None:
    page = files / "report.html"
    shown = bellbuoy("compare", files / "a.parquet", files / "b.parquet", "--html", page, "--json")
    assert told(shown)["findings"][0]["kind"] == "nulls"
    text = page.read_text(encoding="utf-8")
    assert not [word for word in ("<script", "<link", "src=", "http:", "https:") if word in text]


@pytest.mark.parametrize("name", ["gone.parquet", "empty.parquet", "head.csv"])
def test_a_file_that_cannot_be_compared_exits_with_2_and_says_which(files: Path, name: str) -> None:
    (files / "empty.parquet").write_bytes(b"")
    (files / "head.csv").write_text("age,city\n", encoding="utf-8")
    shown = bellbuoy("compare", files / "a.parquet", files / name)
    assert (shown.returncode, shown.stdout) == (2, "")
    assert name in shown.stderr


def test_a_fault_is_json_where_json_was_asked_for(files: Path) -> None:
    shown = bellbuoy("compare", files / "a.parquet", files / "gone.parquet", "--json")
    assert shown.returncode == 2
    assert json.loads(shown.stdout)["error"]["message"] == "no such file"


def test_a_page_that_cannot_be_written_is_the_users_to_mend(files: Path) -> None:
    shown = bellbuoy("compare", files / "a.parquet", files / "b.parquet", "--html", files / "gone" / "page.html")
    assert (shown.returncode, shown.stdout) == (2, "")
