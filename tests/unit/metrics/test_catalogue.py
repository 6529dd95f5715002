from __future__ import annotations

from itertools import groupby

import pytest
from tests.unit.metrics.columns import categories, numbers
from tests.unit.metrics.samples import BINARY, MULTICLASS, REGRESSION, SCORED

from bellbuoy.errors import ConfigError
from bellbuoy.metrics.catalogue import CATALOGUE, Better, Family, Metric, entry, find, key_metric, measure, metrics_of
from bellbuoy.metrics.drift import measure_shift
from bellbuoy.metrics.flow import BY_ARRIVAL, measure_arrivals, measure_flow
from bellbuoy.metrics.quality import measure_column
from bellbuoy.metrics.reading import Measured
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.profile import CategoryProfile

RANKING = Subject("binary", ("no", "yes"), probability=False)
UNSCORED = Subject("binary", ("no", "yes"), scored=False)
SUBJECTS = (BINARY, MULTICLASS, REGRESSION, RANKING, UNSCORED)


def names(family: Family) -> list[str]:
    return [line.name for line in CATALOGUE if line.family is family]


@pytest.mark.parametrize("line", CATALOGUE, ids=lambda line: f"{line.family}-{line.name}")
def test_a_line_says_what_the_metric_is(line: Metric) -> None:
    assert line.title
    assert line.about.endswith((".", "`"))
    assert bool(line.tasks) == (line.family is Family.PERFORMANCE)


def test_a_name_is_one_metric_of_the_model_and_one_of_columns() -> None:
    by_kind = sorted((line.family in {Family.COLUMN, Family.SHIFT}, line.name) for line in CATALOGUE)
    assert all(len(list(same)) == 1 for _, same in groupby(by_kind))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_no_two_metrics_of_a_model_answer_to_one_name(subject: Subject) -> None:
    lines = [entry(name) for name in metrics_of(subject)]
    every = [name for line in lines for name in (line.name, *line.aliases)]
    assert len(every) == len(set(every))


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_model_has_its_key_metric_first_and_each_metric_once(subject: Subject) -> None:
    found = metrics_of(subject)
    assert found[0] == key_metric(subject)
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("subject", "key"),
    [(BINARY, "auc"), (RANKING, "auc"), (UNSCORED, "f1"), (MULTICLASS, "accuracy"), (REGRESSION, "mae")],
)
def test_the_key_metric_fits_the_task(subject: Subject, key: str) -> None:
    assert key_metric(subject) == key


@pytest.mark.parametrize("subject", SUBJECTS)
def test_whatever_a_model_has_is_found_by_its_own_name(subject: Subject) -> None:
    assert [find(name, subject) for name in metrics_of(subject)] == list(metrics_of(subject))


@pytest.mark.parametrize("metric", metrics_of(BINARY))
def test_what_a_model_has_is_measured(metric: str) -> None:
    assert isinstance(measure(metric, SCORED["random"].outcome, BINARY), Measured)


@pytest.mark.parametrize(
    ("name", "subject", "found"),
    [
        ("roc_auc", BINARY, "auc"),
        (" ROC AUC ", BINARY, "auc"),
        ("average-precision", BINARY, "pr_auc"),
        ("ks_score", BINARY, "ks"),
        ("roc_auc_ovr", MULTICLASS, "auc"),
        ("ece", MULTICLASS, "classwise_ece"),
        ("f1_macro", MULTICLASS, "f1"),
        ("f1_score:good", MULTICLASS, "f1:good"),
        ("auc:good", MULTICLASS, "auc:good"),
        ("average_precision:bad", MULTICLASS, "pr_auc:bad"),
        ("prevalence:bad", MULTICLASS, "base_rate:bad"),
        ("mean_absolute_error", REGRESSION, "mae"),
        ("R²", REGRESSION, "r2"),
        ("volume", REGRESSION, "rows"),
        ("coverage", BINARY, "coverage"),
    ],
)
def test_other_spellings_are_understood(name: str, subject: Subject, found: str) -> None:
    assert find(name, subject) == found


@pytest.mark.parametrize(
    ("name", "found"), [("ks", "ks"), ("missing_rate", "null_rate"), ("Median", "p50"), ("js", "jensenshannon")]
)
def test_metrics_of_columns_are_found_by_column(name: str, found: str) -> None:
    assert find(name, BINARY, column=True) == found


def test_ks_and_rows_are_of_the_model_or_of_a_column() -> None:
    families = [entry(name, column=column).family for name in ("ks", "rows") for column in (False, True)]
    assert families == [Family.PERFORMANCE, Family.SHIFT, Family.FLOW, Family.COLUMN]


def test_a_class_keeps_its_own_spelling() -> None:
    subject = Subject("multiclass", ("Very Good", "a:b"))
    assert [find("F1:Very Good", subject), find("f1:a:b", subject)] == ["f1:Very Good", "f1:a:b"]


@pytest.mark.parametrize(
    ("name", "subject", "column", "message", "hint"),
    [
        ("acu", BINARY, False, "no metric is called 'acu'", "auc"),
        ("f1scroe", BINARY, False, "no metric is called 'f1scroe'", "f1"),
        ("xyzzy", REGRESSION, False, "no metric is called 'xyzzy'", "there are"),
        ("mae", BINARY, False, "a binary model has no mae: it is of regression models", "it has auc"),
        ("auc", REGRESSION, False, "a regression model has no auc: it is of binary or multiclass models", "it has mae"),
        ("brier", RANKING, False, "a binary model has no brier: scores are a ranking, not probabilities", "it has auc"),
        ("roc_auc", UNSCORED, False, "a binary model has no auc: no scores, only decisions", "it has f1"),
        ("psi", BINARY, False, "psi is measured of a column", "write psi(column)"),
        ("auc", BINARY, True, "auc is measured of the model, not of a column", "write auc"),
        ("psl", BINARY, True, "no metric is called 'psl'", "psi"),
        ("f1:good", BINARY, False, "'f1:good' names a class, and only a multiclass model has classes", "write f1"),
        ("null_rate:x", BINARY, True, "'null_rate:x' names a class", "write null_rate"),
        ("f1:goood", MULTICLASS, False, "the model has no class 'goood'", "write f1:good"),
        ("log_loss:good", MULTICLASS, False, "log_loss is not measured of one class", "precision"),
        ("pr_auc", MULTICLASS, False, "pr_auc is measured of one class at a time", "write pr_auc:bad"),
        ("base_rate", MULTICLASS, False, "base_rate is measured of one class at a time", "write base_rate:bad"),
        ("f1:", MULTICLASS, False, "the model has no class ''", "write f1:bad, f1:fair, f1:good or f1:great"),
    ],
)
def test_a_metric_that_cannot_be_had_is_refused_with_a_way_out(
    name: str, subject: Subject, column: bool, message: str, hint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        find(name, subject, column=column)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_entry_refuses_what_the_catalogue_does_not_know() -> None:
    with pytest.raises(ConfigError, match="no metric is called 'acc_uracy'"):
        entry("acc_uracy")


def test_measure_refuses_what_the_catalogue_does_not_know() -> None:
    with pytest.raises(ConfigError, match="no metric is called 'aucc'"):
        measure("aucc", SCORED["random"].outcome, BINARY)


def test_entry_of_one_class_is_that_of_the_metric() -> None:
    assert (entry("f1:good").name, entry("f1:good").better) == ("f1", Better.HIGHER)


@pytest.mark.parametrize("name", names(Family.COLUMN))
def test_each_column_metric_is_measured(name: str) -> None:
    assert isinstance(measure_column(name, numbers([1.0, 2.0, 2.5])), Measured)


@pytest.mark.parametrize("name", names(Family.SHIFT))
def test_each_shift_metric_is_measured(name: str) -> None:
    column = categories("abcab" * 20) if name == "unseen_rate" else numbers(range(100))
    assert isinstance(measure_shift(name, column, column), Measured)


@pytest.mark.parametrize("name", [name for name in names(Family.FLOW) if name not in BY_ARRIVAL])
def test_each_flow_metric_is_measured(name: str) -> None:
    assert isinstance(measure_flow(name, CategoryProfile(rows=5), 3), Measured)


@pytest.mark.parametrize(
    "name", sorted(BY_ARRIVAL - {"label_shortfall"})
)  # that one needs the predictions before as well
def test_each_metric_of_arriving_labels_is_measured(name: str) -> None:
    assert isinstance(measure_arrivals(name, CategoryProfile(rows=5)), Measured)
