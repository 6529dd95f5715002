"""What people say of alarms changes what rings from the next cycle on: in a project of files, cycle by cycle."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.acceptance.test_own_rules import DAY, alarms, cycles
from tests.acceptance.town import END, START, Row, bellbuoy, town

from bellbuoy.alarms.standard.marked import BEGAN, PEAK
from bellbuoy.app.feedback import Feedback
from bellbuoy.app.open import open_app
from bellbuoy.clock import FrozenClock
from bellbuoy.store.port import AlarmRow, MarkRow
from bellbuoy.windows import to_micro

pytestmark = pytest.mark.slow

#: Twice, half of the rows are missing for four days.
SPARSE = ((12, 16), (22, 26))
FIRST, SECOND = range(12, 19), range(19, 27)
LONG_AGO = to_micro(START) - to_micro(START - 90 * DAY)


def thinned(rows: list[Row]) -> None:
    stretches = [((START + first * DAY).isoformat(), (START + last * DAY).isoformat()) for first, last in SPARSE]
    rows[:] = [
        row
        for number, row in enumerate(rows)
        if number % 2 == 0 or not any(start <= str(row["ts"]) < end for start, end in stretches)
    ]


def sparse(folder: Path) -> Path:
    return town(folder, thinned)


def say(project: Path, name: str, word: str) -> list[str]:
    with open_app(project, FrozenClock(END)) as app:
        return app.bell.mark(name, Feedback(word))


def taught(folder: Path, rows: Sequence[tuple[AlarmRow, str]]) -> Path:
    """A project that lived through nothing yet, in which alarms of long ago were marked."""
    project = sparse(folder)
    with open_app(project, FrozenClock(END)) as app:
        with app.database.beat("credit", 0) as beat:
            beat.put_alarms(_aged(row, number) for number, (row, _) in enumerate(rows))
            beat.finish(at=to_micro(START), facts={})
        with app.database.aside("credit") as aside:
            for number, (_, word) in enumerate(rows):
                aside.put_mark(MarkRow(f"credit/old/{number}", word, to_micro(START)))
    return project


def _aged(row: AlarmRow, number: int) -> AlarmRow:
    """An alarm as if it had been over for long."""
    then = row.since - LONG_AGO
    gone = replace(row, id=f"credit/old/{number}", incident=None, state="resolved", resolved_at=then)
    return replace(gone, since=then, pending_at=then, fired_at=then)


def rung(project: Path) -> list[AlarmRow]:
    """Alarms of the town's own life."""
    return [row for row in alarms(project) if row.since > to_micro(START)]


def days(rows: Iterable[AlarmRow]) -> list[int]:
    return [((row.fired_at or 0) - to_micro(START)) // (86_400 * 1_000_000) for row in rows]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> list[AlarmRow]:
    """The two alarms that there are where nobody says anything."""
    project = sparse(tmp_path_factory.mktemp("unmarked"))
    cycles(project, [*FIRST, *SECOND])
    return alarms(project)


def test_without_a_word_it_rings_for_both(lived: list[AlarmRow]) -> None:
    assert [row.name for row in lived] == ["volume", "volume"]
    assert days(lived) == [14, 24]


def test_an_alarm_keeps_how_far_out_it_lay_when_it_began_and_at_its_strongest(lived: list[AlarmRow]) -> None:
    assert 1 < lived[0].facts[BEGAN] <= lived[0].facts[PEAK]
    assert [row.facts["raised"] for row in lived] == [1.0, 1.0]


def test_the_same_history_with_its_alarm_marked_does_not_ring(tmp_path: Path, lived: list[AlarmRow]) -> None:
    project = taught(tmp_path, [(lived[0], "false")])
    cycles(project, [*FIRST, *SECOND])
    assert rung(project) == []


def test_an_alarm_that_was_real_lets_the_same_history_ring_whatever_else_was_false(
    tmp_path: Path, lived: list[AlarmRow]
) -> None:
    project = taught(tmp_path, [(lived[0], "false"), (lived[1], "real")])
    cycles(project, [*FIRST, *SECOND])
    assert days(rung(project))[0] == 14
    assert all(1 < row.facts["raised"] < lived[1].facts[BEGAN] for row in rung(project))


def test_a_mark_in_the_middle_of_life_ends_the_alarm_and_the_like_of_it(tmp_path: Path) -> None:
    project = sparse(tmp_path)
    cycles(project, range(12, 16))
    (row,) = alarms(project)
    assert row.state == "firing"
    say(project, row.id, "false")
    cycles(project, [16, 17, 18])
    assert [one.state for one in alarms(project)] == ["resolved"]
    cycles(project, SECOND)
    assert days(alarms(project)) == [14]


def test_a_mark_on_the_incident_teaches_as_one_on_each_of_its_alarms(tmp_path: Path) -> None:
    project = sparse(tmp_path)
    cycles(project, FIRST)
    (row,) = alarms(project)
    assert row.incident is not None
    (said,) = say(project, row.incident, "false")
    assert said.startswith("volume must lie ")
    assert said.endswith("; its one alarm so far would not have rung")
    cycles(project, SECOND)
    assert days(alarms(project)) == [14]


def test_a_cycle_run_twice_with_marks_changes_nothing(tmp_path: Path, lived: list[AlarmRow]) -> None:
    project = taught(tmp_path, [(lived[0], "false"), (lived[1], "real")])
    cycles(project, [15])
    once = alarms(project)
    cycles(project, [15])
    assert alarms(project) == once
    assert len(once) == 3


def test_the_commands_say_what_marks_have_changed(tmp_path: Path) -> None:
    project = sparse(tmp_path)
    cycles(project, FIRST)
    (row,) = alarms(project)
    marked = bellbuoy("mark", row.id, "false", "--project", project)
    learnt = re.search(r"volume must lie [\d.]+ times as far out", marked.stdout.replace("\n", " "))
    assert learnt is not None
    for command in (["alarms", "credit"], ["incidents", str(row.incident)]):
        told = bellbuoy(*command, "--project", project)
        assert learnt[0] in " ".join((told.stdout + told.stderr).split())
