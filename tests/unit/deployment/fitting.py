"""Small fitted models, and the columns that they are fed."""

from __future__ import annotations

import numpy as np
import pandas as pd  # noqa: TID251 - what scikit-learn's models are fitted on
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder

from bellbuoy.deployment.artefact import Frame


def frame(rows: int = 40) -> Frame:
    """Incomes, and cities of which some are null."""
    cities = np.array([("Oslo", "Rome", None)[row % 3] for row in range(rows)], object)
    return {"income": np.arange(rows, dtype=np.float64), "city": cities}


def table(rows: int = 40) -> object:
    """The same as scikit-learn's models are fed."""
    return pd.DataFrame(frame(rows))


def labels(rows: int = 40) -> list[int]:
    return [int(row % 7 > 2) for row in range(rows)]


def classifier() -> Pipeline:
    """It knows its columns by name."""
    encode = ColumnTransformer([("city", OneHotEncoder(handle_unknown="ignore"), ["city"])], remainder="passthrough")
    return make_pipeline(encode, LogisticRegression()).fit(table(), labels())


def regressor() -> LinearRegression:
    """It knows its columns by their order."""
    numbers = np.column_stack([np.arange(40.0), np.arange(40.0) % 5])
    return LinearRegression().fit(numbers, np.arange(40.0) * 2 + 1)
