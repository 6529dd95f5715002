"""What was odd in a pull, counted over files and told once each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from bellbuoy.sources.port import Note

_SAID = {
    "odd-number": "{n} values of {column} are no numbers and count as null",
    "odd-moment": "{n} values of {column} are no times and count as null",
    "odd-id": "{n} ids in {column} are no whole numbers of 64 bits and have no key",
    "no-zone": "times of {column} carry no zone and are read as UTC",
    "no-cursor": "{n} rows have no {column} and count as visible with their file",
    "no-column": "column {column} is not in {file}",
    "new-column": "column {column} of {file} was in none before",
    "odd-line": "{n} lines of {file} cannot be read and were left out",
}


@dataclass(slots=True)
class _Told:
    rows: int = 0
    files: list[str] = field(default_factory=list)


class Oddities:
    """Collects what is odd; the same thing in many files becomes one note that names the first."""

    def __init__(self) -> None:
        self._counted: dict[tuple[str, str], _Told] = {}
        self._said: list[Note] = []

    def say(self, code: str, where: str, message: str) -> None:
        """Add a note as it is."""
        self._said.append(Note(code, where, message))

    def count(self, code: str, column: str, rows: int, file: str) -> None:
        """Count odd rows of a column (or of the whole file: no column); none is nothing."""
        if rows:
            told = self._counted.setdefault((code, column), _Told())
            told.rows += rows
            if file not in told.files:
                told.files.append(file)

    def of_file(self, file: str, told: Mapping[tuple[str, str], int], missing: Iterable[str]) -> None:
        """Add what reading one file brought to light."""
        for (code, column), rows in told.items():
            self.count(code, column, rows, file)
        for column in sorted(missing):
            self.count("no-column", column, 1, file)

    def columns(self, file: str, there: Iterable[str], known: Collection[str]) -> set[str]:
        """Add columns that came with a file, and give all that are known then; where none were, none is told."""
        there = set(there)
        for column in sorted(there.difference(known)) if known else ():
            self.count("new-column", column, 1, file)
        return there.union(known)

    def notes(self) -> list[Note]:
        """Everything, in the order in which it was first seen."""
        counted = [_note(code, column, told) for (code, column), told in self._counted.items()]
        return [*self._said, *counted]


def _note(code: str, column: str, told: _Told) -> Note:
    more = f" and {len(told.files) - 1} more" if len(told.files) > 1 else ""
    file = f"{told.files[0]}{more}" if told.files else ""
    message = _SAID[code].format(n=told.rows, column=column, file=file)
    return Note(
        code, column or told.files[0], message if "{file}" in _SAID[code] or not file else f"{message} ({file})"
    )
