"""What was believed at a moment is what scikit-learn says of the rows joined with the labels known by then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import metrics as oracle
from tests.unit.metrics import test_binary as binary
from tests.unit.metrics import test_multiclass as multiclass
from tests.unit.metrics import test_regression as regression
from tests.unit.metrics.samples import CLASSES, Classed, Guessed, Scored, agrees

from bellbuoy.metrics.catalogue import metrics_of
from bellbuoy.metrics.reading import Measured, Reading
from bellbuoy.metrics.step import Gauge
from bellbuoy.metrics.subject import Subject
from bellbuoy.metrics.taken import Normal
from bellbuoy.profiles.collect import Plan
from bellbuoy.profiles.past import Kept, Past
from bellbuoy.profiles.series import EVERYTHING, Counts, Slice
from bellbuoy.profiles.step import LABELS, PREDICTIONS, Step
from bellbuoy.profiles.target import Target
from bellbuoy.profiles.watch import LabelTable, Watch
from bellbuoy.sources.port import KeyType, Kind
from bellbuoy.store.database import Database
from bellbuoy.store.ledger import Ledger
from bellbuoy.testing import MemorySource, Value
from bellbuoy.windows import Grain

START = datetime(2024, 3, 4, tzinfo=UTC)
DAYS, ROWS = 6, 900
Floats = NDArray[np.float64]
Joined = Mapping[str, NDArray[np.float64]]
Oracle = Callable[[Joined], float]


@dataclass(frozen=True)
class Task:
    """A task, and what scikit-learn says of each of its metrics."""

    target: Target
    metrics: Mapping[str, Oracle]

    @property
    def subject(self) -> Subject:
        return Subject(self.target.task, self.target.classes, scored=bool(self.target.scores))


def scored(rows: Joined) -> Scored:
    return Scored(rows["score"], rows["label"].astype(np.int64))


def classed(rows: Joined) -> Classed:
    scores = np.stack([rows[f"score_{name}"] for name in CLASSES], axis=1)
    return Classed(scores, rows["label"].astype(np.int64))


def guessed(rows: Joined) -> Guessed:
    return Guessed(rows["prediction"], rows["label"])


def averaged(metric: str, average: str) -> Oracle:
    """Precision, recall or F1 over classes."""
    score = getattr(oracle, f"{metric}_score")
    return lambda rows: float(score(classed(rows).label, classed(rows).predicted, average=average, zero_division=0))


BINARY = Task(
    Target("binary", ("0", "1"), ("score",), None, 0.4),
    {name: (lambda rows, of=of: of(scored(rows))) for name, of in binary.ORACLES.items()}
    | {"precision": lambda rows: float(oracle.precision_score(scored(rows).label, scored(rows).predicted))},
)
MULTI = Task(
    Target("multiclass", CLASSES, tuple(f"score_{name}" for name in CLASSES), None),
    {name: (lambda rows, of=of: of(classed(rows))) for name, of in multiclass.ORACLES.items()}
    | {
        f"{metric}{suffix}": averaged(metric, average)
        for metric in ("precision", "recall", "f1")
        for suffix, average in multiclass.AVERAGES.items()
    },
)
REAL = Task(
    Target("regression", (), (), "prediction"),
    {name: (lambda rows, of=of: of(guessed(rows))) for name, of in {**regression.ORACLES, **regression.SQUARES}.items()}
    | {
        "r2": lambda rows: float(oracle.r2_score(rows["label"], rows["prediction"])),
        "mape": lambda rows: float(oracle.mean_absolute_percentage_error(rows["label"], rows["prediction"])),
    },
)
TASKS = {"binary": BINARY, "multiclass": MULTI, "regression": REAL}


@dataclass(frozen=True)
class History:
    """Predictions, and statements of labels: some come twice, some never, some before their prediction."""

    predictions: list[dict[str, Value]]
    statements: list[dict[str, Value]]

    def joined(self, moment: datetime, city: str | None = None) -> Joined:
        """Rows made and labels known by a moment, the long way."""
        said: dict[Value, Value] = {}
        for one in sorted(self.statements, key=lambda one: str(one["known"])):
            if one["known"] <= moment:  # type: ignore[operator]
                said[one["id"]] = one["label"]
        rows = [row for row in self.predictions if row["ts"] <= moment and row["id"] in said]  # type: ignore[operator]
        rows = [row for row in rows if city in (None, row["city"])]
        labels = [said[row["id"]] for row in rows]
        numbers = [CLASSES.index(label) if isinstance(label, str) else label for label in labels]
        columns = [name for name in rows[0] if name.startswith(("score", "prediction"))]
        return {name: np.array([row[name] for row in rows], np.float64) for name in columns} | {
            "label": np.array(numbers, np.float64)
        }


def history(task: str) -> History:
    random = np.random.default_rng(11)
    predictions, statements = [], []
    for key in range(ROWS):
        at = START + DAYS * timedelta(days=1) * float(random.random())
        row: dict[str, Value] = {"id": key, "ts": at, "city": ("Oslo", "Rome")[key % 2]}
        labels = _fill(row, task, random)
        predictions.append(row)
        late = timedelta(hours=float(random.exponential(30)))
        for number, label in enumerate(labels[: int(random.integers(0, 3))]):
            known = at + late * (number + 1) if key % 50 else at - timedelta(minutes=5 - number)
            statements.append({"id": key, "label": label, "known": known})
    return History(predictions, statements)


def _fill(row: dict[str, Value], task: str, random: np.random.Generator) -> list[Value]:
    """Outputs of a row, and its label with a correction that may differ."""
    if task == "binary":
        score = float(random.beta(2, 3))
        row["score"] = score
        return [int(random.random() < score), int(random.random() < score)]
    if task == "regression":
        prediction = float(random.gamma(3, 10))
        row["prediction"] = prediction
        return [float(prediction * random.uniform(0.5, 1.6) + 1), float(prediction + 1)]
    shares = random.dirichlet((2, 1, 1, 1))
    row |= {f"score_{name}": float(share) for name, share in zip(CLASSES, shares, strict=True)}
    return [CLASSES[int(random.choice(len(CLASSES), p=shares))] for _ in range(2)]


def watch(task: Task, told: History, folder: Path) -> Watch:
    outputs = tuple(name for name in told.predictions[0] if name.startswith(("score", "prediction")))
    kinds = {"ts": Kind.MOMENT, "city": Kind.CATEGORY} | dict.fromkeys(outputs, Kind.NUMBER)
    kind = Kind.NUMBER if task.target.task == "regression" else Kind.CATEGORY
    statements = MemorySource(told.statements)
    table = LabelTable(statements, "id", "label", "known", "known", kind)
    plan = Plan(Grain.HOUR, "ts", outputs, outputs, None, ("city",), cursor="ts")
    source = MemorySource(told.predictions)
    return Watch("m", plan, task.target, kinds, source, "id", KeyType.WHOLE, table, folder / "ledger")


@dataclass(frozen=True)
class Told:
    """A history that cycles took in, a few hours at a time."""

    task: Task
    history: History
    database: Database
    folder: Path

    @contextmanager
    def gauge(self, moment: datetime) -> Iterator[Gauge]:
        """What is measured of what was believed at a moment."""
        with self.database.read() as shelf:
            ledgers = (Ledger(self.folder / "ledger", kind, shelf.ledger("m", kind)) for kind in (PREDICTIONS, LABELS))
            kept = Kept(*ledgers, self.task.target, ("city",), shelf.names("m") | {0: ""})  # type: ignore[call-arg, arg-type]
            counts = Counts(shelf, "m", Grain.HOUR, past=Past(kept, moment))
            yield Gauge(counts, self.task.subject, Normal(reference=False, trailing=timedelta(days=28)), moment)


@pytest.fixture(scope="module", params=TASKS)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    name, folder = str(request.param), tmp_path_factory.mktemp("beliefs")
    told = Told(TASKS[name], history(name), Database.open("sqlite:///state.db", folder), folder)
    watched = watch(told.task, told.history, folder)
    for hours in (5, 30, 31, 60, 100, 144, 200, 500):
        Step(told.database, watched, START + timedelta(hours=hours)).run()
    return told


def whole(gauge: Gauge, metric: str, where: Slice = EVERYTHING) -> Reading:
    """A metric over the whole history as one window."""
    span = Slice(by=where.by, segment=where.segment, start=int(START.timestamp()), end=int(START.timestamp()) + 864_000)
    taken = gauge.over(metric, Grain.DAY, span)
    assert taken is not None
    return taken.reading


CUTS = (20.0, 47.5, 80.25, 110.0, 170.0, 400.0)


@pytest.mark.parametrize("hours", CUTS)
def test_every_metric_is_within_its_bound_of_scikit_learn_at_every_cut(told: Told, hours: float) -> None:
    moment = START + timedelta(hours=hours)
    rows = told.history.joined(moment)
    with told.gauge(moment) as gauge:
        for name, truth in told.task.metrics.items():
            reading = whole(gauge, name)
            assert agrees(reading, truth(rows), size=float(np.abs(rows["label"]).max() ** 2)), name
            assert isinstance(reading, Measured)
            assert reading.rows == len(rows["label"])


def test_no_metric_is_left_out(told: Told) -> None:
    assert set(told.task.metrics) == set(metrics_of(told.task.subject))


@pytest.mark.parametrize("hours", CUTS[1:4])
def test_a_segment_is_believed_as_its_own_rows_say(told: Told, hours: float) -> None:
    moment = START + timedelta(hours=hours)
    rows = told.history.joined(moment, "Rome")
    name, truth = next(iter(told.task.metrics.items()))
    with told.gauge(moment) as gauge:
        reading = whole(gauge, name, Slice(by="city", segment="Rome"))
    assert isinstance(reading, Measured)
    assert abs(reading.value - truth(rows)) <= reading.bound + 1e-9


def test_beliefs_of_now_are_those_that_counts_keep(told: Told) -> None:
    moment = START + timedelta(days=30)
    metric = next(iter(told.task.metrics))
    with told.gauge(moment) as then:
        before = then.take(metric, Grain.DAY)
        now = Gauge(Counts(then.counts.shelf, "m", Grain.HOUR), then.subject, then.normal, moment).take(
            metric, Grain.DAY
        )
    assert [(one.rows, one.labelled) for one in before] == [(one.rows, one.labelled) for one in now]
    values = [(a.reading, b.reading) for a, b in zip(before, now, strict=True)]
    assert all(
        isinstance(a, Measured) and isinstance(b, Measured) and a.value == pytest.approx(b.value) for a, b in values
    )


def test_what_has_not_happened_is_not_believed(told: Told) -> None:
    moment = START + timedelta(hours=30)
    with told.gauge(moment) as gauge:
        rows = gauge.rows(Grain.HOUR, Slice(end=int(moment.timestamp())))
    made = [row for row in told.history.predictions if row["ts"] <= moment]  # type: ignore[operator]
    assert sum(rows.values()) == len(made)
