"""Rows to look at before anything is written: columns as plain arrays, and the facts that guesses rest on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bellbuoy.config.kinds import ColumnKind
from bellbuoy.windows import MICRO, Grain

Floats = NDArray[np.float64]
Moments = NDArray[np.datetime64]
Places = NDArray[np.int64]
#: Most frequent values of a column that its facts name.
_NAMED = 60
#: Rounding that scores of one row may show together and still sum to one.
_ROUNDING = 0.01


@dataclass(frozen=True, slots=True)
class Numbers:
    """A numeric column; null is NaN."""

    values: Floats


@dataclass(frozen=True, slots=True)
class Times:
    """A column of moments in UTC; null is NaT."""

    values: Moments


@dataclass(frozen=True, slots=True)
class Texts:
    """A text or boolean column: a code per row into `names`, which do not repeat; −1 for null."""

    codes: NDArray[np.int32]
    names: tuple[str, ...]


Values = Numbers | Times | Texts


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What is known of one column from a sample of its rows."""

    name: str
    kind: ColumnKind
    rows: int
    nulls: int = 0
    distinct: int = 0
    low: float = math.nan  #: least number
    high: float = math.nan
    whole: bool = False  #: numbers, all of them whole
    values: tuple[str, ...] = ()  #: most frequent first, as text; all of them where they are few

    @property
    def known(self) -> int:
        """Rows that are not null."""
        return self.rows - self.nulls

    @property
    def uniqueness(self) -> float:
        """How much of the known rows has a value of its own: 1 for a key."""
        return self.distinct / self.known if self.known else 0.0

    @property
    def in_unit(self) -> bool:
        """Whether all numbers lie in 0..1, as probabilities do."""
        return self.kind is ColumnKind.NUMBER and self.low >= 0 and self.high <= 1


@dataclass(frozen=True, slots=True)
class Cut:
    """Where scores turn into positive decisions: above `below`, at `above` at the latest; with how many exceptions."""

    below: float
    above: float
    exceptions: int
    rows: int


@dataclass(frozen=True, slots=True)
class Lag:
    """How much later one moment is than another, in seconds, where both are known."""

    negative: float  #: share of rows in which it is earlier
    median: float
    high: float  #: 95 % of the rows lag less


@dataclass(frozen=True, slots=True)
class Sample:
    """The first rows of a table; `whole` says that these are all."""

    rows: int
    columns: Mapping[str, Values]
    whole: bool = True

    def facts(self) -> dict[str, ColumnFacts]:
        """Facts of every column, in the order of the table."""
        return {name: facts_of(name, values) for name, values in self.columns.items()}

    def numbers(self, name: str) -> Floats:
        """A column as numbers; texts that are none, and moments, are NaN."""
        column = self.columns[name]
        if isinstance(column, Texts):
            return np.array([*map(_number, column.names), np.nan])[column.codes]
        return column.values if isinstance(column, Numbers) else np.full(self.rows, np.nan)

    def moments(self, name: str) -> Moments:
        """A column as moments; of another kind, all are NaT."""
        column = self.columns[name]
        return column.values if isinstance(column, Times) else np.full(self.rows, np.datetime64("NaT", "us"))

    def texts(self, name: str) -> list[str]:
        """A column as texts, `""` for null; numbers in their shortest form."""
        column = self.columns[name]
        if isinstance(column, Texts):
            names = [*column.names, ""]
            return [names[code] for code in column.codes.tolist()]
        if isinstance(column, Numbers):
            return ["" if math.isnan(value) else number_text(value) for value in column.values.tolist()]
        return ["" if np.isnat(value) else str(value) for value in column.values]


def facts_of(name: str, column: Values) -> ColumnFacts:
    """Facts of one column."""
    if isinstance(column, Numbers):
        return _number_facts(name, column.values)
    if isinstance(column, Texts):
        return _text_facts(name, column)
    known = column.values[~np.isnat(column.values)]
    nulls = len(column.values) - len(known)
    return ColumnFacts(name, ColumnKind.MOMENT, len(column.values), nulls, len(np.unique(known)))


def _text_facts(name: str, column: Texts) -> ColumnFacts:
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.names))
    used = np.flatnonzero(counts)
    top = used[np.argsort(-counts[used], kind="stable")][:_NAMED]
    nulls = int((column.codes < 0).sum())
    values = tuple(column.names[place] for place in top)
    return ColumnFacts(name, ColumnKind.CATEGORY, len(column.codes), nulls, len(used), values=values)


def _number_facts(name: str, values: Floats) -> ColumnFacts:
    known = values[~np.isnan(values)]
    every, counts = np.unique(known, return_counts=True)
    top = every[np.argsort(-counts, kind="stable")][:_NAMED]
    finite = every[np.isfinite(every)]
    low, high = (float(finite[0]), float(finite[-1])) if len(finite) else (math.nan, math.nan)
    whole = len(finite) > 0 and bool((finite == np.floor(finite)).all())
    named = tuple(number_text(value) for value in top.tolist())
    nulls = len(values) - len(known)
    return ColumnFacts(name, ColumnKind.NUMBER, len(values), nulls, len(every), low, high, whole, named)


def cut(score: Floats, positive: NDArray[np.bool_]) -> Cut | None:
    """The threshold that explains decisions best: `positive` is true from some score on, with the fewest exceptions.

    Two arrays of equal length without nulls; None when decisions are all the same or there is nothing to tell apart.
    """
    order = np.argsort(score, kind="stable")
    score, positive = score[order], positive[order]
    turns = np.flatnonzero(score[1:] > score[:-1])
    if not len(turns) or positive.all() or not positive.any():
        return None
    missed = np.cumsum(positive)[turns]  # positive decisions at or below each possible turn
    false = (~positive).sum() - np.cumsum(~positive)[turns]  # negative ones above it
    best = int(np.argmin(missed + false))
    place = int(turns[best])
    return Cut(float(score[place]), float(score[place + 1]), int(missed[best] + false[best]), len(score))


def lag(earlier: Moments, later: Moments) -> Lag | None:
    """How much later the second is than the first; None when they are never known together."""
    seconds = (later - earlier) / np.timedelta64(1, "s")
    seconds = seconds[~np.isnan(seconds)]
    if not len(seconds):
        return None
    median, high = np.quantile(seconds, [0.5, 0.95])
    return Lag(float((seconds < 0).mean()), float(median), float(high))


def sum_to_one(columns: Sequence[Floats]) -> bool:
    """Whether scores of the same row sum to one, but for rounding, in nearly all rows where all are known."""
    total = np.sum(columns, axis=0)
    total = total[~np.isnan(total)]
    return len(total) > 0 and float((np.abs(total - 1) <= _ROUNDING).mean()) >= 0.99


def rows_a_window(times: Moments, grain: Grain, *, whole: bool = True) -> float:
    """How many rows a usual window holds: the median over the windows that hold any.

    The first and the last do not count, as the sample may cut them; where that leaves none and the sample is not the
    `whole`, the rate at which rows come answers instead.
    """
    known = times[~np.isnat(times)]
    if not len(known):
        return 0.0
    micro = known.astype("datetime64[us]").astype(np.int64)
    _, counts = np.unique(grain.starts(micro), return_counts=True)
    if len(counts) > 2 or whole:
        return float(np.median(counts[1:-1] if len(counts) > 2 else counts))
    seconds = max(float(micro.max() - micro.min()) / MICRO, 1.0)
    return len(known) / seconds * grain.seconds


def first_rows(a: Sequence[str], b: Sequence[str]) -> tuple[Places, Places]:
    """Where texts stand that both have: for each, its first row in `a` and in `b`; `""` is null and never matches."""
    known: dict[str, int] = {}
    for place, text in enumerate(a):
        known.setdefault(text, place)
    known.pop("", None)
    found: dict[int, int] = {}
    for place, text in enumerate(b):
        if text in known:
            found.setdefault(known[text], place)
    return np.array(list(found), np.int64), np.array(list(found.values()), np.int64)


def number_text(value: float) -> str:
    """A number in its shortest form: 1 for 1.0."""
    return str(int(value)) if math.isfinite(value) and value == int(value) and abs(value) < 2**53 else repr(value)


def shortest_between(low: float, high: float) -> float:
    """The number with the fewest decimals in `(low, high]`, the one nearest to the middle among those."""
    middle = low / 2 + high / 2
    for digits in range(16):
        step = 10.0**-digits
        first, last = math.floor(low / step) + 1, math.floor(high / step + 1e-9)
        value = round(min(max(round(middle / step), first), last) * step, digits)
        if low < value <= high:
            return value
    return high


def _number(text: str) -> float:
    try:
        return float({"true": "1", "false": "0"}.get(text.lower(), text))
    except ValueError:
        return math.nan
