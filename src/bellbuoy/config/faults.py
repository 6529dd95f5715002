"""Faults of project files in plain words: which key, what is wrong with it, and what was probably meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bellbuoy.config.kinds import PATTERNS, Spec, shown
from bellbuoy.config.lines import Path, line_of
from bellbuoy.errors import Fault

_BARE = re.compile(r"[A-Za-z0-9_-]+")
#: What a value should have been, by pydantic's name for the error.
_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "tuple_type": "an array",
    "mapping_type": "a table",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "finite_number": "a finite number",
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something wrong at a path of a file's data, before file and line are known."""

    path: Path
    message: str
    hint: str = ""


def placed(wrongs: Sequence[Wrong], file: str, lines: Mapping[Path, int]) -> list[Fault]:
    """The same as faults with file and line, in the order of the file, nothing said twice."""
    faults = [Fault(one.message, file, line_of(one.path, lines), written(one.path), one.hint) for one in wrongs]
    return sorted(dict.fromkeys(faults), key=lambda fault: fault.line or 0)


def written(path: Path) -> str:
    """A path as people write it: `alarms.rule[0].when`, `features."wind speed".kind`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if _BARE.fullmatch(part) else f'"{part}"')
    return text


def explained(error: ValidationError, spec: type[Spec]) -> list[Wrong]:
    """What pydantic found, in our words."""
    return [_explained(one, spec) for one in error.errors(include_url=False)]


def _explained(error: ErrorDetails, spec: type[Spec]) -> Wrong:
    # Pydantic marks a bad key of a table by a last part of its own.
    path: Path = tuple(part for part in error["loc"] if part != "[key]")
    value, about, hint = error["input"], error.get("ctx", {}), ""
    match error["type"]:
        case "extra_forbidden":
            message, hint = "unknown key", _key_hint(str(path[-1]), path[:-1], spec)
        case "missing":
            message = "is missing"
        case "refused":
            message, hint = about["message"], about["hint"]
        case "enum" | "literal_error":
            choices = re.findall(r"'([^']*)'", about["expected"])
            message, hint = f"{shown(value)} is not one of {', '.join(choices)}", nearest(str(value), choices)
        case "string_pattern_mismatch":
            message = f"must be {PATTERNS[about['pattern']]}, not {shown(value)}"
        case "string_too_short":
            message = "must not be empty"
        case kind if kind in _EXPECTED:
            message = f"must be {_EXPECTED[kind]}, not {shown(value)}"
        case _:
            message = error["msg"].replace("Input should", "should", 1)
    return Wrong(path, message, hint)


def nearest(word: str, known: Sequence[str]) -> str:
    """The hint that another word may have been meant; empty when none is near."""
    near = get_close_matches(word, known, n=1) or get_close_matches(word.lower(), known, n=1)
    return f"did you mean '{near[0]}'?" if near else ""


def _key_hint(key: str, table: Path, spec: type[Spec]) -> str:
    """What the key should have been, where it should have stood, or which keys there are."""
    here = _table_at(spec, table)
    known = list(_keys(here)) if here is not None else []
    if hint := nearest(key, known):
        return hint
    homes = [written((*home, key)) for home in _homes(spec, key)]
    if homes:
        return f"it belongs at {' or '.join(homes)}"
    return f"known here: {', '.join(known)}"


def _keys(spec: type[Spec]) -> dict[str, type[Spec] | None]:
    """Keys of a table as they are written, each with the kind of table in it, if it holds one."""
    return {field.alias or name: next(_tables(field.annotation), None) for name, field in spec.model_fields.items()}


def _tables(annotation: Any) -> Iterator[type[Spec]]:  # noqa: ANN401 - an annotation can be any object
    if isinstance(annotation, type) and issubclass(annotation, Spec):
        yield annotation
    for part in get_args(annotation):
        yield from _tables(part)


def _table_at(spec: type[Spec], path: Path) -> type[Spec] | None:
    here: type[Spec] | None = spec
    for part in path:
        if here is None:
            return None
        # A part that is no key is a place in an array or a name of the user's own: the table stays the same.
        here = _keys(here).get(str(part), here)
    return here


def _homes(spec: type[Spec], key: str) -> Iterator[Path]:
    """Tables that do have the key and are reached by keys alone."""
    for name, inner in _keys(spec).items():
        if inner is not None and name not in {"features", "rule", "channels", "routes", "silences"}:
            if key in _keys(inner):
                yield (name,)
            yield from ((name, *rest) for rest in _homes(inner, key))
