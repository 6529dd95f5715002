"""Rows are scored again when that is due, counted where they belong, and a model that breaks breaks nothing else."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LinearRegression

from bellbuoy.app.check import check_project
from bellbuoy.app.cycle import Cycled
from bellbuoy.app.open import App, open_app
from bellbuoy.app.pack import alarms_of
from bellbuoy.app.replay_report import replay_now
from bellbuoy.app.watched import watched
from bellbuoy.errors import ConfigError
from bellbuoy.profiles.collect import NULLS, PROMISE, REPLAY
from bellbuoy.profiles.series import Counts, Slice
from bellbuoy.testing import FakeClock
from bellbuoy.windows import Grain

START, DAY = datetime(2024, 3, 1, tzinfo=UTC), timedelta(days=1)
ROWS = 48
Row = dict[str, object]
BINARY = 'task = "binary"\n[predictions]\ncolumns = { id = "id", time = "ts", score = "score", host = "host", '
MODEL = (
    BINARY
    + """version = "version" }
path = "log*.csv"
cursor = "ts"
[features.x]
kind = "number"
[replay]
"""
)
SCORE = "def score(rows):\n    return rows['x'] / 100\n"


def rows(days: int = 2, first: int = 0) -> list[Row]:
    """Half an hour apart; every other row is of the other host, and its score is a hundredth of x."""
    every = range(first * ROWS, (first + days) * ROWS)
    return [
        {
            "id": number,
            "ts": (START + number * DAY / ROWS).isoformat(),
            "host": f"h{number % 2}",
            "version": "v1" if number % 4 < 2 else "v2",
            "x": number % 97 + 0.123456,
            "score": (number % 97 + 0.123456) / 100,
        }
        for number in every
    ]


@dataclass
class Town:
    """A project with one model, at work."""

    app: App
    folder: Path

    def log(self, some: Sequence[Row], name: str = "log.csv") -> None:
        with (self.folder / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(some[0]))
            writer.writeheader()
            writer.writerows(some)

    def cycle(self, day: float) -> Cycled:
        return self.app.cycle("m", START + day * DAY)

    def share(self, **where: str) -> list[tuple[int, float]]:
        """Rows and the share that differs, day by day."""
        segment = f"host={where['host']}" if "host" in where else None
        document = self.app.reads.readings_json(
            "m", metric="replay_difference", grain="1d", segment=segment, version=where.get("version")
        )
        readings = document["readings"]
        assert isinstance(readings, list)
        return [(one["rows"], round(one["value"], 3)) for one in readings]


@contextmanager
def town(folder: Path, replay: str = "", score: str = SCORE, model: str = MODEL) -> Iterator[Town]:
    (folder / "models").mkdir()
    (folder / "bellbuoy.toml").write_text('[project]\nname = "town"\n', encoding="utf-8")
    text = model + (replay or 'function = "pipeline:score"\n')
    (folder / "models" / "m.toml").write_text(text, encoding="utf-8")
    (folder / "pipeline.py").write_text(score, encoding="utf-8")
    with open_app(folder, FakeClock(START + 9 * DAY)) as app:
        yield Town(app, folder)


def spoiled(some: list[Row], when: Callable[[Row], bool]) -> list[Row]:
    return [{**row, "score": 0.5} if when(row) else row for row in some]


def test_rows_that_the_model_scores_as_logged_do_not_differ(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        here.log(rows())
        here.cycle(2)
        assert here.share() == [(48, 0.0)]


def test_a_single_host_that_answers_otherwise_is_seen_and_no_other(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        here.log(spoiled(rows(), lambda row: row["host"] == "h1"))
        here.cycle(2)
        assert (here.share(host="h0"), here.share(host="h1"), here.share()[-1]) == ([(24, 0)], [(24, 1)], (48, 0.5))


def test_versions_are_told_apart(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        here.log(spoiled(rows(), lambda row: row["version"] == "v2"))
        here.cycle(2)
        assert (here.share(version="v1"), here.share(version="v2")) == ([(24, 0)], [(24, 1)])


def test_rows_of_other_versions_are_left_alone_where_one_is_named(tmp_path: Path) -> None:
    with town(tmp_path, 'function = "pipeline:score"\nversion = "v1"\n') as here:
        here.log(spoiled(rows(), lambda row: row["version"] == "v2"))
        here.cycle(2)
        assert here.share() == [(24, 0)]


def test_a_cycle_that_is_run_twice_scores_nothing_twice(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        here.log(rows())
        here.cycle(2)
        before = here.share()
        here.cycle(2)
        here.cycle(2.9)
        assert here.share() == before


def test_the_next_replay_looks_at_newer_rows_only(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        here.log(rows())
        here.cycle(2)
        here.log(spoiled(rows(1, first=2), lambda _: True), "log2.csv")
        here.cycle(3)
        assert here.share()[-2:] == [(48, 0.0), (48, 1.0)]


def test_where_no_row_has_come_a_replay_stays_due(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        here.log(rows(1))
        here.cycle(1)
        here.cycle(2)
        here.log(rows(1, first=1), "log2.csv")
        here.cycle(2.1)
        assert [many for many, _ in here.share()] == [48, 48]


def test_no_more_rows_are_scored_than_the_file_says(tmp_path: Path) -> None:
    with town(tmp_path, 'function = "pipeline:score"\nrows = 10\n') as here:
        here.log(rows())
        here.cycle(2)
        assert sum(many for many, _ in here.share()) == 10


def test_a_model_that_breaks_is_a_note_and_is_asked_again_a_day_later(tmp_path: Path) -> None:
    with town(tmp_path, score="def score(rows):\n    raise KeyError('lost')\n") as here:
        here.log(rows())
        first = here.cycle(2)
        assert [note.message for note in first.notes if note.code == "replay-failed"] == [
            "rows could not be scored again: KeyError: 'lost'"
        ]
        assert (first.counted.rows, [note.code for note in here.cycle(2.5).notes], here.share()) == (96, [], [])
        (tmp_path / "pipeline.py").write_text(SCORE, encoding="utf-8")
        here.cycle(3)
        assert here.share()[-1] == (48, 0.0)


def test_without_replay_nothing_is_scored(tmp_path: Path) -> None:
    with town(tmp_path, " ", model=MODEL.replace("[replay]\n", "")) as here:
        here.log(rows())
        here.cycle(2)
        assert here.share() == []


def test_what_else_is_counted_of_rows_is_not_touched(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        here.log(rows())
        here.cycle(2)
        with here.app.database.read() as shelf:
            counts = Counts(shelf, "m", Grain.HOUR)
            nulls = counts.profiles(NULLS, Grain.DAY, Slice(by="host", segment="h0"))
            assert [part.rows for part in nulls.values()] == [24, 24]
            assert {line.column for line in shelf.series("m").values() if line.by} == {NULLS, PROMISE, REPLAY, "score"}


def test_a_row_whose_score_was_not_logged_is_not_compared(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        here.log([{**row, "score": ""} if row["host"] == "h1" else row for row in rows()])
        here.cycle(2)
        assert here.share(host="h0") == [(24, 0.0)]
        assert replay_now(here.app.project, here.app.database, "m", START + 2 * DAY)["rows"] == 24


def test_all_is_scored_anew_when_all_is_counted_anew(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        here.log(spoiled(rows(), lambda _: True))
        here.cycle(2)
        here.log(rows())
        here.app.recount("m", START + 2 * DAY)
        assert here.share()[-1] == (48, 0.0)


CLASSES = """task = "multiclass"
[predictions]
path = "log*.csv"
columns = { id = "id", time = "ts", SCORES }
[features.x]
kind = "number"
[replay]
function = "pipeline:score"
"""


def test_of_many_classes_all_scores_are_compared(tmp_path: Path) -> None:
    model = CLASSES.replace("SCORES", 'score = { low = "score_low", high = "score_high" }')
    said = [{**row, "score_low": 1 - float(str(row["score"])), "score_high": row["score"]} for row in rows()]
    said = [
        {**row, "score_low": row["score_high"], "score_high": row["score_low"]} if n > 71 else row
        for n, row in enumerate(said)
    ]
    both = "import numpy\ndef score(rows):\n    p = rows['x'] / 100\n    return {'high': p, 'low': 1 - p}\n"
    with town(tmp_path, " ", both, model) as here:
        here.log(said)
        here.cycle(2)
        assert here.share()[-1] == (48, 0.5)


def test_without_scores_decisions_are_compared(tmp_path: Path) -> None:
    model = CLASSES.replace("task", 'classes = ["0", "1"]\ntask').replace("SCORES", 'prediction = "said"')
    said = [{**row, "said": int(float(str(row["x"])) > 50) if n < 72 else 7} for n, row in enumerate(rows())]
    with town(tmp_path, " ", "def score(rows):\n    return (rows['x'] > 50).astype(float)\n", model) as here:
        here.log(said)
        here.cycle(2)
        assert here.share()[-1] == (48, 0.5)


def test_a_regressions_predictions_are_compared_in_shares_of_their_size(tmp_path: Path) -> None:
    model = MODEL.replace("binary", "regression").replace('score = "score"', 'prediction = "score"')
    with town(tmp_path, score="def score(rows):\n    return rows['x'] * 1e6\n", model=model) as here:
        here.log([{**row, "score": float(str(row["x"])) * 1e6 + 0.01} for row in rows()])
        here.cycle(2)
        assert here.share()[-1] == (48, 0.0)


def test_inputs_are_fed_as_the_data_has_them(tmp_path: Path) -> None:
    check = "def score(rows):\n    assert list(rows) == ['x', 'host', 'id']\n    assert rows['id'].dtype == float\n"
    with town(tmp_path, 'function = "pipeline:score"\ninputs = ["x", "host", "id"]\n', check + SCORE[17:]) as here:
        here.log(rows())
        assert here.cycle(2).notes == ()
        assert here.share()[-1] == (48, 0.0)


def report(here: Town) -> Mapping[str, object]:
    return replay_now(here.app.project, here.app.database, "m", START + 2 * DAY)


def test_a_look_at_once_names_the_worst_part_and_the_worst_rows(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        here.log(spoiled(rows(), lambda row: row["host"] == "h1"))
        said = report(here)
    parts, worst = said["parts"], said["worst"]
    assert isinstance(parts, list)
    assert isinstance(worst, list)
    assert (said["rows"], said["differing"], parts[0]["segment"]) == (48, 24, {"host": "h1"})
    assert (worst[0]["host"], worst[0]["logged"]) == ("h1", 0.5)
    assert datetime.fromisoformat(worst[0]["time"]) > START + DAY


def test_a_look_at_once_keeps_nothing(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        here.log(rows())
        report(here)
        with here.app.database.read() as shelf:
            assert shelf.model("m").cycle == 0


def test_a_look_at_once_needs_to_know_the_model(tmp_path: Path) -> None:
    with (
        town(tmp_path, " ", model=MODEL.replace("[replay]\n", "")) as here,
        pytest.raises(ConfigError, match="nothing"),
    ):
        report(here)


@pytest.mark.parametrize(
    ("replay", "told"),
    [
        ('artefact = "models/m.skops"\n', "there is no m.skops"),
        ('artefact = "pipeline.py"\n', ".py is no format that is read"),
        ('function = "scoring:score"\n', "there is no scoring.py in the project's folder"),
    ],
)
def test_a_check_tells_what_would_keep_rows_from_being_scored(tmp_path: Path, replay: str, told: str) -> None:
    with town(tmp_path, replay) as here:
        here.log(rows())
        findings = check_project(tmp_path, START + 2 * DAY).findings
    assert [told in one.message for one in findings if one.where == "m.replay"] == [True]


def test_a_check_says_what_will_be_scored_again(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        here.log(rows())
        assert not check_project(tmp_path, START + 2 * DAY).faults
        said = "Every 1d 500 of the newest rows are scored again by pipeline:score."
        assert said in watched(here.app.project.model("m"))


def test_rows_are_scored_by_the_artefact_of_their_own_version(tmp_path: Path) -> None:
    with town(tmp_path, 'artefact = "m-{version}.skops"\n') as here:
        for version, slope in (("v1", 1.0), ("v2", 2.0)):
            x = np.arange(5.0).reshape(-1, 1)
            skops.io.dump(LinearRegression().fit(x, slope * x[:, 0] / 100), tmp_path / f"m-{version}.skops")
        here.log([{**row, "version": "v3"} if number > 83 else row for number, row in enumerate(rows())])
        assert [note.message for note in here.cycle(2).notes] == []
        assert (here.share(version="v1"), here.share(version="v2")) == ([(18, 0.0)], [(18, 1.0)])
        assert not check_project(tmp_path, START + 2 * DAY).faults


def test_a_version_cannot_lead_to_another_folder(tmp_path: Path) -> None:
    with town(tmp_path, 'artefact = "{version}"\n') as here:
        here.log([{**row, "version": "../pipeline.py"} for row in rows()])
        assert (here.cycle(2).notes, here.share()) == ((), [])


def test_the_standard_pack_rings_where_scores_are_others(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        here.log(spoiled(rows(), lambda row: row["host"] == "h1"))
        assert ("replay", "firing") in [(one.name, one.state.value) for one in here.cycle(2).moved]


def test_the_standard_pack_is_silent_where_they_are_the_same(tmp_path: Path) -> None:
    with town(tmp_path) as here:
        here.log(rows())
        assert "replay" not in [one.name for one in here.cycle(2).moved]


@pytest.mark.parametrize(("alarms", "rings"), [("", True), ('[alarms]\npack = "none"\n', False)])
def test_the_alarm_belongs_to_the_standard_pack(tmp_path: Path, alarms: str, rings: bool) -> None:
    with town(tmp_path, model=MODEL.replace("[replay]", f"{alarms}[replay]")) as here:
        assert ("replay" in [rule.name for rule, _ in alarms_of(here.app.project.model("m"))]) is rings
