"""Labels meet predictions: by id, whenever either comes, and touch only the window in which the prediction was made."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from bellbuoy.profiles.collect import DELAY, OUTCOME, count_numbers
from bellbuoy.profiles.outcome import Outcome, Terms, binary_terms, multiclass_terms, regression_terms
from bellbuoy.profiles.profile import NumericProfile
from bellbuoy.profiles.spread import Groups, ascending, dense
from bellbuoy.sources.port import Categories, Column, Moments, Numbers, Rows
from bellbuoy.store.ledger import picked
from bellbuoy.store.port import Series
from bellbuoy.windows import MICRO, Grain

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Records = NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Target:
    """What a model predicts, and in which columns its log says so."""

    task: str  #: binary, multiclass or regression
    classes: tuple[str, ...]  #: for binary: (negative, positive) as text, the negative being whatever is not positive
    scores: tuple[str, ...]  #: columns; one for binary, one per class for multiclass, none for regression
    prediction: str | None
    threshold: float | None = None
    probability: bool = True

    def layout(self, segments: Sequence[str]) -> np.dtype[np.void]:
        """Fields of a prediction's record in the ledger."""
        parts = [("at", "<i8"), ("version", "<i4"), ("predicted", "<f8")]
        parts += [(f"score{place}", "<f8") for place in range(len(self.scores))]
        parts += [(f"by:{name}", "<i4") for name in segments]
        return np.dtype(parts)

    def labels(self, column: Column) -> Floats:
        """Labels as numbers: 0/1, class index or the value; NaN where one is null or means nothing here."""
        if self.task == "regression":
            return numbers(column)
        if self.task == "binary":
            return _matches(column, self.classes[1])
        return _places(column, self.classes)

    def predicted(self, rows: Rows) -> Floats:
        """Predictions as `labels` gives labels; from scores where no prediction is logged."""
        if self.prediction is not None:
            return self.labels(rows.columns[self.prediction])
        scores = [numbers(rows.columns[name]) for name in self.scores]
        if self.task == "binary":
            cut = 0.5 if self.threshold is None else self.threshold
            return np.where(np.isnan(scores[0]), np.nan, (scores[0] >= cut).astype(np.float64))
        table = np.stack(scores)
        blank = np.isnan(table).any(axis=0)
        return np.where(blank, np.nan, np.argmax(np.where(np.isnan(table), -np.inf, table), axis=0))

    def usable(self, records: Records) -> Bools:
        """Which predictions can be judged at all: finite, and probabilities within 0..1."""
        good: Bools = np.isfinite(records["predicted"])
        for place in range(len(self.scores)):
            score = records[f"score{place}"]
            good &= np.isfinite(score)
            if self.probability:
                good &= (score >= 0) & (score <= 1)
        return good

    def terms(self, records: Records, label: Floats) -> Terms:
        """What paired rows add to outcomes; all usable, labels known."""
        if self.task == "regression":
            return regression_terms(records["predicted"].copy(), label)
        scores = (
            np.stack([records[f"score{place}"] for place in range(len(self.scores))], axis=1, dtype=np.float64)
            if self.scores
            else np.empty((len(records), 0))
        )
        predicted, truth = records["predicted"].astype(np.int64), label.astype(np.int64)
        if self.task == "multiclass":
            return multiclass_terms(scores, predicted, truth, self.classes, probability=self.probability)
        score = scores[:, 0] if self.scores else predicted.astype(np.float64)
        return binary_terms(score, predicted, truth, probability=self.probability)


@dataclass(slots=True)
class Pairs:
    """Outcomes under way: paired rows are added or, when a label was corrected, taken back."""

    target: Target
    grain: Grain
    segments: tuple[str, ...]
    names: Mapping[int, str]  #: text of the codes of versions and segment values in records
    outcomes: dict[Series, dict[int, Outcome]] = field(default_factory=dict)
    delays: dict[Series, dict[int, NumericProfile]] = field(default_factory=dict)

    def add(self, records: Records, labels: Records) -> None:
        """Count predictions with their labels, row by row of the two."""
        if len(records):
            self.count(records, labels, back=False)
            self._delay(records, labels, back=False)

    def correct(self, records: Records, old: Records, new: Records) -> None:
        """Uncount what is no longer believed and count what replaces it."""
        other = new["label"] != old["label"]
        earlier = new["first"] != old["first"]
        for labels, back in ((old, True), (new, False)):
            if other.any():
                self.count(records[other], labels[other], back=back)
            if earlier.any():
                self._delay(records[earlier], labels[earlier], back=back)

    def count(self, records: Records, labels: Records, *, back: bool = False) -> None:
        """Count pairs into outcomes, or uncount them; delays are left alone."""
        good = self.target.usable(records) & np.isfinite(labels["label"])
        if not good.any():
            return
        records, labels = picked(records, good), picked(labels, good)
        terms = self.target.terms(records, labels["label"].copy())
        starts = self.grain.starts(records["at"])
        version = records["version"].astype(np.int64)
        for by in ("", *self.segments):
            segment = records[f"by:{by}"].astype(np.int64) if by else np.zeros(len(records), np.int64)
            for line, start, outcome in self._lines(terms, starts, version, by, segment):
                lines = self.outcomes.setdefault(line, {})
                old = lines.get(start, Outcome())
                lines[start] = old - outcome if back else old + outcome

    def _lines(
        self, terms: Terms, starts: Ints, version: Ints, by: str, segment: Ints
    ) -> Iterator[tuple[Series, int, Outcome]]:
        group, (start, versions, values) = dense(starts, version, segment)
        if not ascending(group):
            order = np.argsort(group, kind="stable")
            group, terms = group[order], terms.ordered(order)
        outcomes = terms.outcomes(Groups(group, len(start)))
        for place, outcome in enumerate(outcomes):
            version_name, value = self.names[int(versions[place])], self.names[int(values[place])] if by else ""
            yield Series(self.grain.value, OUTCOME, version_name, by, value), int(start[place]), outcome

    def _delay(self, records: Records, labels: Records, *, back: bool) -> None:
        """Count how long labels took, in seconds, by the window of the prediction."""
        delay = np.maximum(0.0, (labels["first"] - records["at"]) / MICRO)
        group, (start, versions) = dense(self.grain.starts(records["at"]), records["version"].astype(np.int64))
        if not ascending(group):
            order = np.argsort(group, kind="stable")
            group, delay = group[order], delay[order]
        block = count_numbers(delay, None, Groups(group, len(start)))
        for place, begin in enumerate(start.tolist()):
            line = self.delays.setdefault(Series(self.grain.value, DELAY, self.names[int(versions[place])]), {})
            # Ends cannot be taken back, so delays have none.
            part = replace(block.profile(place), low=math.nan, high=math.nan)
            old = line.get(begin, NumericProfile())
            line[begin] = old - part if back else old + part


def numbers(column: Column) -> Floats:
    """A column as numbers, NaN for null and for what is none."""
    if isinstance(column, Numbers):
        return column.values if column.null is None else np.where(column.null, np.nan, column.values)
    if isinstance(column, Moments):
        return np.full(len(column.micro), np.nan)
    known = np.array([*map(_number, column.names), np.nan])
    return known[column.codes]


def _number(text: str) -> float:
    try:
        return {"true": 1.0, "false": 0.0}.get(text.lower()) or float(text)
    except ValueError:
        return 0.0 if text.lower() == "false" else np.nan


def _matches(column: Column, positive: str) -> Floats:
    """1 for the positive class, 0 for any other value, NaN for null."""
    if isinstance(column, Categories):
        same = np.array([*(float(alike(name, positive)) for name in column.names), np.nan])
        return same[column.codes]
    values = numbers(column)
    return np.where(np.isnan(values), np.nan, (values == _number(positive)).astype(np.float64))


def _places(column: Column, classes: tuple[str, ...]) -> Floats:
    """Index of each row's class, NaN for null and for a class that is not among them."""
    if isinstance(column, Categories):
        found = [
            next((float(at) for at, one in enumerate(classes) if alike(name, one)), np.nan) for name in column.names
        ]
        return np.array([*found, np.nan])[column.codes]
    values, out = numbers(column), np.full(len(numbers(column)), np.nan)
    for at, one in enumerate(classes):
        out[values == _number(one)] = at
    return out


def alike(a: str, b: str) -> bool:
    """Whether two texts name one class: the same text, or the same number (`1`, `1.0`, `true`)."""
    return a == b or _number(a) == _number(b)
