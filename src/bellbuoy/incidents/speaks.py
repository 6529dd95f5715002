"""What each alarm says of the three questions: a table that anybody can read, and that the pages show.

Weights are natural logarithms of odds, and a judgement, not a measurement: 3 makes a verdict twenty times as likely as
it was before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bellbuoy.incidents.values import Verdict
from bellbuoy.store.port import AlarmRow

_MODEL, _PIPELINE, _WORLD = Verdict.MODEL, Verdict.PIPELINE, Verdict.WORLD


class Speech(NamedTuple):
    """What an alarm says: for which verdict, how loudly, and how loudly where what it follows from broke."""

    verdict: Verdict
    weight: float
    behind: float  #: where an input broke; of alarms on labels, where scores did too


#: By the name of an alarm of the standard pack.
OF_PACK: Mapping[str, Speech] = {
    "null-rate": Speech(_PIPELINE, 3.0, 3.0),
    "nan-rate": Speech(_PIPELINE, 3.0, 3.0),
    "zero-rate": Speech(_PIPELINE, 2.5, 2.5),
    "unseen-category": Speech(_PIPELINE, 3.0, 3.0),
    "missing-category": Speech(_PIPELINE, 2.0, 2.0),
    "out-of-range": Speech(_PIPELINE, 2.0, 2.0),
    "scale": Speech(_PIPELINE, 2.5, 2.5),
    "constant": Speech(_PIPELINE, 2.5, 2.5),
    "frozen": Speech(_PIPELINE, 2.0, 2.0),
    "stale": Speech(_PIPELINE, 3.0, 3.0),
    "misfit": Speech(_PIPELINE, 2.5, 2.5),
    "volume": Speech(_PIPELINE, 3.0, 3.0),
    "volume-of-part": Speech(_PIPELINE, 2.0, 2.0),
    "source-late": Speech(_PIPELINE, 3.0, 3.0),
    "duplicates": Speech(_PIPELINE, 3.0, 3.0),
    "clock": Speech(_PIPELINE, 3.0, 3.0),
    "label-feed": Speech(_PIPELINE, 3.0, 3.0),
    "older-version": Speech(_MODEL, 3.5, 3.5),
    "decision": Speech(_MODEL, 4.0, 4.0),
    "replay": Speech(_MODEL, 4.0, 4.0),
    "score-misfit": Speech(_MODEL, 3.0, 0.3),
    "score-constant": Speech(_MODEL, 3.0, 0.3),
    "score-frozen": Speech(_MODEL, 2.0, 0.2),
    "score-null-rate": Speech(_MODEL, 2.5, 0.3),
    "score-nan-rate": Speech(_MODEL, 2.5, 0.3),
    "score-zero-rate": Speech(_MODEL, 2.0, 0.2),
    "score-out-of-range": Speech(_MODEL, 2.0, 0.2),
    "score-missing-category": Speech(_MODEL, 2.0, 0.2),
    "score-unseen-category": Speech(_MODEL, 3.0, 0.3),
    "score-scale": Speech(_WORLD, 0.3, 0.0),
    "score-stale": Speech(_MODEL, 2.0, 0.2),
    "drift": Speech(_WORLD, 1.0, 0.0),
    "score-drift": Speech(_WORLD, 0.3, 0.0),
    "label-gap": Speech(_WORLD, 2.0, 0.2),
    "ranking": Speech(_WORLD, 1.0, 0.1),
    "labels-turned": Speech(_PIPELINE, 4.0, 0.2),
    "log-loss": Speech(_WORLD, 1.0, 0.1),
    "error-size": Speech(_WORLD, 1.0, 0.1),
}
#: By the metric that a rule of one's own is about. What only tells that something is amiss, such as a rule on
#: performance, speaks for nobody.
OF_METRICS: Mapping[str, Speech] = {
    "null_rate": Speech(_PIPELINE, 3.0, 3.0),
    "nan_rate": Speech(_PIPELINE, 3.0, 3.0),
    "infinity_rate": Speech(_PIPELINE, 3.0, 3.0),
    "duplicate_rate": Speech(_PIPELINE, 3.0, 3.0),
    "future_rate": Speech(_PIPELINE, 3.0, 3.0),
    "label_shortfall": Speech(_PIPELINE, 3.0, 3.0),
    "unknown_label_rate": Speech(_PIPELINE, 2.0, 2.0),
    "zero_rate": Speech(_PIPELINE, 1.5, 1.5),
    "replay_difference": Speech(_MODEL, 4.0, 4.0),
    "replay_mean_distance": Speech(_MODEL, 4.0, 4.0),
    "replay_max_distance": Speech(_MODEL, 4.0, 4.0),
}
#: Alarms that say that a column was delivered wrong: what scores and labels then do follows from it.
_BROKEN = frozenset(
    {
        "null-rate",
        "nan-rate",
        "zero-rate",
        "unseen-category",
        "constant",
        "frozen",
        "stale",
        "misfit",
        "scale",
        "out-of-range",
        "missing-category",
    }
)
#: Alarms that say that something else is served than before: what labels then do follows from it.
_SERVED_WRONG = frozenset(
    {"score-misfit", "score-constant", "score-null-rate", "score-nan-rate", "older-version", "decision", "replay"}
)
#: As those of one's own rules do.
_BROKEN_METRICS = frozenset({"null_rate", "nan_rate", "infinity_rate", "zero_rate"})
#: More rows than ever, none of them twice, are a crowd: rows that are lost are the pipeline's.
_CROWD = Speech(_WORLD, 1.0, 0.5)
#: What only informs speaks so much more quietly.
_QUIETLY = 0.2


def is_of_pack(alarm: AlarmRow) -> bool:
    """Whether an alarm is one that the standard pack's monitors raised."""
    return "pack" in alarm.facts


def speech_of(alarm: AlarmRow) -> Speech | None:
    """What an alarm says; None where it speaks for nobody.

    Rows that are too many speak for the world, unlike those that are too few. One that only informs says little: a few
    rows without values do not explain scores that went wrong in all.
    """
    found = OF_PACK.get(alarm.name) if is_of_pack(alarm) else OF_METRICS.get(alarm.metric)
    if found is not None and alarm.metric == "rows" and (alarm.facts.get("effect") or 0.0) > 0:
        found = _CROWD
    if found is None or alarm.severity != "info" or found.verdict is _WORLD:
        return found
    return Speech(found.verdict, found.weight * _QUIETLY, found.behind * _QUIETLY)


def weight_of(alarm: AlarmRow, verdict: Verdict) -> float:
    """How loudly an alarm speaks for a verdict; 0 where it speaks for another, or for nobody."""
    found = speech_of(alarm)
    return found.weight if found is not None and found.verdict is verdict else 0.0


def is_broken(alarm: AlarmRow) -> bool:
    """Whether an alarm says that a column was delivered wrong, in more than a few rows."""
    if alarm.severity == "info":
        return False
    return alarm.name in _BROKEN if is_of_pack(alarm) else alarm.metric in _BROKEN_METRICS


def is_served_wrong(alarm: AlarmRow) -> bool:
    """Whether an alarm says that scores are not those of the model that served before."""
    return alarm.severity != "info" and (alarm.name in _SERVED_WRONG or alarm.metric.startswith("replay_"))


def follows_scores(alarm: AlarmRow) -> bool:
    """Whether an alarm is about how labels meet scores."""
    return alarm.kind == "performance" or alarm.name == "labels-turned"
