"""Files in an object store, through fsspec: whatever it has a file system for. Loaded only where a path is a URL."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from fsspec.core import url_to_fs

from bellbuoy.errors import SourceError
from bellbuoy.sources.duck import attach
from bellbuoy.sources.formats import format_of
from bellbuoy.sources.keys import text_key
from bellbuoy.sources.listing import File

#: Where file systems say when a file changed, the surest first, and what they give instead of a time.
_TIMES = ("mtime", "LastModified", "last_modified", "updated", "modified", "created")
_STAMPS = ("ETag", "etag", "md5Hash", "content_md5")


def list_remote(path: str) -> list[File]:
    """The files of a URL: one file, a glob, or everything below a folder.

    Raises:
        SourceError: there is no file system for the URL, or the store refuses.
    """
    try:
        store, inner = url_to_fs(path)
        attach(store)
        found = _facts(store, inner)
    except ImportError as why:
        raise SourceError(str(why), where=path, hint="pip install what it names", permanent=True) from why
    except (OSError, ValueError) as why:
        hint = "is the address right, and may this machine read there?"
        raise SourceError(str(why) or type(why).__name__, where=path, hint=hint) from why
    return [file for name, facts in found if (file := _file(store, name, facts)) is not None]


def attach_url(url: str) -> None:
    """Let DuckDB open what lies below a URL.

    Raises:
        SourceError: there is no file system for it.
    """
    try:
        attach(url_to_fs(url)[0])
    except (ImportError, ValueError) as why:
        raise SourceError(str(why), where=url, hint="pip install what it names", permanent=True) from why


def _facts(store: Any, inner: str) -> Iterable[tuple[str, Mapping[str, Any]]]:  # noqa: ANN401 - fsspec has no types
    store.invalidate_cache()
    if glob.has_magic(inner):
        found: Mapping[str, Mapping[str, Any]] = store.glob(inner, detail=True)
    else:
        found = store.find(inner, detail=True)
    return found.items()


def _file(store: Any, name: str, facts: Mapping[str, Any]) -> File | None:  # noqa: ANN401
    format_ = format_of(name)
    hidden = any(part.startswith((".", "_")) for part in name.split("/"))
    if format_ is None or hidden or facts.get("type") == "directory":
        return None
    address = str(store.unstrip_protocol(name))
    return File(address, glob.escape(address), format_, int(facts.get("size") or 0), _stamp(facts))


def _stamp(facts: Mapping[str, Any]) -> int:
    """When a file changed, in ns since 1970; where the store does not say, a number that its content gives."""
    for key in _TIMES:
        when = facts.get(key)
        if isinstance(when, datetime):
            return int(when.timestamp() * 1_000_000_000)
        if isinstance(when, int | float):
            return int(when * 1_000_000_000)
    return next((text_key(str(facts[key])) for key in _STAMPS if facts.get(key)), 0)
