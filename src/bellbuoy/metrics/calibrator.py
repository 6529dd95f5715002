"""What labels will say, learnt from those that have come: of a model's predictions, and of parts of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bellbuoy.metrics import binary, multiclass
from bellbuoy.metrics.chance import ENOUGH, Chance, learn_chance
from bellbuoy.metrics.losses import Losses, learn_losses
from bellbuoy.metrics.reading import Unmeasured
from bellbuoy.metrics.subject import Subject
from bellbuoy.profiles.outcome import Outcome

#: Labelled rows from which errors of a regression are learnt, and classes of a model at all.
_LEAST = 100


@dataclass(frozen=True, slots=True)
class Calibration:
    """What labels to expect of predictions."""

    subject: Subject
    rows: int  #: labelled rows that it was learnt from
    chances: tuple[Chance, ...] = ()  #: of being positive; of being of each class
    losses: Losses | None = None  #: of a regression

    @property
    def gain(self) -> float:
        """How much more evidence there is for it than for what was known before, in nats."""
        return sum(chance.gain for chance in self.chances) + (self.losses.gain if self.losses is not None else 0.0)


@dataclass(frozen=True, slots=True)
class Strata:
    """What labels to expect, of all rows and of parts of them."""

    whole: Calibration
    by: str | None = None  #: the column whose parts tell so much that all rows are best expected part by part
    parts: Mapping[str, Mapping[str, Calibration]] = field(default_factory=dict)

    def of(self, column: str, value: str) -> Calibration:
        """What to expect of a part of the rows; as of all where too little is known of it."""
        return self.parts.get(column, {}).get(value, self.whole)


def learn(outcome: Outcome, subject: Subject) -> Calibration | Unmeasured:
    """Learn from the labelled counts of the reference, or of another past, what labels to expect of predictions.

    What is right already is left as it is; the modules `chance` and `losses` say how that is judged.
    """
    return _lacking(outcome, subject) or _learnt(outcome, subject, None)


def learn_parts(whole: Outcome, parts: Mapping[str, Mapping[str, Outcome]], subject: Subject) -> Strata | Unmeasured:
    """Learn what to expect of all rows and of each part; `parts[column][value]` are outcomes of the same stretch.

    A part starts from what all rows say, and departs from it as far as there is evidence. All rows are expected by the
    parts of the one column with the most evidence, if one has any.
    """
    every = learn(whole, subject)
    if isinstance(every, Unmeasured):
        return every
    found = {
        column: {
            value: _of_part(outcome, subject, every)
            for value, outcome in by_value.items()
            if not _lacking(outcome, subject)
        }
        for column, by_value in parts.items()
    }
    gains = {column: sum(part.gain for part in by_value.values()) for column, by_value in found.items()}
    by = max(gains, key=lambda column: gains[column], default=None)
    return Strata(every, by if by is not None and gains[by] > 0 else None, found)


def _of_part(outcome: Outcome, subject: Subject, whole: Calibration) -> Calibration:
    found = _learnt(outcome, subject, whole)
    # What stays with the whole is known from all of its rows.
    return found if found.gain > 0 else replace(found, rows=whole.rows)


def _learnt(outcome: Outcome, subject: Subject, under: Calibration | None) -> Calibration:
    if subject.task == "regression":
        return Calibration(subject, outcome.rows, losses=learn_losses(outcome, under.losses if under else None))
    counts = [binary.by_score(outcome)]
    if subject.task == "multiclass":
        counts = [multiclass.by_score(outcome, name) for name in subject.classes]
    before = under.chances if under is not None else (None,) * len(counts)
    chances = (
        learn_chance(part, probability=subject.probability, under=one) for part, one in zip(counts, before, strict=True)
    )
    return Calibration(subject, outcome.rows, tuple(chances))


def _lacking(outcome: Outcome, subject: Subject) -> Unmeasured | None:
    """Why nothing can be learnt; None where it can."""
    if subject.task == "regression":
        if "joint" not in outcome.cells:
            return Unmeasured("predictions and errors were not counted together yet")
        return _few(outcome.rows, "labels") if outcome.rows < _LEAST else None
    if subject.task == "binary":
        counts = binary.by_score(outcome)
        fewest = min((counts.positive, "positive labels"), (counts.negative, "negative labels"))
        return _few(round(fewest[0]), fewest[1], ENOUGH) if fewest[0] < ENOUGH else None
    if not all(f"score:{name}" in outcome.cells for name in subject.classes) or not subject.classes:
        return Unmeasured("no scores, only decisions")
    if not subject.probability:
        counts_of = {name: multiclass.by_score(outcome, name).positive for name in subject.classes}
        rarest = min(counts_of, key=lambda name: counts_of[name])
        if counts_of[rarest] < ENOUGH:
            return _few(round(counts_of[rarest]), f"labels {rarest!r}", ENOUGH)
    return _few(outcome.rows, "labels") if outcome.rows < _LEAST else None


def _few(rows: int, what: str, enough: int = _LEAST) -> Unmeasured:
    return Unmeasured(f"{rows:,} {what} are too few to learn from what labels to expect; {enough} are enough")
