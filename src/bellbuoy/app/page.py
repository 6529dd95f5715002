"""One model's page: a metric over time, its columns against the baseline, and what happened meanwhile."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bellbuoy.alarms.lights import LAG, PAST, Share, bands
from bellbuoy.app.ask import Question, grains_of, taken_of
from bellbuoy.app.glance import DISTANCE, SHOWN, Seen, distances, null_share
from bellbuoy.app.marks import read_marks
from bellbuoy.app.plans import outputs_of, plan_of
from bellbuoy.app.points import point_of
from bellbuoy.app.views import ColumnStatus, Mark, ModelPage, ModelStatus, Point
from bellbuoy.config.spec import Feature
from bellbuoy.metrics.catalogue import entry, metrics_of
from bellbuoy.metrics.reading import Measured, Reading
from bellbuoy.metrics.step import Taken, complete
from bellbuoy.profiles.series import Slice
from bellbuoy.store.port import NoteRow
from bellbuoy.windows import Grain, from_micro, from_seconds, to_seconds

#: Windows that a chart shows when nobody says from when.
_MOST = 400
#: Notes that every cycle says for as long as they are true.
_SAID_ANEW = {"unreadable", "no-files", "bad-rule"}


@dataclass(frozen=True, slots=True)
class View:
    """What the URL asks for; None leaves the choice to the model."""

    metric: str | None = None
    grain: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    version: str | None = None


def page_of(seen: Seen, status: ModelStatus, view: View, folder: Path) -> ModelPage:
    """The page of a model over a span of time.

    Raises:
        ConfigError: there is no such metric, grain or version.
    """
    model, counts = seen.model, seen.gauge.counts
    grain = view.grain or seen.grain.value
    question = Question(view.metric, None, grain, None, view.version, view.start, view.end)
    asked = question.understood(model, seen.gauge.subject, counts)
    if asked.where.start is None and (newest := seen.gauge.last(asked.grain)) is not None:
        end = newest + asked.grain.seconds if asked.where.end is None else asked.where.end
        start = min(newest, end) - (_MOST - 1) * asked.grain.seconds
        asked = replace(asked, where=replace(asked.where, start=start, end=end))
    usual = seen.gauge.usual(asked.metric, asked.grain)
    return ModelPage(
        status=status,
        metric=asked.metric,
        metrics=metrics_of(seen.gauge.subject),
        grain=asked.grain.value,
        grains=tuple(one.value for one in grains_of(model.grain)),
        start=view.start,
        end=view.end,
        version=view.version,
        versions=tuple(counts.versions()),
        points=tuple(point_of(one, asked.where) for one in taken_of(seen.gauge, asked)),
        baseline=_baseline(usual, seen.gauge.now),
        columns=tuple(_columns(seen, view)),
        marks=tuple(_marks(seen, folder)),
        notes=tuple(note.message for note in seen.notes if _stands(note, seen)),
        better=entry(asked.metric).better.value,
    )


def _stands(note: NoteRow, seen: Seen) -> bool:
    """Whether it is still so: what is said anew in every cycle is over once one did not say it."""
    return note.code not in _SAID_ANEW or seen.row.cycled_at is None or note.last_at >= seen.row.cycled_at


def _baseline(usual: Reading, now: datetime) -> Point | None:
    if not isinstance(usual, Measured):
        return None
    return Point(now, now, usual.value, usual.low, usual.high, usual.rows)


def _columns(seen: Seen, view: View) -> Iterator[ColumnStatus]:
    where = seen.lately()
    if view.end is not None:
        end = to_seconds(view.end)
        where = Slice(start=end - SHOWN * seen.grain.seconds, end=end)
    if view.start is not None:
        where = replace(where, start=to_seconds(view.start))
    for name in plan_of(seen.model).columns:
        yield _column(seen, name, replace(where, version=view.version))


def _column(seen: Seen, name: str, where: Slice) -> ColumnStatus:
    feature = seen.model.features.get(name, Feature())
    earlier = _earlier(where, seen.grain)
    drifts = _within(_banded(seen.gauge.take(DISTANCE, seen.grain, earlier, name)), where)
    nulls = seen.gauge.take("null_rate", seen.grain, earlier, name)
    share = next(null_share(seen, name, nulls), None)
    usual = seen.gauge.usual("null_rate", seen.grain, name)
    drift, nulls = _newest(drifts, seen), _within(nulls, where)
    trouble, why = _trouble(share, drift)
    return ColumnStatus(
        name=name,
        kind=seen.kinds.get(name, "number"),
        role="output" if name in outputs_of(seen.model) else "input",
        owner=feature.owner,
        about=feature.about,
        null_rate=_value(_newest(nulls, seen)),
        null_rate_baseline=usual.value if isinstance(usual, Measured) else None,
        drift=_value(drift),
        drift_noise=drift.noise if drift is not None else None,
        trouble=trouble,
        why=why,
        null_rates=tuple(point_of(one) for one in nulls),
        drifts=tuple(point_of(one, noise=True) for one in drifts),
        nulls_risen=share is not None and share.risen > 0,
    )


def _earlier(where: Slice, grain: Grain) -> Slice:
    """The same rows and those before them that say what is usual."""
    return where if where.start is None else replace(where, start=where.start - (PAST + LAG) * grain.seconds)


def _banded(taken: list[Taken]) -> list[Taken]:
    """Distances whose noise is the band of what is usual; none while too little is known."""
    known = zip(taken, bands(distances(taken)), strict=True)
    return [replace(one, noise=band if math.isfinite(band) else None) for one, band in known]


def _newest(taken: list[Taken], seen: Seen) -> Taken | None:
    ended = complete(taken, seen.gauge.now) or taken
    return ended[-1] if ended else None


def _value(taken: Taken | None) -> float | None:
    return taken.reading.value if taken is not None and isinstance(taken.reading, Measured) else None


def _within(taken: list[Taken], where: Slice) -> list[Taken]:
    return [one for one in taken if where.start is None or to_seconds(one.window.start) >= where.start]


def _trouble(null: Share | None, drift: Taken | None) -> tuple[float, str | None]:
    """How far beyond the usual a column is (1: at its edge), and why in words."""
    value, band = _value(drift), drift.noise if drift is not None else None
    moved = value / band if value is not None and band else 0.0
    why = "distributed as hardly ever in the weeks before" if moved >= 1 else None
    if null is not None and isinstance(null.now, Measured) and null.risen > 0:
        return max(moved, 1 + null.risen), f"null in {null.now.value:.0%} of rows, usually in {null.usual:.1%} at most"
    return moved, why


def _marks(seen: Seen, folder: Path) -> Iterator[Mark]:
    yield from read_marks(folder)
    counts = seen.gauge.counts
    for version in counts.versions():
        starts = list(seen.gauge.rows(Grain.DAY, Slice(version=version)))
        if starts:
            yield Mark(from_seconds(starts[0]), f"version {version}", "version")
    for row in seen.alarms:
        if row.fired_at is not None:
            until = from_micro(row.resolved_at) if row.resolved_at is not None else None
            yield Mark(from_micro(row.fired_at), row.name, "alarm", until)
