"""The two files that `init` writes: each guess with its reason beside it, and what a person may want to add."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bellbuoy.config.infer import Evidence, Guess, LabelGuess
from bellbuoy.config.kinds import ColumnKind, ScoreKind, Task
from bellbuoy.config.roles import Found, span_text
from bellbuoy.config.sample import Sample

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDTH = 120
#: Reasons stand in one column where the settings beside them are no longer than this.
_SETTING = 44
_RULES = {
    Task.BINARY: ("auc-floor", "auc < 0.70"),
    Task.MULTICLASS: ("accuracy-floor", "accuracy < 0.70"),
    Task.REGRESSION: ("error-ceiling", "mae > 10"),
}

_WORTH = """\
# What right and wrong decisions are worth, so that "it is costing us" gets a number:
# [value]
# unit = "EUR"
"""
_NO_LABELS = """\
# Without the truth nobody can tell how right the model is. Once there are labels:
# [labels]
# path = "labels/*.parquet"
# columns = { id = "id", label = "label", time = "label_ts" }
"""


@dataclass(frozen=True, slots=True)
class Places:
    """Where the tables are, as keys and values of the file: `{"path": "data/*.parquet"}`."""

    predictions: Mapping[str, str]
    labels: Mapping[str, str] | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a block: a setting with its reason, or a comment alone."""

    setting: str
    why: str = ""


def project_text(name: str) -> str:
    """The text of a new `bellbuoy.toml`."""
    return f"""\
# The project {_comment(name)}. `bellbuoy check` judges what you change; `bellbuoy schema project` lists every key.

[project]
name = {toml(name)}
# state = "sqlite:///.bellbuoy/state.db"   # or postgresql+psycopg://… where several processes share the work

# Whom to tell when it rings. Without routes every notice goes to every channel.
# [[channels]]
# name = "ops"
# url = "${{OPS_URL}}"   # slack://, mailto://, pagerduty://, alertmanager://, an https:// webhook, any Apprise URL

# [web]
# host = "0.0.0.0"   # whoever can reach it then needs a token
# tokens = ["${{BELLBUOY_TOKEN}}"]
"""


def model_text(name: str, guess: Guess, evidence: Evidence, places: Places) -> str:
    """The text of a new `models/<name>.toml`."""
    blocks = [
        _head(name, evidence),
        _block("", _top(guess)),
        _block("[predictions]", _predictions(guess, evidence.predictions, places)),
        _block("[predictions.columns]", _columns(guess)),
    ]
    if guess.outputs.by_class:
        scores = (_Line(f"{_key(one)} = {toml(column)}") for one, column in guess.outputs.by_class.items())
        blocks.append(_block("[predictions.columns.score]", scores))
    blocks += _label_blocks(guess.labels, evidence, places)
    blocks += [
        _block("[baseline]", _baseline(evidence, places)),
        _block("[features]", _features(guess)),
        _block("[segments]", [_Line(f"by = {toml(guess.segments.value)}", guess.segments.why)]),
        _WORTH + _block("", _worth(guess)),
        _block("[alarms]", _alarms(guess.outputs.task.value)),
    ]
    return "\n".join(blocks)


def toml(value: str | float | bool | Sequence[str]) -> str:  # noqa: FBT001
    """A value as TOML writes it; `${` in a text is kept from being filled in."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f").replace("${", "$${")
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return f"[{', '.join(toml(one) for one in value)}]"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False).replace("\x7f", "\\u007f")


def class_value(text: str) -> str:
    """A class as TOML: the number or truth value that its text says, else the text."""
    if text.lower() in {"true", "false"}:
        return text.lower()
    return text if re.fullmatch(r"-?(0|[1-9]\d{0,17})", text) else toml(text)


def _comment(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text)


def _head(name: str, evidence: Evidence) -> str:
    counts = [f"{evidence.predictions.rows:,} predictions"]
    counts += [f"{evidence.labels.rows:,} labels"] if evidence.labels is not None else []
    counts += [f"{evidence.reference.rows:,} reference rows"] if evidence.reference is not None else []
    return (
        f"# The model {_comment(name)}, as `bellbuoy init` understood it from {', '.join(counts)}.\n"
        "# Each guess says why. `bellbuoy check` judges what you change; `bellbuoy schema model` lists every key.\n"
    )


def _block(head: str, lines: Iterable[_Line]) -> str:
    """A table with its reasons in one column; a long line has its reason above it."""
    every = list(lines)
    short = [line for line in every if line.why and len(line.setting) <= _SETTING]
    column = max((len(line.setting) for line in short), default=0) + 2
    text = f"{head}\n" if head else ""
    for line in every:
        why = _comment(line.why)
        if not why:
            text += f"{line.setting}\n"
        elif len(line.setting) <= _SETTING and column + len(why) + 2 <= _WIDTH:
            text += f"{line.setting.ljust(column)}# {why}\n"
        else:
            text += f"# {why}\n{line.setting}\n"
    return text


def _top(guess: Guess) -> Iterator[_Line]:
    outputs = guess.outputs
    yield _Line(f"task = {toml(outputs.task.value.value)}", outputs.task.why)
    if outputs.positive is not None:
        yield _Line(f"positive = {class_value(outputs.positive.value)}", outputs.positive.why)
    if outputs.classes:
        yield _Line(f"classes = {toml(outputs.classes)}", "those seen")
    yield _Line('# owner = "ml-team"', "who answers for the model")
    yield _Line(f"grain = {toml(guess.grain.value.value)}", guess.grain.why)


def _predictions(guess: Guess, sample: Sample, places: Places) -> Iterator[_Line]:
    yield from _place(places.predictions, _extent(sample, guess.log.time.value))
    outputs, cursor = guess.outputs, guess.log.cursor
    if outputs.threshold is not None:
        yield _Line(f"threshold = {toml(outputs.threshold.value)}", outputs.threshold.why)
    if outputs.scores is not None and outputs.scores.value is ScoreKind.RANKING:
        yield _Line('scores = "ranking"', f"{outputs.scores.why}, so they are no probabilities")
    if cursor is not None:
        yield _Line(f"cursor = {toml(cursor.value)}", cursor.why)


def _columns(guess: Guess) -> Iterator[_Line]:
    log, outputs = guess.log, guess.outputs
    parts: Mapping[str, Found[str] | None] = {
        "id": log.id,
        "time": log.time,
        "version": log.version,
        "score": outputs.score,
        "prediction": outputs.prediction,
        "host": log.host,
    }
    yield from (_Line(f"{part} = {toml(one.value)}", one.why) for part, one in parts.items() if one is not None)


def _label_blocks(labels: LabelGuess | None, evidence: Evidence, places: Places) -> list[str]:
    if labels is None:
        return [_NO_LABELS]
    place, why = places.predictions, "the truth is in the same rows"
    if evidence.labels is not None and places.labels is not None:
        place, why = places.labels, f"{evidence.labels.rows:,} rows; {100 * labels.matched:.0f} % have their prediction"
    late = "learnt from the delays seen"
    if labels.delay is not None:
        half, most = span_text(labels.delay.median), span_text(labels.delay.high)
        late = f"{late}: half of the labels came within {half}, 95 % within {most}"
    parts = {"id": labels.id, "label": labels.label, "time": labels.time}
    columns = (_Line(f"{part} = {toml(name)}") for part, name in parts.items() if name is not None)
    return [
        _block("[labels]", [*_place(place, why), _Line('maturity = "auto"', late)]),
        _block("[labels.columns]", columns),
    ]


def _baseline(evidence: Evidence, places: Places) -> Iterator[_Line]:
    if places.reference is None or evidence.reference is None:
        yield _Line('trailing = "28d"', "the weeks before each window, or else: reference = a file of good days")
    else:
        yield _Line(f"reference = {toml(places.reference)}", f"{evidence.reference.rows:,} rows")


def _features(guess: Guess) -> Iterator[_Line]:
    yield _Line("# Who answers for an input, and what it is, stands in notices and papers when it stands here:")
    first, kind = next(iter(guess.features.items()), ("amount", ColumnKind.NUMBER))
    yield _Line(f'# {_key(first)} = {{ kind = "{kind}", owner = "data-team", about = "what it is, with its unit" }}')
    for name, kind in guess.features.items():
        yield _Line(f'{_key(name)} = {{ kind = "{kind}" }}')
    for name, why in guess.left_out.items():
        yield _Line(f"# {_key(name)} is not watched: {_comment(why)}.")


def _worth(guess: Guess) -> Iterator[_Line]:
    match guess.outputs.task.value:
        case Task.BINARY:
            yield _Line("# true_positive = 120.0")
            yield _Line("# false_positive = -15.0")
            yield _Line("# false_negative = -300.0")
        case Task.MULTICLASS:
            one, other, *_ = map(_key, [*(guess.outputs.by_class or guess.outputs.classes or ()), "good", "bad"])
            yield _Line(
                f"# matrix = {{ {one} = {{ {one} = 5.0, {other} = -100.0 }} }}", "by what was said, then what is true"
            )
        case Task.REGRESSION:
            yield _Line('# expression = "-abs(label - prediction)"')


def _alarms(task: Task) -> Iterator[_Line]:
    name, when = _RULES[task]
    yield _Line('pack = "standard"', "inputs, outputs, volume, freshness, labels, performance, versions")
    yield _Line('budget = "1 false alarm per 30d"', "its limits are raised where they would overspend it")
    yield _Line(
        f'\n# A rule of your own:\n# [[alarms.rule]]\n# name = "{name}"\n# when = "{when}"\n# severity = "critical"'
    )


def _place(place: Mapping[str, str], why: str) -> Iterator[_Line]:
    for number, (key, value) in enumerate(place.items()):
        yield _Line(f"{key} = {toml(value)}", why if number == 0 else "")


def _extent(sample: Sample, time: str) -> str:
    """How many rows there are, from when to when."""
    known = sample.moments(time)
    known = known[~np.isnat(known)]
    count = f"{sample.rows:,} rows" if sample.whole else f"the first {sample.rows:,} rows"
    if not len(known):
        return count
    first, last = (np.datetime_as_string(one, unit="m").replace("T", " ") for one in (known.min(), known.max()))
    return f"{count}, from {first} to {last} UTC"
