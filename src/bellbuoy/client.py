"""Push predictions and labels from a service, without ever standing in its way.

    client = Client("http://buoy:8765", "delays", token="…")
    client.prediction({"id": 17, "ts": now, "score": 0.83, "wind_speed": 12.0})
    client.label({"id": 17, "label": 1})

Only the standard library is needed, and one thread.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import random
import threading
import uuid
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from http.client import HTTPException
from types import TracebackType
from typing import Any, Self
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from bellbuoy.errors import BellbuoyError

_log = logging.getLogger("bellbuoy.client")
#: Rows in one push.
_BATCH = 1_000
#: Seconds before the second try, and the most between two tries.
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 30.0
#: Answers after which trying again can help.
_PASSING = (408, 425, 429, 500, 502, 503, 504)


class PushError(BellbuoyError):
    """Rows could not be pushed."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows so far."""

    pushed: int = 0  #: kept by the server
    refused: int = 0  #: turned down by the server: trying again cannot help
    dropped: int = 0  #: never sent, because too many were waiting
    waiting: int = 0  #: not sent yet


@dataclass(slots=True)
class _Batch:
    """Rows on their way. The key stays the same however often they are sent, so that they are kept once."""

    table: str
    rows: list[Mapping[str, object]]
    key: str = field(default_factory=lambda: uuid.uuid4().hex)


class Client:
    """Pushes the rows of one model to Bellbuoy in the background, in batches, again and again until they are kept.

    A call only puts rows into a buffer of `capacity` rows; when it is full, because the server has been away for long,
    new rows are dropped and counted. Nothing is raised into the caller unless `raise_errors` asks for it. At the end of
    the process, or when `close` is called, what waits is sent for `close_timeout` seconds at most.

    1. Rows wait until there are a thousand of a table, or `interval` seconds have passed.
    2. They are sent. Where the server cannot be reached or is in trouble, the same batch is sent again after 0.5 s, 1 s
       and so on up to half a minute; nothing overtakes it.
    3. What the server refuses for good is counted, and told once to the log `bellbuoy.client`.
    """

    def __init__(
        self,
        url: str,
        model: str,
        *,
        token: str | None = None,
        interval: float = 1.0,
        capacity: int = 100_000,
        timeout: float = 10.0,
        close_timeout: float = 5.0,
        raise_errors: bool = False,
    ) -> None:
        if urlsplit(url).scheme not in {"http", "https"}:
            raise PushError(f"{url!r} is no address of a server", hint="write it as http://127.0.0.1:8765")
        self._address = f"{url.rstrip('/')}/api/v1/models/{quote(model, safe='')}"
        self._headers = {"Content-Type": "application/x-ndjson"} | (
            {"Authorization": f"Bearer {token}"} if token else {}
        )
        self._interval, self._capacity, self._timeout = interval, capacity, timeout
        self._close_timeout, self.raise_errors = close_timeout, raise_errors
        self._waiting: deque[tuple[str, Mapping[str, object]]] = deque()
        self._sending = 0
        self._pushed = self._refused = self._dropped = 0
        self._fault: PushError | None = None
        self._told: set[str] = set()
        self._hurry = self._closed = self._ended = False
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None
        atexit.register(self.close)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_forked(weakref.ref(self)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, why: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def prediction(self, row: Mapping[str, object]) -> None:
        """Push one prediction: id, time, version, features, score, by the names of the model's columns.

        Raises:
            PushError: only with `raise_errors`, when rows were dropped or refused, or the server is away.
        """
        self.predictions([row])

    def label(self, row: Mapping[str, object]) -> None:
        """Push one label: the id of its prediction, the truth, and when it became known.

        Raises:
            PushError: only with `raise_errors`, when rows were dropped or refused, or the server is away.
        """
        self.labels([row])

    def predictions(self, rows: Iterable[Mapping[str, object]]) -> None:
        """Push several predictions.

        Raises:
            PushError: only with `raise_errors`, when rows were dropped or refused, or the server is away.
        """
        self._put("predictions", rows)

    def labels(self, rows: Iterable[Mapping[str, object]]) -> None:
        """Push several labels.

        Raises:
            PushError: only with `raise_errors`, when rows were dropped or refused, or the server is away.
        """
        self._put("labels", rows)

    @property
    def counts(self) -> Counts:
        """What became of the rows so far."""
        with self._change:
            return Counts(self._pushed, self._refused, self._dropped, len(self._waiting) + self._sending)

    def flush(self, timeout: float | None = None) -> bool:
        """Send what waits now, and wait for it so many seconds (None: as long as it takes); whether nothing waits.

        Raises:
            PushError: only with `raise_errors`, when not everything was kept.
        """
        with self._change:
            self._hurry = True
            self._change.notify_all()
            done = self._change.wait_for(lambda: not self._waiting and not self._sending, timeout)
            if not done and self.raise_errors and self._fault is None:
                raise PushError("rows are still waiting", where=self._address)
            self._complain()
        return done

    def close(self) -> None:
        """Send what waits, for `close_timeout` seconds at most, and end. Later rows are dropped. Twice is once."""
        with self._change:
            if self._closed:
                return
            self._closed = self._hurry = True
            self._change.notify_all()
            self._change.wait_for(lambda: not self._waiting and not self._sending, self._close_timeout)
            self._ended = True
            self._dropped += len(self._waiting)
            self._waiting.clear()
            self._change.notify_all()
            # A batch between two tries gives up at once; one under way may take longer than we want to wait.
            self._change.wait_for(lambda: not self._sending, 0.1)
        atexit.unregister(self.close)

    def begin(self) -> None:
        """Start afresh in a forked process: what waits is the parent's to send."""
        self._change = threading.Condition()
        self._waiting.clear()
        self._sending, self._thread = 0, None

    def _put(self, table: str, rows: Iterable[Mapping[str, object]]) -> None:
        with self._change:
            for row in rows:
                if self._closed or len(self._waiting) + self._sending >= self._capacity:
                    self._dropped += 1
                    why = "the client is closed" if self._closed else "too many are waiting"
                    self._trouble("dropped", f"rows are dropped: {why}")
                else:
                    # A copy: the caller may go on to change its own.
                    self._waiting.append((table, {**row}))
            if self._waiting and self._thread is None:
                self._thread = threading.Thread(target=self._run, name="bellbuoy-client", daemon=True)
                self._thread.start()
            if len(self._waiting) >= _BATCH:
                self._change.notify_all()
            self._complain()

    def _complain(self) -> None:
        if self.raise_errors and self._fault is not None:
            fault, self._fault = self._fault, None
            raise fault

    def _trouble(self, kind: str, message: str) -> None:
        """Remember a fault for who wants faults raised, and tell each kind once."""
        self._fault = PushError(message, where=self._address)
        if kind not in self._told:
            self._told.add(kind)
            _log.warning("%s: %s", self._address, message)

    def _run(self) -> None:
        while (batch := self._next()) is not None:
            self._deliver(batch)
            with self._change:
                self._sending = 0
                self._change.notify_all()

    def _next(self) -> _Batch | None:
        """The next rows of one table, once it is time; None when the client is closed and nothing waits."""
        with self._change:
            self._change.wait_for(lambda: bool(self._waiting) or self._closed)
            self._change.wait_for(lambda: self._hurry or self._closed or len(self._waiting) >= _BATCH, self._interval)
            if not self._waiting:
                return None
            table = self._waiting[0][0]
            rows: list[Mapping[str, object]] = []
            others: list[tuple[str, Mapping[str, object]]] = []
            # Predictions and labels may come by turns: rows of the other table stand aside and keep their place.
            while self._waiting and len(rows) < _BATCH:
                name, row = self._waiting.popleft()
                rows.append(row) if name == table else others.append((name, row))
            self._waiting.extendleft(reversed(others))
            self._sending = len(rows)
            self._hurry = self._hurry and bool(self._waiting)
            return _Batch(table, rows)

    def _deliver(self, batch: _Batch) -> None:
        """Send a batch until it is kept or refused, or the client ends and the server is still away."""
        body = b"\n".join(map(_line, batch.rows))
        wait = _FIRST_WAIT
        while (answer := self._send(batch, body)) is None:
            with self._change:
                # Each waits a little differently, so that services that failed together do not come back together.
                if self._change.wait_for(lambda: self._ended, wait * random.uniform(0.75, 1.25)):  # noqa: S311
                    self._dropped += len(batch.rows)
                    return
            wait = min(2 * wait, _LONGEST_WAIT)
        with self._change:
            self._told.discard("away")
            self._pushed += answer
            self._refused += len(batch.rows) - answer

    def _send(self, batch: _Batch, body: bytes) -> int | None:
        """How many rows were kept; None if trying again can help."""
        headers = {**self._headers, "Idempotency-Key": batch.key}
        request = Request(f"{self._address}/{batch.table}", body, headers, method="POST")  # noqa: S310 - http(s) only
        try:
            with urlopen(request, timeout=self._timeout) as reply:  # noqa: S310
                return self._kept(json.load(reply), len(batch.rows))
        except HTTPError as why:
            with why:
                return self._refusal(why)
        except (URLError, OSError, HTTPException, ValueError) as why:
            with self._change:
                self._trouble("away", f"the server cannot be reached: {why}")
            return None

    def _kept(self, answer: Mapping[str, Any], count: int) -> int:
        if answer.get("refused"):
            first = answer["lines"][0]
            with self._change:
                self._trouble(
                    "refused", f"{answer['refused']} of {count} rows were refused; line {first['line']}: {first['why']}"
                )
        return int(answer["accepted"])

    def _refusal(self, why: HTTPError) -> int | None:
        said = why.read(2_000).decode(errors="replace")
        with self._change:
            self._trouble("away" if why.code in _PASSING else "refused", f"{why.code} {said}")
        return None if why.code in _PASSING else 0


def _forked(client: weakref.ref[Client]) -> Callable[[], None]:
    def begin() -> None:
        if (forked := client()) is not None:
            forked.begin()

    return begin


def _line(row: Mapping[str, object]) -> bytes:
    """A row as JSON, whatever is in it."""
    try:
        text = json.dumps(row, default=_plain)
    except (TypeError, ValueError):
        plain = (str, int, float, type(None))
        text = json.dumps({str(name): value if isinstance(value, plain) else str(value) for name, value in row.items()})
    return text.encode()


def _plain(value: object) -> object:
    """A value of another library as JSON has it: numpy's scalars as numbers, times as ISO texts."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    item = getattr(value, "item", None)
    return item() if callable(item) else str(value)
