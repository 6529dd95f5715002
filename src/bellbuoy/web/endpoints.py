"""The OpenAPI document as plain values for a page: Swagger's own page would load half of it from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a key of an answer."""

    name: str
    kind: str
    about: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One thing that programs may ask."""

    method: str
    path: str
    about: str
    parameters: tuple[Field, ...]
    answers: tuple[Field, ...]  #: keys of the JSON object that a good answer is; empty for anything else


def endpoints(app: FastAPI) -> list[Endpoint]:
    """All endpoints of an application, in the order of its OpenAPI document."""
    document = app.openapi()
    return [
        _endpoint(document, method, path, facts)
        for path, methods in document.get("paths", {}).items()
        for method, facts in methods.items()
    ]


def _endpoint(document: Mapping[str, Any], method: str, path: str, facts: Mapping[str, Any]) -> Endpoint:
    parameters = tuple(
        Field(
            p["name"],
            _kind(document, p["schema"]).removesuffix(" or null"),
            p.get("description", ""),
            p.get("required", False),
        )
        for p in facts.get("parameters", ())
    )
    good: Mapping[str, Any] = next((answer for code, answer in facts["responses"].items() if code.startswith("2")), {})
    schema = good.get("content", {}).get("application/json", {}).get("schema", {})
    about = facts.get("description") or facts.get("summary", "")
    return Endpoint(method.upper(), path, about, parameters, tuple(_keys(document, schema)))


def _keys(document: Mapping[str, Any], schema: Mapping[str, Any], prefix: str = "") -> Iterator[Field]:
    """Keys of an object, those of the objects in its lists below them."""
    for name, part in _resolved(document, schema).get("properties", {}).items():
        yield Field(prefix + name, _kind(document, part), part.get("description", ""))
        if part.get("type") == "array":
            yield from _keys(document, part["items"], f"{prefix}{name}[].")


def _kind(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """A schema in a few words: `number or null`, `list of object`, `"a" or "b"`."""
    schema = _resolved(document, schema)
    if "anyOf" in schema:
        return " or ".join(_kind(document, part) for part in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f'"{value}"' for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(document, schema['items'])}"
    return "time" if schema.get("format") == "date-time" else str(schema.get("type", "any"))


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    target: Any = document
    for step in schema["$ref"].removeprefix("#/").split("/"):
        target = target[step]
    return dict(target)
