"""The files that can be read, as DuckDB is asked for them: one FROM clause a format."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import PurePosixPath

from bellbuoy.sources.casts import NOTHING, ident, select, text


class Format(StrEnum):
    """How a file holds its rows."""

    PARQUET = "parquet"
    CSV = "csv"
    LINES = "lines"  #: one JSON object a line

    @property
    def loose(self) -> bool:
        """Whether values are texts whose type is a guess."""
        return self is not Format.PARQUET


_SUFFIXES = {
    ".parquet": Format.PARQUET,
    ".pq": Format.PARQUET,
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".ndjson": Format.LINES,
    ".jsonl": Format.LINES,
    ".json": Format.LINES,
}
_PACKED = (".gz", ".zst")


def format_of(name: str) -> Format | None:
    """The format that a file's name says, packed or not; None for a name that says nothing."""
    path = PurePosixPath(name.lower())
    return _SUFFIXES.get(PurePosixPath(path.stem).suffix if path.suffix in _PACKED else path.suffix)


@dataclass(frozen=True, slots=True)
class Shape:
    """A file ready to be read: where it is, its format, and its columns with their DuckDB types.

    Of a CSV file only the names are sure, and of JSON lines not even those: a key may come late in the file.
    """

    address: str
    format: Format
    types: Mapping[str, str]
    #: Columns that are not in the file under their own name, as SQL: a partition's value, another name, a null.
    views: Mapping[str, str] = field(default_factory=dict)

    def has(self, column: str) -> bool:
        """Whether the column can be asked for."""
        return self.format is Format.LINES or column in self.types

    def type_of(self, column: str) -> str:
        """The DuckDB type that the column is read with."""
        return "VARCHAR" if self.format.loose else self.types[column]

    def column(self, name: str) -> str:
        """The column as SQL names it."""
        if name in self.views:
            return self.views[name]
        return f"line.{ident(name)}" if self.format is Format.LINES else ident(name)

    def table(self, columns: Iterable[str]) -> str:
        """The FROM clause through which those columns can be asked for; lines also have `broken`, true for no JSON."""
        match self.format:
            case Format.PARQUET:
                # Without can_have_nan DuckDB 2.0.0 loses every NaN of files that others wrote (its issue 25521).
                return f"read_parquet({text(self.address)}, can_have_nan=true)"
            case Format.CSV:
                return csv(self.address, "all_varchar=true")
            case Format.LINES:
                keys = json.dumps(dict.fromkeys(columns, "VARCHAR"), ensure_ascii=False)
                # No key at all is no structure to DuckDB.
                line = "NULL" if keys == "{}" else f"json_transform(json, {text(keys)})"
                parsed = [f"{line} AS line", f"{BROKEN} AS broken"]
                return f"({select(parsed, lines(self.address))})"


#: A line that is no JSON object.
BROKEN = "coalesce(NOT starts_with(ltrim(CAST(json AS VARCHAR)), '{'), true)"


def csv(address: str, option: str) -> str:
    """A CSV file with names in its first line; lines that do not fit are kept aside and counted."""
    return f"read_csv({text(address)}, header=true, store_rejects=true, {option})"


def guessed_csv(address: str) -> str:
    """A CSV file with types guessed from its first lines."""
    return csv(address, f"nullstr=[{', '.join(text(word) for word in NOTHING)}]")


def lines(address: str) -> str:
    """JSON objects, one a line or in one array, as they are."""
    return f"read_json_objects({text(address)}, format='auto', ignore_errors=true)"
