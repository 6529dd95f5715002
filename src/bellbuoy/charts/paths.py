"""Lines, bands and bars as SVG paths, in the units of a plane."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape

from bellbuoy.charts.parts import Bar, Dot, real, worth
from bellbuoy.charts.plane import Plane


def lines(dots: Iterable[Dot], plane: Plane) -> str:
    """Values as lines, one path for each stretch of one style."""
    parts = []
    for run in _runs(dots, _measured):
        style = "estimate" if run[-1].estimate else run[-1].shade
        path = _path(plane.xs([dot.middle for dot in run]), plane.ys(map(worth, run)))
        parts.append(f'<path class="line{_also(style)}" d="{path}"/>')
    return "".join(parts)


def bands(dots: Iterable[Dot], plane: Plane) -> str:
    """Intervals as areas from low to high; that of a single dot as an upright stroke."""
    parts = []
    for run in _runs(dots, _bounded):
        xs = plane.xs([dot.middle for dot in run])
        lows, highs = plane.ys([dot.low or 0.0 for dot in run]), plane.ys([dot.high or 0.0 for dot in run])
        around = _path([*xs, *reversed(xs)], [*highs, *reversed(lows)])
        kind = "band" if len(run) > 1 else "whisker"
        parts.append(f'<path class="{kind}{_also(run[-1].shade)}" d="{around}z"/>')
    return "".join(parts)


def columns(spans: Iterable[tuple[float, float]], counts: Iterable[float | None], plane: Plane, kind: str) -> str:
    """Counts as bars, all in one path: few bytes, one element."""
    drawn = [(span, count) for span, count in zip(spans, counts, strict=True) if count and math.isfinite(count)]
    lefts, rights = plane.xs(span[0] for span, _ in drawn), plane.xs(span[1] for span, _ in drawn)
    ink = []
    for left, right, top in zip(lefts, rights, plane.ys(count for _, count in drawn), strict=True):
        # A sliver is left between neighbours as long as there is room for it.
        width = max(right - left - min(20, (right - left) // 5), 4)
        ink.append(f"M{left} {plane.height}V{top}h{width}V{plane.height}z")
    return f'<path class="{kind}" d="{"".join(ink)}"/>' if ink else ""


def steps(counts: Sequence[float], plane: Plane) -> str:
    """Counts one beside the other as one area; the n-th goes from n to n + 1 on the plane."""
    if not counts:
        return ""
    edges = plane.xs(range(len(counts) + 1))
    tops = plane.ys(counts)
    ink = [f"V{top}h{right - left}" for top, left, right in zip(tops, edges, edges[1:], strict=False)]
    return f'<path class="whole" d="M0 {plane.height}{"".join(ink)}V{plane.height}z"/>'


def _also(style: str) -> str:
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
    return [Bar(p[0].start, p[-1].end, sum(b.whole or 0 for b in p), sum(b.part or 0 for b in p)) for p in pieces]
