"""What `[replay]` of a model's file can say: what scores logged rows again, which of them, and how often."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from bellbuoy.config.kinds import Function, Number, Span, Spec, Text, Whole


class Replay(Spec):
    """Rows of the log are scored again, to see whether what serves still answers as the model does."""

    artefact: Text | None = None
    """The fitted model, from the project folder: scikit-learn's `.skops`, `.onnx`, XGBoost's `.ubj` and `.json`,
    LightGBM's `.txt`, CatBoost's `.cbm`, or an MLflow folder with one of them. `models/delays-{version}.skops` is the
    file of each row's own version; rows of versions that have none are left alone. Pickles are not read: they run
    whatever they hold."""
    function: Function | None = None
    """Instead of it a function of your own: `def score(rows)`, from the columns of `inputs` as arrays by name, gives a
    score for each row (multiclass: one for each class, in the order of the file; without scores, what is predicted).
    It runs in a process of its own and may load what it likes."""
    trusted: tuple[Text, ...] = ()
    """`.skops`: types beside those of scikit-learn that the file may hold, such as `"my_package.Encoder"`."""
    inputs: tuple[Text, ...] = ()
    """Columns that the model is fed, in its order; without it, its features."""
    version: Text | None = None
    """The version that it is; rows of others are left alone. Without it, every row should be the model's answer."""
    every: Span = timedelta(days=1)
    """How long after a replay the next is due."""
    rows: Annotated[Whole, Field(ge=1, le=100_000)] = 500
    """How many of the newest rows are scored again, at most; their ids decide which."""
    tolerance: Annotated[Number, Field(ge=0)] = 1e-6
    """How far apart two scores may be, as a share of the logged one where that is above 1. Digits that the log has cut
    off are allowed for beside it."""
    time_limit: Span = timedelta(minutes=2)
    """How long the process may take before it is ended."""
    memory_mb: Annotated[Whole, Field(ge=64)] = 4_096
    """How much memory the process may take, in megabytes, where the system can hold it to that."""
