"""Whether it is the model, the data pipeline or the world: by rules that anybody can read, over the alarms that ring.

What an alarm watches says whom it speaks for (`SPEAKS`): a column that lost its values, or rows that come twice, were
delivered wrong; a score that the model does not give was served wrong. Where rows or labels come wrong, what scores and
labels then do follows from it, and says little by itself. What only tells that something is amiss, such as a rule on
performance, speaks for nobody: such an incident is `unclear` until something does.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from bellbuoy.incidents.values import Blast, Evidence, Judgement, Suspect, Verdict
from bellbuoy.store.port import AlarmRow
from bellbuoy.windows import iso

_MODEL, _PIPELINE, _WORLD = Verdict.MODEL, Verdict.PIPELINE, Verdict.WORLD


class Speech(NamedTuple):
    """What an alarm says: for which verdict, and how loudly (in natural logarithms of odds)."""

    verdict: Verdict
    weight: float


#: By metric. Weights are a judgement, not a measurement: 3 makes a verdict twenty times as likely as before.
SPEAKS: Mapping[str, Speech] = {
    "null_rate": Speech(_PIPELINE, 3.0),
    "nan_rate": Speech(_PIPELINE, 3.0),
    "infinity_rate": Speech(_PIPELINE, 3.0),
    "duplicate_rate": Speech(_PIPELINE, 3.0),
    "future_rate": Speech(_PIPELINE, 3.0),
    "label_shortfall": Speech(_PIPELINE, 3.0),
    "unknown_label_rate": Speech(_PIPELINE, 2.0),
    "zero_rate": Speech(_PIPELINE, 1.5),
    "replay_difference": Speech(_MODEL, 4.0),
    "replay_mean_distance": Speech(_MODEL, 4.0),
    "replay_max_distance": Speech(_MODEL, 4.0),
}
#: A version that came just before is suspected by so much, unless rows or labels come wrong.
_NEW_VERSION = 1.5
#: Below such a lead of the first verdict over the second nobody can tell.
_LEAD = 1.25
_MOST = 10


@dataclass(frozen=True, slots=True)
class Change:
    """Something that changed just before: a version that came, a column that is new."""

    at: datetime
    text: str
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the alarms."""

    owners: Mapping[str, str] = field(default_factory=dict)  #: by column
    owner: str | None = None  #: of the model
    host: str = ""  #: the column that names hosts
    changes: tuple[Change, ...] = ()


def judge(alarms: Sequence[AlarmRow], context: Context) -> Judgement:
    """What an incident's alarms say together: those that fire, or where all are over, those that did."""
    ringing = [alarm for alarm in alarms if alarm.state == "firing"] or list(alarms)
    evidence = sorted(_evidence(ringing, context), key=lambda one: -one.weight)
    scores = _scores(evidence)
    verdict, confidence = _verdict(scores)
    suspects = tuple(_suspects(ringing, verdict, context))
    return Judgement(
        verdict,
        confidence,
        _headline(ringing),
        suspects,
        tuple(evidence),
        {one.value: score for one, score in scores.items()},
        Blast(share=_reach(ringing)),
        tuple({"at": iso(change.at), "text": change.text} for change in context.changes),
    )


def _evidence(alarms: Sequence[AlarmRow], context: Context) -> Iterable[Evidence]:
    """What speaks for each verdict; many alarms on one metric weigh little more than one."""
    said: dict[str, list[AlarmRow]] = defaultdict(list)
    for alarm in alarms:
        said[alarm.metric].append(alarm)
    spoken = {metric: SPEAKS[metric] for metric in said if metric in SPEAKS}
    for metric, speech in spoken.items():
        worth = speech.weight * (1 + 0.2 * math.log(len(said[metric])))
        yield Evidence(speech.verdict, round(worth, 3), _said(said[metric]))
    version = next((change for change in context.changes if change.version is not None), None)
    if version is not None and all(speech.verdict is not _PIPELINE for speech in spoken.values()):
        yield Evidence(_MODEL, _NEW_VERSION, f"it began after {version.text}")


def _said(alarms: Sequence[AlarmRow]) -> str:
    first = alarms[0]
    more = f", and {len(alarms) - 1} more like it" if len(alarms) > 1 else ""
    return f"{summary_of(first)}{more}"


def summary_of(alarm: AlarmRow) -> str:
    """An alarm in words: its summary as it was written, else what it is called and what it is of."""
    told = alarm.facts.get("annotations", {}).get("summary")
    column = f" of {alarm.column}" if alarm.column else ""
    where = f" where {alarm.by} is {alarm.segment or 'empty'}" if alarm.by else ""
    return str(told) if told else f"{alarm.name}{column}{where} fires"


def _scores(evidence: Iterable[Evidence]) -> dict[Verdict, float]:
    """Shares of the three verdicts, by the odds that evidence gives them."""
    sums = dict.fromkeys((_MODEL, _PIPELINE, _WORLD), 0.0)
    for one in evidence:
        sums[one.verdict] += one.weight
    odds = {verdict: math.exp(weight) for verdict, weight in sums.items()}
    whole = sum(odds.values())
    return {verdict: round(odd / whole, 4) for verdict, odd in odds.items()}


def _verdict(scores: Mapping[Verdict, float]) -> tuple[Verdict, float]:
    first, second, *_ = sorted(scores.values(), reverse=True)
    best = max(scores, key=lambda verdict: scores[verdict])
    return (best if first >= _LEAD * second else Verdict.UNCLEAR), first


def _suspects(alarms: Sequence[AlarmRow], verdict: Verdict, context: Context) -> list[Suspect]:
    """Who may be the cause, the likeliest first: what speaks for the verdict, then whatever else is named."""
    found: dict[tuple[str | None, str | None, str, str], list[AlarmRow]] = defaultdict(list)
    for alarm in alarms:
        key = (alarm.column, alarm.version, alarm.by, alarm.segment)
        if any(key):
            found[key].append(alarm)
    suspects = [_suspect(some, verdict, context) for some in found.values()]
    return sorted(suspects, key=lambda one: -one.score)[:_MOST]


def _suspect(alarms: Sequence[AlarmRow], verdict: Verdict, context: Context) -> Suspect:
    first = alarms[0]
    of_host = bool(first.by) and first.by == context.host
    spoken = [SPEAKS[one.metric] for one in alarms if one.metric in SPEAKS]
    score = max((one.weight for one in spoken if one.verdict is verdict), default=0.0)
    return Suspect(
        column=first.column or (None if of_host else first.by or None),
        version=first.version,
        segment={first.by: first.segment} if first.by and not of_host else None,
        host=first.segment if of_host else None,
        owner=context.owners.get(first.column or first.by, context.owner),
        why=_said(alarms),
        score=round(score, 3),
    )


def _headline(alarms: Sequence[AlarmRow]) -> str:
    """What happened, in a line: the first of the alarms that speak loudest."""
    if not alarms:
        return "Nothing rings any more"
    loudest = max(alarms, key=lambda alarm: SPEAKS[alarm.metric].weight if alarm.metric in SPEAKS else 0.0)
    text = summary_of(loudest)
    return text[:1].upper() + text[1:]


def _reach(alarms: Sequence[AlarmRow]) -> float | None:
    """The share of rows that it reaches at least, where an alarm says so."""
    telling = [alarm for alarm in alarms if alarm.metric in SPEAKS and alarm.metric.endswith("_rate")]
    shares = [alarm.value for alarm in telling if alarm.value]
    return round(min(1.0, max(shares)), 4) if shares else None
