"""Lines, bands and bars as SVG paths, in the units of a plane."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape

from bellbuoy.charts.parts import Bar, Dot, Span, real, worth
from bellbuoy.charts.plane import Plane


def lines(dots: Iterable[Dot], plane: Plane) -> str:
    """Values as lines, one path for each stretch of one style."""
    parts = []
    for run in _runs(dots, _measured):
        path = _path(plane.xs([dot.middle for dot in run]), plane.ys(map(worth, run)))
        parts.append(f'<path class="line{_style(run[-1])}" d="{path}"/>')
    return "".join(parts)


def bands(dots: Iterable[Dot], plane: Plane) -> str:
    """Intervals as areas from low to high; that of a single dot as an upright stroke."""
    parts = []
    for run in _runs(dots, _bounded):
        xs = plane.xs([dot.middle for dot in run])
        lows, highs = plane.ys([dot.low or 0.0 for dot in run]), plane.ys([dot.high or 0.0 for dot in run])
        around = _path([*xs, *reversed(xs)], [*highs, *reversed(lows)])
        kind = "band" if len(run) > 1 else "whisker"
        parts.append(f'<path class="{kind}{_style(run[-1])}" d="{around}z"/>')
    return "".join(parts)


def columns(bars: Iterable[tuple[Span, float | None, float]], plane: Plane, kind: str) -> str:
    """Bars by their ends, their top and their foot, all in one path: few bytes, one element."""
    drawn = [(span, top or 0.0, foot) for span, top, foot in bars if real(top) and (top or 0.0) > foot]
    lefts, rights = plane.xs(span[0] for span, _, _ in drawn), plane.xs(span[1] for span, _, _ in drawn)
    tops, feet = plane.ys(top for _, top, _ in drawn), plane.ys(foot for _, _, foot in drawn)
    ink = []
    for left, right, top, foot in zip(lefts, rights, tops, feet, strict=True):
        # A sliver is left between neighbours as long as there is room for it.
        width = max(right - left - min(20, (right - left) // 5), 4)
        ink.append(f"M{left} {foot}V{top}h{width}V{foot}z")
    return f'<path class="{kind}" d="{"".join(ink)}"/>' if ink else ""


def steps(counts: Sequence[float], plane: Plane) -> str:
    """Counts one beside the other as one area; the n-th goes from n to n + 1 on the plane."""
    if not counts:
        return ""
    edges = plane.xs(range(len(counts) + 1))
    tops = plane.ys(counts)
    ink = [f"V{top}h{right - left}" for top, left, right in zip(tops, edges, edges[1:], strict=False)]
    return f'<path class="whole" d="M0 {plane.height}{"".join(ink)}V{plane.height}z"/>'


def _style(dot: Dot) -> str:
    style = "estimate" if dot.estimate else dot.shade
    return f" {escape(style)}" if style else ""


def _measured(dot: Dot) -> bool:
    return real(dot.value)


def _bounded(dot: Dot) -> bool:
    return real(dot.low) and real(dot.high) and real(dot.value)


def _runs(dots: Iterable[Dot], drawn: Callable[[Dot], bool]) -> Iterator[list[Dot]]:
    """Stretches of neighbours that can be drawn, in one style, which is that of the last dot.

    Where only the style changes, the new stretch starts at the last dot of the old one, so that the line stays whole.
    Windows that are absent break the line as unmeasured ones do.
    """
    run: list[Dot] = []
    for dot in dots:
        fits = drawn(dot)
        if run:
            last = run[-1]
            if not fits or dot.start - last.end > (dot.end - dot.start) / 2:
                yield run
                run = []
            elif dot.shade != last.shade or dot.estimate != last.estimate:
                yield run
                run = [last]
        if fits:
            run.append(dot)
    if run:
        yield run


def _path(xs: Sequence[int], ys: Sequence[int]) -> str:
    """A line through points, written as differences; of one point, a stroke of no length (a round dot)."""
    if len(xs) == 1:
        return f"M{xs[0]} {ys[0]}h0"
    steps = " ".join([f"{x - a} {y - b}" for a, x, b, y in zip(xs, xs[1:], ys, ys[1:], strict=False)])
    return f"M{xs[0]} {ys[0]}l{steps}".replace(" -", "-")


def thin(dots: Sequence[Dot], most: int) -> Sequence[Dot]:
    """At most about `most` dots: of each slice its least and greatest, or a gap where nothing was measured."""
    if len(dots) <= most:
        return dots
    width = math.ceil(2 * len(dots) / most)
    kept: list[Dot] = []
    for place in range(0, len(dots), width):
        piece = [dot for dot in dots[place : place + width] if real(dot.value)] or [dots[place]]
        ends = sorted({piece.index(min(piece, key=worth)), piece.index(max(piece, key=worth))})
        kept += [_widened(piece[end], width) for end in ends]
    return kept


def _widened(dot: Dot, width: int) -> Dot:
    """The dot at its place but so wide that it touches the next that is kept: the line must not break between them."""
    room = width * (dot.end - dot.start)
    return dot._replace(start=dot.start - room, end=dot.end + room)


def added(bars: Sequence[Bar], most: int) -> Sequence[Bar]:
    """At most `most` bars: neighbours are added up."""
    if len(bars) <= most:
        return bars
    width = math.ceil(len(bars) / most)
    pieces = [bars[place : place + width] for place in range(0, len(bars), width)]
    return [
        Bar(p[0].start, p[-1].end, *(sum(numbers) for numbers in zip(*map(_counts, p), strict=True))) for p in pieces
    ]


def _counts(bar: Bar) -> tuple[float, float, float]:
    """A bar's counts; nothing more is due than is there where nobody says so."""
    part = bar.part or 0
    return bar.whole or 0, part, bar.due or part
