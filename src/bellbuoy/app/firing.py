"""What rings now, in words: alarms of rules and of monitors that are pending or firing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bellbuoy.alarms.machine import State
from bellbuoy.alarms.step import summary
from bellbuoy.app.pack import alarms_of
from bellbuoy.app.rules import rule_of
from bellbuoy.app.views import Firing
from bellbuoy.config import spec_model as spec
from bellbuoy.config.spec import Model
from bellbuoy.errors import ConfigError
from bellbuoy.incidents.facts import why_of
from bellbuoy.store.port import AlarmRow
from bellbuoy.windows import from_micro


def firing_of(model: Model, alarms: Sequence[AlarmRow]) -> Iterator[Firing]:
    """Alarms of a model's rules that are pending or firing, in the order of its file, then those of monitors that fire.

    Rows come in the order in which they began. One of a rule that is gone from the file is not told: nobody judges it.
    """
    rules = {rule.name: (rule, kind) for rule, kind in alarms_of(model)}
    standing = [row for row in alarms if State(row.state) in {State.PENDING, State.FIRING}]
    for name, (rule, kind) in rules.items():
        for row in standing:
            if row.name == name:
                said = _said(model, rule, row)
                yield Firing(name, rule.severity.value, from_micro(row.since), row.state, said, kind, row.incident)
    for row in standing:
        if row.name not in rules and row.kind != "custom" and State(row.state) is State.FIRING:
            yield Firing(row.name, row.severity, from_micro(row.since), row.state, why_of(row), row.kind, row.incident)


def _said(model: Model, rule: spec.Rule, row: AlarmRow) -> str:
    try:
        return _annotated(row) or summary(row, rule_of(model, rule).condition)
    except ConfigError:  # the rule was changed and is wrong now; its alarm stands until it is mended
        return row.reason


def _annotated(row: AlarmRow) -> str:
    """The summary that the rule gives, filled in; empty where it gives none."""
    texts = row.facts.get("annotations")
    return str(texts.get("summary", "")) if isinstance(texts, Mapping) else ""
