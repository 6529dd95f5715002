"""Worst first: what decides where a model or a column stands on its page."""

from __future__ import annotations

from collections.abc import Iterable

from bellbuoy.app.views import ColumnStatus, Light, LightState, ModelStatus

_SEVERITY = {"critical": 0, "warning": 1}


def lights(status: ModelStatus) -> tuple[tuple[str, Light], ...]:
    """The three lights with their names."""
    return ("model", status.model), ("pipeline", status.pipeline), ("world", status.world)


def reasons(status: ModelStatus) -> list[tuple[str, str]]:
    """Why lights are not green: the names of those with the same reason, and the reason, unless the headline is it."""
    told: dict[str, list[str]] = {}
    for name, light in lights(status):
        if light.state is not LightState.OK and light.why != status.headline:
            told.setdefault(light.why, []).append(name)
    return [(", ".join(names), why) for why, names in told.items()]


def worst(status: ModelStatus) -> LightState:
    """The state of the whole model: trouble if any light shows it, else unknown if any does."""
    states = {light.state for _, light in lights(status)}
    return next((s for s in (LightState.TROUBLE, LightState.UNKNOWN) if s in states), LightState.OK)


def by_trouble(fleet: Iterable[ModelStatus]) -> list[ModelStatus]:
    """Models in trouble first (severest alarm, then most lights), then unknown ones, then the rest by name."""
    return sorted(fleet, key=_rank)


def _rank(status: ModelStatus) -> tuple[int, int, int, str]:
    states = [light.state for _, light in lights(status)]
    severity = min((_SEVERITY.get(f.severity, 2) for f in status.firing if f.state == "firing"), default=3)
    place = (LightState.TROUBLE, LightState.UNKNOWN, LightState.OK).index(worst(status))
    return place, severity, -states.count(LightState.TROUBLE), status.name.casefold()


def columns(every: Iterable[ColumnStatus], role: str) -> list[ColumnStatus]:
    """Columns of one role, the most troubled first."""
    return sorted((c for c in every if c.role == role), key=lambda c: (-c.trouble, c.name.casefold()))
