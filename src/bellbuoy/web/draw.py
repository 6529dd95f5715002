"""From views to charts: which number goes where, and what a chart says to those who cannot see it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from bellbuoy.app.views import ColumnStatus, Mark, ModelPage, ModelStatus, Point
from bellbuoy.charts import Bar, Dot, Event, Span, bar_chart, line_chart, spark_bars, spark_line
from bellbuoy.web.words import count, day, interval, metric_title, number, share, window

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
    return "provisional" if point.maturity == "provisional" else ""


def _bars(points: Sequence[Point]) -> list[Bar]:
    return [Bar(p.start.timestamp(), p.end.timestamp(), p.rows, p.labelled) for p in points]


def page_span(page: ModelPage) -> Span | None:
    """The axis of time that both charts of a page share."""
    start = page.start or (page.points[0].start if page.points else None)
    end = page.end or (page.points[-1].end if page.points else None)
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
    title = f"{metric_title(page.metric)} of {of}{part}: {summary(page.points, number)}"
    dots = _dots(page.points)
    return _drawn(line_chart(dots, title=title, span=page_span(page), baseline=base, events=events, key="performance"))


def volume(page: ModelPage) -> Markup:
    """Rows of each window, the labelled ones dark, on the same axis of time."""
    rows = sum(point.rows for point in page.points)
    known = sum(point.labelled or 0 for point in page.points)
    some = any(point.labelled is not None for point in page.points)
    title = f"{count(rows)} rows{f', {count(known)} of them labelled' if some else ''}"
    return _drawn(bar_chart(_bars(page.points), title=title, span=page_span(page)))


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
    return [Dot(p.start.timestamp(), p.end.timestamp(), p.value, shade=_shade(p)) for p in points]


def null_line(column: ColumnStatus) -> Markup:
    """Share of nulls over time."""
    newest = column.null_rates[-_NEWEST:]
    title = f"Null: {summary(newest, share)}"
    return _drawn(spark_line(_small(newest), title=title, floor=0.0, reach=_FEW_NULLS, most=50))


def drift_line(column: ColumnStatus) -> Markup:
    """Distance to the baseline over time, on the band that noise alone fills."""
    newest = column.drifts[-_NEWEST:]
    return _drawn(spark_line(_dots(newest), title=f"Drift: {summary(newest, number)}", floor=0.0, most=50))


def summary(points: Sequence[Point], text: Callable[[float | None], str]) -> str:
    """A line of numbers in words: the newest, the least, the greatest, and how many windows are unmeasured."""
    measured = [(p.value, p) for p in points if p.value is not None]
    if not measured:
        why = next((p.why for p in reversed(points) if p.why), None)
        return f"nothing measured ({why})" if why else "nothing measured"
    value, last = measured[-1]
    around = interval(last.low, last.high) if last.low is not None else ""
    newest = f"{text(value)}{f' ({around})' if around else ''} in {window(last.start, last.end)}"
    least, most = min(v for v, _ in measured), max(v for v, _ in measured)
    gaps = len(points) - len(measured)
    tail = f"; {gaps} of {len(points)} windows unmeasured" if gaps else ""
    return f"{newest}; {text(least)} to {text(most)} since {day(points[0].start)}{tail}"
