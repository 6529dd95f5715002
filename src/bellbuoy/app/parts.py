"""Where a metric's change came from: every segment value and version beside what is usual for it, worst first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bellbuoy.app.ask import Asked, among, counted_by_segment
from bellbuoy.app.glance import Seen
from bellbuoy.app.plans import plan_of
from bellbuoy.app.points import point_document, point_of
from bellbuoy.app.views import Part, Point
from bellbuoy.errors import ConfigError
from bellbuoy.metrics.catalogue import Family, entry
from bellbuoy.metrics.maturity import Maturity
from bellbuoy.metrics.parts import Finding, Sides, judge_parts, usual_reading, worst_first
from bellbuoy.metrics.reading import Measured, Unmeasured
from bellbuoy.metrics.taken import Taken, complete
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.series import Slice, summed
from bellbuoy.windows import Grain, Window, from_seconds, to_seconds

#: What versions are called where a segment's column would stand.
VERSION = "version"
#: Windows that are looked at together when nobody says which: one day's weather must not point at anybody.
_SPAN = 7
#: A part without rows now is told of if it usually has such a share of them.
_MISSED = 0.01
#: Values of one column that are looked at: those with most labelled rows.
_MOST = 60


@dataclass(frozen=True, slots=True)
class Change:
    """A metric over a stretch of time, what it usually is, and what each part has to do with the difference."""

    now: Point
    usual: Point | None
    parts: tuple[Part, ...] = ()  #: worst first

    @property
    def apart(self) -> float | None:
        """By how much higher the metric reads than usual."""
        if self.usual is None or self.usual.value is None or self.now.value is None:
            return None
        return self.now.value - self.usual.value


@dataclass(frozen=True, slots=True)
class _Line:
    """A part before it is judged."""

    by: str
    value: str
    where: Slice
    sides: Sides


def parts_of(seen: Seen, asked: Asked) -> tuple[Part, ...]:
    """Where the change came from, for a page: nothing where the metric is not one of rows with labels."""
    if asked.column is not None or entry(asked.metric).family is not Family.PERFORMANCE:
        return ()
    change = change_of(seen, asked)
    return change.parts if change is not None else ()


def by_of(seen: Seen, by: str | None) -> str | None:
    """A segment's column, or `version`, by which rows are told apart; None: by all of them.

    Raises:
        ConfigError: rows are not counted by it.
    """
    return by if by is None else among(by, [*plan_of(seen.model).segments, VERSION], "segment")


def each_of(seen: Seen, asked: Asked, by: str | None) -> list[Asked]:
    """A question about one series of readings as one about each value's, by a segment's column or by `version`.

    Raises:
        ConfigError: rows are not counted by it, or one of its values is asked for already.
    """
    if (column := by_of(seen, by)) is None:
        return [asked]
    if asked.where.version if column == VERSION else asked.where.by:
        hint = "leave one of them out"
        raise ConfigError(f"one {'version' if column == VERSION else 'segment'} is asked for, and all", hint=hint)
    if column != VERSION:
        counted_by_segment(seen.model, asked.metric, asked.column)
    return [replace(asked, where=_slice(asked.where, column, value)) for value in _values(seen, column)]


def change_of(seen: Seen, asked: Asked, by: str | None = None) -> Change | None:
    """A metric's change and where it came from; None where no window can be judged yet.

    Of one segment that is asked for there are only versions, of one version only segments. Without a stretch, it is
    the newest windows whose labels have come.

    Raises:
        ConfigError: it is no metric of rows with labels.
    """
    if asked.column is not None or entry(asked.metric).family is not Family.PERFORMANCE:
        raise ConfigError(f"{asked.metric} is not measured of labels", where="metric", hint="ask for one that is")
    where = _stretch(seen, asked.where)
    if where is None:
        return None
    grain = _grain(seen, where)
    whole = _sides(seen, grain, where)
    if whole is None:
        return None
    lines = list(_lines(seen, grain, where, by, whole))
    found = judge_parts(asked.metric, seen.gauge.subject, whole, [line.sides for line in lines])
    better = entry(asked.metric).better
    ranked = sorted(zip(lines, found, strict=True), key=lambda one: worst_first(one[1], better))
    reading = seen.gauge.performance(asked.metric, whole.now)
    usual = usual_reading(asked.metric, seen.gauge.subject, whole)
    now = Finding(reading, usual, 1.0)
    return Change(
        _now(seen, grain, _Line("", "", where, whole), now),
        _usual(where, whole, now),
        tuple(_part(seen, grain, line, one) for line, one in ranked),
    )


def change_document(model: str, metric: str, change: Change | None) -> dict[str, object]:
    """What `bellbuoy parts MODEL --json` prints, but for the moment whose beliefs it shows."""
    if change is None:
        return {"model": model, "metric": metric, "now": None, "usual": None, "change": None, "parts": []}
    return {
        "model": model,
        "metric": metric,
        "now": point_document(change.now),
        "usual": _usual_document(change.usual),
        "change": change.apart,
        "parts": [_part_document(part) for part in change.parts],
    }


def _part_document(part: Part) -> Mapping[str, object]:
    return {
        "by": part.by,
        "value": part.value,
        "now": point_document(part.now),
        "usual": _usual_document(part.usual),
        "share": part.share,
        "contribution": part.contribution,
        "proven": part.proven,
        "beyond": part.beyond,
        "mix": part.mix,
        "why": part.why,
    }


def _usual_document(usual: Point | None) -> Mapping[str, object] | None:
    """What is usual has no window of its own."""
    if usual is None:
        return None
    return {"value": usual.value, "low": usual.low, "high": usual.high, "labelled": usual.labelled, "why": usual.why}


def _stretch(seen: Seen, where: Slice) -> Slice | None:
    """The stretch that is asked for, made whole; None where there is nothing that can be judged."""
    width = seen.grain.seconds
    if where.start is None:
        end = _newest_judged(seen, where)
        return None if end is None else replace(where, start=end - _SPAN * width, end=end)
    last = seen.gauge.last(seen.grain, where.version)
    end = where.end if where.end is not None else last + width if last is not None else where.start
    if end <= where.start:
        return None
    grain = _grain(seen, replace(where, end=end))
    return replace(where, start=_whole(where.start, grain), end=_whole(end, grain))


def _newest_judged(seen: Seen, where: Slice) -> int | None:
    """The end of the newest window that has ended and whose labels have come; without any such, of any with labels."""
    until = seen.gauge.now if where.end is None else min(seen.gauge.now, from_seconds(where.end))
    ended = [one for one in complete(seen.gauge.take("labelled", seen.grain, where), until) if one.labelled]
    ripe = [one for one in ended if one.maturity is not Maturity.PROVISIONAL]
    newest = (ripe or ended)[-1:]
    return to_seconds(newest[0].window.end) if newest else None


def _grain(seen: Seen, where: Slice) -> Grain:
    """The widest grain of which the stretch holds whole windows."""
    edges = [edge for edge in (where.start, where.end) if edge is not None]
    return seen.grain if all(_whole(edge, seen.grain) == edge for edge in edges) else seen.model.grain


def _whole(edge: int, grain: Grain) -> int:
    """The first edge of windows from a moment on."""
    floor = to_seconds(grain.floor(from_seconds(edge)))
    return floor if floor == edge else floor + grain.seconds


def _lines(seen: Seen, grain: Grain, where: Slice, by: str | None, whole: Sides) -> Iterator[_Line]:
    """Everything that rows can be told apart by, within those that are asked for."""
    for column in [*plan_of(seen.model).segments, VERSION]:
        if by not in {None, column} or (where.version if column == VERSION else where.by):
            continue
        slices = {value: _slice(where, column, value) for value in _values(seen, column)}
        for value, part in _largest(seen, grain, slices):
            sides = (_versioned if column == VERSION else _sides)(seen, grain, part, whole)
            if sides is not None and (sides.now.rows or (sides.usual_share or 0.0) >= _MISSED):
                yield _Line(column, value, part, sides)


def _values(seen: Seen, column: str) -> Sequence[str]:
    counts = seen.gauge.counts
    return counts.versions() if column == VERSION else counts.segments().get(column, [])


def _slice(where: Slice, column: str, value: str) -> Slice:
    return replace(where, version=value) if column == VERSION else replace(where, by=column, segment=value)


def _largest(seen: Seen, grain: Grain, slices: Mapping[str, Slice]) -> list[tuple[str, Slice]]:
    """Values with most labelled rows; a column of thousands must not hold up a page."""
    if len(slices) <= _MOST:
        return list(slices.items())
    many = {value: sum(seen.gauge.counts.labelled(grain, part).values()) for value, part in slices.items()}
    return sorted(slices.items(), key=lambda one: -many[one[0]])[:_MOST]


def _sides(seen: Seen, grain: Grain, where: Slice, whole: Sides | None = None) -> Sides | None:
    """What was counted over a stretch and usually; None where there is neither."""
    now, usual = _counted(seen, grain, where), _counted_usual(seen, grain, where)
    if not now.rows and usual is None:
        return None
    every = whole.usual if whole is not None else usual
    share = (usual.rows if usual is not None else 0) / every.rows if every is not None else None
    return Sides(now, usual, share)


def _versioned(seen: Seen, grain: Grain, where: Slice, whole: Sides) -> Sides | None:
    """A version is to do what all versions usually do; one that serves no longer is none of the change."""
    now = _counted(seen, grain, where)
    if not now.rows:
        return None
    before, labelled = _before(seen, where), seen.gauge.counts.labelled
    past = sum(labelled(grain, replace(before, version=None)).values())
    return Sides(now, whole.usual, sum(labelled(grain, before).values()) / past if past else None)


def _counted(seen: Seen, grain: Grain, where: Slice) -> Outcome:
    return summed(seen.gauge.counts.outcomes(grain, where)) or Outcome()


def _counted_usual(seen: Seen, grain: Grain, where: Slice) -> Outcome | None:
    """The baseline of a part, of whichever version."""
    usual = seen.gauge.baseline.outcome(grain, replace(where, version=None))
    return usual if usual is not None and usual.rows else None


def _before(seen: Seen, where: Slice) -> Slice:
    """The past that a stretch is compared with."""
    start = where.start or 0
    return replace(where, start=start - seen.gauge.baseline.span, end=start)


def _part(seen: Seen, grain: Grain, line: _Line, found: Finding) -> Part:
    return Part(
        by=line.by,
        value=line.value,
        now=_now(seen, grain, line, found),
        usual=_usual(line.where, line.sides, found),
        share=found.share,
        contribution=found.contribution,
        proven=found.proven,
        mix=found.mix if line.by != VERSION else None,
        beyond=found.beyond,
        why=found.why,
    )


def _window(where: Slice) -> Window:
    return Window(from_seconds(where.start or 0), from_seconds(where.end or 0))


def _now(seen: Seen, grain: Grain, line: _Line, found: Finding) -> Point:
    labelled = line.sides.now.rows
    rows = max(labelled, sum(seen.gauge.rows(grain, line.where).values()))
    reading = found.now if labelled else Unmeasured("no labels yet")
    return point_of(Taken(_window(line.where), reading, rows, labelled), line.where)


def _usual(where: Slice, sides: Sides, found: Finding) -> Point | None:
    if sides.usual is None or not isinstance(found.usual, Measured):
        return None
    rows = sides.usual.rows
    return point_of(Taken(_window(where), found.usual, rows, rows), where)
