"""Conditions on readings, as values: what is measured, against what, and whether that is broken.

A condition is true, false or unknown (Kleene 1952): what was not measured breaks nothing and heals nothing, but an
`and` with a false part is false whatever the rest is, and an `or` with a true part is true.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from bellbuoy.alarms.sides import Number, Readings, Selector, Side, Usual, leaves, renamed_side, selected, worked_out
from bellbuoy.metrics.reading import Measured, Unmeasured

TESTS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
#: The same test with its sides changed over.
MIRRORED: Mapping[str, str] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


class Breach(Enum):
    """Whether a reading breaks a rule."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, broken: bool) -> Breach:  # noqa: FBT001 - what it is made of
        """The breach that a plain answer is."""
        return cls.YES if broken else cls.NO

    @property
    def opposite(self) -> Breach:
        """What `not` makes of it."""
        return _OPPOSITES[self]


_OPPOSITES = {Breach.YES: Breach.NO, Breach.NO: Breach.YES, Breach.UNKNOWN: Breach.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Part:
    """One comparison, judged: the value on its left, the limit on its right, and why it is unknown where it is."""

    text: str
    test: str
    breach: Breach
    value: float | None = None
    limit: float | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A side with a metric against another."""

    left: Side
    test: str
    right: Side

    @property
    def text(self) -> str:
        """As it is written."""
        return f"{self.left.text} {self.test} {self.right.text}"

    def judged(self, readings: Readings, *, sure: bool) -> Part:
        """Whether the readings break it: `sure` by their whole intervals, else by their values."""
        left, right = worked_out(self.left, readings), worked_out(self.right, readings)
        value, limit = (side.value if isinstance(side, Measured) else None for side in (left, right))
        part = Part(self.left.text, self.test, Breach.UNKNOWN, value, limit)
        for side in (left, right):
            if isinstance(side, Unmeasured):
                return replace(part, why=side.why)
        assert isinstance(left, Measured)
        assert isinstance(right, Measured)
        if not sure:
            return replace(part, breach=Breach.of(TESTS[self.test](left.value, right.value)))
        breach = _decided(self.test, left, right)
        return replace(part, breach=breach, why="chance could explain it" if breach is Breach.UNKNOWN else "")


@dataclass(frozen=True, slots=True)
class Joined:
    """Conditions joined by `and` or `or`."""

    word: str
    parts: tuple[Node, ...]

    @property
    def text(self) -> str:
        """As it is written."""
        return f" {self.word} ".join(_bracketed(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Negated:
    """A condition that must not be so."""

    part: Node

    @property
    def text(self) -> str:
        """As it is written."""
        return f"not ({self.part.text})"


Node = Comparison | Joined | Negated


@dataclass(frozen=True, slots=True)
class Judgement:
    """A condition, judged: whether it is broken, and each of its comparisons."""

    breach: Breach
    parts: tuple[Part, ...]

    @property
    def why(self) -> str:
        """Why it is unknown; empty where it is not."""
        unknown = dict.fromkeys(part.why for part in self.parts if part.breach is Breach.UNKNOWN and part.why)
        return "; ".join(unknown) if self.breach is Breach.UNKNOWN else ""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a rule says in `when`."""

    root: Node

    @property
    def text(self) -> str:
        """As it is written, in the one way that we write it."""
        return self.root.text

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """All its comparisons, from left to right."""
        return tuple(_comparisons(self.root))

    @property
    def selectors(self) -> tuple[Selector, ...]:
        """All that is to be measured, each once; the first is what its alarm is of."""
        found = (one for part in self.comparisons for one in (*selected(part.left), *selected(part.right)))
        return tuple(dict.fromkeys(found))

    @property
    def usuals(self) -> tuple[Usual, ...]:
        """All that is to be known of the baseline, each once."""
        sides = (side for part in self.comparisons for side in (*leaves(part.left), *leaves(part.right)))
        return tuple(dict.fromkeys(side for side in sides if isinstance(side, Usual)))

    @property
    def lone(self) -> Selector | None:
        """The one metric of a condition that compares it with a number and does nothing else."""
        match self.root:
            case Comparison(left=Selector(offset=offset) as one, right=Number()) if not offset:
                return one
        return None

    def renamed(self, name: Callable[[Selector], Selector]) -> Condition:
        """The same condition with every selector put as `name` says."""
        return Condition(_renamed(self.root, name))

    def judged(self, readings: Readings, *, sure: bool = False) -> Judgement:
        """Whether readings break it: `sure` by their whole intervals, else by their values."""
        parts: list[Part] = []
        return Judgement(_judged(self.root, readings, parts, sure=sure), tuple(parts))


def _decided(test: str, left: Measured, right: Measured) -> Breach:
    """The answer that holds wherever the values lie in their intervals; none where it depends on that."""
    apart = left.high < right.low or right.high < left.low
    if test in {"==", "!="}:
        if apart:
            return Breach.of(test == "!=")
        points = left.low == left.high == right.low == right.high
        return Breach.of(test == "==") if points else Breach.UNKNOWN
    ends = {TESTS[test](left.low, right.high), TESTS[test](left.high, right.low)}
    return Breach.UNKNOWN if len(ends) > 1 else Breach.of(ends.pop())


def _judged(node: Node, readings: Readings, parts: list[Part], *, sure: bool) -> Breach:
    match node:
        case Comparison():
            parts.append(node.judged(readings, sure=sure))
            return parts[-1].breach
        case Negated(part=part):
            return _judged(part, readings, parts, sure=sure).opposite
        case Joined(word=word, parts=inner):
            found = [_judged(one, readings, parts, sure=sure) for one in inner]
            return together(found, Breach.YES if word == "or" else Breach.NO)


def together(found: Sequence[Breach], strong: Breach) -> Breach:
    """What parts come to: `strong` if one is so, unknown if one is not known, else the opposite."""
    if strong in found:
        return strong
    return Breach.UNKNOWN if Breach.UNKNOWN in found else strong.opposite


def _comparisons(node: Node) -> Iterator[Comparison]:
    match node:
        case Comparison():
            yield node
        case Negated(part=part):
            yield from _comparisons(part)
        case Joined(parts=parts):
            for part in parts:
                yield from _comparisons(part)


def _renamed(node: Node, name: Callable[[Selector], Selector]) -> Node:
    match node:
        case Comparison(left=left, test=test, right=right):
            return Comparison(renamed_side(left, name), test, renamed_side(right, name))
        case Negated(part=part):
            return Negated(_renamed(part, name))
        case Joined(word=word, parts=parts):
            return Joined(word, tuple(_renamed(part, name) for part in parts))


def _bracketed(node: Node) -> str:
    return f"({node.text})" if isinstance(node, Joined) else node.text
