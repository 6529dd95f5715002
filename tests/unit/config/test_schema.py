"""The schema, the files that we show, and the reader agree. A few lines judge JSON Schema as far as ours goes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bellbuoy.config.schema import SchemaOf, file_schema

GOLDEN = Path(__file__).parents[2] / "golden" / "config"
TYPES: Mapping[str, Any] = {
    "object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float)
}  # fmt: skip


def complaints(value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], at: str = "") -> Iterator[str]:
    """Where a value does not follow a schema."""
    if "$ref" in schema:
        yield from complaints(value, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, at)
    if "anyOf" in schema and all(list(complaints(value, one, root, at)) for one in schema["anyOf"]):
        yield f"{at}: none of anyOf"
    if "type" in schema and (not isinstance(value, TYPES[schema["type"]]) or not boolean_if_asked(value, schema)):
        yield f"{at}: no {schema['type']}"
    if value not in schema.get("enum", [value]) or value != schema.get("const", value):
        yield f"{at}: no such choice"
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{at}: not of the pattern"
    if isinstance(value, dict):
        yield from object_complaints(value, schema, root, at)
    for place, part in enumerate(value if isinstance(value, list) else ()):
        yield from complaints(part, schema.get("items", {}), root, f"{at}[{place}]")


def boolean_if_asked(value: Any, schema: Mapping[str, Any]) -> bool:
    return not isinstance(value, bool) or schema["type"] == "boolean"


def object_complaints(value: dict[str, Any], schema: Mapping[str, Any], root: Any, at: str) -> Iterator[str]:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    yield from (f"{at}.{key}: missing" for key in schema.get("required", ()) if key not in value)
    for key, part in value.items():
        if key in known:
            yield from complaints(part, known[key], root, f"{at}.{key}")
        elif others is False:
            yield f"{at}.{key}: unknown"
        elif isinstance(others, dict):
            yield from complaints(part, others, root, f"{at}.{key}")


def judged(path: Path, of: SchemaOf) -> list[str]:
    schema = file_schema(of)
    data = tomllib.loads(re.sub(r"= (\d{4}-\d\d-\S+)", r'= "\1"', path.read_text(encoding="utf-8")))
    return list(complaints(data, schema, schema))


@pytest.mark.parametrize("of", SchemaOf)
def test_a_file_with_every_setting_follows_the_schema(of: SchemaOf) -> None:
    assert judged(GOLDEN / "good" / f"{of.value}.toml", of) == []


@pytest.mark.parametrize(
    "name",
    ["misspelt_key", "missing_time", "unknown_task", "bad_duration", "bad_budget", "text_for_a_number",
     "function_without_module", "feature_is_no_table", "misspelt_severity"],
)  # fmt: skip
def test_a_file_with_a_fault_of_one_key_does_not(name: str) -> None:
    assert judged(GOLDEN / "model" / f"{name}.toml", SchemaOf.MODEL) != []


@pytest.mark.parametrize("of", SchemaOf)
def test_every_key_is_described(of: SchemaOf) -> None:
    schema = file_schema(of)
    tables = {"top": schema, **schema["$defs"]}
    keys = [(name, key, about) for name, one in tables.items() for key, about in one.get("properties", {}).items()]
    assert [(name, key) for name, key, about in keys if not described(about, tables)] == []


def described(about: Mapping[str, Any], tables: Mapping[str, Any]) -> bool:
    """A table may be described where it is defined."""
    return bool(about.get("description") or tables.get(about.get("$ref", "").rsplit("/", 1)[-1], {}).get("description"))


def test_defaults_are_written_as_a_file_has_them() -> None:
    tables = file_schema(SchemaOf.MODEL)["$defs"]
    shown = {key: about.get("default") for key, about in tables["Alarms"]["properties"].items()}
    assert shown == {"pack": "standard", "budget": "1 false alarm per 30d", "rule": None}
    assert tables["Predictions"]["properties"]["look_back"]["default"] == "10m"
