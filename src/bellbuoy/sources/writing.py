"""Columns become a Parquet file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bellbuoy.sources.casts import ident, text
from bellbuoy.sources.duck import Reader
from bellbuoy.sources.port import Categories, Column, Moments, Numbers

Array = NDArray[Any]


def write_parquet(path: Path, columns: Mapping[str, Column | NDArray[np.int64]]) -> None:
    """Write columns of one length, in their order; whole numbers stay whole, moments are UTC, categories are texts.

    The file is there as a whole or not at all, in the place of one that was there before.

    Raises:
        SourceError: the file cannot be written.
    """
    arrays: dict[str, Array] = {}
    terms = [f"{_term(f'c{at}', column, arrays)} AS {ident(name)}" for at, (name, column) in enumerate(columns.items())]
    unfinished = path.with_name(f".{path.name}.tmp")
    with Reader() as reader:
        reader.write(terms, arrays, str(unfinished), path.name)
    unfinished.replace(path)


def _term(name: str, column: Column | Array, arrays: dict[str, Array]) -> str:
    """The column as SQL makes it from arrays, which are put beside the others."""
    match column:
        case Categories():
            # A null has code −1, and the element 0 of a list is null.
            arrays[name] = column.codes + 1
            return f"list_extract(CAST([{', '.join(map(text, column.names))}] AS VARCHAR[]), {name})"
        case Numbers():
            arrays[name] = column.values
            return _unless(name, _with_nans(name, column.values, arrays), column.null, arrays)
        case Moments():
            arrays[name] = column.micro
            return _unless(name, f"make_timestamptz({name})", column.null, arrays)
    arrays[name] = column
    return name


def _with_nans(name: str, values: NDArray[np.float64], arrays: dict[str, Array]) -> str:
    """DuckDB takes NaN in an array for null, and they are not the same."""
    nan = np.isnan(values)
    if not nan.any():
        return name
    arrays[f"{name}_nan"] = nan
    return f"CASE WHEN {name}_nan THEN CAST('NaN' AS DOUBLE) ELSE {name} END"


def _unless(name: str, value: str, null: NDArray[np.bool_] | None, arrays: dict[str, Array]) -> str:
    if null is None:
        return value
    arrays[f"{name}_null"] = null
    return f"CASE WHEN NOT {name}_null THEN {value} END"
