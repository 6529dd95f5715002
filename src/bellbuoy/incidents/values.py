"""What an incident is made of: findings of one cause, who is suspected, and what speaks for which verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypedDict


class Verdict(StrEnum):
    """Which of three things is broken, as far as anybody can tell from the counts."""

    MODEL = "model"  #: inputs and the world are as before; what is served is not the right function
    PIPELINE = "pipeline"  #: rows or labels reach the model or the log wrong
    WORLD = "world"  #: everything works, and what is modelled has changed
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Suspect:
    """Something that may be the cause: a column, a version, a part of the rows or a host."""

    column: str | None = None
    version: str | None = None
    segment: Mapping[str, str] | None = None
    host: str | None = None
    owner: str | None = None
    why: str = ""
    score: float = 0.0  #: how strongly it is suspected; sorts them


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for a verdict (weight above 0), or against it."""

    verdict: Verdict
    weight: float
    why: str


#: By how much a metric reads worse than before the incident, or than on the baseline (`value`, above 0: worse; with its
#: interval), how that is known (realised or estimated), from when on (ISO), and on how many rows.
Loss = TypedDict(
    "Loss",
    {"metric": str, "value": float, "low": float, "high": float, "how": str, "against": str, "from": str, "rows": int},
)


class Cost(TypedDict):
    """What an incident has cost so far, in money; below 0 where it has gained."""

    value: float
    low: float
    high: float
    unit: str | None
    how: str  #: realised or estimated
    rows: int  #: of the incident


@dataclass(frozen=True, slots=True)
class Blast:
    """How far it reaches: the share of rows, and what it costs where that is known."""

    share: float | None = None
    loss: Loss | None = None
    money: Cost | None = None
    since: str | None = None  #: ISO: the start of the first window that it touches


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is believed of an incident at a moment."""

    verdict: Verdict
    confidence: float
    headline: str
    suspects: tuple[Suspect, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)  #: by verdict, summing to 1
    blast: Blast = Blast()
    before: tuple[Mapping[str, str], ...] = ()  #: what changed just before: {"at": ISO, "text": …}
    weights: Mapping[str, float] = field(default_factory=dict)  #: of alarms by id: what each may cost, of 1
