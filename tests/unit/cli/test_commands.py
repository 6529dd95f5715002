"""Commands as they are called, in this process, on a project that has been counted once."""

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
from tests.acceptance.town import DAYS, END, town

from bellbuoy.app.open import open_app
from bellbuoy.cli.main import main
from bellbuoy.clock import FrozenClock
from bellbuoy.windows import iso

AT = END + timedelta(days=2)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = town(tmp_path_factory.mktemp("commands"))
    with open_app(made, FrozenClock(AT)) as app:
        app.cycle("credit")
    return made


@pytest.fixture
def run(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The exit code, and what went to stdout and stderr."""

    def call(*arguments: str, at: Path = project, now: bool = True) -> tuple[int, str, str]:
        where = ["--project", str(at), *(["--now", iso(AT)] if now else [])]
        monkeypatch.setattr(sys, "argv", ["bellbuoy", *arguments, *where])
        with pytest.raises(SystemExit) as ended:
            main()
        shown = capsys.readouterr()
        return int(ended.value.code or 0), shown.out, shown.err

    return call


def document(told: tuple[int, str, str]) -> Any:
    code, out, _ = told
    assert code == 0
    return json.loads(out)


def test_status_is_told_in_words(run: Run) -> None:
    code, out, _ = run("status")
    assert (code, out.splitlines()[0]) == (0, "credit (binary, ml-team)")


def test_status_as_json_is_one_document(run: Run) -> None:
    assert [one["name"] for one in document(run("status", "--json"))["models"]] == ["credit"]


def test_a_quiet_project_has_nothing_firing(run: Run) -> None:
    assert run("status", "--fail-on-firing")[0] == 0


def test_readings_are_a_table_with_a_line_for_each_window(run: Run) -> None:
    code, out, _ = run("readings", "credit", "--metric", "rows")
    assert (code, len(out.splitlines())) == (0, DAYS + 1)


def test_readings_as_csv_are_those_of_the_json(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run("readings", "credit", "--csv")[1])))
    told = document(run("readings", "credit", "--json"))["readings"]
    assert [row["start"] for row in rows] == [one["start"] for one in told]
    assert [float(row["value"]) for row in rows] == [one["value"] for one in told]


def test_readings_with_estimates_end_with_their_record(run: Run) -> None:
    _, out, _ = run("readings", "credit", "--estimate")
    assert "estimate" in out
    assert out.splitlines()[-1].startswith("The estimate was within")


def test_parts_are_told_the_worst_first(run: Run) -> None:
    parts = document(run("parts", "credit", "--metric", "auc", "--json"))["parts"]
    judged = [abs(one["beyond"]) for one in parts if one["why"] is None]
    assert {one["by"] for one in parts} == {"city", "host", "version"}
    assert len(judged) > 0


def test_parts_of_one_kind_are_a_table_of_them(run: Run) -> None:
    _, out, _ = run("parts", "credit", "--by", "city")
    assert {line.split()[0] for line in out.splitlines() if line.startswith("city=")} == {
        "city=Oslo",
        "city=Rome",
        "city=Lima",
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("readings", "credit", "--metric", "acu"),
        ("readings", "credit", "--from", "yesterday"),
        ("readings", "credit", "--age", "7 days"),
        ("readings", "nowhere"),
        ("parts", "credit", "--by", "income"),
        ("parts", "nowhere"),
        ("run", "--once", "--model", "nowhere"),
        ("run", "--recount"),
    ],
)
def test_a_wrong_question_exits_with_two_and_a_hint(run: Run, arguments: tuple[str, ...]) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert "hint: " in err


def test_a_wrong_question_is_a_document_where_json_was_asked_for(run: Run) -> None:
    code, out, _ = run("readings", "credit", "--metric", "acu", "--json")
    assert (code, "auc" in json.loads(out)["error"]["hint"]) == (2, True)


def test_a_second_run_takes_nothing_in(run: Run) -> None:
    (cycle,) = document(run("run", "--once", "--json"))["cycles"]
    assert (cycle["model"], cycle["rows"], cycle["labels"], cycle["failed"]) == ("credit", 0, 0, None)


def test_a_run_is_a_table_of_its_cycles(run: Run) -> None:
    code, out, _ = run("run", "--once")
    assert (code, [line.split()[0] for line in out.splitlines()]) == (0, ["model", "credit"])


def test_a_check_says_what_is_watched(run: Run) -> None:
    code, out, _ = run("check", now=False)
    assert code == 0
    assert "A binary decision from score" in out


def test_a_file_that_is_wrong_is_told_by_every_command_and_exits_with_two(run: Run, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "bellbuoy.toml").write_text('[project]\nname = "wrong"\n', encoding="utf-8")
    (tmp_path / "models" / "odd.toml").write_text('task = "binari"\n', encoding="utf-8")
    for arguments in (("status",), ("check",), ("run", "--once")):
        code, out, err = run(*arguments, at=tmp_path, now=arguments != ("check",))
        assert code == 2
        assert "odd.toml" in out + err
