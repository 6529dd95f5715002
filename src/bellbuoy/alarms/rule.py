"""Rules as people write them: `auc < 0.70`, `null_rate(wind_speed) > 0.2`, `auc{carrier="EV"} < 0.6`."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from bellbuoy.errors import ConfigError
from bellbuoy.metrics.reading import Measured, Reading

_RULE = re.compile(
    r"""\s*(?P<metric>[A-Za-z_][\w:.\- ]*?)\s*
        (?:\(\s*(?P<column>[^()]+?)\s*\))?\s*
        (?:\{\s*(?P<by>[^=\s]+)\s*=\s*"(?P<segment>[^"]*)"\s*\})?\s*
        (?P<test><=|>=|==|!=|<|>)\s*
        (?P<threshold>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(?P<percent>%?)\s*""",
    re.VERBOSE,
)
_TESTS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


class Breach(Enum):
    """Whether a reading breaks a rule."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Condition:
    """A metric, of the model or of a column, of all rows or of a segment, against a threshold."""

    metric: str
    column: str | None
    by: str | None
    segment: str | None
    test: str
    threshold: float

    def with_metric(self, canonical: Callable[[str, bool], str]) -> Condition:
        """The same condition with the metric by its canonical name; `canonical` is told whether it is a column's.

        Raises:
            ConfigError: there is no such metric.
        """
        return replace(self, metric=canonical(self.metric, self.column is not None))

    @property
    def text(self) -> str:
        """What is measured, as the rule says it: `null_rate(wind_speed){origin="JFK"}`."""
        column = f"({self.column})" if self.column is not None else ""
        return self.metric + column + (f'{{{self.by}="{self.segment}"}}' if self.by is not None else "")

    def decided(self, reading: Reading | None) -> Breach:
        """Whether all of a reading's interval breaks the rule, or none of it; what lies across the limit is unknown."""
        if not isinstance(reading, Measured):
            return Breach.UNKNOWN
        ends = {_TESTS[self.test](end, self.threshold) for end in (reading.low, reading.high)}
        if len(ends) > 1 or (self.test in {"==", "!="} and reading.low < self.threshold < reading.high):
            return Breach.UNKNOWN
        return Breach.YES if ends.pop() else Breach.NO

    def breach(self, reading: Reading | None) -> Breach:
        """Whether a reading breaks the rule; what was not measured is unknown."""
        if not isinstance(reading, Measured):
            return Breach.UNKNOWN
        return Breach.YES if _TESTS[self.test](reading.value, self.threshold) else Breach.NO


def parse_rule(text: str) -> Condition:
    """The condition that a rule's `when` says.

    Raises:
        ConfigError: the text does not follow the grammar.
    """
    match = _RULE.fullmatch(text)
    if match is None:
        raise ConfigError(
            f"{text!r} is not a rule", hint='write it as auc < 0.70 or null_rate(wind_speed){origin="JFK"} > 20%'
        )
    threshold = float(match["threshold"]) / (100 if match["percent"] else 1)
    return Condition(match["metric"], match["column"], match["by"], match["segment"], match["test"], threshold)
