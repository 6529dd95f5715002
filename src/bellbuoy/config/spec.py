"""Every setting of a project: `bellbuoy.toml` is a `ProjectFile`, each `models/*.toml` a `Model`."""

from __future__ import annotations

from bellbuoy.config.kinds import (
    ColumnKind,
    Deployer,
    Pack,
    ScoreKind,
    Season,
    Severity,
    Spec,
    Task,
)
from bellbuoy.config.spec_model import (
    Alarms,
    Baseline,
    Deploy,
    Feature,
    Gate,
    LabelColumns,
    Labels,
    Model,
    PredictionColumns,
    Predictions,
    Retrain,
    RowsAt,
    Rule,
    Segments,
    Value,
)
from bellbuoy.config.spec_project import Channel, ProjectFile, ProjectSettings, Route, Silence, Web
from bellbuoy.config.spec_replay import Replay
from bellbuoy.config.texts import Budget

__all__ = [
    "Alarms",
    "Baseline",
    "Budget",
    "Channel",
    "ColumnKind",
    "Deploy",
    "Deployer",
    "Feature",
    "Gate",
    "LabelColumns",
    "Labels",
    "Model",
    "Pack",
    "PredictionColumns",
    "Predictions",
    "ProjectFile",
    "ProjectSettings",
    "Replay",
    "Retrain",
    "Route",
    "RowsAt",
    "Rule",
    "ScoreKind",
    "Season",
    "Segments",
    "Severity",
    "Silence",
    "Spec",
    "Task",
    "Value",
    "Web",
]
