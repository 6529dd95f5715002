"""A question about readings, in words, made into what the gauge takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bellbuoy.app.plans import plan_of
from bellbuoy.config import faults
from bellbuoy.config.spec import Model
from bellbuoy.errors import ConfigError
from bellbuoy.metrics.catalogue import Family, entry, find, key_metric
from bellbuoy.metrics.flow import BY_ARRIVAL, ROW_FLAGS
from bellbuoy.metrics.step import Gauge
from bellbuoy.metrics.subject import Subject
from bellbuoy.metrics.taken import Taken
from bellbuoy.profiles.ages import LADDER, rung_at
from bellbuoy.profiles.series import Counts, Slice
from bellbuoy.windows import Grain, format_duration, to_seconds

#: Names that a hint lists at most.
_LISTED = 30


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that can be answered: canonical names, and the rows that count."""

    metric: str
    column: str | None
    grain: Grain
    where: Slice
    estimate: bool = False  #: whether what is expected before labels is told as well
    age: timedelta | None = None  #: as windows were when they were so old


@dataclass(frozen=True, slots=True)
class Question:
    """As people ask: None leaves the choice to the model; `segment` is written `key=value`."""

    metric: str | None = None
    column: str | None = None
    grain: str | None = None
    segment: str | None = None
    version: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    estimate: bool = False
    age: timedelta | None = None

    def understood(self, model: Model, subject: Subject, counts: Counts) -> Asked:
        """The question with every word found.

        Raises:
            ConfigError: there is no such metric, column, grain, segment or version, or the two do not go together.
        """
        metric = _metric(self.metric or key_metric(subject), self.column, model, subject)
        column = _column(metric, self.column, model)
        grain = grain_of(self.grain, model.grain)
        by, segment = _segment(self.segment, plan_of(model).segments)
        if self.version is not None:
            among(self.version, counts.versions(), "version")
        if by:
            counted_by_segment(model, metric, column)
            values = counts.segments().get(by, [])
            segment = segment if segment in values else among(segment.strip(), values, by)
        where = Slice(self.version, by, segment, _seconds(self.start), _seconds(self.end))
        asked = Asked(metric, column, grain, where, self.estimate, self.age)
        _of_labels(asked)
        return asked


def taken_of(gauge: Gauge, asked: Asked) -> list[Taken]:
    """The readings that were asked for; with estimates, each window's stands behind what was measured of it."""
    taken = gauge.take(asked.metric, asked.grain, asked.where, asked.column, age=asked.age)
    if not asked.estimate:
        return taken
    return sorted(
        [*taken, *gauge.estimates(asked.metric, asked.grain, asked.where)], key=lambda one: (one.window, one.estimate)
    )


def _of_labels(asked: Asked) -> None:
    """Refuse to estimate, or to cut at an age, what does not wait for labels."""
    family = entry(asked.metric, column=asked.column is not None).family
    for said, where in ((asked.estimate, "estimate"), (asked.age is not None, "age")):
        if said and family is not Family.PERFORMANCE:
            raise ConfigError(f"{asked.metric} does not wait for labels", where=where, hint="leave it out")
    if asked.age is not None and asked.where.by and asked.grain.seconds < Grain.DAY.seconds:
        raise ConfigError("ages of labels are kept of segments by day only", where="age", hint="ask for --grain 1d")


def told_age(age: timedelta) -> str:
    """The age that windows are cut at where one is asked for: that of the highest rung not above it."""
    rung = rung_at(age)
    return "0s" if rung is None else format_duration(timedelta(seconds=LADDER[rung]))


def counted_by_segment(model: Model, metric: str, column: str | None) -> None:
    """Refuse what is counted of all rows only; of segments, outputs are profiled, and nulls are counted of all columns.

    Raises:
        ConfigError: it is such a metric of such a column.
    """
    if column is None and (metric in ROW_FLAGS or metric in BY_ARRIVAL):
        raise ConfigError(f"{metric} is not counted by segment", where="segment", hint="leave the segment out")
    if column is not None and metric != "null_rate" and column not in plan_of(model).outputs:
        hint = "say full = true in [segments] to profile every column by segment"
        raise ConfigError(f"column {column} is not profiled by segment", where="segment", hint=hint)


def grains_of(base: Grain) -> list[Grain]:
    """Grains that a model's windows can be shown in: its own and wider ones that are made of them."""
    return [grain for grain in Grain if grain.seconds >= base.seconds and grain.seconds % base.seconds == 0]


def grain_of(text: str | None, base: Grain) -> Grain:
    """The grain that a person asks for.

    Raises:
        ConfigError: there is none like it, or it is finer than the model's own.
    """
    if text is None:
        return base
    fitting = [grain.value for grain in grains_of(base)]
    if text not in fitting:
        hint = f"windows are counted by {base.value}; there are {', '.join(fitting)}"
        raise ConfigError(f"there are no windows of {text!r}", where="grain", hint=hint)
    return Grain(text)


def _metric(name: str, column: str | None, model: Model, subject: Subject) -> str:
    try:
        return find(name, subject, column=column is not None)
    except ConfigError as why:
        if not _known(name, subject, column=column is None):
            raise
        if column is not None:
            hint = "leave the column out"
            raise ConfigError(f"{name} is a metric of the model, not of a column", where="column", hint=hint) from why
        hint = f"say which; there are {', '.join(plan_of(model).columns)}"
        raise ConfigError(f"{name} is a metric of a column", where="column", hint=hint) from why


def _known(name: str, subject: Subject, *, column: bool) -> bool:
    try:
        find(name, subject, column=column)
    except ConfigError:
        return False
    return True


def _column(metric: str, column: str | None, model: Model) -> str | None:
    if column is None or entry(metric, column=True).family not in {Family.COLUMN, Family.SHIFT}:
        return None
    return among(column, plan_of(model).columns, "column")


def _segment(text: str | None, known: Iterable[str]) -> tuple[str, str]:
    if text is None:
        return "", ""
    by, separator, value = text.partition("=")
    if not separator:
        raise ConfigError(f"{text!r} is no segment", where="segment", hint="write it as key=value")
    return among(by.strip(), known, "segment"), value


def among(name: str, known: Iterable[str], what: str) -> str:
    """The name, which must be one of those known.

    Raises:
        ConfigError: it is not; the hint has the nearest, or all.
    """
    every = list(known)
    if name not in every:
        raise ConfigError(f"there is no {what} {name!r}", where=what, hint=nearest(name, every))
    return name


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint for a name that is not known: the one most like it, else the first that there are."""
    every = list(known)
    if near := faults.nearest(name, every):
        return near
    more = f" and {len(every) - _LISTED} more" if len(every) > _LISTED else ""
    return f"there are {', '.join(every[:_LISTED]) or 'none'}{more}"


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else to_seconds(moment)
