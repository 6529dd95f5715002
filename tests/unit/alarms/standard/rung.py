"""Alarms of the standard pack as the state keeps them, with what was said of them."""

from __future__ import annotations

from typing import Any

from bellbuoy.alarms.standard.marked import BEGAN, PEAK
from bellbuoy.store.port import AlarmRow
from bellbuoy.windows import MICRO


def rang(name: str = "misfit", column: str | None = "so2", peak: float | None = 1.5, **changes: Any) -> AlarmRow:
    """An alarm that began just beyond its limit, and lay so many times its monitor's own limit out at its strongest."""
    number = changes.pop("number", 0)
    began = changes.pop("began", 1.2 if peak is None else min(peak, 1.2))
    facts = {"pack": "lasting", BEGAN: began, PEAK: peak}
    at = number * 86_400 * MICRO
    whole: dict[str, Any] = {
        "id": f"m/{name}/{column}/{number}",
        "name": name,
        "state": "resolved",
        "since": at,
        "pending_at": at,
        "fired_at": at,
        "column": column,
        "facts": facts,
    }
    return AlarmRow(**(whole | changes))


def without_limit(name: str = "older-version", **changes: Any) -> AlarmRow:
    """One of the pack that rings without a limit."""
    return rang(name, None, facts={"pack": "once"}, **changes)


def of_a_rule(**changes: Any) -> AlarmRow:
    """One of a rule of the user's own."""
    return rang(**({"name": "own", "facts": {"when": "null_rate(so2) > 0.2"}} | changes))
