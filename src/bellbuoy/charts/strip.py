"""The strip above a plot that says what happened when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from bellbuoy.charts.parts import Event
from bellbuoy.charts.plane import ACROSS, Plane, percent

#: How wide a letter of a text is taken to be, in units across (6.5 of 1,000 pixels).
_LETTER = 65
#: Height of a lane in pixels, and how many there may be.
_LANE = 17
_MOST = 4


@dataclass(frozen=True, slots=True)
class _Placed:
    """An event with its number, ends and lane (None: no room); with `before`, its text ends where it does."""

    event: Event
    number: int
    left: int
    right: int
    lane: int | None
    before: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """Events in lanes, so that their texts do not meet."""

    placed: tuple[_Placed, ...]
    start: float

    @property
    def height(self) -> int:
        """Pixels that it takes above the plot."""
        return _LANE * max((1 + _row(mark) for mark in self.placed), default=0)

    def draw(self, bottom: int) -> str:
        """A bar and a text an event, and from its beginning a hairline down to `bottom`."""
        # All hairlines first: none may cross out a text.
        began = [_hairline(mark, bottom) for mark in self.placed if mark.event.start >= self.start]
        return "".join([*began, *map(_name, self.placed)])


def strip(events: Sequence[Event], plane: Plane) -> Strip:
    """Give lanes to events, in their order; their numbers count from 1. What finds no room is drawn without text."""
    taken = [0] * _MOST
    placed = []
    for number, event in enumerate(events, 1):
        left, right = plane.xs([event.start, event.until])
        width = (len(event.text) + 5) * _LETTER
        before = left + width > ACROSS and right > width
        first, last = (right - width, right) if before else (left, max(left + width, right))
        lane = next((lane for lane in range(_MOST) if taken[lane] <= first), None)
        if lane is not None:
            taken[lane] = last
        placed.append(_Placed(event, number, left, right, lane, before))
    return Strip(tuple(placed), plane.start)


def _row(mark: _Placed) -> int:
    return _MOST - 1 if mark.lane is None else mark.lane


def _top(mark: _Placed) -> int:
    return _LANE * _row(mark) + 13


def _hairline(mark: _Placed, bottom: int) -> str:
    x = percent(mark.left)
    line = f'<line x1="{x}" x2="{x}" y1="{_top(mark)}" y2="{bottom}"/>'
    return f'<g class="event {escape(mark.event.kind)}">{line}</g>'


def _name(mark: _Placed) -> str:
    event, y, left, parts = mark.event, _top(mark), percent(mark.left), []
    if mark.lane is not None:
        edge = f'x="{percent(mark.right)}" text-anchor="end"' if mark.before else f'x="{left}"'
        parts.append(f'<text {edge} y="{y - 3}">{mark.number}<tspan class="wide"> {escape(event.text)}</tspan></text>')
    # After the text, whose halo would bite into it.
    if event.end is not None:
        parts.append(f'<rect x="{left}" y="{y}" width="{percent(max(mark.right - mark.left, 20))}" height="3"/>')
    return f'<g class="event {escape(event.kind)}">{"".join(parts)}</g>'
