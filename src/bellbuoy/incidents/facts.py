"""What is believed of an incident, as its row keeps it, and read back from there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from bellbuoy.incidents.values import Blast, Evidence, Judgement, Suspect, Verdict
from bellbuoy.store.port import AlarmRow, IncidentRow
from bellbuoy.windows import iso, parse_time

#: A confidence that has changed by so much is a new belief, though the verdict is the same.
_MOVED = 0.1


@dataclass(frozen=True, slots=True)
class Belief:
    """What the verdict was from a moment on."""

    at: datetime
    verdict: str
    confidence: float


def facts_of(judgement: Judgement, beliefs: Sequence[Belief]) -> dict[str, Any]:
    """What a row keeps besides its columns; only what JSON knows."""
    return {
        "suspects": [_plain(asdict(one)) for one in judgement.suspects],
        "evidence": [_plain(asdict(one)) for one in judgement.evidence],
        "scores": {str(verdict): score for verdict, score in judgement.scores.items()},
        "blast": _plain(asdict(judgement.blast)),
        "before": [dict(one) for one in judgement.before],
        "weights": dict(judgement.weights),
        "verdicts": [{"at": iso(one.at), "verdict": one.verdict, "confidence": one.confidence} for one in beliefs],
    }


def judgement_of(row: IncidentRow) -> Judgement:
    """What a row says is believed of its incident."""
    facts = row.facts
    return Judgement(
        verdict=Verdict(row.verdict),
        confidence=row.confidence,
        headline=row.headline,
        suspects=tuple(Suspect(**one) for one in facts.get("suspects", ())),
        evidence=tuple(
            Evidence(Verdict(one["verdict"]), one["weight"], one["why"]) for one in facts.get("evidence", ())
        ),
        scores=facts.get("scores", {}),
        blast=Blast(**(facts.get("blast") or {})),
        before=tuple(facts.get("before", ())),
        weights=facts.get("weights", {}),
    )


def beliefs_of(row: IncidentRow) -> tuple[Belief, ...]:
    """The verdicts that an incident has had, the oldest first."""
    told = row.facts.get("verdicts", ())
    return tuple(Belief(parse_time(one["at"]), one["verdict"], one["confidence"]) for one in told)


def believed(beliefs: Sequence[Belief], judgement: Judgement, now: datetime) -> tuple[Belief, ...]:
    """The verdicts so far with the one of now, where that is another or clearly more or less sure."""
    last = beliefs[-1] if beliefs else None
    same = last is not None and last.verdict == judgement.verdict
    if last is not None and same and abs(last.confidence - judgement.confidence) < _MOVED:
        return tuple(beliefs)
    return (*beliefs, Belief(now, str(judgement.verdict), judgement.confidence))


def why_of(row: AlarmRow) -> str:
    """Why an alarm rings, in the best words that there are: its monitor's, its rule's, or what was measured."""
    said = row.facts.get("why") or row.facts.get("about") or row.facts.get("annotations", {}).get("summary")
    if said or "when" not in row.facts or row.value is None:
        return str(said or row.reason)
    return f"{row.facts['when']}, and it is {row.value:.4g}"


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Enumerations and mappings as JSON has them."""
    return {name: _value(one) for name, one in facts.items()}


def _value(one: object) -> object:
    if isinstance(one, Mapping):
        return _plain(one)
    return one.value if isinstance(one, Verdict) else one
