"""`make corpus`: what it runs, and what it does where there is no corpus."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[3] / "tools" / "corpus.sh"
#: Says how it was called, and leaves a file where it is to leave one.
RUN = "import sys, pathlib; print('run', *sys.argv[4:]); pathlib.Path(sys.argv[3]).write_text('found')"
SCORE = "import sys, pathlib; print('score', pathlib.Path(sys.argv[2]).read_text(), *sys.argv[3:])"


def corpus(folder: Path, *cases: str) -> subprocess.CompletedProcess[str]:
    places = os.environ | {"VENV": str(Path(sys.executable).parents[1])}
    command = ["bash", str(SCRIPT), str(folder), *cases]
    return subprocess.run(command, env=places, capture_output=True, text=True, check=False, timeout=60)


def made(folder: Path, run: str = RUN) -> Path:
    (folder / "run.py").write_text(run, encoding="utf-8")
    (folder / "score.py").write_text(SCORE, encoding="utf-8")
    return folder


def test_where_there_is_no_corpus_it_is_skipped_and_says_why(tmp_path: Path) -> None:
    done = corpus(tmp_path / "nowhere")
    assert done.returncode == 0
    assert done.stdout.startswith("skipped: there is no corpus in")


def test_cases_are_run_and_then_scored(tmp_path: Path) -> None:
    told = corpus(made(tmp_path), "p01", "p02").stdout.splitlines()
    assert told[:2] == ["run p01 p02", "score found --by verdict --cases"]


def test_how_long_it_took_is_told(tmp_path: Path) -> None:
    assert corpus(made(tmp_path)).stdout.splitlines()[-1].endswith("s of 600")


def test_a_run_that_fails_is_not_scored(tmp_path: Path) -> None:
    done = corpus(made(tmp_path, "raise SystemExit(1)"))
    assert (done.returncode, done.stdout) == (1, "")
