"""Rules of a model's file, made ready to be judged: every word is looked up, and all that is wrong is told at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bellbuoy.alarms.grammar import parse_rule, told_at_once
from bellbuoy.alarms.look import Rule
from bellbuoy.alarms.machine import Holds
from bellbuoy.alarms.rule import Condition
from bellbuoy.alarms.sides import Selector, Usual
from bellbuoy.alarms.template import template_faults
from bellbuoy.app.ask import among, counted_by_segment, nearest
from bellbuoy.app.pack import alarms_of
from bellbuoy.app.plans import plan_of, subject_of
from bellbuoy.config import spec_model as spec
from bellbuoy.config.spec import Model
from bellbuoy.errors import ConfigError, Fault, Faults
from bellbuoy.metrics.catalogue import Family, entry, find
from bellbuoy.metrics.flow import BY_ARRIVAL
from bellbuoy.metrics.money import TOTALS
from bellbuoy.sources.port import Note
from bellbuoy.windows import format_duration

_NO_BASELINE = "compare it with itself some time ago: offset 7d"


def rule_of(model: Model, rule: spec.Rule, kind: str = "custom") -> Rule:
    """A rule of the model's file, ready to be judged.

    Raises:
        ConfigError: its condition cannot be understood, or there is no such metric, column or segment; `Faults` where
            several things are wrong.
    """
    faults: list[Fault] = []
    condition = _condition(model, rule.when, faults)
    recover = None if rule.recover is None else _condition(model, rule.recover, faults, "recover: ")
    if condition is not None and rule.early:
        faults += _early_faults(condition)
    for key, text in rule.annotations.items():
        faults += template_faults(text, rule.labels, f"annotations.{key}")
    told_at_once(faults)
    assert condition is not None
    return Rule(
        name=rule.name,
        condition=condition,
        holds=Holds(rule.hold, rule.keep_firing_for),
        kind=kind,
        sure=kind != "custom",
        early=rule.early,
        recover=recover,
        severity=rule.severity.value,
        labels=rule.labels,
        annotations=rule.annotations,
        no_data=rule.no_data,
        on_error=rule.on_error,
        min_rows=rule.min_rows,
    )


def rules_of(model: Model) -> tuple[list[Rule], list[Note]]:
    """The model's rules that can be judged, and a note on each that cannot."""
    rules, notes = [], []
    for rule, kind in alarms_of(model):
        try:
            rules.append(rule_of(model, rule, kind))
        except ConfigError as why:
            notes.append(Note("bad-rule", f"alarms.{rule.name}", f"rule {rule.name} is not judged: {why.message}"))
    return rules, notes


def names_of(model: Model) -> set[str]:
    """Names of all rules of the model, those that cannot be judged among them."""
    return {rule.name for rule, _ in alarms_of(model)}


def _condition(model: Model, text: str, faults: list[Fault], of: str = "") -> Condition | None:
    """The condition with the names that are ours; what is wrong with it goes to the faults."""
    found: list[Fault] = []
    condition = None
    try:
        condition = parse_rule(text)
    except ConfigError as why:
        found += _faults(why)
    if condition is not None:
        known: dict[Selector, Selector] = {}
        for one in dict.fromkeys([*condition.selectors, *(usual.of for usual in condition.usuals)]):
            try:
                known[one] = _known(model, one)
            except ConfigError as why:
                found += _faults(why)
        if not found:
            condition = condition.renamed(lambda one: known[one])
            found += [fault for usual in condition.usuals for fault in _usual_faults(usual)]
    faults += [replace(fault, message=f"{of}{fault.message}") for fault in found]
    return condition


def _known(model: Model, one: Selector) -> Selector:
    """A selector with the metric by its canonical name, once all its words are known.

    Raises:
        ConfigError: one is not; `Faults`: several are not.
    """
    plan, faults = plan_of(model), list[Fault]()
    metric = one.metric
    try:
        metric = find(one.metric, subject_of(model), column=one.column is not None)
    except ConfigError as why:
        faults += _faults(why)
    if one.column is not None and one.column not in plan.columns:
        faults.append(Fault(f"column {one.column!r} is not watched", hint=nearest(one.column, plan.columns)))
    faults += [] if faults else _part_faults(model, replace(one, metric=metric))
    if one.by and one.by not in plan.segments:
        try:
            among(one.by, plan.segments, "segment")
        except ConfigError as why:
            faults += _faults(why)
    told_at_once(faults)
    return replace(one, metric=metric)


def _part_faults(model: Model, one: Selector) -> Iterator[Fault]:
    """What is wrong with the part of the rows, and the time, that a selector is about."""
    if one.by and one.by in plan_of(model).segments:
        try:
            counted_by_segment(model, one.metric, one.column)
        except ConfigError as why:
            yield from _faults(why)
    if one.version is not None and model.predictions.columns.version is None:
        hint = "say which column has it: version in predictions.columns"
        yield Fault("no column says which version made a prediction", hint=hint)
    elif one.version is not None and one.column is None and one.metric in BY_ARRIVAL:
        yield Fault(f"{one.metric} is not counted by version", hint="leave the version out")
    grain = model.grain
    if one.offset % grain.delta:
        message = f"offset {format_duration(one.offset)} is not whole windows of {grain.value}"
        yield Fault(message, hint=f"write a multiple of {grain.value}")


def _usual_faults(usual: Usual) -> Iterator[Fault]:
    one = usual.of
    family = entry(one.metric, column=one.column is not None).family
    if family is Family.SHIFT:
        hint = f"write a number, as in {one.text} > 0.3"
        yield Fault(f"{one.metric} is a distance from the baseline already", hint=hint)
    elif family is not Family.PERFORMANCE and family is not Family.COLUMN:
        yield Fault(f"the baseline has no {one.metric}", hint=_NO_BASELINE)
    elif one.metric in TOTALS or (family is Family.COLUMN and one.metric == "rows"):
        yield Fault(f"{one.metric} is a total, and the baseline is of other rows", hint=_NO_BASELINE)


def _early_faults(condition: Condition) -> Iterator[Fault]:
    """Labels that are still coming tell what one metric will settle at, and no more."""
    one = condition.lone
    if one is None:
        hint = "make it a rule of its own, such as auc < 0.7, or leave early out"
        yield Fault("early judges one metric against a number", hint=hint)
    elif one.metric in TOTALS:
        hint = "write mean_value, or leave early out"
        yield Fault(f"{one.metric} is a total: what is missing of it is not known early", hint=hint)


def _faults(why: ConfigError) -> list[Fault]:
    return list(why.faults) if isinstance(why, Faults) else [Fault(why.message, hint=why.hint)]
