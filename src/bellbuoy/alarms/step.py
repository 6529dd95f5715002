"""Rules are judged in the cycle's transaction: the newest window that can be judged moves each alarm on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bellbuoy.alarms.absence import Rhythm, gap_told
from bellbuoy.alarms.look import Look, Rule, look
from bellbuoy.alarms.machine import AT_ONCE, Alarm, Holds, State, advance, heeded, paused
from bellbuoy.alarms.rule import Breach, Condition
from bellbuoy.alarms.template import filled
from bellbuoy.metrics.step import Gauge
from bellbuoy.store.database import Beat
from bellbuoy.store.port import AlarmRow
from bellbuoy.windows import from_micro, from_seconds, iso, to_micro, to_seconds

_NO_GAP = timedelta(0)
#: Among its facts, marks an alarm of the standard pack, which no rule knows as its own.
PACK = "pack"
#: What mature labels have borne out is not taken back by later ones.
_CONFIRMED = {"raised": None, "confirmed": True}
_OPEN = frozenset({State.PENDING.value, State.FIRING.value})


@dataclass(frozen=True, slots=True)
class Subject:
    """What an alarm is of: a rule or a monitor, on one series; `series` is empty for a rule that has but one."""

    name: str
    series: str = ""
    holds: Holds = AT_ONCE
    kind: str = "custom"
    severity: str = "warning"
    metric: str = ""
    column: str | None = None
    by: str = ""
    segment: str = ""
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """An alarm that changed its state."""

    name: str
    state: State
    reason: str


def step(
    beat: Beat,
    rules: Iterable[Rule],
    gauge: Gauge,
    *,
    now: datetime,
    rhythm: Rhythm | None = None,
    named: Collection[str] | None = None,
) -> list[Moved]:
    """Judge every rule at `now` and write the alarms that changed; running it twice changes nothing.

    Alarms of rules that are not among those `named` in the file any more end; None: nobody knows which are.
    """
    rows, rhythm = beat.alarms(beat.name), rhythm or Rhythm()
    known, gap = newest_of_each(rows), rhythm.gap(now, gauge.counts.base.delta)
    pairs: list[tuple[AlarmRow | None, AlarmRow]] = []
    for rule in rules:
        old = known.get(rule.name)
        seen = look(rule, gauge, now, rhythm, raised_on(old))
        new = judged(beat.name, subject_of(rule), old, seen, now, gap)
        if new is not None:
            pairs.append((old, new if new is old else dressed(new, rule, beat.name)))
    if named is not None:
        pairs += ended(rows, named, now)
    changed = [(old, new) for old, new in pairs if new != old]
    beat.put_alarms(new for _, new in changed)
    return [Moved(new.name, State(new.state), new.reason) for old, new in changed if _moved(old, new)]


def newest_of_each(rows: Iterable[AlarmRow]) -> dict[str, AlarmRow]:
    """The alarm that each rule stands in now; rows come in the order in which they began.

    A rule may be named as a monitor of the pack is: its alarms are none of the rule's.
    """
    return {row.name: row for row in rows if PACK not in row.facts}


def subject_of(rule: Rule) -> Subject:
    """What the alarm of a rule is of: the first metric of its condition."""
    one = rule.condition.selectors[0]
    told = (one.metric, one.column, one.by, one.segment, one.version)
    return Subject(rule.name, "", rule.holds, rule.kind, rule.severity, *told)


def judged(
    model: str, of: Subject, old: AlarmRow | None, seen: Look, now: datetime, gap: timedelta = _NO_GAP
) -> AlarmRow | None:
    """An alarm after one more look; None while nothing ever breached.

    `gap` is a time before this look in which nobody looked though somebody should have.
    """
    if old is not None and seen.withdrawn:
        return _withdrawn(old, seen, now)
    # Two looks at one moment stop the clocks once.
    before = _alarm(old, now) if _is_paused(old, now) else paused(_alarm(old, now), gap)
    after = advance(before, heeded(before.state, seen.breach, seen.recovered), of.holds, now)
    after = replace(after, reason=_reason(before, after, seen, gap))
    if old is None and after.state is State.INACTIVE:
        return None
    if old is not None and not after.is_open and after.state.value == old.state:
        # What is over stays as it ended; that mature labels confirm it is still to be remembered.
        return replace(old, facts={**old.facts, **_CONFIRMED}) if seen.confirmed else old
    if old is not None and after == _alarm(old, now):
        return _seen(old, seen)
    row = _row(model, of, old, after, seen, now)
    return replace(row, facts={**row.facts, "paused": to_micro(now)}) if gap else row


def raised_on(row: AlarmRow | None) -> Mapping[str, Any] | None:
    """The early labels that an alarm was raised on, while mature ones have neither confirmed it nor taken it back."""
    if row is None or row.fired_at is None or row.withdrawn_at is not None or row.facts.get("confirmed"):
        return None
    found = row.facts.get("raised")
    return found if isinstance(found, Mapping) else None


def dressed(row: AlarmRow, rule: Rule, model: str) -> AlarmRow:
    """The row of a rule's alarm with the rule's condition, its labels, and its annotations filled in."""
    words = _words(row, rule, model)
    texts = {key: filled(text, words) for key, text in rule.annotations.items()}
    facts = {"when": rule.condition.text, "labels": dict(rule.labels), "annotations": texts}
    return replace(row, facts={**row.facts, **facts})


def ended(rows: Iterable[AlarmRow], named: Collection[str], now: datetime) -> Iterator[tuple[AlarmRow, AlarmRow]]:
    """Each open alarm of a rule that is gone, and how it ends."""
    for row in rows:
        if "when" in row.facts and PACK not in row.facts and row.name not in named and is_open(row):
            yield row, over(row, now, "the rule is gone")


def is_open(row: AlarmRow) -> bool:
    """Whether an alarm fires, or may soon."""
    return row.state in _OPEN


def over(row: AlarmRow, now: datetime, why: str) -> AlarmRow:
    """An open alarm as it ends where nobody looks any more: what fired is resolved."""
    at = to_micro(now)
    if row.state != State.FIRING.value:
        return replace(row, state=State.INACTIVE.value, since=at, reason=why)
    return replace(row, state=State.RESOLVED.value, since=at, calm_since=None, resolved_at=at, reason=why)


def summary(row: AlarmRow, condition: Condition) -> str:
    """An alarm in words: `auc is 0.66, the limit is < 0.7, window from 2013-07-04T00:00:00Z`."""
    when = f", window from {iso(from_seconds(row.start))}" if row.start is not None else ""
    parts = [part for part in row.facts.get("parts", ()) if part["breach"] == Breach.YES.value]
    if len(condition.comparisons) > 1 and parts:
        return " and ".join(_part(part["text"], part["value"], part["test"], part["limit"]) for part in parts) + when
    first = condition.comparisons[0]
    return _part(first.left.text, row.value, first.test, row.threshold) + when


def _part(text: str, value: float | None, test: str, limit: float | None) -> str:
    now, than = ("unmeasured" if number is None else f"{number:.4g}" for number in (value, limit))
    return f"{text} is {now}, the limit is {test} {than}"


def _moved(old: AlarmRow | None, new: AlarmRow) -> bool:
    return old is None or old.state != new.state or old.withdrawn_at != new.withdrawn_at


def _alarm(row: AlarmRow | None, now: datetime) -> Alarm:
    if row is None:
        return Alarm(State.INACTIVE, now, "never breached")
    calm = from_micro(row.calm_since) if row.calm_since is not None else None
    return Alarm(State(row.state), from_micro(row.since), row.reason, calm)


def _reason(before: Alarm, after: Alarm, seen: Look, gap: timedelta) -> str:
    """Why an alarm is in its state, with what was missing and whether we looked."""
    reason = after.reason
    if seen.breach is Breach.UNKNOWN:
        reason = f"{seen.why}; the state is kept" if seen.why else reason
    elif before.state is State.FIRING and seen.breach is Breach.NO and seen.recovered is not Breach.YES:
        reason = "back within the limit, not recovered yet"
    elif seen.why and after.state is not before.state:
        reason = f"{reason}: {seen.why}"
    note = f" ({gap_told(gap)})"
    return reason + note if gap and after.is_open and not reason.endswith(note) else reason


def _is_paused(row: AlarmRow | None, now: datetime) -> bool:
    return row is not None and row.facts.get("paused") == to_micro(now)


def _row(model: str, of: Subject, old: AlarmRow | None, alarm: Alarm, seen: Look, now: datetime) -> AlarmRow:
    at, row = to_micro(now), old
    if row is None or (alarm.is_open and State(row.state) is State.RESOLVED):
        row = _begun(model, of, alarm, now)
    elif alarm.is_open and State(row.state) is State.INACTIVE:
        # What never fired leaves no history: its row waits for the next breach.
        row = replace(row, pending_at=at)
    row = replace(
        row,
        state=alarm.state.value,
        since=to_micro(alarm.since),
        calm_since=None if alarm.calm_since is None else to_micro(alarm.calm_since),
        fired_at=at if alarm.state is State.FIRING and row.fired_at is None else row.fired_at,
        resolved_at=at if alarm.state is State.RESOLVED and row.state != State.RESOLVED.value else row.resolved_at,
        severity=of.severity,
        reason=alarm.reason,
    )
    return _seen(row, seen)


def _begun(model: str, of: Subject, alarm: Alarm, now: datetime) -> AlarmRow:
    # A moment, a name and a series are enough: a rule begins to breach once at a time.
    key = "/".join(part for part in (model, of.name, of.series, iso(now)) if part)
    row = AlarmRow(key, of.name, alarm.state.value, to_micro(now), kind=of.kind, pending_at=to_micro(now))
    return replace(
        row, metric=of.metric, column=of.column, by=of.by, segment=of.segment, version=of.version, severity=of.severity
    )


def _seen(row: AlarmRow, seen: Look) -> AlarmRow:
    """The row with what was judged last; on which early labels it was raised stays as it was."""
    kept = {"raised": row.facts["raised"]} if raised_on(row) else {}
    facts = {**row.facts, **seen.facts, **kept}
    if row.facts.get("confirmed") or (seen.confirmed and kept):
        facts |= _CONFIRMED
    row = replace(row, facts=facts, threshold=row.threshold if seen.limit is None else seen.limit)
    if seen.window is None:
        return row
    start, end = to_seconds(seen.window.start), to_seconds(seen.window.end)
    return replace(row, value=row.value if seen.value is None else seen.value, start=start, end=end)


def _withdrawn(old: AlarmRow, seen: Look, now: datetime) -> AlarmRow:
    """The alarm taken back by mature labels; one that is over already stays over."""
    at = to_micro(now)
    row = replace(old, withdrawn_at=at, reason=seen.withdrawn, calm_since=None)
    if old.state == State.FIRING.value:
        row = replace(row, state=State.RESOLVED.value, since=at, resolved_at=at)
    return _seen(row, seen)


def _words(row: AlarmRow, rule: Rule, model: str) -> dict[str, object]:
    """What can stand in a template."""
    window = None if row.start is None else iso(from_seconds(row.start))
    segment = f"{row.by}={row.segment}" if row.by else None
    labels = {f"labels.{key}": text for key, text in rule.labels.items()}
    return {
        "name": row.name,
        "model": model,
        "metric": row.metric,
        "column": row.column,
        "segment": segment,
        "version": row.version,
        "value": row.value,
        "threshold": row.threshold,
        "condition": rule.condition.text,
        "severity": rule.severity,
        "state": row.state,
        "reason": row.reason,
        "window": window,
        **labels,
    }
