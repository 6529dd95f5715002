"""How the reference pages are made from the code."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from tools import reference

from bellbuoy.config.schema import SchemaOf, file_schema
from bellbuoy.windows import parse_time

MODEL = file_schema(SchemaOf.MODEL)


@pytest.mark.parametrize(
    "value",
    [True, 3, 0.5, "a", 'say "a"', ["a", 1], {"a": 1, "b": ["c"]}, parse_time("2024-03-01T00:00:00Z")],
    ids=str,
)
def test_a_value_is_written_as_toml_reads_it(value: object) -> None:
    assert tomllib.loads(f"key = {reference.toml(value)}")["key"] == value


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"type": "string"}, "text"),
        ({"type": "string", "examples": ["15m", "6h"]}, "duration"),
        ({"type": "string", "format": "date-time"}, "time"),
        ({"enum": ["a", "b"]}, "`a` or `b`"),
        ({"type": "array", "items": {"type": "number"}}, "list: number"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "table: text for each name"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "whole number or null"),
        ({}, "any value"),
    ],
)
def test_what_a_key_may_be_is_said_in_words(facts: dict[str, Any], words: str) -> None:
    assert reference.kind(facts) == words


def test_keys_of_a_table_come_before_the_tables_in_it() -> None:
    found = [one.table or one.path for one in reference.settings(MODEL, MODEL)]
    assert found.index("grain") < found.index("[predictions]") < found.index("[predictions.columns]")


def test_a_table_for_each_name_and_a_list_of_tables_are_opened_as_toml_does() -> None:
    opened = {one.table for one in reference.settings(MODEL, MODEL)}
    assert {"[features.NAME]", "[[alarms.rule]]"} <= opened


def test_an_example_comes_from_the_first_table_that_has_the_key() -> None:
    example = {"rule": [{"name": "a"}, {"name": "b", "for": "2h"}], "features": {"x": {"owner": "me"}}}
    assert reference.in_example(example, ["rule", "for"]) == "2h"
    assert reference.in_example(example, ["features", "NAME", "owner"]) == "me"
    assert reference.in_example(example, ["features", "NAME", "about"]) is None


def test_what_a_person_wrote_above_the_mark_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "PAGES", tmp_path)
    (tmp_path / "notes.md").write_text(f"# By hand\n\n{reference.MARK}\n\nold\n", encoding="utf-8")
    _, text = reference.written("notes", iter(["## new"]))
    assert text == f"# By hand\n\n{reference.MARK}\n\n## new\n"


def test_bars_do_not_end_a_cell() -> None:
    assert reference.table(["a"], [["x | y"]]).splitlines()[-1] == "| x &#124; y |"
