"""Charts the size of a word: few bytes, for pages that hold hundreds."""

from __future__ import annotations

from collections.abc import Sequence

from bellbuoy.charts.frame import spark
from bellbuoy.charts.parts import Dot, real, span_of, stretches
from bellbuoy.charts.paths import bands, lines, steps, thin
from bellbuoy.charts.plane import FINE, Plane, count_range, value_range

_HEIGHT = 28
#: Height of a bar that lies.
_THIN = 12
#: Units across: enough for 200 pixels.
_ACROSS = 1_000


def spark_line(
    dots: Sequence[Dot], *, title: str, floor: float | None = None, reach: float | None = None, most: int = 60
) -> str:
    """A line, on tinted ground where it is provisional; `reach` is a value that must be in view.

    With a `floor`, each dot's `high` is a limit: the axis starts at the floor, and the ground from there to the limit
    is tinted, so that a line within it is noise.
    """
    drawn = thin(dots, most)
    limits = [dot._replace(low=floor, shade="", estimate=False) for dot in drawn] if floor is not None else []
    low, high = value_range(limits or [dot._replace(low=None, high=None) for dot in drawn], [floor, reach])
    plane = Plane(*span_of(dots), low if floor is None else floor, high, _HEIGHT * FINE, _ACROSS)
    soft = "".join(_ground(plane, start, end) for start, end, shade in stretches(dots) if shade == "provisional")
    return spark(title, soft + bands(limits, plane) + lines(drawn, plane), _ACROSS, _HEIGHT)


def spark_bars(counts: Sequence[float], *, title: str, most: int = 40) -> str:
    """Counts of even windows as steps from zero; neighbours are added up where there are more than `most`."""
    width = -(-len(counts) // most) or 1
    sums = [sum(counts[place : place + width]) for place in range(0, len(counts), width)]
    # The last step may hold fewer windows than the others: it would look like a fall.
    if len(counts) % width:
        sums[-1] *= width / (len(counts) % width)
    plane = Plane(0.0, max(len(sums), 1), *count_range(sums), _HEIGHT * FINE, _ACROSS)
    return spark(title, steps(sums, plane), _ACROSS, _HEIGHT)


def spark_change(value: float, sure: float, *, reach: float, title: str) -> str:
    """A change as a bar from the middle, to the right where it is a rise; `reach` would fill its half of the room.

    `sure` is the part of it that is drawn dark.
    """
    middle = _ACROSS // 2
    parts = [
        f'<path class="{kind}" d="M{middle} 0h{_length(part, reach, middle)}V{_THIN * FINE}H{middle}z"/>'
        for kind, part in (("whole", value), ("part", sure))
        if real(part) and part
    ]
    zero = f'<path class="zero" d="M{middle} 0V{_THIN * FINE}"/>'
    return spark(title, "".join(parts) + zero, _ACROSS, _THIN)


def _length(value: float, reach: float, room: int) -> int:
    """Units along; what goes beyond the room ends at the rim."""
    return round(max(-1.0, min(1.0, value / reach)) * room) if reach > 0 else 0


def _ground(plane: Plane, start: float, end: float) -> str:
    left, right = plane.xs([start, end])
    return f'<path class="ground" d="M{left} 0H{right}V{plane.height}H{left}z"/>'
