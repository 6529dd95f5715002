"""What will be watched of a model, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bellbuoy.alarms.standard.novelty import FEWEST
from bellbuoy.app.pack import alarms_of
from bellbuoy.app.plans import segments_of
from bellbuoy.config.kinds import Pack
from bellbuoy.config.spec import Model, Task, Value
from bellbuoy.windows import format_duration


def watched(model: Model) -> tuple[str, ...]:
    """A few sentences: what is counted, split, judged, compared and done."""
    return tuple(_sentences(model))


def _sentences(model: Model) -> Iterator[str]:
    yield _decision(model)
    yield f"{_count(len(model.features), 'input')}, in windows of {model.grain.value}."
    if segments := segments_of(model):
        yield f"Each value of {_listed(segments)} is watched on its own as well."
    yield _truth(model)
    if model.value is not None:
        yield _worth(model.value)
    baseline = model.baseline
    normal = baseline.reference or f"the {format_duration(baseline.trailing)} before"
    yield f"Compared with {normal}."
    if (again := model.replay) is not None:
        often = format_duration(again.every)
        yield f"Every {often} {again.rows} of the newest rows are scored again by {again.artefact or again.function}."
    if model.alarms.pack is Pack.STANDARD:
        yield _pack(model)
    yield _rules(model)
    if model.retrain is not None:
        when = [f"at {model.retrain.schedule}"] if model.retrain.schedule else []
        when += [f"when {_listed(model.retrain.on)} fires"] if model.retrain.on else []
        yield f"A build is due {_listed(when) or 'only by hand'}."


def _decision(model: Model) -> str:
    columns = model.predictions.columns
    if model.task is Task.REGRESSION:
        return f"A regression: {columns.prediction} is the number that it gives."
    if model.task is Task.BINARY:
        score = f" from {columns.score}" if columns.score else ""
        positive = str(model.positive).lower() if isinstance(model.positive, bool) else model.positive
        cut = f", {positive} from {model.predictions.threshold:g} on" if model.predictions.threshold is not None else ""
        return f"A binary decision{score}{cut}; {positive} is positive."
    classes = tuple(columns.score) if isinstance(columns.score, Mapping) else model.classes
    return f"A decision between {len(classes)} classes: {_listed(classes)}."


def _truth(model: Model) -> str:
    if model.labels is None:
        return "No labels: how right it is cannot be told."
    maturity = model.labels.maturity
    late = "a delay learnt from those seen" if maturity == "auto" else format_duration(maturity)
    return f"Labels join by {model.labels.columns.id}; a window's labels count as complete after {late}."


def _worth(value: Value) -> str:
    unit = f" in {value.unit}" if value.unit else ""
    how = (
        "by what was decided and what is true"
        if value.expression is None
        else f"as {' '.join(value.expression.text.split())}"
    )
    return f"What decisions are worth is counted{unit}, {how}."


def _pack(model: Model) -> str:
    """What the standard pack rings for, where the model has what it takes."""
    parts = ["inputs", "outputs", "volume", "freshness"]
    parts += ["versions"] if model.predictions.columns.version is not None else []
    parts += ["labels that stop"] if any(kind == "label" for _, kind in alarms_of(model)) else []
    parts += ["performance"] if model.labels is not None else []
    learns = "" if model.baseline.reference else f", once it has learnt from {FEWEST} windows"
    return f"The standard pack rings for {_listed(parts)}{learns}; its limits keep to {model.alarms.budget}."


def _rules(model: Model) -> str:
    rules = [f"{rule.name} ({rule.when})" for rule in model.alarms.rule]
    own = f"{_count(len(rules), 'rule')} of your own: {_listed(rules)}" if rules else "no rule of your own yet"
    return f"Three lights (model, pipeline, world) are kept, and {own}."


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _listed(parts: Sequence[str]) -> str:
    return " and ".join((", ".join(parts[:-1]), parts[-1])) if len(parts) > 1 else "".join(parts)
