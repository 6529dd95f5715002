"""A command, setting, metric, note or error that has no section in the reference fails here."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib.util import find_spec
from typing import get_args

import pytest
from pydantic import BaseModel
from tests.docs.blocks import DOCS, ROOT

from bellbuoy import errors
from bellbuoy.app.compare.values import FindingKind
from bellbuoy.cli.main import COMMANDS
from bellbuoy.config.kinds import Spec
from bellbuoy.config.spec import Model, ProjectFile
from bellbuoy.metrics.catalogue import CATALOGUE
from bellbuoy.metrics.metric import Family, Metric
from bellbuoy.sources.codes import CODES
from bellbuoy.web.shapes import AlarmsShape, IncidentsShape, ReadingsShape, StatusShape

SOURCE = ROOT / "src" / "bellbuoy"
#: How notes are made: `Note("odd-label", …`, `.say("shrunk", …`, `.count("no-column", …`.
MADE = re.compile(r'(?:\bNote|\.say|\.count)\(\s*"([a-z]+(?:-[a-z]+)*)"')


def page(name: str) -> str:
    return (DOCS / "reference" / f"{name}.md").read_text(encoding="utf-8")


def headings(name: str) -> set[str]:
    return {line.lstrip("#").strip().strip("`") for line in page(name).splitlines() if line.startswith("#")}


def keys(spec: type[Spec], above: str = "") -> Iterator[str]:
    for name, field in spec.model_fields.items():
        path = f"{above}{field.alias or name}"
        inner = spec_in(field.annotation)
        many = ".NAME" if "Mapping" in str(field.annotation) else ""
        yield from [path] if inner is None else keys(inner, f"{path}{many}.")


def spec_in(annotation: object) -> type[Spec] | None:
    if inspect.isclass(annotation) and issubclass(annotation, Spec):
        return annotation
    return next((found for part in get_args(annotation) if (found := spec_in(part)) is not None), None)


def codes() -> set[str]:
    texts = [path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")]
    said = re.findall(
        r'^    "([a-z-]+)": "', (SOURCE / "sources" / "notes.py").read_text(encoding="utf-8"), re.MULTILINE
    )
    return {code for text in texts for code in MADE.findall(text)} | set(said)


@pytest.mark.parametrize("name", [name for name, entry in COMMANDS.items() if find_spec(entry.module) is not None])
def test_a_command_has_a_section(name: str) -> None:
    assert f"bellbuoy {name}" in headings("commands")


@pytest.mark.parametrize("key", [*keys(ProjectFile), *keys(Model)])
def test_a_setting_has_a_section(key: str) -> None:
    assert key in headings("settings")


@pytest.mark.parametrize("metric", CATALOGUE, ids=lambda metric: f"{metric.family}-{metric.name}")
def test_a_metric_has_a_section(metric: Metric) -> None:
    column = "(COLUMN)" if metric.family in {Family.COLUMN, Family.SHIFT} else ""
    assert f"{metric.name}{column}" in headings("metrics")


def test_every_note_that_the_code_makes_has_a_meaning() -> None:
    assert codes() - CODES.keys() == set()


def test_no_meaning_is_of_a_note_that_nobody_makes() -> None:
    assert CODES.keys() - codes() == set()


@pytest.mark.parametrize("code", CODES)
def test_a_note_has_a_section(code: str) -> None:
    assert code in headings("notes")


@pytest.mark.parametrize(
    "name",
    [name for name, one in vars(errors).items() if inspect.isclass(one) and issubclass(one, errors.BellbuoyError)],
)
def test_an_error_has_a_section(name: str) -> None:
    assert name in headings("notes")


@pytest.mark.parametrize("shape", [StatusShape, ReadingsShape, AlarmsShape, IncidentsShape])
def test_a_key_of_a_document_has_a_line(shape: type[BaseModel]) -> None:
    assert [key for key in shape.model_fields if f"| `{key}` |" not in page("json")] == []


@pytest.mark.parametrize("text", [path.read_text("utf-8") for path in (SOURCE / "web").glob("*.py")], ids=len)
def test_an_endpoint_has_a_section(text: str) -> None:
    found = re.findall(r'@router\.(get|post)\(\s*"(/(?:status|models/[^"]+/[^"]+))"', text)
    assert {f"{method.upper()} /api/v1{path}" for method, path in found} <= headings("http")


@pytest.mark.parametrize("kind", FindingKind)
def test_a_finding_of_a_comparison_has_a_line(kind: FindingKind) -> None:
    assert f"`{kind.value}`" in (DOCS / "how-to" / "compare-two-files.md").read_text(encoding="utf-8")


def test_a_page_is_written_by_the_tool() -> None:
    assert all("written by `make docs`" in path.read_text("utf-8") for path in (DOCS / "reference").glob("*.md"))
