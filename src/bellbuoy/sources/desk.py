"""Work that many threads bring and one does for all: what costs the same for one as for many is paid once."""

from __future__ import annotations

import os
import sys
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Lock
from typing import Generic, TypeVar

from bellbuoy.errors import SourceError

if sys.platform != "win32":
    import fcntl

Work = TypeVar("Work")
Answer = TypeVar("Answer")


@dataclass(slots=True)
class _Case(Generic[Work, Answer]):
    work: Work
    done: bool = False
    answer: Answer | None = None
    fault: SourceError | None = None


class Desk(Generic[Work, Answer]):
    """Whoever comes first does the work of all who have come until then, `most` at a time; the others wait.

    `act` gives an answer for each piece of work, in their order, or fails for all of them.
    """

    def __init__(self, act: Callable[[Sequence[Work]], Sequence[Answer]], *, most: int) -> None:
        self._act, self._most = act, most
        self._waiting: deque[_Case[Work, Answer]] = deque()
        self._busy = False
        self._change = Condition()

    def ask(self, work: Work) -> Answer:
        """The answer to one piece of work, once it is done.

        Raises:
            SourceError: what `act` raised for the work that was done together with this.
        """
        case: _Case[Work, Answer] = _Case(work)
        with self._change:
            self._waiting.append(case)
        while not case.done:
            self._work(self._turn(case))
        if case.fault is not None:
            raise case.fault
        assert case.answer is not None
        return case.answer

    def _turn(self, case: _Case[Work, Answer]) -> list[_Case[Work, Answer]]:
        """Wait until somebody has done the work, which leaves nothing to do, or until it is one's own turn."""
        with self._change:
            self._change.wait_for(lambda: case.done or not self._busy)
            if case.done:
                return []
            self._busy = True
            return [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]

    def _work(self, cases: Sequence[_Case[Work, Answer]]) -> None:
        if not cases:
            return
        fault = SourceError("it was done together with something that failed", hint="try again")
        try:
            answers = self._act([case.work for case in cases])
            for case, answer in zip(cases, answers, strict=True):
                case.answer = answer
        except SourceError as why:
            fault = why
        finally:
            with self._change:
                for case in cases:
                    case.done = True
                    case.fault = fault if case.answer is None else None
                self._busy = False
                self._change.notify_all()


_TURNS: defaultdict[str, Lock] = defaultdict(Lock)


@contextmanager
def turn(address: str) -> Iterator[None]:
    """Wait until nobody else has a turn at a place: no other thread and, if it is a folder, no process of the machine.

    The system lets go of a turn when the process ends, however it ends.

    Raises:
        SourceError: the folder that the place is in cannot be made or written into.
    """
    with _TURNS[address]:
        if "://" in address or sys.platform == "win32":
            yield
            return
        handle = _lock_file(Path(f"{address}.lock"))
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _lock_file(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as why:
        raise SourceError(why.strerror or str(why), where=str(path)) from why
