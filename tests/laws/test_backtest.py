"""The replay of history: it sees what was known then, and rings as it would have rung."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from tests.acceptance.town import MODEL, START, Row, town

from bellbuoy.app.backtest.history import Wish, moments, past_of
from bellbuoy.app.backtest.run import Backtest, backtest, scratch
from bellbuoy.app.open import App, open_app
from bellbuoy.app.project import open_project
from bellbuoy.clock import FrozenClock
from bellbuoy.store.port import AlarmRow, EventRow, IncidentRow

RULES = """
[[alarms.rule]]
name = "nulls"
when = "null_rate(income) > 0.3"
[[alarms.rule]]
name = "held"
when = "null_rate(income) > 0.3"
for = "2d"
keep_firing_for = "1d"
[[alarms.rule]]
name = "brier-high"
when = "brier > 0.24"
"""
HOURS = st.integers(0, 96)
#: Of a row: when it was predicted, how much later it became visible, and how much later still its label was known.
ROWS = st.lists(st.tuples(HOURS, st.integers(0, 48), st.integers(0, 48)), min_size=1, max_size=25)
SEEN = """task = "binary"
grain = "1d"
[predictions]
path = "log*.parquet"
cursor = "seen"
columns = { id = "id", time = "ts", score = "score" }
[labels]
path = "truth.parquet"
columns = { id = "id", label = "label", time = "known" }
"""


@contextmanager
def quietly(_what: str, _total: float | None) -> Iterator[Callable[[float], None]]:
    yield lambda _: None


def spoil(rows: list[Row]) -> None:
    """Income is null for some days, and the scores of others mean nothing."""
    dice = random.Random(5)
    for row in rows:
        day = (datetime.fromisoformat(str(row["ts"])) - START).days
        if 8 <= day < 14 and dice.random() < 0.5:
            row["income"] = ""
        if 18 <= day < 22:
            row["score"] = round(1 - float(str(row["score"])), 4)


def rung(app: App) -> tuple[list[AlarmRow], list[IncidentRow], list[EventRow]]:
    with app.database.read() as shelf:
        incidents = shelf.incidents("credit")
        alarms = [row for row in shelf.alarms("credit") if row.fired_at is not None]
        return alarms, incidents, shelf.events([row.id for row in incidents])


def lived(folder: Path, when: list[datetime]) -> App:
    """The same days live: each cycle is a process of its own that knows nothing but the state."""
    for moment in when:
        with open_app(folder, FrozenClock(moment)) as app:
            app.cycle("credit")
    return app


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return town(tmp_path_factory.mktemp("town"), spoil, MODEL + RULES)


@pytest.fixture(scope="module")
def replayed(watched: Path) -> Backtest:
    return backtest(open_project(watched), "credit", Wish(), quietly)


def test_a_replay_rings(replayed: Backtest) -> None:
    assert {row.name for row in replayed.alarms} >= {"nulls", "held", "brier-high"}


def test_a_replay_leaves_the_projects_own_state_alone(watched: Path, replayed: Backtest) -> None:
    assert replayed.cycles == 30
    assert not (watched / ".bellbuoy").exists()


def test_a_replay_rings_as_live_cycles_do(watched: Path, replayed: Backtest, tmp_path: Path) -> None:
    folder = town(tmp_path, spoil, MODEL + RULES)
    project = open_project(watched)
    app = lived(folder, moments(past_of(project, project.model("credit")), Wish()))
    alarms, incidents, _ = rung(app)
    assert alarms == list(replayed.alarms)
    assert incidents == list(replayed.incidents)


def test_a_replay_again_is_the_same(watched: Path, replayed: Backtest) -> None:
    assert backtest(open_project(watched), "credit", Wish(), quietly) == replayed


def test_a_part_of_history_rings_as_it_does_in_the_whole(watched: Path, replayed: Backtest) -> None:
    end = START + timedelta(days=12)
    part = backtest(open_project(watched), "credit", Wish(end=end), quietly)
    fired = [(row.id, row.fired_at) for row in replayed.alarms if (row.fired_at or 0) <= end.timestamp() * 1e6]
    assert [(row.id, row.fired_at) for row in part.alarms] == fired


def hour(number: float) -> datetime:
    return START + timedelta(hours=number)


def write(folder: Path, rows: list[tuple[int, int, int]], files: int) -> None:
    """Rows in files that are cut without regard to when rows became visible."""
    (folder / "models").mkdir()
    (folder / "bellbuoy.toml").write_text('[project]\nname = "town"\n', encoding="utf-8")
    (folder / "models" / "credit.toml").write_text(SEEN, encoding="utf-8")
    log = [
        {"id": number, "ts": hour(at), "seen": hour(at + late), "score": 0.5}
        for number, (at, late, _) in enumerate(rows)
    ]
    for part in range(files):
        if log[part::files]:
            parquet.write_table(pa.Table.from_pylist(log[part::files]), folder / f"log{part}.parquet")
    truth = [
        {"id": number, "label": number % 2, "known": hour(at + late + later)}
        for number, (at, late, later) in enumerate(rows)
    ]
    parquet.write_table(pa.Table.from_pylist(truth), folder / "truth.parquet")


def stage(folder: Path) -> tuple[AbstractContextManager[App], list[datetime]]:
    project = open_project(folder)
    past = past_of(project, project.model("credit"))
    when = moments(past, Wish(step=timedelta(hours=12)))
    return scratch(project, past.model, when[0], folder / "scratch"), when


@settings(max_examples=12, deadline=None)
@given(rows=ROWS, files=st.integers(1, 3))
def test_nothing_is_seen_before_it_was_visible_and_all_of_it_then(rows: list[tuple[int, int, int]], files: int) -> None:
    with TemporaryDirectory() as place:
        folder = Path(place)
        write(folder, rows, files)
        opened, when = stage(folder)
        counted = matched = 0
        with opened as app:
            for moment in when:
                done = app.cycle("credit", now=moment).counted
                counted, matched = counted + done.rows, matched + done.matched
                assert counted == sum(hour(at + late) <= moment for at, late, _ in rows)
                assert matched == sum(hour(at + late + later) <= moment for at, late, later in rows)
