"""What `models/<name>.toml` can say: where a model's rows are, what they mean, and what to do about them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr

from bellbuoy.config.kinds import (
    ClassValue,
    ColumnKind,
    Deployer,
    Duration,
    FalseAlarms,
    Flag,
    Function,
    Name,
    Number,
    Pack,
    Schedule,
    ScoreColumns,
    ScoreKind,
    Season,
    Severity,
    Shares,
    Span,
    SpanOrAuto,
    Spec,
    Task,
    Text,
    Whole,
    Worth,
    Zone,
)
from bellbuoy.config.spec_replay import Replay
from bellbuoy.config.texts import Budget
from bellbuoy.windows import Grain

_ANY_NAME = "model"


def _told_name(context: object) -> str:
    """The model's name, which is that of its file and so comes beside the text."""
    return str(context["name"]) if isinstance(context, Mapping) and "name" in context else _ANY_NAME


class RowsAt(Spec):
    """Where rows are: exactly one of `path`, `delta`, `sql` (with `url`) and `inbox`."""

    path: Text | None = None
    """A file or a glob of Parquet, CSV or NDJSON files, from the project folder or an object store's URL."""
    delta: Text | None = None
    """A Delta table: a folder or an object store's URL."""
    sql: Text | None = None
    """A table's name or a query, in the database at `url`."""
    url: Text | None = None
    """The database of `sql`, as SQLAlchemy writes it: `postgresql+psycopg://user:${PASSWORD}@host/name`."""
    inbox: Flag = False
    """The rows that services push to `/api/v1`."""
    _inbox_table: str | None = PrivateAttr(None)

    @property
    def inbox_table(self) -> str | None:
        """The inbox's table with these rows, `<model>/predictions` or `<model>/labels`; None if they are elsewhere."""
        return self._inbox_table

    def model_post_init(self, context: object, /) -> None:
        """Learn the name of the inbox's table from that of the model's file."""
        if self.inbox:
            self._inbox_table = f"{_told_name(context)}/{type(self).__name__.lower()}"


class PredictionColumns(Spec):
    """Which column of the predictions plays which part."""

    id: Text | None = None
    """What tells predictions apart and what labels are joined by; needed for labels."""
    time: Text
    """When the prediction was made; decides the window. A time without a zone is UTC."""
    version: Text | None = None
    """The model version that made it."""
    score: ScoreColumns | None = None
    """Binary: the score of the positive class. Multiclass: for each class the column of its score."""
    prediction: Text | None = None
    """What was decided: the class, or the number of a regression."""
    host: Text | None = None
    """Which machine answered; watched as a segment, so that a single bad one is seen."""


class Predictions(RowsAt):
    """The log of predictions: one row each, with id, time, features and outputs."""

    columns: PredictionColumns
    """Which column plays which part."""
    cursor: Text | None = None
    """The column that says when a row became visible. It must never go back: rows behind the last one are read again
    for as long as `look_back` only. Without it, files that are new or have changed are read."""
    threshold: Number | None = None
    """Binary: scores from here on are decided as positive."""
    scores: ScoreKind = ScoreKind.PROBABILITY
    """`probability` when scores are meant as probabilities, so that calibration is judged; `ranking` when only their
    order means something."""
    look_back: Duration = timedelta(minutes=10)
    """How far behind the cursor rows are read again, for those that became visible late; known ids are not counted
    twice."""


class LabelColumns(Spec):
    """Which column of the labels plays which part."""

    id: Text
    """The id of the prediction that the label is the truth of."""
    label: Text
    """The truth: a class, or a number."""
    time: Text | None = None
    """When it became known; where `labels.cursor` says when it became visible, that counts, and without either, when it
    was first read. What was believed at a past moment is told by it."""


class Labels(RowsAt):
    """The truth, which comes late, sometimes twice, sometimes never."""

    columns: LabelColumns
    """Which column plays which part."""
    cursor: Text | None = None
    """The column that says when a label became visible; without it, `columns.time`."""
    maturity: SpanOrAuto = "auto"
    """Age after which a window's labels count as complete. `auto` learns it from the delays seen."""
    horizon: SpanOrAuto = "auto"
    """How long a prediction waits for its label, and a label for its prediction, counted back from the newest
    prediction. What is older is forgotten file by file; a label that comes later is of no id that is known, and counts
    stand as they are. `auto` is 90 days, or four times the age of a mature window where that is longer."""


class Baseline(Spec):
    """What a window is compared with: a reference set, or the model's own past."""

    reference: Text | None = None
    """A file or glob of rows that were normal, with labels if there are any."""
    trailing: Span = timedelta(days=28)
    """How much of the past to compare with, where there is no reference set."""
    seasonal: Season | None = None
    """`week` compares like hours of the week with like. In this version it is read and not used yet."""


class Feature(Spec):
    """One input of the model."""

    owner: Text | None = None
    """Who answers for it when it breaks."""
    about: Text | None = None
    """What it is, in a few words, with its unit; stands in papers and beside charts."""
    kind: ColumnKind | None = None
    """How it is counted; without it, as the data has it."""


class Segments(Spec):
    """Parts of the rows that are watched on their own."""

    by: tuple[Text, ...] = ()
    """Columns; each alone splits the rows by its values, and rows, nulls, scores and outcomes are counted for each."""
    full: Flag = False
    """Whether every column is profiled by segment as well: more to see, and much more state."""


class Value(Spec):
    """What decisions are worth: the cells of a binary model, the `matrix` of a multiclass one, or an `expression`."""

    unit: Text | None = None
    """What it is counted in, such as `EUR`; stands beside the numbers."""
    true_positive: Number | None = None
    """Binary: gain of a row that is positive and was decided so. What it costs is negative; cells left out are 0."""
    false_positive: Number | None = None
    """Binary: gain of a row that was decided as positive, and is not."""
    false_negative: Number | None = None
    """Binary: gain of a row that is positive, and was not decided so."""
    true_negative: Number | None = None
    """Binary: gain of a row that is not positive, and was not decided so."""
    matrix: Mapping[str, Mapping[str, Number]] | None = None
    """Multiclass: gains by the predicted class, then by the true one: `{ good = { good = 5, bad = -100 } }`. Pairs left
    out are 0."""
    expression: Worth | None = None
    """Any task: what a row is worth, worked out from its columns and from `label`, `prediction` and (binary) `score`.
    There are numbers, `+ - * / **`, comparisons, `and`, `or`, `not`, `where(condition, value, otherwise)`, `abs`,
    `min`, `max`, `log`, `exp`, `round` and `clip`. Binary: `label` and `prediction` are 1 or 0. Multiclass: compare
    them with classes, `label == "good"`. Columns with odd names stand in backquotes. A row in which a column that is
    used is null has no value."""


class Rule(Spec):
    """One alarm of your own."""

    name: Name
    """What it is called; also how it is silenced and named as a trigger."""
    when: Text
    """The condition: a metric, perhaps of a (column), perhaps of a {segment="…"}, against a number: `auc < 0.70`,
    `null_rate(wind_speed) > 20%`, `auc{carrier="EV"} < 0.6`. Instead of a number there can be another metric or
    segment, `baseline`, the same some time ago (`offset 7d`) and sums of these; `and`, `or`, `not` and brackets join
    conditions."""
    hold: Duration = Field(default=timedelta(0), alias="for")
    """How long the condition must last before the alarm fires."""
    keep_firing_for: Duration = timedelta(0)
    """How long the alarm goes on after the condition has ended, against flapping."""
    recover: Text | None = None
    """The condition that must hold before a firing alarm is over, such as `auc > 0.72`; without it, that `when` does
    not hold any more is enough."""
    early: Flag = False
    """Performance: whether windows are judged while their labels are still coming, by what earlier windows were like
    at the same age; it rings as soon as chance cannot explain it. Otherwise windows are judged once their labels have
    come."""
    no_data: Literal["ok", "alerting", "keep"] = "keep"
    """What it means that there is nothing to judge (no traffic, no labels yet, a late source): all is well, the
    condition holds, or the alarm stays in its state. That Bellbuoy itself did not run always means the last."""
    on_error: Literal["ok", "alerting", "keep"] = "keep"
    """What it means that the condition cannot be worked out of the rows there are, as with a division by zero or a
    metric that needs two classes: the same choice."""
    min_rows: Annotated[Whole, Field(ge=0)] = 10
    """Readings of fewer rows are unknown: they say too little. Those of fewer than 30 must break a rule with their
    whole interval, unless this is 0. Plain counts, such as `rows`, need none."""
    severity: Severity = Severity.WARNING
    """How loud: `critical`, `warning` or `info`."""
    labels: Mapping[str, str] = {}
    """Words of your own that travel with the alarm, by which notices are routed: `{ team = "risk" }`."""
    annotations: Mapping[str, str] = {}
    """What a notice says beside the facts: `summary`, `runbook_url`, whatever the receiver knows. `{{ value }}`,
    `{{ threshold }}`, `{{ column }}`, `{{ segment }}`, `{{ labels.team }}` and the like are filled in."""


class Alarms(Spec):
    """What rings."""

    pack: Pack = Pack.STANDARD
    """The alarms to start with: `standard`, the calibrated set, or `none`. The set watches inputs, outputs, volume,
    freshness, labels, performance and versions and, with `[replay]`, scores that were given again. It asks for no
    limit: each is learnt from the reference set, from what was lived through since, and from marks."""
    budget: FalseAlarms = Budget(1, timedelta(days=30))
    """How many false alarms of the model altogether are accepted. The standard set is rehearsed on the second half of
    the reference set after learning the first; where it rings more often than a budget that is kept would by chance,
    the limits of the noisiest monitors are raised, at most threefold. Rules of your own keep their limits."""
    rule: tuple[Rule, ...] = ()
    """Rules of your own."""


class Gate(Spec):
    """What a candidate must show before it is released."""

    metric: Text
    """What is compared with the champion on the held-out rows."""
    margin: Annotated[Number, Field(ge=0)] = 0.0
    """The candidate must not be worse than the champion by more than this, with 95 % confidence."""
    segments_not_worse_by: Annotated[Number, Field(ge=0)] | None = None
    """Nor by more than this in any segment."""
    max_latency_ms: Annotated[Number, Field(gt=0)] | None = None
    """How long one prediction may take, in milliseconds."""


class Retrain(Spec):
    """How the model is kept fresh."""

    pull: Function
    """Gets training rows: `def pull(context)` gives a table, a data frame or a path for `[context.start,
    context.end)`."""
    build: Function
    """Fits a model: `def build(train, context)`."""
    schedule: Schedule | None = None
    """When a build is due, as a cron expression."""
    time_zone: Zone = "UTC"
    """The zone of the schedule."""
    on: tuple[Name, ...] = ()
    """Alarms whose firing makes a build due as well."""
    train_window: Span = timedelta(days=90)
    """How much history a build is fitted on."""
    holdout: Span = timedelta(days=14)
    """How much of the newest labelled history is kept out of it, for the gate."""
    cool_down: Duration = timedelta(days=1)
    """How long after a build none is due, whatever fires."""
    gate: Gate | None = None
    """What a candidate must show; without it a person promotes."""


class Deploy(Spec):
    """How a candidate becomes the champion."""

    to: Deployer = Deployer.SERVING
    """Where it goes: `serving` (the built-in service), `mlflow` (the alias only), `folder` or `command`."""
    shadow: Duration = timedelta(0)
    """How long it scores beside the champion without being asked."""
    canary: Shares = ()
    """Shares of the traffic that it gets, one after the other, before all of it."""
    canary_step: Span = timedelta(hours=2)
    """How long each share lasts."""
    rollback_on: tuple[Name, ...] = ()
    """Alarms that send it back."""


class Model(Spec):
    """One model under watch. Its name is that of the file."""

    task: Task
    """What it decides: `binary`, `multiclass` or `regression`."""
    positive: ClassValue = 1
    """Binary: the label's value that scores are the probability of."""
    classes: tuple[Text, ...] = ()
    """Multiclass without scores: the classes; with scores they are the keys of `predictions.columns.score`."""
    owner: Text | None = None
    """Who answers for the model."""
    grain: Grain = Grain.HOUR
    """How wide a window is: wide enough that one holds rows enough to judge."""
    predictions: Predictions
    """Where its predictions are."""
    labels: Labels | None = None
    """Where the truth is; without it nobody can tell how right the model is."""
    baseline: Baseline = Baseline()
    """What is normal."""
    features: Mapping[str, Feature] = {}
    """Its inputs, by column: those that are watched."""
    segments: Segments = Segments()
    """Parts of the rows that are watched on their own."""
    value: Value | None = None
    """What right and wrong decisions are worth; without it, nobody can tell what mistakes cost."""
    alarms: Alarms = Alarms()
    """What rings."""
    retrain: Retrain | None = None
    """How it is kept fresh; without it, nothing is built."""
    deploy: Deploy | None = None
    """How a candidate becomes the champion; without it, a person deploys."""
    replay: Replay | None = None
    """How rows are scored again; without it, none are."""
    _name: str = PrivateAttr(_ANY_NAME)

    @property
    def name(self) -> str:
        """The stem of its file."""
        return self._name

    def model_post_init(self, context: object, /) -> None:
        """Learn the name from the file's."""
        self._name = _told_name(context)
