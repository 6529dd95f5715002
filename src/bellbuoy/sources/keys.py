"""Ids as 64-bit keys: the same numbers here as `casts.key` gives in DuckDB, for every engine that cannot make them."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bellbuoy.sources.port import KeyType

_INTEGER = re.compile(r"\s*([+-]?[0-9]+)(?:\.0*)?\s*", re.ASCII)
_BITS = 2**64


def text_key(text: str) -> int:
    """The lower 64 bits of the MD5 of a text, as DuckDB's `md5_number_lower` has them."""
    digest = hashlib.md5(text.encode(errors="surrogatepass"), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little")


def whole_key(value: object) -> int | None:
    """A whole number, or its text, in 64 bits of two's complement; None for anything else."""
    match value:
        case bool():
            return None
        case int():
            whole = value
        case float() | Decimal():
            if not _is_whole(value):
                return None
            whole = int(value)
        case _:
            match_ = _INTEGER.fullmatch(str(value))
            if match_ is None:
                return None
            whole = int(match_[1])
    return whole % _BITS if -(2**63) <= whole < _BITS else None


def _is_whole(value: float | Decimal) -> bool:
    return math.isfinite(value) and value == int(value)


def text_of(value: object) -> str:
    """The text that an id is known by: whole floats without their `.0`, booleans as true and false."""
    match value:
        case bool():
            return "true" if value else "false"
        case float() if abs(value) < 2**53 and value.is_integer():
            return str(int(value))
    return str(value)


def keys_of(values: Sequence[Any], key_type: KeyType) -> tuple[NDArray[np.uint64], NDArray[np.bool_], int]:
    """Keys of ids (None: null), which have none (key 0), and how many of those were there but could not be read."""
    if key_type is KeyType.TEXT:
        found = [None if value is None else text_key(text_of(value)) for value in values]
    else:
        found = [None if value is None else whole_key(value) for value in values]
    keyless = np.array([key is None for key in found], np.bool_)
    odd = int(keyless.sum()) - sum(value is None for value in values)
    return np.array([key or 0 for key in found], np.uint64), keyless, odd
