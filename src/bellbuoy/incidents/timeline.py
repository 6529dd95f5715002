"""What happened to an incident between two cycles, line by line: its timeline is the sum of these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bellbuoy.incidents.facts import why_of
from bellbuoy.store.port import AlarmRow, EventRow, IncidentRow

_VERDICTS = {"model": "the model", "pipeline": "the data pipeline", "world": "the world", "unclear": "not clear"}


def events_between(
    old: IncidentRow | None, new: IncidentRow, before: Mapping[str, AlarmRow], alarms: Iterable[AlarmRow], at: int
) -> list[EventRow]:
    """What is new about an incident at a moment (microseconds); nothing where nothing has changed.

    `before` are alarms by id as they stood after the last cycle, `alarms` those of the incident as they stand now.
    """
    told = [
        *_opened(old, new),
        *(line for alarm in alarms for line in _alarm(before.get(alarm.id), alarm, new.id)),
        *_revised(old, new),
        *_closed(old, new),
    ]
    return [EventRow(new.id, at, kind, text) for kind, text in told]


def _opened(old: IncidentRow | None, new: IncidentRow) -> Iterator[tuple[str, str]]:
    if old is None:
        yield "opened", new.headline
    elif old.state == "closed" and new.state == "open":
        yield "opened", f"open again: {new.headline}"


def _alarm(old: AlarmRow | None, new: AlarmRow, incident: str) -> Iterator[tuple[str, str]]:
    """What became of one alarm; that it fired is told when it joins the incident."""
    name = f"{new.name}{f' of {new.column}' if new.column else ''}"
    name += f" where {new.by} is {new.segment or 'empty'}" if new.by else ""
    joined = old is None or old.incident != incident or old.fired_at is None
    if joined and new.fired_at is not None:
        yield "alarm", f"{name} fires: {why_of(new)}"
    if new.withdrawn_at is not None and (old is None or old.withdrawn_at is None):
        yield "withdrawn", f"{name} is withdrawn: labels that came since say otherwise"
    elif new.resolved_at is not None and (old is None or old.resolved_at is None):
        yield "resolved", f"{name} is over"


def _revised(old: IncidentRow | None, new: IncidentRow) -> Iterator[tuple[str, str]]:
    if old is None or old.verdict != new.verdict:
        since = f", no longer {_VERDICTS[old.verdict]}" if old is not None else ""
        yield "verdict", f"it is {_VERDICTS[new.verdict]}{since} ({100 * new.confidence:.0f}\u00a0% sure)"
    if old is not None and old.severity != new.severity:
        yield "severity", f"it is {new.severity}, no longer {old.severity}"


def _closed(old: IncidentRow | None, new: IncidentRow) -> Iterator[tuple[str, str]]:
    if new.state == "closed" and (old is None or old.state != "closed"):
        yield "closed", "all its alarms are over"
