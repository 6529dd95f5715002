"""The files behind a path: one file, a glob, a folder, or the same in an object store."""

from __future__ import annotations

import glob
import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bellbuoy.errors import SourceError
from bellbuoy.sources.formats import Format, format_of


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was when it was listed; `changed` is its time of change in ns since 1970, or another stamp."""

    name: str  #: what the mark knows it by: relative to the project folder where it is inside
    address: str  #: what DuckDB opens
    format: Format
    size: int
    changed: int


def list_files(path: str, folder: Path) -> list[File]:
    """All files of a path, oldest change first; none is an empty list.

    Raises:
        SourceError: the path names a kind of file that nobody reads, or an object store that cannot be asked.
    """
    found: Iterable[File] = _remote(path).list_remote(path) if "://" in path else _local(path, folder)
    return sorted(found, key=lambda file: (file.changed, file.name))


def local_file(place: Path, folder: Path) -> File | None:
    """A local file; None if it is gone or no file that can be read."""
    format_ = format_of(place.name)
    try:
        stat = place.stat()
    except OSError:
        return None
    if format_ is None or not place.is_file():
        return None
    name = place.relative_to(folder) if place.is_relative_to(folder) else place
    # Brackets in a real file's name are no pattern to DuckDB.
    return File(name.as_posix(), glob.escape(str(place)), format_, stat.st_size, stat.st_mtime_ns)


def _local(path: str, folder: Path) -> Iterable[File]:
    # A name may hold brackets and still be a file, so what is there goes before what is a pattern.
    place = (folder / Path(path).expanduser()).absolute()
    if place.is_dir():
        places = [
            inner for inner in place.rglob("*") if not any(_hidden(part) for part in inner.relative_to(place).parts)
        ]
    elif place.exists():
        _known(path)
        places = [place]
    else:
        # pathlib's own glob takes no absolute pattern.
        places = [Path(name) for name in glob.glob(str(place), recursive=True)]  # noqa: PTH207
    found = (local_file(inner, folder.absolute()) for inner in places)
    return [file for file in found if file is not None]


def _hidden(part: str) -> bool:
    """What writers leave beside their data: _SUCCESS, _delta_log, .tmp."""
    return part.startswith((".", "_"))


def _known(path: str) -> None:
    if format_of(path) is None:
        hint = "name it .parquet, .csv, .ndjson, .jsonl or .json, with .gz or .zst if it is packed"
        raise SourceError("its name does not say what kind of file it is", where=path, hint=hint, permanent=True)


def attach_address(address: str) -> None:
    """Let DuckDB open what lies below an address; nothing is to be done for a folder.

    Raises:
        SourceError: it is a URL, and there is nothing here that could open it.
    """
    if "://" in address:
        _remote(address).attach_url(address)


def _remote(path: str) -> Any:  # noqa: ANN401 - a module that loads only where it is needed
    try:
        # Object stores need fsspec, which is no core dependency; it loads only where such a path is given.
        return importlib.import_module("bellbuoy.sources.remote")
    except ImportError as why:
        hint = "pip install fsspec, with s3fs for s3://, gcsfs for gs:// or aiohttp for https://"
        raise SourceError(f"object stores need {why.name}", where=path, hint=hint, permanent=True) from why
