"""What is known, expected and believed while labels are coming, as the command line tells it."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.town import END, START, town

from bellbuoy.app.open import open_app
from bellbuoy.cli.main import main
from bellbuoy.clock import FrozenClock
from bellbuoy.windows import iso

AT = END + timedelta(days=2)


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = town(tmp_path_factory.mktemp("late"))
    with open_app(project, FrozenClock(AT)) as app:
        app.cycle("credit")
    return project


@pytest.fixture
def told(counted: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """What `bellbuoy readings credit … --json` prints."""

    def ask(*arguments: str) -> dict[str, Any]:
        line = ["bellbuoy", "readings", "credit", "--project", str(counted), "--now", iso(AT), "--json", *arguments]
        monkeypatch.setattr(sys, "argv", line)
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code in (0, None)
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    return ask


def test_realised_and_estimated_stand_side_by_side(told: Any) -> None:
    readings = told("--metric", "auc", "--estimate")["readings"]
    windows: dict[str, set[bool]] = {one["start"]: set() for one in readings}
    for one in readings:
        windows[one["start"]].add(one["estimate"])
    assert all(kinds == {True, False} for kinds in windows.values())


def test_estimates_come_with_their_record(told: Any) -> None:
    document = told("--metric", "auc", "--estimate")
    assert "track" in document
    assert "track" not in told("--metric", "auc")


def test_every_reading_says_what_coverage_to_expect_and_its_bound(told: Any) -> None:
    *_, last = told("--metric", "auc")["readings"]
    assert {"coverage", "expected_coverage", "maturity", "bound"} <= last.keys()
    assert last["expected_coverage"] >= last["coverage"]


def test_what_was_believed_then_knew_fewer_labels(told: Any) -> None:
    moment = START + timedelta(days=10, hours=6)
    then, now = told("--metric", "auc", "--as-of", iso(moment)), told("--metric", "auc")
    assert then["as_of"] == iso(moment)
    assert all(one["start"] <= iso(moment) for one in then["readings"])
    known = [sum(one["labelled"] for one in document["readings"]) for document in (then, now)]
    assert 0 < known[0] < known[1]


def test_of_columns_only_windows_that_had_ended_are_shown_then(told: Any) -> None:
    moment = START + timedelta(days=10, hours=6)
    last = told("--metric", "null_rate", "--column", "income", "--as-of", iso(moment))["readings"][-1]
    assert last["end"] <= iso(moment)


def test_an_estimate_then_is_of_a_window_that_had_ended(told: Any) -> None:
    moment = START + timedelta(days=10, hours=6)
    readings = told("--metric", "auc", "--estimate", "--as-of", iso(moment))["readings"]
    assert all(one["end"] <= iso(moment) for one in readings if one["estimate"])


def test_before_the_first_row_a_page_is_empty(counted: Path) -> None:
    moment = START - timedelta(days=300)
    with open_app(counted, FrozenClock(AT)) as app:
        page = app.reads.page("credit", metric=None, grain=None, start=None, end=None, version=None, as_of=moment)
    assert (page.points, page.status.champion) == ((), None)
    assert {column.null_rates for column in page.columns} == {()}


def test_a_moment_in_the_future_is_now(told: Any) -> None:
    assert told("--metric", "auc", "--as-of", "2999-01-01T00:00:00Z")["as_of"] == iso(AT)


def test_an_age_shows_what_windows_were_like_then(told: Any) -> None:
    young, now = told("--metric", "auc", "--age", "0m")["readings"], told("--metric", "auc")["readings"]
    assert sum(one["labelled"] for one in young) < sum(one["labelled"] for one in now)


def test_the_age_that_is_shown_is_told(told: Any) -> None:
    assert told("--metric", "auc", "--age", "5d")["age"] == "4d"


@pytest.mark.parametrize("option", [("--estimate",), ("--age", "1d")])
def test_what_waits_for_no_label_is_not_asked_so(
    option: tuple[str, ...], counted: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["bellbuoy", "readings", "credit", "--project", str(counted), "--metric", "rows", *option]
    monkeypatch.setattr(sys, "argv", line)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "rows does not wait for labels" in capsys.readouterr().err


def test_the_page_of_a_past_moment_says_so(counted: Path) -> None:
    moment = START + timedelta(days=10, hours=6)
    with open_app(counted, FrozenClock(AT)) as app:
        page = app.reads.page("credit", metric=None, grain=None, start=None, end=None, version=None, as_of=moment)
        now = app.reads.page("credit", metric=None, grain=None, start=None, end=None, version=None)
    assert (page.as_of, now.as_of) == (moment, None)
    assert page.points[-1].start <= moment
    assert len(now.points) > len(page.points)
