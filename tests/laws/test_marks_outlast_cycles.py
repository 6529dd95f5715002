"""However marks and cycles take turns, the last word stands, the last judgement stands, and nothing is told twice."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.app.belfry import ID, alarm_row, incident_row
from tests.unit.stage import START

from bellbuoy.app.feedback import MARKS, Feedback, keep_mark
from bellbuoy.store.database import Database
from bellbuoy.store.port import AlarmRow, IncidentRow

Turn = tuple[str, str, float]
MARK = st.tuples(st.just("mark"), st.sampled_from(list(MARKS)), st.just(0.0))
CYCLE = st.tuples(st.just("cycle"), st.just(""), st.sampled_from([0.1, 0.5, 0.9]))
LATE = st.tuples(st.just("late"), st.sampled_from(list(MARKS)), st.sampled_from([0.2, 0.6]))


def cycle(database: Database, confidence: float, meanwhile: str = "", hours: float = 0) -> None:
    """Write over what was read at the start; `meanwhile` somebody says a word."""
    with database.read() as shelf:
        number = shelf.model("credit").cycle
        alarms = shelf.alarms("credit") or [alarm_row()]
        incidents = shelf.incidents("credit") or [incident_row()]
    if meanwhile:
        say(database, meanwhile, hours)
    write(database, number, alarms, [replace(one, confidence=confidence) for one in incidents])


def write(database: Database, number: int, alarms: Sequence[AlarmRow], incidents: Sequence[IncidentRow]) -> None:
    with database.beat("credit", number) as beat:
        beat.put_alarms(alarms)
        beat.put_incidents(incidents)
        beat.finish(at=0, facts={})


def say(database: Database, mark: str, hours: float) -> None:
    keep_mark(database, ID, Feedback(mark), START + timedelta(hours=hours))


def played(database: Database, turns: Sequence[Turn]) -> tuple[list[str], float]:
    """The words that were said, and the confidence that the last cycle wrote."""
    cycle(database, 0.3)
    words, confidence = [], 0.3
    for number, (kind, mark, sure) in enumerate(turns):
        if kind == "mark":
            say(database, mark, number)
        else:
            cycle(database, sure, mark, number)
            confidence = sure
        words += [mark] if mark else []
    return words, confidence


@settings(max_examples=40, deadline=None)
@given(turns=st.lists(MARK | CYCLE | LATE, max_size=8))
def test_neither_a_word_nor_a_judgement_is_lost(turns: list[Turn]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open("sqlite:///state.db", Path(folder))
        words, confidence = played(database, turns)
        with database.read() as shelf:
            (incident,), (alarm,) = shelf.incidents("credit"), shelf.alarms("credit")
            told = [event.text for event in shelf.events([ID])]
        database.close()
    last = words[-1] if words else None
    assert (incident.mark, alarm.mark, incident.confidence) == (last, last, confidence)
    changes = [word for place, word in enumerate(words) if word not in words[place - 1 : place]]
    assert told == [f"incident marked {word}" for word in changes]
