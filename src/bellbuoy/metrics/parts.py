"""What a change came from: how much of it each part of the rows (a segment's value, a version) has brought about.

Outcomes add up, so the whole can be counted again with one part put back to what is usual for it. The difference that
this makes is the part's contribution, for every metric that is measured from counts. How large it would be if nothing
had changed is found by drawing the part anew, so that small parts, which swing by chance, do not shout.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bellbuoy.metrics.catalogue import measure
from bellbuoy.metrics.drift import discoveries
from bellbuoy.metrics.estimate import ROUGH
from bellbuoy.metrics.intervals import Z
from bellbuoy.metrics.metric import Better
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured
from bellbuoy.metrics.regression import pull_error
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.profile import Cells

#: Fewer labelled rows than this say nothing of a part, now or usually.
FEWEST = 30
#: A part with more of the rows than this, now as before, is the whole under another name.
_NEARLY_ALL = 0.95
#: Drawings of a part from which its noise is taken: the noise is then known to a seventh.
_DRAWS = 24
#: They are always the same ones: the same counts give the same answer.
_SEED = 20130
#: Metrics that are totals: they grow with the rows, so what is usual is brought to as many rows as there are now.
_TOTALS = {"value"}
#: Metrics that follow from sums over rows and are no mean of their parts.
_OF_SQUARES = {"rmse", "r2"}
FEW_ROWS = "too few labelled rows to say"
FEW_USUAL = "too few labelled rows usually to compare with"
NO_USUAL = "nothing to compare with yet"
ALL_ROWS = "nearly all rows, as before"
NO_ROWS = "no labelled rows now"


@dataclass(frozen=True, slots=True)
class Sides:
    """What was counted of the same rows now, and usually; None where nothing says what is usual."""

    now: Outcome
    usual: Outcome | None
    usual_share: float | None = None  #: of all labelled rows, as it usually is


@dataclass(frozen=True, slots=True)
class Finding:
    """What a part has to do with the change of the whole.

    `contribution` is by how much higher the whole reads than if this part's rows, as many as they are, had done as
    usual (less what chance alone adds, of metrics that it only ever adds to); `mix` by how much higher than if, doing
    as usual, they were as large a share of the rows as usual. `proven` is the contribution as far as it is more than
    chance, and `beyond` what of it is more than the part's share of the whole's change: where all rows changed alike,
    no part stands out. All are in the metric's own unit.
    """

    now: Reading
    usual: Reading
    share: float  #: of the labelled rows now
    contribution: float | None = None
    mix: float | None = None
    noise: float | None = None  #: standard deviation of the contribution if nothing had changed
    proven: float = 0.0
    beyond: float = 0.0
    why: str | None = None  #: why it is not judged


def usual_reading(metric: str, subject: Subject, sides: Sides) -> Reading:
    """What a metric usually is of rows like these; a total, of as many rows as there are now."""
    if sides.usual is None:
        return Unmeasured(NO_USUAL)
    reading = measure(metric, sides.usual, subject)
    if metric not in _TOTALS or not isinstance(reading, Measured):
        return reading
    times = sides.now.rows / sides.usual.rows
    return replace(reading, value=times * reading.value, low=times * reading.low, high=times * reading.high)


def judge_parts(metric: str, subject: Subject, whole: Sides, parts: Sequence[Sides]) -> list[Finding]:
    """How much of the whole's change each part has brought about, in the order of the parts.

    Source: the contribution is a counterfactual (as in Adtributor, Bhagwan et al. 2014, without their assumption that
    the measure is a ratio of sums); it is shrunk by its noise as Breiman's (1995) non-negative garrote does. Of many
    parts some look changed by chance: those that Benjamini and Hochberg (1995) do not believe have nothing proven.
    """
    bench = _Bench(metric, subject, whole)
    found = [bench.finding(part) for part in parts]
    whole_change = bench.change
    proven = _proven([one.contribution or 0.0 for one in found], found)
    beyond = _proven([_beyond(one, whole_change) for one in found], found)
    return [replace(one, proven=a, beyond=b) for one, a, b in zip(found, proven, beyond, strict=True)]


def worst_first(finding: Finding, better: Better) -> tuple[float, ...]:
    """Sort key: what pulls the metric its bad way comes first, what is not judged last.

    Where neither way is better, the largest pull either way comes first.
    """
    pulls = (finding.beyond, finding.proven, finding.contribution or 0.0)
    return finding.why is not None, *(-_harm(pull, better) for pull in pulls), -finding.share


def scaled(outcome: Outcome, rows: float) -> Outcome:
    """An outcome as it would be on average with so many rows; its counts need not be whole."""
    factor = rows / outcome.rows
    cells = {name: Cells(part.codes, part.counts * factor) for name, part in outcome.cells.items()}
    return Outcome(round(rows), cells, {name: value * factor for name, value in outcome.sums.items()})


@dataclass(frozen=True, slots=True)
class _Bench:
    """Where parts are taken out of the whole and put back."""

    metric: str
    subject: Subject
    whole: Sides

    @property
    def change(self) -> float:
        """By how much higher the whole reads than usual; 0 where that cannot be said."""
        now, usual = self._reading(self.whole.now), usual_reading(self.metric, self.subject, self.whole)
        return now.value - usual.value if isinstance(now, Measured) and isinstance(usual, Measured) else 0.0

    def finding(self, part: Sides) -> Finding:
        now, share = self._reading(part.now), part.now.rows / max(1, self.whole.now.rows)
        usual = usual_reading(self.metric, self.subject, part)
        found = Finding(now, usual, share)
        if (why := _unfit(part, found)) is not None:
            return replace(found, mix=self._mix(part), why=why)
        # Rows that never were before are compared with what all rows usually do.
        stand_in = part.usual if part.usual is not None else self.whole.usual
        if stand_in is None or not stand_in.rows:
            return replace(found, why=NO_USUAL)
        rest = self.whole.now - part.now
        ends = self._value(self.whole.now), self._value(rest + scaled(stand_in, part.now.rows))
        noise, by_chance = self._by_chance(rest, part.now, stand_in, ends)
        change = ends[0] - ends[1] - by_chance if all(map(math.isfinite, ends)) else None
        return replace(found, contribution=change, mix=self._mix(part), noise=noise)

    def _reading(self, outcome: Outcome) -> Reading:
        return measure(self.metric, outcome, self.subject)

    def _value(self, outcome: Outcome) -> float:
        reading = self._reading(outcome)
        return reading.value if isinstance(reading, Measured) else math.nan

    def _apart(self, one: Outcome, other: Outcome) -> float | None:
        apart = self._value(one) - self._value(other)
        return apart if math.isfinite(apart) else None

    def _mix(self, part: Sides) -> float | None:
        """What the part's share does, which may have grown or shrunk, while its rows do as usual."""
        if part.usual is None or not part.usual.rows or part.usual_share is None or part.usual_share >= 1:
            return None
        rest = self.whole.now - part.now
        rows = rest.rows * part.usual_share / (1 - part.usual_share)
        return self._apart(rest + scaled(part.usual, part.now.rows), rest + scaled(part.usual, rows))

    def _by_chance(self, rest: Outcome, now: Outcome, usual: Outcome, ends: tuple[float, float]) -> tuple[float, float]:
        """Standard deviation of the contribution, and its mean, if now and usual were samples of the same."""
        pooled = now + usual
        expected = rest + scaled(pooled, now.rows)
        kinds = [name for name in now.cells if self._heeds(name, expected, rest)]
        if not kinds:
            return self._error_of_sums(now, usual, expected), 0.0
        draws = {name: _draws(now.cells[name], pooled.cells[name]) for name in kinds}
        drawn = [
            self._value(_with(expected, {name: rest.cells.get(name, Cells()) + draws[name][one] for name in kinds}))
            for one in range(_DRAWS)
        ]
        values = [one for one in drawn if math.isfinite(one)]
        # Kinds of cells are counted of the same rows: drawn apart from each other, they cancel out more than they do.
        spread = _spread(values) * math.sqrt(math.sqrt(len(kinds)) * (1 + now.rows / usual.rows))
        noise = max(spread, _step([*values, *ends]))
        if self.metric not in ROUGH or not values:
            return noise, 0.0
        # Rows as they usually are have been smoothed by being many; what roughness adds goes as one over the rows.
        return noise, (float(np.mean(values)) - self._value(expected)) * (1 - now.rows / usual.rows)

    def _error_of_sums(self, now: Outcome, usual: Outcome, expected: Outcome) -> float:
        """As the noise, of what is measured from sums over rows: a mean of its parts, their total, or near to it."""
        share, times = now.rows / expected.rows, now.rows / usual.rows
        if self.metric in _TOTALS:
            return math.hypot(self._error(now), times * self._error(usual))
        if self.metric in _OF_SQUARES:
            return share * math.hypot(*(pull_error(self.metric, one, expected) for one in (now, usual)))
        return share * math.hypot(self._error(now), self._error(usual))

    def _heeds(self, name: str, expected: Outcome, rest: Outcome) -> bool:
        """Whether the metric is measured from a kind of cells: it moves when all of the part's are in one place."""
        cells = expected.cells[name]
        beside = rest.cells.get(name, Cells())
        moved = Cells(cells.codes[:1], np.array([cells.counts.sum() - beside.counts.sum()]))
        return self._value(_with(expected, {name: beside + moved})) != self._value(expected)

    def _error(self, outcome: Outcome) -> float:
        """Standard error of a reading, from its interval."""
        reading = self._reading(outcome)
        return (reading.high - reading.low) / (2 * Z) if isinstance(reading, Measured) else 0.0


def _unfit(part: Sides, found: Finding) -> str | None:
    """Why a part is not judged; None where it is."""
    if part.now.rows < FEWEST:
        return FEW_ROWS if part.now.rows else NO_ROWS
    if isinstance(found.now, Unmeasured):
        return found.now.why
    if found.share >= _NEARLY_ALL and (part.usual_share is None or part.usual_share >= _NEARLY_ALL):
        return ALL_ROWS
    if part.usual is None:
        return None
    if part.usual.rows < FEWEST:
        return FEW_USUAL
    return f"usually: {found.usual.why}" if isinstance(found.usual, Unmeasured) else None


def _with(outcome: Outcome, cells: Mapping[str, Cells]) -> Outcome:
    return replace(outcome, cells={**outcome.cells, **cells})


def _draws(now: Cells, pooled: Cells) -> list[Cells]:
    """As many rows as there are now, drawn from all that were seen."""
    many, chances = round(float(now.counts.sum())), pooled.counts / pooled.counts.sum()
    drawn = np.random.default_rng(_SEED).multinomial(many, chances, size=_DRAWS)
    return [Cells(pooled.codes, counts) for counts in drawn]


def _spread(values: Sequence[float]) -> float:
    return float(np.std(values, ddof=1)) if len(values) > 1 else 0.0


def _step(values: Sequence[float]) -> float:
    """The least distance of values that differ: what is read from buckets, as quantiles are, cannot move by less."""
    steps = np.diff(np.unique([one for one in values if math.isfinite(one)]))
    return float(steps.min()) if len(steps) else 0.0


def _beyond(found: Finding, change: float) -> float:
    """What of a contribution is more than its share of the whole's change; all of it where it goes against that."""
    pull = found.contribution or 0.0
    if pull * change <= 0:
        return pull
    return math.copysign(max(0.0, abs(pull) - abs(found.share * change)), pull)


def _proven(pulls: Sequence[float], found: Sequence[Finding]) -> list[float]:
    """What of each pull is more than chance."""
    noises = [one.noise or 0.0 for one in found]
    believed = discoveries([_chance(pull, noise) for pull, noise in zip(pulls, noises, strict=True)])
    return [_shrunk(*one) if sure else 0.0 for *one, sure in zip(pulls, noises, believed, strict=True)]


def _chance(pull: float, noise: float) -> float:
    """The probability of a pull this large, either way, if nothing had changed.

    Student's tail, as the noise is known from few drawings, by Wallace's approximation (1959).
    """
    if not noise:
        return 1.0
    freedom = _DRAWS - 1
    normal = (8 * freedom + 1) / (8 * freedom + 3) * math.sqrt(freedom * math.log1p((pull / noise) ** 2 / freedom))
    return math.erfc(normal / math.sqrt(2))


def _shrunk(pull: float, noise: float) -> float:
    return pull * max(0.0, 1 - (noise / pull) ** 2) if pull else 0.0


def _harm(pull: float, better: Better) -> float:
    if better is Better.NEITHER:
        return abs(pull)
    return pull if better is Better.LOWER else -pull
