"""The strip above a plot that says what happened when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

from bellbuoy.charts.parts import Event
from bellbuoy.charts.plane import ACROSS, Plane, percent

#: How wide a letter of a text is taken to be, in units across (6.5 of 1,000 pixels).
_LETTER = 65
#: Height of a lane in pixels, and how many there may be.
_LANE = 17
_MOST = 5


@dataclass(frozen=True, slots=True)
class _Placed:
    """An event with its number and ends, and the lane (None: no room) and the ends of its text."""

    event: Event
    number: int
    left: int
    right: int
    first: int
    last: int
    lane: int | None = None

    @property
    def before(self) -> bool:
        """Whether its text ends where it does: there is no room after its beginning."""
        return self.first < self.left

    @property
    def end(self) -> int:
        """Where its text and its bar have both ended."""
        return max(self.last, self.right)


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
    """Give lanes to events; their numbers count from 1, in their order. What finds no room is drawn without text."""
    marks = [_mark(number, event, plane) for number, event in enumerate(events, 1)]
    placed: list[_Placed] = []
    # From both ends: a text and the hairlines of those that are placed after it lead away from each other.
    for mark in [*(mark for mark in marks if not mark.before), *(mark for mark in reversed(marks) if mark.before)]:
        placed.append(replace(mark, lane=_lane(mark, placed)))
    return Strip(tuple(sorted(placed, key=lambda mark: mark.number)), plane.start)


def _mark(number: int, event: Event, plane: Plane) -> _Placed:
    left, right = plane.xs([event.start, event.until])
    width = (len(event.text) + 5) * _LETTER
    before = left + width > ACROSS and right > width
    return _Placed(event, number, left, right, right - width if before else left, right if before else left + width)


def _lane(mark: _Placed, placed: Sequence[_Placed]) -> int | None:
    """The highest lane with room, one where no hairline crosses out a text if there is any."""
    beside = [one.lane for one in placed if one.end > mark.first and mark.end > one.first]
    free = [lane for lane in range(_MOST) if lane not in beside]
    return next((lane for lane in free if not _crossed(mark, lane, placed)), next(iter(free), None))


def _crossed(mark: _Placed, lane: int, placed: Sequence[_Placed]) -> bool:
    """Whether in this lane its hairline would fall through a text below, or one from above through its text."""
    return any(
        one.first < mark.left < one.last if one.lane > lane else mark.first < one.left < mark.last
        for one in placed
        if one.lane is not None and one.lane != lane
    )


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
