from __future__ import annotations

import sys

import pytest

from bellbuoy.cli.main import main


@pytest.mark.parametrize("option", ["--metric", "--as-of", "--age", "--estimate", "--by"])
def test_whatever_readings_can_be_asked_for_is_offered(
    option: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bellbuoy", "readings", "--help"])
    with pytest.raises(SystemExit):
        main()
    assert option in capsys.readouterr().out
