"""`bellbuoy check`: whether files, sources, columns and labels fit together, before anything runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from bellbuoy.app.ask import nearest
from bellbuoy.app.essential import not_there
from bellbuoy.app.plans import outputs_of, scores_of
from bellbuoy.app.project import OpenProject, open_project
from bellbuoy.app.replay import replay_wrongs
from bellbuoy.app.rules import rule_of
from bellbuoy.app.sampling import look_at
from bellbuoy.app.watched import watched
from bellbuoy.config.sample import ColumnFacts, Sample, first_rows
from bellbuoy.config.spec import ColumnKind, Labels, Model, ScoreKind, Task
from bellbuoy.config.write import class_value
from bellbuoy.errors import ConfigError, Faults, SourceError
from bellbuoy.profiles.target import alike
from bellbuoy.sources.codes import UNREAD
from bellbuoy.sources.keys import whole_key
from bellbuoy.sources.opening import open_source
from bellbuoy.sources.port import KeyType, NothingYetError, Place, Source

#: Notes on a sample that a check tells.
_TOLD = (*UNREAD, "odd-line")
_FLAGS = {"true", "false"}


class Level(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what was seen."""

    level: Level
    where: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """Everything that a check found, and what will be watched, by model, in plain words."""

    findings: tuple[Finding, ...]
    watched: Mapping[str, tuple[str, ...]]

    @property
    def faults(self) -> int:
        """How many findings keep something from running."""
        return sum(one.level is Level.FAULT for one in self.findings)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table that could be read."""

    where: str
    source: Source
    sample: Sample
    facts: Mapping[str, ColumnFacts]


def check_project(start: Path, now: datetime, models: Iterable[str] = ()) -> Checked:
    """Look at the project in `start` or above it: at all models, or at those named.

    Raises:
        ConfigError: there is no project, or no model of such a name.
    """
    try:
        project = open_project(start, tolerant=True)
    except Faults as wrong:
        return Checked(tuple(_told(wrong)), {})
    findings = list(_told(Faults(project.faults)))
    chosen = [project.model(name) for name in models] or list(project.models.values())
    if not (chosen or findings):
        findings.append(Finding(Level.WARNING, "models", "no model is watched yet", "put a file into models/"))
    for model in chosen:
        findings += check_model(project, model, now)
    return Checked(tuple(findings), {model.name: watched(model) for model in chosen})


def check_model(project: OpenProject, model: Model, now: datetime) -> list[Finding]:
    """Look at one model's rules, predictions, labels and reference set."""
    findings = list(_rules(model))
    log, wrong = _read(project, project.place(model.predictions), f"{model.name}.predictions", now)
    findings += wrong
    if log is not None:
        findings += [*_predictions(model, log), *_segment_values(model, log)]
    if model.labels is not None:
        truth, wrong = _read(project, project.place(model.labels), f"{model.name}.labels", now)
        findings += wrong
        if truth is not None:
            findings += _labels(model, model.labels, truth, log)
    findings += [Finding(Level.FAULT, f"{model.name}.replay", *wrong) for wrong in replay_wrongs(project, model)]
    if model.baseline.reference is not None:
        normal, wrong = _read(project, Place(path=model.baseline.reference), f"{model.name}.baseline.reference", now)
        findings += wrong
        if normal is not None:
            findings += _reference(model, normal)
    return findings


def _told(wrong: Faults) -> Iterator[Finding]:
    for fault in wrong.faults:
        place = f"{fault.file}:{fault.line}" if fault.line else fault.file
        yield Finding(Level.FAULT, place, f"{fault.key}: {fault.message}" if fault.key else fault.message, fault.hint)


def _read(project: OpenProject, place: Place, where: str, now: datetime) -> tuple[_Table | None, list[Finding]]:
    try:
        source = open_source(place, project.folder)
        looked = look_at(source, now)
    except SourceError as why:
        level = Level.WARNING if isinstance(why, NothingYetError) else Level.FAULT
        message = f"{why.where}: {why.message}" if why.where else why.message
        return None, [Finding(level, where, message, why.hint)]
    sample = looked.sample
    odd = [Finding(Level.WARNING, where, note.message) for note in looked.notes if note.code in _TOLD]
    if not sample.rows:
        return None, [*odd, Finding(Level.WARNING, where, "no rows yet")]
    count = f"{sample.rows:,} rows" if sample.whole else f"more than {sample.rows:,} rows; the first were looked at"
    return _Table(where, source, sample, sample.facts()), [Finding(Level.OK, where, count), *odd]


def _rules(model: Model) -> Iterator[Finding]:
    for rule in model.alarms.rule:
        where = f"{model.name}.alarms.{rule.name}"
        try:
            rule_of(model, rule)
        except Faults as why:
            yield from (Finding(Level.FAULT, where, fault.message, fault.hint) for fault in why.faults)
        except ConfigError as why:
            yield Finding(Level.FAULT, where, why.message, why.hint)


def _segment_values(model: Model, log: _Table) -> Iterator[Finding]:
    """Rules about a part of the rows that no row is in."""
    for rule in model.alarms.rule:
        with suppress(ConfigError):  # such a rule was told already
            for one in rule_of(model, rule).condition.selectors:
                if not one.by or one.by not in log.facts or not log.sample.whole:
                    continue
                values = sorted(set(log.sample.texts(one.by)) - {""})
                if one.segment not in values:
                    message, where = f"no row has {one.by} = {one.segment}", f"{model.name}.alarms.{rule.name}"
                    yield Finding(Level.WARNING, where, message, nearest(one.segment, values))


def _predictions(model: Model, log: _Table) -> Iterator[Finding]:
    columns = model.predictions.columns
    numbers = set(outputs_of(model)) if model.task is Task.REGRESSION else set(scores_of(model))
    needed: dict[str, ColumnKind | None] = {name: None for name in (columns.id, columns.version, columns.host) if name}
    needed |= dict.fromkeys((*model.segments.by, *outputs_of(model)))
    needed |= dict.fromkeys(numbers, ColumnKind.NUMBER)
    needed |= _worth(model, log)
    needed |= {name: ColumnKind.MOMENT for name in (columns.time, model.predictions.cursor) if name}
    yield from _columns(log, needed)
    yield from _inputs(model, log)
    yield from _nulls(log, [name for name in (columns.id, columns.time, model.predictions.cursor) if name])
    yield from _repeats(log, columns.id)
    if model.predictions.scores is ScoreKind.PROBABILITY:
        for name in scores_of(model):
            one = log.facts.get(name)
            if one is not None and one.kind is ColumnKind.NUMBER and one.known and not one.in_unit:
                message = f"{name} goes from {one.low:g} to {one.high:g}, and a probability lies in 0..1"
                yield Finding(Level.FAULT, log.where, message, 'scores = "ranking" says that only their order counts')


def _worth(model: Model, log: _Table) -> dict[str, ColumnKind | None]:
    """Columns that say what a row is worth; those that are reckoned with must be numbers, or true and false."""
    expression = None if model.value is None else model.value.expression
    if expression is None:
        return {}
    flags = {name for name in expression.numbers if name in log.facts and set(log.facts[name].values) <= _FLAGS}
    needed: dict[str, ColumnKind | None] = dict.fromkeys(expression.columns)
    return needed | {name: ColumnKind.NUMBER for name in expression.numbers if name not in flags}


def _inputs(model: Model, log: _Table) -> Iterator[Finding]:
    wanted = {name: feature.kind for name, feature in model.features.items()}
    yield from _columns(log, dict.fromkeys(wanted))
    for name, kind in wanted.items():
        one = log.facts.get(name)
        if one is not None and kind is not None and one.kind is not kind and one.known:
            message = f"{name} is counted as {kind}, and the data has it as {one.kind}"
            yield Finding(Level.WARNING, log.where, message, "what cannot be read as such counts as null")
        if one is not None and not one.known:
            yield Finding(Level.WARNING, log.where, f"{name} is null in every row")


def _labels(model: Model, labels: Labels, truth: _Table, log: _Table | None) -> Iterator[Finding]:
    columns = labels.columns
    moments = [name for name in (columns.time, labels.cursor) if name]
    needed: dict[str, ColumnKind | None] = {columns.id: None, columns.label: None}
    if model.task is Task.REGRESSION:
        needed[columns.label] = ColumnKind.NUMBER
    yield from _columns(truth, needed | dict.fromkeys(moments, ColumnKind.MOMENT))
    if columns.label in truth.facts:
        yield from _values(model, truth, truth.facts[columns.label])
    id_ = model.predictions.columns.id
    if log is not None and id_ in log.facts and columns.id in truth.facts and id_ is not None:
        yield from _join(log, id_, truth, columns.id)


def _values(model: Model, truth: _Table, label: ColumnFacts) -> Iterator[Finding]:
    """Whether labels hold what the model is said to decide."""
    if model.task is Task.BINARY and label.known and not _among(model.positive, label.values):
        message = f"no label is {model.positive!r}, which is said to be positive; seen: {', '.join(label.values[:5])}"
        hint = " or ".join(f"positive = {class_value(value)}" for value in label.values[:2])
        yield Finding(Level.WARNING, truth.where, message, hint)
    if model.task is Task.MULTICLASS:
        score = model.predictions.columns.score
        classes = tuple(score) if isinstance(score, Mapping) else model.classes
        strange = [value for value in label.values if not _among(value, classes)]
        if strange:
            yield Finding(Level.WARNING, truth.where, f"labels that are no class: {', '.join(strange[:5])}")


def _join(log: _Table, id_: str, truth: _Table, label_id: str) -> Iterator[Finding]:
    ours, theirs = log.source.key_type(id_), truth.source.key_type(label_id)
    known, asked = (_keys(table.sample.texts(name), ours) for table, name in ((log, id_), (truth, label_id)))
    matched, whole = len(first_rows(known, asked)[0]), log.sample.whole and truth.sample.whole
    if matched:
        yield Finding(Level.OK, truth.where, f"{matched:,} of {truth.sample.rows:,} have their prediction")
    elif ours is not theirs and (whole or not any(asked)):
        words = {KeyType.WHOLE: "whole numbers", KeyType.TEXT: "texts"}
        message = f"ids are {words[theirs]}, and {words[ours]} in the predictions: nothing would join"
        yield Finding(Level.FAULT, truth.where, message, "write both as the same type")
    elif whole:
        yield Finding(Level.WARNING, truth.where, "no label has its prediction", "are the ids the same?")


def _keys(ids: Sequence[str], key_type: KeyType) -> Sequence[str]:
    """Ids as a cycle joins them: by their text, or, where predictions have whole numbers, by the number it says."""
    if key_type is KeyType.TEXT:
        return ids
    return ["" if (key := whole_key(one)) is None else str(key) for one in ids]


def _reference(model: Model, normal: _Table) -> Iterator[Finding]:
    for name in (*model.features, *outputs_of(model)):
        if name not in normal.facts:
            message = f"no column {name}: it cannot be compared with what is normal"
            yield Finding(Level.WARNING, normal.where, message)
    if model.labels is not None and model.labels.columns.label not in normal.facts:
        message = f"no column {model.labels.columns.label}: performance has nothing to be compared with"
        yield Finding(Level.WARNING, normal.where, message)


def _columns(table: _Table, needed: Mapping[str, ColumnKind | None]) -> Iterator[Finding]:
    for name, kind in needed.items():
        if name not in table.facts:
            yield _missing(table, name)
        elif kind is not None and table.facts[name].kind is not kind and table.facts[name].known:
            message = f"{name} must be a {kind}, and is a {table.facts[name].kind}"
            yield Finding(Level.FAULT, table.where, message)


def _nulls(table: _Table, columns: Iterable[str]) -> Iterator[Finding]:
    for name in columns:
        one = table.facts.get(name)
        if one is not None and one.nulls:
            message = f"{name} is null in {one.nulls:,} of {one.rows:,} rows, which cannot be used"
            yield Finding(Level.WARNING, table.where, message)


def _repeats(table: _Table, id_: str | None) -> Iterator[Finding]:
    one = table.facts.get(id_) if id_ is not None else None
    if one is not None and one.distinct < one.known:
        repeated = one.known - one.distinct
        message = f"{one.name} repeats in {repeated:,} of {one.known:,} rows; only the first counts"
        yield Finding(Level.WARNING, table.where, message)


def _missing(table: _Table, name: str) -> Finding:
    there = table.source.having([name])
    if there:
        return Finding(
            Level.WARNING, table.where, f"column {name!r} is not in the newest file", "it counts as null there"
        )
    return Finding(Level.FAULT, table.where, not_there(name), nearest(name, table.facts))


def _among(value: object, texts: Iterable[str]) -> bool:
    return any(alike(str(value), text) for text in texts)
