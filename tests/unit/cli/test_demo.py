from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bellbuoy.cli.demo import demo
from bellbuoy.errors import ConfigError


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_that_is_taken_is_told_before_anything_is_made(tmp_path: Path, taken: int) -> None:
    with pytest.raises(ConfigError, match="cannot listen"):
        demo(tmp_path / "demo", taken)
    assert not (tmp_path / "demo").exists()
