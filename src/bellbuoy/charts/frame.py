"""What stands around a plot: axes, ground, and the SVG element itself."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from bellbuoy.charts.parts import Bar, Dot, stretches
from bellbuoy.charts.plane import ACROSS, FINE, Plane, percent
from bellbuoy.charts.ticks import tick_texts, time_ticks


def plot(body: str, height: int, top: int) -> str:
    """The stretched part of a chart; `height` and `top` in pixels."""
    place = f'y="{top}" width="100%" height="{height}"'
    return f'<svg class="plot" {place} {_view(ACROSS, height)}>{body}</svg>'


def chart(kind: str, height: int, title: str, body: str, places: str) -> str:
    """A chart as wide as its place; the title is for those who cannot see it."""
    # Not <title>: browsers show that as a tooltip, over our own.
    head = f'class="chart {kind}" width="100%" height="{height}" role="img" aria-label="{escape(title)}"'
    return f'<svg {head} data-x="{places}">{body}</svg>'


def spark(title: str, body: str, across: int, height: int) -> str:
    """A chart the size of a word, which says its title when pointed at."""
    return f'<svg class="spark plot" role="img" {_view(across, height)}><title>{escape(title)}</title>{body}</svg>'


def _view(across: int, height: int) -> str:
    return f'viewBox="0 0 {across} {height * FINE}" preserveAspectRatio="none"'


def places(parts: Sequence[Dot] | Sequence[Bar], plane: Plane) -> str:
    """Middles of the windows in units across, for tooltips."""
    return " ".join(map(str, plane.xs([part.middle for part in parts])))


def value_axis(plane: Plane, top: int, ticks: Sequence[float], unit: str | None = None) -> str:
    """Quiet lines across the plot, and their numbers left of it; above them their unit."""
    parts = [f'<text class="tick" x="-40" y="{top - 8}">{escape(unit)}</text>'] if unit else []
    for value, text in zip(ticks, tick_texts(ticks), strict=True):
        y = top + plane.down(value)
        parts.append(f'<line class="grid" x2="100%" y1="{y}" y2="{y}"/>')
        parts.append(f'<text class="tick" x="-8" y="{y + 4}" text-anchor="end">{text}</text>')
    return "".join(parts)


def time_axis(plane: Plane, bottom: int) -> str:
    """The axis under a plot. Every second text is `odd`, to be hidden where the chart is narrow."""
    parts = [f'<line class="axis" x2="100%" y1="{bottom}" y2="{bottom}"/>']
    for place, tick in enumerate(time_ticks(plane.start, plane.end)):
        x, odd = plane.across(tick.at), " odd" if place % 2 else ""
        parts.append(f'<line class="axis" x1="{x}" x2="{x}" y1="{bottom}" y2="{bottom + 4}"/>')
        parts.append(f'<text class="tick time{odd}" x="{x}" y="{bottom + 17}">{tick.text}</text>')
        if tick.under:
            parts.append(f'<text class="tick time" x="{x}" y="{bottom + 31}">{tick.under}</text>')
    return "".join(parts)


def ground(dots: Sequence[Dot], plane: Plane, top: int, height: int, key: str) -> str:
    """What lies behind windows that are not final; the provisional ones are hatched.

    The style must not fill those: a fill in a sheet goes before one that an element names.
    """
    tile = 'width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"'
    parts = [f'<pattern id="{escape(key)}-hatch" {tile}><line class="hatch" y2="6"/></pattern>']
    for start, end, shade in stretches(dots):
        left, right = plane.xs([start, end])
        # A url() in a style sheet would point into the sheet, so the hatching is named here.
        fill = f' fill="url(#{escape(key)}-hatch)"' if shade == "provisional" else ""
        box = f'x="{percent(left)}" y="{top}" width="{percent(right - left)}" height="{height}"'
        parts.append(f'<rect class="ground {escape(shade)}" {box}{fill}/>')
    return "".join(parts)
