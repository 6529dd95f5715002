"""The JSON Schema of the project files, from the same models that read them: for editors and for other programs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, cast

from pydantic.json_schema import GenerateJsonSchema

from bellbuoy.config.kinds import Spec
from bellbuoy.config.spec_model import Model
from bellbuoy.config.spec_project import ProjectFile
from bellbuoy.config.texts import Budget
from bellbuoy.windows import format_duration

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class SchemaOf(StrEnum):
    """Which file a schema is of."""

    PROJECT = "project"
    MODEL = "model"


def file_schema(of: SchemaOf) -> Mapping[str, Any]:
    """The schema of `bellbuoy.toml` or of a model's file; every key has its description."""
    kind = ProjectFile if of is SchemaOf.PROJECT else Model
    schema = {"$schema": _DIALECT} | kind.model_json_schema(schema_generator=_Schema)
    return cast("Mapping[str, Any]", _plain(schema))


class _Schema(GenerateJsonSchema):
    """Defaults as a file would have them: a table's are those of its keys."""

    def encode_default(self, dft: Any) -> Any:  # noqa: ANN401 - pydantic's signature
        if isinstance(dft, timedelta):
            return format_duration(dft)
        if isinstance(dft, Budget):
            return str(dft)
        return None if isinstance(dft, Spec | Mapping) or dft == () else super().encode_default(dft)


def _plain(node: Any) -> Any:  # noqa: ANN401 - JSON is any of six types
    """Without what is of no use to a writer of TOML: null, which it cannot write, and titles made from names."""
    if isinstance(node, list):
        return [_plain(part) for part in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _plain(value) for key, value in node.items() if not _useless(key, value)}
    choices = [one for one in kept.get("anyOf", ()) if one != {"type": "null"}]
    if len(choices) == 1:
        del kept["anyOf"]
        kept = choices[0] | kept
    elif choices:
        kept["anyOf"] = choices
    return kept


def _useless(key: str, value: object) -> bool:
    return (key == "title" and isinstance(value, str)) or (key == "default" and value is None)
