"""The demo as a newcomer runs it: killed in the middle of its year once, and started again."""

from __future__ import annotations

import json
import shutil
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from bellbuoy.app.demo.incidents import CELSIUS, FEED_ENDS, INCIDENTS, JETBLUE, RAMP, WIND, Incident, Look
from bellbuoy.app.demo.look import Values, values
from bellbuoy.app.demo.replay import FIRST, LAST
from bellbuoy.app.demo.settings import MODEL
from bellbuoy.app.open import App, open_app
from bellbuoy.app.views import Incident as Rung
from bellbuoy.clock import FrozenClock
from bellbuoy.windows import Grain

BELLBUOY = Path(sys.executable).parent / "bellbuoy"
pytestmark = pytest.mark.slow

Planted = tuple[Incident, int, str, dict[str, str] | None, str]


def demo(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [BELLBUOY, "demo", folder, *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)


def kill_in_the_middle(folder: Path) -> None:
    """Start a demo and kill it some cycles into its year."""
    process = subprocess.Popen([BELLBUOY, "demo", folder, "--once"], stderr=subprocess.DEVNULL)
    ledger = folder / ".bellbuoy" / "ledger" / "delays"
    while process.poll() is None and not any(ledger.glob("labels*")):
        time.sleep(0.05)
    time.sleep(2)
    process.send_signal(signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("demo") / "flights"
    kill_in_the_middle(folder)
    assert (folder / ".bellbuoy" / "demo").read_text(encoding="utf-8").strip() == "written"
    shown = demo(folder, "--once", "--json")
    assert shown.returncode == 0, shown.stderr
    return folder, json.loads(shown.stdout)


@pytest.fixture
def app(made: tuple[Path, dict[str, Any]]) -> Iterator[App]:
    with open_app(made[0], FrozenClock(LAST)) as app:
        yield app


def rung(app: App) -> list[Rung]:
    """The incidents that would have woken somebody, in the order in which they were opened."""
    found = app.bell.incidents(MODEL, every=True)
    return sorted((one for one in found if one.severity != "info"), key=lambda one: one.opened_at)


def of(app: App, fault: Incident, days: int) -> Rung:
    """The first incident that was opened so many days after a fault began, or sooner."""
    return next(one for one in rung(app) if fault.at < one.opened_at <= fault.at + timedelta(days=days))


def beside(incidents: list[Rung]) -> list[Rung]:
    """Incidents that opened while nothing went wrong that the notes tell of, nor in the week after."""
    week = timedelta(days=7)
    return [one for one in incidents if not any(real.at < one.opened_at <= real.until + week for real in INCIDENTS)]


def inside(windows: Values, incident: Incident) -> list[float]:
    return [value for at, value in windows if incident.at <= at < incident.until]


def outside(windows: Values, *incidents: Incident) -> list[float]:
    def quiet(at: datetime) -> bool:
        return not any(one.at.replace(hour=0) <= at < one.until for one in incidents)

    return [value for at, value in windows if quiet(at)]


def test_every_row_of_the_year_is_counted_once_although_it_was_killed(made: tuple[Path, dict[str, Any]]) -> None:
    folder, told = made
    log = pl.scan_parquet(folder / "data" / "predictions" / "*.parquet")
    labels = pl.scan_parquet(folder / "data" / "labels" / "*.parquet")
    rows = log.filter(pl.col("ingest_ts") <= LAST).select(pl.len()).collect().item()
    known = labels.filter(pl.col("label_ts") <= LAST).select(pl.len()).collect().item()
    assert (told["rows"], told["labelled"], told["versions"]) == (rows, known, ["v1", "v2"])


def test_every_incident_is_told_with_what_the_readings_show(made: tuple[Path, dict[str, Any]]) -> None:
    told = {(one["incident"], one["planted"]) for one in made[1]["sights"]}
    assert told == {(one.name, one.planted) for one in INCIDENTS}


def test_the_summary_tells_every_incident_that_rang(made: tuple[Path, dict[str, Any]], app: App) -> None:
    assert [one["id"] for one in made[1]["incidents"]] == [one.id for one in app.bell.incidents(MODEL, every=True)]


def test_the_missing_wind_is_seen_on_its_two_days_and_no_other(app: App) -> None:
    windows = values(app.reads, Look("null_rate", "wind_speed"))
    assert inside(windows, WIND) == [1, 1]
    assert max(outside(windows, WIND, FEED_ENDS)) < 0.05


def test_no_night_changes_the_temperature_like_the_two_at_which_the_unit_changes(app: App) -> None:
    middles = dict(values(app.reads, Look("p50", "temp")))
    jumps = {after: abs(middles[after] - middles[before]) for before, after in pairwise(sorted(middles))}
    largest = sorted(jumps, key=lambda at: jumps[at])[-2:]
    assert sorted(largest) == [CELSIUS.at, CELSIUS.until]


def test_the_slow_carrier_is_late_in_its_four_weeks_as_in_no_other(app: App) -> None:
    windows = values(app.reads, Look("base_rate", segment=f"carrier={JETBLUE}"), Grain.WEEK)
    assert len(inside(windows, RAMP)) == 4
    assert min(inside(windows, RAMP)) > max(outside(windows, RAMP))


def test_other_carriers_are_late_no_more_than_before(app: App) -> None:
    windows = values(app.reads, Look("base_rate", segment="carrier=EV"), Grain.WEEK)
    assert max(inside(windows, RAMP)) < max(value for at, value in windows if at < RAMP.at)


def test_the_real_end_of_the_weather_is_left_in(app: App) -> None:
    assert values(app.reads, Look("null_rate", "temp"))[-1][1] > 0.8


#: Of each planted fault: within how many days of its first moment an incident must be open, the suspect that must stand
#: first, and who answers for it. A day's cycle sees the day before, so a feed that is gone is seen at once. One day of
#: cold may be weather. Labels swing, so that two days in three must be odd, and some come a day later.
PLANTED: tuple[Planted, ...] = (
    (WIND, 1, "wind_speed", None, "weather-team"),
    (RAMP, 4, "carrier", {"carrier": JETBLUE}, "schedule-team"),
    (CELSIUS, 2, "temp", None, "weather-team"),
)


@pytest.mark.parametrize("planted", PLANTED, ids=lambda one: one[0].name)
def test_each_planted_fault_is_an_incident_with_its_cause_and_its_suspect(app: App, planted: Planted) -> None:
    fault, days, column, segment, owner = planted
    found = of(app, fault, days)
    first = found.suspects[0]
    assert (found.verdict, first.column, first.segment, first.owner) == (fault.cause, column, segment, owner)


def test_the_real_end_of_the_weather_is_an_incident_of_the_pipeline(app: App) -> None:
    found = of(app, FEED_ENDS, 1)
    assert (found.verdict, found.state, found.owner) == ("pipeline", "open", "weather-team")


def test_no_more_rings_for_nothing_than_the_budget_allows(app: App) -> None:
    allowed = (LAST - FIRST) / timedelta(days=30)
    assert len(beside(rung(app))) <= allowed


def test_the_year_was_lived_through_day_by_day(app: App) -> None:
    for one in rung(app):
        assert one.opened_at.time() == LAST.time()
        told = app.bell.incident(one.id).timeline
        assert all(one.opened_at <= event.at <= (one.closed_at or LAST) for event in told)


def test_nothing_but_the_end_of_the_weather_rings_at_the_end_of_the_year(app: App) -> None:
    assert [one.opened_at for one in rung(app) if one.state == "open"] == [LAST]


def test_the_model_is_as_good_as_such_a_model_is(app: App) -> None:
    weeks = outside(values(app.reads, Look("auc"), Grain.WEEK), RAMP)
    assert 0.68 < statistics.median(weeks) < 0.78


def test_no_label_is_known_before_its_flight_was_scored(made: tuple[Path, dict[str, Any]]) -> None:
    log = pl.scan_parquet(made[0] / "data" / "predictions" / "*.parquet")
    labels = pl.scan_parquet(made[0] / "data" / "labels" / "*.parquet")
    early = log.join(labels, on="id").filter(pl.col("label_ts") <= pl.col("ingest_ts"))
    assert early.select(pl.len()).collect().item() == 0


def test_a_finished_demo_is_not_made_again(made: tuple[Path, dict[str, Any]]) -> None:
    before = {path: path.stat().st_mtime_ns for path in (made[0] / "data").rglob("*.parquet")}
    again = demo(made[0], "--once", "--json")
    assert json.loads(again.stdout) == made[1]
    assert "Replaying" not in again.stderr
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_finished_demo_is_served_at_once(made: tuple[Path, dict[str, Any]]) -> None:
    command: list[str | Path] = [BELLBUOY, "demo", made[0], "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = "".join(process.stdout.readline() for _ in range(3))
        with urllib.request.urlopen(f"{json.loads(lines)['url']}models/delays", timeout=30) as page:
            text = page.read().decode()
        process.send_signal(signal.SIGINT)
    assert all(one.text in text for one in INCIDENTS)


def test_the_project_checks_out(made: tuple[Path, dict[str, Any]]) -> None:
    shown = subprocess.run(
        [BELLBUOY, "check", "--json", "--project", made[0]], capture_output=True, text=True, check=False
    )
    assert {one["level"] for one in json.loads(shown.stdout)["findings"]} == {"ok"}


def test_the_project_moves_as_a_folder(made: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    shutil.copytree(made[0], tmp_path / "moved")
    assert json.loads(demo(tmp_path / "moved", "--once", "--json").stdout)["rows"] == made[1]["rows"]


def test_somebody_elses_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    shown = demo(tmp_path, "--once")
    assert (shown.returncode, "something else here" in shown.stderr) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
