"""The alarms that every model starts with."""

from __future__ import annotations

from collections.abc import Iterator

from bellbuoy.config import spec_model as spec
from bellbuoy.config.kinds import Pack, Severity
from bellbuoy.config.spec import Model

#: Rings when labels stop or slow, so that nobody takes that for a model that has got worse.
LABEL_FEED = spec.Rule.model_validate(
    {
        "name": "label-feed",
        "when": "label_shortfall > 50%",
        "for": "1d",
        "severity": Severity.WARNING,
        "annotations": {"summary": "fewer than half of the labels that were due have come"},
    }
)

#: Rings when the log has other scores than the model gives to the same rows, where such are scored again.
REPLAY = spec.Rule.model_validate(
    {
        "name": "replay",
        "when": "replay_difference > 1%",
        "severity": Severity.CRITICAL,
        "annotations": {"summary": "rows that were scored again have other scores than were logged"},
    }
)


def alarms_of(model: Model) -> Iterator[tuple[spec.Rule, str]]:
    """Every rule of a model with its kind: the pack's, then its own; one of its own takes the place of the pack's."""
    own = {rule.name for rule in model.alarms.rule}
    if model.alarms.pack is Pack.STANDARD and _timed(model) and LABEL_FEED.name not in own:
        yield LABEL_FEED, "label"
    if model.alarms.pack is Pack.STANDARD and model.replay is not None and REPLAY.name not in own:
        yield REPLAY, "output"
    for rule in model.alarms.rule:
        yield rule, "custom"


def _timed(model: Model) -> bool:
    """Whether labels say when they became known; without it, nobody can tell when they were due."""
    return model.labels is not None and (model.labels.columns.time or model.labels.cursor) is not None
