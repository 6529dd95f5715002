"""Whatever an expression says, it is worked out as Python would work it out row by row, and adds up in parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.config.expression import read_expression
from bellbuoy.profiles.outcome import Outcome
from bellbuoy.profiles.target import Target
from bellbuoy.profiles.value import Given, values

SUMS = ("value", "value_square", "value_cube", "value_rows")
NAMES = ("label", "prediction", "amount", "fee")
ROWS = st.lists(st.tuples(*(st.integers(-5, 5).map(float) for _ in NAMES)), min_size=1, max_size=6)
#: The functions as Python has them, of single numbers.
PYTHON = {
    "where": lambda condition, value, otherwise: value if condition else otherwise,
    "clip": lambda value, low, high: min(max(value, low), high),
}
#: An expression as we write it, and as Python does, where `and` and `or` would give one of their sides.
Pair = tuple[str, str]


def _leaf(text: str) -> Pair:
    return text, text


def _form(ours: str, theirs: str | None = None) -> Callable[..., Pair]:
    """A form with holes, to be filled with smaller expressions."""
    return lambda *parts: (
        ours.format(*(mine for mine, _ in parts)),
        (theirs or ours).format(*(other for _, other in parts)),
    )


def _wider(inner: st.SearchStrategy[Pair]) -> st.SearchStrategy[Pair]:
    arithmetic = [st.builds(_form(f"({{}} {sign} {{}})"), inner, inner) for sign in ("+", "-", "*")]
    comparisons = [st.builds(_form(f"({{}} {sign} {{}})"), inner, inner) for sign in ("==", "!=", "<", "<=", ">", ">=")]
    logic = [
        st.builds(_form(f"({{}} {word} {{}})", f"(bool({{}}) {word} bool({{}}))"), inner, inner)
        for word in ("and", "or")
    ]
    functions = [st.builds(_form(f"{name}({{}}, {{}}, {{}})"), inner, inner, inner) for name in ("where", "clip")]
    functions += [st.builds(_form(f"{name}({{}}, {{}})"), inner, inner) for name in ("min", "max")]
    single = [st.builds(_form(text), inner) for text in ("(-{})", "(not {})", "abs({})", "(+{})")]
    return st.one_of(*arithmetic, *comparisons, *logic, *functions, *single)


LEAVES = st.integers(-9, 9).map(str) | st.sampled_from(["0.5", "2.25", "True", *NAMES])
EXPRESSIONS = st.recursive(LEAVES.map(_leaf), _wider, max_leaves=8)


def worked_out(text: str, rows: Sequence[tuple[float, ...]]) -> list[float]:
    """What we make of it."""
    records = np.zeros(len(rows), [("value:amount", "<f8"), ("value:fee", "<f8")])
    label, prediction, records["value:amount"], records["value:fee"] = np.array(rows).T
    own = {"label": label, "prediction": prediction}
    return [float(one) for one in values(read_expression(text), Given(own, records, {}))]


@given(EXPRESSIONS, ROWS)
def test_an_expression_is_worth_in_every_row_what_python_makes_of_it(pair: Pair, rows: list[tuple[float, ...]]) -> None:
    ours, theirs = pair
    truth = [float(eval(theirs, dict(PYTHON), dict(zip(NAMES, row, strict=True)))) for row in rows]
    assert worked_out(ours, rows) == truth


@given(EXPRESSIONS)
def test_columns_are_those_that_stand_in_the_text(pair: Pair) -> None:
    read = read_expression(pair[0])
    assert {*read.columns, *read.own} == {name for name in NAMES if name in pair[0]}


@given(ROWS, st.data())
def test_what_parts_are_worth_adds_up_to_what_all_are(rows: list[tuple[float, ...]], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(rows)))
    target = Target("regression", (), (), "guess", value=read_expression("-abs(label - prediction) * amount"))

    def outcome(some: list[tuple[float, ...]]) -> Outcome:
        records = np.zeros(len(some), target.layout(()))
        if some:
            label, records["predicted"], records["value:amount"], _ = np.array(some).T
            return target.terms(records, label).whole()
        return Outcome()

    parts, whole = outcome(rows[:cut]) + outcome(rows[cut:]), outcome(rows)
    assert {name: parts.sums[name] for name in SUMS} == {name: whole.sums[name] for name in SUMS}
    assert (whole - outcome(rows[cut:])).sums["value"] == outcome(rows[:cut]).sums.get("value", 0.0)
