"""The catalogue of metrics: what there is, by which names it is found, and how an outcome is measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches

from bellbuoy.errors import ConfigError
from bellbuoy.metrics import binary, money, multiclass, regression
from bellbuoy.metrics.binary import Measure
from bellbuoy.metrics.entries import ENTRIES
from bellbuoy.metrics.means import NO_LABELS
from bellbuoy.metrics.metric import Better, Family, Metric
from bellbuoy.metrics.reading import Reading, Unmeasured
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.outcome import Outcome

__all__ = ["CATALOGUE", "Better", "Family", "Metric", "entry", "find", "key_metric", "measure", "metrics_of"]

#: Every metric; `ks` and `rows` stand twice, once of the model and once of a column.
CATALOGUE: tuple[Metric, ...] = ENTRIES

_OF_MODEL = {line.name: line for line in CATALOGUE if line.family not in {Family.COLUMN, Family.SHIFT}}
_OF_COLUMN = {line.name: line for line in CATALOGUE if line.family in {Family.COLUMN, Family.SHIFT}}

#: By task: what decisions tell, what the order of scores tells, what scores that are probabilities tell.
_MEASURES: Mapping[str, tuple[Mapping[str, Measure], ...]] = {
    "binary": (binary.DECIDED, binary.RANKED, binary.PROMISED),
    "multiclass": (multiclass.DECIDED, multiclass.RANKED, multiclass.PROMISED),
    "regression": (regression.MEASURES, {}, {}),
}
#: Why a metric of each of these groups cannot be had.
_NO_SCORES = "no scores, only decisions"
_NO_PROBABILITIES = "scores are a ranking, not probabilities"
_NO_MONEY = "its file does not say what decisions are worth, in [value]"


def find(name: str, subject: Subject, *, column: bool = False) -> str:
    """The canonical name of a metric that can be had of the model, or of one of its columns.

    Case, spaces and dashes do not matter; what scikit-learn and others call a metric is understood, and `f1:good` is
    the F1 of one class.

    Raises:
        ConfigError: there is no such metric here; the hint has the nearest names, or says where the metric belongs.
    """
    head, colon, class_name = name.strip().partition(":")
    lines = list(_OF_COLUMN.values()) if column else [line for line in _OF_MODEL.values() if _fits(line, subject)]
    found = _named(head, lines) or (_of_one_class(head, subject) if colon and not column else None)
    if found is None:
        raise _unknown(head, subject, lines, column=column)
    return f"{found}:{_class(name, found, class_name, subject)}" if colon else found


def entry(name: str, *, column: bool = False) -> Metric:
    """The catalogue's line of a canonical name; that of `f1:good` is F1's.

    Names of the model come first, then those of columns; `column` turns that round, which only `ks` and `rows` need.

    Raises:
        ConfigError: the catalogue has no such name.
    """
    head = name.partition(":")[0]
    first, second = (_OF_COLUMN, _OF_MODEL) if column else (_OF_MODEL, _OF_COLUMN)
    line = first.get(head) or second.get(head)
    if line is None:
        raise ConfigError(f"no metric is called {name!r}", hint=_nearest(head, [*first, *second]))
    return line


def key_metric(subject: Subject) -> str:
    """The one metric to look at first."""
    if subject.task == "regression":
        return "mae"
    if subject.task == "multiclass":
        return "accuracy"
    return "auc" if subject.scored else "f1"


def metrics_of(subject: Subject) -> tuple[str, ...]:
    """Performance metrics that the model can have, its key metric first, then as in the catalogue."""
    key = key_metric(subject)
    names = (line.name for line in CATALOGUE if line.family is Family.PERFORMANCE and _fits(line, subject))
    return key, *(name for name in names if name != key)


def measure(name: str, outcome: Outcome, subject: Subject) -> Reading:
    """A performance metric of a window, by its canonical name.

    What cannot be measured is a reading as well and says why.

    Raises:
        ConfigError: the catalogue has no such name.
    """
    entry(name)
    if outcome.rows <= 0 or not any(len(cells.codes) for cells in outcome.cells.values()):
        return NO_LABELS
    if subject.task == "multiclass" and not subject.classes:
        return multiclass.NO_CLASSES
    # Windows counted before scores were logged have none, whatever the model has now.
    if not any(cell.startswith("score") for cell in outcome.cells):
        subject = replace(subject, scored=False)
    head, colon, class_name = name.partition(":")
    if colon:
        return _measure_class(head, class_name, outcome, subject)
    for measures, why in _groups(subject):
        if (one := measures.get(head)) is not None:
            return Unmeasured(why) if why else one(outcome, subject)
    return Unmeasured(f"not a metric of a {subject.task} model")


def _measure_class(head: str, class_name: str, outcome: Outcome, subject: Subject) -> Reading:
    if subject.task != "multiclass" or class_name not in subject.classes:
        return Unmeasured(f"the model has no class {class_name!r}")
    place = subject.classes.index(class_name)
    if (one := multiclass.CLASS_DECIDED.get(head)) is not None:
        return one(outcome, subject, place)
    if (one := multiclass.CLASS_RANKED.get(head)) is not None:
        return one(outcome, subject, place) if subject.scored else Unmeasured(_NO_SCORES)
    return Unmeasured(f"{head} is not measured of one class")


def _groups(subject: Subject) -> list[tuple[Mapping[str, Measure], str]]:
    """Groups of measures of the model's task, each with why it cannot be had of the model; empty where it can."""
    no_scores = "" if subject.scored else _NO_SCORES
    no_probabilities = no_scores or ("" if subject.probability else _NO_PROBABILITIES)
    groups = list(zip(_MEASURES.get(subject.task, ()), ("", no_scores, no_probabilities), strict=False))
    return [*groups, (money.MEASURES, "" if subject.money else _NO_MONEY)]


def _fits(line: Metric, subject: Subject) -> bool:
    if line.family is not Family.PERFORMANCE:
        return True
    return any(line.name in measures and not why for measures, why in _groups(subject))


def _of_one_class(head: str, subject: Subject) -> str | None:
    """A metric that a multiclass model has only class by class."""
    if subject.task != "multiclass":
        return None
    tables: Sequence[Mapping[str, object]] = [multiclass.CLASS_DECIDED]
    if subject.scored:
        tables = [multiclass.CLASS_DECIDED, multiclass.CLASS_RANKED]
    return _named(head, [_OF_MODEL[name] for table in tables for name in table])


def _plain(name: str) -> str:
    return "_".join(name.lower().replace("-", " ").replace("_", " ").split())


def _named(name: str, lines: Iterable[Metric]) -> str | None:
    """The line that is called so, by its name before any by an alias."""
    wanted, lines = _plain(name), list(lines)
    for line in lines:
        if line.name == wanted:
            return line.name
    return next((line.name for line in lines if wanted in line.aliases), None)


def _class(name: str, head: str, class_name: str, subject: Subject) -> str:
    """The class in a name such as `f1:good`."""
    if subject.task != "multiclass":
        raise ConfigError(f"{name!r} names a class, and only a multiclass model has classes", hint=f"write {head}")
    if head not in multiclass.CLASS_DECIDED and head not in multiclass.CLASS_RANKED:
        can = ", ".join([*multiclass.CLASS_DECIDED, *multiclass.CLASS_RANKED])
        raise ConfigError(f"{head} is not measured of one class", hint=f"those that are: {can}")
    if class_name not in subject.classes:
        near = get_close_matches(class_name, subject.classes, n=3) or subject.classes
        hint = f"write {_either(f'{head}:{one}' for one in near)}"
        raise ConfigError(f"the model has no class {class_name!r}", hint=hint)
    return class_name


def _unknown(head: str, subject: Subject, lines: Iterable[Metric], *, column: bool) -> ConfigError:
    """Say where a metric belongs, or what is spelt like it."""
    names = [line.name for line in lines]
    elsewhere = _named(head, (_OF_MODEL if column else _OF_COLUMN).values())
    if elsewhere and column:
        return ConfigError(f"{elsewhere} is measured of the model, not of a column", hint=f"write {elsewhere}")
    if elsewhere:
        return ConfigError(f"{elsewhere} is measured of a column", hint=f"write {elsewhere}(column)")
    if not column and _of_one_class(head, subject):
        return ConfigError(f"{head} is measured of one class at a time", hint=f"write {head}:{subject.classes[0]}")
    known = None if column else _named(head, _OF_MODEL.values())
    if known is None:
        return ConfigError(f"no metric is called {head!r}", hint=_nearest(_plain(head), names))
    why = f"it is of {_either(_OF_MODEL[known].tasks)} models"
    for measures, refusal in _groups(subject):
        why = refusal if known in measures else why
    return ConfigError(f"a {subject.task} model has no {known}: {why}", hint=f"it has {', '.join(metrics_of(subject))}")


def _nearest(name: str, names: Sequence[str]) -> str:
    """The names spelt most like one; all of them where none is like it."""
    spellings = {name: name for name in names}
    for line in CATALOGUE:
        if line.name in spellings:
            spellings |= dict.fromkeys(line.aliases, line.name)
    near = dict.fromkeys(spellings[like] for like in get_close_matches(name, spellings, n=3))
    return f"did you mean {_either(near)}?" if near else f"there are {', '.join(dict.fromkeys(names))}"


def _either(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}" if most else last
