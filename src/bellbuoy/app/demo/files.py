"""The demo's project, written as a team would have it: data files, settings with owners, and notes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bellbuoy.app.demo.flights import NEVER, Ints
from bellbuoy.app.demo.incidents import marks_text, notes_text
from bellbuoy.app.demo.settings import MODEL, model_text, project_text
from bellbuoy.app.demo.year import Log, Year, taken
from bellbuoy.config.read import MODELS_FOLDER, PROJECT_FILE
from bellbuoy.config.sample import Numbers, Texts
from bellbuoy.sources import port
from bellbuoy.sources.writing import write_parquet

Columns = Mapping[str, port.Column | NDArray[np.int64]]


def write_project(folder: Path, year: Year) -> int:
    """Write the whole project into a folder; what was there under the same names is replaced. Gives the files made."""
    data = folder / "data"
    files = [
        _write(data / "reference.parquet", {**predictions(year.reference, year.threshold), **_truth(year.reference)})
    ]
    for name, month in by_month(year.live.seen_at):
        files.append(_write(data / "predictions" / name, predictions(taken(year.live, month), year.threshold)))
    # A label stands in the file of the month in which it became known.
    known = np.flatnonzero(year.live.label_at < NEVER)
    known = known[np.argsort(year.live.label_at[known], kind="stable")]
    for name, month in by_month(year.live.label_at[known]):
        files.append(_write(data / "labels" / name, labels(taken(year.live, known[month]))))
    texts = {
        PROJECT_FILE: project_text(),
        f"{MODELS_FOLDER}/{MODEL}.toml": model_text(year),
        "notes/incidents.md": notes_text(),
        "notes/marks.toml": marks_text(),
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return len(files) + len(texts)


def predictions(log: Log, threshold: float) -> Columns:
    """The columns of the prediction log."""
    return {
        "id": log.id,
        "ts": port.Moments(log.at),
        "ingest_ts": port.Moments(log.seen_at),
        "model_version": _column(log.version),
        "host": _column(log.host),
        **{name: _column(column) for name, column in log.features.items()},
        "score": port.Numbers(log.score),
        "prediction": (log.score >= threshold).astype(np.int64),
    }


def labels(log: Log) -> Columns:
    """The columns of the labels; each row must have one."""
    return {"id": log.id, "late": log.late.astype(np.int64), "label_ts": port.Moments(log.label_at)}


def by_month(moments: Ints) -> list[tuple[str, Ints]]:
    """Places of ascending moments by month, with the name of its file."""
    months = moments.astype("datetime64[us]").astype("datetime64[M]")
    names, first = np.unique(months, return_index=True)
    parts = np.split(np.arange(len(moments)), first[1:])
    return [(f"{name}.parquet", part) for name, part in zip(names, parts, strict=True) if len(part)]


def _truth(log: Log) -> Columns:
    known = log.label_at < NEVER
    moments = port.Moments(np.where(known, log.label_at, 0), ~known)
    return {"late": port.Numbers(np.where(known, log.late, 0.0), ~known), "label_ts": moments}


def _column(column: Numbers | Texts) -> port.Column:
    """As a database would give it: what is not known is null, not NaN."""
    if isinstance(column, Texts):
        return port.Categories(column.codes, column.names)
    null = np.isnan(column.values)
    return port.Numbers(column.values, null if null.any() else None)


def _write(path: Path, columns: Columns) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_parquet(path, columns)
    return path
