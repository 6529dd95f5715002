"""Score replay: a sample of the newest logged rows is scored again, by the model as it was registered.

A logged score that is another than the model gives to the same row is no matter of chance, and none of the inputs: the
serving side is broken, or serves something else. The sample is drawn in a cycle, once `every` has passed, from rows
that no replay has looked at; its counts commit with the cycle. What the model does in its own process cannot harm it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from bellbuoy.app.plans import Planned, classes_of, outputs_of, scores_of
from bellbuoy.app.project import OpenProject
from bellbuoy.config.spec import Model, Replay, Task
from bellbuoy.deployment.artefact import found
from bellbuoy.deployment.rescore import Order, ScoringError, score_again
from bellbuoy.errors import ConfigError, SourceError
from bellbuoy.metrics.replay import distances
from bellbuoy.profiles.collect import REPLAY, Plan, Tally
from bellbuoy.profiles.deposit import deposit_profiles
from bellbuoy.profiles.drawn import Draw, Drawn
from bellbuoy.profiles.step import Step
from bellbuoy.profiles.target import alike
from bellbuoy.sources.port import Categories, Kind, Mark, Note, Numbers, Rows, Want
from bellbuoy.store.database import Beat
from bellbuoy.windows import to_micro

Floats = NDArray[np.float64]
#: Where a model's facts and marks have what is remembered of its replays.
_KEPT = "replay"
#: What stands for the version in the name of an artefact, and which versions can stand there.
_VERSION, _PLAIN = "{version}", re.compile(r"\w[\w.+-]*")


@dataclass(frozen=True, slots=True)
class Compared:
    """Rows that were scored again; `apart` is how far each logged score is from the model's, NaN where none was."""

    plan: Plan
    rows: Sequence[Drawn] = ()
    logged: Sequence[object] = ()
    again: Sequence[object] = ()
    apart: Floats = field(default_factory=lambda: np.empty(0))
    null: NDArray[np.bool_] | None = None
    mark: Mark | None = None
    latest: int | None = None

    @property
    def tally(self) -> Tally:
        """The distances counted by window and version, and once more by each segment."""
        tally = Tally(replace(self.plan, columns=(REPLAY,), outputs=(REPLAY,)))
        if not self.rows:
            return tally
        columns = {name: _named([row.names[name] for row in self.rows]) for name in _parting(self.plan)}
        at = np.array([row.at for row in self.rows], np.int64)
        rows = Rows(len(self.rows), {**columns, REPLAY: Numbers(self.apart, self.null)})
        tally.add(rows, self.plan.grain.starts(at))
        return tally


def replayed(project: OpenProject, model: Model, planned: Planned, step: Step) -> Callable[[Beat], None]:
    """Score new rows again if that is due, and give what keeps the counts in the cycle's transaction.

    What is remembered goes into the step's facts. A model that cannot score is a note, and is asked again when the next
    replay is due; where no row has come, it is due still.
    """
    said = model.replay
    before: Mapping[str, int] = step.model.facts.get(_KEPT, {})
    if said is None or not _due(said, before, step.now):
        return _keep_nothing
    step.doing("scoring rows again")
    mark = dict(step.model.marks.get(_KEPT, {}))
    try:
        made = look_again(project, model, planned, step.now, mark, before.get("latest"))
    except (SourceError, ScoringError) as why:
        step.notes.append(Note("replay-failed", _KEPT, f"rows could not be scored again: {why.message}"))
        step.facts = {**step.facts, _KEPT: {**before, "at": to_micro(step.now)}}
        return _keep_nothing
    if made.latest is not None:
        step.facts = {**step.facts, _KEPT: {"at": to_micro(step.now), "latest": made.latest}}

    def keep(beat: Beat) -> None:
        beat.put_mark(_KEPT, made.mark or {})
        for line, profiles in made.tally.drain():
            if line.column == REPLAY:
                deposit_profiles(beat, line, profiles, step.codes)

    return keep


def look_again(
    project: OpenProject,
    model: Model,
    planned: Planned,
    now: datetime,
    mark: Mark | None = None,
    after: int | None = None,
) -> Compared:
    """Score a sample of the newest rows again: of those after a mark, and made after a moment in microseconds.

    Raises:
        SourceError: no row can be read.
        ScoringError: the model cannot be opened, broke, or took too long or too much.
    """
    said, plan = model.replay, planned.watch.plan
    assert said is not None
    every = said.every.total_seconds()
    draw = Draw(said.rows, int(every * 1_000_000), to_micro(now), after)
    kinds = _kinds(model, planned)
    pull = planned.watch.source.pull(
        Want(kinds, planned.watch.id, planned.watch.key_type, plan.cursor), mark or {}, now
    )
    only = (plan.version, said.version) if plan.version and said.version else None
    for batch in pull:
        draw.add(batch, plan.time, _parting(plan), only)
    if not (drawn := draw.rows()):
        return Compared(plan, mark=pull.mark)
    rows, again = list[Drawn](), list[object]()
    for artefact, some in _by_artefact(project, said, plan, drawn).items():
        again += score_again(_order(project, model, kinds, some, artefact), said.time_limit)
        rows += some
    made = Compared(plan, rows, again=again, mark=pull.mark, latest=draw.newest)
    return _compared(model, made) if rows else made


def replay_wrongs(project: OpenProject, model: Model) -> Iterator[tuple[str, str]]:
    """What keeps rows from being scored again, and what to do about it, as far as files tell before anything runs."""
    said = model.replay
    if said is None:
        return
    if said.artefact is not None and _VERSION in said.artefact:
        if not any(project.folder.glob(said.artefact.replace(_VERSION, "*"))):
            yield f"no file is called {said.artefact}, whatever the version", "it is relative to the project's folder"
    elif said.artefact is not None:
        try:
            found(project.folder / said.artefact)
        except ConfigError as why:
            yield f"{why.where}: {why.message}" if why.where else why.message, why.hint
    if said.function is not None:
        module = said.function.partition(":")[0].replace(".", "/")
        if not any((project.folder / end).exists() for end in (f"{module}.py", f"{module}/__init__.py")):
            yield f"there is no {module}.py in the project's folder", "write def score(rows) there"
    by_version = said.version is not None or _VERSION in (said.artefact or "")
    if by_version and model.predictions.columns.version is None:
        yield "no column says which version answered", "name it in predictions.columns, or name no version in replay"
    if not _inputs(model):
        yield "nobody says what the model is fed", "name its columns in replay.inputs"


def _due(said: Replay, before: Mapping[str, int], now: datetime) -> bool:
    last = before.get("at")
    return last is None or to_micro(now) - last >= said.every.total_seconds() * 1_000_000


def _keep_nothing(beat: Beat) -> None:
    del beat


def _parting(plan: Plan) -> tuple[str, ...]:
    """Columns by whose names rows are told apart: the version's, then those of segments."""
    return (*([plan.version] if plan.version else []), *plan.segments)


def _inputs(model: Model) -> tuple[str, ...]:
    said = model.replay
    inputs = said.inputs if said is not None else ()
    return inputs or tuple(name for name in model.features if name not in outputs_of(model))


def _outputs(model: Model) -> tuple[str, tuple[str, ...]]:
    """How the model answers, and the columns of the log that say what it answered."""
    scores, prediction = scores_of(model), model.predictions.columns.prediction
    if model.task is Task.MULTICLASS and scores:
        return "each", scores
    if model.task is Task.REGRESSION or not scores:
        return ("one" if model.task is Task.REGRESSION else "classes"), (prediction,) if prediction else ()
    return "one", scores


def _kinds(model: Model, planned: Planned) -> dict[str, Kind]:
    """What each column is read as: what the model is fed as the data has it, however it is counted."""
    watch, plan = planned.watch, planned.watch.plan
    there = watch.source.columns()
    kinds = {name: there.get(name, watch.kinds.get(name, Kind.NUMBER)) for name in _inputs(model)}
    others = (plan.time, *_parting(plan), *_outputs(model)[1])
    return {name: watch.kinds[name] for name in others} | kinds


def _by_artefact(
    project: OpenProject, said: Replay, plan: Plan, rows: Sequence[Drawn]
) -> Mapping[str | None, list[Drawn]]:
    """Rows by what scores them; of versions that have no artefact, rows are left alone."""
    if said.artefact is None or _VERSION not in said.artefact:
        return {said.artefact: list(rows)}
    parts: dict[str | None, list[Drawn]] = {}
    for row in rows:
        version = row.names.get(plan.version or "", "")
        # What a log says must not lead anywhere else than the file says.
        artefact = said.artefact.replace(_VERSION, version) if _PLAIN.fullmatch(version) else None
        if artefact is not None and (project.folder / artefact).exists():
            parts.setdefault(artefact, []).append(row)
    return parts


def _order(
    project: OpenProject, model: Model, kinds: Mapping[str, Kind], rows: Sequence[Drawn], artefact: str | None
) -> Order:
    said = model.replay
    assert said is not None
    inputs = _inputs(model)
    return Order(
        folder=str(project.folder),
        task=model.task.value,
        classes=classes_of(model),
        wanted=_outputs(model)[0],
        columns={name: [row.cells[name] for row in rows] for name in inputs},
        kinds={name: kinds[name].value for name in inputs},
        artefact=artefact,
        function=said.function,
        trusted=said.trusted,
        memory_mb=said.memory_mb,
    )


def _compared(model: Model, made: Compared) -> Compared:
    """The same with what was logged, and how far that is from what the model gives."""
    said = model.replay
    assert said is not None
    wanted, columns = _outputs(model)
    cells = [[row.cells[name] for name in columns] for row in made.rows]
    null = np.array([None in line for line in cells], np.bool_)
    if wanted == "classes":
        logged = ["" if line[0] is None else str(line[0]) for line in cells]
        other = [not alike(was, str(now)) for was, now in zip(logged, made.again, strict=True)]
        return replace(made, logged=logged, apart=np.array(other, np.float64), null=null)
    numbers = np.array([[np.nan if cell is None else cell for cell in line] for line in cells], np.float64)
    apart = distances(numbers, np.array(made.again, np.float64), said.tolerance)
    return replace(made, logged=numbers.tolist(), apart=apart, null=null)


def _named(names: Sequence[str]) -> Categories:
    known = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return Categories(np.array([known[name] for name in names], np.int32), tuple(known))
