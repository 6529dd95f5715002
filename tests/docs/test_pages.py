"""What our pages say can be done: blocks run or parse, links lead somewhere."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.docs.blocks import DOCS, Block, blocks, every_block, follow, pages

from bellbuoy.config.spec import Model, ProjectFile
from bellbuoy.config.spec_golden import Golden

HOW_TO = sorted((DOCS / "how-to").glob("*.md"))
GUIDES = [block for block in every_block() if not block.page.startswith("docs/reference")]
#: What readers do at a terminal of their own, beginning with a dollar sign: it installs, serves, or is for one machine.
CONSOLE = re.compile(
    r"\$ (pip install|python3? |git clone|cd |make |(?:\.venv/bin/)?bellbuoy |crontab|sudo|export|psql|curl) ?"
)
LANGUAGES = {"bash", "console", "json", "python", "text", "toml"}


def of(language: str, among: list[Block]) -> list[Block]:
    return [block for block in among if block.language == language]


def shown(value: object) -> str:
    return value.stem if isinstance(value, Path) else str(value)


@pytest.mark.slow
def test_following_the_tutorial_counts_every_row(made: Path) -> None:
    assert (made / ".bellbuoy" / "state.db").stat().st_size > 0


@pytest.mark.slow
@pytest.mark.parametrize("page", HOW_TO, ids=shown)
def test_a_how_to_can_be_followed_in_the_project_of_the_tutorial(page: Path, project: Path) -> None:
    follow(page, project)


@pytest.mark.parametrize("block", every_block(), ids=str)
def test_a_block_says_its_language(block: Block) -> None:
    assert block.language in LANGUAGES


@pytest.mark.parametrize("block", of("console", every_block()), ids=str)
def test_a_console_shows_only_what_cannot_run_here(block: Block) -> None:
    commands = [line for line in block.text.splitlines() if line.startswith("$ ")]
    assert commands != []
    assert [line for line in commands if not CONSOLE.match(line)] == []


@pytest.mark.parametrize("block", of("toml", every_block()), ids=str)
def test_toml_parses(block: Block) -> None:
    assert tomllib.loads(block.text) != {}


@pytest.mark.parametrize("block", of("toml", GUIDES), ids=str)
def test_settings_that_a_guide_shows_are_valid(block: Block) -> None:
    given = tomllib.loads(block.text)
    if given.keys() <= Golden.model_fields.keys():
        Golden.model_validate(given)
    elif given.keys() <= ProjectFile.model_fields.keys():
        ProjectFile.model_validate({"project": {"name": "loans"}} | given)
    else:
        Model.model_validate(completed(given))


def completed(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """A model's file of which a guide shows a part."""
    columns = {"columns": {"id": "id", "time": "ts", "score": "score"}}
    log = {"predictions": columns | given.get("predictions", {"path": "data/predictions.parquet"})}
    truth = {"columns": {"id": "id", "label": "label"}} | given["labels"] if "labels" in given else None
    return {"task": "binary"} | dict(given) | log | ({} if truth is None else {"labels": truth})


@pytest.mark.parametrize("block", of("python", every_block()), ids=str)
def test_python_parses(block: Block) -> None:
    assert ast.parse(block.text).body != []


@pytest.mark.parametrize("block", of("json", every_block()), ids=str)
def test_json_parses(block: Block) -> None:
    assert json.loads(block.text) != {}


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(DOCS.parent)))
def test_links_to_our_own_pages_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for block in blocks(page):
        text = text.replace(block.text, "")
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text)
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_is_on_a_shelf() -> None:
    listed = set(re.findall(r"[\w/-]+\.md", (DOCS.parent / "mkdocs.yml").read_text(encoding="utf-8")))
    assert {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")} == listed
