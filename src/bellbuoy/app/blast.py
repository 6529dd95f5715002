"""How far an open incident reaches, read off the counts: the rows of the parts that are hit, the loss, and the money.

The loss is told against the weeks before the incident, and against the baseline only where there are too few of them: a
season that has moved a metric since the reference set was taken is no incident's fault.

A cycle asks once for each open incident. Windows are few: a long stretch is read by day. What cannot be measured is
left out, and an incident that is over keeps what was known of it while it was open.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bellbuoy.incidents.blast import Compared, loss_of, money_of
from bellbuoy.incidents.reach import Part, parts_of
from bellbuoy.incidents.values import Blast
from bellbuoy.metrics.catalogue import key_metric
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.step import Gauge
from bellbuoy.profiles.series import EVERYTHING, Slice
from bellbuoy.store.port import AlarmRow
from bellbuoy.windows import Grain, from_seconds, iso, to_seconds

#: So many of the model's own windows are read one by one; a longer stretch by day.
_FINE = 96
#: With fewer labelled rows an estimate says more.
_TELLING = 100
#: Fewer days than a week before an incident do not say what is usual.
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Stretch:
    """The windows of an incident."""

    since: int  #: seconds: the start of the first
    grain: Grain  #: by which they are read
    where: Slice


def stretch_of(gauge: Gauge, since: int) -> Stretch | None:
    """The windows from a moment (seconds) to the newest with rows, at least one; None where none has come since."""
    base, newest = gauge.counts.base, gauge.last(gauge.counts.base)
    if newest is None or newest < since:
        return None
    end, day = newest + base.seconds, max(base, Grain.DAY, key=lambda one: one.seconds)
    grain = base if end - since <= max(_FINE * base.seconds, 2 * day.seconds) else day
    return Stretch(since, grain, Slice(start=since, end=end))


def shares_of(gauge: Gauge, stretch: Stretch | None, alarms: Iterable[AlarmRow], host: str) -> dict[Part, float]:
    """The share of the rows that each part has that alarms are of; parts without rows are left out."""
    if stretch is None:
        return {}
    whole = _rows(gauge, stretch, stretch.where)
    found = {part: _rows(gauge, stretch, _slice(stretch, part)) for alarm in alarms for part in parts_of(alarm, host)}
    # Repeated ids are not told apart in parts, so that one may seem to have more rows than all.
    return {part: min(1.0, rows / whole) for part, rows in found.items() if rows and whole}


def _slice(stretch: Stretch, part: Part) -> Slice:
    by, value = part
    return replace(stretch.where, by=by, segment=value) if by else replace(stretch.where, version=value)


def _rows(gauge: Gauge, stretch: Stretch, where: Slice) -> int:
    return sum(gauge.rows(stretch.grain, where).values())


def blast_of(gauge: Gauge, stretch: Stretch | None, share: float | None, unit: str | None) -> Blast:
    """What an incident costs: in the key metric and, where the model's file says what decisions are worth, in money."""
    if stretch is None:
        return Blast(share)
    since = iso(from_seconds(stretch.since))
    loss = loss_of(compared(gauge, stretch, key_metric(gauge.subject)))
    if gauge.subject.money is None:
        return Blast(share, loss, None, since)
    rows = _rows(gauge, stretch, stretch.where)
    return Blast(share, loss, money_of(compared(gauge, stretch, "mean_value"), rows, unit), since)


def compared(gauge: Gauge, stretch: Stretch, metric: str) -> Compared:
    """A metric over an incident's windows beside what it was before.

    It is measured of the windows whose labels have come, where these are enough; else all windows are estimated, and
    compared with estimates, as these may be off by as much before. Where that cannot be, the few labels must do.
    """
    known, labelled = _measured(gauge, stretch.grain, _ripe(gauge, stretch.grain, stretch.where), metric)
    if labelled < _TELLING or isinstance(known, Unmeasured):
        reading, rows = gauge.foresight.over(metric, stretch.grain, stretch.where, stretch.since)
        if isinstance(known, Unmeasured) or isinstance(reading, Measured):
            usual, against = _usual(gauge, stretch, metric, estimated=True)
            return Compared(metric, reading, usual, "estimated", against, stretch.since, rows)
    usual, against = _usual(gauge, stretch, metric, estimated=False)
    return Compared(metric, known, usual, "realised", against, stretch.since, labelled)


def _usual(gauge: Gauge, stretch: Stretch, metric: str, *, estimated: bool) -> tuple[Reading, str]:
    """The metric as it was before an incident, by labels or as estimated; and what that is: before, or the baseline."""
    day = max(gauge.counts.base, Grain.DAY, key=lambda one: one.seconds)
    end = to_seconds(day.floor(from_seconds(stretch.since)))
    before = replace(EVERYTHING, start=end - int(gauge.normal.trailing.total_seconds()), end=end)
    if min(gauge.rows(day, before), default=end) <= end - _WEEK * Grain.DAY.seconds:
        if estimated:
            reading, rows = gauge.foresight.over(metric, day, before, stretch.since)
        else:
            reading, rows = _measured(gauge, day, _ripe(gauge, day, before), metric)
        if isinstance(reading, Measured) and rows >= _TELLING:
            return reading, "before"
    return gauge.usual(metric, day, where=Slice(start=end)), "baseline"


def _measured(gauge: Gauge, grain: Grain, where: Slice | None, metric: str) -> tuple[Reading, int]:
    """A metric of the labels of some windows together, and of how many there are."""
    taken = None if where is None else gauge.over(metric, grain, where)
    return (Unmeasured("no labels yet"), 0) if taken is None else (taken.reading, taken.labelled or 0)


def _ripe(gauge: Gauge, grain: Grain, where: Slice) -> Slice | None:
    """Those of some windows whose labels have come; None where there are none, or nothing is known of delays."""
    age = gauge.mature_after
    if age is None or where.start is None or where.end is None:
        return None
    end = min(where.end, to_seconds(grain.floor(gauge.now - age)))
    return replace(where, end=end) if end > where.start else None
