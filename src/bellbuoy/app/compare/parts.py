"""Which column plays which part in two files that are compared, guessed from samples of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bellbuoy.config import roles
from bellbuoy.config.aliases import LABEL_TIMES, LABELS, PREDICTIONS, SCORES
from bellbuoy.config.infer import Evidence, infer
from bellbuoy.config.kinds import ColumnKind, ScoreKind, Task
from bellbuoy.config.outputs import Outputs
from bellbuoy.config.roles import Facts
from bellbuoy.config.sample import Sample
from bellbuoy.errors import ConfigError
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.target import Target
from bellbuoy.sources.port import Kind


@dataclass(frozen=True, slots=True)
class Judged:
    """What it takes to judge performance: the truth, and what the model put out."""

    label: str
    target: Target
    subject: Subject


@dataclass(frozen=True, slots=True)
class Parts:
    """Who is who. `roles` are those of all columns that are compared, in the order of the second file."""

    roles: Mapping[str, str]
    usual: Mapping[str, Kind]  #: what to count columns of the first file as
    now: Mapping[str, Kind]
    left_out: Mapping[str, str]
    time: str | None
    id: str | None
    judged: Judged | None


def find_parts(usual: Sample, now: Sample) -> Parts:
    """The parts of all columns of two files."""
    before, after = usual.facts(), now.facts()
    facts = before | after
    time = roles.find_time(after) or roles.find_time(before)
    key = roles.find_id(after, usual.columns) or roles.find_id(before, now.columns)
    guess = _guess(usual, now)
    part = _roles(facts, guess)
    left_out = _left_out(facts, time.value if time else None, key.value if key else None)
    for name in roles.by_name(facts, LABELS):
        if name not in before or name not in after:
            left_out[name] = f"the truth, which only the {'first' if name in before else 'second'} file has"
    names = [*after, *(name for name in before if name not in after)]
    return Parts(
        {name: part.get(name, "input") for name in names if name not in left_out},
        _kinds(before, after),
        _kinds(after, before),
        left_out,
        time.value if time else None,
        key.value if key else None,
        _judged(guess, before, after),
    )


def _guess(usual: Sample, now: Sample) -> tuple[Outputs, str | None] | None:
    """What a model put out, and where the truth is; None where nothing looks like a model's log."""
    try:
        guess = infer(Evidence(now, None, usual))
    except ConfigError:
        return None
    return guess.outputs, guess.labels.label if guess.labels is not None else None


def _roles(facts: Facts, guess: tuple[Outputs, str | None] | None) -> dict[str, str]:
    part = dict.fromkeys(roles.by_name(facts, (*SCORES, *PREDICTIONS)), "output")
    part |= dict.fromkeys(guess[0].columns if guess is not None else (), "output")
    part |= dict.fromkeys(roles.by_name(facts, LABELS), "label")
    for found, role in ((roles.find_version(facts), "version"), (roles.find_host(facts), "host")):
        part |= {found.value: role} if found is not None else {}
    return part


def _left_out(facts: Facts, time: str | None, key: str | None) -> dict[str, str]:
    """Columns that no distribution is compared of, and why."""
    out: dict[str, str] = {}
    for name, one in facts.items():
        if name == key:
            out[name] = "the id"
        elif name == time:
            out[name] = "the time"
        elif one.kind is ColumnKind.MOMENT and (time is None or roles.plain(name) in LABEL_TIMES):
            out[name] = "a time"
        elif one.kind is not ColumnKind.MOMENT and roles.is_key(one):
            out[name] = "a value of its own in nearly every row"
    return out


def _kinds(mine: Facts, theirs: Facts) -> dict[str, Kind]:
    """Kinds of a file's columns; one that is null throughout is what the other file says."""
    kinds = {}
    for name, one in mine.items():
        other = theirs.get(name, one)
        kinds[name] = Kind((one if one.known or not other.known else other).kind.value)
    return kinds


def _judged(guess: tuple[Outputs, str | None] | None, before: Facts, after: Facts) -> Judged | None:
    if guess is None or guess[1] is None:
        return None
    outputs, label = guess[0], guess[1]
    if not {label, *outputs.columns} <= before.keys() & after.keys():
        return None
    task = outputs.task.value
    scores = (outputs.score.value,) if outputs.score is not None else tuple(outputs.by_class.values())
    classes = tuple(outputs.by_class) or outputs.classes
    if task is Task.BINARY:
        positive = outputs.positive.value if outputs.positive is not None else "1"
        classes = (f"not {positive}", positive)
    probability = outputs.scores is None or outputs.scores.value is ScoreKind.PROBABILITY
    target = Target(
        task.value,
        classes,
        scores,
        outputs.prediction.value if outputs.prediction is not None else None,
        outputs.threshold.value if outputs.threshold is not None else None,
        probability,
    )
    return Judged(label, target, Subject(task.value, classes, probability, bool(scores)))
