"""The first rows of a source, as the plain arrays that guesses and checks are made from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from bellbuoy.config.sample import Numbers, Sample, Texts, Times, Values
from bellbuoy.sources import port
from bellbuoy.sources.port import KeyType, Kind, Note, Source, Want

#: So many rows are enough to guess from.
ENOUGH = 200_000
_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?")


@dataclass(frozen=True, slots=True)
class Looked:
    """The first rows, and what was odd about them."""

    sample: Sample
    notes: tuple[Note, ...]


def take_sample(source: Source, now: datetime, most: int = ENOUGH) -> Sample:
    """The first `most` rows with all columns.

    Texts that are all ISO moments come as moments, and whole numbers too large for a double as texts, so that ids of 64
    bits stay apart.

    Raises:
        SourceError: nothing can be read at all.
    """
    return look_at(source, now, most).sample


def look_at(source: Source, now: datetime, most: int = ENOUGH) -> Looked:
    """As `take_sample`, with what was odd; of a sample that is not whole nothing odd is known.

    Raises:
        SourceError: nothing can be read at all.
    """
    sample, notes = _pulled(source, source.columns(), now, most)
    better: dict[str, Kind] = {}
    for name, column in sample.columns.items():
        if isinstance(column, Texts) and _all_moments(column):
            better[name] = Kind.MOMENT
        elif isinstance(column, Numbers) and _too_large(column) and source.key_type(name) is KeyType.WHOLE:
            better[name] = Kind.CATEGORY
    if better:
        again, _ = _pulled(source, better, now, sample.rows)
        sample = replace(sample, columns={**sample.columns, **again.columns})
    return Looked(sample, tuple(notes))


def _pulled(source: Source, kinds: Mapping[str, Kind], now: datetime, most: int) -> tuple[Sample, Sequence[Note]]:
    parts: dict[str, list[port.Column]] = {name: [] for name in kinds}
    rows = 0
    pull = source.pull(Want(kinds), {}, now)
    for batch in pull:
        for name in kinds:
            parts[name].append(batch.columns[name])
        rows += batch.count
        if rows >= most:
            break
    pull.close()
    columns = {name: _column(parts[name], kind, most) for name, kind in kinds.items()}
    return Sample(min(rows, most), columns, whole=rows < most), pull.notes


def _column(parts: Sequence[port.Column], kind: Kind, most: int) -> Values:
    if kind is Kind.CATEGORY:
        return _texts([part for part in parts if isinstance(part, port.Categories)], most)
    if kind is Kind.MOMENT:
        micro = [_nulled(part.micro, part.null) for part in parts if isinstance(part, port.Moments)]
        return Times(np.concatenate([*micro, np.empty(0, "datetime64[us]")])[:most])
    floats = [_blanked(part.values, part.null) for part in parts if isinstance(part, port.Numbers)]
    return Numbers(np.concatenate([*floats, np.empty(0)])[:most])


def _nulled(micro: NDArray[np.int64], null: NDArray[np.bool_] | None) -> NDArray[np.datetime64]:
    moments = micro.astype("datetime64[us]")
    return moments if null is None else np.where(null, np.datetime64("NaT", "us"), moments)


def _blanked(values: NDArray[np.float64], null: NDArray[np.bool_] | None) -> NDArray[np.float64]:
    return values if null is None else np.where(null, np.nan, values)


def _texts(parts: Sequence[port.Categories], most: int) -> Texts:
    """One list of names over all parts, each name once."""
    known: dict[str, int] = {}
    codes = [np.empty(0, np.int32)]
    for part in parts:
        places = [known.setdefault(name, len(known)) for name in part.names]
        codes.append(np.array([*places, -1], np.int32)[part.codes])
    return Texts(np.concatenate(codes)[:most], tuple(known))


def _all_moments(column: Texts) -> bool:
    return bool(column.names) and all(_ISO.fullmatch(name) for name in column.names[:100])


def _too_large(column: Numbers) -> bool:
    finite = column.values[np.isfinite(column.values)]
    return bool((np.abs(finite) >= 2**53).any())
