"""Charts: numbers → SVG text. Pure, and without style: marks carry classes, the page's style sheet owns the colours.

A chart fills the width it is given, and stays crisp at any: what is measured in data (lines, bands, bars) sits in a
`<svg class="plot">` of its own, whose viewBox is stretched; what must not stretch (text, rules, hatching) sits around
it, at per cents across and pixels down. Heights are fixed. The style gives strokes in a plot their `vector-effect`.

A moment is seconds since 1970 (UTC). A value that is None, NaN or infinite is a gap. Text is escaped here.
"""

from __future__ import annotations

from bellbuoy.charts.figures import bar_chart, line_chart
from bellbuoy.charts.parts import Bar, Dot, Event, Span
from bellbuoy.charts.sparks import spark_bars, spark_change, spark_line
from bellbuoy.charts.ticks import Tick, short_text, tick_texts, time_ticks, value_ticks

__all__ = [
    "Bar",
    "Dot",
    "Event",
    "Span",
    "Tick",
    "bar_chart",
    "line_chart",
    "short_text",
    "spark_bars",
    "spark_change",
    "spark_line",
    "tick_texts",
    "time_ticks",
    "value_ticks",
]
