"""What a team writes down about its model's life, in `notes/marks.toml`, to see it on every chart."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path

from bellbuoy.app.views import Mark
from bellbuoy.errors import ConfigError
from bellbuoy.windows import parse_time

MARKS = Path("notes") / "marks.toml"


def read_marks(folder: Path) -> Iterator[Mark]:
    """The marks of a project, those that can be understood; none where there is no file.

    Each is a `[[mark]]` with `at`, `text`, and perhaps `until` and `kind` (note, planted, version, …).
    """
    try:
        data = tomllib.loads((folder / MARKS).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return
    marks = data.get("mark")
    for mark in marks if isinstance(marks, list) else ():
        if isinstance(mark, Mapping) and (at := _moment(mark.get("at"))) is not None:
            yield Mark(at, str(mark.get("text", "")), str(mark.get("kind", "note")), _moment(mark.get("until")))


def marks_changed(folder: Path) -> int:
    """When the marks of a project were written last (nanoseconds); 0 where there are none."""
    try:
        return (folder / MARKS).stat().st_mtime_ns
    except OSError:
        return 0


def _moment(value: object) -> datetime | None:
    try:
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        if isinstance(value, date):
            return datetime.combine(value, time(), UTC)
        return parse_time(value) if isinstance(value, str) else None
    except (ConfigError, OverflowError):  # the latter in the years 1 and 9999, where zones lead out of the calendar
        return None
