"""One model's page: a metric over time, its columns against the baseline, and what happened meanwhile."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bellbuoy.alarms.lights import Share, Shift, bands
from bellbuoy.app.ask import Asked, Question, grains_of, taken_of
from bellbuoy.app.choices import metrics_offered, segments_offered
from bellbuoy.app.glance import DISTANCE, HISTORY, SHOWN, Seen, distances, null_share
from bellbuoy.app.marks import read_marks
from bellbuoy.app.parts import parts_of
from bellbuoy.app.plans import outputs_of, plan_of
from bellbuoy.app.points import point_of
from bellbuoy.app.serving import version_marks
from bellbuoy.app.views import ColumnStatus, Mark, ModelPage, ModelStatus, Point, TrackRecord
from bellbuoy.config.spec import Feature, Model
from bellbuoy.metrics import money
from bellbuoy.metrics.catalogue import Family, entry
from bellbuoy.metrics.reading import Measured, Reading
from bellbuoy.metrics.taken import Taken, complete, record_of
from bellbuoy.profiles.series import Slice
from bellbuoy.store.port import NoteRow
from bellbuoy.windows import Grain, from_micro, to_seconds

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
    column: str | None = None
    segment: str | None = None
    as_of: datetime | None = None


def page_of(seen: Seen, status: ModelStatus, view: View, folder: Path) -> ModelPage:
    """The page of a model over a span of time.

    Raises:
        ConfigError: there is no such metric, column, grain, segment or version.
    """
    model, counts = seen.model, seen.gauge.counts
    asked = _question(seen, view).understood(model, seen.gauge.subject, counts)
    asked = replace(asked, where=seen.until_now(asked.where))
    parts = parts_of(seen, asked)
    if asked.where.start is None and (newest := seen.gauge.last(asked.grain)) is not None:
        end = newest + asked.grain.seconds if asked.where.end is None else asked.where.end
        start = min(newest, end) - (_MOST - 1) * asked.grain.seconds
        asked = replace(asked, where=replace(asked.where, start=start, end=end))
    taken, told = taken_of(seen.gauge, asked), _estimates(seen, asked)
    usual = seen.gauge.usual(asked.metric, asked.grain, asked.column, _part(asked))
    return ModelPage(
        status=status,
        metric=asked.metric,
        metrics=metrics_offered(seen, asked),
        grain=asked.grain.value,
        grains=tuple(one.value for one in grains_of(model.grain)),
        start=view.start,
        end=view.end,
        version=view.version,
        versions=tuple(counts.versions()),
        points=tuple(point_of(one, asked.where) for one in taken),
        baseline=_baseline(usual, seen.gauge.now),
        columns=tuple(_columns(seen, view)),
        marks=tuple(_marks(seen, folder)),
        notes=tuple(note.message for note in seen.notes if _stands(note, seen)),
        better=entry(asked.metric, column=asked.column is not None).better.value,
        column=asked.column,
        segment=f"{asked.where.by}={asked.where.segment}" if asked.where.by else None,
        segments=segments_offered(seen, asked),
        parts=parts,
        estimates=tuple(point_of(one, asked.where) for one in told),
        track=_track(told, taken),
        as_of=seen.gauge.now if seen.hindsight else None,
        unit=unit_of(model, asked.metric),
    )


def _estimates(seen: Seen, asked: Asked) -> list[Taken]:
    """The same windows before labels, where the metric waits for any."""
    if not _waits(asked):
        return []
    return seen.gauge.estimates(asked.metric, asked.grain, asked.where)


def _track(told: list[Taken], taken: list[Taken]) -> TrackRecord | None:
    found = record_of(told, taken)
    return None if found is None else TrackRecord(found.windows, found.share, found.within, found.covered)


def _waits(asked: Asked) -> bool:
    return entry(asked.metric, column=asked.column is not None).family is Family.PERFORMANCE


def unit_of(model: Model, metric: str) -> str | None:
    """The unit of a metric's values, where they have one."""
    return model.value.unit if model.value is not None and metric in money.MEASURES else None


def _question(seen: Seen, view: View) -> Question:
    """As people ask; of a column, it is how far it moved that tells most."""
    metric = view.metric or (DISTANCE if view.column is not None else None)
    grain = view.grain or seen.grain.value
    return Question(metric, view.column, grain, view.segment, view.version, view.start, view.end)


def _part(asked: Asked) -> Slice:
    """All rows of the segment that is asked for, whenever and of whichever version."""
    return Slice(by=asked.where.by, segment=asked.where.segment)


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
    """The same rows, and as many before them as the lights look at: a page and a light must not differ."""
    if where.start is None or where.end is None:
        return where
    return replace(where, start=min(where.start, where.end - HISTORY * grain.seconds))


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
    """How far beyond the usual a column is (1: where a light calls it out), and why in words."""
    value, band = _value(drift), drift.noise if drift is not None else None
    moved = Shift("", value, band).trouble if value is not None and band is not None else 0.0
    why = "distributed as hardly ever in the weeks before" if moved > 1 else None
    if null is not None and isinstance(null.now, Measured) and null.risen > 0:
        text = f"null in {100 * null.now.value:.0f}\u00a0% of rows, usually in {100 * null.usual:.1f}\u00a0% at most"
        return max(moved, 1 + null.risen), text
    return moved, why


def _marks(seen: Seen, folder: Path) -> Iterator[Mark]:
    yield from read_marks(folder)
    versions = seen.gauge.counts.versions()
    yield from version_marks({version: seen.gauge.rows(Grain.DAY, Slice(version=version)) for version in versions})
    for incident in seen.incidents:
        yield Mark(from_micro(incident.opened_at), incident.headline, "incident", _end(incident.closed_at))
    told = {incident.id for incident in seen.incidents}
    for row in seen.alarms:
        if row.fired_at is not None and row.incident not in told:
            yield Mark(from_micro(row.fired_at), row.name, "alarm", _end(row.resolved_at))


def _end(micro: int | None) -> datetime | None:
    return None if micro is None else from_micro(micro)
