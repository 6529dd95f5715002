"""Expressions that say what a row is worth: read as Python writes arithmetic, into a tree, and nothing is ever run.

What there is: numbers; names of columns, those with odd names in `backquotes`; `label`, `prediction` and `score` of the
row itself; + - * / **, comparisons, and, or, not; and the functions below. Texts can only be compared with names, by
== and !=. Everything else is refused: no attributes, no other calls, no names but columns.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import pairwise

from bellbuoy.errors import ConfigError

#: What is known of a row without any column of that name; a column that is called so stands in backquotes.
OWN_NAMES = ("label", "prediction", "score")
#: How many values each function takes, at least and at most.
FUNCTIONS: Mapping[str, tuple[int, int]] = {
    "where": (3, 3),
    "abs": (1, 1),
    "min": (2, 20),
    "max": (2, 20),
    "log": (1, 1),
    "exp": (1, 1),
    "round": (1, 1),
    "clip": (3, 3),
}
# fmt: off
_OPERATORS: Mapping[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**",
    ast.UAdd: "plus", ast.USub: "minus", ast.Not: "not", ast.And: "and", ast.Or: "or",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}
# fmt: on
_TEXT_OR_QUOTED = re.compile(r""" '(?:\\.|[^'\\])*' | "(?:\\.|[^"\\])*" | `([^`]+)` """, re.VERBOSE)
_STAND_IN = "__quoted_{}__"
_LONGEST, _DEEPEST = 2_000, 40
_EXAMPLE = "write it like where(label == 1 and prediction == 0, -amount, 0.02 * amount)"
_ALLOWED = f"there are + - * / **, comparisons, and, or, not, {', '.join(FUNCTIONS)}"


@dataclass(frozen=True, slots=True)
class Constant:
    """A number that is the same in every row."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """What differs from row to row: a column, or the row's own label, prediction or score."""

    name: str
    column: bool


@dataclass(frozen=True, slots=True)
class Same:
    """Whether a name has a text as its value: 1 or 0."""

    name: Name
    text: str


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator or a function, and what it is applied to."""

    what: str
    to: tuple[Node, ...]


Node = Constant | Name | Same | Apply


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that was read: its text, and the tree to work it out by."""

    text: str
    root: Node = field(repr=False)

    def __str__(self) -> str:
        """As it is written in a file."""
        return self.text

    @property
    def numbers(self) -> tuple[str, ...]:
        """Columns that are used as numbers."""
        return tuple(dict.fromkeys(name.name for name in self._names() if name.column))

    @property
    def texts(self) -> tuple[str, ...]:
        """Columns that are compared with texts."""
        return tuple(dict.fromkeys(same.name.name for same in self._sames() if same.name.column))

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that are used."""
        return tuple(dict.fromkeys([*self.numbers, *self.texts]))

    @property
    def own(self) -> frozenset[str]:
        """Which of the row's own label, prediction and score are used."""
        names = [*self._names(), *(same.name for same in self._sames())]
        return frozenset(name.name for name in names if not name.column)

    @property
    def compared(self) -> tuple[tuple[str, str], ...]:
        """Each text that the row's own label, prediction or score is compared with, behind which of them it is."""
        return tuple(dict.fromkeys((same.name.name, same.text) for same in self._sames() if not same.name.column))

    @property
    def reckoned(self) -> frozenset[str]:
        """Which of them are used as numbers, and not only compared with texts or with one another."""
        return frozenset(_reckoned(self.root))

    def _names(self) -> Iterator[Name]:
        return (node for node in _walked(self.root) if isinstance(node, Name))

    def _sames(self) -> Iterator[Same]:
        return (node for node in _walked(self.root) if isinstance(node, Same))


def read_expression(text: str) -> Expression:
    """The expression that a text is.

    Raises:
        ConfigError: it is none; nothing of it was run.
    """
    if len(text) > _LONGEST:
        raise ConfigError(f"is longer than {_LONGEST:,} letters", hint="make a column of it where the rows are made")
    quoted: dict[str, str] = {}
    plain = _TEXT_OR_QUOTED.sub(lambda match: _stand_in(match, quoted), text).strip()
    lines = f"(\n{plain}\n)" if "\n" in plain else plain
    try:
        tree = ast.parse(lines, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as why:
        hint = "== compares" if re.search(r"(?<![=!<>])=(?!=)", plain) else _EXAMPLE
        raise ConfigError("cannot be read as an expression", hint=hint) from why
    try:
        return Expression(text, _Reader(quoted).node(tree))
    except RecursionError as why:
        raise _too_deep() from why


def _too_deep() -> ConfigError:
    return ConfigError("is nested too deeply", hint="make a column of it where the rows are made")


def _stand_in(match: re.Match[str], quoted: dict[str, str]) -> str:
    """A name that Python can read in the place of one in backquotes; texts stay as they are."""
    if match[1] is None:
        return match[0]
    name = _STAND_IN.format(len(quoted))
    quoted[name] = match[1]
    return f" {name} "


def _walked(node: Node) -> Iterator[Node]:
    yield node
    for inner in node.to if isinstance(node, Apply) else ():
        yield from _walked(inner)


def _reckoned(node: Node) -> Iterator[str]:
    match node:
        case Apply(what="==" | "!=", to=(Name(column=False), Name(column=False))):
            return
        case Apply(to=parts):
            for part in parts:
                yield from _reckoned(part)
        case Name(name=name, column=False):
            yield name


@dataclass(frozen=True, slots=True)
class _Reader:
    quoted: Mapping[str, str]  #: columns in backquotes, by what stands in for them

    def node(self, tree: ast.expr, depth: int = 0) -> Node:
        """What a part of the text says, when it is allowed."""
        if depth > _DEEPEST:
            raise _too_deep()
        match tree:
            case ast.Constant(value=bool() | int() | float() as value):
                return Constant(_finite(value))
            case ast.Constant(value=str() as text):
                raise ConfigError(f"the text {text!r} stands alone", hint=f'compare it: category == "{text}"')
            case ast.Name(id=name):
                return self._name(name)
            case ast.Compare():
                return self._compared(tree, depth)
            case ast.BinOp(op=ast.Add() | ast.Sub()) if len(terms := _terms(tree)) > _DEEPEST:
                return self._sum(terms, depth)
            case ast.UnaryOp(op=op) | ast.BinOp(op=op) | ast.BoolOp(op=op) if type(op) in _OPERATORS:
                return self._apply(_OPERATORS[type(op)], _operands(tree), depth)
            case ast.Call(func=ast.Name(id=name), args=parts, keywords=[]):
                return self._call(name, parts, depth)
        raise self._refusal(tree)

    def _name(self, name: str) -> Name:
        column = self.quoted.get(name)
        return Name(name, name not in OWN_NAMES) if column is None else Name(column, column=True)

    def _apply(self, what: str, parts: list[ast.expr], depth: int) -> Apply:
        return Apply(what, tuple(self.node(part, depth + 1) for part in parts))

    def _sum(self, terms: Sequence[tuple[bool, ast.expr]], depth: int) -> Node:
        """A long sum, halved again and again, so that it is not as deep as it is long."""
        if len(terms) == 1:
            less, tree = terms[0]
            return self._apply("minus", [tree], depth) if less else self.node(tree, depth)
        half = len(terms) // 2
        return Apply("+", (self._sum(terms[:half], depth + 1), self._sum(terms[half:], depth + 1)))

    def _call(self, name: str, parts: list[ast.expr], depth: int) -> Apply:
        if name not in FUNCTIONS:
            near = get_close_matches(name, FUNCTIONS, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"there are {', '.join(FUNCTIONS)}"
            raise ConfigError(f"no function is called {name!r}", hint=hint)
        least, most = FUNCTIONS[name]
        if not least <= len(parts) <= most:
            wanted = f"{least}" if least == most else f"{least} or more"
            raise ConfigError(f"{name} takes {wanted} values, not {len(parts)}", hint=_EXAMPLE)
        return self._apply(name, parts, depth)

    def _compared(self, tree: ast.Compare, depth: int) -> Node:
        """A comparison, or several in a row, as 0 < amount < 10."""
        sides = pairwise([tree.left, *tree.comparators])
        parts = [self._pair(left, op, right, depth) for (left, right), op in zip(sides, tree.ops, strict=True)]
        return parts[0] if len(parts) == 1 else Apply("and", tuple(parts))

    def _pair(self, left: ast.expr, op: ast.cmpop, right: ast.expr, depth: int) -> Node:
        if type(op) not in _OPERATORS:
            raise ConfigError("in and is are not known here", hint='write a == "x" or a == "y"')
        what = _OPERATORS[type(op)]
        match (left, right):
            case (ast.Name(id=name), ast.Constant(value=str() as text)):
                return self._same(name, what, text)
            case (ast.Constant(value=str() as text), ast.Name(id=name)):
                return self._same(name, what, text)
        return self._apply(what, [left, right], depth)

    def _same(self, name: str, what: str, text: str) -> Node:
        if what not in {"==", "!="}:
            raise ConfigError(f"texts have no order: {what} {text!r}", hint="they can be compared by == and !=")
        same = Same(self._name(name), text)
        return same if what == "==" else Apply("not", (same,))

    def _refusal(self, tree: ast.expr) -> ConfigError:
        text = ast.unparse(tree)
        for name, column in self.quoted.items():
            text = text.replace(name, f"`{column}`")
        match tree:
            case ast.IfExp():
                hint = "write where(condition, value, otherwise)"
            case ast.Attribute() | ast.Subscript():
                hint = f"a column with an odd name stands in backquotes: `{text}`"
            case ast.BinOp(op=ast.BitAnd() | ast.BitOr()) | ast.UnaryOp(op=ast.Invert()):
                hint = "write and, or, not"
            case _:
                hint = _ALLOWED
        shown = text if len(text) <= 60 else f"{text[:57]}…"
        return ConfigError(f"{shown} is not allowed in an expression", hint=hint)


def _terms(tree: ast.expr) -> list[tuple[bool, ast.expr]]:
    """What a sum is of, in order, each with whether it is taken off."""
    terms: list[tuple[bool, ast.expr]] = []
    while isinstance(tree, ast.BinOp) and isinstance(tree.op, ast.Add | ast.Sub):
        terms.append((isinstance(tree.op, ast.Sub), tree.right))
        tree = tree.left
    return [(False, tree), *terms[::-1]]


def _operands(tree: ast.UnaryOp | ast.BinOp | ast.BoolOp) -> list[ast.expr]:
    match tree:
        case ast.UnaryOp(operand=one):
            return [one]
        case ast.BinOp(left=left, right=right):
            return [left, right]
        case _:
            return tree.values


def _finite(value: float) -> float:
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ConfigError("has a number that is too large", hint=_EXAMPLE)
    return number
