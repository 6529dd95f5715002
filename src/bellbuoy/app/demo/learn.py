"""The model under watch: gradient-boosted trees of scikit-learn. The only module that imports it.

One thread: threads that wait for each other spin, so that on two busy cores two of them took five times as long.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from bellbuoy.config.sample import Numbers, Texts

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

#: Small, slow and regularised: three months of one winter invite learning its storms by heart.
_SETTINGS = {
    "max_iter": 120,
    "learning_rate": 0.06,
    "max_leaf_nodes": 15,
    "min_samples_leaf": 100,
    "l2_regularization": 5.0,
}
_SEED = 2013


@dataclass(frozen=True, slots=True)
class Fitted:
    """A trained model, ready to score rows of the features that it was trained on."""

    trees: HistGradientBoostingClassifier

    def score(self, features: Mapping[str, Numbers | Texts]) -> Floats:
        """The probability of a late arrival, a row each, to six digits."""
        with threadpool_limits(1):
            scores: Floats = self.trees.predict_proba(_matrix(features))[:, 1]
        return np.round(scores, 6)


def fit(features: Mapping[str, Numbers | Texts], late: Floats, rows: Bools) -> Fitted:
    """Train on those of the rows that have a label; null features are values of their own to the trees."""
    known = rows & ~np.isnan(late)
    named = [isinstance(column, Texts) for column in features.values()]
    trees = HistGradientBoostingClassifier(categorical_features=named, random_state=_SEED, **_SETTINGS)
    with threadpool_limits(1):
        trees.fit(_matrix(features)[known], late[known])
    return Fitted(trees)


def _matrix(features: Mapping[str, Numbers | Texts]) -> Floats:
    return np.column_stack([_numbers(column) for column in features.values()])


def _numbers(column: Numbers | Texts) -> Floats:
    if isinstance(column, Numbers):
        return column.values
    return np.where(column.codes < 0, np.nan, column.codes.astype(np.float64))
