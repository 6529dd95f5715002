"""Rules for `[value]`: exactly one way to say what decisions are worth, fit for the task and for its classes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bellbuoy.config.expression import Expression, read_expression
from bellbuoy.config.faults import Wrong, nearest
from bellbuoy.errors import ConfigError

Data = Mapping[str, Any]

#: Gains of a binary model's decisions, by (predicted, true).
CELLS = {
    "true_positive": (1, 1),
    "false_positive": (1, 0),
    "false_negative": (0, 1),
    "true_negative": (0, 0),
}
_HINTS = {
    "binary": f"give {', '.join(CELLS)}, or an expression",
    "multiclass": "give matrix = { predicted = { true = number } }, or an expression",
    "regression": 'give an expression, such as expression = "-abs(label - prediction)"',
}


def value_wrongs(data: Data, value: Data) -> Iterator[Wrong]:
    """What does not fit together in the `[value]` of a model's file."""
    task = data.get("task")
    if not isinstance(task, str) or task not in _HINTS:
        return
    cells = [key for key in CELLS if key in value]
    ways = [*cells[:1], *(key for key in ("matrix", "expression") if key in value)]
    if not ways:
        yield Wrong(("value",), "does not say what decisions are worth", _HINTS[task])
    for key in ways[1:]:
        yield Wrong(("value", key), f"{ways[0]} says already what decisions are worth", "keep one of the two")
    for key, of in [*((cell, "binary") for cell in cells), *([("matrix", "multiclass")] if "matrix" in value else [])]:
        if task != of:
            yield Wrong(("value", key), f"is for {of} models, and this is {task}", _HINTS[task])
    yield from _matrix_wrongs(classes_said(data), value.get("matrix"))
    if (expression := _readable(value.get("expression"))) is not None:
        yield from _expression_wrongs(data, task, expression)


def classes_said(data: Data) -> tuple[str, ...]:
    """The classes that a multiclass model's file names."""
    score = _inner(_inner(data, "predictions"), "columns").get("score")
    if isinstance(score, Mapping):
        return tuple(score)
    classes = data.get("classes")
    return tuple(map(str, classes)) if isinstance(classes, list) else ()


def _matrix_wrongs(classes: tuple[str, ...], matrix: object) -> Iterator[Wrong]:
    """Classes that the model does not have; what is no table is told where values are validated."""
    for predicted, row in matrix.items() if isinstance(matrix, Mapping) and classes else ():
        if predicted not in classes:
            yield _no_class(("value", "matrix", predicted), predicted, classes)
        for true in row if isinstance(row, Mapping) else ():
            if true not in classes:
                yield _no_class(("value", "matrix", predicted, true), true, classes)


def _expression_wrongs(data: Data, task: str, expression: Expression) -> Iterator[Wrong]:
    at, classes = ("value", "expression"), classes_said(data)
    columns = _inner(_inner(data, "predictions"), "columns")
    if (time := columns.get("time")) in expression.columns:
        yield Wrong(at, f"{time} is a time, and times cannot be reckoned with")
    scored = isinstance(columns.get("score"), str)
    if "score" in expression.own and (task != "binary" or not scored):
        yield Wrong(at, "there is no single score here", "a column that is called so stands in backquotes: `score`")
    for name in sorted(expression.reckoned - {"score"}) if task == "multiclass" else ():
        hint = f'compare it with a class: {name} == "{classes[0] if classes else "good"}"'
        yield Wrong(at, f"{name} is a class here, not a number", hint)
    for name, text in expression.compared:
        if task != "multiclass" or name == "score":
            what = "a number" if task == "regression" or name == "score" else "1 where positive, else 0"
            yield Wrong(at, f"{name} is compared with {text!r}, and is {what}", "compare it with a number")
        elif classes and text not in classes:
            yield _no_class(at, text, classes)


def _no_class(at: tuple[str | int, ...], name: str, classes: tuple[str, ...]) -> Wrong:
    return Wrong(at, f"the model has no class {name!r}", nearest(name, classes) or f"classes: {', '.join(classes)}")


def _readable(text: object) -> Expression | None:
    """An expression; None where it is none, which is told already."""
    try:
        return read_expression(text) if isinstance(text, str) else None
    except ConfigError:
        return None


def _inner(data: Data, key: str) -> Data:
    inner = data.get(key)
    return inner if isinstance(inner, Mapping) else {}
