"""One model at a glance: its three lights, newest readings, and how it has been doing lately."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bellbuoy.alarms.lights import (
    PAST,
    Distance,
    Share,
    Shift,
    bands,
    late_light,
    model_light,
    null_limits,
    pipeline_light,
    usual_gap,
    world_light,
)
from bellbuoy.alarms.machine import State
from bellbuoy.alarms.step import newest_of_each
from bellbuoy.app.firing import firing_of
from bellbuoy.app.pack import LABEL_FEED
from bellbuoy.app.plans import plan_of
from bellbuoy.app.points import point_of
from bellbuoy.app.told import with_incidents
from bellbuoy.app.views import Light, LightState, ModelStatus
from bellbuoy.config.spec import Model, Task
from bellbuoy.metrics.catalogue import entry, key_metric, metrics_of
from bellbuoy.metrics.maturity import Maturity
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.step import Gauge
from bellbuoy.metrics.taken import Taken, complete
from bellbuoy.profiles.ages import LADDER, rung_at
from bellbuoy.profiles.series import EVERYTHING, Slice
from bellbuoy.sources.codes import MISSING
from bellbuoy.store.port import AlarmRow, IncidentRow, ModelRow, NoteRow
from bellbuoy.windows import Grain, format_duration, from_micro, from_seconds, to_seconds

#: Windows that a fleet row shows, and that the lights of columns look at: those that say what is usual, and so many
#: more that a fault which lasts may fill.
SHOWN = HISTORY = PAST + 34
#: Windows that the model's light judges together, as one day's weather must not ring, and how many such it looks at.
_SPAN, _SPANS_BACK = 7, 10
#: What the model's light judges where the key metric would swing with the seasons of what is predicted.
_LIGHT_METRIC = {Task.REGRESSION: "r2"}
#: The distance that the world light looks at.
DISTANCE = "jensenshannon"


@dataclass(frozen=True, slots=True)
class Seen:
    """A model as the state has it: what its glance is made from."""

    model: Model
    gauge: Gauge
    row: ModelRow
    alarms: Sequence[AlarmRow]
    notes: Sequence[NoteRow] = ()
    incidents: Sequence[IncidentRow] = ()

    @property
    def kinds(self) -> Mapping[str, str]:
        """What each column is counted as."""
        known = self.row.facts.get("kinds")
        return known if isinstance(known, Mapping) else {}

    @property
    def latest(self) -> datetime | None:
        """The time of the newest prediction, as far as `now` can know it."""
        micro = self.row.facts.get("latest")
        if not isinstance(micro, int):
            return None
        if not self.hindsight:
            return from_micro(micro)
        start = self.gauge.last(self.model.grain)
        return None if start is None else min(from_seconds(start) + self.model.grain.delta, self.gauge.now)

    @property
    def hindsight(self) -> bool:
        """Whether cycles have run later than the moment that is looked at: what came after it is left out."""
        return self.row.cycled_at is not None and from_micro(self.row.cycled_at) > self.gauge.now

    def until_now(self, where: Slice) -> Slice:
        """A slice without what lies in the future of a moment that is looked back at."""
        if not self.hindsight:
            return where
        now = to_seconds(self.gauge.now) + 1
        return replace(where, end=now if where.end is None else min(where.end, now))

    @property
    def unread(self) -> list[str]:
        """What the last cycle could not read, in words."""
        last = [note for note in self.notes if note.last_at == self.row.cycled_at]
        return [note.message for note in last if note.code in MISSING]

    @property
    def grain(self) -> Grain:
        """The grain of the overview: days, unless windows are wider anyway."""
        return grain_shown(self.model)

    def lately(self, windows: int = SHOWN) -> Slice:
        """The newest windows of the overview."""
        newest, width = self.gauge.last(self.grain), self.grain.seconds
        if newest is None:  # nothing but the future, or nothing at all
            return Slice(end=to_seconds(self.gauge.now))
        return Slice(start=newest - (windows - 1) * width, end=newest + width)


def grain_shown(model: Model) -> Grain:
    """Days, unless the model's own windows are wider."""
    return max(model.grain, Grain.DAY, key=lambda grain: grain.seconds)


def glance(seen: Seen) -> ModelStatus:
    """The status of one model; what depends on the clock's time alone is left to `aged`."""
    model, metric = seen.model, key_metric(seen.gauge.subject)
    performance = seen.gauge.take(metric, seen.grain, seen.lately())
    model_verdict = _model_verdict(seen, performance)
    lights = (model_verdict, _pipeline(seen), _world(seen))
    readings = {name: point_of(taken) for name, taken in _newest_readings(seen, metric, performance)}
    status = ModelStatus(
        name=model.name,
        task=model.task.value,
        owner=model.owner,
        model=lights[0],
        pipeline=lights[1],
        world=lights[2],
        headline=_headline(lights),
        key_metric=metric,
        readings=readings,
        spark=tuple(point_of(taken) for taken in performance),
        volume=tuple(point_of(taken) for taken in seen.gauge.take("rows", seen.grain, seen.lately())),
        firing=tuple(firing_of(model, seen.alarms)),
        champion=_serving(seen),
    )
    return with_incidents(status, seen.incidents)


def aged(status: ModelStatus, seen: Seen, gap: timedelta, now: datetime) -> ModelStatus:
    """The status as the clock's time has it: how old the newest row is, and whether that is late (see `gap_of`)."""
    if seen.latest is None:
        return status
    late = now - seen.latest
    fresh = replace(status, freshness_seconds=max(0.0, late.total_seconds()))
    verdict = late_light(late, gap)
    if verdict is None or status.pipeline.state is LightState.TROUBLE:
        return fresh
    return replace(fresh, pipeline=verdict, headline=status.headline or verdict.why)


def judged(taken: Sequence[Taken], now: datetime) -> Taken | None:
    """The newest reading that can be relied on: measured, of a window that has ended and whose labels have come."""
    ended = [one for one in complete(taken, now) if isinstance(one.reading, Measured)]
    ripe = [one for one in ended if one.maturity is not Maturity.PROVISIONAL]
    return ripe[-1] if ripe else None


def _model_verdict(seen: Seen, performance: Sequence[Taken]) -> Light:
    """Judged over several windows together."""
    if seen.model.labels is None:
        return Light(LightState.UNKNOWN, "no labels are configured, so nothing says how right it is")
    metric = _LIGHT_METRIC.get(seen.model.task, key_metric(seen.gauge.subject))
    newest = judged(performance, seen.gauge.now)
    if newest is None:
        return Light(LightState.UNKNOWN, "no labels yet that can be judged")
    spans = [_span(seen, newest.window.end, back) for back in range(_SPANS_BACK)]
    ripe = _light_of(seen, metric, spans[0], spans[2:])
    if _stale(seen, newest):
        ripe = Light(LightState.UNKNOWN, f"{ripe.why}, and no labels since that can be judged")
    if ripe.state is LightState.TROUBLE:
        return ripe
    early = (_early_light(seen, metric, span, spans[1:]) for span in _young_spans(seen, newest.window.end))
    return next((light for light in early if light.state is LightState.TROUBLE), ripe)


def _stale(seen: Seen, newest: Taken) -> bool:
    """Whether rows have gone on for long without labels that can be judged: what was so then says little of now."""
    last = seen.gauge.last(seen.grain)
    waits = 2 * (seen.gauge.mature_after or timedelta(0)) + 2 * _SPAN * seen.grain.delta
    return last is not None and from_seconds(last) - newest.window.end > waits


def _light_of(seen: Seen, metric: str, span: Slice, earlier: Sequence[Slice], rung: int | None = None) -> Light:
    """The light of a stretch of windows, against the baseline and earlier stretches; all as they were at a rung."""
    now, *past = [_value(seen.gauge.over(metric, seen.grain, one, rung=rung)) for one in (span, *earlier)]
    usual = seen.gauge.usual(metric, seen.grain, where=replace(EVERYTHING, start=span.start), rung=rung)
    known = [one.value for one in reversed(past) if isinstance(one, Measured)]
    title = entry(metric).title
    if rung is not None:
        title += f" of the newest windows at the age of {format_duration(timedelta(seconds=LADDER[rung]))}"
    light = model_light(title, now, usual, entry(metric).better.value, known)
    return replace(light, why=f"{light.why}; {_told(span)}")


def _told(span: Slice) -> str:
    """A stretch of days as people say it."""
    assert span.start is not None
    assert span.end is not None
    return f"{from_seconds(span.start):%-d %b} to {from_seconds(span.end - 1):%-d %b %Y}"


def _young_spans(seen: Seen, ripe: datetime) -> Iterator[Slice]:
    """Stretches of windows whose labels are all still coming, the newest first.

    Those that overlap the one that is judged by its labels would say the same of the same rows, only less surely.
    """
    last = seen.gauge.last(seen.grain)
    if last is None:
        return
    end = from_seconds(last) + seen.grain.delta
    if end > seen.gauge.now:
        end -= seen.grain.delta
    for back in range(_SPANS_BACK):
        span = _span(seen, end, back)
        if span.start is None or from_seconds(span.start) < ripe:
            return
        yield span


def _early_light(seen: Seen, metric: str, span: Slice, earlier: Sequence[Slice]) -> Light:
    """The light of windows whose labels are still coming: against earlier ones as they were at the same age."""
    assert span.end is not None
    rung = rung_at(seen.gauge.now - from_seconds(span.end))
    if rung is None:
        return Light(LightState.UNKNOWN, "no window has ended")
    return _light_of(seen, metric, span, earlier, rung)


def _span(seen: Seen, end: datetime, back: int) -> Slice:
    """Several windows together, the newest up to a moment, or those so many stretches before."""
    width = _SPAN * seen.grain.seconds
    last = to_seconds(end) - back * width
    return Slice(start=last - width, end=last)


def _value(taken: Taken | None) -> Reading:
    return taken.reading if taken is not None else Unmeasured("no labels yet")


def _pipeline(seen: Seen) -> Light:
    if seen.latest is None:
        return pipeline_light([], seen.unread) if seen.unread else Light(LightState.UNKNOWN, "no rows yet")
    return pipeline_light([*_null_shares(seen), *_duplicates(seen)], [*seen.unread, *_labels_missing(seen)])


def _labels_missing(seen: Seen) -> Iterator[str]:
    """What the label feed's alarm says while it fires."""
    row = newest_of_each(seen.alarms).get(LABEL_FEED.name)
    if row is not None and State(row.state) is State.FIRING and row.start is not None:
        share, since = 100 * (1 - (row.value or 0.0)), from_micro(row.pending_at or row.since)
        last = f"{share:.0f}\u00a0% on {from_seconds(row.start):%-d %b}"
        yield f"labels stopped or slowed before {since:%-d %b %Y}: of those that were due, {last} came"


def gap_of(seen: Seen) -> timedelta:
    """The longest time without rows lately."""
    grain = seen.model.grain
    newest = seen.gauge.last(grain)
    since = None if newest is None else newest - PAST * Grain.DAY.seconds
    return usual_gap(list(seen.gauge.rows(grain, Slice(start=since, end=newest and newest + 1))), grain.seconds)


def _null_shares(seen: Seen) -> Iterator[Share]:
    for column in plan_of(seen.model).columns:
        yield from null_share(seen, column, seen.gauge.take("null_rate", seen.grain, back(seen), column))


def null_share(seen: Seen, column: str, taken: Sequence[Taken]) -> Iterator[Share]:
    """The newest share of nulls beside what is usual: the baseline's, or what the column has shown before."""
    ended = complete(taken, seen.gauge.now) or list(taken)
    usual = seen.gauge.usual("null_rate", seen.grain, column)
    if ended and isinstance(usual, Measured):
        shares = [one.reading.value if isinstance(one.reading, Measured) else None for one in ended]
        yield Share(f"{column} is null", ended[-1].reading, null_limits(shares, usual.value)[-1])


def back(seen: Seen) -> Slice:
    """The newest windows and those before them that say what is usual."""
    return seen.lately(HISTORY)


def _duplicates(seen: Seen) -> Iterator[Share]:
    newest = _newest_ended(seen, seen.gauge.take("duplicate_rate", seen.grain, seen.lately(3)))
    if newest is not None:
        yield Share("the id came before", newest.reading, 0.0)


def _world(seen: Seen) -> Light:
    if seen.latest is None:
        return Light(LightState.UNKNOWN, "no rows yet")
    return world_light([shift for column in plan_of(seen.model).columns for shift in _shifts(seen, column)])


def _shifts(seen: Seen, column: str) -> Iterator[Shift]:
    """The newest window of a column that has ended, beside those before it."""
    taken = seen.gauge.take(DISTANCE, seen.grain, back(seen), column)
    ended = complete(taken, seen.gauge.now) or taken
    if ended and isinstance(ended[-1].reading, Measured):
        yield Shift(column, ended[-1].reading.value, bands(distances(ended))[-1])


def distances(taken: Sequence[Taken]) -> list[Distance | None]:
    """Distances with their noise, in order of time; None where a window has none."""
    return [
        Distance(one.reading.value, one.noise or 0.0) if isinstance(one.reading, Measured) else None for one in taken
    ]


def _newest_ended(seen: Seen, taken: Sequence[Taken]) -> Taken | None:
    """The newest window that has ended; where none has, the newest there is."""
    ended = complete(taken, seen.gauge.now) or list(taken)
    return ended[-1] if ended else None


def _newest_readings(seen: Seen, metric: str, performance: Sequence[Taken]) -> Iterator[tuple[str, Taken]]:
    """The key metric and the one after it, of the newest window that can be relied on, else of the newest."""
    for name in metrics_of(seen.gauge.subject)[:2]:
        taken = performance if name == metric else seen.gauge.take(name, seen.grain, seen.lately())
        newest = judged(taken, seen.gauge.now) or (taken[-1] if taken else None)
        if newest is not None:
            yield name, newest


def _serving(seen: Seen) -> str | None:
    """The version that made most of the newest window's predictions."""
    counts = seen.gauge.counts
    newest = seen.lately(1)
    rows = {
        version: sum(seen.gauge.rows(seen.grain, replace(newest, version=version)).values())
        for version in counts.versions()
    }
    best: Mapping[str, int] = {version: many for version, many in rows.items() if many}
    return max(best, key=lambda version: best[version]) if best else None


def _headline(verdicts: Sequence[Light]) -> str | None:
    return next((verdict.why for verdict in verdicts if verdict.state is LightState.TROUBLE), None)
