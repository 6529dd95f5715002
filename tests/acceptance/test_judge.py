"""NannyML as an outside judge: our estimates against its own, on its own data, chunk by chunk.

It runs where the extra `judge` is installed: `pip install -e ".[judge]"`. The figures stand in docs/why/estimates.md.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from bellbuoy.metrics.calibrator import Calibration, learn
from bellbuoy.metrics.catalogue import measure
from bellbuoy.metrics.estimate import estimate
from bellbuoy.metrics.reading import Measured, Reading
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.outcome import (
    Outcome,
    Terms,
    binary_promise,
    binary_terms,
    multiclass_promise,
    multiclass_terms,
    regression_promise,
    regression_terms,
)

# What the judge warns of is its own affair.
pytestmark = pytest.mark.filterwarnings("ignore")
BINARY = Subject("binary", ("0", "1"))
CARDS = ("highstreet_card", "prepaid_card", "upmarket_card")
#: Their names of metrics, and ours.
METRICS = {"roc_auc": "auc", "f1": "f1", "accuracy": "accuracy"}
LOAN = ("load_synthetic_car_loan_dataset", "y_pred_proba", "y_pred", "repaid")
SAMPLE = ("load_synthetic_binary_classification_dataset", "y_pred_proba", "y_pred", "work_home_actual")
HOUSING = ("load_modified_california_housing_dataset", "y_pred_proba", "y_pred", "clf_target")
CENSUS = ("load_us_census_ma_employment_data", "predicted_probability", "prediction", "employed")


@dataclass(frozen=True)
class Data:
    """One of the judge's data sets: with labels, without, and what columns are called."""

    reference: Any
    analysis: Any
    labelled: Any
    score: Any
    predicted: str
    label: str

    def terms(self, rows: Any) -> tuple[Terms, Terms]:
        """Terms of the outcome and of the promise of rows."""
        if isinstance(self.score, str):
            score, predicted = rows[self.score].to_numpy(np.float64), rows[self.predicted].to_numpy(np.int64)
            label = rows[self.label].to_numpy(np.int64)
            return binary_terms(score, predicted, label), binary_promise(score, predicted)
        scores = rows[[self.score[name] for name in CARDS]].to_numpy(np.float64)
        predicted, label = (np.array([*map(CARDS.index, rows[name])]) for name in (self.predicted, self.label))
        return multiclass_terms(scores, predicted, label, CARDS), multiclass_promise(scores, predicted, CARDS)


@pytest.fixture(scope="module")
def nannyml() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        # The judge tells its makers what it is used for, unless it is told not to.
        patch.setenv("NML_DISABLE_USAGE_LOGGING", "1")
        warnings.simplefilter("ignore")
        yield pytest.importorskip("nannyml", reason="the judge is not installed: pip install -e '.[judge]'")


def data(nannyml: Any, load: str, score: object, predicted: str, label: str) -> Data:
    reference, analysis, labels = getattr(nannyml, load)()
    shared = [name for name in labels.columns if name in analysis.columns]
    labelled = analysis.merge(labels, on=shared) if shared else analysis.join(labels)
    return Data(reference, analysis, labelled, score, predicted, label)


def theirs(nannyml: Any, case: Data, chunker: Any) -> tuple[Any, Any]:
    """The judge's estimates and what it realised, as tables of chunks."""
    task = "classification_binary" if isinstance(case.score, str) else "classification_multiclass"
    words = {
        "y_pred": case.predicted, "y_true": case.label, "y_pred_proba": case.score, "problem_type": task,
        "metrics": [*METRICS], "chunker": chunker,
    }  # fmt: skip
    estimated = nannyml.CBPE(**words).fit(case.reference).estimate(case.analysis)
    realised = nannyml.PerformanceCalculator(**words).fit(case.reference).calculate(case.labelled)
    estimates, truths = (one.filter(period="analysis").to_df() for one in (estimated, realised))
    return estimates, truths


def value(reading: Reading) -> float:
    assert isinstance(reading, Measured), reading
    return reading.value


def errors(nannyml: Any, case: Data, chunker: Any, subject: Subject) -> Mapping[str, tuple[float, float]]:
    """Mean distance of estimates from what the judge realised, by metric: ours, and the judge's own."""
    estimated, realised = theirs(nannyml, case, chunker)
    calibration = learn(case.terms(case.reference)[0].whole(), subject)
    assert isinstance(calibration, Calibration)
    ends = zip(estimated[("chunk", "start_index")], estimated[("chunk", "end_index")], strict=True)
    promises = [case.terms(case.labelled.iloc[first : last + 1])[1].whole() for first, last in ends]
    out = {}
    for name, ours in METRICS.items():
        truth = realised[(name, "value")].to_numpy()
        mine = np.array([value(estimate(ours, promise, calibration, subject)) for promise in promises])
        distances = np.abs(np.stack([mine, estimated[(name, "value")].to_numpy()]) - truth)
        # Of a chunk where nothing is positive, neither labelled nor predicted, there is no F1 to compare with.
        ours_off, theirs_off = distances[:, ~np.isnan(truth)].mean(axis=1).tolist()
        out[ours] = (ours_off, theirs_off)
    return out


def chunkers(nannyml: Any) -> list[Any]:
    """Chunks of 5,000 rows, and ten chunks, which the judge makes by default.

    Where rows do not part by ten, the judge makes an eleventh chunk of the two that are left over. Their AUC is 0 or 1
    (or none), whatever is estimated, and one such chunk would weigh as much as twenty thousand rows; it is left out.
    """
    chunk = nannyml.chunk
    return [chunk.SizeBasedChunker(5_000), chunk.CountBasedChunker(10, incomplete="drop")]


@pytest.mark.parametrize("which", [LOAN, SAMPLE, HOUSING, CENSUS])
@pytest.mark.parametrize("chunks", [0, 1])
def test_estimated_auc_is_no_farther_from_realised_auc_than_the_judges(
    nannyml: Any, which: tuple[str, str, str, str], chunks: int
) -> None:
    found = errors(nannyml, data(nannyml, *which), chunkers(nannyml)[chunks], BINARY)
    ours, judges = found["auc"]
    assert ours <= judges, found
    # Of metrics at a threshold a few rows decide, one way or the other.
    assert all(mine <= 1.25 * other for mine, other in found.values()), found


def test_estimates_of_three_classes_are_no_farther_off_than_the_judges(nannyml: Any) -> None:
    scores = {name: f"y_pred_proba_{name}" for name in CARDS}
    case = data(nannyml, "load_synthetic_multiclass_classification_dataset", scores, "y_pred", "y_true")
    found = errors(nannyml, case, chunkers(nannyml)[0], Subject("multiclass", CARDS))
    assert all(ours <= judges for ours, judges in found.values()), found


def test_estimated_errors_of_a_regression_are_within_a_tenth_of_the_realised_ones(nannyml: Any) -> None:
    """The judge knows the inputs as well and is nearer where errors go with these; we know predictions alone."""
    case = data(nannyml, "load_synthetic_car_price_dataset", "", "y_pred", "y_true")
    subject = Subject("regression")

    def both(rows: Any) -> tuple[Outcome, Outcome]:
        prediction, label = rows[case.predicted].to_numpy(np.float64), rows[case.label].to_numpy(np.float64)
        return regression_terms(prediction, label).whole(), regression_promise(prediction).whole()

    calibration = learn(both(case.reference)[0], subject)
    assert isinstance(calibration, Calibration)
    chunks = [both(case.labelled.iloc[at : at + 5_000]) for at in range(0, len(case.labelled), 5_000)]
    truth = np.array([value(measure("mae", outcome, subject)) for outcome, _ in chunks])
    ours = np.array([value(estimate("mae", promise, calibration, subject)) for _, promise in chunks])
    assert (np.abs(ours - truth) / truth).mean() < 0.1
