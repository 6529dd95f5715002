"""From where a table is, as a model's file says it, to the source that reads it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, cast

from bellbuoy.errors import SourceError
from bellbuoy.sources.port import Inbox, Place, Source

_GROUP = "bellbuoy.sources"
#: What to install where a kind's driver is missing.
_EXTRAS = {"delta": "delta", "inbox": "delta", "sql": "postgres"}


def open_source(place: Place, folder: Path, *, look_back: timedelta = timedelta(0)) -> Source:
    """The source for a place; relative paths are relative to `folder`. Nothing is read yet.

    A kind is found through the entry points `bellbuoy.sources`, so its driver loads only where it is used.

    Raises:
        SourceError: the place names no kind or several, or the kind's driver is not installed.
    """
    kind = kind_of(place)
    maker: Callable[..., Source] = _maker(kind)
    return maker(place, folder, look_back=look_back)


def open_inbox(place: Place, folder: Path) -> Inbox:
    """The inbox at a place, to put rows into.

    Raises:
        SourceError: the place is no inbox, or its driver is not installed.
    """
    if kind_of(place) != "inbox":
        raise SourceError("rows can only be put into an inbox", hint="inbox = true", permanent=True)
    maker: Callable[..., Inbox] = _maker("inbox")
    return maker(place, folder)


def kind_of(place: Place) -> str:
    """The name of a place's kind: files, delta, sql or inbox.

    Raises:
        SourceError: there is none, or more than one.
    """
    given = {"files": place.path, "delta": place.delta, "sql": place.sql, "inbox": place.inbox}
    kinds = [kind for kind, value in given.items() if value is not None]
    if len(kinds) != 1:
        hint = 'give exactly one of path = "…", delta = "…", sql = "…" with url = "…", and inbox = true'
        raise SourceError(f"{len(kinds)} places are given for one table", hint=hint, permanent=True)
    return kinds[0]


@cache
def _maker(kind: str) -> Callable[..., Any]:
    found = entry_points(group=_GROUP, name=kind)
    if not found:
        raise SourceError(f"no kind of source is called {kind}", hint="is bellbuoy installed?", permanent=True)
    try:
        return cast(Callable[..., Any], next(iter(found)).load())
    except ImportError as why:
        hint = f"pip install 'bellbuoy[{_EXTRAS[kind]}]'" if kind in _EXTRAS else ""
        raise SourceError(f"reading {kind} needs {why.name}", hint=hint, permanent=True) from why
