"""Alarms and incidents as they are kept, made into what the doors show: now, or as they stood at a moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bellbuoy.app.views import Alarm, Event, Incident, Light, LightState, ModelStatus, OpenIncident
from bellbuoy.incidents.facts import beliefs_of, judgement_of, why_of
from bellbuoy.incidents.reach import weight_of_alarm
from bellbuoy.store.port import AlarmRow, EventRow, IncidentRow
from bellbuoy.windows import from_micro, from_seconds, parse_time, to_micro

_SEVERITIES = ("critical", "warning", "info")
_STATES = ("firing", "pending", "resolved", "inactive")


def alarm_of(model: str, row: AlarmRow, weight: float = 1.0) -> Alarm:
    """An alarm as it is shown; `weight` is what it is ranked by."""
    began = row.pending_at if row.pending_at is not None else row.since
    window = None if row.start is None or row.end is None else (from_seconds(row.start), from_seconds(row.end))
    return Alarm(
        id=row.id,
        model=model,
        name=row.name,
        kind=row.kind,
        state=row.state,
        severity=row.severity,
        metric=row.metric,
        column=row.column,
        segment={row.by: row.segment} if row.by else None,
        version=row.version,
        pending_at=from_micro(began),
        fired_at=_moment(row.fired_at),
        resolved_at=_moment(row.resolved_at),
        withdrawn_at=_moment(row.withdrawn_at),
        value=row.value,
        threshold=row.threshold,
        window=window,
        why=why_of(row),
        incident=row.incident,
        mark=row.mark,
        facts=row.facts,
        weight=weight,
    )


def heaviest_first(alarms: Iterable[Alarm]) -> list[Alarm]:
    """Alarms by their effect on expected loss (`incidents/reach.py`): those that fire, those that may, then the others.

    Equals stay in the order in which they come.
    """
    return sorted(alarms, key=lambda one: (_STATES.index(one.state), -one.weight))


def weights_of(
    alarms: Iterable[AlarmRow], incidents: Iterable[IncidentRow], importance: Mapping[str, float]
) -> dict[str, float]:
    """What alarms are ranked by, by id: as their incidents have it, which know how many rows parts have, else alone."""
    known = {name: weight for row in incidents for name, weight in judgement_of(row).weights.items()}
    return {row.id: known.get(row.id, weight_of_alarm(row, {}, importance)) for row in alarms}


def incidents_of(
    model: str, rows: Iterable[IncidentRow], alarms: Iterable[AlarmRow], events: Iterable[EventRow] = ()
) -> list[Incident]:
    """Incidents as they are shown, in the order of their rows, each with those of the alarms and events that are its.

    Of the alarms only those that fired: others have no part in an incident.
    """
    rang: dict[str | None, list[AlarmRow]] = {}
    for alarm in alarms:
        if alarm.fired_at is not None:
            rang.setdefault(alarm.incident, []).append(alarm)
    told: dict[str, list[Event]] = {}
    for event in events:
        told.setdefault(event.incident, []).append(Event(from_micro(event.at), event.text, event.kind, event.who))
    return [_incident(model, row, rang.get(row.id, ()), told.get(row.id, ())) for row in rows]


def _incident(model: str, row: IncidentRow, alarms: Sequence[AlarmRow], timeline: Sequence[Event]) -> Incident:
    judged = judgement_of(row)
    told = (alarm_of(model, alarm, judged.weights.get(alarm.id, 1.0)) for alarm in alarms)
    return Incident(
        id=row.id,
        model=model,
        opened_at=from_micro(row.opened_at),
        closed_at=_moment(row.closed_at),
        state=row.state,
        severity=row.severity,
        verdict=row.verdict,
        confidence=row.confidence,
        headline=row.headline,
        owner=row.owner,
        mark=row.mark,
        suspects=judged.suspects,
        evidence=judged.evidence,
        scores=judged.scores,
        blast=judged.blast,
        before=tuple(Event(parse_time(one["at"]), one["text"], "before") for one in judged.before),
        beliefs=beliefs_of(row),
        alarms=tuple(heaviest_first(told)),
        timeline=tuple(timeline),
    )


def _moment(micro: int | None) -> datetime | None:
    return None if micro is None else from_micro(micro)


def worst_first(rows: Iterable[IncidentRow]) -> list[IncidentRow]:
    """Incidents by severity, the newest first among equals."""
    return sorted(rows, key=lambda row: (_SEVERITIES.index(row.severity), -row.opened_at, row.id))


def with_incidents(status: ModelStatus, rows: Iterable[IncidentRow]) -> ModelStatus:
    """The status of a model with its open incidents: the worst gives the headline, and each turns on its light.

    What is for information only does neither.
    """
    found = worst_first(row for row in rows if row.state == "open")
    told = [OpenIncident(row.id, row.headline, row.verdict, row.severity, from_micro(row.opened_at)) for row in found]
    grave = [one for one in told if one.severity != "info"]
    return replace(
        status,
        incidents=tuple(told),
        headline=grave[0].headline if grave else status.headline,
        model=_lit("model", status.model, grave),
        pipeline=_lit("pipeline", status.pipeline, grave),
        world=_lit("world", status.world, grave),
    )


def _lit(name: str, light: Light, incidents: Sequence[OpenIncident]) -> Light:
    """A light while incidents have its name; what was said of it while it showed trouble stands."""
    blamed = next((one for one in incidents if one.verdict == name), None)
    if blamed is None or light.state is LightState.TROUBLE:
        return light
    return Light(LightState.TROUBLE, blamed.headline)


def incidents_then(rows: Iterable[IncidentRow], now: datetime) -> list[IncidentRow]:
    """Incidents as they stood at a moment: later ones are left out, and what ended later goes on.

    The verdict is that of then; what else is known of an incident is what is known now.
    """
    at = to_micro(now)
    return [_then(row, now) for row in rows if row.opened_at <= at]


def _then(row: IncidentRow, now: datetime) -> IncidentRow:
    if row.closed_at is not None and row.closed_at > to_micro(now):
        row = replace(row, closed_at=None, state="open")
    beliefs = [one for one in beliefs_of(row) if one.at <= now]
    return replace(row, verdict=beliefs[-1].verdict, confidence=beliefs[-1].confidence) if beliefs else row
