"""Rules as people write them, read into conditions: one descent through the text, which tells all its faults at once.

    either     = both { "or" both }
    both       = one { "and" one }
    one        = "not" one | "(" either ")" | comparison
    comparison = sum ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) sum
    sum        = product { ( "+" | "-" ) product }
    product    = factor { ( "*" | "/" | "of" ) factor }
    factor     = "-" factor | number [ "%" ] | duration | "baseline" | "(" sum ")" | metric
    metric     = name [ ":" class ] [ "(" column ")" ] [ "{" part { "," part } "}" ] [ "offset" duration ]
    part       = key "=" text

Columns, classes and keys with odd signs stand in quotes; a quote or backslash inside quotes has a backslash before it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bellbuoy.alarms.cursor import NAME, QUOTED, Cursor, Stop
from bellbuoy.alarms.rule import MIRRORED, Comparison, Condition, Joined, Negated, Node
from bellbuoy.alarms.sides import Number, Reckoned, Selector, Side, Usual, selected
from bellbuoy.errors import ConfigError, Fault, Faults
from bellbuoy.windows import parse_duration

_EXAMPLE = 'write it as auc < 0.70 or null_rate(wind_speed){origin="JFK"} > 20%'
_CLASS = re.compile(r"\w[\w.\-]*")
_KEY = re.compile(r"""[^=\s,{}()"'\\]+""")
_RAW_COLUMN = re.compile(r"""[^()"'\\]+""")
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[smhdw])+(?!\w)")
_NUMBER = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?!\w)")
_TEST = re.compile(r"<=|>=|==|!=|<|>")
_WORDS = frozenset({"and", "or", "not", "of", "offset", "baseline"})
_LONGEST = 2_000
_BASELINE = Selector("baseline")
_EMPTY = Comparison(Number(0), "==", Number(0))


def parse_rule(text: str) -> Condition:
    """The condition that a rule's `when` says.

    Raises:
        ConfigError: the text does not follow the grammar; `Faults` where it does so in several places.
    """
    reader = _Reader(text)
    if len(text) > _LONGEST:
        raise ConfigError(f"is longer than {_LONGEST:,} letters", hint="make several rules of it")
    try:
        root = reader.whole()
    except RecursionError as why:
        raise ConfigError("is nested too deeply", hint="make several rules of it") from why
    told_at_once(reader.faults)
    return Condition(root)


def told_at_once(faults: Sequence[Fault]) -> None:
    """Refuse what has faults: one as an error of its own, several together; nothing happens where there are none.

    Raises:
        ConfigError: there is one; `Faults`: there are several.
    """
    if len(faults) == 1:
        raise ConfigError(faults[0].message, hint=faults[0].hint)
    if faults:
        raise Faults(faults)


@dataclass
class _Reader(Cursor):
    faults: list[Fault] = field(default_factory=list)

    def whole(self) -> Node:
        node = self._either()
        while self.at < len(self.text):
            if not self.faults:
                self._fault(f"{self.rest()} is one too many", self.at)
            self.at += 1  # a bracket that nothing opened
            node = self._either() if self.peek() else node
        return node

    def _either(self) -> Node:
        parts = [self._both()]
        while self.takes("or"):
            parts.append(self._both())
        return self._joined("or", parts)

    def _both(self) -> Node:
        parts = [self._one()]
        while self.takes("and"):
            parts.append(self._one())
        return self._joined("and", parts)

    @staticmethod
    def _joined(word: str, parts: Sequence[Node]) -> Node:
        flat: list[Node] = []
        for part in parts:
            flat += part.parts if isinstance(part, Joined) and part.word == word else (part,)
        return parts[0] if len(parts) == 1 else Joined(word, tuple(flat))

    def _one(self) -> Node:
        try:
            self.deeper()
            if self.takes("not"):
                return Negated(self._one())
            if self.peek() == "(" and self._holds_condition():
                return self._bracket()
            return self._comparison()
        except Stop as stop:
            self._fault(stop.message, stop.at, stop.hint)
            self._skip()
            return _EMPTY
        finally:
            self.depth -= 1

    def _bracket(self) -> Node:
        self.at += 1
        node = self._either()
        self.close(")")
        return node

    def _comparison(self) -> Node:
        begin = self.place()
        left = self._sum()
        test = self.taken(_TEST)
        if test is None:
            raise Stop(f"a comparison should stand here, not {self.rest()}", self.at, "write <, <=, >, >=, == or !=")
        right = self._sum()
        if self.peek() and self.text[self.at] in "<>=!":
            raise Stop(f"{self.rest()} is one comparison too many", self.at, "join two by and")
        return self._settled(left, test, right, begin)

    def _settled(self, left: Side, test: str, right: Side, begin: int) -> Comparison:
        """The comparison with a metric on its left, and with what `baseline` is of."""
        found = dict.fromkeys(replace(one, offset=timedelta(0)) for one in (*selected(left), *selected(right)))
        plain = [one for one in found if one != _BASELINE]
        if not plain:
            raise Stop("no metric is compared here", begin, _EXAMPLE)
        if len(plain) > 1 and _BASELINE in found:
            raise Stop("baseline could be that of several metrics", begin, "compare one metric with its baseline")
        if not any(one != _BASELINE for one in selected(left)):
            left, test, right = right, MIRRORED[test], left
        return Comparison(_with_usual(left, plain[0]), test, _with_usual(right, plain[0]))

    def _sum(self) -> Side:
        side = self._product()
        while self.peek() in {"+", "-"}:
            sign = self.text[self.at]
            self.at += 1
            side = _folded(sign, side, self._product())
        return side

    def _product(self) -> Side:
        side = self._factor()
        while (sign := self._product_sign()) is not None:
            side = _folded(sign, side, self._factor())
        return side

    def _product_sign(self) -> str | None:
        if self.takes("of"):
            return "*"
        if self.peek() not in {"*", "/"}:
            return None
        self.at += 1
        return self.text[self.at - 1]

    def _factor(self) -> Side:
        sign = self.peek()
        self.deeper()
        try:
            if sign in {"-", "+"}:
                self.at += 1
                side = self._factor()
                return _folded("-", Number(0), side) if sign == "-" else side
            if sign == "(":
                self.at += 1
                side = self._sum()
                self.close(")")
                return side
            return self._atom()
        finally:
            self.depth -= 1

    def _atom(self) -> Side:
        begin = self.place()
        if (span := self.taken(_DURATION)) is not None:
            return Number(parse_duration(span).total_seconds())
        if (digits := self.taken(_NUMBER)) is not None:
            number = float(digits) / (100 if self.takes_sign("%") else 1)
            if not math.isfinite(number):
                raise Stop(f"{digits} is too large", begin)
            return Number(number)
        if self.takes("baseline"):
            return _BASELINE
        return self._selector()

    def _selector(self) -> Selector:
        begin = self.place()
        metric = self._metric()
        if not metric:
            raise Stop(f"a metric or a number should stand here, not {self.rest()}", begin, _EXAMPLE)
        selector = Selector(metric, self._column() if self.takes_sign("(") else None)
        if self.takes_sign("{"):
            selector = self._labels(selector)
        return replace(selector, offset=self._span()) if self.takes("offset") else selector

    def _metric(self) -> str:
        """A metric's name: several words are one name, as in `ROC AUC`, and `f1:good` is of one class."""
        words: list[str] = []
        while self.peek() and (match := NAME.match(self.text, self.at)) and match[0].lower() not in _WORDS:
            words.append(match[0])
            self.at = match.end()
        if words and self.takes_sign(":"):
            words[-1] += f":{self.written(_CLASS, 'a class')}"
        return " ".join(words)

    def _column(self) -> str:
        column = self.written(_RAW_COLUMN, "a column").strip()
        self.close(")", 'a column with odd signs stands in quotes: null_rate("odd (name)")')
        return column

    def _labels(self, selector: Selector) -> Selector:
        while True:
            begin = self.place()
            key = self.written(_KEY, "a segment")
            if not self.takes_sign("="):
                raise Stop(f"= should stand here, not {self.rest()}", self.at, f'write {{{key}="…"}}')
            value = self.written(None, f"a value of {key} in quotes")
            if key == "version":
                selector = replace(selector, version=value)
            elif selector.by:
                hint = f"{selector.by} is one already; rows are counted by one segment at a time, and by version"
                raise Stop(f"{key} is one segment too many", begin, hint)
            else:
                selector = replace(selector, by=key, segment=value)
            if not self.takes_sign(","):
                self.close("}")
                return selector

    def _span(self) -> timedelta:
        begin = self.place()
        span = self.taken(_DURATION)
        if span is None or not parse_duration(span):
            raise Stop(f"a duration should stand here, not {self.rest()}", begin, "write it as offset 7d")
        return parse_duration(span)

    def _holds_condition(self) -> bool:
        """Whether the bracket that opens here has a comparison in it, rather than a sum."""
        depth, at = 0, self.at
        while at < len(self.text):
            if (match := QUOTED.match(self.text, at)) is not None:
                at = match.end()
                continue
            depth += {"(": 1, ")": -1}.get(self.text[at], 0)
            if not depth or self.text[at] in "<>":
                return bool(depth)
            if self.text[at : at + 2] in {"==", "!="}:
                return True
            at += 1
        return False

    def _skip(self) -> None:
        """Go on behind what could not be read: at the next `and` or `or`, or where its bracket ends."""
        depth = 0
        while self.peek():
            if match := QUOTED.match(self.text, self.at) or NAME.match(self.text, self.at):
                if not depth and match[0].lower() in {"and", "or"}:
                    return
                self.at = match.end()
                continue
            if self.text[self.at] == ")" and not depth:
                return
            depth += {"(": 1, ")": -1}.get(self.text[self.at], 0)
            self.at += 1

    def _fault(self, message: str, at: int, hint: str = "") -> None:
        self.faults.append(Fault(f"{self.text!r} is not a rule: at {at + 1}, {message}", hint=hint or _EXAMPLE))


def _folded(sign: str, left: Side, right: Side) -> Side:
    """Two sides reckoned together; a minus before a number makes it negative."""
    if sign == "-" and left == Number(0) and isinstance(right, Number):
        return Number(-right.value)
    return Reckoned(sign, left, right)


def _with_usual(side: Side, of: Selector) -> Side:
    match side:
        case Selector() if side == _BASELINE:
            return Usual(of)
        case Reckoned(by=by, left=left, right=right):
            return Reckoned(by, _with_usual(left, of), _with_usual(right, of))
    return side
