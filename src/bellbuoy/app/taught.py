"""What marks have taught, in words and as documents: which limits they raised, and what that changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bellbuoy.alarms.standard.limits import MOST, Place
from bellbuoy.alarms.standard.marked import REAL, Lesson, factors, is_of_limits, lessons, place_of
from bellbuoy.app.views import Alarm, Incident
from bellbuoy.store.port import AlarmRow


def lesson_document(lesson: Lesson) -> dict[str, object]:
    """A lesson as JSON has it."""
    place = lesson.place
    return {
        "monitor": place.monitor,
        "column": place.column,
        "segment": {place.by: place.segment} if place.by else None,
        "factor": round(lesson.factor, 3),
        "alarms": lesson.alarms,
        "silent": lesson.silent,
        "text": lesson.text,
    }


def learnt_of(alarms: Sequence[AlarmRow], some: Iterable[AlarmRow]) -> list[Lesson]:
    """What marks have taught about the series of some of a model's alarms."""
    places = {place_of(row) for row in some if is_of_limits(row)}
    return [lesson for lesson in lessons(alarms) if lesson.place in places]


def with_lessons(incidents: Iterable[Incident], alarms: Sequence[AlarmRow]) -> list[Incident]:
    """Incidents with what marks have taught about the series of their alarms."""
    every = lessons(alarms)
    if not every:
        return list(incidents)
    return [replace(one, lessons=tuple(_about(one.alarms, every))) for one in incidents]


def _about(alarms: Iterable[Alarm], every: Iterable[Lesson]) -> Iterator[Lesson]:
    places = {Place(one.name, one.column, *next(iter((one.segment or {"": ""}).items()))) for one in alarms}
    return (lesson for lesson in every if lesson.place in places)


def told_after(alarms: Sequence[AlarmRow], marked: Sequence[AlarmRow], word: str) -> list[str]:
    """What has changed with a word on some of a model's alarms, in sentences."""
    said = [lesson.text for lesson in learnt_of(alarms, marked)]
    return list(dict.fromkeys([*said, *_as_such(alarms, marked), *_guards(alarms, marked, word), *_ours(marked)]))


def _as_such(alarms: Iterable[AlarmRow], marked: Iterable[AlarmRow]) -> Iterator[str]:
    shared = factors(alarms).shared
    for name in dict.fromkeys(row.name for row in marked):
        if (factor := min(shared.get(name, 1.0), MOST)) > 1:
            yield f"{name} rang for nothing on several series: all of them must lie {factor:.2g} times as far out"


def _guards(alarms: Iterable[AlarmRow], marked: Iterable[AlarmRow], word: str) -> Iterator[str]:
    if word != REAL:
        return
    guarded = factors(alarms).guarded
    for place in dict.fromkeys(place_of(row) for row in marked if is_of_limits(row)):
        if (most := max(guarded.get(place, MOST), 1.0)) < MOST:
            yield f"{place.said} will ring for the like again: no mark raises its limit to more than {most:.2g} times"


def _ours(marked: Iterable[AlarmRow]) -> Iterator[str]:
    """What no mark can change."""
    for row in marked:
        if "when" in row.facts:
            yield f"{row.name} is a rule with a limit of its own, which no mark changes"
        elif not is_of_limits(row):
            yield f"{row.name} has no limit that could be raised"
