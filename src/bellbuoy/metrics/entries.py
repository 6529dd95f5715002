"""The lines of the catalogue, in the order in which pages show them."""

from __future__ import annotations

from bellbuoy.metrics.metric import Better, Family, Metric

_HIGHER, _LOWER, _NEITHER = Better.HIGHER, Better.LOWER, Better.NEITHER
_BINARY, _MULTI, _NUMBER = ("binary",), ("multiclass",), ("regression",)
_CLASSES = ("binary", "multiclass")
_EVERY = (*_CLASSES, *_NUMBER)


def _performance(
    name: str,
    title: str,
    about: str,
    better: Better,
    tasks: tuple[str, ...],
    source: str = "",
    aliases: tuple[str, ...] = (),
) -> Metric:
    return Metric(name, title, about, Family.PERFORMANCE, better, tasks, source, aliases)


_DECISIONS = (
    _performance(
        "accuracy", "Accuracy", "Share of rows whose decision was right.", _HIGHER, _CLASSES,
        "ISO/IEC TS 4213:2022; interval: Wilson 1927, Brown, Cai & DasGupta 2001", ("accuracy_score", "acc"),
    ),
    _performance(
        "precision", "Precision",
        "Share of rows predicted positive that are. Over classes: the plain mean; `precision:good` is of one class.",
        _HIGHER, _CLASSES, "ISO/IEC TS 4213:2022; interval: Wilson 1927, Zou & Donner 2008",
        ("precision_score", "precision_macro", "positive_predictive_value", "ppv"),
    ),
    _performance(
        "precision_micro", "Precision, micro", "Precision over all classes' rows together; equal to accuracy.",
        _HIGHER, _MULTI, "Sokolova & Lapalme 2009",
    ),
    _performance(
        "precision_weighted", "Precision, weighted", "Mean of the classes' precisions, by how often each is true.",
        _HIGHER, _MULTI, "Sokolova & Lapalme 2009; interval: Zou & Donner 2008",
    ),
    _performance(
        "recall", "Recall",
        "Share of positive rows that were predicted so. Over classes: the plain mean; `recall:good` is of one class.",
        _HIGHER, _CLASSES, "ISO/IEC TS 4213:2022; interval: Wilson 1927, Zou & Donner 2008",
        ("recall_score", "recall_macro", "sensitivity", "true_positive_rate", "tpr"),
    ),
    _performance(
        "recall_micro", "Recall, micro", "Recall over all classes' rows together; equal to accuracy.",
        _HIGHER, _MULTI, "Sokolova & Lapalme 2009",
    ),
    _performance(
        "recall_weighted", "Recall, weighted", "Mean of the classes' recalls, by how often each is true.",
        _HIGHER, _MULTI, "Sokolova & Lapalme 2009",
    ),
    _performance(
        "specificity", "Specificity", "Share of negative rows that were predicted so.",
        _HIGHER, _BINARY, "ISO/IEC TS 4213:2022", ("specificity_score", "true_negative_rate", "tnr", "selectivity"),
    ),
    _performance(
        "f1", "F1",
        "Harmonic mean of precision and recall. Over classes: the plain mean; `f1:good` is of one class.",
        _HIGHER, _CLASSES, "van Rijsbergen 1979; interval: Hand, Christen & Kirielle 2021, Zou & Donner 2008",
        ("f1_score", "f1_macro", "f_score", "f_measure"),
    ),
    _performance(
        "f1_micro", "F1, micro", "F1 over all classes' rows together; equal to accuracy.",
        _HIGHER, _MULTI, "Sokolova & Lapalme 2009",
    ),
    _performance(
        "f1_weighted", "F1, weighted", "Mean of the classes' F1, by how often each is true.",
        _HIGHER, _MULTI, "Sokolova & Lapalme 2009; interval: Zou & Donner 2008",
    ),
    _performance(
        "base_rate", "Base rate", "Share of labels that are positive, or of one class: `base_rate:good`.",
        _NEITHER, _CLASSES, "", ("positive_rate", "label_rate", "prevalence"),
    ),
    _performance(
        "predicted_rate", "Predicted rate",
        "Share of labelled rows that were predicted positive, or as one class: `predicted_rate:good`. Of all rows, "
        "with or without labels, there are metrics of the output columns, such as `mean(score)`.",
        _NEITHER, _CLASSES, "", ("predicted_positive_rate", "positive_prediction_rate", "decision_rate"),
    ),
)  # fmt: skip

_SCORES = (
    _performance(
        "auc", "AUC",
        "Chance that a positive row has a higher score than a negative one. "
        "Over classes: the mean of one against the rest; `auc:good` is of one class.",
        _HIGHER, _CLASSES, "Hanley & McNeil 1982; interval: DeLong, DeLong & Clarke-Pearson 1988, Satterthwaite 1946",
        ("roc_auc", "roc_auc_score", "auroc", "roc_auc_ovr", "area_under_roc"),
    ),
    _performance(
        "pr_auc", "PR-AUC", "Average precision: the mean, over positive rows, of the precision at their score.",
        _HIGHER, _CLASSES, "Davis & Goadrich 2006; interval: Zou & Donner 2008, Boyd, Eng & Page 2013",
        ("average_precision", "average_precision_score", "auprc", "area_under_pr", "prauc"),
    ),
    _performance(
        "ks", "KS", "Greatest distance between the score distributions of positives and negatives.",
        _HIGHER, _BINARY, "Smirnov 1939; interval: Smirnov 1939, Newcombe 1998",
        ("ks_score", "kolmogorov_smirnov", "ks_statistic"),
    ),
    _performance("gini", "Gini", "2 · AUC − 1: 0 for chance, 1 for a perfect order.", _HIGHER, _BINARY, "Somers 1962"),
    _performance(
        "lift", "Lift", "How many times as many positives the top tenth by score holds as a random tenth.",
        _HIGHER, _BINARY, "interval: Donner & Zou 2012", ("lift_top_decile", "top_decile_lift", "lift_score"),
    ),
    _performance(
        "log_loss", "Log loss", "Mean of −ln(probability given to what came true).",
        _LOWER, _CLASSES, "Good 1952; interval: Satterthwaite 1946, Hill 1975",
        ("logloss", "cross_entropy", "binary_crossentropy"),
    ),
    _performance(
        "brier", "Brier score",
        "Mean squared distance between probabilities and what came true; over classes their sum, 0 to 2.",
        _LOWER, _CLASSES, "Brier 1950; interval: Satterthwaite 1946", ("brier_score", "brier_score_loss"),
    ),
    _performance(
        "ece", "Calibration error",
        "Mean distance, over ten bins of equal width, between the mean score and the share of positives.",
        _LOWER, _BINARY, "Naeini, Cooper & Hauskrecht 2015; interval: Bröcker 2012",
        ("calibration_error", "expected_calibration_error"),
    ),
    _performance(
        "classwise_ece", "Calibration error, by class",
        "Mean over classes of the calibration error of one class against the rest.",
        _LOWER, _MULTI, "Kull et al. 2019", ("ece", "calibration_error", "expected_calibration_error"),
    ),
    _performance(
        "mean_score", "Mean score",
        "Mean score of labelled rows; near the base rate when calibrated. `mean(score)` is of all rows.",
        _NEITHER, _BINARY, "", ("average_score", "mean_prediction"),
    ),
)  # fmt: skip

_ERRORS = (
    _performance(
        "mae", "MAE", "Mean absolute error.", _LOWER, _NUMBER,
        "Willmott & Matsuura 2005; interval: Satterthwaite 1946, Hill 1975", ("mean_absolute_error",),
    ),
    _performance(
        "rmse", "RMSE", "Root of the mean squared error.", _LOWER, _NUMBER,
        "Willmott & Matsuura 2005; interval: Satterthwaite 1946, Hill 1975", ("root_mean_squared_error",),
    ),
    _performance(
        "mse", "MSE", "Mean squared error.", _LOWER, _NUMBER,
        "Gauss 1821; interval: Satterthwaite 1946, Hill 1975", ("mean_squared_error",),
    ),
    _performance(
        "mape", "MAPE", "Mean of |error / label|, as a share, over rows whose label is not 0.",
        _LOWER, _NUMBER, "Armstrong 1985; interval: Satterthwaite 1946, Hill 1975",
        ("mean_absolute_percentage_error",),
    ),
    _performance(
        "bias", "Bias", "Mean error, prediction − label: above 0 where predictions are too high.",
        _NEITHER, _NUMBER, "", ("mean_error", "me", "mean_bias_error"),
    ),
    _performance(
        "r2", "R²", "1 − squared errors / squared distances of the labels from their mean.",
        _HIGHER, _NUMBER, "Kvålseth 1985; interval: Zou & Donner 2008; Olkin & Finn 1995",
        ("r2_score", "r_squared", "rsquared", "r²", "coefficient_of_determination"),
    ),
    *(
        _performance(
            f"error_p{part:02}", f"Error, {part} %", f"The error that {part} % of rows do not exceed, signed.",
            _NEITHER, _NUMBER, "Conover 1999", ("median_error",) if part == 50 else (),
        )
        for part in (5, 50, 95)
    ),
    *(
        _performance(
            f"absolute_error_p{part}", f"Absolute error, {part} %", f"The error, sign aside, of {part} % of rows.",
            _LOWER, _NUMBER, "Conover 1999", ("median_absolute_error",) if part == 50 else (),
        )
        for part in (50, 90, 95)
    ),
)  # fmt: skip

_MONEY = (
    _performance(
        "value", "Value",
        "What the window's labelled rows were worth, as the model's file says it in `[value]`; costs are negative.",
        _HIGHER, _EVERY, "Elkan 2001; interval: Zou, Huang & Zhang 2009, Hall 1992",
        ("total_value", "business_value", "profit", "money"),
    ),
    _performance(
        "mean_value", "Mean value",
        "What a labelled row was worth on average, as the model's file says it in `[value]`.",
        _HIGHER, _EVERY, "Elkan 2001; interval: Zou, Huang & Zhang 2009, Hall 1992",
        ("value_per_row", "average_value", "value_per_prediction"),
    ),
)  # fmt: skip


def _column(name: str, title: str, about: str, better: Better = _NEITHER, aliases: tuple[str, ...] = ()) -> Metric:
    return Metric(name, title, about, Family.COLUMN, better, aliases=aliases)


_COLUMNS = (
    _column("rows", "Rows", "Rows of the window.", aliases=("count", "row_count")),
    _column("null_rate", "Null rate", "Share of rows without a value.", _LOWER, ("missing_rate", "null_fraction")),
    _column("nan_rate", "NaN rate", "Share of rows whose number is NaN.", _LOWER),
    _column("infinity_rate", "Infinity rate", "Share of rows whose number is infinite.", _LOWER, ("inf_rate",)),
    _column("zero_rate", "Zero rate", "Share of rows whose number is 0.", aliases=("zeros_rate",)),
    _column("mean", "Mean", "Mean of the finite values.", aliases=("average", "avg")),
    _column("std", "Standard deviation", "Standard deviation of the finite values.", aliases=("stddev", "sd")),
    _column("min", "Minimum", "Least finite value.", aliases=("minimum", "low")),
    _column("max", "Maximum", "Greatest finite value.", aliases=("maximum", "high")),
    _column("p05", "5 % quantile", "The value that 5 % of the finite values do not exceed.", aliases=("p5", "q05")),
    _column("p50", "Median", "The value that half of the finite values do not exceed.", aliases=("median", "q50")),
    _column("p95", "95 % quantile", "The value that 95 % of the finite values do not exceed.", aliases=("q95",)),
    _column(
        "distinct", "Distinct values", "How many categories there are.",
        aliases=("unique", "unique_count", "cardinality", "distinct_count"),
    ),
    _column(
        "misfit", "Misfit",
        "How far values lie, on average, from what the row's other inputs say they should be, as the reference set "
        "tells it; in ranks of the reference set, 0 to 1. Of a score: how far what serves is from what served then. "
        "By day, of a sample of the rows; those like none of the reference set are left out.",
        _LOWER, ("disagreement", "residual", "mean_absolute_residual"),
    ),
    _column(
        "misfit_bias", "Misfit, signed",
        "The same with its sign: above 0 where values lie above what the other inputs say.",
        aliases=("mean_residual", "residual_bias"),
    ),
)  # fmt: skip


def _shift(name: str, title: str, about: str, source: str = "", aliases: tuple[str, ...] = ()) -> Metric:
    return Metric(name, title, about, Family.SHIFT, _LOWER, source=source, aliases=aliases)


_SHIFTS = (
    _shift(
        "psi", "PSI", "Population stability index against the baseline; 0 where nothing moved.",
        "Kullback & Leibler 1951 (their divergence J); Siddiqi 2006", ("population_stability_index",),
    ),
    _shift(
        "jensenshannon", "Jensen–Shannon distance", "Root of the Jensen–Shannon divergence in bits, 0 to 1.",
        "Lin 1991; Endres & Schindelin 2003",
        ("jensen_shannon", "jensen_shannon_distance", "js", "js_distance", "js_divergence"),
    ),
    _shift(
        "ks", "KS distance", "Greatest distance between the distribution now and on the baseline, 0 to 1.",
        "Smirnov 1939", ("kolmogorov_smirnov", "ks_statistic", "ks_test"),
    ),
    _shift(
        "wasserstein", "Wasserstein distance",
        "How far values have to be moved on average, in standard deviations of the baseline.",
        "Vallender 1974", ("wasserstein_distance", "earth_movers_distance", "emd"),
    ),
    _shift(
        "hellinger", "Hellinger distance", "Distance between the roots of shares, 0 to 1.",
        "Hellinger 1909", ("hellinger_distance",),
    ),
    _shift(
        "unseen_rate", "Unseen rate", "Share of rows in categories that the baseline never had.",
        aliases=("new_category_rate", "unseen_categories", "new_values_rate"),
    ),
    _shift(
        "out_of_range_rate", "Out-of-range rate", "Share of rows outside the baseline's least and greatest value.",
        aliases=("out_of_range", "out_of_bounds_rate"),
    ),
)  # fmt: skip


def _flow(name: str, title: str, about: str, better: Better, aliases: tuple[str, ...] = ()) -> Metric:
    return Metric(name, title, about, Family.FLOW, better, aliases=aliases)


_FLOWS = (
    _flow("rows", "Predictions", "Predictions of the window, repeated ids aside.", _NEITHER, ("volume", "count")),
    _flow("labelled", "Labelled", "Predictions of the window whose label has come.", _NEITHER, ("labels", "labeled")),
    _flow("coverage", "Label coverage", "Share of the window's predictions whose label has come.", _HIGHER),
    _flow("duplicate_rate", "Duplicate rate", "Share of rows whose id had come before.", _LOWER, ("duplicates",)),
    _flow("label_arrivals", "Labels that came", "Labels that became known in the window.", _NEITHER, ("arrivals",)),
    _flow(
        "label_shortfall",
        "Label shortfall",
        "Share of the labels due in the window, by the predictions before it and the delays seen, that did not come.",
        _LOWER,
        ("missing_labels", "label_gap"),
    ),
    _flow(
        "unknown_label_rate",
        "Unknown labels",
        "Share of the labels that came whose id was no prediction's yet.",
        _LOWER,
        ("unmatched_labels",),
    ),
    _flow("corrected_label_rate", "Corrected labels", "Share of the labels that came for the second time.", _NEITHER),
    _flow("future_rate", "Future rate", "Share of rows whose time lay in the future when they came.", _LOWER),
)


def _replay(name: str, title: str, about: str, aliases: tuple[str, ...] = ()) -> Metric:
    return Metric(name, title, about, Family.REPLAY, _LOWER, aliases=aliases)


_REPLAYS = (
    _replay(
        "replay_difference", "Replay difference",
        "Share of the rows scored again whose logged score, or class, is another than the model gives.",
        ("replay", "rescore_difference", "score_mismatch"),
    ),
    _replay(
        "replay_mean_distance", "Replay distance, mean",
        "How far apart logged scores and those of the same rows scored again are on average; 0 within the tolerance.",
    ),
    _replay(
        "replay_max_distance", "Replay distance, greatest",
        "How far apart they are at most; NaN on one side only is not among them.",
    ),
)  # fmt: skip

#: Every metric; `ks` and `rows` stand twice, once of the model and once of a column.
ENTRIES = (*_SCORES, *_DECISIONS, *_ERRORS, *_MONEY, *_COLUMNS, *_SHIFTS, *_FLOWS, *_REPLAYS)
