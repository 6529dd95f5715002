"""The large charts: a line with all that is known about it, and bars under it on the same axis."""

from __future__ import annotations

from collections.abc import Sequence

from bellbuoy.charts.ends import ends
from bellbuoy.charts.frame import chart, ground, places, plot, time_axis, value_axis
from bellbuoy.charts.parts import Bar, Dot, Event, Span, span_of
from bellbuoy.charts.paths import added, bands, columns, lines, thin
from bellbuoy.charts.plane import FINE, Plane, count_range, value_range
from bellbuoy.charts.strip import strip
from bellbuoy.charts.ticks import value_ticks

#: More windows than this in one line are thinned; more than this in bars are added up.
_DOTS = 1_000
_BARS = 400
#: Pixels of an axis of time with its two lines of text.
_AXIS = 36
#: Pixels above a plot, and with a unit over its axis of values.
_HEAD, _UNIT = 6, 22


def line_chart(
    dots: Sequence[Dot],
    *,
    title: str,
    span: Span | None = None,
    baseline: float | None = None,
    estimates: Sequence[Dot] = (),
    events: Sequence[Event] = (),
    key: str = "line",
    unit: str | None = None,
    height: int = 260,
) -> str:
    """A line over time with its intervals, gaps where nothing was measured, a baseline, and events above it.

    `dots`, `estimates` (a second line, behind the first) and `events` are in order of time. `span` is the axis in
    seconds, the dots' own without it. `key` must be unique on the page. `data-x` lists the middles of the newest 1,000
    windows of `dots`, 0 to 10,000 across, for tooltips. More dots than that are drawn as the least and the greatest of
    slices.
    """
    drawn, behind = thin(dots, _DOTS), [dot._replace(shade="", estimate=True) for dot in thin(estimates, _DOTS)]
    low, high = value_range([*drawn, *behind], [baseline])
    plane = Plane(*span_of(dots or estimates, span), low, high, height * FINE)
    above = strip([event for event in events if event.until >= plane.start and event.start <= plane.end], plane)
    top = above.height + (_UNIT if unit else _HEAD)
    body = (
        ground(dots, plane, top, height, key),
        value_axis(plane, top, value_ticks(low, high), unit),
        above.draw(top + height),
        plot(bands(behind, plane) + bands(drawn, plane) + lines(behind, plane) + lines(drawn, plane), height, top),
        ends(plane, top, drawn, behind, baseline),
        time_axis(plane, top + height),
    )
    return chart("lines", top + height + _AXIS, title, "".join(body), places(dots[-_DOTS:], plane))


def bar_chart(bars: Sequence[Bar], *, title: str, span: Span | None = None, height: int = 72) -> str:
    """Counts over time as bars from zero, their parts dark and what will join them less so.

    Neighbours are added up where there are more than 400.
    """
    drawn = added(bars, _BARS)
    low, high = count_range(bar.whole for bar in drawn)
    plane = Plane(*span_of(bars, span), low, high, height * FINE)
    ink = columns([((bar.start, bar.end), bar.whole, 0.0) for bar in drawn], plane, "whole")
    ink += columns([((bar.start, bar.end), bar.due, bar.part or 0.0) for bar in drawn], plane, "due")
    ink += columns([((bar.start, bar.end), bar.part, 0.0) for bar in drawn], plane, "part")
    body = value_axis(plane, 6, value_ticks(low, high, 2)) + plot(ink, height, 6) + time_axis(plane, 6 + height)
    return chart("bars", 6 + height + _AXIS, title, body, places(bars[-_DOTS:], plane))
