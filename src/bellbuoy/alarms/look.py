"""What a rule sees at a moment: whether the newest window that can be judged breaks it, and why where none tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bellbuoy.alarms.absence import Absence, Rhythm, told
from bellbuoy.alarms.gather import counted, enough, ready, seen_by, waits_for_labels, where_of
from bellbuoy.alarms.machine import AT_ONCE, Holds
from bellbuoy.alarms.rule import Breach, Condition, Judgement, Part
from bellbuoy.alarms.sides import Readings
from bellbuoy.metrics.reading import Measured, Unmeasured
from bellbuoy.metrics.step import Gauge
from bellbuoy.windows import Window, to_seconds

#: Fewer rows than this say little about a share or a score; a rule of one's own can say otherwise.
MIN_ROWS = 10
#: Below so many rows a value alone is chance too often: the whole interval must break a rule.
_FEW = 30
#: How reasons begin that more rows, labels or time will mend: they are no errors.
_NOT_YET = ("only ", "no rows", "no labels", "no window", "nothing ", "chance ", "too few ", "labels come too seldom")
_CHOICES = {"ok": Breach.NO, "alerting": Breach.YES, "keep": Breach.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule ready to be judged: its metrics have canonical names, and all its words are known."""

    name: str
    condition: Condition
    holds: Holds = AT_ONCE
    kind: str = "custom"  #: what it watches, as DESIGN §4 has it
    sure: bool = False  #: whether readings must break it with their whole intervals
    early: bool = False  #: whether windows are judged whose labels are still coming
    recover: Condition | None = None  #: what must hold before it is over
    severity: str = "warning"
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    no_data: str = "keep"  #: ok, alerting or keep: what no rows and no labels mean
    on_error: str = "keep"  #: the same of what cannot be worked out
    min_rows: int = MIN_ROWS


@dataclass(frozen=True, slots=True)
class Look:
    """One judgement: whether something is broken, by which window, and why where it is not known."""

    breach: Breach
    why: str = ""
    value: float | None = None
    limit: float | None = None
    window: Window | None = None
    recovered: Breach = Breach.YES  #: whether what must hold before an alarm is over does
    withdrawn: str = ""  #: why mature labels take back what was raised on early ones; empty where they do not
    confirmed: bool = False  #: whether mature labels bear out what was raised on early ones
    facts: Mapping[str, Any] = field(default_factory=dict)


def look(
    rule: Rule, gauge: Gauge, now: datetime, rhythm: Rhythm | None = None, raised: Mapping[str, Any] | None = None
) -> Look:
    """What a rule sees at a moment.

    An early rule is broken by the newest windows whose labels are still coming, as soon as their whole interval lies
    beyond the limit. Else, and for all other rules, the newest window decides whose labels have come. `raised` says of
    an alarm on early labels on which of them: mature ones confirm it or take it back.
    """
    settled = _settled(rule, gauge, now, raised) if raised else None
    if settled is not None and settled.withdrawn:
        return settled
    found = _early(rule, gauge, waiting=bool(raised) and settled is None) if rule.early else None
    return replace(found or _judged(rule, gauge, now, rhythm or Rhythm()), confirmed=settled is not None)


def _judged(rule: Rule, gauge: Gauge, now: datetime, rhythm: Rhythm) -> Look:
    """What the newest window says that can be judged."""
    seen = seen_by(rule.condition, gauge, now, rhythm, rule.min_rows)
    made = _made(rule, rule.condition, seen.readings)
    breach, why = chosen(rule, made, seen.missing)
    recovered = Breach.YES
    if rule.recover is not None:
        asked = seen_by(rule.recover, gauge, now, rhythm, rule.min_rows, seen.window)
        recovered = _made(rule, rule.recover, asked.readings).breach
    return replace(looked(made, seen.window), breach=breach, why=why, recovered=recovered)


def _made(rule: Rule, condition: Condition, readings: Readings) -> Judgement:
    """A condition, judged by values; by whole intervals where the rule, or few rows, want it surer.

    A rule that asks for no rows at all (`min_rows` is 0) wants values.
    """
    rows = [one.rows for of, one in readings.items() if isinstance(one, Measured) and not counted(of)]
    few = rule.min_rows > 0 and any(many < _FEW for many in rows)
    return condition.judged(readings, sure=rule.sure or few)


def looked(made: Judgement, window: Window | None) -> Look:
    """A judgement as a look: the value and the limit are those of its first comparison, others stand in the facts."""
    first = made.parts[0]
    facts = {"test": first.test, "parts": [_part(part) for part in made.parts]}
    return Look(made.breach, made.why, first.value, first.limit, window, facts=facts)


def _part(part: Part) -> dict[str, Any]:
    fields = {"text": part.text, "test": part.test, "breach": part.breach.value}
    return fields | {"value": part.value, "limit": part.limit}


def chosen(rule: Rule, made: Judgement, missing: Mapping[Absence, str]) -> tuple[Breach, str]:
    """The breach that counts, and why: what is unknown is what the rule says that absence, or an error, means."""
    if made.breach is not Breach.UNKNOWN:
        return made.breach, ""
    why = "; ".join(told(kind, detail) for kind, detail in missing.items()) or made.why
    if Absence.CYCLE in missing:  # that we did not look says nothing about the model
        return Breach.UNKNOWN, why
    if missing:
        return _CHOICES[rule.no_data], why if rule.no_data == "keep" else f'{why} (no_data = "{rule.no_data}")'
    if rule.on_error != "keep" and _is_error(made):
        return _CHOICES[rule.on_error], f'{why} (on_error = "{rule.on_error}")'
    return Breach.UNKNOWN, why


def _is_error(made: Judgement) -> bool:
    """Whether it is unknown for another reason than that too little is known yet."""
    return not any(part.why.startswith(_NOT_YET) for part in made.parts if part.breach is Breach.UNKNOWN)


def _early(rule: Rule, gauge: Gauge, *, waiting: bool) -> Look | None:
    """What labels that are still coming say; nothing where they do not, or say that all is well so far.

    The last word is with complete ones. An alarm that is `waiting` for them stays as it is until they come.
    """
    one = rule.condition.lone
    if one is None or not waits_for_labels(one):
        return None
    for taken in gauge.early(one.metric, where_of(one)):
        made = rule.condition.judged({one: enough(one, taken.reading, rule.min_rows)}, sure=True)
        if made.breach is Breach.NO:
            return None
        if made.breach is Breach.YES:
            found = looked(made, taken.window)
            window = {"start": to_seconds(taken.window.start), "end": to_seconds(taken.window.end)}
            raised = window | {"labelled": share(taken.coverage, taken.expected)}
            return replace(found, facts={**found.facts, "raised": raised})
    return Look(Breach.UNKNOWN, "the labels that have come since decide nothing") if waiting else None


def _settled(rule: Rule, gauge: Gauge, now: datetime, raised: Mapping[str, Any]) -> Look | None:
    """What mature labels say of the windows that an alarm was raised on; None while they have not come."""
    one = rule.condition.lone
    ripe = {} if one is None else ready(one, gauge, now).ripe
    if one is None or max((to_seconds(taken.window.end) for taken in ripe.values()), default=0) < raised["end"]:
        return None
    span = replace(where_of(one), start=raised["start"], end=raised["end"])
    taken = gauge.over(one.metric, gauge.counts.base, span)
    if taken is None or isinstance(taken.reading, Unmeasured):
        return None
    made = rule.condition.judged({one: taken.reading})
    if made.breach is Breach.YES:
        return Look(Breach.YES, confirmed=True)
    ever = gauge.feed.waiting(one.by, one.segment).ever
    now_known = share(taken.coverage, None if ever is None else ever.usual)
    text = f"raised on {_percent(raised['labelled'])} of labels, withdrawn at {_percent(now_known)}"
    return replace(looked(made, taken.window), withdrawn=text)


def share(coverage: float | None, expected: float | None) -> float | None:
    """How much of the labels that will come has come."""
    return coverage if coverage is None or not expected else min(1.0, coverage / expected)


def _percent(part: float | None) -> str:
    return "some" if part is None else f"{100 * part:.0f}\u00a0%"
