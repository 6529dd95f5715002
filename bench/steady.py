"""Models in which nothing changes: what their hours hold, drawn from a seed, with seasons and weather as life has.

Rows are not drawn one by one: how many of an hour's rows fall into each bucket of a column is one multinomial draw, so
that 50,000 rows an hour cost what 50 do. Every column has a latent normal variable whose mean moves with the hour of
the day, the day of the week, a weather that lasts for days (an autoregression of order 1) and a swing that all rows of
an hour share; what a value is follows from it by the column's own distribution.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import beta, expon, poisson

from bellbuoy.profiles import buckets
from bellbuoy.profiles.profile import CategoryProfile, Cells, NumericProfile, Profile

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: What a fault makes of the profile of a window.
Fault = Callable[[Profile], Profile]

#: Monday 2024-01-01, seconds.
MONDAY, HOUR = 1_704_067_200, 3_600
DAY, WEEK = 24, 168
#: Mean rows an hour of models.
VOLUMES = (50, 150, 500, 1_500, 5_000, 15_000, 50_000)
SCORE = "score"


@dataclass(frozen=True)
class Shape:
    """The values of a column: buckets in order, and where the latent variable passes from each to the next."""

    codes: Ints
    edges: Floats  #: one fewer than codes
    scale: int = buckets.SCALE
    names: tuple[str, ...] = ()  #: of a categorical column; codes are places among them

    @cached_property
    def middles(self) -> Floats:
        """One value to stand for each bucket."""
        return buckets.middles(self.codes, self.scale)

    def shares(self, moves: Floats) -> Floats:
        """The share of each bucket in each window, `[window, bucket]`."""
        ends = ndtr(self.edges[None, :] - moves[:, None])
        shares: Floats = np.diff(ends, axis=1, prepend=0.0, append=1.0)
        return np.maximum(shares, 0.0)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a model: its values, how its latent mean moves, and the share of nulls, by window."""

    shape: Shape
    moves: Floats
    nulls: Floats
    calendar: bool = False  #: all rows of an hour have one value: its place in the day

    def counts(self, rows: Ints, random: np.random.Generator) -> tuple[Ints, Ints]:
        """Nulls, and rows in each bucket `[window, bucket]`."""
        nulls = random.binomial(rows, self.nulls)
        if self.calendar:
            held = np.zeros((len(rows), len(self.shape.codes)), np.int64)
            held[np.arange(len(rows)), np.arange(len(rows)) % len(self.shape.codes)] = rows - nulls
            return nulls, held
        return nulls, random.multinomial(rows - nulls, self.shape.shares(self.moves))


@dataclass(frozen=True, slots=True)
class Life:
    """All hours of a model: those of the reference set first, then those that are lived through."""

    volume: int
    reference: int  #: so many hours are the reference set's
    rows: Ints
    columns: Mapping[str, Column]
    wrong: Floats = field(default_factory=lambda: np.zeros(0))  #: by how much labels are off what was predicted, by day
    faults: Mapping[str, Fault] = field(default_factory=dict)  #: what befalls profiles of columns while it is lived
    since: int = 0  #: so many hours after it began to be lived

    @property
    def starts(self) -> Ints:
        """When hours begin, in seconds."""
        return MONDAY + HOUR * np.arange(len(self.rows), dtype=np.int64)


def steady(seed: int, volume: int, *, reference: int, lived: int, inputs: int = 19) -> Life:
    """A model with so many hours before and after it went under watch, `inputs` columns and a score."""
    random = np.random.default_rng((seed, volume))
    hours = reference + lived
    rows = random.poisson(volume * _flow(random, hours))
    made = {f"{_KINDS[at % len(_KINDS)].__name__[1:]}-{at}": at for at in range(inputs)}
    columns = {name: _column(random, _KINDS[at % len(_KINDS)], hours) for name, at in made.items()}
    heard = random.choice(list(columns), 4, replace=False)
    follows = sum((random.normal(0, 0.3) * columns[name].moves for name in heard), np.zeros(hours))
    moves = follows + random.normal(0, 0.03, hours)
    columns[SCORE] = Column(_score(random), moves, np.zeros(hours))
    return Life(volume, reference, rows, columns, _weather(random, hours, 0.6, 0.01)[::DAY])


def profiles(life: Life, random: np.random.Generator) -> dict[str, list[Profile]]:
    """The profile of each window of each column, faults and all."""
    made = {}
    for name, column in life.columns.items():
        nulls, held = column.counts(life.rows, random)
        make = _category if column.shape.names else _number
        some = [make(column.shape, int(life.rows[at]), int(nulls[at]), held[at]) for at in range(len(life.rows))]
        first, fault = life.reference + life.since, life.faults.get(name)
        made[name] = some if fault is None else [*some[:first], *map(fault, some[first:])]
    return made


def _number(shape: Shape, rows: int, nulls: int, held: Ints) -> Profile:
    some = held > 0
    codes, counts = shape.codes[some], held[some]
    if not len(codes):
        return NumericProfile(rows, nulls, scale=shape.scale)
    middles = shape.middles[some]
    zeros = int(counts[codes == 0].sum())
    return NumericProfile(
        rows, nulls, 0, 0, 0, zeros, float(middles @ counts), float(middles**2 @ counts),
        float(middles[0]), float(middles[-1]), shape.scale, Cells(codes, counts),
    )  # fmt: skip


def _category(shape: Shape, rows: int, nulls: int, held: Ints) -> Profile:
    some = np.flatnonzero(held)
    counts = dict(zip([shape.names[at] for at in some.tolist()], held[some].tolist(), strict=True))
    return CategoryProfile(rows, nulls, counts).folded()


def _flow(random: np.random.Generator, hours: int) -> Floats:
    """How many rows come each hour, as a share of the mean: more by day, fewer on Sundays, and days that are busy."""
    level = _season(random, hours, random.uniform(0.2, 0.9), random.uniform(0.0, 0.4))
    level += _weather(random, hours, 0.7, 0.08) + random.normal(0, random.uniform(0.03, 0.1), hours)
    flow: Floats = np.exp(level)
    flow /= flow.mean()
    return flow


def _column(random: np.random.Generator, kind: Callable[[np.random.Generator], Shape], hours: int) -> Column:
    shape = kind(random)
    moves = random.normal(0, random.choice([0.0, 0.03, 0.08]), hours)
    if random.random() < 0.5:
        moves += _season(random, hours, random.uniform(0.1, 0.6), random.uniform(0.0, 0.3))
    if random.random() < 0.3:
        moves += _weather(random, hours, random.uniform(0.5, 0.9), random.uniform(0.1, 0.4))
    return Column(shape, moves, _nulls(random, hours), kind is _hours)


def _nulls(random: np.random.Generator, hours: int) -> Floats:
    """The share of nulls: none, or up to 5 %, that swings from hour to hour, and may come in bursts."""
    if random.random() < 0.4:
        return np.zeros(hours)
    usual = np.exp(random.uniform(np.log(0.001), np.log(0.05)))
    swing = random.normal(0, random.choice([0.0, 0.1, 0.2]), hours)
    if random.random() < 0.3:
        swing += _weather(random, hours, 0.7, 0.2)
    if random.random() < 0.1:
        swing += np.where(random.random(hours) < 1 / 300, np.log(random.uniform(2, 5, hours)), 0.0)
    odds = usual / (1 - usual) * np.exp(swing)
    share: Floats = odds / (1 + odds)
    return share


def _season(random: np.random.Generator, hours: int, day: float, week: float) -> Floats:
    """What the hour and the day of the week add: `day` is the height of the wave, `week` what Sundays lack."""
    at = np.arange(hours)
    turn = 2 * np.pi * (at % DAY) / DAY
    first, second = random.uniform(0, 2 * np.pi, 2)
    wave = np.cos(turn - first) + 0.4 * np.cos(2 * turn - second)
    weekend = np.array([0, 0, 0, 0, 0.1, 0.8, 1.0])[at % WEEK // DAY]
    season: Floats = day * wave - week * weekend
    return season


def _weather(random: np.random.Generator, hours: int, lasting: float, size: float) -> Floats:
    """An autoregression of order 1 from day to day, of deviation `size`; hours lie on the line between two days."""
    days = hours // DAY + 2
    shocks = random.normal(0, size * np.sqrt(1 - lasting**2), days)
    level = np.empty(days)
    level[0] = random.normal(0, size)
    for day in range(1, days):
        level[day] = lasting * level[day - 1] + shocks[day]
    return np.interp(np.arange(hours) / DAY, np.arange(days), level)


def _valued(values: Floats, below: Callable[[Floats], Any], scale: int = buckets.SCALE) -> Shape:
    """The shape of a column that takes values of a grid; `below` is the share of rows up to and with a value."""
    codes = buckets.encode(values)
    if scale < buckets.SCALE:
        codes = buckets.coarsen(codes, buckets.SCALE - scale)
    last = np.append(np.flatnonzero(np.diff(codes)), len(codes) - 1)
    ends = np.clip(np.asarray(below(values[last]), np.float64), 1e-9, 1 - 1e-9)
    return Shape(codes[last], ndtri(ends[:-1]), scale)


def _named(shares: Floats, name: str) -> Shape:
    ends = np.clip(np.cumsum(shares / shares.sum()), 1e-9, 1 - 1e-9)
    return Shape(np.arange(len(shares)), ndtri(ends[:-1]), names=tuple(f"{name}{at}" for at in range(len(shares))))


def _zipf(many: int, steep: float) -> Floats:
    shares: Floats = np.arange(1, many + 1, dtype=np.float64) ** -steep
    return shares


def _normal(random: np.random.Generator) -> Shape:
    middle, width = random.uniform(20, 200), random.uniform(0.08, 0.25)
    return _valued(middle * np.arange(0.01, 2.5, 0.005), lambda v: ndtr((v / middle - 1) / width))


def _around_zero(random: np.random.Generator) -> Shape:
    width = random.uniform(2, 20)
    return _valued(width * np.arange(-5, 5.01, 0.05).round(2), lambda v: ndtr(v / width), 3)


def _lognormal(random: np.random.Generator) -> Shape:
    width = random.uniform(0.4, 1.2)
    return _valued(np.exp(np.arange(-5.5, 5.5, 0.02) * width), lambda v: ndtr(np.log(v) / width), 3)


def _mostly_zero(random: np.random.Generator) -> Shape:
    none, size = random.uniform(0.3, 0.95), random.uniform(1, 50)
    values = np.append(0.0, size * np.geomspace(0.01, 12, 200))
    return _valued(values, lambda v: none + (1 - none) * expon.cdf(v / size), 3)


def _integers(random: np.random.Generator) -> Shape:
    mean = random.uniform(1.5, 20)
    return _valued(np.arange(0.0, 60.0), lambda v: poisson.cdf(v, mean))


def _few_values(random: np.random.Generator) -> Shape:
    ends = np.cumsum(random.dirichlet(np.full(6, 2.0)))
    values = np.array([0.0, 0.5, 1.0, 3.0, 10.0, 50.0])
    return _valued(values, lambda v: ends[np.searchsorted(values, v)])


def _hours(_random: np.random.Generator) -> Shape:
    return _valued(np.arange(24.0), lambda v: (v + 1) / 24)


def _flags(random: np.random.Generator) -> Shape:
    yes = random.uniform(0.02, 0.5)
    return _named(np.array([1 - yes, yes]), "flag")


def _few_names(random: np.random.Generator) -> Shape:
    return _named(random.dirichlet(np.full(int(random.integers(3, 9)), 2.0)), "kind")


def _names(random: np.random.Generator) -> Shape:
    return _named(_zipf(int(random.integers(15, 60)), 0.8), "place")


def _many_names(random: np.random.Generator) -> Shape:
    """So many that some are seen for the first time long after the reference set."""
    return _named(_zipf(int(random.integers(300, 900)), random.uniform(1.0, 1.6)), "shop")


def _score(random: np.random.Generator) -> Shape:
    mean = random.uniform(0.05, 0.4)
    size = random.uniform(3, 10)
    return _valued(np.geomspace(0.002, 0.999, 160), lambda v: beta.cdf(v, mean * size, (1 - mean) * size), 4)


#: Columns in the order in which models have them.
_KINDS: tuple[Callable[[np.random.Generator], Shape], ...] = (
    _normal, _lognormal, _mostly_zero, _integers, _hours, _flags, _names, _normal, _few_names, _around_zero,
    _lognormal, _few_values, _many_names, _mostly_zero, _normal, _integers, _names, _lognormal, _flags,
)  # fmt: skip
