"""How long predictions and labels wait for each other: as the file says, else by how long labels were seen to take."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.unit.stage import DAY, HOUR, START, model_of

from bellbuoy.app.open import App
from bellbuoy.app.plans import horizon_of
from bellbuoy.app.project import open_project
from bellbuoy.store.database import Database
from bellbuoy.testing import FakeClock
from bellbuoy.windows import to_micro

SECONDS = 86_400


def model(horizon: str | None) -> Any:
    columns = {"id": "id", "label": "label", "time": "known"}
    said = {} if horizon is None else {"horizon": horizon}
    return model_of(labels={"path": "truth.csv", "columns": columns} | said)


@pytest.mark.parametrize("said", [None, "auto"])
def test_without_a_word_and_without_delays_it_is_ninety_days(said: str | None) -> None:
    assert horizon_of(model(said), {}) == 90 * DAY


@pytest.mark.parametrize(("mature", "days"), [(10, 90), (30, 120), (200, 800)])
def test_it_is_four_times_the_age_of_a_mature_window_where_that_is_longer(mature: int, days: int) -> None:
    assert horizon_of(model(None), {"mature": mature * SECONDS}) == days * DAY


def test_what_the_file_says_counts_whatever_was_seen() -> None:
    assert horizon_of(model("14d"), {"mature": 200 * SECONDS}) == 14 * DAY


def test_a_model_without_labels_remembers_its_ids_as_long() -> None:
    assert horizon_of(model_of(labels=None), {}) == 90 * DAY


def test_delays_until_the_end_of_time_make_no_horizon_that_no_date_can_be_moved_by() -> None:
    assert horizon_of(model(None), {"mature": 8_000 * 365 * SECONDS}) < 500 * 365 * DAY


MODEL = """task = "binary"
grain = "1d"
[predictions]
path = "log.csv"
columns = { id = "id", time = "ts", score = "score" }
[labels]
path = "truth*.csv"
columns = { id = "id", label = "label", time = "known" }
horizon = "HORIZON"
"""


def watched(folder: Path, horizon: str) -> App:
    """A hundred days of ten predictions a day, each labelled after six hours."""
    (folder / "models").mkdir()
    (folder / "bellbuoy.toml").write_text('[project]\nname = "town"\n', encoding="utf-8")
    (folder / "models" / "credit.toml").write_text(MODEL.replace("HORIZON", horizon), encoding="utf-8")
    moments = [START + day * DAY + hour * HOUR for day in range(100) for hour in range(10)]
    log = [f"{key},{at:%Y-%m-%dT%H:%M:%SZ},0.{key % 9 + 1}" for key, at in enumerate(moments)]
    late = [f"{key},{key % 2},{at + 6 * HOUR:%Y-%m-%dT%H:%M:%SZ}" for key, at in enumerate(moments)]
    (folder / "log.csv").write_text("\n".join(["id,ts,score", *log]) + "\n", encoding="utf-8")
    (folder / "truth.csv").write_text("\n".join(["id,label,known", *late]) + "\n", encoding="utf-8")
    return App(open_project(folder), Database.open("sqlite:///state.db", folder), FakeClock(START + 1_000 * DAY))


def facts(app: App) -> Mapping[str, Any]:
    with app.database.read() as shelf:
        return shelf.model("credit").facts


def test_a_cycle_remembers_how_old_a_mature_window_is(tmp_path: Path) -> None:
    app = watched(tmp_path, "auto")
    app.cycle("credit")
    assert facts(app)["mature"] < 2 * SECONDS
    app.database.close()


def test_history_that_is_read_today_is_joined_whole_and_then_forgotten(tmp_path: Path) -> None:
    app = watched(tmp_path, "30d")
    taken = app.cycle("credit").counted
    more = [f"{key},{START + day * DAY:%Y-%m-%dT%H:%M:%SZ},0.5" for key, day in ((5_000, 100), (5_001, 140))]
    with (tmp_path / "log.csv").open("a", encoding="utf-8") as log:
        log.write("\n".join(more) + "\n")
    again = app.cycle("credit").counted
    late = [f"5000,1,{START + 141 * DAY:%Y-%m-%d}", f"8,1,{START + 141 * DAY:%Y-%m-%d}"]
    (tmp_path / "truth-last.csv").write_text("\n".join(["id,label,known", *late]) + "\n", encoding="utf-8")
    last = app.cycle("credit").counted
    assert (taken.matched, again.rows) == (1_000, 2)
    assert facts(app)["forgotten"] > to_micro(START + 99 * DAY)
    assert (last.matched, last.unknown) == (1, 1)
    app.database.close()
