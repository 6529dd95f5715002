"""An older version that is back rings from the counts of a model, at any width of windows; a single host is named."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.stage import DAY, HOUR, START, Stage

from bellbuoy.alarms.rule import Breach
from bellbuoy.alarms.standard.finding import Finding
from bellbuoy.alarms.standard.version_findings import version_findings
from bellbuoy.alarms.standard.windows import Reader
from bellbuoy.app.ringing import followed
from bellbuoy.windows import to_seconds

_COLUMNS = {"id": "id", "time": "ts", "score": "score", "version": "version", "host": "host"}


def staged(folder: Path, grain: str = "1d") -> Stage:
    """A model with hosts, whose labels do not matter here."""
    return Stage(folder, grain=grain, predictions={"path": "log.csv", "columns": _COLUMNS})


def findings(stage: Stage, now: datetime) -> dict[str | None, Finding]:
    """The findings of a cycle, by version."""
    stage.cycle(now)
    with stage.gauge(now) as gauge:
        every = version_findings(Reader(gauge.counts, followed(stage.model, None), to_seconds(now)))
    stage.database.close()
    return {one.line.version: one for one in every}


def serve(stage: Stage, day: float, rows: int, version: str, host: str) -> None:
    """Rows ten seconds apart."""
    for number in range(rows):
        at = START + day * DAY + number * timedelta(seconds=10)
        stage.add(day, 1, labelled=False, version=version, host=host, ts=at)


def test_one_host_with_an_old_version_rings_with_its_first_day_and_is_named(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    for day in range(10):
        serve(stage, day, 60, "v2", f"host-{day % 2}")
    serve(stage, 10, 60, "v2", "host-1")
    serve(stage, 10, 30, "v1", "host-3")
    found = findings(stage, START + 11 * DAY)
    assert {version: one.breach for version, one in found.items()} == {"v1": Breach.YES, "v2": Breach.NO}
    assert (found["v1"].rows, round(found["v1"].value, 3), found["v1"].host) == (30, 0.333, "host-3")


def test_an_old_version_on_every_host_names_none(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    serve(stage, 0, 200, "v2", "host-1")
    for host in ("host-1", "host-2"):
        serve(stage, 1, 60, "v1", host)
    one = findings(stage, START + 2 * DAY)["v1"]
    assert (one.breach, one.host) == (Breach.YES, "")


@pytest.mark.parametrize("grain", ["1h", "15m"])
def test_narrow_windows_of_a_test_of_two_versions_do_not_ring(tmp_path: Path, grain: str) -> None:
    stage = staged(tmp_path, grain)
    for hour in range(60):
        serve(stage, hour / 24, 30, "v1", "host-1")
        serve(stage, hour / 24, 40, "v2", "host-1") if hour >= 30 else None
    assert not [one for one in findings(stage, START + 61 * HOUR).values() if one.breach is Breach.YES]


def test_narrow_windows_ring_with_the_first_one_in_which_the_old_version_is_back(tmp_path: Path) -> None:
    stage = staged(tmp_path, "1h")
    for hour in range(72):
        serve(stage, hour / 24, 40, "v2", "host-1")
    serve(stage, 3, 40, "v1", "host-1")
    one = findings(stage, START + 3 * DAY + HOUR)["v1"]
    assert (one.breach, one.end - one.start) == (Breach.YES, 3_600)


def test_one_version_alone_has_no_findings(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    serve(stage, 0, 40, "v1", "host-1")
    assert findings(stage, START + timedelta(days=2)) == {}
