"""The bell: alarms and incidents as documents and views, the same for commands, pages, the API and `backtest`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from bellbuoy.alarms.standard.marked import lessons
from bellbuoy.app.feedback import Feedback, NotRungError, keep_mark
from bellbuoy.app.hindsight import alarms_then
from bellbuoy.app.project import OpenProject
from bellbuoy.app.taught import lesson_document, told_after, with_lessons
from bellbuoy.app.told import alarm_of, heaviest_first, incidents_of, incidents_then, weights_of
from bellbuoy.app.views import Alarm, Event, Incident, Lesson, Suspect
from bellbuoy.clock import Clock
from bellbuoy.store.database import Database, Shelf
from bellbuoy.store.port import AlarmRow, EventRow, IncidentRow
from bellbuoy.windows import from_micro, iso, to_micro

#: Only those are open.
_OPEN = {"pending", "firing"}


class Bell:
    """What rang and what rings, for many threads; and where people say what it was."""

    def __init__(self, project: OpenProject, database: Database, clock: Clock) -> None:
        self.database, self.clock = database, clock
        self.renew(project)

    def renew(self, project: OpenProject) -> None:
        """Take the models that the project has now; of one whose file is wrong for now, what rang is still there."""
        broken = (Path(fault.file).stem for fault in project.faults)
        self._models = tuple(dict.fromkeys((*project.models, *broken)))

    def alarms(self, model: str | None = None, *, every: bool = False) -> list[Alarm]:
        """Alarms that are pending or firing, of one model or of all, those first that may cost most; or every one.

        What is over comes last, in the order in which it began. Models are not weighed against each other.

        Raises:
            KeyError: there is no such model.
        """
        found: list[Alarm] = []
        for _, alarms, _ in self._each(model):
            found += heaviest_first(alarm for alarm in alarms if alarm.state in _OPEN)
            found += [alarm for alarm in alarms if every and alarm.state not in _OPEN]
        return found

    def incidents(self, model: str | None = None, *, every: bool = False) -> list[Incident]:
        """Open incidents, of one model or of all, in the order in which they were opened; or every one.

        Raises:
            KeyError: there is no such model.
        """
        found = (incident for _, _, incidents in self._each(model) for incident in incidents)
        return [incident for incident in found if every or incident.state == "open"]

    def incident(self, name: str) -> Incident:
        """One incident by its id, with its timeline.

        Raises:
            NotRungError: there is none.
        """
        model = name.partition("/")[0]
        if model not in self._models:
            raise NotRungError(name)

        def told(shelf: Shelf, now: datetime) -> Sequence[EventRow]:
            return [event for event in shelf.events([name]) if event.at <= to_micro(now)]

        _, _, incidents = self._of(model, told)
        found = next((incident for incident in incidents if incident.id == name), None)
        if found is None:
            raise NotRungError(name)
        return found

    def alarms_json(self, model: str | None = None, *, every: bool = False) -> dict[str, object]:
        """What `bellbuoy alarms --json` prints: those that fired, and apart from them those that may yet.

        Raises:
            KeyError: there is no such model.
        """
        found = self.alarms(model, every=every)
        return {
            "now": iso(self.clock.now()),
            "alarms": [alarm_document(alarm) for alarm in found if alarm.fired_at is not None],
            "pending": [alarm_document(alarm) for alarm in found if alarm.state == "pending"],
            "lessons": [lesson_document(lesson) for lesson in self.lessons(model)],
        }

    def incidents_json(
        self, model: str | None = None, name: str | None = None, *, every: bool = False
    ) -> dict[str, object]:
        """What `bellbuoy incidents --json` prints: incidents and their alarms; or one incident, with its timeline.

        Raises:
            KeyError: there is no such model.
            NotRungError: there is no such incident.
        """
        found = self.incidents(model, every=every) if name is None else [self.incident(name)]
        return {"now": iso(self.clock.now()), **_documents(found)}

    def lessons(self, model: str | None = None) -> list[Lesson]:
        """What marks have changed about limits, of one model or of all.

        Raises:
            KeyError: there is no such model.
        """
        if model is not None and model not in self._models:
            raise KeyError(model)
        with self.database.read() as shelf:
            return [one for name in self._models if model in {None, name} for one in lessons(shelf.alarms(name))]

    def mark(self, name: str, feedback: Feedback) -> list[str]:
        """Say what an alarm or an incident was, the newest word stands; gives what that changes, in sentences.

        Raises:
            NotRungError: there is none of that id.
            ConfigError: the word is not one of those that there are.
            StateError: the state is busy.
        """
        if name.partition("/")[0] not in self._models:
            raise NotRungError(name)
        keep_mark(self.database, name, feedback, self.clock.now())
        with self.database.read() as shelf:
            alarms = shelf.alarms(name.partition("/")[0])
        return told_after(alarms, [row for row in alarms if name in {row.id, row.incident}], feedback.mark)

    def _each(self, model: str | None) -> Iterator[tuple[str, list[Alarm], list[Incident]]]:
        if model is not None and model not in self._models:
            raise KeyError(model)
        for one in self._models if model is None else (model,):
            yield self._of(one)

    def _of(
        self, model: str, events: Callable[[Shelf, datetime], Sequence[EventRow]] = lambda *_: ()
    ) -> tuple[str, list[Alarm], list[Incident]]:
        """What a model has, as it stood at the clock's time."""
        now = self.clock.now()
        with self.database.read() as shelf:
            row, told = shelf.model(model), events(shelf, now)
            alarms, incidents = shelf.alarms(model), shelf.incidents(model)
        if row.cycled_at is not None and from_micro(row.cycled_at) > now:
            alarms, incidents = alarms_then(alarms, now), incidents_then(incidents, now)
        weights = weights_of(alarms, incidents, row.facts.get("importance", {}))
        seen = [alarm_of(model, one, weights[one.id]) for one in alarms]
        return model, seen, with_lessons(incidents_of(model, incidents, alarms, told), alarms)


def bell_document(
    model: str, alarms: Sequence[AlarmRow], incidents: Iterable[IncidentRow], events: Iterable[EventRow] = ()
) -> dict[str, object]:
    """A model's alarms (those that fired) and incidents, as `backtest --json` has them (DESIGN §4)."""
    incidents = list(incidents)
    weights = weights_of(alarms, incidents, {})
    told = [alarm_document(alarm_of(model, one, weights[one.id])) for one in alarms if one.fired_at is not None]
    return {**_documents(incidents_of(model, incidents, alarms, events)), "alarms": told}


def _documents(incidents: Sequence[Incident]) -> dict[str, object]:
    alarms = [alarm_document(alarm) for incident in incidents for alarm in incident.alarms]
    return {"alarms": alarms, "incidents": [incident_document(incident) for incident in incidents]}


def alarm_document(alarm: Alarm) -> dict[str, object]:
    """An alarm as JSON has it (DESIGN §4), and what else is known of it."""
    return {
        "id": alarm.id,
        "model": alarm.model,
        "name": alarm.name,
        "kind": alarm.kind,
        "metric": alarm.metric,
        "column": alarm.column,
        "segment": None if alarm.segment is None else dict(alarm.segment),
        "version": alarm.version,
        "severity": alarm.severity,
        "state": alarm.state,
        "pending_at": iso(alarm.pending_at),
        "fired_at": _iso(alarm.fired_at),
        "resolved_at": _iso(alarm.resolved_at),
        "withdrawn_at": _iso(alarm.withdrawn_at),
        "value": alarm.value,
        "threshold": alarm.threshold,
        "window": None if alarm.window is None else [iso(moment) for moment in alarm.window],
        "why": alarm.why,
        "incident": alarm.incident,
        "mark": alarm.mark,
        "weight": alarm.weight,
        "facts": dict(alarm.facts),
    }


def incident_document(incident: Incident) -> dict[str, object]:
    """An incident as JSON has it (DESIGN §4), and what else is known of it."""
    return {
        "id": incident.id,
        "model": incident.model,
        "opened_at": iso(incident.opened_at),
        "closed_at": _iso(incident.closed_at),
        "state": incident.state,
        "severity": incident.severity,
        "verdict": incident.verdict,
        "confidence": incident.confidence,
        "headline": incident.headline,
        "owner": incident.owner,
        "mark": incident.mark,
        "suspects": [_suspect(one) for one in incident.suspects],
        "alarms": [alarm.id for alarm in incident.alarms],
        "evidence": [{**asdict(one), "verdict": one.verdict.value} for one in incident.evidence],
        "scores": dict(incident.scores),
        "blast": asdict(incident.blast),
        "before": [_event(one) for one in incident.before],
        "verdicts": [{**asdict(one), "at": iso(one.at)} for one in incident.beliefs],
        "timeline": [_event(one) for one in incident.timeline],
        "lessons": [lesson_document(lesson) for lesson in incident.lessons],
    }


def _suspect(suspect: Suspect) -> dict[str, Any]:
    return {**asdict(suspect), "segment": None if suspect.segment is None else dict(suspect.segment)}


def _event(event: Event) -> dict[str, object]:
    return {"at": iso(event.at), "kind": event.kind, "text": event.text, "who": event.who}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else iso(moment)
