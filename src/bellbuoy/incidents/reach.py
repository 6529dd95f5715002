"""How many rows alarms reach, and how much of what a model does they may spoil: what they are ranked by.

What an alarm will cost nobody can tell from it alone. What can be told is how many rows it touches, and how much the
model's output hangs on what is touched: both are shares of one, and an alarm weighs their product.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from bellbuoy.incidents.speaks import is_of_pack
from bellbuoy.store.port import AlarmRow

#: A part of the rows: a segment's column and value, or no column and a version.
Part = tuple[str, str]
#: Metrics that are shares of the rows, though their names do not end so.
_SHARES = frozenset({"decision_gap", "replay_difference"})
#: Traits of the pack that tell how far a column has moved, in ranks or shares of its values.
_MOVES = frozenset({"rank", "rank_spread", "share", "misfit_bias"})
#: Traits of the pack that are logarithms of what is counted or measured.
_LOGARITHMS = frozenset({"rows", "misfit"})


def parts_of(alarm: AlarmRow, host: str = "") -> list[Part]:
    """The parts of the rows that an alarm is of; none where it is of all. `host` is the column that names hosts."""
    parts = [(alarm.by, alarm.segment)] if alarm.by else []
    parts += [("", alarm.version)] if alarm.version is not None else []
    only = alarm.facts.get("host")
    return [*parts, (host, str(only))] if host and only and not alarm.by else parts


def touched(alarm: AlarmRow) -> float | None:
    """The share of the rows of its part that an alarm says it touches; None where it does not say."""
    effect = alarm.facts.get("effect") if is_of_pack(alarm) else alarm.value
    if effect is None:
        return None
    if alarm.metric.endswith("_rate") or alarm.metric in _SHARES:
        return min(1.0, abs(float(effect)))
    # Of half the rows the other half is missing; of twice as many, half are too many.
    return 1 - math.exp(-abs(float(effect))) if alarm.metric == "rows" and is_of_pack(alarm) else None


def reach_of(alarm: AlarmRow, shares: Mapping[Part, float], host: str = "") -> float | None:
    """The share of all rows that an alarm reaches at least; None where it is not known."""
    parts, told = parts_of(alarm, host), touched(alarm)
    if not parts:
        return told
    known = [shares[part] for part in parts if part in shares]
    return min(known) * (1.0 if told is None else told) if known else None


def reach(alarms: Sequence[AlarmRow], shares: Mapping[Part, float], host: str = "") -> float | None:
    """The share of rows that alarms reach at least together: parts of one column add up, as no row is of two."""
    widest: dict[str | None, dict[str, float]] = defaultdict(dict)
    for alarm in alarms:
        share = reach_of(alarm, shares, host)
        if share is not None:
            by, value = next(iter(parts_of(alarm, host)), (None, ""))
            widest[by][value] = max(share, widest[by].get(value, 0.0))
    found = [sum(some.values()) for some in widest.values()]
    return round(min(1.0, max(found)), 4) if found else None


def weight_of_alarm(
    alarm: AlarmRow, shares: Mapping[Part, float], importance: Mapping[str, float], host: str = ""
) -> float:
    """How much of what a model does an alarm may spoil, 0 to 1: alarms are ranked by it, the heaviest first.

    It is the share of rows that are hit, times how much the output hangs on the column that is hit. `importance` has
    that of each input, as shares of one; the twin of the score knows it (`Twin.importance`). An input that it does not
    know counts as one of average importance. What is of no input (scores, labels, volume) is of all that the model
    does, and where nothing is known of inputs, rows alone count. Neither how unlikely a change is nor how far a
    distance lies beyond its limit matters.
    """
    part = min((shares[one] for one in parts_of(alarm, host) if one in shares), default=1.0)
    return round(part * _hit(alarm) * _importance(alarm, importance), 4)


def _hit(alarm: AlarmRow) -> float:
    """How much of its part an alarm hits: rows, or how far values have moved; all of it where it does not say."""
    share, effect = touched(alarm), alarm.facts.get("effect")
    if share is not None or effect is None or not is_of_pack(alarm):
        return 1.0 if share is None else share
    if alarm.metric in _MOVES:
        return min(1.0, abs(float(effect)))
    return 1 - math.exp(-abs(float(effect))) if alarm.metric in _LOGARITHMS else 1.0


def _importance(alarm: AlarmRow, importance: Mapping[str, float]) -> float:
    if alarm.column is None or not importance:
        return 1.0
    of_input = alarm.kind == "input" or not is_of_pack(alarm)
    return importance.get(alarm.column, 1 / len(importance) if of_input else 1.0)
