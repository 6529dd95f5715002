"""Whether it is the model, the data pipeline or the world: by rules that anybody can read, over the alarms that ring.

Each alarm speaks for a verdict by what it watches (`speaks`). Three questions decide what it is worth:

- Did inputs break? A column that lost its values, took values that it never had, hangs, or no longer follows from the
  other inputs was delivered wrong. What scores and labels then do follows from it, and says little by itself.
- Do scores still follow from inputs? If not, and no input broke, something else is served than before.
- Do labels still follow from scores? If not, and neither inputs nor scores broke, the world has changed.

What only tells that something is amiss speaks for nobody: such an incident is `unclear` until something does.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bellbuoy.incidents.reach import reach
from bellbuoy.incidents.speaks import (
    Speech,
    follows_scores,
    is_broken,
    is_of_pack,
    is_served_wrong,
    speech_of,
    weight_of,
)
from bellbuoy.incidents.suspects import Context, said, score_of, summary_of, suspects_of
from bellbuoy.incidents.values import Blast, Evidence, Judgement, Verdict
from bellbuoy.store.port import AlarmRow
from bellbuoy.windows import iso

_MODEL, _PIPELINE, _WORLD = Verdict.MODEL, Verdict.PIPELINE, Verdict.WORLD
#: A version that came just before is suspected by so much, unless rows or labels come wrong.
_NEW_VERSION = 1.5
#: What does not show though it would, speaks against a verdict by so much.
_ABSENT = -0.5
#: Below such a lead of the first verdict over the second nobody can tell.
_LEAD = 1.25
#: What is over while other alarms still fire speaks so much more quietly.
_OVER = 0.5
_OUTWARD = frozenset({"output", "performance"})


def judge(alarms: Sequence[AlarmRow], context: Context) -> Judgement:
    """What an incident's alarms say together: those that fire, and half as loudly those that did.

    What mature labels took back says nothing. Headline and suspects are of those that fire; where all are over, of all.
    """
    alarms = [alarm for alarm in alarms if alarm.withdrawn_at is None] or list(alarms)
    ringing = [alarm for alarm in alarms if alarm.state == "firing"] or alarms
    evidence = sorted(_evidence(alarms, context), key=lambda one: -one.weight)
    scores = _scores(evidence)
    verdict, confidence = _verdict(scores)
    suspects = tuple(suspects_of(ringing, verdict, context))
    return Judgement(
        verdict,
        confidence,
        _headline(ringing, verdict),
        suspects,
        tuple(evidence),
        {one.value: score for one, score in scores.items()},
        Blast(share=reach(ringing, context.shares, context.host)),
        tuple({"at": iso(change.at), "text": change.text} for change in context.changes),
    )


def _evidence(alarms: Sequence[AlarmRow], context: Context) -> Iterator[Evidence]:
    """What speaks for each verdict; many alarms that say one thing weigh little more than one."""
    broken = any(is_broken(alarm) for alarm in alarms)
    wrong = any(is_served_wrong(alarm) for alarm in alarms)
    over = all(alarm.state != "firing" for alarm in alarms)
    spoken: dict[tuple[str, Speech], list[AlarmRow]] = defaultdict(list)
    for alarm in alarms:
        if (speech := speech_of(alarm)) is not None:
            spoken[alarm.name if is_of_pack(alarm) else alarm.metric, speech].append(alarm)
    for (_, speech), some in spoken.items():
        behind = broken or (wrong and all(follows_scores(alarm) for alarm in some))
        worth = (speech.behind if behind else speech.weight) * (1 + 0.2 * math.log(len(some)))
        worth *= 1.0 if over or any(alarm.state == "firing" for alarm in some) else _OVER
        if worth:
            yield Evidence(_verdict_of(speech, some, context), round(worth, 3), said(some))
    if any(is_of_pack(alarm) for alarm in alarms):
        yield from _absences(alarms, broken=broken)
    version = next((change for change in context.changes if change.version is not None), None)
    if version is not None and all(speech.verdict is not _PIPELINE for _, speech in spoken):
        yield Evidence(_MODEL, _NEW_VERSION, f"it began after {version.text}")


def _verdict_of(speech: Speech, alarms: Sequence[AlarmRow], context: Context) -> Verdict:
    """Whom alarms speak for: labels that are off on one machine of many tell of the machine, not of the world."""
    of_hosts = bool(context.host) and all(alarm.by == context.host for alarm in alarms)
    return _MODEL if of_hosts and speech.verdict is _WORLD else speech.verdict


def _absences(alarms: Sequence[AlarmRow], *, broken: bool) -> Iterator[Evidence]:
    """What speaks against a verdict because it would show, and does not."""
    names, kinds = {alarm.name for alarm in alarms}, {alarm.kind for alarm in alarms}
    if not broken and kinds & _OUTWARD:
        yield Evidence(_PIPELINE, _ABSENT, "no input lost its values, or stopped to agree with the others")
    if "performance" in kinds and "score-misfit" not in names:
        yield Evidence(_MODEL, _ABSENT, "scores follow from the inputs as they did")


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


def _headline(alarms: Sequence[AlarmRow], verdict: Verdict) -> str:
    """What happened, in a line: the alarm that speaks loudest for the verdict, and how many ring beside it."""
    if not alarms:
        return "Nothing rings any more"
    first = max(alarms, key=lambda alarm: (weight_of(alarm, verdict), score_of([alarm], verdict)))
    more = f", and {len(alarms) - 1} more" if len(alarms) > 1 else ""
    text = f"{summary_of(first)}{more}"
    return text[:1].upper() + text[1:]
