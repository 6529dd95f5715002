"""From a model's file to what its cycle needs: what to count, where the rows are, what labels mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bellbuoy.app.project import OpenProject
from bellbuoy.config.spec import Labels, Model, ScoreKind, Task
from bellbuoy.errors import ConfigError
from bellbuoy.metrics.subject import Money, Subject
from bellbuoy.profiles.collect import Plan
from bellbuoy.profiles.reference import ReferenceTable
from bellbuoy.profiles.target import Target, alike
from bellbuoy.profiles.watch import LabelTable, Watch
from bellbuoy.sources.opening import open_source
from bellbuoy.sources.port import KeyType, Kind, Place, Source

#: Where the ledger's files are, within the project folder.
_LEDGER = Path(".bellbuoy") / "ledger"
#: How long a prediction waits for its label at least, and how many times longer than until its window is mature.
_WAIT, _FINAL = timedelta(days=90), 4
_LONGEST = timedelta(days=36_525)


@dataclass(frozen=True, slots=True)
class Planned:
    """A model ready for its cycle, and what must be remembered of how its columns were understood."""

    watch: Watch
    reference: ReferenceTable | None
    facts: Mapping[str, object]


def plan_model(project: OpenProject, model: Model, facts: Mapping[str, object]) -> Planned:
    """What a model's cycle needs. `facts` are those of earlier cycles: a column keeps the kind that it was counted as.

    Raises:
        SourceError: the predictions cannot be read at all, and nothing is known of them yet.
        ConfigError: the task or the classes are others than those that rows were counted by.
    """
    meant = _same_meaning(model, facts)
    source = open_source(project.place(model.predictions), project.folder, look_back=model.predictions.look_back)
    features = _feature_kinds(model, source, facts)
    kinds = _kinds(model, {name: kind or Kind.CATEGORY for name, kind in features.items()})
    key_type = _key_type(model, source, facts)
    label_kind = Kind.NUMBER if model.task is Task.REGRESSION else Kind.CATEGORY
    watch = Watch(
        name=model.name,
        plan=plan_of(model),
        target=target_of(model),
        kinds=_value_kinds(model) | kinds,
        source=source,
        id=model.predictions.columns.id,
        key_type=key_type,
        labels=None if model.labels is None else _label_table(project, model.labels, label_kind),
        folder=ledger_folder(project, model.name),
        horizon=horizon_of(model, facts),
    )
    seen = {name: kind.value for name, kind in kinds.items() if features.get(name, kind) is not None}
    known: dict[str, object] = {"kinds": seen, "meant": meant}
    known |= {} if key_type is None else {"key_type": key_type.value}
    return Planned(watch, _reference(project, model, label_kind), known)


def horizon_of(model: Model, facts: Mapping[str, object]) -> timedelta:
    """How long predictions and labels wait for each other; `facts` say how old windows are when they are mature."""
    said = model.labels.horizon if model.labels is not None else "auto"
    if said != "auto":
        return said
    mature = facts.get("mature")
    # Delays of thousands of years are a fault of the data, and no moment can be moved by them.
    seconds = min(float(mature), _LONGEST.total_seconds()) if isinstance(mature, int | float) else 0.0
    return max(_WAIT, _FINAL * timedelta(seconds=seconds))


def ledger_folder(project: OpenProject, model: str) -> Path:
    """Where a model's ledger is."""
    return project.home / _LEDGER / model


def plan_of(model: Model) -> Plan:
    """What to count of a model's rows."""
    columns = model.predictions.columns
    watched = (*(name for name in model.features if name not in outputs_of(model)), *outputs_of(model))
    return Plan(
        grain=model.grain,
        time=columns.time,
        columns=watched,
        outputs=watched if model.segments.full else outputs_of(model),
        version=columns.version,
        segments=segments_of(model),
        cursor=model.predictions.cursor,
        host=columns.host,
    )


def target_of(model: Model) -> Target:
    """What a model predicts, and in which columns its log says so."""
    predictions = model.predictions
    return Target(
        task=model.task.value,
        classes=classes_of(model),
        scores=scores_of(model),
        prediction=predictions.columns.prediction,
        threshold=predictions.threshold,
        probability=predictions.scores is ScoreKind.PROBABILITY,
        value=None if model.value is None else model.value.expression,
    )


def subject_of(model: Model) -> Subject:
    """What metrics must know of a model."""
    return Subject(
        task=model.task.value,
        classes=classes_of(model),
        probability=model.predictions.scores is ScoreKind.PROBABILITY,
        scored=bool(scores_of(model)),
        money=money_of(model),
    )


def money_of(model: Model) -> Money | None:
    """What decisions are worth, where the model's file says so; pairs of classes that are left out are worth 0."""
    value = model.value
    if value is None or value.expression is not None:
        return None if value is None else Money()
    if model.task is Task.BINARY:
        of_negative = (value.true_negative or 0.0, value.false_negative or 0.0)
        return Money((of_negative, (value.false_positive or 0.0, value.true_positive or 0.0)))
    matrix, classes = value.matrix or {}, classes_of(model)
    return Money(tuple(tuple(matrix.get(said, {}).get(true, 0.0) for true in classes) for said in classes))


def classes_of(model: Model) -> tuple[str, ...]:
    """Classes as text: (not positive, positive) for binary, all for multiclass, none for regression."""
    if model.task is Task.BINARY:
        positive = str(model.positive).lower() if isinstance(model.positive, bool) else str(model.positive)
        return (f"not {positive}", positive)
    score = model.predictions.columns.score
    return tuple(score) if isinstance(score, Mapping) else model.classes


def scores_of(model: Model) -> tuple[str, ...]:
    """Columns of scores."""
    score = model.predictions.columns.score
    if isinstance(score, str):
        return (score,)
    return tuple(score.values()) if score is not None else ()


def outputs_of(model: Model) -> tuple[str, ...]:
    """Columns that the model puts out: scores, then the prediction."""
    prediction = model.predictions.columns.prediction
    return (*scores_of(model), *((prediction,) if prediction else ()))


def segments_of(model: Model) -> tuple[str, ...]:
    """Columns by which rows are split, the host among them."""
    host = model.predictions.columns.host
    return tuple(dict.fromkeys([*model.segments.by, *([host] if host else [])]))


def _same_meaning(model: Model, facts: Mapping[str, object]) -> list[str]:
    """Task and classes: what outcomes are counted by, so that counts of other ones cannot be told from them."""
    classes = classes_of(model)[-1:] if model.task is Task.BINARY else classes_of(model)
    now, before = [model.task.value, *classes], facts.get("meant", [])
    if isinstance(before, list) and before and not (len(before) == len(now) and all(map(alike, before, now))):
        message = f"rows were counted as {_told(before)} so far, and would be as {_told(now)}"
        hint = "put it back, or count all anew with bellbuoy run --once --recount"
        raise ConfigError(message, where=f"models/{model.name}.toml", hint=hint)
    return now


def _told(meant: Sequence[str]) -> str:
    task, *classes = meant
    return f"{task} ({', '.join(classes)})" if classes else task


def _kinds(model: Model, features: Mapping[str, Kind]) -> dict[str, Kind]:
    """What every column is read as."""
    columns = model.predictions.columns
    kinds = dict(features)
    for name in (*segments_of(model), *([columns.version] if columns.version else [])):
        kinds.setdefault(name, Kind.CATEGORY)
    if columns.prediction is not None:
        kinds[columns.prediction] = Kind.NUMBER if model.task is Task.REGRESSION else Kind.CATEGORY
    kinds |= dict.fromkeys(scores_of(model), Kind.NUMBER)
    return kinds | {columns.time: Kind.MOMENT}


def _value_kinds(model: Model) -> dict[str, Kind]:
    """What columns are read as that only say what a row is worth."""
    expression = None if model.value is None else model.value.expression
    if expression is None:
        return {}
    return dict.fromkeys(expression.texts, Kind.CATEGORY) | dict.fromkeys(expression.numbers, Kind.NUMBER)


def _feature_kinds(model: Model, source: Source, facts: Mapping[str, object]) -> dict[str, Kind | None]:
    """What each input is counted as: as the file says, as before, or as the data has it; None: it was never seen."""
    known = facts.get("kinds")
    remembered = {str(name): Kind(kind) for name, kind in known.items()} if isinstance(known, Mapping) else {}
    said = {name: Kind(one.kind.value) if one.kind is not None else None for name, one in model.features.items()}
    unsaid = [name for name, kind in said.items() if kind is None and name not in remembered]
    there = source.columns() if unsaid else {}
    return {name: kind or remembered.get(name) or there.get(name) for name, kind in said.items()}


def _key_type(model: Model, source: Source, facts: Mapping[str, object]) -> KeyType | None:
    if model.predictions.columns.id is None:
        return None
    known = facts.get("key_type")
    return KeyType(known) if isinstance(known, str) else source.key_type(model.predictions.columns.id)


def _label_table(project: OpenProject, labels: Labels, kind: Kind) -> LabelTable:
    columns = labels.columns
    source = open_source(project.place(labels), project.folder)
    return LabelTable(source, columns.id, columns.label, columns.time, labels.cursor or columns.time, kind)


def _reference(project: OpenProject, model: Model, kind: Kind) -> ReferenceTable | None:
    path = model.baseline.reference
    if path is None:
        return None
    labels = model.labels.columns if model.labels is not None else None
    source = open_source(Place(path=path), project.folder)
    return ReferenceTable(source, labels.label if labels else None, labels.time if labels else None, kind)
