"""The readings that a condition compares, all of one window, and what of them is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bellbuoy.alarms.absence import Absence, Rhythm, waited
from bellbuoy.alarms.rule import Condition
from bellbuoy.alarms.sides import Readings, Selector, Usual
from bellbuoy.metrics.catalogue import Family, entry
from bellbuoy.metrics.flow import BY_ARRIVAL, LABEL_FLOWS
from bellbuoy.metrics.maturity import Maturity
from bellbuoy.metrics.means import NO_LABELS
from bellbuoy.metrics.money import TOTALS
from bellbuoy.metrics.reading import Reading, Unmeasured
from bellbuoy.metrics.replay import REPLAYED
from bellbuoy.metrics.step import Gauge
from bellbuoy.metrics.taken import Taken, complete
from bellbuoy.profiles.collect import ROWS
from bellbuoy.profiles.series import Slice
from bellbuoy.windows import Grain, Window, format_duration, from_seconds, to_seconds

#: What is counted rather than estimated is as sure on three rows as on three thousand; so is a score that is another.
_COUNTS = frozenset({"rows", "labelled", "label_arrivals", "label_shortfall", "distinct", *TOTALS, *REPLAYED})
_RIPE = frozenset({Maturity.MATURE, Maturity.FINAL})
#: Windows in which the newest one is looked for before all others are.
_NEAR = 48


@dataclass(frozen=True, slots=True)
class Line:
    """One metric of the newest windows that have ended, by start: all of them, and those that can be judged."""

    whole: Mapping[int, Taken]
    ripe: Mapping[int, Taken]


@dataclass(frozen=True, slots=True)
class Seen:
    """Readings of one window by what was to be measured, and what of it is missing."""

    readings: Readings
    window: Window | None
    missing: Mapping[Absence, str]  #: kinds of absence, each with its detail


def seen_by(
    condition: Condition,
    gauge: Gauge,
    now: datetime,
    rhythm: Rhythm,
    least: int,
    window: Window | None = None,
) -> Seen:
    """Everything that a condition compares, of one window: the newest for which all of it can be had.

    Readings of fewer rows than `least` say nothing.
    """
    lines = {one: ready(one, gauge, now) for one in condition.selectors}
    window = window or _window(lines, gauge, now)
    missing = _missing(lines, window, gauge, now, rhythm)
    stale = bool(missing.keys() & {Absence.SOURCE, Absence.CYCLE})
    readings: dict[Selector | Usual, Reading] = {}
    for one, line in lines.items():
        readings[one] = Unmeasured("nothing new") if stale else enough(one, _at(one, line.ripe, window, gauge), least)
    for usual in condition.usuals:
        readings[usual] = enough(usual.of, _usual(usual.of, window, gauge), least)
    if Absence.LABELS not in missing and NO_LABELS in readings.values():
        missing[Absence.LABELS] = "none of this window"
    return Seen(readings, window, missing)


def enough(selector: Selector, reading: Reading, least: int) -> Reading:
    """The reading, if it is of rows enough; counts are exact however small they are."""
    if isinstance(reading, Unmeasured) or counted(selector) or reading.rows >= least:
        return reading
    return Unmeasured(f"only {reading.rows:,} rows of {selector.text}, fewer than {least:,}")


def counted(what: Selector | Usual) -> bool:
    """Whether something is a plain count, which is as sure of three rows as of three thousand."""
    return (what.of if isinstance(what, Usual) else what).metric in _COUNTS


def where_of(selector: Selector) -> Slice:
    """The rows that a selector is about."""
    return Slice(version=selector.version, by=selector.by, segment=selector.segment)


def waits_for_labels(selector: Selector) -> bool:
    """Whether its windows are judged once their labels have come."""
    family = entry(selector.metric, column=selector.column is not None).family
    return family is Family.PERFORMANCE or (selector.column is None and selector.metric in LABEL_FLOWS)


def ready(selector: Selector, gauge: Gauge, now: datetime) -> Line:
    """Readings of the newest windows: those that have ended and, where labels matter, are mature can be judged."""
    if selector.offset:
        return Line({}, {})
    taken = complete(gauge.newest(selector.metric, where_of(selector), selector.column), now)
    ripe = [one for one in taken if one.maturity in _RIPE] if waits_for_labels(selector) else taken
    whole, judged = ({to_seconds(one.window.start): one for one in some} for some in (taken, ripe))
    return Line(whole, judged)


def newest_whole(gauge: Gauge, now: datetime) -> Window | None:
    """The newest window with rows that has ended."""
    grain, this = gauge.counts.base, to_seconds(gauge.counts.base.floor(now))
    last = gauge.last(grain)
    if last is not None and last >= this:  # the window that goes on has rows already
        near = Slice(start=this - _NEAR * grain.seconds, end=this)
        last = max(gauge.rows(grain, near), default=None) or gauge.counts.newest(ROWS, grain, Slice(end=this))
    if last is None:
        return None
    start = from_seconds(last)
    return Window(start, start + grain.delta)


def _window(lines: Mapping[Selector, Line], gauge: Gauge, now: datetime) -> Window | None:
    """The window to judge: the newest; where labels matter, the newest that has them for all that needs them."""
    own = {one: line.ripe for one, line in lines.items() if not one.offset and one.metric not in BY_ARRIVAL}
    if not own:  # only what was long ago, or labels by the time at which they came
        arrivals = [taken.window for one, line in lines.items() if not one.offset for taken in line.ripe.values()]
        return max(arrivals, default=newest_whole(gauge, now))
    newest = {one: max(ripe.values(), key=lambda taken: taken.window).window for one, ripe in own.items() if ripe}
    waiting = [one for one in own if waits_for_labels(one)]
    if waiting:
        return min(newest[one] for one in waiting) if all(one in newest for one in waiting) else None
    return max(newest.values(), default=None)


def _missing(
    lines: Mapping[Selector, Line], window: Window | None, gauge: Gauge, now: datetime, rhythm: Rhythm
) -> dict[Absence, str]:
    """What of a window is not there, each kind with its detail."""
    whole, width = newest_whole(gauge, now), gauge.counts.base.delta
    if whole is None:
        return {Absence.TRAFFIC: "no window with rows has ended yet"}
    if lag := rhythm.late(now, whole.end, width):
        if gap := rhythm.gap(now, width):
            return {Absence.CYCLE: f"nobody looked for {waited(gap)}"}
        return {Absence.SOURCE: f"nothing has come for {waited(lag)}"}
    found: dict[Absence, str] = {}
    for one, line in lines.items():
        if one.offset or one.metric in BY_ARRIVAL:
            continue
        if waits_for_labels(one) and line.whole and not line.ripe:
            found[Absence.LABELS] = f"no window of {one.text} has enough of them"
        elif window is None or to_seconds(window.start) not in line.ripe:
            found[Absence.TRAFFIC] = f"no rows of {one.text} in this window" if line.whole else f"none of {one.text}"
    return found


def _at(selector: Selector, taken: Mapping[int, Taken], window: Window | None, gauge: Gauge) -> Reading:
    """The reading of a selector for the window that is judged."""
    if selector.metric in BY_ARRIVAL and not selector.offset:  # labels come by the day, whatever the windows are
        return taken[max(taken)].reading if taken else Unmeasured("no rows of it")
    if window is None:
        return Unmeasured("no window to judge")
    if selector.offset:
        return _long_ago(selector, window, gauge)
    found = taken.get(to_seconds(window.start))
    return Unmeasured("no rows of it in this window") if found is None else found.reading


def _long_ago(selector: Selector, window: Window, gauge: Gauge) -> Reading:
    """The reading of the window that lies as long before as a selector says."""
    start, grain = window.start - selector.offset, gauge.counts.base
    if selector.metric in BY_ARRIVAL:
        grain = max(grain, Grain.DAY, key=lambda one: one.seconds)
    begin = to_seconds(grain.floor(start))
    span = replace(where_of(selector), start=begin, end=begin + grain.seconds)
    taken = gauge.take(selector.metric, grain, span, selector.column)
    return taken[0].reading if taken else Unmeasured(f"no rows {format_duration(selector.offset)} before")


def _usual(selector: Selector, window: Window | None, gauge: Gauge) -> Reading:
    where = where_of(selector)
    where = where if window is None else replace(where, start=to_seconds(window.start))
    return gauge.usual(selector.metric, gauge.counts.base, selector.column, where)
