"""Settings that are small languages of their own: false-alarm budgets and cron schedules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from bellbuoy.errors import ConfigError
from bellbuoy.windows import format_duration, parse_duration

BUDGET = r"^\s*(\d+(?:\.\d+)?)\s+false\s+alarms?\s+per\s+(\S.*?)\s*$"
_CRON_WORDS = frozenset({"@hourly", "@daily", "@weekly", "@monthly", "@yearly"})
_CRON_PART = re.compile(r"(?:\*|(\d+)(?:-(\d+))?)(?:/[1-9]\d*)?")
_CRON_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_CRON_NAMES = {
    "month": {name: str(place) for place, name in enumerate(_MONTHS, 1)},
    "weekday": {name: str(place) for place, name in enumerate(_WEEKDAYS)},
}


@dataclass(frozen=True, slots=True)
class Budget:
    """How many false alarms are accepted in which span of quiet time."""

    alarms: float
    per: timedelta

    def __str__(self) -> str:
        """As it is written in a file."""
        return f"{self.alarms:g} false alarm{'' if self.alarms == 1 else 's'} per {format_duration(self.per)}"


def read_budget(text: str) -> Budget:
    """The budget that a text such as `1 false alarm per 30d` says.

    Raises:
        ConfigError: it says none.
    """
    match = re.fullmatch(BUDGET, text)
    if match is None:
        raise ConfigError(f"{text!r} is not a budget", hint="write it as 1 false alarm per 30d")
    span = parse_duration(match[2])
    if not span:
        raise ConfigError(f"{text!r} has no time to keep to", hint="write it as 1 false alarm per 30d")
    return Budget(float(match[1]), span)


def read_schedule(text: str) -> str:
    """The cron expression itself, when it is one: five fields, or @hourly, @daily, @weekly, @monthly, @yearly.

    Raises:
        ConfigError: it is none.
    """
    if text in _CRON_WORDS:
        return text
    fields = text.split()
    if len(fields) != len(_CRON_FIELDS):
        hint = 'write minute, hour, day, month and weekday: "0 3 * * *" is every night at three'
        raise ConfigError(f"{text!r} is not a schedule", hint=hint)
    for field, (name, low, high) in zip(fields, _CRON_FIELDS, strict=True):
        if not all(_within(part, _CRON_NAMES.get(name, {}), low, high) for part in field.lower().split(",")):
            raise ConfigError(f"{field!r} is no {name}", hint=f"write *, or numbers from {low} to {high}")
    return text


def _within(part: str, names: dict[str, str], low: int, high: int) -> bool:
    match = _CRON_PART.fullmatch(re.sub(r"[a-z]+", lambda word: names.get(word[0], word[0]), part))
    if match is None:
        return False
    ends = [int(end) for end in match.groups() if end is not None]
    return all(low <= end <= high for end in ends) and ends == sorted(ends)
