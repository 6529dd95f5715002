"""What a model predicts, and what its rows and labels say of it as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bellbuoy.config.expression import Expression
from bellbuoy.profiles.outcome import (
    Terms,
    binary_promise,
    binary_terms,
    multiclass_promise,
    multiclass_terms,
    regression_promise,
    regression_terms,
)
from bellbuoy.profiles.value import Given, fields, value_sums
from bellbuoy.sources.port import Categories, Column, Moments, Numbers, Rows

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
    value: Expression | None = None  #: what a row is worth, where it is worked out row by row

    def layout(self, segments: Sequence[str]) -> np.dtype[np.void]:
        """Fields of a prediction's record in the ledger."""
        parts = [("at", "<i8"), ("version", "<i4"), ("predicted", "<f8")]
        parts += [(f"score{place}", "<f8") for place in range(len(self.scores))]
        parts += [(f"by:{name}", "<i4") for name in segments]
        parts += fields(self.value) if self.value is not None else []
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

    def promise(self, records: Records) -> Terms:
        """What predictions add to promises; all usable."""
        predicted = records["predicted"]
        if self.task == "regression":
            return regression_promise(predicted.copy())
        scores, decided = self._scores(records), predicted.astype(np.int64)
        if self.task == "multiclass":
            if scores.shape[1] != len(self.classes):
                return Terms({}, {})
            return multiclass_promise(scores, decided, self.classes, probability=self.probability)
        score = scores[:, 0] if self.scores else predicted.copy()
        return binary_promise(score, decided, probability=self.probability)

    def _scores(self, records: Records) -> Floats:
        """Scores as rows × columns."""
        if not self.scores:
            return np.empty((len(records), 0))
        return np.stack([records[f"score{place}"] for place in range(len(self.scores))], axis=1, dtype=np.float64)

    def terms(self, records: Records, label: Floats) -> Terms:
        """What paired rows add to outcomes; all usable, labels known."""
        terms = self._terms(records, label)
        if self.value is None:
            return terms
        own = {"label": label, "prediction": records["predicted"].astype(np.float64)}
        own |= {"score": records["score0"].astype(np.float64)} if self.scores else {}
        places = {name: place for place, name in enumerate(self.classes)}
        return replace(terms, sums={**terms.sums, **value_sums(self.value, Given(own, records, places))})

    def _terms(self, records: Records, label: Floats) -> Terms:
        if self.task == "regression":
            return regression_terms(records["predicted"].copy(), label)
        scores = self._scores(records)
        predicted, truth = records["predicted"].astype(np.int64), label.astype(np.int64)
        if self.task == "multiclass":
            return multiclass_terms(scores, predicted, truth, self.classes, probability=self.probability)
        score = scores[:, 0] if self.scores else predicted.astype(np.float64)
        return binary_terms(score, predicted, truth, probability=self.probability)


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
    """1 for the positive class, 0 for any other value, NaN for null and for what is no number in a column of them."""
    if isinstance(column, Categories):
        same = [np.nan if _nothing(name, positive) else float(alike(name, positive)) for name in column.names]
        return np.array([*same, np.nan])[column.codes]
    values = numbers(column)
    return np.where(np.isnan(values), np.nan, (values == _number(positive)).astype(np.float64))


def _nothing(name: str, positive: str) -> bool:
    """Whether a text is how a column of numbers that is read as names says NaN, and no class."""
    return name != positive and name.lower() in ("nan", "-nan")


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
