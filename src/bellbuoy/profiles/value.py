"""What rows are worth, where an expression says so: its columns are kept with predictions, and labels complete it.

In the ledger, a column that is used as a number is a field `value:<column>`, NaN for null; one that is compared with
texts is a field `text:<column>` with the 64-bit key of its text, 0 for null. In an outcome there are the sums `value`,
`value_square`, `value_cube` and `value_rows`, of the rows that have a value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from bellbuoy.config.expression import Apply, Constant, Expression, Name, Node, Same
from bellbuoy.profiles.profile import short_name
from bellbuoy.sources.keys import text_key

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Keys = NDArray[np.uint64]
Records = NDArray[np.void]

_NULL = 0


def _worth(condition: Floats, value: Floats, otherwise: Floats) -> Floats:
    return np.where(condition != 0, value, otherwise)


def _clipped(value: Floats, low: Floats, high: Floats) -> Floats:
    return np.minimum(np.maximum(value, low), high)


def _truth(operation: Callable[..., Bools]) -> Callable[..., Floats]:
    """A comparison that gives 1 and 0."""
    return lambda *parts: operation(*parts).astype(np.float64)


def _all(operation: Callable[[Floats, Floats], Floats]) -> Callable[..., Floats]:
    """An operation on two, for any number of parts."""
    return lambda *parts: reduce(operation, parts)


#: What each operator and function does. Conditions are numbers too: 0 is false, all else is true.
_DO: Mapping[str, Callable[..., Floats]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "**": np.power,
    "plus": np.positive,
    "minus": np.negative,
    "==": _truth(np.equal),
    "!=": _truth(np.not_equal),
    "<": _truth(np.less),
    "<=": _truth(np.less_equal),
    ">": _truth(np.greater),
    ">=": _truth(np.greater_equal),
    "and": _all(_truth(np.logical_and)),
    "or": _all(_truth(np.logical_or)),
    "not": _truth(np.logical_not),
    "where": _worth,
    "abs": np.abs,
    "min": _all(np.minimum),
    "max": _all(np.maximum),
    "log": np.log,
    "exp": np.exp,
    "round": np.round,
    "clip": _clipped,
}


@dataclass(frozen=True, slots=True)
class Given:
    """What the names of an expression stand for, row by row."""

    own: Mapping[str, Floats]  #: label, prediction, and score where there is one
    records: Records  #: with the fields of the columns
    places: Mapping[str, int]  #: of each class as text, as labels and predictions have it


def fields(expression: Expression) -> list[tuple[str, str]]:
    """Fields of a prediction's record for the columns that an expression uses."""
    numbers = [(f"value:{name}", "<f8") for name in expression.numbers]
    return [*numbers, *((f"text:{name}", "<u8") for name in expression.texts)]


def text_keys(names: tuple[str, ...]) -> Keys:
    """Keys of names as categories are counted by; that of the empty one, which stands for null, is 0."""
    return np.array([text_key(name) if name else _NULL for name in names], np.uint64)


def value_sums(expression: Expression, given: Given) -> dict[str, Floats]:
    """What paired rows add to the sums of their outcomes; a row without a value adds nothing."""
    worth = values(expression, given)
    known = np.isfinite(worth)
    worth = np.where(known, worth, 0.0)
    with np.errstate(over="ignore"):
        powers = {"value": worth, "value_square": worth**2, "value_cube": worth**3}
    return powers | {"value_rows": known.astype(np.float64)}


def values(expression: Expression, given: Given) -> Floats:
    """What each row is worth; NaN where a column that is used is null, infinity where it is too large.

    A null makes a row's value unknown even where it would not have mattered: what is left out can then be told from
    the data alone.
    """
    with np.errstate(all="ignore"):
        worth = _worked_out(expression.root, given)
    unknown = np.zeros(len(given.records), np.bool_)
    for name in expression.numbers:
        unknown |= np.isnan(given.records[f"value:{name}"])
    for name in expression.texts:
        unknown |= given.records[f"text:{name}"] == _NULL
    return np.where(unknown, np.nan, worth)


def _worked_out(node: Node, given: Given) -> Floats:
    worth: Floats
    match node:
        case Constant(value=value):
            worth = np.full(len(given.records), value)
        case Name(name=name, column=column):
            worth = given.records[f"value:{name}"] if column else given.own[name]
        case Same(name=Name(name=name, column=True), text=text):
            worth = (given.records[f"text:{name}"] == text_keys((short_name(text),))[0]).astype(np.float64)
        case Same(name=Name(name=name), text=text):
            worth = (given.own[name] == given.places.get(text, np.nan)).astype(np.float64)
        case Apply(what=what, to=parts):
            worth = _DO[what](*(_worked_out(part, given) for part in parts))
    return worth
