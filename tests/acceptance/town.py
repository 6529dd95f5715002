"""A small model's life, made of plain CSV: 30 days, 60 rows a day, labels a day later."""

from __future__ import annotations

import csv
import random
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

BELLBUOY = Path(sys.executable).parent / "bellbuoy"
START = datetime(2024, 3, 1, tzinfo=UTC)
DAYS, ROWS = 30, 60
END = START + timedelta(days=DAYS)
Row = dict[str, object]
MODEL = """task = "binary"
owner = "ml-team"
grain = "1d"
[predictions]
path = "data/log*.csv"
cursor = "seen_at"
threshold = 0.5
columns = { id = "id", time = "ts", version = "version", score = "score", host = "host" }
[labels]
path = "data/truth*.csv"
columns = { id = "id", label = "label", time = "known_at" }
[baseline]
reference = "data/normal.csv"
[features.income]
kind = "number"
owner = "data-team"
[features.city]
kind = "category"
[segments]
by = ["city"]
"""


def prediction(number: int, at: datetime, dice: random.Random) -> Row:
    income = round(dice.lognormvariate(8, 0.4), 2)
    score = min(0.99, max(0.01, dice.gauss(0.5, 0.2)))
    return {
        "id": number,
        "ts": at.isoformat(),
        "seen_at": (at + timedelta(seconds=30)).isoformat(),
        "version": "v1" if at < START + timedelta(days=15) else "v2",
        "host": f"host-{number % 3}",
        "income": income,
        "city": dice.choice(["Oslo", "Rome", "Lima"]),
        "score": round(score, 4),
    }


def predictions(start: datetime = START, days: int = DAYS, *, first: int = 0, seed: int = 1) -> list[Row]:
    dice = random.Random(seed)
    step = timedelta(days=1) / ROWS
    return [prediction(first + number, start + number * step, dice) for number in range(days * ROWS)]


def labels(rows: Iterable[Row], *, seed: int = 2) -> list[Row]:
    dice = random.Random(seed)
    return [
        {
            "id": row["id"],
            "label": int(dice.random() < float(str(row["score"]))),
            "known_at": (datetime.fromisoformat(str(row["ts"])) + timedelta(days=1)).isoformat(),
        }
        for row in rows
    ]


def write(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def town(folder: Path, spoil: Callable[[list[Row]], object] = len, model: str = MODEL) -> Path:
    """A project in a folder; `spoil` may change the predictions before they are written."""
    (folder / "models").mkdir(parents=True)
    (folder / "bellbuoy.toml").write_text('[project]\nname = "town"\n', encoding="utf-8")
    (folder / "models" / "credit.toml").write_text(model, encoding="utf-8")
    normal = predictions(START - timedelta(days=20), 20, first=1_000_000, seed=3)
    truth = {row["id"]: row for row in labels(normal, seed=4)}
    write(folder / "data" / "normal.csv", [{**row, **truth[row["id"]]} for row in normal])
    rows = predictions()
    write(folder / "data" / "truth.csv", labels(rows))
    spoil(rows)
    write(folder / "data" / "log.csv", rows)
    return folder


def bellbuoy(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BELLBUOY, *arguments], capture_output=True, text=True, check=False, timeout=120, cwd=cwd)
