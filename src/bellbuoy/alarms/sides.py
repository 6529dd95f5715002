"""What stands on either side of a comparison: numbers, metrics of a series, the baseline, and sums of these."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.windows import format_duration

_REACH: Mapping[str, Callable[[float, float], float]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}
_PLAIN_WORD = re.compile(r"""[^=\s,{}()"'\\]+""")
_PLAIN_COLUMN = re.compile(r"""[^\s()"'\\](?:[^()"'\\]*[^\s()"'\\])?""")
_PLAIN_CLASS = re.compile(r"\w[\w.\-]*")
_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Number:
    """A number that stands in the rule."""

    value: float

    @property
    def text(self) -> str:
        """As it is written."""
        short = f"{self.value:g}"
        return short if float(short) == self.value else repr(self.value)


@dataclass(frozen=True, slots=True)
class Selector:
    """One metric of one series: of the model or a column, of all rows or some of them, now or so long ago."""

    metric: str
    column: str | None = None
    by: str = ""
    segment: str = ""
    version: str | None = None
    offset: timedelta = _NOTHING

    @property
    def text(self) -> str:
        """As it is written: `null_rate(wind_speed){origin="JFK"} offset 7d`."""
        head, colon, of_class = self.metric.partition(":")
        metric = f"{head}:{_word(of_class, _PLAIN_CLASS)}" if colon else head
        column = "" if self.column is None else f"({_word(self.column, _PLAIN_COLUMN)})"
        parts = [f"{_word(self.by, _PLAIN_WORD)}={quoted(self.segment)}"] if self.by else []
        parts += [] if self.version is None else [f"version={quoted(self.version)}"]
        offset = f" offset {format_duration(self.offset)}" if self.offset else ""
        return f"{metric}{column}{'{' + ', '.join(parts) + '}' if parts else ''}{offset}"


@dataclass(frozen=True, slots=True)
class Usual:
    """What a metric is on the baseline."""

    of: Selector

    @property
    def text(self) -> str:
        """As it is written."""
        return "baseline"


@dataclass(frozen=True, slots=True)
class Reckoned:
    """Two sides added, taken off, multiplied or divided."""

    by: str
    left: Side
    right: Side

    @property
    def text(self) -> str:
        """As it is written, in brackets where it stands inside another."""
        return f"{_inner(self.left)} {self.by} {_inner(self.right)}"


Side = Number | Selector | Usual | Reckoned
#: What was measured, by what was to be.
Readings = Mapping[Selector | Usual, Reading]


def worked_out(side: Side, readings: Readings) -> Reading:
    """The value of a side, with an interval that holds it wherever each reading lies in its own."""
    match side:
        case Number(value=value):
            return Measured(value, value, value, 0)
        case Selector() | Usual():
            return readings.get(side, Unmeasured(f"{side.text} was not measured"))
        case Reckoned(by=by, left=left, right=right):
            one, other = worked_out(left, readings), worked_out(right, readings)
            if isinstance(one, Unmeasured):
                return one
            return other if isinstance(other, Unmeasured) else _reckoned(by, one, other)


def _reckoned(by: str, left: Measured, right: Measured) -> Reading:
    if by == "/" and right.value == 0:
        return Unmeasured("would be divided by zero")
    rows = min((one.rows for one in (left, right) if one.rows), default=0)
    value = left.value / right.value if by == "/" else _REACH[by](left.value, right.value)
    if not math.isfinite(value):
        return Unmeasured("is too large to reckon with")
    low, high = _corners(by, left, right)
    return Measured(value, min(value, low), max(value, high), rows)


def _corners(by: str, left: Measured, right: Measured) -> tuple[float, float]:
    """The least and greatest that two intervals come to (Moore 1966); all numbers where the divisor can be zero."""
    if by == "/" and right.low <= 0 <= right.high:
        return -math.inf, math.inf
    ends = [(a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
    found = [a / b if by == "/" else _REACH[by](a, b) for a, b in ends]
    return (-math.inf, math.inf) if any(math.isnan(one) for one in found) else (min(found), max(found))


def selected(side: Side) -> Iterator[Selector]:
    """What is to be measured for a side."""
    return (leaf for leaf in leaves(side) if isinstance(leaf, Selector))


def leaves(side: Side) -> Iterator[Side]:
    """What a side is worked out of."""
    if isinstance(side, Reckoned):
        yield from leaves(side.left)
        yield from leaves(side.right)
    else:
        yield side


def renamed_side(side: Side, name: Callable[[Selector], Selector]) -> Side:
    """The same side with every selector put as `name` says."""
    match side:
        case Selector():
            return name(side)
        case Usual(of=of):
            return Usual(name(of))
        case Reckoned(by=by, left=left, right=right):
            return Reckoned(by, renamed_side(left, name), renamed_side(right, name))
    return side


def quoted(text: str) -> str:
    """A text in quotes, as rules have it."""
    inner = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'


def _word(text: str, plain: re.Pattern[str]) -> str:
    return text if plain.fullmatch(text) else quoted(text)


def _inner(side: Side) -> str:
    return f"({side.text})" if isinstance(side, Reckoned) else side.text
