"""What a model puts out and what that means: scores, decisions, the task, the positive class and the threshold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from bellbuoy.config.aliases import PREDICTIONS, SCORES
from bellbuoy.config.kinds import ColumnKind, ScoreKind, Task
from bellbuoy.config.roles import Facts, Found, find_class_scores, listed, named, plain
from bellbuoy.config.sample import ColumnFacts, Cut, Floats, Sample, cut, shortest_between

#: Names that the positive class goes by.
_YES = ("1", "true", "yes", "y", "t", "positive", "pos")
#: Truth values are also written as numbers.
_TRUTHS = {"true": "1", "false": "0"}
#: Labels that a reason names.
_SHOWN = 5
#: Whole numbers that are classes are few; texts that are classes may be more.
_MOST_NUMBERED, _MOST_CLASSES = 20, 60
#: A threshold is believed when no more decisions than this are exceptions to it.
_EXCEPTIONS = 0.05


@dataclass(frozen=True, slots=True)
class Outputs:
    """The columns that a model puts out, and what they mean."""

    task: Found[Task]
    score: Found[str] | None = None
    by_class: Mapping[str, str] = field(default_factory=dict)  #: multiclass: the score column of each class
    prediction: Found[str] | None = None
    positive: Found[str] | None = None
    threshold: Found[float] | None = None
    scores: Found[ScoreKind] | None = None
    classes: tuple[str, ...] = ()  #: multiclass without scores
    unused: tuple[str, ...] = ()  #: outputs that say nothing beyond the others

    @property
    def columns(self) -> frozenset[str]:
        """All of them, the unused ones too."""
        alone = (one.value for one in (self.score, self.prediction) if one is not None)
        return frozenset((*alone, *self.by_class.values(), *self.unused))


@dataclass(frozen=True, slots=True)
class Truth:
    """The labels, wherever they were found, beside the scores that they belong to."""

    facts: ColumnFacts
    table: Sample  #: has the scores
    rows: NDArray[np.int64]  #: places in `table`
    texts: tuple[str, ...]  #: the label at each of these


@dataclass(frozen=True, slots=True)
class _Seen:
    """Columns that look like outputs."""

    score: Found[str] | None
    by_class: Mapping[str, str]
    prediction: Found[str] | None


def find_outputs(tables: Sequence[Sample], facts: Facts, truth: Truth | None) -> Outputs | None:
    """What the model puts out; None when no column looks like it.

    The first table is the predictions; further ones, such as the reference set, help to find the threshold. `facts`
    are of the columns that have no part yet.
    """
    seen = _seen(tables[0], facts)
    if not (seen.score or seen.by_class or seen.prediction):
        return None
    answers = _answers(seen, facts, truth)
    task = _task(seen, facts, truth, answers)
    if task.value is Task.BINARY:
        return _binary(seen, task, tables, facts, truth, answers)
    unused = (seen.score.value,) if seen.score is not None and seen.prediction is not None else ()
    if task.value is Task.REGRESSION:
        return Outputs(task, prediction=seen.prediction or seen.score, unused=unused)
    if seen.by_class:
        return Outputs(task, by_class=_classes(seen.by_class, answers), prediction=seen.prediction)
    return Outputs(task, prediction=seen.prediction, classes=tuple(sorted(answers)), unused=unused)


def _seen(sample: Sample, facts: Facts) -> _Seen:
    by_class = find_class_scores(sample, facts)
    prediction = named(facts, PREDICTIONS, lambda one: one.known > 0 and one.kind is not ColumnKind.MOMENT)
    score = None if by_class else named(facts, SCORES, lambda one: one.known > 0 and one.kind is ColumnKind.NUMBER)
    if prediction is not None and not (score or by_class):
        score = _separating(sample, facts, facts[prediction.value])
    return _Seen(score, by_class, prediction)


def _separating(sample: Sample, facts: Facts, prediction: ColumnFacts) -> Found[str] | None:
    """A column of any name that parts the decisions cleanly, and so must be what they were made from."""
    if prediction.distinct != 2:
        return None
    for one in facts.values():
        if one.in_unit and not one.whole and one.distinct > 10:
            found = _best_cut([sample], one.name, prediction.name, prediction.values)
            if found is not None and found[1].exceptions == 0:
                return Found(one.name, f"lies in 0..1 and parts {prediction.name} cleanly")
    return None


def _answers(seen: _Seen, facts: Facts, truth: Truth | None) -> tuple[str, ...]:
    """The different answers that were seen among labels and predictions, labels first."""
    parts = [truth.facts] if truth is not None else []
    parts += [facts[seen.prediction.value]] if seen.prediction is not None else []
    return tuple(dict.fromkeys(value for one in parts for value in one.values))


def _task(seen: _Seen, facts: Facts, truth: Truth | None, answers: Sequence[str]) -> Found[Task]:
    if len(seen.by_class) > 2:
        return Found(Task.MULTICLASS, f"the scores of {len(seen.by_class)} classes sum to one")
    prediction = facts[seen.prediction.value] if seen.prediction is not None else None
    judge = truth.facts if truth is not None else prediction
    if judge is None or seen.by_class or _two_valued(judge) or _one_score_decides(seen, prediction, judge):
        return Found(Task.BINARY, _binary_why(seen, facts, judge))
    if judge.kind is ColumnKind.CATEGORY or _numbered(judge, prediction):
        return Found(Task.MULTICLASS, f"{judge.name} has {len(answers)} classes: {listed(answers)}")
    return Found(Task.REGRESSION, f"{judge.name} holds {judge.distinct:,} different numbers")


def _one_score_decides(seen: _Seen, prediction: ColumnFacts | None, judge: ColumnFacts) -> bool:
    """Whether one score stands for one class, though labels know more than two: yes, no, unknown."""
    alone = prediction is None or _two_valued(prediction)
    return seen.score is not None and alone and judge.kind is ColumnKind.CATEGORY


def _two_valued(one: ColumnFacts) -> bool:
    return 0 < one.distinct <= 2 and (one.kind is ColumnKind.CATEGORY or one.whole)


def _numbered(judge: ColumnFacts, prediction: ColumnFacts | None) -> bool:
    """Whether whole numbers stand for classes: few, and predictions are among them."""
    few = judge.whole and judge.distinct <= _MOST_NUMBERED
    return few and prediction is not None and prediction.whole and prediction.distinct <= _MOST_NUMBERED


def _binary_why(seen: _Seen, facts: Facts, judge: ColumnFacts | None) -> str:
    parts = []
    if seen.score is not None and facts[seen.score.value].in_unit:
        parts.append(f"{seen.score.value} lies in 0..1")
    if seen.by_class:
        parts.append("the scores of two classes sum to one")
    if judge is not None:
        parts.append(f"{judge.name} is {' or '.join(sorted(judge.values))}")
    return " and ".join(parts) or "there is one score"


def _classes(by_class: Mapping[str, str], answers: Iterable[str]) -> dict[str, str]:
    """Score columns by class, classes as the labels write them where column names write them otherwise."""
    known = {plain(answer): answer for answer in answers}
    return {known.get(plain(name), name): column for name, column in by_class.items()}


def _binary(
    seen: _Seen, task: Found[Task], tables: Sequence[Sample], facts: Facts, truth: Truth | None, answers: Sequence[str]
) -> Outputs:
    by_class = _classes(seen.by_class, answers)
    if seen.prediction and not (seen.score or by_class) and not _two_valued(facts[seen.prediction.value]):
        # A prediction between 0 and 1 beside labels of two values is a score by another name.
        seen = replace(seen, score=Found(seen.prediction.value, "a score, as its values lie between"), prediction=None)
    decided = seen.prediction
    strange = decided is not None and truth is not None and _other_words(facts[decided.value], truth.facts)
    if decided is not None and strange and (seen.score or by_class):
        # Decisions written otherwise than labels cannot be held against them; the threshold says them as well.
        seen = replace(seen, prediction=None)
    positive = _positive(seen, by_class, tables, truth, answers)
    out = Outputs(task, seen.score, {}, seen.prediction, positive)
    if by_class:
        column = by_class.get(positive.value, list(by_class.values())[-1])
        others = tuple(name for name in by_class.values() if name != column)
        out = replace(out, score=Found(column, f"the score of {positive.value}"), unused=others)
    if decided is not None and out.prediction is None:
        out = replace(out, unused=(*out.unused, decided.value))
    if out.score is None:
        return out
    words = facts[decided.value].values if decided is not None and strange else (positive.value,)
    threshold = None if decided is None else _threshold(tables, out.score.value, decided.value, words)
    return replace(out, scores=_meaning(facts[out.score.value]), threshold=threshold)


def _other_words(decisions: ColumnFacts, labels: ColumnFacts) -> bool:
    """Whether no decision is written as any label is: 0 and 1 beside late and ok."""
    known = {_TRUTHS.get(value, value) for value in labels.values}
    return all(_TRUTHS.get(value, value) not in known for value in decisions.values)


def _meaning(score: ColumnFacts) -> Found[ScoreKind]:
    if score.in_unit:
        return Found(ScoreKind.PROBABILITY, "all scores lie in 0..1")
    return Found(ScoreKind.RANKING, f"scores go from {score.low:g} to {score.high:g}")


def _positive(
    seen: _Seen, by_class: Mapping[str, str], tables: Sequence[Sample], truth: Truth | None, answers: Sequence[str]
) -> Found[str]:
    """The class that high scores mean: as decisions show, else as it is called, else as labels show."""
    if seen.score is not None and seen.prediction is not None:
        best = _best_cut(tables, seen.score.value, seen.prediction.value, answers)
        if best is not None and best[1].exceptions <= _EXCEPTIONS * best[1].rows:
            return Found(best[0], f"high scores are decided as {best[0]}")
    # Labels are held against it, so it is one of them where there are any.
    options = tuple(by_class) or (truth.facts.values if truth is not None else tuple(answers))
    if yes := next((option for option in options if option.lower() in _YES), None):
        return Found(yes, "by its name")
    if truth is not None and seen.score is not None and (higher := _higher(truth, seen.score.value)):
        return Found(higher, "rows with this label score higher")
    if truth is not None:
        seen_values = " and ".join(sorted(truth.facts.values[:_SHOWN]))
        return Found(
            truth.facts.values[-1], f"the rarer of {seen_values}; nothing else tells them apart, so look at it"
        )
    return Found(options[-1] if options else "1", "assumed, as there are no labels")


def _higher(truth: Truth, score: str) -> str | None:
    """The label whose rows have the higher mean score."""
    if score not in truth.table.columns:
        return None
    scores, labels = truth.table.numbers(score)[truth.rows], np.array(truth.texts, dtype=object)
    means = {
        value: float(np.nanmean(scores[labels == value]))
        for value in truth.facts.values
        if np.isfinite(scores[labels == value]).any()
    }
    return max(means, key=means.__getitem__) if len(means) > 1 else None


def _threshold(tables: Sequence[Sample], score: str, prediction: str, words: Iterable[str]) -> Found[float] | None:
    """The score from which on one of some words is decided."""
    found = _best_cut(tables, score, prediction, words)
    if found is None or found[1].exceptions > _EXCEPTIONS * found[1].rows:
        return None
    best = found[1]
    why = f"the highest score decided as negative is {best.below:g}, the lowest decided as positive {best.above:g}"
    if best.exceptions:
        why = f"explains {100 * (1 - best.exceptions / best.rows):.2f} % of the decisions"
    return Found(shortest_between(best.below, best.above), why)


def _best_cut(tables: Sequence[Sample], score: str, prediction: str, values: Iterable[str]) -> tuple[str, Cut] | None:
    """The value that is decided on high scores, with its threshold."""
    cuts = [(value, found) for value in values if (found := _cut(tables, score, prediction, value)) is not None]
    return min(cuts, key=lambda one: one[1].exceptions, default=None)


def _cut(tables: Sequence[Sample], score: str, prediction: str, positive: str) -> Cut | None:
    scores: list[Floats] = []
    chosen: list[NDArray[np.bool_]] = []
    for table in tables:
        if score in table.columns and prediction in table.columns:
            texts = np.array(table.texts(prediction), dtype=object)
            values = table.numbers(score)
            known = (texts != "") & ~np.isnan(values)
            scores.append(values[known])
            chosen.append(texts[known] == positive)
    return cut(np.concatenate(scores), np.concatenate(chosen)) if scores else None
