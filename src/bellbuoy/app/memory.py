"""Answers that are kept while what they were made from stands."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from threading import Lock
from typing import TypeVar, cast, overload

_T = TypeVar("_T")
#: Answers kept of one model; the oldest goes when there are more. A page may be a megabyte.
_MOST = 20


class Memory:
    """The answers about one model, all of one stamp: with the next, those before it are let go. For many threads."""

    def __init__(self) -> None:
        self._stamp: object = None
        self._answers: dict[Hashable, object] = {}
        self._lock = Lock()

    def once(self, stamp: object, what: Hashable, make: Callable[[], _T]) -> _T:
        """The answer that was made at this stamp, else a new one."""
        with self._lock:
            if stamp == self._stamp and what in self._answers:
                return cast(_T, self._answers[what])
        made = make()
        with self._lock:
            if stamp != self._stamp:
                self._stamp, self._answers = stamp, {}
            while len(self._answers) >= _MOST:
                del self._answers[next(iter(self._answers))]
            self._answers[what] = made
        return made


class Later(Sequence[_T]):
    """A sequence that is read when it is first looked at: an answer that stands needs no rows."""

    def __init__(self, read: Callable[[], Sequence[_T]]) -> None:
        self._read = read

    @cached_property
    def _items(self) -> Sequence[_T]:
        return self._read()

    @overload
    def __getitem__(self, place: int) -> _T: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[_T]: ...
    def __getitem__(self, place: int | slice) -> _T | Sequence[_T]:
        """One of the items, or some."""
        return self._items[place]

    def __len__(self) -> int:
        """How many there are."""
        return len(self._items)
