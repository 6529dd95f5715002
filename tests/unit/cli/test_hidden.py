from __future__ import annotations

import sys

import pytest

from bellbuoy.cli.main import main


@pytest.mark.parametrize("option", ["--as-of", "--estimate"])
def test_an_option_that_does_not_work_yet_is_not_offered(
    option: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bellbuoy", "readings", "--help"])
    with pytest.raises(SystemExit):
        main()
    shown = capsys.readouterr().out
    assert "--metric" in shown
    assert option not in shown
