"""A project of a few rows in CSV files, as a test likes them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bellbuoy.app.project import OpenProject, open_project
from bellbuoy.config.spec import Model

HEAD = "id,ts,seen,age,score"
PREDICTIONS = """task = "binary"
grain = "1d"
[predictions]
path = "log.csv"
columns = { id = "id", time = "ts", score = "score" }
"""
CURSOR = 'cursor = "seen"\n'
FEATURES = '[features.age]\nkind = "number"\n'
LABELS = '[labels]\npath = "truth.csv"\ncolumns = { id = "id", label = "label", time = "known" }\n'
REFERENCE = '[baseline]\nreference = "normal.csv"\n'


def project(folder: Path, rows: Sequence[str], model: str = PREDICTIONS + CURSOR + FEATURES) -> OpenProject:
    """A project whose log has these rows, under a header of `HEAD`; no log where there is none."""
    (folder / "models").mkdir(parents=True)
    (folder / "bellbuoy.toml").write_text('[project]\nname = "town"\n', encoding="utf-8")
    (folder / "models" / "credit.toml").write_text(model, encoding="utf-8")
    if rows:
        table(folder / "log.csv", HEAD, rows)
    return open_project(folder)


def table(path: Path, head: str, rows: Sequence[str]) -> None:
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")


def the_model(opened: OpenProject) -> Model:
    return opened.model("credit")
