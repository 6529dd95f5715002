"""What is seen from another moment, through a broken file, or when rows cannot be read: never silently green."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.acceptance.town import END, MODEL, START, town

from bellbuoy.app.open import open_app
from bellbuoy.app.views import LightState, ModelStatus
from bellbuoy.clock import FrozenClock
from bellbuoy.errors import Faults

AT = END + timedelta(days=2)


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = town(tmp_path_factory.mktemp("hindsight"))
    with open_app(project, FrozenClock(AT)) as app:
        app.cycle("credit")
    return project


def look(project: Path, days: float) -> ModelStatus:
    with open_app(project, FrozenClock(START + timedelta(days=days))) as app:
        return app.reads.fleet()[0]


def test_who_looks_back_sees_no_window_that_was_still_to_come(counted: Path) -> None:
    with open_app(counted, FrozenClock(START + timedelta(days=10))) as app:
        found = app.reads.readings_json("credit", metric="rows")["readings"]
    assert len(found) == 11  # type: ignore[arg-type]


def test_who_looks_back_is_told_how_old_rows_were_then(counted: Path) -> None:
    status = look(counted, 10.5)
    assert status.freshness_seconds is not None
    assert status.freshness_seconds <= 86_400


def test_before_the_first_row_there_is_none(counted: Path) -> None:
    status = look(counted, -5)
    assert (status.pipeline.why, status.freshness_seconds) == ("no rows yet", None)


def test_a_model_whose_file_is_broken_stays_in_sight(tmp_path: Path) -> None:
    project = town(tmp_path)
    (project / "models" / "credit.toml").write_text(MODEL.replace("task", "tsak"), encoding="utf-8")
    status = look(project, 10)
    assert (status.name, status.model.state) == ("credit", LightState.UNKNOWN)
    assert "models/credit.toml:1: task: is missing" in str(status.headline)


def test_the_page_of_a_broken_model_says_what_is_wrong(tmp_path: Path) -> None:
    project = town(tmp_path)
    (project / "models" / "credit.toml").write_text(MODEL.replace("task", "tsak"), encoding="utf-8")
    with open_app(project, FrozenClock(AT)) as app, pytest.raises(Faults, match="did you mean 'task'"):
        app.reads.status("credit")


def test_a_file_that_cannot_be_read_is_the_pipelines_trouble_until_it_can(tmp_path: Path) -> None:
    project = town(tmp_path)
    bad = project / "data" / "log2.csv"
    bad.write_bytes(b"")
    with open_app(project, FrozenClock(AT)) as app:
        app.cycle("credit")
        before = app.reads.status("credit").pipeline
        bad.unlink()
        app.cycle("credit", AT + timedelta(hours=1))
    assert (before.state, "log2.csv" in before.why) == (LightState.TROUBLE, True)
    assert look(project, 32.1).pipeline.state is LightState.OK
