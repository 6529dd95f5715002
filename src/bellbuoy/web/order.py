"""Worst first: what decides where a model or a column stands on its page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bellbuoy.app.views import (
    ColumnStatus,
    Evidence,
    Firing,
    Incident,
    Light,
    LightState,
    ModelPage,
    ModelStatus,
    Part,
)

_SEVERITY = {"critical": 0, "warning": 1}


def lights(status: ModelStatus) -> tuple[tuple[str, Light], ...]:
    """The three lights with their names."""
    return ("model", status.model), ("pipeline", status.pipeline), ("world", status.world)


def reasons(status: ModelStatus) -> list[tuple[str, str]]:
    """Why lights are not green: the names of those with the same reason, and the reason, unless a headline is it."""
    told: dict[str, list[str]] = {}
    headlines = {status.headline, *(incident.headline for incident in status.incidents)}
    for name, light in lights(status):
        if light.state is not LightState.OK and light.why not in headlines:
            told.setdefault(light.why, []).append(name)
    return [(", ".join(names), why) for why, names in told.items()]


def worst(status: ModelStatus) -> LightState:
    """The state of the whole model: trouble if any light shows it, else unknown if any does."""
    states = {light.state for _, light in lights(status)}
    return next((s for s in (LightState.TROUBLE, LightState.UNKNOWN) if s in states), LightState.OK)


def in_trouble(status: ModelStatus) -> str:
    """Which lights show trouble, in words: `the model and the world`."""
    *others, last = (f"the {name}" for name, light in lights(status) if light.state is LightState.TROUBLE)
    return f"{', '.join(others)} and {last}" if others else last


def beyond(columns: Sequence[ColumnStatus]) -> str:
    """How many columns are called out: `2 beyond the usual`; where none could be, why not."""
    out = sum(column.trouble > 1 for column in columns)
    if not out and all(column.null_rate is None and column.drift is None for column in columns):
        return "nothing measured in this span"
    return f"{out or 'none'} beyond the usual"


def by_trouble(fleet: Iterable[ModelStatus]) -> list[ModelStatus]:
    """Models in trouble first (severest alarm, then most lights), then unknown ones, then the rest by name."""
    return sorted(fleet, key=_rank)


def _rank(status: ModelStatus) -> tuple[int, int, int, str]:
    states = [light.state for _, light in lights(status)]
    severity = min((_SEVERITY.get(f.severity, 2) for f in status.firing if f.state == "firing"), default=3)
    place = (LightState.TROUBLE, LightState.UNKNOWN, LightState.OK).index(worst(status))
    return place, severity, -states.count(LightState.TROUBLE), status.name.casefold()


def effect(page: ModelPage, part: Part) -> str:
    """What a part stands out by: it made the whole `worse` or `better`, `moved` it where neither is, or nothing."""
    if part.why is not None or not part.beyond:
        return ""
    if page.better not in {"higher", "lower"}:
        return "moved"
    return "better" if (part.beyond > 0) == (page.better == "higher") else "worse"


def divides(page: ModelPage) -> bool:
    """Whether a page says which parts of the rows its metric's change came from: only labels can tell."""
    return bool(page.parts) or (page.column is None and any(point.labelled is not None for point in page.points))


def columns(every: Iterable[ColumnStatus], role: str) -> list[ColumnStatus]:
    """Columns of one role, the most troubled first; equals as they come, as lights name them."""
    return sorted((column for column in every if column.role == role), key=lambda column: -column.trouble)


def reasons_for(incident: Incident) -> list[tuple[str, list[Evidence], list[Evidence]]]:
    """Each verdict that may be, the likeliest first, with what speaks for it and what against it, by their weight."""
    named = {one.verdict: 0.0 for one in incident.evidence if one.verdict != "unclear"} | dict(incident.scores)
    found = []
    for verdict in sorted(named, key=lambda one: -named[one]):
        about = sorted((one for one in incident.evidence if one.verdict == verdict), key=lambda one: -abs(one.weight))
        found.append((verdict, [one for one in about if one.weight >= 0], [one for one in about if one.weight < 0]))
    return found


def apart(status: ModelStatus) -> list[Firing]:
    """Alarms that are pending or firing and that no open incident tells of."""
    told = {incident.id for incident in status.incidents}
    return [alarm for alarm in status.firing if alarm.incident not in told]
