"""Alarms and incidents as a cycle leaves them, for tests of what is made of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bellbuoy.store.port import AlarmRow, IncidentRow
from bellbuoy.windows import iso, to_micro

START = datetime(2024, 3, 4, tzinfo=UTC)
DAY = timedelta(days=1)


def day(number: float) -> datetime:
    return START + number * DAY


def alarm(name: str, fired: float, resolved: float | None = None, **more: Any) -> AlarmRow:
    """An alarm that fired on a day, and perhaps was over on another."""
    at, end = to_micro(day(fired)), None if resolved is None else to_micro(day(resolved))
    state = "firing" if end is None else "resolved"
    key = f"credit/{name}/{more.get('column', '')}/{iso(day(fired))}"
    return AlarmRow(key, name, state, end or at, pending_at=at, fired_at=at, resolved_at=end, **more)


def incident(opened: float, closed: float | None = None, verdict: str = "pipeline", **facts: Any) -> IncidentRow:
    at, end = to_micro(day(opened)), None if closed is None else to_micro(day(closed))
    state = "open" if end is None else "closed"
    key = f"credit/{iso(day(opened))}/1"
    return IncidentRow(key, at, end, state, "warning", verdict, 0.8, "income is broken", facts=facts)
