"""What people say of alarms and incidents is kept, told in the timeline, and disturbs no cycle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.app.belfry import HOUR, ID, Belfry, alarm_row, at, belfry, incident_row
from tests.unit.stage import START

from bellbuoy.app.feedback import Feedback, NotRungError, keep_mark
from bellbuoy.errors import ConfigError
from bellbuoy.store.port import EventRow, MarkRow

NOW = START + 4 * HOUR


@pytest.fixture
def tower(tmp_path: Path) -> Iterator[Belfry]:
    with belfry(tmp_path) as made:
        yield made


def say(tower: Belfry, mark: str, note: str = "", who: str | None = None, name: str = ID) -> None:
    keep_mark(tower.database, name, Feedback(mark, note, who), NOW)


def told(tower: Belfry) -> list[EventRow]:
    with tower.database.read() as shelf:
        return [event for event in shelf.events([ID]) if event.kind == "mark"]


def test_a_word_on_an_incident_is_kept_with_its_note(tower: Belfry) -> None:
    say(tower, "false", " the feed was tested \n", "Ann")
    with tower.database.read() as shelf:
        assert shelf.marks("credit") == [MarkRow(ID, "false", at(4), "Ann", "the feed was tested")]


def test_it_is_told_in_the_timeline(tower: Belfry) -> None:
    say(tower, "false", "a test", "Ann")
    assert told(tower) == [EventRow(ID, at(4), "mark", "incident marked false: a test", "Ann")]


def test_a_word_on_an_alarm_is_told_in_the_timeline_of_its_incident(tower: Belfry) -> None:
    say(tower, "real", name=alarm_row().id)
    assert [event.text for event in told(tower)] == ["alarm nulls of income marked real"]


def test_a_word_on_an_alarm_of_no_incident_is_kept_without_one(tower: Belfry) -> None:
    tower.put(alarm_row(id="credit/alone", incident=None, column=None))
    say(tower, "real", name="credit/alone")
    with tower.database.read() as shelf:
        assert {alarm.id: alarm.mark for alarm in shelf.alarms("credit")}["credit/alone"] == "real"
    assert told(tower) == []


def test_said_again_nothing_changes(tower: Belfry) -> None:
    for _ in range(2):
        say(tower, "real", "as I said", "Ann")
    assert len(told(tower)) == 1


@pytest.mark.parametrize("other", [("false", "", "Ann"), ("real", "yes", "Ann"), ("real", "", None)])
def test_another_word_note_or_person_is_told_anew(tower: Belfry, other: tuple[str, str, str | None]) -> None:
    say(tower, "real", "", "Ann")
    say(tower, *other)
    assert len(told(tower)) == 2


def test_an_empty_name_is_nobodys(tower: Belfry) -> None:
    say(tower, "real", who="")
    assert told(tower)[0].who is None


def test_a_word_takes_no_cycle_and_is_not_lost_by_the_next(tower: Belfry) -> None:
    say(tower, "real")
    tower.put(incident_row(confidence=0.9), alarm_row(state="resolved"))
    with tower.database.read() as shelf:
        assert shelf.model("credit").cycle == 2
        assert [(row.mark, row.confidence) for row in shelf.incidents("credit")] == [("real", 0.9)]


@pytest.mark.parametrize("feedback", [Feedback("maybe"), Feedback(""), Feedback("Real"), Feedback("real", "x" * 2_001)])
def test_what_is_no_word_is_refused_before_anything_is_written(tower: Belfry, feedback: Feedback) -> None:
    with pytest.raises(ConfigError) as refused:
        keep_mark(tower.database, ID, feedback, NOW)
    assert refused.value.hint
    assert told(tower) == []


@pytest.mark.parametrize("name", ["credit/never", "nobody/x", "credit", ""])
def test_a_word_on_nothing_is_refused(tower: Belfry, name: str) -> None:
    with pytest.raises(NotRungError):
        say(tower, "real", name=name)
