"""The fenced blocks of our pages, and a way to run them as a reader would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BIN = Path(sys.executable).parent
_TITLE = re.compile(r'title="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, what file it is to be saved as, and its text."""

    page: str
    line: int
    language: str
    title: str | None
    text: str

    def __str__(self) -> str:
        """Where it is, for a test's name."""
        return f"{self.page}:{self.line}"


def pages() -> list[Path]:
    """Every page that a reader may follow."""
    return [*sorted(DOCS.rglob("*.md")), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md"))]


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of a page, from top to bottom."""
    for token in MarkdownIt("commonmark").parse(page.read_text(encoding="utf-8")):
        if token.type == "fence":
            title = _TITLE.search(token.info)
            language = token.info.split()[0] if token.info.strip() else ""
            line = token.map[0] + 1 if token.map else 0
            yield Block(str(page.relative_to(ROOT)), line, language, title[1] if title else None, token.content)


def every_block() -> list[Block]:
    """The blocks of all pages."""
    return [block for page in pages() for block in blocks(page)]


def follow(page: Path, folder: Path) -> None:
    """Do what a page says: save what has a title, run what is for a shell or for Python."""
    for block in blocks(page):
        if block.title is not None:
            (folder / block.title).write_text(block.text, encoding="utf-8")
        elif block.language == "bash":
            _run(block, ["bash", "-euo", "pipefail", "-c", block.text], folder)
        elif block.language == "python":
            _run(block, [sys.executable, "-c", block.text], folder)


def _run(block: Block, command: list[str], folder: Path) -> None:
    places = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "BELLBUOY_DEBUG": "1"}
    done = subprocess.run(
        command, cwd=folder, env=os.environ | places, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, f"{block} ended with {done.returncode}\n{block.text}\n{done.stdout}\n{done.stderr}"
