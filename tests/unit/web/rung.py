"""Alarms and incidents that never were, of the models of `sample`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from bellbuoy.alarms.standard.limits import Place
from bellbuoy.app.bell import alarm_document, incident_document
from bellbuoy.app.feedback import Feedback, NotRungError
from bellbuoy.app.taught import lesson_document
from bellbuoy.app.views import Alarm, Belief, Blast, Event, Evidence, Incident, Lesson, OpenIncident, Suspect
from bellbuoy.incidents.values import Cost, Loss, Verdict
from bellbuoy.web.port import Document
from bellbuoy.windows import iso

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: What a mark has changed.
LESSON = Lesson(Place("null-rate", "wind_speed"), 1.4, 5, 3)
BROKE = datetime(2013, 12, 23, 5, 0, tzinfo=UTC)
NOW = datetime(2013, 12, 31, 6, 0, tzinfo=UTC)
LOSS: Loss = {
    "metric": "auc", "value": 0.021, "low": 0.01, "high": 0.03, "how": "estimated", "against": "before",
    "from": iso(BROKE), "rows": 900,
}  # fmt: skip
COST: Cost = {"value": 1_240.0, "low": 800.0, "high": 1_700.0, "unit": "EUR", "how": "estimated", "rows": 900}


def alarm(name: str = "nulls", column: str | None = "wind_speed", **changes: object) -> Alarm:
    """A firing alarm, two hours after the feed broke."""
    whole = Alarm(
        id=f"delays/{name}/{column or ''}/{iso(BROKE)}",
        model="delays",
        name=name,
        kind="input",
        state="firing",
        severity="critical",
        metric="null_rate",
        column=column,
        segment=None,
        version=None,
        pending_at=BROKE,
        fired_at=BROKE + HOUR,
        resolved_at=None,
        withdrawn_at=None,
        value=0.41,
        threshold=0.03,
        window=(BROKE, BROKE + HOUR),
        why=f"{column or 'the model'} is null in 41 % of rows, 0.2 % is usual",
        incident="delays/2013-12-23T06:00:00Z/1",
        facts={"usual": 0.002, "surprise": 14.2},
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def incident(**changes: object) -> Incident:
    """The broken feed."""
    whole = Incident(
        id="delays/2013-12-23T06:00:00Z/1",
        model="delays",
        opened_at=BROKE + HOUR,
        closed_at=None,
        state="open",
        severity="critical",
        verdict="pipeline",
        confidence=0.86,
        headline="The weather feed broke on 23 Dec: two inputs are null in 41 % of rows",
        owner="weather-team",
        suspects=(
            Suspect("wind_speed", owner="weather-team", why="null in 41 % of rows, 0.2 % is usual", score=0.62),
            Suspect("wind_gust", owner="weather-team", why="null in 41 % of rows, 0.3 % is usual", score=0.31),
            Suspect("score", segment={"origin": "JFK"}, version="v2", host="b-2", why="scores fell", score=0.07),
        ),
        evidence=(
            Evidence(Verdict.PIPELINE, 2.4, "two columns of one owner lost values in the same hour"),
            Evidence(Verdict.PIPELINE, 0.9, "the rest of the rows look as they did"),
            Evidence(Verdict.WORLD, -1.1, "a change of the world does not empty columns"),
            Evidence(Verdict.MODEL, -0.6, "no version came in the week before"),
            Evidence(Verdict.MODEL, 0.2, "the AUC is expected to fall by 0.02"),
        ),
        scores={"pipeline": 0.86, "model": 0.09, "world": 0.05},
        blast=Blast(0.41, LOSS, COST, iso(BROKE)),
        before=(Event(BROKE - 20 * HOUR, "version v2 made its first predictions", "before"),),
        beliefs=(Belief(BROKE + HOUR, "unclear", 0.4), Belief(BROKE + 2 * HOUR, "pipeline", 0.86)),
        alarms=(alarm(), alarm("nulls", "wind_gust"), alarm("score-shift", None, kind="output", metric="psi-like")),
        timeline=(
            Event(BROKE + HOUR, "opened by nulls of wind_speed", "opened"),
            Event(BROKE + 2 * HOUR, "the verdict is pipeline now", "verdict"),
            Event(BROKE + 9 * HOUR, "the feed is being mended", "note", "Ann"),
        ),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def over(number: int = 1, **changes: object) -> Incident:
    """An incident of a storm, weeks ago."""
    at = datetime(2013, 2, 8, 12, 0, tzinfo=UTC) + number * DAY
    whole = incident(
        id=f"delays/{iso(at)}/{number}",
        opened_at=at,
        closed_at=at + 3 * DAY,
        state="closed",
        severity="warning",
        verdict="world",
        headline=f"A storm: more delays than in any week before ({number})",
        mark="expected",
        alarms=(
            alarm("auc-fell", None, state="resolved", resolved_at=at + 3 * DAY, incident=f"delays/{iso(at)}/{number}"),
        ),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def in_short(one: Incident) -> OpenIncident:
    """An incident as a status has it."""
    return OpenIncident(one.id, one.headline, one.verdict, one.severity, one.opened_at)


LOOSE = alarm("volume-fell", None, kind="volume", severity="warning", incident=None, metric="rows", why="few rows")


@dataclass
class SampleBell:
    """A `Bell` of given incidents and alarms; it keeps what it was told."""

    rung: Sequence[Incident] = field(default_factory=lambda: [incident(), over()])
    loose: Sequence[Alarm] = (LOOSE,)
    said: list[tuple[str, Feedback]] = field(default_factory=list)

    def _known(self, model: str | None) -> None:
        if model not in {None, "delays", "fares"}:
            raise KeyError(model)

    def alarms(self, model: str | None = None, *, every: bool = False) -> list[Alarm]:
        self._known(model)
        found = [*(alarm for one in self.rung for alarm in one.alarms), *self.loose]
        found = [alarm for alarm in found if model in {None, alarm.model}]
        return [alarm for alarm in found if every or alarm.state in {"pending", "firing"}]

    def incidents(self, model: str | None = None, *, every: bool = False) -> list[Incident]:
        self._known(model)
        return [one for one in self.rung if model in {None, one.model} and (every or one.state == "open")]

    def incident(self, name: str) -> Incident:
        found = next((one for one in self.rung if one.id == name), None)
        if found is None:
            raise NotRungError(name)
        return found

    def alarms_json(self, model: str | None = None, *, every: bool = False) -> Document:
        found = self.alarms(model, every=every)
        told = [alarm_document(alarm) for alarm in found if alarm.fired_at is not None]
        return {
            "now": iso(NOW),
            "alarms": told,
            "pending": [alarm_document(a) for a in found if a.state == "pending"],
            "lessons": [lesson_document(LESSON)],
        }

    def incidents_json(self, model: str | None = None, name: str | None = None, *, every: bool = False) -> Document:
        found = [self.incident(name)] if name is not None else self.incidents(model, every=every)
        alarms = [alarm_document(alarm) for one in found for alarm in one.alarms]
        return {"now": iso(NOW), "incidents": [incident_document(one) for one in found], "alarms": alarms}

    def mark(self, name: str, feedback: Feedback) -> list[str]:
        if name not in {one.id for one in self.rung} | {one.id for one in self.alarms(every=True)}:
            raise NotRungError(name)
        self.said.append((name, feedback))
        return [LESSON.text]
