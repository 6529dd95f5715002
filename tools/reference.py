#!/usr/bin/env python3
"""Writes docs/reference from the code; with `--check` it only says whether the pages are what the code says now."""

from __future__ import annotations

import inspect
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, cast, get_args, get_origin, get_type_hints

from bellbuoy import errors
from bellbuoy.alarms.standard.lateness import LATE
from bellbuoy.alarms.standard.monitors import OF_COLUMNS, OF_ROWS, OLDER, Monitor
from bellbuoy.app.bell import Bell
from bellbuoy.app.compare.document import document_of
from bellbuoy.app.project import OpenProject
from bellbuoy.app.push import Pushes
from bellbuoy.cli.main import COMMANDS, Entry
from bellbuoy.clock import SystemClock
from bellbuoy.config.schema import SchemaOf, file_schema
from bellbuoy.config.spec import ProjectFile
from bellbuoy.incidents.speaks import OF_PACK
from bellbuoy.metrics.catalogue import CATALOGUE, Family, Metric
from bellbuoy.sources.codes import CODES
from bellbuoy.store.database import Database
from bellbuoy.web.endpoints import Endpoint, endpoints
from bellbuoy.web.pages import build_web
from bellbuoy.web.port import Reads
from bellbuoy.web.shapes import AlarmsShape, FaultShape, IncidentsShape, PartsShape, ReadingsShape, Shape, StatusShape

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "reference"
#: Files with every setting in them, which the tests hold to the schema: examples come from there.
GOOD = ROOT / "tests" / "golden" / "config" / "good"
MARK = "<!-- From here on written by `make docs` from the code: change it there. -->"
FILES = {SchemaOf.PROJECT: "bellbuoy.toml", SchemaOf.MODEL: "models/NAME.toml"}
#: Where the documents come from.
GIVEN = {
    "status": "From `bellbuoy status --json` and `GET /api/v1/status`.",
    "readings": "From `bellbuoy readings MODEL --json` and `GET /api/v1/models/{model}/readings`.",
    "parts": "From `bellbuoy parts MODEL --json` and `GET /api/v1/models/{model}/parts`.",
    "alarms": "From `bellbuoy alarms --json` and `GET /api/v1/models/{model}/alarms`.",
    "incidents": "From `bellbuoy incidents --json`, `GET /api/v1/incidents` and `GET /api/v1/incidents/{name}`.",
    "fault": "From the HTTP API, with every answer that is no success.",
}
#: What values of JSON are called in tables.
KINDS = {
    "string": "text",
    "date-time": "time",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "table",
    "null": "null",
}
FAMILIES = {
    Family.PERFORMANCE: "Performance: from scores or predictions and their labels",
    Family.COLUMN: "Columns: from the counts of one column",
    Family.SHIFT: "Shifts: from the counts of one column, now and before",
    Family.FLOW: "Flow: from the counts of rows and labels",
    Family.REPLAY: "Replay: from rows that were scored again",
}


def main(arguments: Sequence[str]) -> int:
    """Write all pages, or with `--check` name those that are not what the code says; 1 where there are such."""
    parts = {
        "settings": settings_parts(),
        "commands": commands_parts(),
        "metrics": metrics_parts(),
        "monitors": monitors_parts(),
        "notes": notes_parts(),
        "json": json_parts(),
        "http": http_parts(),
    }
    stale = {path: text for path, text in map(written, parts, parts.values()) if path.read_text("utf-8") != text}
    for path, text in stale.items():
        if "--check" in arguments:
            sys.stderr.write(f"{path.relative_to(ROOT)} is not what the code says; run: make docs\n")
        else:
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")
    return 1 if stale and "--check" in arguments else 0


def written(name: str, parts: Iterator[str]) -> tuple[Path, str]:
    """A page: what a person wrote above the mark stays, what the code says comes below it."""
    path = PAGES / f"{name}.md"
    head = path.read_text(encoding="utf-8").partition(MARK)[0]
    return path, head + "\n\n".join([MARK, *parts]).rstrip() + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown; bars in cells are kept from ending them."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |" for line in lines)


# Settings


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of a file, or a table of keys."""

    path: str
    facts: Mapping[str, Any]  #: its schema, references followed
    required: bool = False
    table: str = ""  #: how its table is opened in TOML; empty for a key


def settings_parts() -> Iterator[str]:
    """Sections of both files."""
    for of, file in FILES.items():
        example = tomllib.loads((GOOD / f"{of.value}.toml").read_text(encoding="utf-8"))
        schema = file_schema(of)
        yield f"## {file}\n\n{schema.get('description', '')}"
        for one in settings(schema, schema):
            yield setting_part(one, example)


def settings(node: Mapping[str, Any], root: Mapping[str, Any], above: str = "") -> Iterator[Setting]:
    """Keys of a table, then the tables in it."""
    tables = []
    for name, part in node["properties"].items():
        path = f"{above}.{name}" if above else name
        inner = table_in(part, root)
        facts = resolved(part, root) | part
        if inner is None:
            yield Setting(path, facts, name in node.get("required", ()))
        else:
            tables.append((path, facts, inner))
    for path, facts, (opened, schema) in tables:
        place = path + (".NAME" if opened == "{}" else "")
        shown = f"[[{place}]]" if opened == "[]" else f"[{place}]"
        yield Setting(path, schema | facts, table=shown)
        yield from settings(schema, root, place)


def table_in(part: Mapping[str, Any], root: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]] | None:
    """The table that a key holds: itself, a list of them (`[]`) or one for each name (`{}`); None for a plain key."""
    for opened, inside in (("", part), ("[]", part.get("items")), ("{}", part.get("additionalProperties"))):
        if isinstance(inside, Mapping):
            schema = resolved(next((one for one in inside.get("anyOf", ()) if "$ref" in one), inside), root)
            if "properties" in schema:
                return opened, schema
    return None


def resolved(part: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema with its reference followed."""
    return root["$defs"][part["$ref"].rsplit("/", 1)[1]] if "$ref" in part else part


def setting_part(one: Setting, example: Mapping[str, Any]) -> str:
    """A section: how the key is written, what it may be, what it is unless said, what it means."""
    about = " ".join(one.facts.get("description", "").split())
    if one.table:
        return f"### `{one.table}`\n\n{about}"
    default = one.facts.get("default")
    unless = "required" if one.required else f"default `{toml(default)}`" if default is not None else "optional"
    shown = in_example(example, one.path.split("."))
    if shown is None:
        shown = next(iter(one.facts.get("examples", ())), None)
    line = "" if shown is None else f"\n\n```toml\n{one.path.rsplit('.', 1)[-1]} = {toml(shown)}\n```"
    return f"#### `{one.path}`\n\n*{kind(one.facts)}; {unless}.* {about}{line}"


def in_example(value: object, path: Sequence[str]) -> object:
    """What a file with every setting says of a key; None where it says nothing."""
    if isinstance(value, list):
        return next((found for one in value if (found := in_example(one, path)) is not None), None) if path else value
    if not path:
        return value
    if not isinstance(value, Mapping):
        return None
    if path[0] == "NAME":
        return in_example(list(value.values()), path[1:])
    return in_example(value[path[0]], path[1:]) if path[0] in value else None


def kind(facts: Mapping[str, Any]) -> str:
    """What a key may be, in words."""
    if "anyOf" in facts:
        return " or ".join(dict.fromkeys(kind(one) for one in facts["anyOf"]))
    if "enum" in facts or "const" in facts:
        return " or ".join(f"`{one}`" for one in facts.get("enum", [facts.get("const")]))
    if "items" in facts:
        return f"list: {kind(facts['items'])}"
    if isinstance(each := facts.get("additionalProperties"), Mapping):
        return f"table: {kind(each)} for each name"
    if "15m" in facts.get("examples", ()):
        return "duration"
    return KINDS.get(facts.get("format") or facts.get("type", ""), "table" if "$ref" in facts else "any value")


def toml(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml(one) for one in value)}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{name} = {toml(one)}' for name, one in value.items())} }}"
    if isinstance(value, str):
        return f"'{value}'" if '"' in value else f'"{value}"'
    return str(value)


# Commands


def commands_parts() -> Iterator[str]:
    """Sections of all commands, from the functions that carry them out."""
    for name, entry in COMMANDS.items():
        if find_spec(entry.module) is not None:
            yield command_part(name, entry)


def command_part(name: str, entry: Entry) -> str:
    """A section: usage, what it does, its arguments and options."""
    function = getattr(import_module(entry.module), name.replace("-", "_"))
    rows, places = [], []
    hints = get_type_hints(function, include_extras=True)
    for parameter in inspect.signature(function).parameters.values():
        given, info = annotated(hints[parameter.name])
        if info.hidden:
            continue
        default = parameter.default
        needed = default is inspect.Parameter.empty
        if type(info).__name__ == "ArgumentInfo":
            shown = info.metavar or parameter.name.upper()
            places.append(shown if needed else f"[{shown}]")
        else:
            # What stands first in an Option is its name here, though its parameter is called default.
            said = [one for one in (info.default, *(info.param_decls or ())) if str(one).startswith("-")]
            spelt = ", ".join(said or ["--" + parameter.name.replace("_", "-")])
            shown = spelt if given is bool else f"{spelt} {info.metavar or value_word(given)}"
            places += [shown] if needed else []
        told = "required" if needed else "" if default in (None, False, Path()) else f"`{default}`"
        rows.append([f"`{shown}`", info.help or "", told])
    usage = " ".join(["bellbuoy", name, *places, "[OPTIONS]"])
    about = inspect.getdoc(function) or entry.help
    arguments = table(["argument", "what it is", "unless said"], rows)
    return f"## `bellbuoy {name}`\n\n```text\n{usage}\n```\n\n{about}\n\n{arguments}"


def annotated(hint: object) -> tuple[object, Any]:
    """The type of a parameter, and what the command line knows about it."""
    assert get_origin(hint) is Annotated, f"{hint} says nothing about itself"
    given, info, *_ = get_args(hint)
    choices = [one for one in get_args(given) if one is not type(None)] if get_origin(given) is not list else []
    return (choices[0] if choices else given), info


def value_word(given: object) -> str:
    """What stands for the value of an option."""
    words = {int: "N", float: "X", Path: "PATH", str: "TEXT"}
    return words.get(cast("type", given), getattr(given, "__name__", "TEXT").upper())


# Metrics, notes


def metrics_parts() -> Iterator[str]:
    """Sections of all metrics under those of their families."""
    for family, title in FAMILIES.items():
        yield f"## {title}"
        for one in CATALOGUE:
            if one.family is family:
                yield metric_part(one)


def metric_part(one: Metric) -> str:
    """A section: title, meaning, direction, tasks, other spellings, source."""
    facts = [f"better: {one.better.value}"]
    facts += [f"tasks: {', '.join(one.tasks)}"] if one.tasks else []
    facts += [f"also written: {', '.join(f'`{name}`' for name in one.aliases)}"] if one.aliases else []
    facts += [f"source: {one.source}"] if one.source else []
    listed = "\n".join(f"- {fact}" for fact in facts)
    shown = f"{one.name}(COLUMN)" if one.family in {Family.COLUMN, Family.SHIFT} else one.name
    return f"### `{shown}`\n\n**{one.title}.** {' '.join(one.about.split())}\n\n{listed}"


def notes_parts() -> Iterator[str]:
    """Sections of notes, then of errors."""
    yield "## Notes"
    for code, one in CODES.items():
        yield f"### `{code}`\n\n{one.about}\n\nWhat to do: {one.hint}"
    yield "## Errors"
    for name, kind_ in vars(errors).items():
        if inspect.isclass(kind_) and issubclass(kind_, errors.BellbuoyError):
            yield f"### `{name}`\n\n{inspect.getdoc(kind_)}\n\nExit code {kind_.exit_code}."


# Monitors


def monitors_parts() -> Iterator[str]:
    """Sections of the standard pack: what is watched of columns, then of rows and versions."""
    outputs = {name for name in OF_PACK if name.startswith("score-")}
    yield "## Columns\n\n" + monitors_table(OF_COLUMNS.values())
    yield (
        "Of a score or a prediction the same is watched under names of their own: "
        + ", ".join(f"`{name}`" for name in sorted(outputs))
        + "."
    )
    yield "## Rows, labels, versions\n\n" + monitors_table([*OF_ROWS.values(), LATE, OLDER])
    yield "## What each says\n\n" + table(
        ["alarm", "speaks for", "weight", "where what it follows from broke"],
        ([f"`{name}`", one.verdict.value, f"{one.weight:g}", f"{one.behind:g}"] for name, one in OF_PACK.items()),
    )


def monitors_table(monitors: Iterable[Monitor]) -> str:
    """Monitors by name, each of its looks in a line."""
    rows = []
    for one in monitors:
        says = one.about.format_map(defaultdict(lambda: "…"))
        looks = [f"{shape.value}: {look.limit:g} beyond, {look.least:g} at least" for shape, look in one.looks.items()]
        rows.append([f"`{one.name}`", one.kind, says, "; ".join(looks), "info" if one.quiet else "warning"])
    return table(["alarm", "kind", "says", "looks", "loudness"], rows)


# JSON and HTTP


def json_parts() -> Iterator[str]:
    """Sections of the documents, from the shapes that the tests hold them to."""
    shapes: Mapping[str, type[Shape]] = {
        "status": StatusShape,
        "readings": ReadingsShape,
        "parts": PartsShape,
        "alarms": AlarmsShape,
        "incidents": IncidentsShape,
        "fault": FaultShape,
    }
    for title, shape in shapes.items():
        schema = shape.model_json_schema()
        yield f"## {title}\n\n{inspect.getdoc(shape)} {GIVEN[title]}\n\n{fields_table(fields(schema, schema))}"
    yield f"## compare\n\n{inspect.getdoc(document_of)}"


def fields(node: Mapping[str, Any], root: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str, str]]:
    """Keys of a document with what they are and mean; those of the objects in it below them."""
    for name, part in node["properties"].items():
        yield above + name, kind(resolved(part, root)), part.get("description", "")
        inner = table_in(part, root)
        if inner is not None:
            yield from fields(inner[1], root, f"{above}{name}{inner[0].replace('{}', '.NAME')}.")


def fields_table(rows: Iterable[tuple[str, str, str]]) -> str:
    """Keys of a document."""
    return table(["key", "what it is", "meaning"], [[f"`{name}`", what, about] for name, what, about in rows])


def http_parts() -> Iterator[str]:
    """Sections of all endpoints, from the OpenAPI document of the application itself."""
    project = OpenProject(ROOT, ProjectFile.model_validate({"project": {"name": "reference"}}), {})
    # The document is made from the routes alone: nothing is read.
    bell = Bell(project, cast("Database", None), SystemClock())
    app = build_web(cast("Reads", None), Pushes(project, SystemClock()), bell, name="reference")
    return map(endpoint_part, endpoints(app))


def endpoint_part(one: Endpoint) -> str:
    """A section: what it answers, what may be asked, the keys of the answer."""
    asked = [[f"`{part.name}`", part.about or "part of the path", part.kind] for part in one.parameters]
    parts = [f"## `{one.method} {one.path}`\n\n{one.about}"]
    parts += [table(["parameter", "what it is", "kind"], asked)] if asked else []
    keys = [(key.name, key.kind, key.about) for key in one.answers]
    parts += [f"The answer:\n\n{fields_table(keys)}"] if keys else []
    return "\n\n".join(parts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
