"""From views to charts: which number goes where, and what a chart says to those who cannot see it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

from markupsafe import Markup

from bellbuoy.app.views import ColumnStatus, Mark, ModelPage, ModelStatus, Part, Point
from bellbuoy.charts import Bar, Dot, Event, Span, bar_chart, line_chart, spark_bars, spark_change, spark_line
from bellbuoy.web.beside import beside
from bellbuoy.web.words import change, count, day, figure, interval, metric_title, number, share, window

#: Newest windows that a chart the size of a word shows.
_NEWEST = 120
#: Rows of the fleet page from which on its lines are coarser, to keep it light.
_MANY = 60
#: Share of nulls that the axis reaches at least: a flutter below it is drawn as one.
_FEW_NULLS = 0.1


def _drawn(svg: str) -> Markup:
    return Markup(svg)  # noqa: S704 - charts escape every text that they are given


def _dots(points: Sequence[Point]) -> list[Dot]:
    return [Dot(p.start.timestamp(), p.end.timestamp(), p.value, p.low, p.high, _shade(p), p.estimate) for p in points]


def _shade(point: Point) -> str:
    """Only what may still change looks otherwise."""
    return point.maturity if point.maturity in {"provisional", "mature"} else ""


def _bars(points: Sequence[Point]) -> list[Bar]:
    return [Bar(p.start.timestamp(), p.end.timestamp(), p.rows, p.labelled, _due(p)) for p in points]


def _due(point: Point) -> float | None:
    """How many labels there will be in the end; of a window that is final, those that there are."""
    if point.expected_coverage is None or point.maturity == "final":
        return None
    return point.rows * point.expected_coverage


def shown(page: ModelPage) -> list[Point]:
    """The windows that are drawn; those that have only an estimate are there, unmeasured."""
    return [one.point for one in beside(page)]


def page_span(page: ModelPage) -> Span | None:
    """The axis of time that both charts of a page share."""
    points = shown(page)
    start = page.start or (points[0].start if points else None)
    end = page.end or (points[-1].end if points else None)
    return (start.timestamp(), end.timestamp()) if start and end else None


def shown_marks(page: ModelPage) -> list[Mark]:
    """What happened within the page's span, in order of time: the n-th has number n in the chart."""
    span = page_span(page)
    if span is None:
        return []
    inside = [m for m in page.marks if (m.until or m.at).timestamp() >= span[0] and m.at.timestamp() <= span[1]]
    return sorted(inside, key=lambda mark: (mark.at, mark.text))


def performance(page: ModelPage) -> Markup:
    """The metric over time, with all that is known about it."""
    events = [
        Event(mark.at.timestamp(), mark.until.timestamp() if mark.until else None, mark.text, mark.kind)
        for mark in shown_marks(page)
    ]
    base = page.baseline.value if page.baseline else None
    of = f"{page.status.name}, column {page.column}" if page.column else page.status.name
    part = f", {page.segment}" if page.segment else ""
    text = partial(figure, unit=page.unit)
    title = f"{metric_title(page.metric)} of {of}{part}: {summary(page.points, text, page.unit)}"
    title += f". Estimated before labels: {summary(page.estimates, text, page.unit)}" if page.estimates else ""
    chart = line_chart(
        _dots(shown(page)),
        title=title,
        span=page_span(page),
        baseline=base,
        estimates=_dots(page.estimates),
        events=events,
        key="performance",
        unit=page.unit,
    )
    return _drawn(chart)


def volume(page: ModelPage) -> Markup:
    """Rows of each window, the labelled ones dark, on the same axis of time."""
    points = shown(page)
    known = sum(point.labelled or 0 for point in points)
    some = any(point.labelled is not None for point in points)
    title = f"{count(sum(point.rows for point in points))} rows{f', {count(known)} of them labelled' if some else ''}"
    return _drawn(bar_chart(_bars(points), title=title, span=page_span(page)))


def awaits(page: ModelPage) -> bool:
    """Whether bars show how many labels are still to come."""
    return any((_due(point) or 0) > (point.labelled or 0) for point in shown(page))


def change_bar(page: ModelPage, part: Part) -> Markup:
    """How much one part changed the whole, on a scale that all parts of the page share."""
    title = f"{moved(page, part.contribution)}, of it {moved(page, part.proven)} beyond chance"
    return _drawn(spark_change(part.contribution or 0.0, part.proven, reach=_reach(page), title=title))


def moved(page: ModelPage, by: float | None) -> str:
    """A change of the whole, as exact as the greatest of the page needs it."""
    return change(by, _reach(page), page.unit)


def _reach(page: ModelPage) -> float:
    known = (abs(part.contribution) for part in page.parts if part.contribution is not None and part.why is None)
    return max((size for size in known if math.isfinite(size)), default=0.0)


def fleet_line(status: ModelStatus, rows: int) -> Markup:
    """The key metric in one of so many rows of the fleet page: more rows, coarser lines."""
    points = status.spark[-_NEWEST:]
    title = f"{metric_title(status.key_metric)}: {summary(points, number)}"
    return _drawn(spark_line(_small(points), title=title, most=40 if rows <= _MANY else 20))


def fleet_bars(status: ModelStatus, rows: int) -> Markup:
    """The volume in one of so many rows of the fleet page."""
    points = status.volume[-_NEWEST:]
    newest = f"{count(points[-1].rows)} in {window(points[-1].start, points[-1].end)}" if points else "none yet"
    return _drawn(spark_bars([p.rows for p in points], title=f"Rows: {newest}", most=30 if rows <= _MANY else 15))


def _small(points: Sequence[Point]) -> list[Dot]:
    """Without intervals, and with no more shades than a word can show."""
    return [
        Dot(p.start.timestamp(), p.end.timestamp(), p.value, shade="" if p.maturity == "mature" else _shade(p))
        for p in points
    ]


def null_line(column: ColumnStatus) -> Markup:
    """Share of nulls over time."""
    newest = column.null_rates[-_NEWEST:]
    title = f"Null: {summary(newest, share)}"
    return _drawn(spark_line(_small(newest), title=title, floor=0.0, reach=_FEW_NULLS, most=50))


def drift_line(column: ColumnStatus) -> Markup:
    """Distance to the baseline over time, on the band that noise alone fills."""
    newest = column.drifts[-_NEWEST:]
    return _drawn(spark_line(_dots(newest), title=f"Drift: {summary(newest, number)}", floor=0.0, most=50))


def summary(points: Sequence[Point], text: Callable[[float | None], str], unit: str | None = None) -> str:
    """A line of numbers in words: the newest, the least, the greatest, and how many windows are unmeasured."""
    measured = [(p.value, p) for p in points if p.value is not None]
    if not measured:
        why = next((p.why for p in reversed(points) if p.why), None)
        return f"nothing measured ({why})" if why else "nothing measured"
    value, last = measured[-1]
    around = interval(last.low, last.high, unit) if last.low is not None else ""
    newest = f"{text(value)}{f' ({around})' if around else ''} in {window(last.start, last.end)}"
    least, most = min(v for v, _ in measured), max(v for v, _ in measured)
    gaps = len(points) - len(measured)
    tail = f"; {gaps} of {len(points)} windows unmeasured" if gaps else ""
    return f"{newest}; {text(least)} to {text(most)} since {day(points[0].start)}{tail}"
