"""Rules are judged in the cycle's transaction: the newest window that can be judged moves each alarm on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bellbuoy.alarms.machine import Alarm, Holds, State, advance
from bellbuoy.alarms.rule import Breach, Condition
from bellbuoy.metrics.catalogue import Family, entry
from bellbuoy.metrics.flow import LABEL_FLOWS
from bellbuoy.metrics.maturity import Maturity
from bellbuoy.metrics.reading import Measured
from bellbuoy.metrics.step import Gauge
from bellbuoy.metrics.taken import Taken, complete
from bellbuoy.profiles.series import Slice
from bellbuoy.store.database import Beat
from bellbuoy.store.port import AlarmRow
from bellbuoy.windows import from_micro, iso, to_micro, to_seconds


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule ready to be judged: `condition.metric` is a canonical name."""

    name: str
    condition: Condition
    holds: Holds
    kind: str = "custom"  #: what it watches, as DESIGN §4 has it
    sure: bool = False  #: whether a reading must break it with its whole interval
    early: bool = False  #: whether windows are judged whose labels are still coming


@dataclass(frozen=True, slots=True)
class Moved:
    """An alarm that changed its state."""

    name: str
    state: State
    reason: str


def step(beat: Beat, rules: Iterable[Rule], gauge: Gauge, *, now: datetime) -> list[Moved]:
    """Judge every rule at `now` and write the alarms that changed; running it twice changes nothing."""
    known = newest_of_each(beat.alarms(beat.name))
    moved, written = [], []
    for rule in rules:
        old = known.get(rule.name)
        new = judged(beat.name, rule, old, look(rule, gauge, now), now)
        if new is not None and new != old:
            written.append(new)
            if old is None or old.state != new.state:
                moved.append(Moved(rule.name, State(new.state), new.reason))
    beat.put_alarms(written)
    return moved


def newest_of_each(rows: Iterable[AlarmRow]) -> dict[str, AlarmRow]:
    """The alarm that each rule stands in now; rows come in the order in which they began."""
    return {row.name: row for row in rows}


@dataclass(frozen=True, slots=True)
class Look:
    """What a rule sees: the window that it is judged by, and whether that breaks it."""

    taken: Taken | None
    breach: Breach


def judged(model: str, rule: Rule, old: AlarmRow | None, seen: Look, now: datetime) -> AlarmRow | None:
    """A rule's alarm after one more look; None while it never breached."""
    before, taken = _alarm(old, now), seen.taken
    after = advance(before, seen.breach, rule.holds, now)
    if old is None and after.state is State.INACTIVE:
        return None
    if old is not None and seen.breach is Breach.UNKNOWN and not _open(after):
        return old  # what is over stays as it ended
    if after == before:
        return _seen(old, taken) if old is not None and taken is not None and _open(after) else old
    return _row(model, rule, old, after, taken, now)


def _open(alarm: Alarm) -> bool:
    return alarm.state in {State.PENDING, State.FIRING}


def _alarm(row: AlarmRow | None, now: datetime) -> Alarm:
    if row is None:
        return Alarm(State.INACTIVE, now, "never breached")
    calm = from_micro(row.calm_since) if row.calm_since is not None else None
    return Alarm(State(row.state), from_micro(row.since), row.reason, calm)


def _row(model: str, rule: Rule, old: AlarmRow | None, alarm: Alarm, taken: Taken | None, now: datetime) -> AlarmRow:
    at = to_micro(now)
    row = old
    if row is None or (_open(alarm) and State(row.state) is State.RESOLVED):
        # A moment and a name are enough: a rule begins to breach once at a time.
        row = AlarmRow(
            f"{model}/{rule.name}/{iso(now)}", rule.name, alarm.state.value, at, kind=rule.kind, pending_at=at
        )
    elif _open(alarm) and State(row.state) is State.INACTIVE:
        # What never fired leaves no history: its row waits for the next breach.
        row = replace(row, pending_at=at)
    row = replace(
        row,
        state=alarm.state.value,
        since=to_micro(alarm.since),
        calm_since=None if alarm.calm_since is None else to_micro(alarm.calm_since),
        fired_at=at if alarm.state is State.FIRING and row.fired_at is None else row.fired_at,
        resolved_at=at if alarm.state is State.RESOLVED and row.state != State.RESOLVED.value else row.resolved_at,
        threshold=rule.condition.threshold,
        reason=alarm.reason,
    )
    return row if taken is None else _seen(row, taken)


def _seen(row: AlarmRow, taken: Taken) -> AlarmRow:
    """The row with what was judged last."""
    value = taken.reading.value if isinstance(taken.reading, Measured) else row.value
    return replace(row, value=value, start=to_seconds(taken.window.start), end=to_seconds(taken.window.end))


def look(rule: Rule, gauge: Gauge, now: datetime) -> Look:
    """What a rule sees at a moment.

    An early rule is broken by the newest windows whose labels are still coming, as soon as their whole interval lies
    beyond the limit. Else, and for all other rules, the newest window decides whose labels have come.
    """
    condition = rule.condition
    newest = _newest(condition, gauge, now)
    if rule.early and condition.column is None and entry(condition.metric).family is Family.PERFORMANCE:
        where = Slice(by=condition.by or "", segment=condition.segment or "")
        for taken in gauge.early(condition.metric, where):
            if (breach := condition.decided(taken.reading)) is Breach.YES:
                return Look(taken, breach)
            if breach is Breach.NO:  # all is well as far as early labels tell: the last word is with complete ones
                break
    judge = condition.decided if rule.sure else condition.breach
    return Look(newest, judge(newest.reading if newest is not None else None))


def _newest(condition: Condition, gauge: Gauge, now: datetime) -> Taken | None:
    """The newest window that can be judged: it has ended and, where labels matter, is mature."""
    where = Slice(by=condition.by or "", segment=condition.segment or "")
    taken = complete(gauge.newest(condition.metric, where, condition.column), now)
    family = entry(condition.metric, column=condition.column is not None).family
    if family is Family.PERFORMANCE or condition.metric in LABEL_FLOWS:
        taken = [one for one in taken if one.maturity in {Maturity.MATURE, Maturity.FINAL}]
    return taken[-1] if taken else None


def summary(row: AlarmRow, condition: Condition) -> str:
    """An alarm in words: `auc is 0.66, the limit is < 0.7, window from 2013-07-04T00:00:00Z`."""
    value = "unmeasured" if row.value is None else f"{row.value:.4g}"
    when = f", window from {iso(from_micro(row.start * 1_000_000))}" if row.start is not None else ""
    return f"{condition.text} is {value}, the limit is {condition.test} {condition.threshold:g}{when}"
