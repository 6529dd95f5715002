"""Names where lines end: the newest value, the estimate that reaches further, and the baseline."""

from __future__ import annotations

from collections.abc import Sequence

from bellbuoy.charts.parts import Dot, real, worth
from bellbuoy.charts.plane import Plane
from bellbuoy.charts.ticks import short_text

#: Pixels from a line of text to the next of the same name, and of another.
_LINE, _APART = 12, 15
#: Pixels from the middle of a text to the line that it stands on.
_HALF = 4

#: The first and the last line that a name stands on, in pixels from the top.
_Stands = tuple[int, int]


def ends(plane: Plane, top: int, dots: Sequence[Dot], estimates: Sequence[Dot], baseline: float | None) -> str:
    """The names of lines out of each other's way; an estimate has one only where no value is newer."""
    parts: list[str] = []
    stand: list[_Stands] = []
    last, expected = _newest(dots), _newest(estimates)
    if last is not None:
        parts.append(_name(last, "last", plane, top, stand))
    if expected is not None and (last is None or expected.start > last.start):
        parts.append(_name(expected, "expected", plane, top, stand))
    if baseline is not None and real(baseline):
        parts.append(_baseline(baseline, plane, top, stand))
    return "".join(parts)


def _newest(dots: Sequence[Dot]) -> Dot | None:
    return next((dot for dot in reversed(dots) if real(dot.value)), None)


def _name(dot: Dot, kind: str, plane: Plane, top: int, stand: list[_Stands]) -> str:
    y = _free(top + plane.down(worth(dot)) + _HALF, 0, stand)
    stand.append((y, y))
    more = '<tspan class="wide"> est.</tspan>' if kind == "expected" else ""
    text = f"{short_text(worth(dot))}{more}"
    return f'<text class="label {kind}" x="{plane.across(dot.middle)}" dx="7" y="{y}">{text}</text>'


def _baseline(value: float, plane: Plane, top: int, stand: Sequence[_Stands]) -> str:
    y = top + plane.down(value)
    at = _free(y + _HALF, _LINE, stand)
    return (
        f'<line class="baseline" x2="100%" y1="{y}" y2="{y}"/>'
        f'<text class="label" x="100%" dx="7" y="{at}">{short_text(value)}</text>'
        f'<text class="label wide" x="100%" dx="7" y="{at + _LINE}">baseline</text>'
    )


def _free(wanted: int, tall: int, stand: Sequence[_Stands]) -> int:
    """The place next to where a name of this height is wanted at which it meets none that stand already."""
    beside = [place for first, last in stand for place in (first - _APART - tall, last + _APART)]
    free = (
        place
        for place in [wanted, *beside]
        if all(place + tall <= first - _APART or place >= last + _APART for first, last in stand)
    )
    return min(free, key=lambda place: abs(place - wanted))
