"""The shape of what the HTTP API answers (DESIGN §4), for its OpenAPI document and for whoever tests against it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

State = Literal["ok", "trouble", "unknown"]
Severity = Literal["critical", "warning", "info"]
Verdict = Literal["model", "pipeline", "world", "unclear"]
MarkWord = Literal["real", "false", "expected"]


class Shape(BaseModel):
    """A JSON object with exactly these keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ReadingShape(Shape):
    """One metric of one window; `value` is null where nothing was measured, and `why` says why."""

    start: datetime = Field(description="Start of the window")
    end: datetime = Field(description="Its end, which is the start of the next")
    segment: dict[str, str] | None = Field(
        description="The part of the rows that it is of, by column; null: all of them"
    )
    version: str | None = Field(description="The model version that it is of; null: all of them")
    value: float | None = Field(description="Null where nothing was measured")
    low: float | None = Field(description="Lower end of the 95 % interval")
    high: float | None = Field(description="Upper end of the 95 % interval")
    rows: int = Field(description="Predictions in the window, repeated ids aside")
    labelled: int | None = Field(description="Of them, those that have their label; null where labels do not matter")
    coverage: float | None = Field(description="Share of the rows whose label has arrived")
    maturity: Literal["provisional", "mature", "final"] | None = Field(
        description="Whether the labels that ever come have come; null while nothing is known of delays"
    )
    expected_coverage: float | None = Field(description="Share of the rows whose label will have come in the end")
    bound: float | None = Field(
        description="How far the value can be from that of the rows, which were counted in buckets"
    )
    estimate: bool = Field(description="True for a label-free estimate")
    why: str | None = Field(description="Why nothing was measured")


class TrackShape(Shape):
    """How near estimates came, once their labels had come."""

    windows: int = Field(description="How many could be compared")
    share: float = Field(description="In this share of them")
    within: float = Field(description="the estimate was so near to the truth, in the metric's own unit")
    covered: float = Field(description="In this share of them its interval held the truth")


class ReadingsShape(Shape):
    """The readings of one metric over time."""

    model: str
    metric: str = Field(description="Its canonical name")
    column: str | None = Field(description="The column that the metric is of; null for metrics of the model")
    grain: str = Field(description="Width of a window")
    as_of: datetime = Field(description="The moment whose knowledge this is")
    unit: str | None = Field(None, description="Of the values, where they have one, such as EUR")
    age: str | None = Field(None, description="Only where an age is asked for: the one that windows are cut at")
    readings: list[ReadingShape] = Field(description="By time, oldest first; an estimate behind what was measured")
    track: TrackShape | None = Field(
        None, description="Only where estimates are asked for; null while too few could be compared"
    )


class UsualShape(Shape):
    """A metric as it usually is, which has no window of its own."""

    value: float | None = Field(description="Null where nothing was measured")
    low: float | None = Field(description="Lower end of the 95 % interval")
    high: float | None = Field(description="Upper end of the 95 % interval")
    labelled: int | None = Field(description="Labelled rows that it was measured of")
    why: str | None = Field(description="Why nothing was measured")


class PartShape(Shape):
    """A segment's value or a version over the stretch, against what is usual for it; in the metric's own unit."""

    by: str = Field(description="The segment's column, or version")
    value: str = Field(description="Which of its values")
    now: ReadingShape = Field(description="The metric of this part over the stretch")
    usual: UsualShape | None = Field(description="The metric of this part usually; null: nothing to compare with")
    share: float = Field(description="Share of the stretch's labelled rows")
    contribution: float | None = Field(description="By how much higher the whole reads because these rows changed")
    proven: float = Field(description="The contribution as far as it is more than chance; 0 where it may be chance")
    beyond: float = Field(description="What of that is more than the part's share of the whole's change")
    mix: float | None = Field(description="By how much higher the whole reads because the part's share of rows changed")
    why: str | None = Field(description="Why it is not judged")


class PartsShape(Shape):
    """A metric's change over a stretch of time, and where it came from."""

    model: str
    metric: str = Field(description="Its canonical name")
    as_of: datetime = Field(description="The moment whose knowledge this is")
    now: ReadingShape | None = Field(description="The metric of all rows; null while no window can be judged")
    usual: UsualShape | None = Field(description="As it usually is; null: nothing to compare with")
    change: float | None = Field(description="By how much higher it reads now than usually")
    parts: list[PartShape] = Field(description="Worst first; those that are not judged last")


class AlarmShape(Shape):
    """One firing of one rule on one series."""

    id: str = Field(description="Of this firing")
    model: str
    name: str = Field(description="Of the rule")
    kind: Literal["performance", "estimate", "input", "output", "volume", "freshness", "label", "custom"]
    metric: str = Field(description="What is judged")
    column: str | None = Field(description="The column that it is of; null: the model, or all rows")
    segment: dict[str, str] | None = Field(description="The part of the rows that it is of; null: all of them")
    version: str | None = Field(description="The model version that it is of; null: all of them")
    severity: Severity
    state: Literal["pending", "firing", "resolved"]
    pending_at: datetime = Field(description="When the breach began")
    fired_at: datetime | None = Field(description="When it had lasted long enough; null while it is pending")
    resolved_at: datetime | None = Field(description="When it was over")
    withdrawn_at: datetime | None = Field(description="When labels that had come meanwhile took it back")
    value: float | None = Field(description="What was judged last")
    threshold: float | None = Field(description="What it was judged by")
    window: list[datetime] | None = Field(description="Start and end of what was judged last")
    why: str = Field(description="What is wrong, in words")
    incident: str | None = Field(description="Id of the incident that it belongs to")
    mark: MarkWord | None = Field(description="What people say that it, or its incident, was")
    weight: float = Field(description="How much of what the model does it may spoil, up to 1: alarms are ranked by it")
    facts: dict[str, Any] = Field(description="How it was judged: what is usual, how surprising this is")


class LessonShape(Shape):
    """What marks have changed about the limit of one series of the standard pack."""

    monitor: str = Field(description="Name of the alarm")
    column: str | None
    segment: dict[str, str] | None
    factor: float = Field(description="By how many times its limit is raised")
    alarms: int = Field(description="How many it had so far")
    silent: int = Field(description="How many of them would not have rung with that limit")
    text: str = Field(description="All that in words")


class AlarmsShape(Shape):
    """Alarms that are pending or firing, or every one."""

    now: datetime = Field(description="The moment that this is of")
    alarms: list[AlarmShape] = Field(description="Those that fired, first those that fire and may cost most")
    pending: list[AlarmShape] = Field(description="Those that will fire if the breach lasts")
    lessons: list[LessonShape] = Field(description="What marks have changed about limits")


class SuspectShape(Shape):
    """What an incident may come from."""

    column: str | None
    version: str | None
    segment: dict[str, str] | None
    host: str | None
    owner: str | None = Field(description="Whose it is")
    why: str = Field(description="What speaks for it")
    score: float | None = Field(description="How much does, against the other suspects")


class EvidenceShape(Shape):
    """Something that speaks for a verdict or, where its weight is below 0, against it."""

    verdict: Verdict
    weight: float
    why: str


class LossShape(Shape):
    """What an incident does to the model's key metric."""

    metric: str
    value: float = Field(description="By how much it reads worse than it did; below 0: better")
    low: float = Field(description="Lower end of the 95 % interval")
    high: float = Field(description="Upper end of the 95 % interval")
    how: Literal["realised", "estimated"] = Field(description="Whether labels say so, or an estimate without them")
    against: Literal["before", "baseline"] = Field(
        description="What it is told against: the weeks before the incident, or the baseline where there are too few"
    )
    start: datetime = Field(alias="from", description="Start of the first window that was measured")
    rows: int = Field(description="Rows that it was measured on")


class MoneyShape(Shape):
    """What an incident has cost so far: what rows are worth less than usual, times the rows since it began."""

    value: float = Field(description="Below 0: it has gained")
    low: float = Field(description="Lower end of the 95 % interval")
    high: float = Field(description="Upper end of the 95 % interval")
    unit: str | None
    how: Literal["realised", "estimated"] = Field(description="Whether labels say so, or an estimate without them")
    rows: int = Field(description="Rows since it began")


class BlastShape(Shape):
    """How far an incident reaches; null where that is not known."""

    share: float | None = Field(description="Share of the rows that it concerns at least")
    loss: LossShape | None
    money: MoneyShape | None
    since: datetime | None = Field(description="Start of the first window that it touches")


class EventShape(Shape):
    """Something that happened."""

    at: datetime
    kind: str
    text: str
    who: str | None = Field(description="Who did it; null: Bellbuoy")


class BeliefShape(Shape):
    """What the verdict was from a moment on."""

    at: datetime
    verdict: Verdict
    confidence: float


class IncidentShape(Shape):
    """Alarms of one cause, with a verdict."""

    id: str
    model: str
    opened_at: datetime
    closed_at: datetime | None
    state: Literal["open", "closed"]
    severity: Severity
    verdict: Verdict = Field(description="Whether it is the model, the data pipeline or the world")
    confidence: float = Field(description="How sure the verdict is, up to 1")
    headline: str = Field(description="What is wrong, in plain words")
    owner: str | None = Field(description="Whose it is")
    mark: MarkWord | None = Field(description="What people say that it was")
    suspects: list[SuspectShape] = Field(description="The likeliest first")
    alarms: list[str] = Field(description="Ids of its alarms, first those that fire and may cost most")
    evidence: list[EvidenceShape] = Field(description="What speaks for each verdict, and against it")
    scores: dict[str, float] = Field(description="How likely each verdict is")
    blast: BlastShape
    before: list[EventShape] = Field(description="What changed just before")
    verdicts: list[BeliefShape] = Field(description="What the verdict was, and when it was revised")
    timeline: list[EventShape] = Field(description="Of one incident that is asked for by its id; else empty")
    lessons: list[LessonShape] = Field(description="What marks have changed about the limits of its alarms")


class IncidentsShape(Shape):
    """Incidents and their alarms."""

    now: datetime = Field(description="The moment that this is of")
    incidents: list[IncidentShape] = Field(description="In the order in which they were opened")
    alarms: list[AlarmShape] = Field(description="The alarms of these incidents")


class MarkShape(Shape):
    """What somebody says that an alarm or an incident was."""

    mark: MarkWord
    note: str = Field("", description="Why, for those who read it later")
    by: str | None = Field(None, description="Who says so")


class MarkedShape(MarkShape):
    """What was said, and what it changes."""

    lessons: list[str] = Field(description="What it changes from the next cycle on, in sentences")


class FiringShape(Shape):
    """An alarm that is pending or firing."""

    name: str = Field(description="Of the rule")
    severity: str = Field(description="critical, warning or info")
    since: datetime = Field(description="When it came into this state")
    state: str = Field(description="pending or firing")
    summary: str = Field(description="What is wrong, in words")
    kind: str = Field("custom", description="What is watched: performance, input, label … or a rule of your own")
    incident: str | None = Field(None, description="Id of the incident that it belongs to")


class ModelShape(Shape):
    """One model with its three lights."""

    name: str
    model: State = Field(description="Whether it performs as on the baseline")
    pipeline: State = Field(description="Whether rows come in time, whole and once")
    world: State = Field(description="Whether inputs and outputs look as on the baseline")
    why: dict[str, str] = Field(description="The reason for each light")
    headline: str | None = Field(description="The worst of them in a sentence; null when all is well")
    readings: dict[str, ReadingShape] = Field(description="The newest reading of each key metric, by its name")
    freshness_seconds: float | None = Field(description="Age of the newest row; null where there is none")
    firing: list[FiringShape | str] = Field(description="Alarms that are pending or firing")
    incidents: list[str] = Field(description="Ids of open incidents, the worst first")
    champion: str | None = Field(description="The version that serves")
    next_build_at: datetime | None = Field(description="When it is built anew; null where nothing is planned")


class StatusShape(Shape):
    """All models at a glance."""

    now: datetime = Field(description="The moment that this is of")
    models: list[ModelShape]


class FaultShape(Shape):
    """What went wrong, where, and what to do."""

    error: str = Field(description="What is wrong")
    where: str = Field(description="In which setting, parameter or row; empty where that says nothing")
    hint: str = Field(description="What to do about it; may be empty")
