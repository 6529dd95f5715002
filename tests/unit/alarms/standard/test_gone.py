"""Alarms on what is not watched any more end; in an outage, where nothing is seen of what is watched, they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.unit.alarms.standard.rung import of_a_rule, rang
from tests.unit.stage import DAY, START, Stage, model_of

from bellbuoy.alarms.absence import Rhythm
from bellbuoy.alarms.standard.gone import is_followed
from bellbuoy.alarms.standard.notebook import Notebook
from bellbuoy.alarms.standard.step import stand
from bellbuoy.alarms.standard.windows import Reader
from bellbuoy.alarms.step import Moved
from bellbuoy.app.ringing import Seen, followed, ring
from bellbuoy.profiles.series import Counts
from bellbuoy.store.database import Beat
from bellbuoy.store.port import AlarmRow
from bellbuoy.windows import MICRO, iso, to_micro, to_seconds

NOW = START + 4 * DAY
MONTH = timedelta(days=30)
LIVED = to_seconds(START) * MICRO


def firing(name: str = "null-rate", column: str | None = "income", **changes: Any) -> AlarmRow:
    told: dict[str, Any] = {"kind": "input", "state": "firing", "since": LIVED, "pending_at": LIVED, "fired_at": LIVED}
    return rang(name, column, **(told | changes))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    found = Stage(tmp_path)
    for day in range(3):
        found.add(day, rows=40)
    found.cycle(NOW)
    yield found
    found.database.close()


def told(stage: Stage, row: AlarmRow, mature: timedelta | None = MONTH) -> bool:
    with stage.gauge(NOW) as gauge:
        return is_followed(Reader(gauge.counts, followed(stage.model, mature), to_seconds(NOW)), row)


@pytest.mark.parametrize(
    "row",
    [
        firing("volume", None, kind="volume"),
        firing(),
        firing("clock", "ts", kind="freshness"),
        firing("label-gap", None, kind="performance", by="city", segment="Oslo"),
        firing("older-version", None, version="v1"),
    ],
    ids=lambda row: row.name,
)
def test_what_the_settings_name_is_watched(stage: Stage, row: AlarmRow) -> None:
    assert told(stage, row)


@pytest.mark.parametrize(
    "row",
    [
        firing(column="wealth"),
        firing("label-gap", None, by="planet", segment="Mars"),
        firing("label-gap", None, by="city", segment="Atlantis"),
        firing("older-version", None, version="v0"),
        firing("decision", "score", metric="decision_gap"),
    ],
    ids=["a column", "a segment column", "a segment", "a version", "decisions"],
)
def test_what_is_not_there_any_more_is_not(stage: Stage, row: AlarmRow) -> None:
    assert not told(stage, row)


@pytest.mark.parametrize("kind", ["performance", "label"])
def test_without_labels_nothing_on_them_is_watched(stage: Stage, kind: str) -> None:
    assert not told(stage, firing("ranking", None, kind=kind), mature=None)
    assert told(stage, firing("volume", None, kind="volume"), mature=None)


# -- in the cycle's transaction


def after(stage: Stage, act: Callable[[Beat], list[Moved]], *rows: AlarmRow) -> tuple[list[Moved], dict[str, AlarmRow]]:
    """What moved, and the rows by name, after rows stood and something was done."""
    with stage.database.beat("credit", 1) as beat:
        beat.put_alarms(rows)
        moved = act(beat)
        found = {row.name: row for row in beat.alarms("credit")}
        beat.finish(at=to_micro(NOW), facts={})
    return moved, found


def judged(stage: Stage, *rows: AlarmRow) -> tuple[list[Moved], dict[str, AlarmRow]]:
    def act(beat: Beat) -> list[Moved]:
        what = replace(followed(stage.model, MONTH), budget=None)
        reader = Reader(Counts(beat, "credit", stage.model.grain), what, to_seconds(NOW))
        return stand(beat, reader, NOW, Rhythm())

    return after(stage, act, *rows)


@pytest.mark.parametrize(("before", "state"), [("firing", "resolved"), ("pending", "inactive")])
def test_an_alarm_on_a_column_that_is_gone_ends(stage: Stage, before: str, state: str) -> None:
    moved, found = judged(stage, firing(column="wealth", state=before))
    assert (found["null-rate"].state, found["null-rate"].reason) == (state, "no longer watched")
    assert (found["null-rate"].resolved_at is not None) is (state == "resolved")
    assert [(one.name, one.state.value) for one in moved] == [("null-rate", state)]


def test_what_ended_so_stays_as_it_ended(stage: Stage) -> None:
    over = firing(column="wealth", state="resolved", resolved_at=LIVED, reason="calm")
    assert judged(stage, over) == ([], {"null-rate": over})


def test_an_alarm_of_which_nothing_is_found_keeps_its_state_while_it_is_watched(stage: Stage) -> None:
    kept = firing("misfit")
    assert judged(stage, kept)[1]["misfit"].state == "firing"


def test_the_alarm_of_a_rule_on_a_column_that_is_gone_is_the_rules_own(stage: Stage) -> None:
    mine = replace(of_a_rule(state="firing"), column="wealth")
    assert judged(stage, mine) == ([], {"own": mine})


def test_a_model_that_goes_without_the_pack_ends_all_that_rang_of_it(stage: Stage) -> None:
    stage.model = model_of(alarms={"pack": "none"})

    def act(beat: Beat) -> list[Moved]:
        seen = Seen(NOW, Rhythm(), None, None, None)
        return ring(beat, Counts(beat, "credit", stage.model.grain), stage.model, seen, Notebook())

    moved, found = after(stage, act, firing(), firing("drift", state="pending"), of_a_rule(state="firing"))
    assert {name: row.state for name, row in found.items()} == {
        "null-rate": "resolved", "drift": "inactive", "own": "firing"
    }  # fmt: skip
    assert {one.reason for one in moved} == {"no longer watched"}


def thinned(folder: Path) -> Stage:
    """A model of a hundred rows a day, of which five come on the last."""
    stage = Stage(folder)
    for day in range(-60, 4):
        stage.add(day, rows=100 if day < 3 else 5)
        if day == -13:
            stage.normal.rows = [{**row, "label": 1} for row in stage.predictions.rows]
            stage.predictions.rows = []
    stage.cycle(NOW)
    return stage


def test_a_rule_of_the_same_name_that_begins_at_the_same_moment_keeps_its_alarm(tmp_path: Path) -> None:
    stage, at = thinned(tmp_path), to_micro(NOW)
    mine = of_a_rule(id=f"credit/volume/{iso(NOW)}", column=None, state="firing", since=at, name="volume")
    judged(stage, mine)
    with stage.database.read() as shelf:
        rows = {row.id: row for row in shelf.alarms("credit") if row.name == "volume"}
    stage.database.close()
    assert rows.pop(mine.id) == mine
    assert ["pack" in row.facts for row in rows.values()] == [True]
