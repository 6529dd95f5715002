"""Which rules ring too often, and why: what the alarms of a replay cost, against the budget."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from bellbuoy.config.kinds import Severity
from bellbuoy.config.texts import Budget
from bellbuoy.incidents.speaks import is_of_pack
from bellbuoy.store.port import AlarmRow
from bellbuoy.windows import MICRO

#: What rates are told by.
MONTH = timedelta(days=30)
#: An alarm that is over after so many windows was more likely chance than trouble.
_BRIEF = 2
#: Share of the usual windows between the two ends that are told.
_MIDDLE = (0.05, 0.95)
#: Fewer readings than this tell nothing of what is usual.
_FEW = 8
#: Numbers from here on are said in full.
_LARGE = 1_000


@dataclass(frozen=True, slots=True)
class Usual:
    """What a reading usually is: its median, and the ends of the middle nine tenths."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Noise:
    """How often one rule rang, and how much of that was for nothing as far as history tells."""

    rule: str
    alarms: int
    doubtful: int  #: withdrawn, marked false, or over at once; what was marked real is not
    brief: float  #: share that was over within two windows
    withdrawn: float  #: share that mature labels took back
    false: float  #: share that people marked false
    days: float  #: how long the replay was
    example: AlarmRow  #: the alarm in the middle of all by how far it went
    usual: Usual | None = None

    @property
    def monthly(self) -> float:
        """Alarms in 30 days."""
        return self.alarms * MONTH.days / self.days

    @property
    def why(self) -> str:
        """What it rang at, and what is usual, in a sentence."""
        return _why(self.example, self.usual)


def noise_of(alarms: Iterable[AlarmRow], span: timedelta, width: timedelta) -> tuple[Noise, ...]:
    """The noise of each rule that rang louder than for information, the one with most doubtful alarms first.

    `span` is how long the replay was, `width` that of a window.
    """
    by_rule: defaultdict[str, list[AlarmRow]] = defaultdict(list)
    for row in alarms:
        if row.severity != Severity.INFO:
            by_rule[row.name].append(row)
    days = max(span, width) / timedelta(days=1)
    every = (_noise(rule, rows, days, width) for rule, rows in by_rule.items())
    return tuple(sorted(every, key=lambda one: (-one.doubtful, -one.alarms, one.rule)))


def usual_of(values: Sequence[float]) -> Usual | None:
    """What is usual among the readings of all windows; None where they are too few to say."""
    if len(values) < _FEW:
        return None
    low, high = np.quantile(values, _MIDDLE)
    return Usual(float(np.median(values)), float(low), float(high))


def spent(noise: Iterable[Noise], budget: Budget) -> str:
    """What the doubtful alarms cost of the budget, in a sentence."""
    every = list(noise)
    per = budget.per / timedelta(days=1)
    rate = sum(one.doubtful * per / one.days for one in every)
    share = "within" if rate <= budget.alarms else "over"
    return f"{rate:.2g} doubtful alarms in {per:g} days: {share} the budget of {budget}."


def _noise(rule: str, rows: Sequence[AlarmRow], days: float, width: timedelta) -> Noise:
    brief = [_brief(row, width) for row in rows]
    withdrawn = [row.withdrawn_at is not None for row in rows]
    false = [row.mark == "false" for row in rows]
    doubtful = [
        wrong or (row.mark is None and (short or back))
        for row, wrong, short, back in zip(rows, false, brief, withdrawn, strict=True)
    ]
    share_brief, share_back, share_wrong = (sum(flags) / len(rows) for flags in (brief, withdrawn, false))
    return Noise(rule, len(rows), sum(doubtful), share_brief, share_back, share_wrong, days, _middle(rows))


def _brief(row: AlarmRow, width: timedelta) -> bool:
    if row.resolved_at is None or row.fired_at is None:
        return False
    return row.resolved_at - row.fired_at <= _BRIEF * width.total_seconds() * MICRO


def _middle(rows: Sequence[AlarmRow]) -> AlarmRow:
    valued = sorted((row for row in rows if row.value is not None), key=lambda row: row.value or 0.0)
    return valued[len(valued) // 2] if valued else rows[0]


def _why(row: AlarmRow, usual: Usual | None) -> str:
    said = _text(row.facts, "why")
    if row.value is None:
        return said or row.reason
    if is_of_pack(row):
        return f"rang at {_short(row.value)}{_usually(row.facts)}"
    limit = "" if row.threshold is None else f", with the limit at {_short(row.threshold)}"
    rang = f"rang at {_short(row.value)}{limit}"
    if usual is None:
        return f"{rang}; {said}" if said else rang
    ends = f"from {_short(usual.low)} to {_short(usual.high)} in nine windows of ten"
    return f"{rang}; usually {_short(usual.value)}, {ends}"


def _usually(facts: Mapping[str, Any]) -> str:
    """What an alarm of the pack says is usual: in numbers of its own, which no reading of the catalogue is beside."""
    usual, (low, high) = facts.get("usual"), facts.get("range", (None, None))
    if usual is None:
        return ""
    ends = "" if low is None or high is None else f", from {_short(low)} to {_short(high)}"
    return f"; usually {_short(usual)}{ends}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= _LARGE else f"{value:.3g}"


def _text(facts: Mapping[str, object], key: str) -> str:
    value = facts.get(key)
    return value if isinstance(value, str) else ""
