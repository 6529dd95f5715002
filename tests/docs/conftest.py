"""A project like the one that the first tutorial makes, for pages that start from one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.docs.blocks import DOCS, follow


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the first tutorial was followed to its end."""
    folder = tmp_path_factory.mktemp("loans")
    follow(DOCS / "tutorial" / "first-watch.md", folder)
    return folder


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """A copy of it, to do with as a page likes."""
    return shutil.copytree(made, tmp_path / "loans")
