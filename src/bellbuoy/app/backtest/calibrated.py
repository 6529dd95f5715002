"""What the calibrated set would have cost on the reference set, against the budget, and what was done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bellbuoy.alarms.standard.calibrate import Rehearsal, strictness
from bellbuoy.alarms.standard.notebook import Notebook
from bellbuoy.alarms.standard.step import rehearsed
from bellbuoy.alarms.standard.windows import Reader
from bellbuoy.app.ringing import followed
from bellbuoy.config.kinds import Pack
from bellbuoy.config.spec import Model
from bellbuoy.config.texts import Budget
from bellbuoy.profiles.series import REFERENCE, Counts
from bellbuoy.windows import to_seconds


@dataclass(frozen=True, slots=True)
class Calibrated:
    """How the standard pack did on a reference set, with its monitors' own limits and with those that it got."""

    rehearsal: Rehearsal
    budget: Budget
    factors: Mapping[str, float]  #: by how many times limits were raised, by monitor
    has_reference: bool = True  #: whether there is a reference set at all

    @property
    def alarms(self) -> int:
        """How many alarms there would have been with the monitors' own limits."""
        return len(self.rehearsal.episodes)

    @property
    def left(self) -> int:
        """How many there would have been with the limits that they got."""
        return len(self.rehearsal.rung(self.factors))

    @property
    def text(self) -> str:
        """All that in sentences."""
        days = self.rehearsal.days
        if not self.has_reference:
            return "There is no reference set to rehearse on: limits stand as the monitors have them."
        if not days:
            return "The reference set is too short to rehearse on: limits stand as the monitors have them."
        would = "no alarm" if not self.alarms else "1 alarm" if self.alarms == 1 else f"{self.alarms} alarms"
        allowed = f"{self.rehearsal.allowed(self.budget):.2g} are the budget of {self.budget}"
        first = f"On the second half of the reference set it would have rung {would} in {days:.0f} days; {allowed}."
        return f"{first} {self._done}"

    @property
    def _done(self) -> str:
        if not self.factors:
            over = self.alarms > self.rehearsal.allowed(self.budget)
            return f"{'That may be chance: no' if over else 'No'} limit is raised."
        raised = ", ".join(f"{name} {factor:.2g} times" for name, factor in self.factors.items())
        return f"Raised to keep to it: {raised}; {self.left or 'none'} would be left."


def calibrated(
    counts: Counts, model: Model, mature: timedelta | None, now: datetime, book: Notebook
) -> Calibrated | None:
    """The rehearsal of a model's pack, which a cycle may have noted down already; None where it goes without one."""
    if model.alarms.pack is not Pack.STANDARD:
        return None
    budget = model.alarms.budget
    mark = str(counts.shelf.model(model.name).marks.get(REFERENCE))
    reader = Reader(counts, replace(followed(model, mature), mark=mark), to_seconds(now), book)
    found = rehearsed(reader)
    return Calibrated(found, budget, strictness(found, budget), bool(counts.reference_rows()))


def calibrated_document(found: Calibrated) -> dict[str, object]:
    """It as JSON has it."""
    many, left = found.rehearsal.by_monitor(), found.rehearsal.by_monitor(found.factors)
    return {
        "days": round(found.rehearsal.days, 3),
        "alarms": found.alarms,
        "left": found.left,
        "budget": str(found.budget),
        "allowed": round(found.rehearsal.allowed(found.budget), 3),
        "monitors": [
            {
                "monitor": name,
                "alarms": rang,
                "left": left.get(name, 0),
                "factor": round(found.factors.get(name, 1.0), 3),
            }
            for name, rang in many.items()
        ],
        "text": found.text,
    }
