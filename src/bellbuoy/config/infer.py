"""What a model's file should say, guessed from samples of its predictions, labels and reference set.

Nothing here reads anything: the samples are plain arrays. Each guess carries its reason, which the file repeats.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from bellbuoy.config import roles
from bellbuoy.config.aliases import LABEL_TIMES, LABELS
from bellbuoy.config.kinds import ColumnKind
from bellbuoy.config.outputs import Outputs, Truth, find_outputs
from bellbuoy.config.roles import Facts, Found, listed
from bellbuoy.config.sample import ColumnFacts, Lag, Sample, first_rows, lag, rows_a_window
from bellbuoy.errors import ConfigError
from bellbuoy.windows import Grain

#: So many rows make a window that can be judged.
_ENOUGH = 200
#: More segments than this are a matter of choice, not of guessing.
_MOST_SEGMENTS = 10


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is to guess from. Without a table of labels, the predictions may hold the truth themselves."""

    predictions: Sample
    labels: Sample | None = None
    reference: Sample | None = None


@dataclass(frozen=True, slots=True)
class LogColumns:
    """Columns that say which row it is and how it came about."""

    time: Found[str]
    id: Found[str] | None = None
    cursor: Found[str] | None = None
    version: Found[str] | None = None
    host: Found[str] | None = None

    @property
    def columns(self) -> frozenset[str]:
        """All of them."""
        every = (self.time, self.id, self.cursor, self.version, self.host)
        return frozenset(one.value for one in every if one is not None)


@dataclass(frozen=True, slots=True)
class LabelGuess:
    """The truth: its columns, and how late it comes."""

    id: str
    label: str
    time: str | None
    delay: Lag | None
    matched: float  #: share of the labels whose prediction is there
    in_predictions: bool


@dataclass(frozen=True, slots=True)
class Guess:
    """Everything that `init` writes about a model."""

    log: LogColumns
    outputs: Outputs
    labels: LabelGuess | None
    grain: Found[Grain]
    features: Mapping[str, ColumnKind]
    segments: Found[tuple[str, ...]]
    left_out: Mapping[str, str]  #: columns that are not watched, and why


def infer(evidence: Evidence) -> Guess:
    """The best guess at what the columns mean.

    Raises:
        ConfigError: there is no row, no time, nothing that a model could have put out, or no sense in the labels.
    """
    if not evidence.predictions.rows:
        raise ConfigError("there is no row to look at", where="predictions", hint="start when a few have been logged")
    facts = {name: one for name, one in evidence.predictions.facts().items() if name}
    log = _log_columns(evidence, facts)
    labels = _labels(evidence, facts, log)
    apart = log.columns | ({labels.label, labels.time} if labels is not None and labels.in_predictions else set())
    tables = [evidence.predictions, *([evidence.reference] if evidence.reference is not None else [])]
    rest = {name: one for name, one in facts.items() if name not in apart}
    outputs = find_outputs(tables, rest, _truth(evidence, log, labels))
    if outputs is None:
        hint = f"call it score or prediction; there are {_names(rest or facts)}"
        raise ConfigError("no column looks like the output of a model", where="predictions", hint=hint)
    left_out = dict(_left_out(rest, outputs))
    if "" in evidence.predictions.columns:
        left_out[""] = "it has no name"
    features = {name: one.kind for name, one in rest.items() if name not in left_out and name not in outputs.columns}
    grain = _grain(evidence.predictions, log.time.value)
    return Guess(log, outputs, labels, grain, features, _segments(facts, features), left_out)


def _names(facts: Facts) -> str:
    return ", ".join(facts) or "no columns"


def _log_columns(evidence: Evidence, facts: Facts) -> LogColumns:
    time = roles.find_time(facts)
    if time is None:
        hint = f"one must hold timestamps; there are {', '.join(facts)}"
        raise ConfigError("no column says when a prediction was made", where="predictions", hint=hint)
    shared = evidence.labels.columns if evidence.labels is not None else None
    cursor = roles.find_cursor(evidence.predictions, facts, time.value)
    return LogColumns(time, roles.find_id(facts, shared), cursor, roles.find_version(facts), roles.find_host(facts))


def _labels(evidence: Evidence, facts: Facts, log: LogColumns) -> LabelGuess | None:
    if evidence.labels is None:
        return _labels_within(evidence.predictions, facts, log)
    known = evidence.labels.facts()
    if log.id is None:
        hint = f"predictions have {', '.join(facts)}; labels have {', '.join(known)}"
        raise ConfigError("no column of the predictions joins them to their labels", where="predictions", hint=hint)
    same = log.id.value in known
    id_ = Found(log.id.value, "") if same else roles.find_id(known, None)
    label, time = roles.find_label_columns(known, id_.value) if id_ is not None else (None, None)
    if id_ is None or label is None:
        hint = f"call them {log.id.value} and label; there are {', '.join(known)}"
        raise ConfigError("no column is clearly the id, or the label", where="labels", hint=hint)
    ours, theirs = first_rows(evidence.predictions.texts(log.id.value), evidence.labels.texts(id_.value))
    made = evidence.predictions.moments(log.time.value)[ours]
    delay = lag(made, evidence.labels.moments(time)[theirs]) if time is not None else None
    reference = evidence.reference
    if reference is not None and {log.time.value, time} <= set(reference.columns):
        # The newest predictions have only their quick labels yet; the reference set has waited for all of them.
        delay = lag(reference.moments(log.time.value), reference.moments(str(time))) or delay
    return LabelGuess(id_.value, label, time, delay, len(ours) / max(1, evidence.labels.rows), in_predictions=False)


def _labels_within(sample: Sample, facts: Facts, log: LogColumns) -> LabelGuess | None:
    """The truth where the predictions have it themselves: by name only."""
    free = {name: one for name, one in facts.items() if name not in log.columns}
    label = next(roles.by_name(free, LABELS), None)
    if label is None or log.id is None:
        return None
    time = next((name for name in roles.by_name(free, LABEL_TIMES) if free[name].kind is ColumnKind.MOMENT), None)
    delay = lag(sample.moments(log.time.value), sample.moments(time)) if time is not None else None
    return LabelGuess(log.id.value, label, time, delay, 1.0, in_predictions=True)


def _truth(evidence: Evidence, log: LogColumns, labels: LabelGuess | None) -> Truth | None:
    """Labels beside scores: joined by id; where none of them meet, as the reference set has them."""
    if labels is None or log.id is None:
        return None
    table = evidence.predictions if evidence.labels is None else evidence.labels
    facts, texts = table.facts()[labels.label], table.texts(labels.label)
    if not facts.known:
        return None
    ours, theirs = first_rows(evidence.predictions.texts(log.id.value), table.texts(labels.id))
    reference = evidence.reference
    if not len(ours) and reference is not None and labels.label in reference.columns:
        every = np.arange(reference.rows, dtype=np.int64)
        return Truth(facts, reference, every, tuple(reference.texts(labels.label)))
    return Truth(facts, evidence.predictions, ours, tuple(texts[place] for place in theirs.tolist()))


def _left_out(facts: Facts, outputs: Outputs) -> Iterator[tuple[str, str]]:
    """Columns that would say nothing as inputs: keys, texts without repeats, the truth itself."""
    for name, one in facts.items():
        if name in outputs.unused:
            yield name, "an output that the others imply"
        elif name in outputs.columns:
            continue
        elif roles.plain(name) in (*LABELS, *LABEL_TIMES):
            yield name, "by its name the truth, which is no input"
        elif one.kind is not ColumnKind.MOMENT and roles.is_key(one):
            yield name, "a value of its own in nearly every row"


def _segments(facts: Facts, features: Mapping[str, ColumnKind]) -> Found[tuple[str, ...]]:
    fitting = [name for name in features if _splits(facts[name])]
    taken = tuple(fitting[:_MOST_SEGMENTS])
    if not taken:
        return Found((), "no column of texts has 2 to 50 values")
    why = ", ".join(f"{name} {facts[name].distinct}" for name in taken)
    more = f"; left out: {listed(fitting[_MOST_SEGMENTS:])}" if len(fitting) > _MOST_SEGMENTS else ""
    return Found(taken, f"different values: {why}{more}")


def _splits(one: ColumnFacts) -> bool:
    texts = one.kind is ColumnKind.CATEGORY and not set(one.values) <= {"true", "false"}
    return texts and 2 <= one.distinct <= 50 and one.distinct <= one.rows / 10 and one.nulls <= one.rows / 2


def _grain(sample: Sample, time: str) -> Found[Grain]:
    times = sample.moments(time)
    hour, day = (rows_a_window(times, grain, whole=sample.whole) for grain in (Grain.HOUR, Grain.DAY))
    if hour >= _ENOUGH:
        return Found(Grain.HOUR, f"a usual hour holds {hour:,.0f} rows, enough to judge")
    return Found(Grain.DAY, f"a usual hour holds {hour:,.0f} rows, too few to judge; a day {day:,.0f}")
