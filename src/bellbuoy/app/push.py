"""Rows that services push: read line by line, and kept in the inbox of their model before anybody is told so."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from bellbuoy.app.project import OpenProject
from bellbuoy.clock import Clock
from bellbuoy.config.spec import Model, RowsAt
from bellbuoy.errors import ConfigError, SourceError
from bellbuoy.sources.opening import open_inbox
from bellbuoy.sources.port import Inbox, Place
from bellbuoy.sources.stream import rows_of_stream
from bellbuoy.windows import iso

PREDICTIONS, LABELS = "predictions", "labels"
Row = Mapping[str, object]
#: A row's number, from 1 on, and the row, or why it cannot be read.
Line = tuple[int, Row | str]


class NoInboxError(ConfigError):
    """The model's file says that these rows are somewhere else, so none are taken."""


class FormatError(ConfigError):
    """Nobody here reads rows that are written like that."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken: its number, from 1 on, and why."""

    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of the rows of one push."""

    accepted: int
    refused: tuple[Refused, ...] = ()
    repeated: bool = False  #: rows came under this key before; these were not kept once more


class Pushes:
    """Takes rows for the models of a project. For many threads at once."""

    def __init__(self, project: OpenProject, clock: Clock) -> None:
        self._project, self._clock = project, clock
        self._inboxes: dict[Place, Inbox] = {}
        self._lock = Lock()

    def renew(self, project: OpenProject) -> None:
        """Take what the project's files say now."""
        self._project = project

    def push(self, model: str, table: str, body: bytes, *, content_type: str, key: str | None = None) -> Pushed:
        """Keep the rows of a body in the inbox; they are on the disk when it returns.

        Rows that cannot be read, or have no id where ids are needed, are refused one by one. A row that does not say
        when it was made was made now. With `key`, a body that is pushed twice within seven days counts once.

        Raises:
            KeyError: there is no such model.
            NoInboxError: its rows are somewhere else.
            FormatError: the content type is none that is read here.
            ConfigError: no row at all could be taken.
            SourceError: the rows cannot be kept.
        """
        spec = self._project.models[model]
        rows_at = _rows_at(spec, table)
        now = self._clock.now()
        good, refused = _sorted(_read(body, content_type), _needed(spec, table), _defaults(spec, table, now))
        if refused and not good:
            where = f"{model}.{table}"
            raise ConfigError(f"no row could be taken; line {refused[0].line}: {refused[0].why}", where=where)
        fresh = self._inbox(rows_at).append(good, key, now)
        return Pushed(len(good), tuple(refused), repeated=not fresh)

    def _inbox(self, rows_at: RowsAt) -> Inbox:
        place = self._project.place(rows_at)
        with self._lock:
            if place not in self._inboxes:
                self._inboxes[place] = open_inbox(place, self._project.folder)
            return self._inboxes[place]


def _rows_at(model: Model, table: str) -> RowsAt:
    rows = model.predictions if table == PREDICTIONS else model.labels
    if rows is None or not rows.inbox:
        hint = f"in models/{model.name}.toml say inbox = true under [{table}]"
        raise NoInboxError(f"{table} of {model.name} are not pushed", where=f"{model.name}.{table}", hint=hint)
    return rows


def _needed(model: Model, table: str) -> tuple[str, ...]:
    """Columns without which a row is of no use."""
    if table == LABELS and model.labels is not None:
        return model.labels.columns.id, model.labels.columns.label
    id_ = model.predictions.columns.id
    return () if id_ is None else (id_,)


def _defaults(model: Model, table: str, now: datetime) -> Row:
    """What a row says where it does not say it."""
    time = model.predictions.columns.time if table == PREDICTIONS else model.labels and model.labels.columns.time
    return {time: iso(now)} if time else {}


def _sorted(rows: Iterator[Line], needed: Sequence[str], defaults: Row) -> tuple[list[Row], list[Refused]]:
    """The rows that can be taken, and those that cannot."""
    good: list[Row] = []
    refused: list[Refused] = []
    for line, row in rows:
        if isinstance(row, str):
            refused.append(Refused(line, row))
        elif missing := [name for name in needed if row.get(name) is None]:
            refused.append(Refused(line, f"it has no {' and no '.join(missing)}"))
        else:
            good.append({**defaults, **row})
    return good, refused


def _read(body: bytes, content_type: str) -> Iterator[Line]:
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in READERS:
        hint = f"send one of {', '.join(READERS)}"
        raise FormatError(f"rows cannot be read as {kind or 'nothing'}", where="Content-Type", hint=hint)
    return READERS[kind](body)


def _lines(body: bytes) -> Iterator[Line]:
    """JSON objects, one a line; blank lines are nothing, but they count."""
    for number, line in enumerate(body.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if line.strip():
            yield number, _object(line)


def _object(line: bytes) -> Row | str:
    try:
        return _row(json.loads(line))
    except (ValueError, RecursionError) as why:
        return f"it is no JSON: {why}"


def _row(found: object) -> Row | str:
    return found if isinstance(found, dict) else "it is no JSON object"


def _array(body: bytes) -> Iterator[Line]:
    """A JSON array of objects, or one object."""
    try:
        found = json.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError) as why:
        hint = "one broken row breaks a whole array; of NDJSON only the broken lines are refused"
        raise ConfigError(f"the body is no JSON: {why}", hint=hint) from why
    for number, row in enumerate(found if isinstance(found, list) else [found], 1):
        yield number, _row(row)


def _stream(body: bytes) -> Iterator[Line]:
    """An Arrow IPC stream."""
    try:
        yield from enumerate(rows_of_stream(body), 1)
    except SourceError as why:
        raise ConfigError(f"the body is no Arrow IPC stream: {why.message}") from why


#: How rows may be written, by content type.
READERS: dict[str, Callable[[bytes], Iterator[Line]]] = {
    "application/x-ndjson": _lines,
    "application/ndjson": _lines,
    "application/jsonl": _lines,
    "application/json": _array,
    "application/vnd.apache.arrow.stream": _stream,
}
