"""Conditions: whatever is written is read as the same again, and unknown parts never change an answer that is known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bellbuoy.alarms.grammar import parse_rule
from bellbuoy.alarms.rule import MIRRORED, TESTS, Breach, Comparison, Condition, Joined, Negated, Node
from bellbuoy.alarms.sides import Number, Readings, Reckoned, Selector, Side, Usual, worked_out
from bellbuoy.metrics.reading import Measured, Reading, Unmeasured

WORDS = {"and", "or", "not", "of", "offset", "baseline"}
NAMES = st.from_regex(r"[a-z][a-z_0-9]{0,8}", fullmatch=True).filter(lambda name: name not in WORDS)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
COLUMNS = TEXTS.filter(lambda text: bool(text.strip()))
SPANS = st.integers(0, 400).map(lambda hours: timedelta(hours=hours))
NUMBERS = st.floats(-1e6, 1e6)
SELECTORS = st.builds(
    lambda metric, column, part, version, offset: Selector(metric, column, part[0], part[1], version, offset),
    NAMES,
    st.none() | COLUMNS,
    st.just(("", "")) | st.tuples(TEXTS.filter(lambda text: text != "version"), TEXTS),
    st.none() | TEXTS,
    SPANS,
)


def sides(leaves: st.SearchStrategy[Side]) -> st.SearchStrategy[Side]:
    return st.recursive(leaves, lambda inner: st.builds(Reckoned, st.sampled_from("+-*/"), inner, inner), max_leaves=4)


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    """A comparison of one metric, perhaps with its own past and its baseline."""
    one = draw(SELECTORS)
    plain = Selector(one.metric, one.column, one.by, one.segment, one.version)
    leaf: st.SearchStrategy[Side] = st.builds(Number, NUMBERS) | st.sampled_from([one, Usual(plain)])
    return Comparison(one, draw(st.sampled_from(list(TESTS))), draw(sides(leaf)))


def _flat(word: str, parts: list[Node]) -> Node:
    """Parts as the grammar joins them: `a and (b and c)` is `a and b and c`."""
    out: list[Node] = []
    for part in parts:
        out += part.parts if isinstance(part, Joined) and part.word == word else (part,)
    return Joined(word, tuple(out))


CONDITIONS = st.recursive(
    comparisons(),
    lambda inner: (
        st.builds(Negated, inner) | st.builds(_flat, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2))
    ),
    max_leaves=5,
).map(Condition)


def normal(side: Side) -> Side:
    """A side as it is read: what is taken off nothing is a negative number."""
    match side:
        case Reckoned(by="-", left=Number(value=0), right=Number(value=value)):
            return Number(-value)
        case Reckoned(by=by, left=left, right=right):
            whole = Reckoned(by, normal(left), normal(right))
            return whole if whole == side else normal(whole)
    return side


@given(comparisons())
def test_any_comparison_that_was_written_is_read_as_the_same(made: Comparison) -> None:
    assert parse_rule(made.text).root == Comparison(made.left, made.test, normal(made.right))


@given(CONDITIONS)
def test_what_was_read_is_read_from_its_own_text_again(condition: Condition) -> None:
    read = parse_rule(condition.text)
    assert parse_rule(read.text) == read
    assert [one.metric for one in read.selectors] == [one.metric for one in condition.selectors]


def measured(value: float, half: float) -> Measured:
    return Measured(value, value - half, value + half, 100)


READINGS: st.SearchStrategy[Reading] = st.just(Unmeasured("no labels yet")) | st.builds(
    measured, NUMBERS, st.floats(0, 10)
)


def read(condition: Condition, draw: Callable[[st.SearchStrategy[Reading]], Reading]) -> Readings:
    """A reading, or none, of all that a condition compares."""
    asked: list[Selector | Usual] = [*condition.selectors, *condition.usuals]
    return {one: draw(READINGS) for one in asked}


@st.composite
def read_conditions(draw: st.DrawFn) -> tuple[Condition, Readings]:
    """A condition with a reading, or none, of all that it compares."""
    condition = draw(CONDITIONS)
    return condition, read(condition, draw)


@given(read_conditions(), READINGS)
def test_what_is_known_stays_so_when_more_is_measured(given_: tuple[Condition, Readings], more: Reading) -> None:
    condition, readings = given_
    before = condition.judged(readings).breach
    full = {one: more if isinstance(known, Unmeasured) else known for one, known in readings.items()}
    assert before in {Breach.UNKNOWN, condition.judged(full).breach}


@given(read_conditions())
def test_not_twice_is_as_it_was(given_: tuple[Condition, Readings]) -> None:
    condition, readings = given_
    twice = Condition(Negated(Negated(condition.root)))
    assert twice.judged(readings).breach is condition.judged(readings).breach


@given(st.sampled_from(["and", "or"]), st.lists(CONDITIONS, min_size=2, max_size=3), st.data())
def test_a_negated_and_is_an_or_of_negations(word: str, parts: list[Condition], data: st.DataObject) -> None:
    """De Morgan's law, which Kleene's logic keeps."""
    roots = tuple(part.root for part in parts)
    whole = Condition(Negated(Joined(word, roots)))
    split = Condition(Joined("or" if word == "and" else "and", tuple(Negated(root) for root in roots)))
    readings = read(whole, data.draw)
    assert whole.judged(readings).breach is split.judged(readings).breach


@given(NUMBERS, st.floats(0, 10), NUMBERS, st.floats(0, 10), st.sampled_from(list(TESTS)))
def test_what_is_sure_is_what_the_values_say(left: float, half: float, right: float, other: float, test: str) -> None:
    made = Comparison(Selector("a"), test, Selector("b"))
    readings: Readings = {Selector("a"): measured(left, half), Selector("b"): measured(right, other)}
    assert made.judged(readings, sure=True).breach in {Breach.UNKNOWN, made.judged(readings, sure=False).breach}


@given(NUMBERS, NUMBERS, st.sampled_from(list(TESTS)))
def test_sides_can_be_changed_over(left: float, right: float, test: str) -> None:
    readings: Readings = {Selector("a"): measured(left, 0), Selector("b"): measured(right, 0)}
    one = Comparison(Selector("a"), test, Selector("b")).judged(readings, sure=False)
    other = Comparison(Selector("b"), MIRRORED[test], Selector("a")).judged(readings, sure=False)
    assert one.breach is other.breach


@given(st.sampled_from("+-*/"), *[st.tuples(NUMBERS, st.floats(0, 100), st.floats(0, 1))] * 2)
def test_an_interval_holds_what_any_values_in_its_parts_come_to(
    by: str, one: tuple[float, float, float], other: tuple[float, float, float]
) -> None:
    (a, b), parts = (Selector("a"), Selector("b")), (one, other)
    side = worked_out(Reckoned(by, a, b), {key: measured(v, h) for key, (v, h, _) in zip((a, b), parts, strict=True)})
    inside = [v - h + at * 2 * h for v, h, at in parts]
    there = worked_out(Reckoned(by, a, b), {a: measured(inside[0], 0), b: measured(inside[1], 0)})
    if isinstance(side, Measured) and isinstance(there, Measured):
        room = 1e-6 * (1 + abs(there.value))
        assert side.low - room <= there.value <= side.high + room
