"""The large charts: a line with all that is known about it, and bars under it on the same axis."""

from __future__ import annotations

from collections.abc import Sequence

from bellbuoy.charts.frame import chart, ground, places, plot, time_axis, value_axis
from bellbuoy.charts.parts import Bar, Dot, Event, Span, real, span_of, worth
from bellbuoy.charts.paths import added, bands, columns, lines, thin
from bellbuoy.charts.plane import FINE, Plane, count_range, value_range
from bellbuoy.charts.strip import strip
from bellbuoy.charts.ticks import short_text, value_ticks

#: More windows than this in one line are thinned; more than this in bars are added up.
_DOTS = 1_000
_BARS = 400
#: Pixels of an axis of time with its two lines of text.
_AXIS = 36


def line_chart(
    dots: Sequence[Dot],
    *,
    title: str,
    span: Span | None = None,
    baseline: float | None = None,
    events: Sequence[Event] = (),
    key: str = "line",
    height: int = 260,
) -> str:
    """A line over time with its intervals, gaps where nothing was measured, a baseline, and events above it.

    `dots` and `events` are in order of time. `span` is the axis in seconds, the dots' own without it. `key` must be
    unique on the page. `data-x` lists the middles of the newest 1,000 windows, 0 to 10,000 across, for tooltips. More
    dots than that are drawn as the least and the greatest of slices.
    """
    drawn = thin(dots, _DOTS)
    low, high = value_range(drawn, [baseline])
    plane = Plane(*span_of(dots, span), low, high, height * FINE)
    above = strip([event for event in events if event.until >= plane.start and event.start <= plane.end], plane)
    top = above.height + 6
    body = (
        ground(dots, plane, top, height, key),
        value_axis(plane, top, value_ticks(low, high)),
        above.draw(top + height),
        plot(bands(drawn, plane) + lines(drawn, plane), height, top),
        _ends(plane, top, next((dot for dot in reversed(drawn) if real(dot.value)), None), baseline),
        time_axis(plane, top + height),
    )
    return chart("lines", top + height + _AXIS, title, "".join(body), places(dots[-_DOTS:], plane))


def bar_chart(bars: Sequence[Bar], *, title: str, span: Span | None = None, height: int = 72) -> str:
    """Counts over time as bars from zero, their parts drawn dark; neighbours are added up where they exceed 400."""
    drawn = added(bars, _BARS)
    low, high = count_range(bar.whole for bar in drawn)
    plane = Plane(*span_of(bars, span), low, high, height * FINE)
    spans = [(bar.start, bar.end) for bar in drawn]
    ink = columns(spans, [bar.whole for bar in drawn], plane, "whole")
    ink += columns(spans, [bar.part for bar in drawn], plane, "part")
    body = value_axis(plane, 6, value_ticks(low, high, 2)) + plot(ink, height, 6) + time_axis(plane, 6 + height)
    return chart("bars", 6 + height + _AXIS, title, body, places(bars[-_DOTS:], plane))


def _ends(plane: Plane, top: int, last: Dot | None, baseline: float | None) -> str:
    """Where lines end, their names: the newest value, and the baseline out of its way."""
    parts, newest = [], None
    if last is not None:
        newest = top + plane.down(worth(last))
        text = f'dx="7" y="{newest + 4}">{short_text(worth(last))}'
        parts.append(f'<text class="label last" x="{plane.across(last.middle)}" {text}</text>')
    if baseline is not None and real(baseline):
        y = top + plane.down(baseline)
        at = _aside(y, newest)
        parts.append(f'<line class="baseline" x2="100%" y1="{y}" y2="{y}"/>')
        parts.append(f'<text class="label" x="100%" dx="7" y="{at}">{short_text(baseline)}</text>')
        parts.append(f'<text class="label wide" x="100%" dx="7" y="{at + 12}">baseline</text>')
    return "".join(parts)


def _aside(y: int, newest: int | None) -> int:
    """Where the two lines of the baseline's name begin: beside it, or far enough from the newest value."""
    if newest is None or abs(y + 4 - newest) > 22:
        return y + 4
    return newest + 20 if y >= newest else newest - 22
